import { createHmac, createPrivateKey, randomUUID, sign, type KeyObject } from 'crypto';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

/** Where a person may be sent after the login, and the signed JWT that tells the application there who it is. */

/** The origins an option lists; `app.example.com` stands for https. `wrong` are entries that are none. */
export function readOrigins(list: unknown): { origins: string[]; wrong: string[] } {
	const entries = String(list ?? '')
		.split(/[\s,;]+/)
		.filter(Boolean);
	const origins: string[] = [];
	const wrong: string[] = [];
	for (const entry of entries) {
		const url = strictUrl(/^https?:\/\//i.test(entry) ? entry : `https://${entry}`);
		if (url && url.pathname === '/' && !url.search && !url.hash) origins.push(url.origin);
		else wrong.push(entry);
	}
	return { origins, wrong };
}

/** A web address as it will be opened, if its host is allowed; undefined for everything else. */
export function allowedTarget(address: string, origins: string[]): URL | undefined {
	const url = strictUrl(address);
	return url && origins.includes(url.origin) ? url : undefined;
}

/** The longest address: a browser keeps the target of each login it has begun in a cookie. */
const MAX_ADDRESS = 1000;

/**
 * Only what every browser reads the same way: an absolute http or https URL that says so with two slashes, without a user name,
 * without the characters that browsers drop or turn round (backslashes, spaces, control characters).
 */
export function strictUrl(address: string): URL | undefined {
	if (address.length > MAX_ADDRESS || !/^https?:\/\/[^/\\?#@]/i.test(address)) return undefined;
	for (const character of address) {
		const code = character.codePointAt(0)!;
		if (code <= 0x20 || code === 0x5c || (code >= 0x7f && code <= 0xa0)) return undefined;
	}
	if (!URL.canParse(address)) return undefined;
	const url = new URL(address);
	const plain = !url.username && !url.password && /^[\w.-]+$|^\[[\da-f:.]+\]$/.test(url.hostname);
	return plain && url.href.length <= MAX_ADDRESS ? url : undefined;
}

/** The key a credential holds, ready to sign with. */
export type JwtKey = { alg: 'HS256'; secret: Buffer } | { alg: 'RS256'; key: KeyObject };

const MIN_SECRET = 32;
const MIN_RSA_BITS = 2048;
const PEM = /-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]{1,20000})-----END \1-----/;

/** Reads the key as a person pasted it: one-line fields drop the line breaks of a PEM. `lack` says what is wrong. */
export function readJwtKey(entered: unknown): JwtKey | { lack: string } {
	const text = typeof entered === 'string' ? entered.trim() : '';
	if (!text) return { lack: 'is empty' };
	if (!text.includes('-----BEGIN')) {
		const secret = Buffer.from(text, 'utf8');
		return secret.length < MIN_SECRET
			? { lack: `has ${secret.length} characters, fewer than the ${MIN_SECRET} HS256 needs` }
			: { alg: 'HS256', secret };
	}
	const pem = PEM.exec(text.replaceAll('\\n', '\n'));
	if (!pem) return { lack: 'is a PEM, but no unencrypted private key' };
	const [, label, body] = pem;
	const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
	const key = privateKey(
		[`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n'),
	);
	if (key?.asymmetricKeyType !== 'rsa') return { lack: 'is no RSA private key' };
	return (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS
		? { lack: `is an RSA key of fewer than ${MIN_RSA_BITS} bits` }
		: { alg: 'RS256', key };
}

function privateKey(pem: string): KeyObject | undefined {
	try {
		return createPrivateKey(pem);
	} catch {
		return undefined;
	}
}

/** What to do about a key that does not work. */
export const JWT_KEY_HELP =
	"Switch on 'Sign Logins' in the credential, and enter a secret of at least 32 characters or an RSA private key in PEM as 'Login JWT Key'.";

export interface Handover {
	issuer: string;
	subject: string;
	target: URL;
	/** The nonce of the application, which ties the token to the login that it began. */
	nonce?: string;
	/** What the person chose under JWT Options. */
	options: IDataObject;
	/** Further facts on the person. */
	claims?: IDataObject;
}

const LIFETIME_SECONDS = 60;

/** The target with a fresh token in its query or fragment. */
export function withJwt(key: JwtKey, { target, options, ...handover }: Handover): URL {
	const { issuer, subject, nonce, claims } = handover;
	const now = Math.floor(Date.now() / 1000);
	const lifetime = Number(options.expiresIn ?? LIFETIME_SECONDS);
	const token = signJwt(key, {
		...claims,
		iss: String(options.issuer || issuer),
		sub: subject,
		aud: String(options.audience || target.origin),
		iat: now,
		nbf: now,
		exp:
			now + (Number.isFinite(lifetime) && lifetime > 0 ? Math.round(lifetime) : LIFETIME_SECONDS),
		jti: randomUUID(),
		...(nonce ? { nonce } : {}),
	});
	const name = String(options.parameter || 'token');
	const url = new URL(target);
	const added = `${encodeURIComponent(name)}=${token}`;
	// Whatever the target has under this name is no token of ours, and goes, wherever it stands.
	const search = pairsWithout(name, url.search.slice(1));
	const hash = fragmentWithout(name, url.hash.slice(1));
	if (options.place !== 'fragment') {
		url.search = [...search, added].join('&');
		url.hash = hash;
		return url;
	}
	url.search = search.join('&');
	const separator = hash === '' ? '' : /[?=]/.test(hash) ? '&' : '?';
	url.hash = `${hash}${separator}${added}`;
	return url;
}

/** Parameters as they are written: URLSearchParams would write them anew, and some targets are signed. */
function pairsWithout(name: string, pairs: string): string[] {
	if (pairs === '') return [];
	return pairs.split('&').filter((pair) => !new URLSearchParams(pair).has(name));
}

/** A fragment is parameters, a route, or a route with parameters behind a question mark. */
function fragmentWithout(name: string, fragment: string): string {
	const mark = fragment.indexOf('?');
	const route = mark < 0 ? '' : fragment.slice(0, mark);
	const pairs = pairsWithout(name, fragment.slice(mark + 1)).join('&');
	return mark >= 0 && pairs !== '' ? `${route}?${pairs}` : route + pairs;
}

export function signJwt(key: JwtKey, claims: IDataObject): string {
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const input = `${part({ alg: key.alg, typ: 'JWT' })}.${part(claims)}`;
	const signature =
		key.alg === 'HS256'
			? createHmac('sha256', key.secret).update(input).digest()
			: sign('sha256', Buffer.from(input), key.key);
	return `${input}.${signature.toString('base64url')}`;
}

/** The form's options for the JWT, in the trigger and in the operation Respond. */
export const jwtOptions = {
	displayName: 'JWT Options',
	name: 'jwtOptions',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			displayName: 'Audience',
			name: 'audience',
			type: 'string',
			default: '',
			description: 'The aud claim. Defaults to the scheme and host of the URL.',
		},
		{
			displayName: 'Expires After (Seconds)',
			name: 'expiresIn',
			type: 'number',
			typeOptions: { minValue: 10, maxValue: 86_400 },
			default: LIFETIME_SECONDS,
			description: 'How long the application accepts the token',
		},
		{
			displayName: 'Issuer',
			name: 'issuer',
			type: 'string',
			default: '',
			description: 'The iss claim. Defaults to the URL of the login.',
		},
		{
			displayName: 'Parameter Name',
			name: 'parameter',
			type: 'string',
			default: 'token',
			description: 'The name under which the token is added to the URL',
		},
		{
			displayName: 'Send In',
			name: 'place',
			type: 'options',
			options: [
				{ name: 'Fragment', value: 'fragment', description: 'After the #: seen by scripts only' },
				{ name: 'Query', value: 'query', description: 'After the ?: seen by the server' },
			],
			default: 'query',
			description: 'Which part of the URL carries the token',
		},
	],
} satisfies INodeProperties;
