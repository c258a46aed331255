/** Login workflows in a real n8n, and people who visit them without a browser. */
import { hkdfSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { fingerprint } from '../../nodes/shared/credentials/tokens';
import { beginLogin, type Begun } from '../../nodes/WecomLoginTrigger/state';
import { sleep } from '../support/wait.cts';
import { http, type HttpResult } from '../support/http.cts';
import type { Credential, WorkflowNode } from '../support/n8n-rest.cts';
import { chain, itemsOf, uses, WECOM, type Surroundings } from './support.cts';

export const LOGIN = 'n8n-nodes-wecom-kit.wecomLoginTrigger';
/** A browser inside WeCom. */
export const WXWORK =
	'Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 wxwork/4.1.38 MicroMessenger/7.0.1 Language/zh';
export interface Login {
	id: string;
	url: string;
	/** The items of its executions, of which there must be so many. */
	items: (count: number) => Promise<Array<Record<string, any>>>;
}

/** Publishes a workflow that begins with a login trigger. */
export async function publishLogin(
	{ rest, n8n }: Surroundings,
	credential: Credential,
	path: string,
	parameters: object = {},
	after: WorkflowNode[] = [],
): Promise<Login> {
	const trigger = {
		name: 'Login',
		type: LOGIN,
		parameters: { path, ...parameters },
		credentials: uses(credential),
	};
	const nodes = [trigger, ...after];
	const workflow = await rest.createWorkflow({
		name: `Login ${path}`,
		nodes,
		connections: chain(...nodes.map(({ name }) => name)),
	});
	await rest.activate(workflow.id);
	await rest.waitForWebhook('GET', path);
	return {
		id: workflow.id,
		url: `${n8n.url}/webhook/${path}`,
		items: async (count) => {
			if (count === 0) await sleep(1_500); // whatever should not have started would be there by now
			const ended = await rest.waitForExecutions(workflow.id, count);
			expect(ended).toHaveLength(count);
			return ended.flatMap((execution) => itemsOf(execution, 'Login'));
		},
	};
}

/** Login > Respond. */
export const respondNode = (credential: Credential, parameters: object): WorkflowNode => ({
	name: 'Respond',
	type: WECOM,
	parameters: { resource: 'login', operation: 'respond', ...parameters },
	credentials: uses(credential),
});

/** A browser as plain HTTP: cookies and the decision on WeCom's page. */
export async function visit(url: string, cookies = ''): Promise<HttpResult> {
	return await http(url, { headers: { 'user-agent': WXWORK, cookie: cookies } });
}
/** Opens a login and decides; where WeCom sends the person back to, and the cookie they have. */
export async function begin(url: string, userid: string, decision = 'allow') {
	const first = await visit(url);
	expect(first.status).toBe(302);
	const [cookie] = first.headers['set-cookie']!;
	const answer = await http(first.headers.location!, {
		method: 'POST',
		headers: { 'user-agent': WXWORK, 'content-type': 'application/x-www-form-urlencoded' },
		body: new URLSearchParams({ who: `user:${userid}`, decision }).toString(),
	});
	expect(answer.status).toBe(302);
	return { back: answer.headers.location!, cookie, cookies: cookie.split(';')[0] };
}

/** What the trigger itself would have sent an hour ago: signed with the key it derives from the credential's secret. */
export function beginLongAgo(
	{ id, url }: Login,
	nodeId: string | undefined,
	credential: ICredentialDataDecryptedObject,
): Begun {
	const info = 'n8n-nodes-wecom-kit login state';
	const secret = String(credential.corpSecret);
	const key = Buffer.from(hkdfSync('sha256', secret, fingerprint(credential), info, 32));
	const scope = ['webhook', id, nodeId].join('|');
	jest.useFakeTimers({ now: Date.now() - 3_600_000 });
	try {
		const journey = { page: 'web', target: '', nonce: '' } as const;
		return beginLogin({ key, scope, url: new URL(url), cookies: '' }, journey);
	} finally {
		jest.useRealTimers();
	}
}

/** A web application that takes people with a JWT. */
export interface App {
	url: string;
	/** What it was told, by path. */
	arrived: Array<Record<string, unknown>>;
	stop: () => Promise<void>;
}

export async function startApp(secret: string): Promise<App> {
	const arrived: App['arrived'] = [];
	const server = createServer(async (request, response) => {
		const { pathname, searchParams } = new URL(request.url!, url);
		const key = new TextEncoder().encode(secret);
		const who = await jwtVerify(searchParams.get('token') ?? '', key, {
			audience: url,
			algorithms: ['HS256'],
		}).then(
			({ payload }) => payload,
			(error: Error) => ({ sub: `nobody (${error.message})` }),
		);
		if (pathname !== '/favicon.ico') arrived.push({ path: pathname, ...who });
		response.setHeader('content-type', 'text/html; charset=utf-8');
		response.end(`<h1>The application greets ${who.sub}</h1>`);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const stop = async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	};
	return { url, arrived, stop };
}

/** What the page says first. */
export const heading = async (page: Page) => await page.locator('h1').innerText();

/** Chooses who one is on WeCom's page, and what to do. */
export async function decide(page: Page, decision: 'allow' | 'deny', who = 'user:zhangsan') {
	await page.locator('select[name=who]').selectOption(who);
	await page.locator(`button[value=${decision}]`).click();
	await page.waitForURL(/\/webhook\/|127\.0\.0\.1:\d+\/(deep|start)/);
}

/** A person's browser, with nothing in it from others. */
export async function withPage(
	browser: Browser,
	use: (page: Page, context: BrowserContext) => Promise<void>,
	userAgent?: string,
): Promise<void> {
	const context = await browser.newContext({
		viewport: { width: 900, height: 700 },
		locale: 'en-US',
		...(userAgent && { userAgent }),
	});
	try {
		await use(await context.newPage(), context);
	} finally {
		await context.close();
	}
}
