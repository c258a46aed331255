/**
 * How many companies one suite credential holds well: `npx tsx test/bench/companies.cts [counts...]`.
 * A real n8n against the simulator: time per request and callback, size of the stored row, writes that got lost.
 */
import { startSimulator } from '../../simulator/server.cts';
import { DEMO_SUITE, PROVIDER_SEED } from '../../simulator/suite/data.cts';
import type { Company } from '../../simulator/suite/state.cts';
import { http } from '../support/http.cts';
import { startN8n } from '../support/n8n.cts';
import { N8nRest } from '../support/n8n-rest.cts';
import { packPackage } from '../support/pack.cts';

const COUNTS = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 30, 300, 2_000];
const CALLS = 200;
const CALLBACKS = 20;
const NEW_COMPANIES = 20;

const link = (...names: string[]) =>
	Object.fromEntries(
		names
			.slice(0, -1)
			.map((name, index) => [
				name,
				{ main: [[{ node: names[index + 1], type: 'main', index: 0 }]] },
			]),
	);
const middle = (values: number[]) =>
	[...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function measure(count: number) {
	const sim = await startSimulator({ seed: PROVIDER_SEED });
	const n8n = await startN8n({ tarball: await packPackage() });
	try {
		const rest = await N8nRest.connect(n8n);
		const { suiteId, suiteSecret, callback } = DEMO_SUITE;
		const post = async (path: string, body: object) =>
			(await http(`${sim.url}${path}`, { method: 'POST', body })).json<Record<string, string>>();
		const ticket = sim.control.issueTicket(suiteId);
		const { suite_access_token } = await post('/cgi-bin/service/get_suite_token', {
			suite_id: suiteId,
			suite_secret: suiteSecret,
			suite_ticket: ticket,
		});
		const all: Company[] = sim.control.addCompanies(count + NEW_COMPANIES);
		const old = all.slice(0, count);
		const companies: Record<string, object> = {};
		for (const { corpid, name, agentid } of old) {
			const issued = sim.control.issueAuthCode(suiteId, corpid, {}) as unknown;
			const auth_code =
				typeof issued === 'string' ? issued : (issued as { authCode: string }).authCode;
			const path = `/cgi-bin/service/v2/get_permanent_code?suite_access_token=${suite_access_token}`;
			const { permanent_code } = await post(path, { auth_code });
			companies[corpid] = {
				suiteId,
				permanentCode: permanent_code,
				agentId: String(agentid),
				name,
			};
		}
		const credential = await rest.createCredential('Measured', 'wecomSuiteApi', {
			suiteId,
			suiteSecret,
			token: callback.token,
			encodingAesKey: callback.encodingAesKey,
			baseUrl: sim.url,
			companies: JSON.stringify(companies),
		});
		const uses = { wecomSuiteApi: { id: credential.id, name: credential.name } };
		const trigger = {
			name: 'WeCom Trigger',
			type: 'n8n-nodes-wecom-kit.wecomTrigger',
			credentials: uses,
			parameters: { source: 'suite', path: 'measured', events: ['create_auth', 'text'] },
		};
		const listening = await rest.createWorkflow({ name: 'Listening', nodes: [trigger] });
		await rest.activate(listening.id);
		await rest.waitForWebhook('POST', 'measured');
		const url = `${n8n.url}/webhook/measured`;
		const saved = await sim.control.saveSuiteCallback(suiteId, { url, dataUrl: url });
		if (!saved.ok) throw new Error(`the URL was not taken: ${JSON.stringify(saved)}`);
		const pushed = await sim.control.pushTicket(suiteId);
		if (!pushed.ok) throw new Error(`the ticket was not taken: ${JSON.stringify(pushed)}`);

		const corpids = Array.from({ length: CALLS }, (_, index) => old[index % count].corpid);
		const nodes = [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
			{
				name: 'Companies',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				parameters: { mode: 'raw', jsonOutput: JSON.stringify({ corpid: corpids }) },
			},
			{
				name: 'Split',
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				parameters: { fieldToSplitOut: 'corpid' },
			},
			{
				name: 'Get',
				type: 'n8n-nodes-wecom-kit.wecom',
				credentials: uses,
				parameters: {
					authentication: 'suite',
					resource: 'member',
					operation: 'get',
					actAsCompany: { __rl: true, mode: 'id', value: '={{ $json.corpid }}' },
					userid: { __rl: true, mode: 'id', value: 'zhangsan' },
				},
			},
		];
		const calling = await rest.createWorkflow({
			name: 'Calling',
			nodes,
			connections: link(...nodes.map(({ name }) => name)),
		});
		const perCall = async () => {
			const { runData, error } = await rest.execute(calling.id, 'Start');
			if (error) throw new Error(error.message);
			return runData.Get[0].executionTime / CALLS;
		};
		const firstCalls = await perCall();
		const laterCalls = middle([await perCall(), await perCall(), await perCall()]);
		const { encrypted } = await rest.rawCredential(credential.id);

		const callbacks: number[] = [];
		for (let index = 0; index < CALLBACKS; index++) {
			const before = performance.now();
			await sim.control.pushData(suiteId, old[index % count].corpid, { kind: 'text' });
			callbacks.push(performance.now() - before);
		}

		// New companies authorize while tickets are pushed and tokens are fetched.
		sim.control.invalidateCorpToken(suiteId, old[0].corpid, { errcode: 40014 });
		await sim.control.startTickets(suiteId, 1_000, {});
		const busy = perCall();
		const answered: number[] = [];
		for (const { corpid } of all.slice(count))
			answered.push((await sim.control.authorize(suiteId, corpid)).ms);
		await busy;
		await rest.waitForExecutions(listening.id, CALLBACKS + NEW_COMPANIES, 60_000);
		sim.control.stopTickets(suiteId);
		const { data } = await rest.rawCredential(credential.id);
		const stored = Object.keys(JSON.parse(String(data.companies)) as object);
		return {
			companies: count,
			'ms per call, token to fetch': firstCalls.toFixed(1),
			'ms per call': laterCalls.toFixed(1),
			'ms per callback': middle(callbacks).toFixed(0),
			'ms to answer create_auth': middle(answered).toFixed(0),
			'row, kB': (encrypted.length / 1024).toFixed(0),
			'lost companies': all.length - stored.length,
		};
	} finally {
		await n8n.stop();
		await sim.stop();
	}
}

void (async () => {
	const rows: object[] = [];
	for (const count of COUNTS) {
		rows.push(await measure(count));
		console.table(rows);
	}
})();
