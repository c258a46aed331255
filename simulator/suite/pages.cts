/**
 * The pages a company's admin or member opens for a suite: installing it (doc 90597), scanning a link to authorize (docs 98744,
 * 95430), and logging in to a third-party app (docs 91120, 98152). Instead of scanning, one chooses who one is.
 */
import { createSuiteCode } from '../endpoints/suite-login.cts';
import { SCAN_PATH } from '../endpoints/suite-links.cts';
import {
	back,
	decisionForm,
	escape,
	hostOf,
	html,
	isForeignBrowser,
	OAUTH,
	OPEN_IN_CLIENT,
	refused,
	WEB_LOGIN,
	type Option,
	type Page,
	type PageRequest,
	type Query,
} from '../login-pages.cts';
import { findMember, isVisible, type State } from '../state.cts';
import { AUTH_CODE_SECONDS } from './authorization.cts';
import type { SuiteControl } from './control.cts';
import { preAuthError } from './endpoint.cts';
import { companyState, findAuthorization, isTemplate, type Suite } from './state.cts';

const INSTALL = '/3rdapp/install';

export const isSuitePage = (path: string): boolean =>
	path === INSTALL || path.startsWith(SCAN_PATH);

/** A page for a suite; undefined for a login page that is not of a suite. */
export async function suitePage(
	{ state, control }: { state: State; control: SuiteControl },
	request: PageRequest,
): Promise<Page | undefined> {
	const { path, query } = request;
	if (path === INSTALL) return installPage(state, control, request);
	if (path.startsWith(SCAN_PATH)) return await scanPage(state, control, request);
	const isLogin = path === OAUTH || (path === WEB_LOGIN && query.login_type === 'ServiceApp');
	const suite = state.providerSide.suites.get(query.appid ?? '');
	if (!isLogin) return undefined;
	if (path === WEB_LOGIN && (!suite || isTemplate(suite))) return refused('-31027 invalid appid');
	return suite && loginPage(state, suite, request);
}

/** The company whose login page is opened (customized apps use the self-built flow with the company's corpid). */
export function loginState(state: State, { appid }: Query): State {
	const company = state.providerSide.companies.get(appid ?? '');
	return company ? companyState(state, company) : state;
}

function installPage(state: State, control: SuiteControl, { query, form }: PageRequest): Page {
	const suite = state.providerSide.suites.get(query.suite_id ?? '');
	if (!suite) return refused('40083 invalid suite_id');
	const errcode = preAuthError(state, suite.suiteId, query.pre_auth_code);
	if (errcode) return refused(`${errcode} pre_auth_code is wrong or expired`);
	if (!hostOf(query.redirect_uri)) return refused('50001 redirect_uri is missing or no URL');
	if (!/^[a-zA-Z0-9]{0,128}$/.test(query.state ?? ''))
		return refused('84025 invalid state: a-zA-Z0-9, at most 128 bytes');
	if (!form) return choose(`Install ${suite.name}`, 'corpid', companyOptions(state));
	if (form.get('decision') !== 'allow') return back(query, {});
	const corpid = form.get('corpid') ?? '';
	if (!state.providerSide.companies.has(corpid)) return refused('40013 invalid corpid');
	// What becomes of `state` is documented for the redirect only, so the code does not carry it.
	const auth_code = control.issueAuthCode(suite.suiteId, corpid);
	state.providerSide.preAuthCodes.delete(query.pre_auth_code);
	return back(query, { auth_code, expires_in: String(AUTH_CODE_SECONDS) });
}

async function scanPage(
	state: State,
	control: SuiteControl,
	{ path, form }: PageRequest,
): Promise<Page> {
	const link = state.providerSide.authUrls.get(path.slice(SCAN_PATH.length));
	if (!link) return refused('No such link');
	const title = `Authorize ${link.suiteIds.join(', ')}`;
	if (!form) return choose(title, 'corpid', companyOptions(state));
	if (form.get('decision') !== 'allow') return html('Declined', '');
	try {
		const pushes = await control.scanAuthUrl(path, form.get('corpid') ?? '');
		const lines = pushes.map((push) => `<p>create_auth: ${push.verdict} in ${push.ms} ms</p>`);
		return html('Authorized', lines.join('\n'));
	} catch (error) {
		return refused((error as Error).message);
	}
}

function loginPage(state: State, suite: Suite, { path, query, form, agent }: PageRequest): Page {
	if (path === OAUTH && isForeignBrowser(agent)) return refused(OPEN_IN_CLIENT);
	const problem = loginProblem(suite, path, query);
	if (problem) return refused(problem);
	const domain = hostOf(query.redirect_uri);
	if (!form) return choose(`Log in to ${suite.name}`, 'who', memberOptions(state, suite));
	if (form.get('decision') !== 'allow') return back(query, {});
	const who = form.get('who') ?? '';
	const [corpid, userid] = [who.slice(0, who.indexOf('/')), who.slice(who.indexOf('/') + 1)];
	if (!memberOptions(state, suite).some(([value]) => value === who))
		return refused('60021 userid is not in the visible range of the app');
	const withTicket = path === OAUTH && query.scope === 'snsapi_privateinfo';
	const login = { suiteId: suite.suiteId, corpid, userid, withTicket, domain };
	return back(query, { code: createSuiteCode(state, login) });
}

function loginProblem(suite: Suite, path: string, query: Query): string | undefined {
	const domain = hostOf(query.redirect_uri);
	const trusted = domain !== undefined && suite.trustedDomains.includes(domain);
	if (path === WEB_LOGIN) return trusted ? undefined : '-31020 redirect domain mismatch';
	if (isTemplate(suite)) return '40013 invalid appid: customized apps log in with the corpid';
	if (query.response_type !== 'code') return '40058 response_type must be code';
	if (query.scope !== 'snsapi_base' && query.scope !== 'snsapi_privateinfo')
		return '40058 invalid scope';
	if (!/^[a-zA-Z0-9]{0,128}$/.test(query.state ?? ''))
		return '84025 invalid state: a-zA-Z0-9, at most 128 bytes';
	return trusted ? undefined : `50001 redirect_uri ${query.redirect_uri ?? ''} is not trusted`;
}

const companyOptions = (state: State): Option[] =>
	[...state.providerSide.companies.values()].map(({ corpid, name }) => [corpid, name]);

function memberOptions(root: State, suite: Suite): Option[] {
	return [...root.providerSide.companies.values()].flatMap((company) => {
		const authorization = findAuthorization(root, suite.suiteId, company.corpid);
		if (!authorization) return [];
		const state = companyState(root, company);
		return [...state.members.values()]
			.filter((member) => isVisible(state, authorization.app, findMember(state, member.userid)!))
			.map(({ userid, name }): Option => [`${company.corpid}/${userid}`, name]);
	});
}

const choose = (title: string, name: string, options: Option[]): Page =>
	html(escape(title), decisionForm(name, options));
