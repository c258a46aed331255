/** A real n8n with the packed package and a simulator, for all tests of a file. */
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import type { CallbackTarget } from '../../simulator/pusher.cts';
import { credentialData } from '../support/credentials.cts';
import { outputItems, type Execution } from '../support/execution.cts';
import { startN8n, type RunningN8n } from '../support/n8n.cts';
import {
	N8nRest,
	type Credential,
	type Workflow,
	type WorkflowNode,
} from '../support/n8n-rest.cts';
import { packPackage } from '../support/pack.cts';
import { borrowN8n } from '../support/shared-n8n.cts';
import { until } from '../support/wait.cts';

export { credentialData };

export const WECOM = 'n8n-nodes-wecom-kit.wecom';
export const TRIGGER = 'n8n-nodes-wecom-kit.wecomTrigger';

export const START_TIMEOUT = 180_000;
jest.setTimeout(120_000);

export interface Surroundings {
	n8n: RunningN8n;
	rest: N8nRest;
	sim: Simulator;
	/** The "WeCom API" credential of the demo app. */
	credential: Credential;
}

type Simulation = Parameters<typeof startSimulator>[0];

/** Both from before the first test of the file to after its last one. */
function use(getN8n: () => Promise<RunningN8n>, simulation?: Simulation): () => Surroundings {
	let all: Surroundings;
	beforeAll(async () => {
		const sim = await startSimulator(simulation);
		const n8n = await getN8n();
		const rest = await N8nRest.connect(n8n);
		const credential = await rest.createCredential('WeCom e2e', 'wecomApi', credentialData(sim));
		all = { n8n, rest, sim, credential };
	}, START_TIMEOUT);
	afterAll(async () => {
		await all?.n8n.stop();
		await all?.sim.stop();
	}, START_TIMEOUT);
	return () => all;
}

/** An n8n that other files use before and after this one, and a simulator. */
export const useN8n = (simulation?: Simulation) => use(borrowN8n, simulation);

/** An n8n of the file's own, for what it needs in n8n's environment or installs in it, and a simulator. */
export const useOwnN8n = (env: NodeJS.ProcessEnv = {}, simulation?: Simulation) =>
	use(async () => await startN8n({ tarball: await packPackage(), env }), simulation);

export const uses = ({ id, name }: Credential) => ({ wecomApi: { id, name } });

/** A node that signs a page for the JS-SDK, for which it fetches a ticket. */
export const signUrl = (credential: Credential): WorkflowNode => ({
	name: 'Sign URL',
	type: WECOM,
	parameters: {
		resource: 'jsSdk',
		operation: 'signUrl',
		url: 'https://example.com/orders',
		sign: 'config',
	},
	credentials: uses(credential),
});

export const manual: WorkflowNode = { name: 'Start', type: 'n8n-nodes-base.manualTrigger' };

/** Connects nodes one after the other, in n8n's format. */
export const chain = (...names: string[]) =>
	Object.fromEntries(
		names
			.slice(0, -1)
			.map((name, index) => [
				name,
				{ main: [[{ node: names[index + 1], type: 'main', index: 0 }]] },
			]),
	);

/** A workflow that starts with a WeCom Trigger on its own path, published and listening. */
export async function publishTrigger(
	{ rest, credential }: Surroundings,
	path: string,
	parameters: object = {},
	after: WorkflowNode[] = [],
): Promise<Workflow> {
	const trigger = {
		name: 'WeCom Trigger',
		type: TRIGGER,
		parameters: { path, ...parameters },
		credentials: uses(credential),
	};
	const nodes = [trigger, ...after];
	const workflow = await rest.createWorkflow({
		name: `On ${path}`,
		nodes,
		connections: chain(...nodes.map(({ name }) => name)),
	});
	await rest.activate(workflow.id);
	await rest.waitForWebhook('POST', path);
	return workflow;
}

/** Where WeCom sends callbacks to. */
export const target = (
	{ n8n }: Surroundings,
	path: string,
	overrides: Partial<CallbackTarget> = {},
): CallbackTarget => ({
	url: `${n8n.url}/webhook/${path}`,
	token: DEMO_APP.callback.token,
	encodingAesKey: DEMO_APP.callback.encodingAesKey,
	receiveid: DEMO_CORP.corpid,
	toUserName: DEMO_CORP.corpid,
	agentid: DEMO_APP.agentid,
	...overrides,
});

/** WeCom waits one second for the answer of a URL. On a busy machine n8n may need longer, and a person presses Save again. */
export async function saveInWecom(save: () => Promise<{ ok: boolean }>): Promise<void> {
	await until('WeCom takes the URL', async () => (await save()).ok, { within: 30_000, every: 200 });
}

export const itemsOf = (execution: Execution, node: string) =>
	outputItems(execution, node).map(({ json }) => json);
