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

type Query = Record<string, string>;

/** A request that passed all checks: whose page it is and what its code will be good for. */
interface Login {
	title: string;
	app?: App;
	domain: string;
	withTicket: boolean;
	allowOutsiders: boolean;
}

const PAGES: Record<string, (state: State, query: Query) => Login | string> = {
	'/connect/oauth2/authorize': checkOauth,
	'/wwlogin/sso/login': checkWebLogin,
};

export const isLoginPage = (path: string): boolean => Object.hasOwn(PAGES, path);

/** GET shows the page, POST takes the decision (`who`, `decision` in a form body) and redirects. */
export function loginPage(state: State, path: string, query: Query, form?: URLSearchParams): Page {
	const login = PAGES[path](state, query);
	if (typeof login === 'string')
		return html('Cannot log in', `<p class="error">${escape(login)}</p>`);
	if (!form) return html(login.title, choices(state, login));
	if (form.get('decision') !== 'allow') return redirect(query);
	const who = identity(state, login, form.get('who') ?? '');
	if (!who)
		return html(
			'Cannot log in',
			'<p class="error">60021 userid is not in the visible range of the app</p>',
		);
	const { app, domain, withTicket } = login;
	return redirect(query, createCode(state, { agentid: app?.agentid, domain, withTicket, ...who }));
}

/** Doc 91022. Without agentid, snsapi_privateinfo is silently treated as snsapi_base. */
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

/** Doc 98152, with the codes of the login panel. Gives no user_ticket. */
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

/** host[:port] of a URL, or undefined. */
function hostOf(url: string | undefined): string | undefined {
	return url && URL.canParse(url) && /^https?:/.test(url) ? new URL(url).host : undefined;
}

function members(state: State, { app }: Login): Member[] {
	const all = [...state.members.values()];
	if (!app) return all;
	const visible = visibleDepartments(state, app);
	return all.filter((member) => isVisible(state, app, member, visible));
}

/** `who` is `user:<userid>` or `outsider:<openid>`. */
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

/** Back to the app; after "Deny" without a code. */
function redirect(query: Query, code?: string): Page {
	const target = new URL(query.redirect_uri);
	if (code) target.searchParams.set('code', code);
	if (query.state !== undefined) target.searchParams.set('state', query.state);
	return { status: 302, headers: { Location: target.href }, body: '' };
}

function choices(state: State, login: Login): string {
	const option = (value: string, text: string) =>
		`<option value="${escape(value)}">${escape(text)}</option>`;
	const outsiders = login.allowOutsiders ? state.outsiders : [];
	return `<p>${escape(state.corpName)}${login.app ? ` · ${escape(login.app.name)}` : ''}</p>
${login.withTicket ? '<p>The app asks for your details: mobile, email, avatar, address.</p>' : ''}
<form method="post">
<select name="who">
${members(state, login)
	.map(({ userid, name }) => option(`user:${userid}`, `${name} (${userid})`))
	.join('\n')}
${outsiders.map(({ openid, name }) => option(`outsider:${openid}`, name)).join('\n')}
</select>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`;
}

const html = (title: string, content: string): Page => ({
	status: 200,
	headers: { 'Content-Type': 'text/html; charset=UTF-8' },
	body: `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>${title}</title>
<style>body{font:16px sans-serif;max-width:28rem;margin:4rem auto}button{margin-left:.5rem}.error{color:#b00}</style></head>
<body><h1>${title}</h1>
${content}
</body></html>`,
});

const escape = (text: string): string =>
	text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
