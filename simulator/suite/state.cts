/**
 * What the platform knows of a service provider: its suites, and the companies that authorize them. Every company
 * has a `State` of its own, so that each endpoint serves it like the demo company.
 */
import { createHash } from 'node:crypto';
import { companyDirectory } from './data.cts';
import type { SuitePush } from './push.cts';
import { createState, type App, type CallbackSettings, type State } from '../state.cts';

/** A third-party app (`ww…`) or a template of customized apps (`dk…`, doc 97201). */
export interface Suite {
	suiteId: string;
	suiteSecret: string;
	name: string;
	/** The command URL, and token and key of both URLs. */
	callback: CallbackSettings;
	/** The data URL; when empty, messages and events go to the command URL. */
	dataUrl: string;
	/** The provider's IP whitelist; empty = every address may call. */
	trustedIps: string[];
	trustedDomains: string[];
}

export interface Provider {
	corpid: string;
	secret: string;
	trustedIps: string[];
}

export interface Company {
	corpid: string;
	name: string;
	/** The agentid of its first authorized app; those of further ones count up from it. */
	agentid: number;
	/** `auth_type` 0: may send messages, 1: may manage (doc 100073). */
	admins: Array<{ userid: string; auth_type: 0 | 1 }>;
}

/** The part of a seed that turns the provider side on. */
export interface ProviderSeed {
	provider?: Provider;
	suites?: Suite[];
	companies?: Company[];
}

/** A company has installed an app of a suite. */
export interface Authorization {
	suite: Suite;
	company: Company;
	/** In the company's own state; its secret is the permanent code of a customized app. */
	app: App;
	/** The permanent code; undefined until an auth_code has been exchanged. */
	permanentCode?: string;
	/** Who authorized; when empty, the answer has no auth_user_info. */
	admin: string;
	/** 0 when an admin has authorized it, 1 when members have done it themselves. */
	authMode: 0 | 1;
	permissions: string[];
}

export interface AuthCode {
	suiteId: string;
	corpid: string;
	expiresAt: number;
	used: boolean;
	/** Whether the code comes from reset_permanent_code: its exchange gives a new permanent code. */
	reset: boolean;
	state?: string;
}

/** A code of a third-party app's login (docs 91120, 98179), and the ticket it may give. */
export interface SuiteLogin {
	suiteId: string;
	corpid: string;
	userid?: string;
	openid?: string;
	withTicket: boolean;
	domain?: string;
	expiresAt: number;
	used: boolean;
}

export interface ProviderSide {
	provider?: Provider;
	suites: Map<string, Suite>;
	companies: Map<string, Company>;
	states: Map<string, State>;
	/** By `<suiteId>/<corpid>`. */
	authorizations: Map<string, Authorization>;
	suiteTickets: Map<string, { suiteId: string; expiresAt: number }>;
	authCodes: Map<string, AuthCode>;
	preAuthCodes: Map<string, { suiteId: string; expiresAt: number; authType: number }>;
	/** Links and QR codes to authorize with, by the last part of their address. */
	authUrls: Map<string, { suiteIds: string[]; state?: string; expiresAt: number }>;
	codes: Map<string, SuiteLogin>;
	userTickets: Map<string, SuiteLogin>;
	pushes: SuitePush[];
	/** How many tokens were fetched successfully; those of companies by `<suiteId>/<corpid>`. */
	fetches: {
		provider: number;
		suites: Record<string, number>;
		companies: Record<string, number>;
	};
	leaveOutErrcode: boolean;
}

export const createProviderSide = (seed: ProviderSeed): ProviderSide => ({
	provider: seed.provider,
	suites: new Map(seed.suites?.map((suite) => [suite.suiteId, suite])),
	companies: new Map(seed.companies?.map((company) => [company.corpid, company])),
	states: new Map(),
	authorizations: new Map(),
	suiteTickets: new Map(),
	authCodes: new Map(),
	preAuthCodes: new Map(),
	authUrls: new Map(),
	codes: new Map(),
	userTickets: new Map(),
	pushes: [],
	fetches: { provider: 0, suites: {}, companies: {} },
	leaveOutErrcode: false,
});

export const isTemplate = ({ suiteId }: Suite): boolean => suiteId.startsWith('dk');

export const authorizationKey = (suiteId: string, corpid: string) => `${suiteId}/${corpid}`;

export const findAuthorization = (state: State, suiteId: string, corpid: string) =>
	state.providerSide.authorizations.get(authorizationKey(suiteId, corpid));

/**
 * What the state of a company shares with that of the platform, which has one clock, one caller and one set of faults and lists.
 */
const SHARED = [
	'clockOffset',
	'callerIp',
	'refuseIp',
	'wrongSecrets',
	'wrongSecretLimit',
	'dispositionStyle',
	'lists',
] as const;

/** The company's people, apps, tokens, media and messages. */
export function companyState(root: State, company: Company): State {
	const { states } = root.providerSide;
	const known = states.get(company.corpid);
	if (known) return known;
	const state = createState({
		corpid: company.corpid,
		corpName: company.name,
		apps: [],
		tags: [],
		...companyDirectory(company),
	});
	for (const name of SHARED) {
		Object.defineProperty(state, name, {
			get: () => root[name],
			set: (value: never) => Object.assign(root, { [name]: value }),
		});
	}
	states.set(company.corpid, state);
	return state;
}

/** The company that a request is about: whose access_token it has, or whose gettoken it is. */
export function companyOf(
	root: State,
	path: string,
	query: Record<string, string>,
): { company: Company; state: State } | undefined {
	const { companies, states } = root.providerSide;
	const owner = () => [...states].find(([, { tokens }]) => tokens.has(query.access_token))?.[0];
	const corpid = path === '/cgi-bin/gettoken' ? query.corpid : query.access_token && owner();
	const company = companies.get(corpid ?? '');
	return company && { company, state: companyState(root, company) };
}

/** An id that is the same for everything the provider does: `wo…` for members (doc 97062), `wp…` for companies (doc 97061). */
export function openId(prefix: 'wo' | 'wp', state: State, ...parts: string[]): string {
	const text = [state.providerSide.provider?.corpid, ...parts].join('/');
	return prefix + createHash('sha256').update(text).digest('base64url').slice(0, 30);
}
