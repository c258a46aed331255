/** A login trigger in this process with people in front of it: cookies, WeCom's page and all. */
import type { IncomingMessage } from 'node:http';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	INodeType,
} from 'n8n-workflow';
import { WecomLoginTrigger } from '../../nodes/WecomLoginTrigger/WecomLoginTrigger.node';
import type { Simulator } from '../../simulator/server.cts';
import { runWebhook, type CredentialStore, type WebhookRun } from '../support/harness.cts';
import { suiteTypes, type Provider } from './suite-support.cts';
import { credentialOf, nodeTypes } from './support.cts';
import { sleep } from '../support/wait.cts';

export const LOGIN = 'n8n-nodes-wecom-kit.wecomLoginTrigger';
/** A node that keeps nothing of the items it gets. */
export const REPLACE = 'test.replace';
const replace: INodeType = {
	description: {
		displayName: 'Replace',
		name: 'replace',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Replace' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [{ displayName: 'JSON', name: 'json', type: 'json', default: {} }],
	},
	async execute(this: IExecuteFunctions) {
		return [[{ json: this.getNodeParameter('json', 0) as IDataObject }]];
	},
};
export const types = { ...nodeTypes, [LOGIN]: new WecomLoginTrigger(), [REPLACE]: replace };
export const SELF = 'http://127.0.0.1:5678/webhook/wecom-login';
export const WXWORK =
	'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 wxwork/4.1.38 MicroMessenger/7.0.1';
export const BROWSER =
	'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
export const SECRET = 'the secret of the application, at least 32 bytes';

export interface Setup {
	sim: Simulator;
	parameters?: IDataObject;
	credential?: IDataObject;
	/** A suite's credential in its store, instead of the app's. */
	provider?: Provider;
	/** n8n cannot store executions, all or as asked for each. */
	failsToStore?: boolean | (() => boolean);
	/** The time n8n takes to find that out, in milliseconds. */
	storesAfter?: number;
	/** The server that a request comes to. */
	request?: IncomingMessage;
	/** Other stored credentials. */
	store?: CredentialStore;
}

let nodes = 0;
/** A login trigger with a browser in front of it: cookies and all. */
export class Visitor {
	readonly jar = new Map<string, string>();
	/** When the browser forgets them. */
	private readonly ends = new Map<string, number>();
	private readonly id = `login-${++nodes}`;

	constructor(
		private readonly setup: Setup,
		private readonly agent = BROWSER,
	) {}

	async open(query: Record<string, string> = {}, headers: Record<string, string> = {}) {
		const { sim, parameters = {}, credential, provider } = this.setup;
		for (const [name, end] of this.ends) if (end <= Date.now()) this.jar.delete(name);
		const store: CredentialStore = this.setup.store ??
			provider?.store ?? {
				c1: { ...credentialOf(sim), ...credential } as ICredentialDataDecryptedObject,
			};
		const run = await runWebhook({
			nodeTypes: types,
			credentialTypes: suiteTypes,
			credentials: store,
			node: {
				name: 'Login',
				id: this.id,
				type: LOGIN,
				webhookId: 'hook',
				parameters: {
					...(provider && { authentication: 'suite' }),
					...parameters,
				} as never,
				credentials: provider ? { wecomSuiteApi: 's1' } : { wecomApi: 'c1' },
			},
			call: {
				method: 'GET',
				request: this.setup.request,
				query,
				headers: {
					'user-agent': this.agent,
					cookie: [...this.jar].map((pair) => pair.join('=')).join('; '),
					...headers,
				},
			},
		});
		const { result, response } = run;
		const n8nAnswers = result.workflowData && !result.noWebhookResponse;
		if (n8nAnswers && parameters.answer !== 'workflow') {
			const { failsToStore, storesAfter } = this.setup;
			if (storesAfter) await sleep(storesAfter);
			const fails = typeof failsToStore === 'function' ? failsToStore() : failsToStore;
			response.status(fails ? 500 : 200).json({ message: 'of n8n', ...(fails && { code: 0 }) });
		}
		const cookie = response.headers['set-cookie'];
		if (cookie) {
			const [name, value] = cookie.split(';')[0].split('=');
			const maxAge = Number(/Max-Age=(\d+)/.exec(cookie)![1]);
			this.ends.set(name, Date.now() + maxAge * 1000);
			if (maxAge === 0) this.jar.delete(name);
			else this.jar.set(name, value);
		}
		return run;
	}

	/** Opens the URL and decides on WeCom's page; the query WeCom sends the person back with. */
	async decide(who: string, decision = 'allow', query: Record<string, string> = {}) {
		const link = location(await this.open(query));
		const answer = await fetch(link, {
			method: 'POST',
			body: new URLSearchParams({ who, decision }),
			headers: { 'user-agent': this.agent },
			redirect: 'manual',
		});
		if (answer.status !== 302) throw new Error(await answer.text());
		const back = new URL(answer.headers.get('location')!);
		expect(back.origin + back.pathname).toBe(SELF);
		return Object.fromEntries(back.searchParams);
	}

	async logIn(who = 'user:zhangsan', query?: Record<string, string>) {
		return await this.open(await this.decide(who, 'allow', query));
	}
}

export function location({ response, result }: WebhookRun): string {
	expect([response.statusCode, result]).toEqual([302, { noWebhookResponse: true }]);
	return response.headers.location;
}
export const item = ({ result }: WebhookRun) => result.workflowData?.[0][0].json as IDataObject;
export const wecom = (run: WebhookRun) => item(run).wecom as IDataObject;
/** A page of the trigger's own, and no execution. */
export function pageOf(run: WebhookRun): [number, string] {
	expect(run.result.workflowData).toBeUndefined();
	expect(run.response.headers['content-security-policy']).toContain("default-src 'none'");
	return [run.response.statusCode, /<h1>(.*)<\/h1>/.exec(String(run.response.body))![1]];
}
