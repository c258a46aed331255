/** A provider's n8n in this process: a stored suite credential, a WeCom Trigger behind HTTP, the WeCom node. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ICredentialDataDecryptedObject, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { WecomSuiteApi } from '../../credentials/WecomSuiteApi.credentials';
import {
	chain,
	runWebhook,
	runWorkflow,
	WebhookResponse,
	type CredentialStore,
	type WorkflowRun,
} from '../support/harness.cts';
import { storedCompanies, type StoredCompany } from '../support/stored-companies.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import { DEMO_PROVIDER, DEMO_SUITE, PROVIDER_SEED } from '../../simulator/suite/data.cts';
import type { Suite } from '../../simulator/suite/state.cts';
import { credentialTypes, nodeTypes, TRIGGER, WECOM } from './support.cts';
import { sleep } from '../support/wait.cts';

export { until } from '../support/wait.cts';

export const suiteTypes = [...credentialTypes, new WecomSuiteApi()];

let serial = 0;

/** A suite nobody has used: tokens are remembered in the process by their settings. */
export function freshSuite(sim: Simulator, template: Suite = DEMO_SUITE): Suite {
	const suiteSecret = `secret-${++serial}`;
	sim.control.setSuite(template.suiteId, { suiteSecret });
	return { ...template, suiteSecret };
}

/** Credential fields as a person enters them. */
export const suiteCredential = (sim: Simulator, suite: Suite, overrides: IDataObject = {}) =>
	({
		suiteId: suite.suiteId,
		suiteSecret: suite.suiteSecret,
		token: suite.callback.token,
		encodingAesKey: suite.callback.encodingAesKey,
		providerCorpId: DEMO_PROVIDER.corpid,
		providerSecret: DEMO_PROVIDER.secret,
		baseUrl: sim.url,
		...overrides,
	}) as ICredentialDataDecryptedObject;

export interface Provider {
	sim: Simulator;
	suite: Suite;
	/** The stored credentials; the suite's is `s1`. */
	store: CredentialStore;
	/** The suite credential as stored now. */
	stored: () => Record<string, string>;
	companies: () => Record<string, StoredCompany>;
	/** What the trigger handed to the workflow. */
	items: IDataObject[];
	/** How many of the next executions n8n cannot store. */
	failures: number;
	/** Starts a trigger and makes it the suite's command and data URL. */
	listen: (parameters?: IDataObject, storingMs?: number) => Promise<void>;
	stop: () => Promise<void>;
	run: (run: SuiteRun) => Promise<WorkflowRun>;
	/** The items of a run that must succeed. */
	itemsOf: (run: SuiteRun) => Promise<IDataObject[]>;
	/** WeCom pushes a ticket. */
	ticket: () => Promise<void>;
	/** As if the pending auth codes had arrived earlier. */
	ageCodes: (ms: number) => void;
	/** Ticket and authorization of a company; its Corp ID. */
	authorize: (corpid: string) => Promise<string>;
}

export interface SuiteRun {
	resource: string;
	operation: string;
	company?: string;
	parameters?: IDataObject;
	items?: INodeExecutionData[];
	onError?: 'continueRegularOutput' | 'stopWorkflow';
}

export async function startProvider(sim: Simulator, template?: Suite): Promise<Provider> {
	const suite = freshSuite(sim, template);
	const store: CredentialStore = { s1: suiteCredential(sim, suite) };
	const items: IDataObject[] = [];
	const servers: Server[] = [];
	const stored = () => store.s1 as unknown as Record<string, string>;

	const run = async ({
		resource,
		operation,
		company,
		parameters,
		items: input,
		onError,
	}: SuiteRun) =>
		await runWorkflow({
			nodeTypes,
			credentialTypes: suiteTypes,
			credentials: store,
			nodes: [
				{
					name: 'WeCom',
					type: WECOM,
					parameters: {
						authentication: 'suite',
						resource,
						operation,
						...(company && { actAsCompany: { __rl: true, mode: 'id', value: company } }),
						...parameters,
					} as never,
					credentials: { wecomSuiteApi: 's1' },
					onError,
				},
			],
			connections: chain('WeCom'),
			items: input,
		});

	const provider: Provider = {
		failures: 0,
		sim,
		suite,
		store,
		items,
		stored,
		companies: () => storedCompanies(stored().companies),
		run,
		listen: async (parameters = {}, storingMs = 0) => {
			const server = createServer(async (request, response) => {
				const answer = new WebhookResponse();
				const sent = new Promise<void>((resolve) => answer.on('finish', resolve));
				void sent.then(() => {
					response.writeHead(answer.statusCode, answer.headers);
					response.end(answer.body);
				});
				const { result } = await receive(request, answer, { suite, store, parameters });
				const failing = result.workflowData !== undefined && provider.failures-- > 0;
				if (!failing) items.push(...(result.workflowData?.[0] ?? []).map(({ json }) => json));
				// n8n answers once the execution is stored.
				if (result.noWebhookResponse) return;
				if (storingMs) await sleep(storingMs);
				if (failing) answer.status(500).json({ code: 0, message: 'There was a problem' });
				else answer.end();
			});
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
			servers.push(server);
			const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/suite`;
			const saved = await sim.control.saveSuiteCallback(suite.suiteId, { url, dataUrl: url });
			expect(saved).toMatchObject({ ok: true });
		},
		stop: async () => {
			for (const server of servers) await new Promise((resolve) => server.close(resolve));
		},
		itemsOf: async (wanted) => {
			const result = await run(wanted);
			if (result.error) throw result.error;
			return result.json('WeCom');
		},
		ticket: async () =>
			expect(await sim.control.pushTicket(suite.suiteId)).toMatchObject({ ok: true }),
		ageCodes: (ms) => {
			const codes = JSON.parse(stored().pendingAuthCodes) as Record<string, { at: number }>;
			for (const code of Object.values(codes)) code.at -= ms;
			store.s1.pendingAuthCodes = JSON.stringify(codes);
		},
		authorize: async (corpid) => {
			expect(await sim.control.authorize(suite.suiteId, corpid)).toMatchObject({
				verdict: 'success',
			});
			return corpid;
		},
	};
	return provider;
}

async function receive(
	request: IncomingMessage,
	response: WebhookResponse,
	{ suite, store, parameters }: { suite: Suite; store: CredentialStore; parameters: IDataObject },
) {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const query = Object.fromEntries(new URL(request.url!, 'http://localhost').searchParams);
	return await runWebhook({
		nodeTypes,
		credentialTypes: suiteTypes,
		credentials: store,
		webhookName: request.method === 'GET' ? 'setup' : 'default',
		node: {
			name: 'WeCom Trigger',
			id: `trigger-${suite.suiteSecret}`,
			type: TRIGGER,
			webhookId: 'hook',
			parameters: { source: 'suite', events: ['*'], ...parameters } as never,
			credentials: { wecomSuiteApi: 's1' },
		},
		call: { request, method: request.method, query, body: Buffer.concat(chunks) },
		response,
	});
}

/** A simulator with the provider side for all tests of a file, reset before each. */
export function useProvider(): () => Simulator {
	let sim: Simulator;
	beforeAll(async () => {
		sim = await startSimulator({ seed: PROVIDER_SEED });
	});
	beforeEach(() => sim.control.reset());
	afterAll(async () => await sim.stop());
	return () => sim;
}
