import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'crypto';

/**
 * What ties a login together. `state` goes to WeCom and back: a number, its end and a signature, as hexadecimal digits, since pages
 * inside WeCom take letters and digits only, up to 128 bytes (doc 91022). The browser keeps the same number in a signed cookie with
 * what the person wanted. Only both together, once and in time, end a login; nothing is stored on the server before.
 */

/** What the browser keeps between the two requests. */
export interface Journey {
	page: 'inApp' | 'web';
	/** Where the person wants to go; '' for the usual target. */
	target: string;
	/** The nonce that the application gave, for the JWT. */
	nonce: string;
}

export interface Binding {
	/** The signing key, from the credential's secret. */
	key: Buffer;
	/** Tells one login trigger from another with the same credential. */
	scope: string;
	/** The URL of the login, as browsers see it. */
	url: URL;
	/** The request's Cookie header. */
	cookies: string;
}

/** Scanning a code with a telephone takes its time; WeCom's own code lives five minutes after that. */
export const LIFETIME_SECONDS = 15 * 60;
/**
 * How long the browser keeps a login: for as long again as it may last, so that a login that took too long can begin anew with
 * its target.
 */
const COOKIE_SECONDS = 2 * LIFETIME_SECONDS;
/**
 * How many logins one browser can have under way at a time: nginx takes 8 KB of cookies, and a long target fills most of 2 KB.
 */
const SLOTS = 3;

const ID_BYTES = 16;
const MAC_BYTES = 16;
const STATE = /^([0-9a-f]{32})([0-9a-f]{8})([0-9a-f]{32})$/;

export interface Begun {
	state: string;
	/** The values of the Set-Cookie headers. */
	cookies: string[];
}

export function beginLogin(binding: Binding, journey: Journey): Begun {
	const id = randomBytes(ID_BYTES).toString('hex');
	const expires = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
	const end = expires.toString(16).padStart(8, '0');
	const mac = sign(binding, 'state', id + end).toString('hex');
	const name = cookieName(binding, freeSlot(binding));
	const value = keep(binding, { id, expires, journey });
	const forgotten = crowdedOut(binding, name, value).map((old) => setCookie(binding, old, ''));
	return { state: id + end + mac, cookies: [...forgotten, setCookie(binding, name, value)] };
}

export type Ended =
	| { ok: true; journey: Journey; clear: string }
	| {
			ok: false;
			reason: 'forged' | 'expired' | 'used' | 'otherBrowser';
			journey?: Journey;
			clear?: string;
	  };

/** Checks a `state` that came back and marks it as used. */
export function endLogin(binding: Binding, state: string): Ended {
	const parts = STATE.exec(state);
	if (!parts) return { ok: false, reason: 'forged' };
	const [, id, end, mac] = parts;
	const own = sign(binding, 'state', id + end);
	if (!timingSafeEqual(own, Buffer.from(mac, 'hex'))) return { ok: false, reason: 'forged' };

	const now = Date.now() / 1000;
	const expires = Number.parseInt(end, 16);
	const forgotten = expires + COOKIE_SECONDS - LIFETIME_SECONDS;
	const found = keptCookies(binding).find(({ kept }) => kept.id === id);
	const mine = found && {
		journey: found.kept.journey,
		clear: setCookie(binding, cookieName(binding, found.slot), ''),
	};
	if (used.has(id)) return { ok: false, reason: 'used', ...mine };
	if (expires < now) {
		if (!mine || forgotten < now) return { ok: false, reason: 'expired' };
		used.add(id, forgotten);
		return { ok: false, reason: 'expired', ...mine };
	}
	if (!mine) return { ok: false, reason: 'otherBrowser' };
	used.add(id, expires);
	return { ok: true, ...mine };
}

/** Used numbers until they would end anyway: bounded, the oldest give way. Another process does not know them; there WeCom refuses the used code. */
class UsedWindow {
	private readonly ends = new Map<string, number>();

	constructor(private readonly most: number) {}

	has(id: string): boolean {
		return this.ends.has(id);
	}

	add(id: string, expires: number): void {
		const now = Date.now() / 1000;
		for (const [old, end] of this.ends) {
			if (end >= now && this.ends.size < this.most) break;
			this.ends.delete(old);
		}
		this.ends.set(id, expires);
	}
}
const used = new UsedWindow(20_000);

interface Kept {
	id: string;
	expires: number;
	journey: Journey;
}

const sign = ({ key, scope }: Binding, what: string, text: string): Buffer =>
	createHmac('sha256', key)
		.update(JSON.stringify([what, scope, text]))
		.digest()
		.subarray(0, MAC_BYTES);

function keep(binding: Binding, { id, expires, journey }: Kept): string {
	const text = Buffer.from(
		JSON.stringify([id, expires, journey.page, journey.target, journey.nonce]),
	);
	const payload = text.toString('base64url');
	return `${payload}.${sign(binding, 'cookie', payload).toString('base64url')}`;
}

function unpack(binding: Binding, value: string): Kept | undefined {
	const [payload, mac = ''] = value.split('.');
	const [own, given] = [sign(binding, 'cookie', payload), Buffer.from(mac, 'base64url')];
	if (given.length !== own.length || !timingSafeEqual(own, given)) return undefined;
	const [id, expires, page, target, nonce] = JSON.parse(
		Buffer.from(payload, 'base64url').toString('utf8'),
	) as [string, number, Journey['page'], string, string];
	return { id, expires, journey: { page, target, nonce } };
}

/**
 * Browsers take a cookie with this prefix only over https, from this very host and for all of its paths: no neighbour under the
 * same domain can plant one from a login of its own.
 */
const OWN_HOST = '__Host-';
const NAME = 'wecom_login_';
/** The most characters that the cookies of all login triggers of a host may have together, of the 8 KB that nginx takes. */
const MAX_COOKIES_LENGTH = 6_000;

const overHttps = ({ url }: Binding) => url.protocol === 'https:';

function cookieName(binding: Binding, slot: number): string {
	if (!overHttps(binding)) return NAME + slot;
	const trigger = createHash('sha256').update(binding.scope).digest('hex').slice(0, 8);
	return `${OWN_HOST}${NAME}${trigger}_${slot}`;
}

const cookiesOf = ({ cookies }: Binding): Array<[name: string, value: string]> =>
	cookies.split(';').map((pair) => {
		const at = pair.indexOf('=');
		return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
	});

/** The logins, also of other triggers, that must give way to a new one. Browsers send the oldest cookie first. */
function crowdedOut(binding: Binding, name: string, value: string): string[] {
	if (!overHttps(binding)) return [];
	const others = cookiesOf(binding).filter(
		([other]) => other.startsWith(OWN_HOST + NAME) && other !== name,
	);
	const lengthOf = (pairs: string[][]) => pairs.join('; ').length;
	const gone: string[] = [];
	while (others.length > 0 && lengthOf([...others, [name, value]]) > MAX_COOKIES_LENGTH)
		gone.push(others.shift()![0]);
	return gone;
}

function keptCookies(binding: Binding): Array<{ slot: number; kept: Kept }> {
	// Reversed, so that of two cookies with one name the first counts: it has the longer path, which is that of this URL.
	const values = new Map(cookiesOf(binding).reverse());
	return Array.from({ length: SLOTS }, (_, slot) => {
		const value = values.get(cookieName(binding, slot));
		const kept = value ? unpack(binding, value) : undefined;
		return kept ? [{ slot, kept }] : [];
	}).flat();
}

/**
 * The place of a new login: any that is free, chosen by chance, so that tabs opened together rarely take the same one; else that
 * of the login that ends first.
 */
function freeSlot(binding: Binding): number {
	const taken = keptCookies(binding);
	const free = Array.from({ length: SLOTS }, (_, slot) => slot).filter(
		(slot) => !taken.some((one) => one.slot === slot),
	);
	if (free.length > 0) return free[randomInt(free.length)];
	return taken.sort((a, b) => a.kept.expires - b.kept.expires)[0].slot;
}

/** The text of a Set-Cookie header. SameSite is Lax, because the way back from WeCom is a link from another site. */
function setCookie(binding: Binding, name: string, value: string): string {
	return [
		`${name}=${value}`,
		`Path=${overHttps(binding) ? '/' : binding.url.pathname}`,
		`Max-Age=${value ? COOKIE_SECONDS : 0}`,
		'HttpOnly',
		'SameSite=Lax',
		...(overHttps(binding) ? ['Secure'] : []),
	].join('; ');
}
