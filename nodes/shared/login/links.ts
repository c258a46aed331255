import type { WecomClient } from '../client/client';

/** The links to the two pages a person logs in on: OAuth inside WeCom (docs 91022, 91120), web login (docs 98152, 98151). */

export type LoginPage = 'inApp' | 'web';
export type Scope = 'snsapi_base' | 'snsapi_privateinfo';

const IN_APP = { origin: 'https://open.weixin.qq.com', path: '/connect/oauth2/authorize' };
const WEB = { origin: 'https://login.work.weixin.qq.com', path: '/wwlogin/sso/login' };
/** A Base URL on this machine is a simulator, and has the pages, too; behind any other stands WeCom. */
const ON_THIS_MACHINE = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

const address = ({ baseUrl }: WecomClient, { origin, path }: typeof WEB) =>
	(ON_THIS_MACHINE.test(baseUrl) ? baseUrl : origin) + path;

export interface Link {
	page: LoginPage;
	redirectUri: string;
	state: string;
	/** The scope, for the page inside WeCom only. */
	scope?: Scope;
	/** The language, for the web login only. */
	lang?: string;
	/** The Agent ID of the app; a third-party app has none. */
	agentId?: string;
}

/** Parameters stand in the documented order. Without agentid, WeCom silently takes snsapi_privateinfo for snsapi_base. */
export function loginLink(client: WecomClient, link: Link): string {
	const { page, redirectUri, state, scope = 'snsapi_base', lang = '', agentId = '' } = link;
	const appid = client.corpId || client.suiteId;
	if (page === 'web') {
		return `${address(client, WEB)}?${query([
			['login_type', client.corpId ? 'CorpApp' : 'ServiceApp'],
			['appid', appid],
			['agentid', agentId],
			['redirect_uri', redirectUri],
			['state', state],
			['lang', lang],
		])}`;
	}
	return `${address(client, IN_APP)}?${query([
		['appid', appid],
		['redirect_uri', redirectUri],
		['response_type', 'code'],
		['scope', scope],
		['state', state],
		['agentid', agentId],
	])}#wechat_redirect`;
}

/** Parameters of a link in the given order, empty ones left out. */
export function query(parameters: Array<[string, string]>): string {
	return parameters
		.filter(([, value]) => value !== '')
		.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
		.join('&');
}
