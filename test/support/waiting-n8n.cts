/**
 * n8n as far as executions wait in it: nodes put themselves to wait, their signed links lead back to them over HTTP, and one answer
 * lets an execution go on. Signatures, expressions and what is stored are n8n's own; in between an execution exists as JSON only.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Container } from './harness-env.cts';
import { InstanceSettings, validateUrlSignature } from 'n8n-core';
import type {
	ICredentialType,
	IDataObject,
	INodeExecutionData,
	INodeType,
	IRunExecutionData,
} from 'n8n-workflow';
import {
	chain,
	runWebhook,
	runWorkflow,
	WebhookResponse,
	type CredentialStore,
	type TestNode,
	type WorkflowRun,
} from './harness.cts';

export interface Surroundings {
	nodeTypes: Record<string, INodeType>;
	credentialTypes: ICredentialType[];
	credentials: CredentialStore;
}

export interface Waiting {
	id: string;
	node: TestNode;
	run: WorkflowRun;
	/** The execution's data as n8n stores it: JSON. */
	stored: string;
	/** What the node has put out, once the execution has gone on. */
	output?: INodeExecutionData[];
}

interface Handled {
	status: number;
	headers?: Record<string, string>;
	body: string | Buffer;
}

/** As n8n's own page says it for an execution that has gone on. */
const NO_ACTION: Handled = {
	status: 200,
	headers: { 'content-type': 'text/html' },
	body: '<html>No action required</html>',
};

export class WaitingN8n {
	readonly executions = new Map<string, Waiting>();

	/** Triggers by their path, with what became an execution. */
	readonly triggers = new Map<string, { node: TestNode; executions: INodeExecutionData[][] }>();

	/** Makes the answers to links fail as n8n's would: `storing` after the node's webhook has run, `down` before it. */
	failing?: 'storing' | 'down';

	/** What n8n takes for its own address, where that is wrong. */
	address?: string;

	/** How many calls of links there were, and how many of them failed. */
	served = 0;
	failed = 0;

	private serial = 16;

	/** Triggers that still work although they have answered. */
	private readonly running = new Set<Promise<unknown>>();

	private constructor(
		private readonly server: Server,
		private readonly surroundings: Surroundings,
	) {}

	static async start(surroundings: Surroundings): Promise<WaitingN8n> {
		const server = createServer((request, response) => {
			void n8n.serve(request, response);
		});
		const n8n = new WaitingN8n(server, surroundings);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return n8n;
	}

	async stop(): Promise<void> {
		await Promise.all(this.running);
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** Starts an execution, which runs until its node waits or fails. */
	async execute(
		node: TestNode,
		items?: INodeExecutionData[],
		before: TestNode[] = [],
	): Promise<Waiting> {
		const id = String(++this.serial);
		const run = await runWorkflow({
			...this.surroundings,
			nodes: [...before, node],
			connections: chain(...before.map(({ name }) => name), node.name),
			items,
			additionalData: this.additional(id),
		});
		const execution: Waiting = { id, node, run, stored: JSON.stringify(run.run.data) };
		if (run.run.waitTill) this.executions.set(id, execution);
		return execution;
	}

	/** What n8n does when the time of an execution is up: the node passes on its input. */
	timeUp(execution: Waiting): void {
		const { executionData } = JSON.parse(execution.stored) as IRunExecutionData;
		execution.output = executionData!.nodeExecutionStack[0].data.main[0] ?? [];
	}

	private additional(executionId?: string) {
		return {
			executionId,
			webhookBaseUrl: `${this.url}/webhook`,
			webhookWaitingBaseUrl: `${this.address ?? this.url}/webhook-waiting`,
		};
	}

	private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const url = new URL(request.url!, this.url);
		const call = {
			method: request.method!,
			url: request.url!,
			headers: request.headers as Record<string, string>,
			query: Object.fromEntries(url.searchParams),
			body: Buffer.concat(chunks),
		};
		const [kind, first, second] = url.pathname.slice(1).split('/');
		const handled =
			kind === 'webhook'
				? await this.trigger(first, call)
				: await this.resume(first, second, url, call);
		if (kind !== 'webhook') this.served++;
		if (handled.status >= 500) this.failed++;
		response.writeHead(handled.status, handled.headers).end(handled.body);
	}

	private async trigger(
		path: string,
		call: { body: Buffer; query: Record<string, string>; method: string },
	): Promise<Handled> {
		const { node, executions } = this.triggers.get(path)!;
		const answer = new WebhookResponse();
		const done = new Promise((resolve) => answer.on('finish', resolve));
		const ran = runWebhook({
			...this.surroundings,
			node,
			call,
			response: answer,
			webhookName: call.method === 'GET' ? 'setup' : 'default',
			additionalData: this.additional(),
		}).then(({ result }) => {
			if (!result.workflowData) return;
			executions.push(result.workflowData[0]);
			if (!answer.headersSent) answer.status(200).end();
		});
		this.running.add(ran);
		void ran.finally(() => this.running.delete(ran));
		// What a node does after its answer keeps nobody waiting.
		await Promise.race([done, ran.then(async () => await done)]);
		return { status: answer.statusCode, headers: answer.headers, body: answer.body! };
	}

	/** Answers a signed link as n8n's `waiting-webhooks` does. */
	private async resume(
		id: string,
		suffix: string | undefined,
		url: URL,
		call: {
			body: Buffer;
			query: Record<string, string>;
			headers: Record<string, string>;
			method: string;
			url: string;
		},
	): Promise<Handled> {
		const execution = this.executions.get(id);
		if (!execution) return { status: 404, body: '{"message":"The execution does not exist."}' };
		if (this.failing === 'down') return { status: 503, body: 'down' };
		const { hmacSignatureSecret } = Container.get(InstanceSettings);
		const signature = url.searchParams.get('signature') ?? '';
		const own = JSON.parse(execution.stored) as IRunExecutionData;
		const valid = suffix
			? validateUrlSignature(signature, url, hmacSignatureSecret)
			: own.resumeToken !== undefined && signature.startsWith(`${own.resumeToken}/`);
		if (!valid) return { status: 401, body: '<html>Invalid token</html>' };
		if (execution.output) return NO_ACTION;

		const answer = new WebhookResponse();
		const done = new Promise((resolve) => answer.on('finish', resolve));
		const { result } = await runWebhook({
			...this.surroundings,
			node: execution.node,
			runExecutionData: own,
			call: { ...call, parsedBody: parsed(call.body, call.headers['content-type']) },
			response: answer,
			additionalData: this.additional(id),
		});
		if (result.workflowData) {
			if (this.failing === 'storing') answer.status(500).json({ code: 0, message: 'failed' });
			else {
				const { webhookResponse } = result as { webhookResponse?: string | IDataObject };
				if (typeof webhookResponse === 'string') answer.type('text/html').end(webhookResponse);
				else answer.json(webhookResponse);
				execution.output = result.workflowData[0];
			}
		}
		await done;
		return { status: answer.statusCode, headers: answer.headers, body: answer.body! };
	}
}

function parsed(body: Buffer, type = ''): unknown {
	if (type.includes('json')) return JSON.parse(body.toString('utf8'));
	const form: Record<string, string | string[]> = {};
	for (const [name, value] of new URLSearchParams(body.toString('utf8')))
		form[name] = name in form ? [form[name], value].flat() : value;
	return form;
}
