/**
 * The two pages a person logs in on. They stand for open.weixin.qq.com/connect/oauth2/authorize (doc 91022) and
 * login.work.weixin.qq.com/wwlogin/sso/login (doc 98152): instead of scanning, one chooses who one is.
 */
import { createCode } from './endpoints/auth.cts';
import { findApp, findMember, isVisible, visibleDepartments } from './state.cts';
import type { App, LoginCode, Member, State } from './state.cts';

export interface Page {
	status: number;
	headers: Record<string, string>;
	body: string;
}

export type Query = Record<string, string>;

/** A request that passed all checks: whose page it is and what its code will be good for. */
interface Login {
	title: string;
	app?: App;
	domain: string;
	withTicket: boolean;
	allowOutsiders: boolean;
}

export const OAUTH = '/connect/oauth2/authorize';
export const WEB_LOGIN = '/wwlogin/sso/login';

const PAGES: Record<string, (state: State, query: Query) => Login | string> = {
	[OAUTH]: checkOauth,
	[WEB_LOGIN]: checkWebLogin,
};

export const OPEN_IN_CLIENT =
	'Please open the link in the WeCom client (请在企业微信客户端打开链接)';

/** The page inside WeCom turns browsers away that are neither WeCom nor WeChat; programs without a browser's name may pass. */
export const isForeignBrowser = (agent = ''): boolean =>
	/^Mozilla\//.test(agent) && !/wxwork|micromessenger/i.test(agent);

export const isLoginPage = (path: string): boolean => Object.hasOwn(PAGES, path);

export interface PageRequest {
	path: string;
	query: Query;
	/** What a POST brings: the decision (`who`, `decision`). */
	form?: URLSearchParams;
	/** The browser's User-Agent. */
	agent?: string;
}

/** One of the pages: GET shows it, POST takes the decision and redirects. */
export function loginPage(state: State, { path, query, form, agent }: PageRequest): Page {
	if (path === OAUTH && isForeignBrowser(agent)) return refused(OPEN_IN_CLIENT);
	const login = PAGES[path](state, query);
	if (typeof login === 'string') return refused(login);
	if (!form) return html(login.title, choices(state, login));
	if (form.get('decision') !== 'allow') return redirect(query);
	const who = identity(state, login, form.get('who') ?? '');
	if (!who) return refused('60021 userid is not in the visible range of the app');
	const { app, domain, withTicket } = login;
	return redirect(query, createCode(state, { agentid: app?.agentid, domain, withTicket, ...who }));
}

/**
 * Checks a request for the page inside WeCom (doc 91022). Without agentid, snsapi_privateinfo is silently treated as snsapi_base.
 */
function checkOauth(state: State, query: Query): Login | string {
	if (query.appid !== state.corpid) return '40013 invalid appid';
	if (query.response_type !== 'code') return '40058 response_type must be code';
	if (query.scope !== 'snsapi_base' && query.scope !== 'snsapi_privateinfo')
		return '40058 invalid scope';
	if (!/^[a-zA-Z0-9]{0,128}$/.test(query.state ?? ''))
		return '84025 invalid state: a-zA-Z0-9, at most 128 bytes';
	const app = query.agentid ? findApp(state, Number(query.agentid)) : undefined;
	if (query.agentid && !app) return '40056 invalid agentid';
	if (app && !app.enabled) return '50003 app has been disabled';
	const domain = hostOf(query.redirect_uri);
	const trusted = app ? app.trustedDomains : state.apps.flatMap((one) => one.trustedDomains);
	if (!domain || !trusted.includes(domain))
		return `50001 redirect_uri ${query.redirect_uri ?? ''} is not in trusted domain`;
	const privateInfo = query.scope === 'snsapi_privateinfo' && app !== undefined;
	return {
		title: privateInfo ? 'Share your details' : 'Log in',
		app,
		domain,
		withTicket: privateInfo,
		allowOutsiders: true,
	};
}

/** Checks a request for the web login (doc 98152), with the error codes of the login panel. Its code gives no user_ticket. */
function checkWebLogin(state: State, query: Query): Login | string {
	if (query.login_type !== 'CorpApp') return '-31040 invalid login_type';
	if (query.appid !== state.corpid) return '-31027 invalid appid';
	const app = findApp(state, Number(query.agentid));
	if (!app) return '-31028 invalid agentid';
	if (!app.enabled) return '50003 app has been disabled';
	if (!query.redirect_uri) return '-31035 redirect_uri is empty';
	const domain = hostOf(query.redirect_uri);
	if (!domain || !app.trustedDomains.includes(domain))
		return '-31020 redirect_uri does not match the callback domain';
	return { title: 'WeCom login', app, domain, withTicket: false, allowOutsiders: false };
}

/** `host[:port]` of a URL; undefined for what is no URL. */
export function hostOf(url: string | undefined): string | undefined {
	return url && URL.canParse(url) && /^https?:/.test(url) ? new URL(url).host : undefined;
}

function members(state: State, { app }: Login): Member[] {
	const all = [...state.members.values()];
	if (!app) return all;
	const visible = visibleDepartments(state, app);
	return all.filter((member) => isVisible(state, app, member, visible));
}

/** The person that was chosen on the page: `who` is `user:<userid>` or `outsider:<openid>`. */
function identity(
	state: State,
	login: Login,
	who: string,
): Pick<LoginCode, 'userid' | 'outsider'> | undefined {
	const [kind, id] = [who.slice(0, who.indexOf(':')), who.slice(who.indexOf(':') + 1)];
	if (kind === 'outsider' && login.allowOutsiders) {
		const outsider = state.outsiders.find(({ openid }) => openid === id);
		return outsider && { outsider };
	}
	const member = findMember(state, id);
	return member && members(state, login).includes(member) ? { userid: member.userid } : undefined;
}

/** Sends the person back to the app, after "Deny" without a code. */
export function redirect(query: Query, code?: string): Page {
	return back(query, code ? { code } : {});
}

/** Sends the browser to the redirect URL, with what WeCom adds to its query. */
export function back(query: Query, more: Query): Page {
	const target = new URL(query.redirect_uri);
	for (const [name, value] of Object.entries(more)) target.searchParams.set(name, value);
	if (query.state !== undefined) target.searchParams.set('state', query.state);
	return { status: 302, headers: { Location: target.href }, body: '' };
}

function choices(state: State, login: Login): string {
	const outsiders = login.allowOutsiders ? state.outsiders : [];
	const options: Option[] = [
		...members(state, login).map(
			({ userid, name }): Option => [`user:${userid}`, `${name} (${userid})`],
		),
		...outsiders.map(({ openid, name }): Option => [`outsider:${openid}`, name]),
	];
	return `<p>${escape(state.corpName)}${login.app ? ` · ${escape(login.app.name)}` : ''}</p>
${login.withTicket ? '<p>The app asks for your details: mobile, email, avatar, address.</p>' : ''}
${decisionForm('who', options)}`;
}

export type Option = [value: string, text: string];

export const decisionForm = (name: string, options: Option[]): string => `<form method="post">
<select name="${name}">
${options.map(([value, text]) => `<option value="${escape(value)}">${escape(text)}</option>`).join('\n')}
</select>
<div class="buttons">
<button name="decision" value="deny">Deny · 取消</button>
<button name="decision" value="allow" class="allow">Allow · 同意</button>
</div>
</form>`;

export const refused = (text: string): Page =>
	html('Cannot log in', `<p class="error">${escape(text)}</p>`);

const STYLE = `body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;background:#eef1f5;color:#1f2329;font:16px/1.6 sans-serif}
main{width:24rem;max-width:90vw;padding:2rem;background:#fff;border-radius:10px;box-shadow:0 2px 14px #0002;text-align:center}
.brand{color:#2b7ce9;font-weight:600}h1{font-size:1.3rem;margin:.25rem 0 1rem}select{width:100%;padding:.5rem;font:inherit}
.buttons{display:flex;gap:1rem;margin-top:1.5rem}button{flex:1;padding:.6rem;font:inherit;border:0;border-radius:6px;background:#e4e7ec}
.allow{background:#2b7ce9;color:#fff}.error{color:#b00;overflow-wrap:anywhere}`;

export const html = (title: string, content: string): Page => ({
	status: 200,
	headers: { 'Content-Type': 'text/html; charset=UTF-8' },
	body: `<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>${STYLE}</style></head>
<body><main><div class="brand">WeCom · simulated</div>
<h1>${title}</h1>
${content}
</main></body></html>`,
});

export const escape = (text: string): string =>
	text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
