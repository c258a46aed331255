/** 1,000 items of one GET: the WeCom node beside the HTTP Request node with the same credential. */
import { say } from '../support/child.cts';
import { outputItems } from '../support/execution.cts';
import type { N8nRest, WorkflowNode } from '../support/n8n-rest.cts';
import { DEMO_SEED } from '../../simulator/demo-data.cts';
import { atLeast, information, type Row } from './report.cts';
import { interleave, median, medianRatio } from './stats.cts';

const ITEMS = 1000;
const ROUNDS = 7;
const NODE = 'Get';

export async function itemRows(
	rest: N8nRest,
	credential: { id: string; name: string },
	baseUrl: string,
): Promise<Row[]> {
	const ids = DEMO_SEED.members.map(({ userid }) => userid);
	const [same, each] = [
		await compare(rest, credential, baseUrl, [ids[0]], ids[0]),
		await compare(rest, credential, baseUrl, ids, '={{ $json.userid }}'),
	];
	const label = `${ITEMS} items of one GET: HTTP Request / WeCom node`;
	return [
		atLeast(label, same.ratio, 3, 'x as fast', 1),
		information('  WeCom node, HTTP Request node', same.times),
		information(
			'  with an expression that n8n evaluates for each item',
			`${each.ratio.toFixed(1)} x as fast`,
		),
		information('  WeCom node, HTTP Request node', each.times),
	];
}

/** Both nodes with the same user ID in every item, or with an expression that gives it. */
async function compare(
	rest: N8nRest,
	credential: { id: string; name: string },
	baseUrl: string,
	userids: string[],
	value: string,
): Promise<{ ratio: number; times: string }> {
	const credentials = { wecomApi: credential };
	const own = await createWorkflow(rest, userids, {
		name: NODE,
		type: 'n8n-nodes-wecom-kit.wecom',
		parameters: {
			resource: 'member',
			operation: 'get',
			userid: { __rl: true, mode: 'id', value },
			simplify: false,
			options: {},
		},
		credentials,
	});
	const http = await createWorkflow(rest, userids, {
		name: NODE,
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.5,
		parameters: {
			url: `${baseUrl}/cgi-bin/user/get`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'wecomApi',
			sendQuery: true,
			queryParameters: { parameters: [{ name: 'userid', value }] },
			options: {},
		},
		credentials,
	});
	const time = (id: string) => async () => await nodeTime(rest, id, userids);
	const contestants = { own: time(own), http: time(http) };
	say(`Getting ${ITEMS} members in one execution: ${ROUNDS} rounds with each of two nodes ...`);
	await interleave(contestants, 1); // warms up n8n and the simulator
	const times = await interleave(contestants, ROUNDS);
	return {
		ratio: medianRatio(times.http, times.own),
		times: `${median(times.own)} ms, ${median(times.http)} ms`,
	};
}

async function createWorkflow(
	rest: N8nRest,
	userids: string[],
	node: WorkflowNode,
): Promise<string> {
	const jsCode = `const ids = ${JSON.stringify(userids)};
return Array.from({ length: ${ITEMS} }, (_, i) => ({ json: { userid: ids[i % ids.length] } }));`;
	const { id } = await rest.createWorkflow({
		name: `bench ${node.type}`,
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
			{ name: 'Make', type: 'n8n-nodes-base.code', typeVersion: 2, parameters: { jsCode } },
			node,
		],
		connections: {
			Start: { main: [[{ node: 'Make', type: 'main', index: 0 }]] },
			Make: { main: [[{ node: node.name, type: 'main', index: 0 }]] },
		},
	});
	return id;
}

/** Milliseconds the node itself took; fails when its output is not complete. */
async function nodeTime(rest: N8nRest, id: string, userids: string[]): Promise<number> {
	const execution = await rest.waitForExecution(await rest.runManually(id, 'Start'), 120_000);
	const items = outputItems(execution, NODE);
	const right =
		items.length === ITEMS &&
		items.every(({ json }, i) => json.userid === userids[i % userids.length]);
	if (!right)
		throw new Error(
			`${items.length} items, status ${execution.status}: ${execution.error?.message ?? 'wrong order or content'}`,
		);
	return execution.runData[NODE][0].executionTime;
}
