/** Tokens other than those of gettoken: of suites, providers, devices and models, and the keys of message-push webhooks. */
import { randomBytes } from 'node:crypto';
import { WecomError } from './errors.cts';
import { HOUR, now, type State } from './state.cts';

export type TokenKind = 'corp' | IssuedKind;
export type IssuedKind = 'suite' | 'provider' | 'device' | 'model' | 'webhook-key';

export interface IssuedToken {
	token: string;
	kind: IssuedKind;
	/** What the request log shows in its place. */
	name: string;
	expiresAt: number;
	deadWith?: number;
}

/** The query parameter of each kind, and the errcodes for a missing, a wrong and an expired one. */
export const TOKEN_RULES: Record<
	IssuedKind,
	{ query: string; missing: number; wrong: number; expired: number }
> = {
	suite: { query: 'suite_access_token', missing: 41022, wrong: 40082, expired: 42009 },
	provider: { query: 'provider_access_token', missing: 41001, wrong: 40014, expired: 42001 },
	device: { query: 'device_access_token', missing: 41001, wrong: 40106, expired: 42021 },
	model: { query: 'model_access_token', missing: 710403, wrong: 710400, expired: 710401 },
	'webhook-key': { query: 'key', missing: 93000, wrong: 93000, expired: 93000 },
};
/** The webhook of a smart sheet has an errcode of its own. */
const WRONG_SHEET_WEBHOOK = 840001;

export interface IssueOptions {
	/** The value of the token; without it a random one is made. */
	token?: string;
	name?: string;
	/** How long it lives, by default two hours; webhook keys do not expire. */
	lifetimeMs?: number;
	/** Whose token it is, for the kind `corp`; without it the first app's. */
	agentid?: number;
}

export function issueToken(
	state: State,
	kind: TokenKind,
	{ token = randomBytes(64).toString('base64url'), name = kind, ...options }: IssueOptions = {},
): string {
	const lifetime = options.lifetimeMs ?? (kind === 'webhook-key' ? Infinity : 2 * HOUR);
	const expiresAt = now(state) + lifetime;
	if (kind === 'corp') {
		const agentid = options.agentid ?? state.apps[0].agentid;
		state.tokens.set(token, { token, agentid, expiresAt });
	} else state.issued.set(token, { token, kind, name, expiresAt });
	return token;
}

/** Ends the tokens of a kind before their time; calls with them get the errcode, by default the one for a wrong token. */
export function endTokens(state: State, kind: IssuedKind, errcode = TOKEN_RULES[kind].wrong) {
	for (const token of state.issued.values()) if (token.kind === kind) token.deadWith ??= errcode;
}

export function checkToken(
	state: State,
	kind: IssuedKind,
	{ path, query }: { path: string; query: Record<string, string> },
) {
	const rules = TOKEN_RULES[kind];
	const refuse = (errcode: number) => {
		const isSheet = kind === 'webhook-key' && path.startsWith('/cgi-bin/wedoc/');
		throw new WecomError(isSheet ? WRONG_SHEET_WEBHOOK : errcode);
	};
	const value = query[rules.query];
	if (!value) return refuse(rules.missing);
	const token = state.issued.get(value);
	if (token?.kind !== kind) return refuse(rules.wrong);
	if (token.deadWith) return refuse(token.deadWith);
	if (token.expiresAt <= now(state)) return refuse(rules.expired);
}

/** Endpoints that hand out tokens: the field of the answer and the kind of token in it. */
const ISSUERS: Record<string, { field: string; kind: TokenKind }> = {
	'/cgi-bin/service/get_suite_token': { field: 'suite_access_token', kind: 'suite' },
	'/cgi-bin/service/get_provider_token': { field: 'provider_access_token', kind: 'provider' },
	'/cgi-bin/service/get_corp_token': { field: 'access_token', kind: 'corp' },
	'/cgi-bin/corpgroup/corp/gettoken': { field: 'access_token', kind: 'corp' },
	'/cgi-bin/openhw/get_model_token': { field: 'model_access_token', kind: 'model' },
	'/cgi-bin/openhw/get_device_secret': { field: 'device_access_token', kind: 'device' },
	'/cgi-bin/openhw/get_device_token': { field: 'device_access_token', kind: 'device' },
};

/** The token fields of an answer: a token that works, the same one while it is valid. */
export function handOut(state: State, path: string): Record<string, unknown> {
	if (!Object.hasOwn(ISSUERS, path)) return {};
	const { field, kind } = ISSUERS[path];
	const known: Array<{ token: string; expiresAt: number; deadWith?: number }> =
		kind === 'corp' ? [...state.tokens.values()] : [...state.issued.values()];
	const last = state.handedOut.get(path);
	const current = known.find(
		({ token, expiresAt, deadWith }) => token === last && !deadWith && expiresAt > now(state),
	);
	const token = current?.token ?? issueToken(state, kind);
	state.handedOut.set(path, token);
	return { [field]: token, expires_in: 7200 };
}
