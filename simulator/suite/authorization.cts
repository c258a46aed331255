/** How authorizations, their codes and tokens come and go. */
import { randomBytes } from 'node:crypto';
import { WecomError } from '../errors.cts';
import { now, type App, type CallbackSettings, type State } from '../state.cts';
import {
	authorizationKey,
	companyState,
	findAuthorization,
	isTemplate,
	type Authorization,
	type Company,
	type Suite,
} from './state.cts';
import { issueToken } from '../tokens.cts';

/** "Each ticket is really valid 30 minutes" (doc 90628). */
const TICKET_LIFETIME = 30 * 60_000;
/** How long an auth_code lives. It works once (doc 90597). */
export const AUTH_CODE_SECONDS = 600;
const AGENTID_STEP = 100_000;
const DEFAULT_PERMISSIONS = ['contact:base:base', 'externalcontact:base:base'];

export interface AuthorizeOptions {
	/** What the QR code or link carried; get_permanent_code gives it back. */
	state?: string;
	agentid?: number;
	/** The userid of who authorizes; empty for nobody (member authorization). */
	admin?: string;
	authMode?: 0 | 1;
}

const secret = (bytes: number) => randomBytes(bytes).toString('base64url');

export function issueTicket(state: State, suiteId: string): string {
	const ticket = secret(48);
	state.providerSide.suiteTickets.set(ticket, { suiteId, expiresAt: now(state) + TICKET_LIFETIME });
	return ticket;
}

/** Installs the app, or changes the installed one. Its permanent code comes with the first exchange. */
export function install(
	state: State,
	suite: Suite,
	company: Company,
	options: AuthorizeOptions = {},
): Authorization {
	const key = authorizationKey(suite.suiteId, company.corpid);
	const known = state.providerSide.authorizations.get(key);
	const authorization: Authorization = known ?? {
		suite,
		company,
		app: newApp(state, suite, company, options.agentid),
		admin: company.admins[0]?.userid ?? '',
		authMode: 0,
		permissions: [...DEFAULT_PERMISSIONS],
	};
	if (options.admin !== undefined) authorization.admin = options.admin;
	if (options.authMode !== undefined) authorization.authMode = options.authMode;
	state.providerSide.authorizations.set(key, authorization);
	return authorization;
}

/** The app in the company; addresses, domains and callbacks follow the suite's settings until it has its own. */
function newApp(state: State, suite: Suite, company: Company, wanted?: number): App {
	const { apps } = companyState(state, company);
	let agentid = wanted ?? company.agentid;
	while (apps.some((app) => app.agentid === agentid)) agentid += AGENTID_STEP;
	let ownIps: string[] | undefined;
	let ownDomains: string[] | undefined;
	let ownCallback: CallbackSettings | undefined;
	const app: App = {
		agentid,
		name: suite.name,
		kind: 'app',
		secret: secret(32),
		enabled: true,
		visible: { users: [], departments: [1], tags: [] },
		sensitiveFields: ['gender', 'avatar', 'qr_code'],
		get callback() {
			return ownCallback ?? { ...suite.callback, url: suite.dataUrl || suite.callback.url };
		},
		set callback(settings) {
			ownCallback = settings;
		},
		get trustedIps() {
			return ownIps ?? suite.trustedIps;
		},
		set trustedIps(ips) {
			ownIps = ips;
		},
		get trustedDomains() {
			return ownDomains ?? suite.trustedDomains;
		},
		set trustedDomains(domains) {
			ownDomains = domains;
		},
	};
	apps.push(app);
	return app;
}

/** Removes the app from the company; its tokens and codes are void from then on. */
export function uninstall(state: State, { suite, company, app }: Authorization) {
	const { authorizations, authCodes } = state.providerSide;
	const key = authorizationKey(suite.suiteId, company.corpid);
	authorizations.delete(key);
	for (const code of authCodes.values())
		if (authorizationKey(code.suiteId, code.corpid) === key) code.used = true;
	const own = companyState(state, company);
	own.apps = own.apps.filter((one) => one !== app);
	endCorpTokens(state, { company, app }, 40014);
}

export function endCorpTokens(
	state: State,
	{ company, app }: Pick<Authorization, 'company' | 'app'>,
	errcode: number,
) {
	for (const token of companyState(state, company).tokens.values())
		if (token.agentid === app.agentid) token.deadWith ??= errcode;
}

export function issueAuthCode(
	state: State,
	{ suite, company }: Authorization,
	{ reset = false, state: custom }: { reset?: boolean; state?: string } = {},
): string {
	const code = secret(48);
	state.providerSide.authCodes.set(code, {
		suiteId: suite.suiteId,
		corpid: company.corpid,
		expiresAt: now(state) + AUTH_CODE_SECONDS * 1000,
		used: false,
		reset,
		state: custom,
	});
	return code;
}

/**
 * Exchanges an auth_code, which is used up by it. "permanent_code is unique per (company, app)": authorizing again gives the same
 * one, only a reset gives a new one and voids the old one. The docs have one error for every wrong auth_code, 40078.
 */
export function exchange(state: State, suite: Suite, authCode: string) {
	const code = state.providerSide.authCodes.get(authCode);
	const authorization = code && findAuthorization(state, suite.suiteId, code.corpid);
	if (!authorization || code.suiteId !== suite.suiteId) throw new WecomError(40078);
	if (code.used || code.expiresAt <= now(state)) throw new WecomError(40078);
	code.used = true;
	if (code.reset || !authorization.permanentCode) {
		authorization.permanentCode = secret(32);
		if (isTemplate(suite)) authorization.app.secret = authorization.permanentCode;
	}
	return { authorization, permanentCode: authorization.permanentCode, custom: code.state };
}

/**
 * The authorization behind a permanent code. An unknown company is refused with 40013, a code that was "cancelled, mistyped or
 * another provider's" with 40084.
 */
export function authorizedBy(
	state: State,
	suite: Suite,
	{ auth_corpid, permanent_code }: Record<string, any>,
): Authorization {
	if (!state.providerSide.companies.has(auth_corpid)) throw new WecomError(40013);
	const authorization = findAuthorization(state, suite.suiteId, auth_corpid);
	if (!authorization?.permanentCode || authorization.permanentCode !== permanent_code)
		throw new WecomError(40084);
	return authorization;
}

/** The token of the company's app: the same one while it is valid. */
export function corpToken(root: State, { company, app }: Authorization): string {
	const state = companyState(root, company);
	const current = [...state.tokens.values()].find(
		({ agentid, deadWith, expiresAt }) =>
			agentid === app.agentid && !deadWith && expiresAt > now(state),
	);
	return current?.token ?? issueToken(state, 'corp', { agentid: app.agentid });
}

export function countFetch(counts: Record<string, number>, key: string) {
	counts[key] = (counts[key] ?? 0) + 1;
}
