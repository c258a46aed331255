/** Login workflows in a real n8n, and people who visit them without a browser. */
import { sleep } from '../support/child.cts';
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
