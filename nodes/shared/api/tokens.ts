import { createHash } from 'crypto';
import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import {
	describeErrcode,
	describeForeignReply,
	describeUnreachable,
	TokenFailure,
} from './failures';
import { parseReply, type WecomReply } from './reply';
import { apiBase, clean } from './settings';

/**
 * The access token of a self-built app: `GET /cgi-bin/gettoken` (doc 91039), kept in n8n's credential store.
 * WeCom hands out the same token while it is valid, counts every request, and blocks the caller's IP for an hour
 * after several wrong secrets, so a token is asked for once and a refused secret is not tried again at once.
 */

export type HttpRequest = (options: IHttpRequestOptions) => Promise<unknown>;

/** The hidden credential fields that hold the token; `refreshGuard` stays '' so that n8n asks before every request. */
export interface StoredToken {
	refreshGuard: '';
	accessToken: string;
	/** Milliseconds since the epoch, already reduced by the safety margin. */
	accessTokenExpiresAt: number;
	/** Fingerprint of the settings the token was issued for. */
	accessTokenFor: string;
}

/** Symbol key on credential data: the token WeCom has just refused, so that a cached copy of it is not used again. */
export const REFUSED_TOKEN = Symbol.for('n8n-nodes-wecom-kit.refusedToken');

/** Small on purpose: until a token expires WeCom answers `gettoken` with the same one, so asking early gains nothing. */
const EXPIRY_MARGIN_S = 10;
const REFUSAL_MEMORY_MS = 30_000;
const MAX_REMEMBERED = 500;
const REQUEST_TIMEOUT_MS = 15_000;

/** WeCom's answers that mean "these settings are wrong", where asking again only leads to a blocked IP. */
const SETTINGS_REFUSED = new Set([40001, 40013, 40091, 41002, 41004, 45009, 50003]);

interface Issued {
	token: StoredToken;
	/** Set when WeCom refused this token and then issued it again: until then no further request is made for it. */
	unchangedUntil: number;
}

const issued = new Map<string, Issued>();
const refused = new Map<string, { until: number; error: Error }>();
const underWay = new Map<string, Promise<StoredToken>>();

/** SHA-256 over base URL, Corp ID and Secret: tells whether a stored token belongs to the settings at hand. */
export function fingerprint(credentials: ICredentialDataDecryptedObject): string {
	const parts = [apiBase(credentials), clean(credentials.corpId), clean(credentials.corpSecret)];
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Whether the credential holds a token for exactly these settings that is still valid. */
export function holdsValidToken(credentials: ICredentialDataDecryptedObject): boolean {
	return (
		Boolean(credentials.accessToken) &&
		Number(credentials.accessTokenExpiresAt) > Date.now() &&
		credentials.accessTokenFor === fingerprint(credentials)
	);
}

/**
 * The token fields to store from now on, fetched once however many callers ask at the same time.
 * A token named under `REFUSED_TOKEN` is not returned from memory. Throws a TokenFailure.
 */
export async function obtainToken(
	credentials: ICredentialDataDecryptedObject,
	httpRequest: HttpRequest,
): Promise<StoredToken> {
	const key = fingerprint(credentials);
	const refusedToken = (credentials as { [REFUSED_TOKEN]?: string })[REFUSED_TOKEN];

	const known = issued.get(key);
	if (known && known.token.accessTokenExpiresAt > Date.now()) {
		if (known.token.accessToken !== refusedToken || known.unchangedUntil > Date.now())
			return known.token;
	}
	const refusal = refused.get(key);
	if (refusal && refusal.until > Date.now()) throw refusal.error;

	let request = underWay.get(key);
	if (!request) {
		request = fetchToken(credentials, key, refusedToken, httpRequest).finally(() =>
			underWay.delete(key),
		);
		underWay.set(key, request);
	}
	return await request;
}

async function fetchToken(
	credentials: ICredentialDataDecryptedObject,
	key: string,
	refusedToken: string | undefined,
	httpRequest: HttpRequest,
): Promise<StoredToken> {
	const reply = await requestToken(credentials, httpRequest);
	const lifetime = Number(reply.expires_in);
	if (reply.errcode || typeof reply.access_token !== 'string' || !(lifetime > 0)) {
		const error = new TokenFailure(
			reply.errcode
				? await describeErrcode(reply)
				: describeForeignReply(apiBase(credentials), 200),
		);
		if (SETTINGS_REFUSED.has(Number(reply.errcode))) {
			remember(refused, key, { until: Date.now() + REFUSAL_MEMORY_MS, error });
		}
		throw error;
	}
	const token: StoredToken = {
		refreshGuard: '',
		accessToken: reply.access_token,
		accessTokenExpiresAt: Date.now() + (lifetime - Math.min(EXPIRY_MARGIN_S, lifetime / 10)) * 1000,
		accessTokenFor: key,
	};
	const unchanged = reply.access_token === refusedToken;
	remember(issued, key, { token, unchangedUntil: unchanged ? Date.now() + REFUSAL_MEMORY_MS : 0 });
	return token;
}

/** One `gettoken` call, no memory. Throws a TokenFailure when the host does not answer with WeCom's JSON. */
export async function requestToken(
	credentials: ICredentialDataDecryptedObject,
	httpRequest: HttpRequest,
): Promise<WecomReply> {
	const base = apiBase(credentials);
	let response: { body?: unknown; statusCode?: number };
	try {
		response = (await httpRequest({
			method: 'GET',
			url: `${base}/cgi-bin/gettoken`,
			qs: { corpid: clean(credentials.corpId), corpsecret: clean(credentials.corpSecret) },
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

function remember<T>(map: Map<string, T>, key: string, value: T): void {
	map.delete(key);
	map.set(key, value);
	if (map.size > MAX_REMEMBERED) map.delete(map.keys().next().value as string);
}
