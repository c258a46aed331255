/** What people see and enter in a credential stays as it is, whatever the package stores beside it. */
import { randomUUID } from 'node:crypto';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { DEMO_SUITE, PROVIDER_SEED } from '../../simulator/suite/data.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import type { RunningN8n } from '../support/n8n.cts';
import { N8nRest, type Credential, type WorkflowNode } from '../support/n8n-rest.cts';
import { borrowN8n } from '../support/shared-n8n.cts';
import {
	chain,
	credentialData,
	itemsOf,
	manual,
	saveInWecom,
	signUrl,
	START_TIMEOUT,
	TRIGGER,
	uses,
	WECOM,
} from './support.cts';
import { sleep, until } from '../support/wait.cts';

let sim: Simulator;
let n8n: RunningN8n;
let rest: N8nRest;
beforeAll(async () => {
	sim = await startSimulator({ seed: PROVIDER_SEED });
	n8n = await borrowN8n();
	rest = await N8nRest.connect(n8n);
}, START_TIMEOUT);
afterAll(async () => {
	await n8n?.stop();
	await sim?.stop();
}, START_TIMEOUT);

/** A credential nobody has used. */
async function freshCredential(more: object = {}): Promise<Credential> {
	sim.control.reset();
	const secret = `e2e-secret-${randomUUID()}`;
	sim.control.setApp(DEMO_APP.agentid, { secret });
	const data = credentialData(sim, { corpSecret: secret, ...more });
	return await rest.createCredential('Fresh', 'wecomApi', data);
}

const getMember = (credential: Credential): WorkflowNode => ({
	name: 'Get member',
	type: WECOM,
	parameters: {
		resource: 'member',
		operation: 'get',
		userid: { __rl: true, mode: 'id', value: 'zhangsan' },
		options: { concurrency: 1 },
	},
	credentials: uses(credential),
});

async function workflow(...nodes: WorkflowNode[]): Promise<string> {
	const all = [manual, ...nodes];
	const names = all.map(({ name }) => name);
	return (await rest.createWorkflow({ name: 'By hand', nodes: all, connections: chain(...names) }))
		.id;
}

const run = async (...nodes: WorkflowNode[]) =>
	await rest.execute(await workflow(...nodes), 'Start');

/** What the page asks for, and what it asks when a person opens one of the list. */
async function credentialsPage(): Promise<void> {
	const list = await rest.call<Credential[]>(
		'GET',
		'/credentials?includeScopes=true&includeData=true&onlySharedWithMe=false',
	);
	expect(list.length).toBeGreaterThan(0);
	for (const { id } of list) await rest.getCredential(id);
}

it('the Credentials page shows everything after an app has used its credential', async () => {
	const credential = await freshCredential();
	const execution = await run(getMember(credential), signUrl(credential));
	expect(execution.error).toBeUndefined();
	await credentialsPage();
	const { data } = await rest.getCredential(credential.id);
	expect(data).toMatchObject({ corpId: DEMO_CORP.corpid, agentId: String(DEMO_APP.agentid) });
});

it('the Credentials page shows everything after a suite has got tickets, tokens and companies', async () => {
	sim.control.reset();
	const { suiteId, suiteSecret, callback } = DEMO_SUITE;
	const credential = await rest.createCredential('Suite', 'wecomSuiteApi', {
		suiteId,
		suiteSecret,
		token: callback.token,
		encodingAesKey: callback.encodingAesKey,
		baseUrl: sim.url,
	});
	const trigger: WorkflowNode = {
		name: 'WeCom Trigger',
		type: TRIGGER,
		parameters: { source: 'suite', path: 'page', events: ['create_auth'] },
		credentials: { wecomSuiteApi: { id: credential.id, name: credential.name } },
	};
	const { id } = await rest.createWorkflow({ name: 'Suite', nodes: [trigger] });
	await rest.activate(id);
	await rest.waitForWebhook('POST', 'page');
	const url = `${n8n.url}/webhook/page`;
	await saveInWecom(
		async () => await sim.control.saveSuiteCallback(suiteId, { url, dataUrl: url }),
	);
	expect(await sim.control.pushTicket(suiteId)).toMatchObject({ ok: true });
	const [{ corpid }] = sim.control.addCompanies(1);
	await sim.control.authorize(suiteId, corpid);
	const [execution] = await rest.waitForExecutions(id, 1);
	expect(itemsOf(execution, 'WeCom Trigger')[0]).toMatchObject({ wecom: { exchange: 'done' } });
	const { data } = await rest.rawCredential(credential.id);
	expect(data).toMatchObject({
		suiteTicket: expect.any(String),
		companies: expect.stringContaining(corpid),
	});
	await credentialsPage();
});

it('an expression in a field is still there after the first token', async () => {
	const corpId = `={{ '${DEMO_CORP.corpid}' }}`;
	const credential = await freshCredential({ corpId });
	for (let times = 0; times < 2; times++) {
		const execution = await run(getMember(credential));
		expect(execution.error).toBeUndefined();
		expect(itemsOf(execution, 'Get member')).toHaveLength(1);
	}
	const { data } = await rest.rawCredential(credential.id);
	expect(data.corpId).toBe(corpId);
});

it('an edit during an execution is still there after the execution has renewed its token', async () => {
	const credential = await freshCredential();
	const items: WorkflowNode = {
		name: 'Items',
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: { mode: 'raw', jsonOutput: '={{ { list: [1, 2, 3] } }}' },
	};
	const split: WorkflowNode = {
		name: 'Split',
		type: 'n8n-nodes-base.splitOut',
		typeVersion: 1,
		parameters: { fieldToSplitOut: 'list' },
	};
	const id = await workflow(items, split, getMember(credential));
	const asked = () => sim.requests.filter(({ path }) => path === '/cgi-bin/user/get').length;
	sim.control.inject({ path: '/cgi-bin/user/get', delayMs: 8_000, times: 1 });
	const execution = await rest.runManually(id, 'Start');
	await until('the first member was not asked for', async () => asked() > 0, {
		within: 20_000,
		every: 100,
	});
	const { data } = await rest.rawCredential(credential.id);
	const { name, type } = credential;
	await rest.updateCredential(credential.id, { name, type, data: { ...data, agentId: '7777777' } });
	sim.control.invalidateToken(DEMO_APP.agentid, { errcode: 42001 });
	const done = await rest.waitForExecution(execution, 60_000);
	expect(done.error).toBeUndefined();
	expect(itemsOf(done, 'Get member')).toHaveLength(3);
	expect(sim.control.tokenCalls(DEMO_APP.agentid)).toBe(2);
	await sleep(200);
	expect((await rest.rawCredential(credential.id)).data.agentId).toBe('7777777');
});
