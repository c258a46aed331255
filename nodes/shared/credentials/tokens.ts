import { createHash } from 'crypto';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';
import {
	describeErrcode,
	describeForeignReply,
	describeUnreachable,
	TokenFailure,
} from '../protocol/errors';
import { parseReply, type WecomReply } from '../protocol/reply';
import { apiBase, clean } from '../protocol/settings';
import { keepNewest } from '../util/keepNewest';

/**
 * Getting tokens: of a self-built app (`GET /cgi-bin/gettoken`, doc 91039) and, through the same machine, of suites, providers
 * and companies. WeCom hands out the same token while it is valid, counts every request, and blocks the caller's IP for an hour
 * after several wrong secrets, so a token is asked for once and a refused secret is not tried again at once.
 */

export type HttpRequest = (options: IHttpRequestOptions) => Promise<unknown>;

/** A token and when it ends: milliseconds since the epoch, already reduced by the safety margin. */
export interface Token {
	value: string;
	expiresAt: number;
}

/** Which token is wanted, and how to ask for it. */
export interface TokenOrder {
	/** Fingerprint of the settings the token is for: whoever has the same shares it. */
	key: string;
	/** What a refusal is remembered for, when more than the settings decides. Default: the key. */
	attempt?: string;
	base: string;
	/** The field of the reply that holds the token. */
	field: string;
	send: () => Promise<WecomReply>;
}

/** The hidden credential fields that hold an app's token. */
export interface StoredToken extends Record<string, string> {
	accessToken: string;
	/** Milliseconds since the epoch, already reduced by the safety margin, as text. */
	accessTokenExpiresAt: string;
	/** Fingerprint of the settings the token was issued for. */
	accessTokenFor: string;
}

/** Small on purpose: until a token expires WeCom answers `gettoken` with the same one, so asking early gains nothing. */
const EXPIRY_MARGIN_S = 10;
const REFUSAL_MEMORY_MS = 30_000;
/** How many tokens a process remembers: providers act for thousands of companies, each with a token of its own. */
const MAX_REMEMBERED = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** WeCom's answers that mean "these settings are wrong", where asking again only leads to a blocked IP. */
const SETTINGS_REFUSED = new Set([
	40001, 40013, 40080, 40083, 40084, 40085, 40091, 41002, 41004, 45009, 45031, 50003,
]);

interface Issued {
	token: Token;
	/** When WeCom has refused this token and then issued it again: no further request is made for it before this moment. */
	unchangedUntil: number;
}

const issued = new Map<string, Issued>();
const refused = new Map<string, { until: number; error: Error }>();
const underWay = new Map<string, Promise<Token>>();

/** SHA-256 over what a token belongs to. */
export function digest(...parts: string[]): string {
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Over base URL, Corp ID and Secret: tells whether a stored token belongs to the settings at hand. */
export function fingerprint(credentials: ICredentialDataDecryptedObject): string {
	return digest(apiBase(credentials), clean(credentials.corpId), clean(credentials.corpSecret));
}

/** Whether the credential holds a token for exactly these settings that is still valid. */
export function holdsValidToken(credentials: ICredentialDataDecryptedObject): boolean {
	return (
		Boolean(credentials.accessToken) &&
		Number(credentials.accessTokenExpiresAt) > Date.now() &&
		credentials.accessTokenFor === fingerprint(credentials)
	);
}

/** The token fields of an app to store from now on; a `refusedToken` is not among them. Throws a TokenFailure. */
export async function obtainToken(
	credentials: ICredentialDataDecryptedObject,
	httpRequest: HttpRequest,
	refusedToken?: string,
): Promise<StoredToken> {
	const key = fingerprint(credentials);
	const { token } = await obtain(
		{
			key,
			base: apiBase(credentials),
			field: 'access_token',
			send: async () => await requestToken(credentials, httpRequest),
		},
		refusedToken,
	);
	return {
		accessToken: token.value,
		accessTokenExpiresAt: String(token.expiresAt),
		accessTokenFor: key,
	};
}

/**
 * The token of an order, fetched once however many callers ask at the same time; `fetched` is true for the one who did.
 * A `refusedToken` is not returned from memory. Throws a TokenFailure.
 */
export async function obtain(
	order: TokenOrder,
	refusedToken?: string,
): Promise<{ token: Token; fetched: boolean }> {
	const known = issued.get(order.key);
	if (known && known.token.expiresAt > Date.now()) {
		if (known.token.value !== refusedToken || known.unchangedUntil > Date.now())
			return { token: known.token, fetched: false };
	}
	const refusal = refused.get(order.attempt ?? order.key);
	if (refusal && refusal.until > Date.now()) throw refusal.error;

	const request = underWay.get(order.key);
	if (request) return { token: await request, fetched: false };
	const own = fetchToken(order, refusedToken).finally(() => underWay.delete(order.key));
	underWay.set(order.key, own);
	return { token: await own, fetched: true };
}

async function fetchToken(order: TokenOrder, refusedToken: string | undefined): Promise<Token> {
	const reply = await order.send();
	const lifetime = Number(reply.expires_in);
	const value = reply[order.field];
	if (reply.errcode || typeof value !== 'string' || !(lifetime > 0)) {
		const error = new TokenFailure(
			reply.errcode ? await describeErrcode(reply) : describeForeignReply(order.base, 200),
		);
		if (SETTINGS_REFUSED.has(Number(reply.errcode))) {
			const until = Date.now() + REFUSAL_MEMORY_MS;
			keepNewest(refused, order.attempt ?? order.key, { until, error }, MAX_REMEMBERED);
		}
		throw error;
	}
	const expiresAt = Date.now() + (lifetime - Math.min(EXPIRY_MARGIN_S, lifetime / 10)) * 1000;
	const unchangedUntil = value === refusedToken ? Date.now() + REFUSAL_MEMORY_MS : 0;
	keepNewest(issued, order.key, { token: { value, expiresAt }, unchangedUntil }, MAX_REMEMBERED);
	return { value, expiresAt };
}

/** One `gettoken` call, no memory. Throws a TokenFailure when the host does not answer with WeCom's JSON. */
export async function requestToken(
	credentials: ICredentialDataDecryptedObject,
	httpRequest: HttpRequest,
): Promise<WecomReply> {
	const { corpId, corpSecret } = credentials;
	const qs = { corpid: clean(corpId), corpsecret: clean(corpSecret) };
	return await askForToken(
		apiBase(credentials),
		{ method: 'GET', path: '/cgi-bin/gettoken', qs },
		httpRequest,
	);
}

/** One call on the way to a token, no memory. Throws a TokenFailure when the host does not answer with WeCom's JSON. */
export async function askForToken(
	base: string,
	{
		method,
		path,
		qs,
		body,
	}: { method: 'GET' | 'POST'; path: string; qs?: IDataObject; body?: IDataObject },
	httpRequest: HttpRequest,
): Promise<WecomReply> {
	let response: { body?: unknown; statusCode?: number };
	try {
		response = (await httpRequest({
			method,
			url: base + path,
			qs,
			...(body && {
				body: JSON.stringify(body),
				headers: { 'content-type': 'application/json' },
			}),
			encoding: 'text',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			timeout: REQUEST_TIMEOUT_MS,
		})) as typeof response;
	} catch (error) {
		throw unreachable(base, error);
	}
	const reply = parseReply(response.body);
	if (!reply) throw new TokenFailure(describeForeignReply(base, Number(response.statusCode)));
	return reply;
}

// The error of the HTTP layer carries the request, and so the secret: it must not travel further.
function unreachable(base: string, error: unknown): TokenFailure {
	return new TokenFailure(describeUnreachable(base, error));
}
