/** One WeCom Trigger behind HTTP, as n8n runs it: it stores what comes out, then answers. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, INodeExecutionData, WorkflowActivateMode } from 'n8n-workflow';
import { WecomSuiteApi } from '../../credentials/WecomSuiteApi.credentials';
import {
	publishWebhooks,
	runWebhook,
	WebhookResponse,
	type CredentialStore,
} from '../support/harness.cts';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import type { CallbackTarget } from '../../simulator/pusher.cts';
import type { Simulator } from '../../simulator/server.cts';
import { credentialOf, credentialTypes, nodeTypes, TRIGGER } from './support.cts';
import { sleep } from '../support/wait.cts';

export interface Intake {
	/** Where WeCom sends callbacks to. */
	target: CallbackTarget;
	store: CredentialStore;
	/** What became executions, in the order in which they were stored. */
	executions: INodeExecutionData[][];
	/** Errors of the trigger, which n8n makes failed executions. */
	failed: Error[];
	items: () => IDataObject[];
	/** What the stored positions are, by account; none of those that only are claimed. */
	positions: () => Record<string, { cursor?: string; since?: number; at: number }>;
	/** How n8n behaves. */
	n8n: {
		/** The time it takes to store an execution, and how many of the next ones it cannot store. */
		storingMs: number;
		failures: number;
		/** The time a request of the trigger to itself is on its way. */
		ownCallMs: number;
		mode: 'webhook' | 'manual';
		/** The trigger's form. */
		parameters: IDataObject;
	};
	/** What n8n does when it publishes the workflow, or in another mode. */
	publish: (activation?: WorkflowActivateMode) => Promise<void>;
	stop: () => Promise<void>;
}

export interface IntakeOptions {
	parameters?: IDataObject;
	/** The same credential for several triggers. */
	store?: CredentialStore;
	node?: string;
	credential?: 'wecomApi' | 'wecomSuiteApi';
	/** The nodes of another process. */
	types?: typeof nodeTypes;
}

let serial = 0;

export async function startIntake(
	sim: Simulator,
	{
		parameters = {},
		store,
		node = `intake-${++serial}`,
		credential = 'wecomApi',
		types = nodeTypes,
	}: IntakeOptions = {},
): Promise<Intake> {
	const credentials = store ?? ({ c1: credentialOf(sim) } as CredentialStore);
	const executions: INodeExecutionData[][] = [];
	const failed: Error[] = [];
	const n8n: Intake['n8n'] = {
		storingMs: 0,
		failures: 0,
		ownCallMs: 0,
		mode: 'webhook',
		parameters,
	};
	const trigger = () => ({
		nodeTypes: types,
		credentialTypes: [...credentialTypes, new WecomSuiteApi()],
		credentials,
		node: {
			name: 'WeCom Trigger',
			id: node,
			type: TRIGGER,
			webhookId: 'hook',
			parameters: { events: ['*'], ...n8n.parameters } as never,
			credentials: { [credential]: 'c1' },
		},
	});
	const server: Server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		if (request.headers['x-wecom-kit-delivery']) await sleep(n8n.ownCallMs);
		const answer = new WebhookResponse();
		answer.on('finish', () => {
			response.writeHead(answer.statusCode, answer.headers);
			response.end(answer.body);
		});
		const called = runWebhook({
			...trigger(),
			mode: n8n.mode,
			call: {
				request,
				query: Object.fromEntries(new URL(request.url!, 'http://localhost').searchParams),
				body: Buffer.concat(chunks),
			},
			response: answer,
		});
		const run = await called.catch((error: Error) => {
			failed.push(error);
			answer.status(500).end();
		});
		if (!run?.result.workflowData) return;
		const { result } = run;
		if (n8n.storingMs) await sleep(n8n.storingMs);
		const failing = n8n.failures-- > 0;
		if (!failing) executions.push(run.result.workflowData[0]);
		if (result.noWebhookResponse) return;
		answer.status(failing ? 500 : 200);
		answer.end();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { callback, agentid } = DEMO_APP;
	return {
		target: {
			...callback,
			url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/wecom`,
			receiveid: DEMO_CORP.corpid,
			agentid,
		},
		store: credentials,
		executions,
		failed,
		items: () => executions.flat().map(({ json }) => json),
		positions: () => {
			const all = JSON.parse(String(credentials.c1.kfCursorTokens || '{}')) as ReturnType<
				Intake['positions']
			>;
			return Object.fromEntries(
				Object.entries(all)
					.filter(([reader, { at }]) => reader.startsWith(`wf1/${node}/`) && at)
					.map(([reader, position]) => [reader.split('/')[2], position]),
			);
		},
		n8n,
		publish: async (activation) => await publishWebhooks({ ...trigger(), activation }),
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
