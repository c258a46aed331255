/**
 * What was made with the package before its first release: the nodes of its examples, and credentials as they were stored. Nothing
 * was published, so names could still change; this says which did.
 */
import type { INodeProperties, INodeType } from 'n8n-workflow';
import { fingerprint } from '../../nodes/shared/credentials/tokens';
import { resources } from '../../nodes/Wecom/resources';
import { WecomBotTrigger } from '../../nodes/WecomBotTrigger/WecomBotTrigger.node';
import { WecomLoginTrigger } from '../../nodes/WecomLoginTrigger/WecomLoginTrigger.node';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import oldNodes from '../fixtures/before-release/nodes.json';
import { startProvider, useProvider } from './suite-support.cts';
import { credentialOf, nodeTypes, runWecom, TRIGGER, useSimulator, WECOM } from './support.cts';

/** Operations whose value changed: in a workflow that has the old one, choose the operation anew. */
const RENAMED: Record<string, string> = {
	'customerMessage.sendWelcome': 'customerMessage.sendWelcomeMessage',
	'customerService.send': 'customerService.sendMessage',
	'customerService.sendOnEvent': 'customerService.sendEventMessage',
	'login.respondToLogin': 'login.respond',
	'smartSheet.createRecord': 'smartSheet.appendRecord',
};
/** Parameters that are gone, by node or operation. */
const REMOVED: Record<string, string[]> = {};

const types: Record<string, INodeType> = {
	...nodeTypes,
	[`${WECOM}Tool`]: nodeTypes[WECOM],
	[`${WECOM}BotTrigger`]: new WecomBotTrigger(),
	[`${WECOM}LoginTrigger`]: new WecomLoginTrigger(),
};
const nodes = oldNodes as Array<{
	type: string;
	typeVersion: number;
	parameters: Record<string, unknown>;
}>;
const operationOf = ({ parameters: { resource, operation } }: (typeof nodes)[number]) =>
	resource ? `${String(resource)}.${String(operation)}` : '';

describe('workflows made before the first release', () => {
	it('have nodes and operations that exist, but for those that were renamed', () => {
		const known = new Set(
			resources.flatMap((resource) =>
				resource.operations.map(({ value }) => `${resource.value}.${value}`),
			),
		);
		const gone = nodes.map(operationOf).filter((name) => name && !known.has(name));
		expect([...new Set(gone)].sort()).toEqual(Object.keys(RENAMED).sort());
		for (const name of Object.values(RENAMED)) expect(known).toContain(name);
	});

	it('set parameters that exist, but for those that are gone', () => {
		const gone: Record<string, string[]> = {};
		for (const node of nodes) {
			const { properties } = types[node.type].description;
			const names = new Set(properties.map(({ name }: INodeProperties) => name));
			const missing = Object.keys(node.parameters).filter((name) => !names.has(name));
			if (missing.length > 0) gone[operationOf(node) || node.type] = missing;
		}
		expect(gone).toEqual(REMOVED);
		expect(nodes.some(({ type }) => type === TRIGGER)).toBe(true);
	});
});

describe('credentials stored before the first release, with numbers', () => {
	const simulator = useSimulator();

	it('of an app: the stored token is used', async () => {
		const sim = simulator();
		const settings = credentialOf(sim);
		const query = `corpid=${String(settings.corpId)}&corpsecret=${String(settings.corpSecret)}`;
		const answer = await fetch(`${sim.url}/cgi-bin/gettoken?${query}`);
		const { access_token } = (await answer.json()) as { access_token: string };
		const before = sim.control.tokenCalls(DEMO_APP.agentid);
		const store = {
			c1: {
				...settings,
				refreshGuard: '',
				accessToken: access_token,
				accessTokenExpiresAt: Date.now() + 7_000_000,
				accessTokenFor: fingerprint(settings as never),
			},
		};
		const run = await runWecom(sim, {
			resource: 'member',
			operation: 'get',
			parameters: { userid: { __rl: true, mode: 'id', value: 'zhangsan' } },
			store: store as never,
		});
		expect(run.error).toBeUndefined();
		expect(sim.control.tokenCalls(DEMO_APP.agentid)).toBe(before);
	});
});

describe('a suite credential stored before the first release', () => {
	const simulator = useProvider();

	it('keeps its ticket', async () => {
		const provider = await startProvider(simulator());
		await provider.listen();
		await provider.ticket();
		Object.assign(provider.store.s1, { suiteTicketAt: Number(provider.stored().suiteTicketAt) });
		const got = await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
		expect(got).toHaveLength(1);
		await provider.stop();
	});
});
