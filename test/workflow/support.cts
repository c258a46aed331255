/** The package's nodes in the in-process harness, with the simulator as WeCom. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { chain, runWorkflow, type CredentialStore, type WorkflowRun } from '../support/harness.cts';
import { WecomApi } from '../../credentials/WecomApi.credentials';
import { WecomWebhookApi } from '../../credentials/WecomWebhookApi.credentials';
import { Wecom } from '../../nodes/Wecom/Wecom.node';
import { WecomTrigger } from '../../nodes/WecomTrigger/WecomTrigger.node';
// The trigger loads it with the first callback. Compiling it then would take longer than WeCom waits.
import '../../nodes/WecomTrigger/receive';
import { DEMO_APP, DEMO_CONTACTS, DEMO_CORP } from '../../simulator/demo-data.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import type { App } from '../../simulator/state.cts';

export const WECOM = 'n8n-nodes-wecom-kit.wecom';
export const TRIGGER = 'n8n-nodes-wecom-kit.wecomTrigger';
export const nodeTypes = { [WECOM]: new Wecom(), [TRIGGER]: new WecomTrigger() };
export const credentialTypes = [new WecomApi(), new WecomWebhookApi()];

/** A simulator for all tests of a file, reset before each. */
export function useSimulator(): () => Simulator {
	let sim: Simulator;
	beforeAll(async () => {
		sim = await startSimulator();
	});
	beforeEach(() => sim.control.reset());
	afterAll(async () => await sim.stop());
	return () => sim;
}

/** Credential fields of an app, as a person enters them. */
export const credentialOf = (sim: Simulator, app: App = DEMO_APP): IDataObject => ({
	corpId: DEMO_CORP.corpid,
	corpSecret: app.secret,
	agentId: app.agentid ? String(app.agentid) : '',
	token: app.callback.token,
	encodingAesKey: app.callback.encodingAesKey,
	baseUrl: sim.url,
});

/** What the node does with items: parameters as the form would hold them. */
export interface Run {
	resource: string;
	operation: string;
	parameters?: IDataObject;
	items?: INodeExecutionData[];
	/** Stored credentials; by default a fresh one of the demo app. */
	store?: CredentialStore;
	app?: App;
	/** The credential of the node, where it is not the app's. */
	credential?: string;
	onError?: 'continueRegularOutput' | 'continueErrorOutput' | 'stopWorkflow';
}

export async function runWecom(
	sim: Simulator,
	{ resource, operation, parameters, items, store, app, credential = 'wecomApi', onError }: Run,
): Promise<WorkflowRun> {
	return await runWorkflow({
		nodeTypes,
		credentialTypes,
		credentials: store ?? { c1: credentialOf(sim, app) as CredentialStore[string] },
		nodes: [
			{
				name: 'WeCom',
				type: WECOM,
				parameters: { resource, operation, ...parameters } as never,
				credentials: { [credential]: 'c1' },
				onError,
			},
		],
		connections: chain('WeCom'),
		items,
	});
}

/** The items of a run that must succeed. */
export async function itemsOf(sim: Simulator, run: Run): Promise<IDataObject[]> {
	const result = await runWecom(sim, run);
	if (result.error) throw result.error;
	return result.json('WeCom');
}

export const byId = (value: string | number): IDataObject => ({
	__rl: true,
	mode: 'id',
	value: String(value),
});
export const CONTACTS = DEMO_CONTACTS;
