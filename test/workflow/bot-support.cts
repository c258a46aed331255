/** As much of n8n as an AI bot in callback mode needs: an HTTP server whose POSTs go through the trigger and then through a workflow. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeType } from 'n8n-workflow';
import { WecomApi } from '../../credentials/WecomApi.credentials';
import { WecomBotApi } from '../../credentials/WecomBotApi.credentials';
import { DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import {
	chain,
	runWebhook,
	runWorkflow,
	WebhookResponse,
	type TestNode,
	type WorkflowRun,
} from '../support/harness.cts';
import { nodeTypes, TRIGGER, WECOM } from './support.cts';
import { sleep } from '../support/wait.cts';

const { token, encodingAesKey } = DEMO_CALLBACK_BOT.callback;
const credentialTypes = [new WecomApi(), new WecomBotApi()];

/** A second copy of the action node, which knows nothing of the trigger's process: like a worker of queue mode. */
export function workerNode(): INodeType {
	let inUse!: typeof import('../../nodes/Wecom/runtime');
	jest.isolateModules(() => {
		inUse = require('../../nodes/Wecom/runtime') as typeof inUse;
	});
	const { description } = nodeTypes[WECOM];
	return {
		description,
		async execute(this: IExecuteFunctions) {
			return [await inUse.execute(this)];
		},
	};
}

/** Puts out what an AI Agent does: its answer, and nothing of what came in. */
export const agentType = {
	description: {
		displayName: 'Agent',
		name: 'agent',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Agent' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [
			{ displayName: 'Answer', name: 'answer', type: 'string', default: '' },
			{ displayName: 'Wait', name: 'waitMs', type: 'number', default: 0 },
		],
	},
	async execute(this: { getNodeParameter: (name: string, index: number) => unknown }) {
		const waitMs = this.getNodeParameter('waitMs', 0) as number;
		await sleep(waitMs);
		return [[{ json: { output: this.getNodeParameter('answer', 0) } }]];
	},
} as unknown as INodeType;

/** Puts the instance's file into the item. */
const fileNode = (instance: BotInstance) =>
	({
		description: { ...agentType.description, name: 'file', displayName: 'File', properties: [] },
		async execute(this: IExecuteFunctions) {
			return [this.getInputData().map(({ json }) => ({ json, binary: instance.file }))];
		},
	}) as unknown as INodeType;

/** A node of the resource AI Bot. */
export const botNode = (
	operation: string,
	parameters: IDataObject = {},
	name = operation,
): TestNode => ({
	name,
	type: WECOM,
	parameters: { resource: 'bot', operation, ...parameters } as never,
	credentials: { wecomBotApi: 'bot' },
});
export const agentNode = (answer: string, waitMs = 0): TestNode => ({
	name: 'AI Agent',
	type: 'test.agent',
	parameters: { answer, waitMs } as never,
});

/** A response in the mode `streaming`, as n8n uses it while the execution runs. */
export interface Streamed {
	/** A line as n8n writes it for what an agent does. */
	write(line: string): boolean;
	end(): unknown;
	/** What n8n asks before it tells that the execution runs. */
	writableEnded: boolean;
}

/** What n8n writes when an agent begins, says something, ends or fails. */
export const agentLine = (type: string, content?: string, nodeName = 'AI Agent'): string =>
	`${JSON.stringify({ type, content, metadata: { nodeName, itemIndex: 0, runIndex: 0 } })}\n`;

export class BotInstance {
	url = '';
	/** The parameters of the WeCom Trigger. */
	parameters: IDataObject = {};
	/** What comes behind the trigger, in a row. */
	nodes: TestNode[] = [];
	/** The class of the action node; a worker's is loaded a second time, without what the trigger's process remembers. */
	action: INodeType = nodeTypes[WECOM];
	/** The trigger answers in the mode `streaming`, and no node runs: the test writes what the agents say. */
	streams = false;
	/** The responses of the executions under way in that mode. */
	streamed: Streamed[] = [];
	/** For a node of the type `test.file`. */
	file?: IBinaryKeyData;
	mode: 'webhook' | 'manual' = 'webhook';
	/** What the action node gets in place of the trigger's item. */
	forged?: IDataObject;
	/** Items of the trigger, as n8n stored them. */
	items: IDataObject[] = [];
	runs: Array<Promise<WorkflowRun>> = [];
	/** What n8n makes failed executions of. */
	failures: Error[] = [];
	private readonly node = `bot-${Math.random()}`;

	/** The credential of trigger and action node. */
	constructor(private readonly credential: IDataObject = { token, encodingAesKey }) {}

	readonly #server = http.createServer((request, response) => void this.#handle(request, response));

	async start(): Promise<void> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	reset() {
		Object.assign(this, { parameters: {}, nodes: [], items: [], runs: [], mode: 'webhook' });
		Object.assign(this, { streams: false, streamed: [], failures: [] });
		this.action = nodeTypes[WECOM];
	}

	get callbackUrl() {
		return `${this.url}/webhook/bot`;
	}

	/** The only run, once it has ended well. */
	async run(): Promise<WorkflowRun> {
		const [run] = await Promise.all(this.runs);
		if (run?.error) throw run.error;
		return run;
	}

	async #handle(request: http.IncomingMessage, out: http.ServerResponse) {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const response = new WebhookResponse();
		response.on('finish', () =>
			out.writeHead(response.statusCode, response.headers).end(response.body),
		);
		const trigger: TestNode = {
			name: 'WeCom Trigger',
			id: this.node,
			type: TRIGGER,
			webhookId: 'hook',
			parameters: { source: 'bot', events: ['*'], path: 'bot', ...this.parameters } as never,
			credentials: { wecomBotApi: 'bot' },
		};
		const { searchParams } = new URL(request.url!, 'http://x');
		const outcome = await runWebhook({
			nodeTypes: { ...nodeTypes, 'test.agent': agentType },
			credentialTypes,
			credentials: { bot: { ...this.credential } as never },
			node: trigger,
			after: this.streams ? this.nodes : [],
			webhookName: request.method === 'GET' ? 'setup' : 'default',
			mode: this.mode,
			call: {
				request,
				method: request.method,
				query: Object.fromEntries(searchParams),
				body: Buffer.concat(chunks),
			},
			response,
			additionalData: { webhookBaseUrl: `${this.url}/webhook` },
		}).catch((error: Error) => {
			this.failures.push(error);
			out.writeHead(500).end();
			return undefined;
		});
		const { workflowData } = outcome?.result ?? {};
		if (!workflowData) return;
		if (this.streams) {
			this.items.push(...workflowData[0].map(({ json }) => json));
			this.streamed.push(response as unknown as Streamed);
			return;
		}
		// n8n has stored the execution.
		if (this.parameters.responseMode !== 'responseNode') response.end('');
		const [items] = workflowData;
		this.items.push(...items.map(({ json }) => json));
		const run = runWorkflow({
			nodeTypes: {
				...nodeTypes,
				[WECOM]: this.action,
				'test.agent': agentType,
				'test.file': fileNode(this),
			},
			credentialTypes,
			credentials: { bot: { ...this.credential } as never },
			nodes: [trigger, ...this.nodes],
			connections: chain('WeCom Trigger', ...this.nodes.map(({ name }) => name)),
			items: this.forged ? [{ json: this.forged }] : items,
			onResponse: (given) => {
				const {
					body,
					headers = {},
					statusCode = 200,
				} = given as { body: string; headers?: Record<string, string>; statusCode?: number };
				response.writeHead(statusCode, headers).end(body);
			},
		});
		this.runs.push(run);
		await run;
		if (this.parameters.responseMode === 'responseNode' && !response.headersSent) response.end('');
	}
}
