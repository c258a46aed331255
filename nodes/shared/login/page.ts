import { createHash } from 'crypto';
import { escapeHtml, htmlDocument } from '../util/html';

/** The small pages a person sees before or after a login, in English and Chinese. They load nothing and run nothing. */

export interface Text {
	status: number;
	en: [title: string, text: string];
	zh: [title: string, text: string];
}

/** Everything a login can end with. */
export const PAGES = {
	done: {
		status: 200,
		en: ['You are logged in', 'You can close this page.'],
		zh: ['登录成功', '可以关闭此页面。'],
	},
	/** The workflow said nothing. Older n8n says the same after one that failed, so this must not promise a login. */
	unanswered: {
		status: 200,
		en: ['Thank you', 'You can close this page.'],
		zh: ['谢谢', '可以关闭此页面。'],
	},
	declined: {
		status: 403,
		en: ['Login cancelled', 'You did not allow the login.'],
		zh: ['登录已取消', '您没有同意授权。'],
	},
	notAllowed: {
		status: 403,
		en: ['No access', 'Your account may not log in here.'],
		zh: ['无权访问', '您的账号不能在此登录。'],
	},
	forged: {
		status: 400,
		en: ['This link is not valid', 'It does not belong to a login of this page.'],
		zh: ['链接无效', '该链接不属于本页面的登录。'],
	},
	otherBrowser: {
		status: 400,
		en: ['Please start again', 'This login was begun in another browser, or is over.'],
		zh: ['请重新登录', '本次登录不是在此浏览器中发起的，或已经结束。'],
	},
	used: {
		status: 409,
		en: ['Please start again', 'This login link has been used already.'],
		zh: ['请重新登录', '该登录链接已被使用。'],
	},
	expired: {
		status: 410,
		en: ['Please start again', 'The login took too long.'],
		zh: ['请重新登录', '登录超时。'],
	},
	badTarget: {
		status: 400,
		en: ['This link is not valid', 'It leads to an address that is not allowed.'],
		zh: ['链接无效', '目标地址不在允许范围内。'],
	},
	badNonce: {
		status: 400,
		en: ['This link is not valid', 'Its nonce is too long or has characters that are not allowed.'],
		zh: ['链接无效', 'nonce 过长或含有不允许的字符。'],
	},
	refused: {
		status: 401,
		en: ['Login not confirmed', 'WeCom did not confirm the login. Please try again.'],
		zh: ['登录未确认', '企业微信未确认本次登录，请重试。'],
	},
	unavailable: {
		status: 502,
		en: ['Login is not available', 'WeCom cannot be asked right now. Please try again later.'],
		zh: ['暂时无法登录', '暂时无法连接企业微信，请稍后重试。'],
	},
	misconfigured: {
		status: 503,
		en: [
			'Login is not set up',
			'Please tell the administrator: the log of n8n says what is missing.',
		],
		zh: ['登录尚未配置好', '请联系管理员：n8n 日志中有具体原因。'],
	},
	broken: {
		status: 500,
		en: ['Something went wrong', 'Please try again later.'],
		zh: ['出错了', '请稍后重试。'],
	},
} satisfies Record<string, Text>;

export type PageName = keyof typeof PAGES;

const STYLE =
	'body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;background:#f4f6f8;color:#1c2733;' +
	'font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}' +
	'main{box-sizing:border-box;width:min(26rem,92vw);padding:2.5rem 2rem;background:#fff;border-radius:12px;' +
	'box-shadow:0 2px 16px rgba(0,0,0,.08);text-align:center;overflow-wrap:anywhere}' +
	'h1{margin:0 0 .5rem;font-size:1.35rem}p{margin:.25rem 0}.zh{color:#5b6b7b}.code{color:#8a97a5;font-size:.85rem}' +
	'a{display:inline-block;margin-top:1.25rem;padding:.5rem 1.25rem;border-radius:8px;background:#1583c8;color:#fff;text-decoration:none}';

/** Nothing may be loaded, framed or sent from the page; only its own style counts. */
const CONTENT_SECURITY_POLICY = [
	"default-src 'none'",
	`style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join('; ');

export const PRIVATE_HEADERS = {
	'cache-control': 'no-store',
	'referrer-policy': 'no-referrer',
	'x-content-type-options': 'nosniff',
};

export const PAGE_HEADERS = {
	...PRIVATE_HEADERS,
	'content-type': 'text/html; charset=utf-8',
	'content-security-policy': CONTENT_SECURITY_POLICY,
};

/** Lines are shown as text, whatever is in them. */
export function htmlPage(
	title: string,
	lines: string[],
	more: { zh?: string[]; code?: string; again?: string } = {},
): string {
	const { zh = [], code, again } = more;
	const paragraphs = (texts: string[], attributes = '') =>
		texts.map((text) => `<p${attributes}>${escapeHtml(text)}</p>`).join('\n');
	const body = [
		paragraphs(lines),
		paragraphs(zh, ' class="zh" lang="zh"'),
		code ? paragraphs([code], ' class="code"') : '',
		again ? `<a href="${escapeHtml(again)}">Log in again · 重新登录</a>` : '',
	];
	return htmlDocument('en', title, STYLE, body.join('\n'));
}

/** One of the pages above; `code` is WeCom's error code. */
export function loginPage(name: PageName, more: { code?: number; again?: string } = {}): string {
	const { en, zh }: Text = PAGES[name];
	const code = more.code === undefined ? undefined : `WeCom ${more.code}`;
	return htmlPage(en[0], [en[1]], { zh: [`${zh[0]}：${zh[1]}`], code, again: more.again });
}
