import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { TokenFailure } from '../protocol/errors';
import type { WecomReply } from '../protocol/reply';
import { apiBase, clean } from '../protocol/settings';
import type { StoredFields } from './fields';
import { addNote, noteOf, withNote } from './note';
import { takeTurn } from './store';
import {
	companiesOf,
	isCustomized,
	parsed,
	suiteFingerprint,
	suiteIdOf,
	ticketOf,
	turnKey,
	type ActAs,
} from './suiteState';
import {
	askForToken,
	digest,
	obtain,
	requestToken,
	type HttpRequest,
	type Token,
	type TokenOrder,
} from './tokens';

type Data = ICredentialDataDecryptedObject;

/** The tokens of a service provider: of the suite (doc 90600), the provider (91200) and each company (90605, 97164). */

const QUERY_NAMES = {
	suite: 'suite_access_token',
	provider: 'provider_access_token',
	company: 'access_token',
};
/** The codes with which WeCom reports a dead token: never those that mean a wrong secret (doc 90313). */
const DEAD_TOKENS = { suite: [40082, 42009], provider: [40014, 42001], company: [40014, 42001] };

/** How many tokens of companies are stored; further ones stay in memory, since every new token has all of them written. */
export const MAX_STORED_TOKENS = 200;

/** A company's token as stored; `for` tells whether it belongs to the settings and the permanent code at hand. */
interface CompanyToken {
	token: string;
	expiresAt: number;
	for: string;
}

/** The tokens that this process knows, by the fingerprint of the suite. A write that was lost is made good by the next one. */
const companyTokens = new Map<string, Map<string, CompanyToken>>();

const actOf = (credentials: Data): ActAs => noteOf(credentials).actAs ?? { kind: 'suite' };

export const deadTokenCodes = (credentials: Data): number[] => DEAD_TOKENS[actOf(credentials).kind];

/** The credential for requests in someone's name. */
export const actingAs = (credentials: Data, actAs: ActAs): Data =>
	withNote(credentials, { actAs, token: undefined, refusedToken: undefined });

/** The token a request goes out with, whatever its state. */
export const currentToken = (credentials: Data): Token =>
	noteOf(credentials).token ?? storedToken(credentials) ?? { value: '', expiresAt: 0 };

/** The stored token for the one a request is made for, when it is still good. */
export function heldToken(credentials: Data): Token | undefined {
	const { token = storedToken(credentials), refusedToken } = noteOf(credentials);
	if (!token?.value || token.expiresAt <= Date.now()) return undefined;
	return token.value === refusedToken ? undefined : token;
}

/** The request's parameter with the token, for `authenticate`. */
export function tokenQuery(credentials: Data): IDataObject {
	const { endTurn, token } = noteOf(credentials);
	endTurn?.();
	return { [QUERY_NAMES[actOf(credentials).kind]]: token?.value };
}

/**
 * Finds the token for the request, for `preAuthentication`. Returns the fields of the credential that it changes; undefined if
 * the token was known. Throws a TokenFailure.
 */
export async function provideToken(
	credentials: Data,
	httpRequest: HttpRequest,
): Promise<StoredFields | undefined> {
	const held = heldToken(credentials);
	if (held) {
		addNote(credentials, { token: held });
		return undefined;
	}
	const changes: StoredFields = {};
	const order = orderFor(credentials, actOf(credentials), httpRequest, changes);
	const { token, fetched } = await obtain(order, noteOf(credentials).refusedToken);
	addNote(credentials, { token, refusedToken: undefined });
	if (!fetched) return undefined;

	// n8n stores the fields between this and `authenticate`, which ends the turn.
	addNote(credentials, { endTurn: await takeTurn(turnKey(credentials)) });
	return { ...changes, ...fieldsFor(credentials, actOf(credentials), token) };
}

/** Fingerprint of the settings a token belongs to; each stored token carries it, so a changed setting voids it. */
function keyOf(credentials: Data, act: ActAs): string {
	if (act.kind === 'provider') {
		const { providerCorpId, providerSecret } = credentials;
		return digest(apiBase(credentials), 'provider', clean(providerCorpId), clean(providerSecret));
	}
	const fingerprint = suiteFingerprint(credentials);
	return act.kind === 'suite'
		? fingerprint
		: digest(fingerprint, act.corpId, permanentCode(credentials, act) ?? '');
}

function storedToken(credentials: Data): Token | undefined {
	const act = actOf(credentials);
	if (act.kind === 'company') {
		const stored = parsed<CompanyToken>(credentials.companyTokens)[act.corpId];
		return stored?.for === mark(keyOf(credentials, act))
			? { value: stored.token, expiresAt: stored.expiresAt }
			: undefined;
	}
	const { [`${act.kind}AccessToken`]: value, [`${act.kind}AccessTokenExpiresAt`]: expiresAt } =
		credentials;
	return credentials[`${act.kind}AccessTokenFor`] === keyOf(credentials, act)
		? { value: String(value), expiresAt: Number(expiresAt) }
		: undefined;
}

function fieldsFor(credentials: Data, act: ActAs, { value, expiresAt }: Token): StoredFields {
	const key = keyOf(credentials, act);
	if (act.kind !== 'company') {
		return {
			[`${act.kind}AccessToken`]: value,
			[`${act.kind}AccessTokenExpiresAt`]: String(expiresAt),
			[`${act.kind}AccessTokenFor`]: key,
		};
	}
	const fingerprint = suiteFingerprint(credentials);
	const known = companyTokens.get(fingerprint) ?? new Map<string, CompanyToken>();
	companyTokens.set(fingerprint, known);
	known.delete(act.corpId);
	known.set(act.corpId, { token: value, expiresAt, for: mark(key) });
	const newest = Object.entries({
		...parsed<CompanyToken>(credentials.companyTokens),
		...Object.fromEntries(known),
	})
		.filter(([, { expiresAt: end }]) => end > Date.now())
		.sort(([, one], [, other]) => other.expiresAt - one.expiresAt)
		.slice(0, MAX_STORED_TOKENS);
	for (const corpId of known.keys()) {
		if (known.size <= MAX_STORED_TOKENS) break;
		known.delete(corpId);
	}
	return { companyTokens: JSON.stringify(Object.fromEntries(newest)) };
}

/** `changes` receives the fields of a suite token that was fetched on the way. */
function orderFor(
	credentials: Data,
	act: ActAs,
	httpRequest: HttpRequest,
	changes: StoredFields,
): TokenOrder {
	const key = keyOf(credentials, act);
	const base = apiBase(credentials);
	const post = async (path: string, body: IDataObject, qs?: IDataObject) =>
		await askForToken(base, { method: 'POST', path, qs, body }, httpRequest);

	if (act.kind === 'provider') {
		const { providerCorpId, providerSecret } = credentials;
		const body = { corpid: clean(providerCorpId), provider_secret: clean(providerSecret) };
		if (!body.corpid || !body.provider_secret) throw lacking(NO_PROVIDER);
		const send = async () => await post('/cgi-bin/service/get_provider_token', body);
		return { key, base, field: QUERY_NAMES.provider, send };
	}

	if (act.kind === 'suite') {
		const known = ticketOf(credentials);
		if (!known) throw lacking(NO_TICKET);
		const body = {
			suite_id: suiteIdOf(credentials),
			suite_secret: clean(credentials.suiteSecret),
			suite_ticket: known.ticket,
		};
		const send = async () => await post('/cgi-bin/service/get_suite_token', body);
		return { key, attempt: digest(key, known.ticket), base, field: QUERY_NAMES.suite, send };
	}

	const { corpId } = act;
	const code = permanentCode(credentials, act);
	if (!code) throw lacking(noCompany(corpId));
	const send = async (): Promise<WecomReply> => {
		if (isCustomized(suiteIdOf(credentials)))
			return await requestToken({ ...credentials, corpId, corpSecret: code }, httpRequest);
		const suite = actingAs(credentials, { kind: 'suite' });
		const ofSuite = async () => {
			const held = heldToken(suite);
			if (held) return held.value;
			const order = orderFor(suite, { kind: 'suite' }, httpRequest, changes);
			const { token, fetched } = await obtain(order, noteOf(suite).refusedToken);
			if (fetched) Object.assign(changes, fieldsFor(suite, { kind: 'suite' }, token));
			return token.value;
		};
		const body = { auth_corpid: corpId, permanent_code: code };
		const path = '/cgi-bin/service/get_corp_token';
		const suiteToken = await ofSuite();
		const reply = await post(path, body, { suite_access_token: suiteToken });
		if (!DEAD_TOKENS.suite.includes(Number(reply.errcode))) return reply;
		addNote(suite, { refusedToken: suiteToken });
		return await post(path, body, { suite_access_token: await ofSuite() });
	};
	return { key, base, field: QUERY_NAMES.company, send };
}

function permanentCode(credentials: Data, act: ActAs & { kind: 'company' }): string | undefined {
	return clean(act.permanentCode) || companiesOf(credentials)[act.corpId]?.permanentCode;
}

const mark = (key: string) => key.slice(0, 16);

const lacking = ([message, description]: readonly [string, string]) =>
	new TokenFailure({ message, description });

export const NO_TICKET = [
	'No suite_ticket received yet',
	'Publish a workflow with a WeCom Trigger (source Suite) that uses this credential, enter its URL as the command callback URL, then open the WeCom provider console > your app > callback configuration and press Refresh Ticket.',
] as const;

const NO_PROVIDER = [
	'The credential has no provider secret',
	'Enter Provider Corp ID and Provider Secret in the WeCom Suite API credential. The secret is in the WeCom provider console under Provider info > Basic info.',
] as const;

const noCompany = (corpId: string) =>
	[
		`The company ${corpId || '(empty)'} is not stored in the credential`,
		"Choose a company from the list, enter its code in 'Permanent Code', or store it with Suite > Import Company.",
	] as const;
