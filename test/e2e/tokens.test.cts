import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { since } from '../support/n8n-release.cts';
import type { Credential, WorkflowNode } from '../support/n8n-rest.cts';
import {
	chain,
	credentialData,
	itemsOf,
	manual,
	signUrl,
	useN8n,
	uses,
	WECOM,
} from './support.cts';

const surroundings = useN8n();
/** Older n8n cannot store a token without undoing expressions and edits: there each process keeps its own. */
const storesTokens = since('2.35');

/** Manual trigger -> as many items as wanted -> one reading call for each. */
async function workflow(node: WorkflowNode, items = 1) {
	const { rest } = surroundings();
	const list: WorkflowNode = {
		name: 'Items',
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: {
			mode: 'raw',
			jsonOutput: `={{ { list: Array.from({ length: ${items} }, (_, id) => id) } }}`,
		},
	};
	const split: WorkflowNode = {
		name: 'Split',
		type: 'n8n-nodes-base.splitOut',
		typeVersion: 1,
		parameters: { fieldToSplitOut: 'list' },
	};
	const nodes = [manual, list, split, node];
	return (
		await rest.createWorkflow({
			name: node.name,
			nodes,
			connections: chain(...nodes.map(({ name }) => name)),
		})
	).id;
}

const getMember = (credential: Credential): WorkflowNode => ({
	name: 'Get member',
	type: WECOM,
	parameters: {
		resource: 'member',
		operation: 'get',
		userid: { __rl: true, mode: 'id', value: 'zhangsan' },
	},
	credentials: uses(credential),
});

const httpRequest = (credential: Credential): WorkflowNode => ({
	name: 'HTTP Request',
	type: 'n8n-nodes-base.httpRequest',
	typeVersion: 4.2,
	parameters: {
		url: `${surroundings().sim.url}/cgi-bin/user/get`,
		authentication: 'predefinedCredentialType',
		nodeCredentialType: 'wecomApi',
		sendQuery: true,
		queryParameters: { parameters: [{ name: 'userid', value: 'linna' }] },
		options: {},
	},
	credentials: uses(credential),
});

let serial = 0;
/** A credential nobody has used: the demo app gets a new secret. */
async function freshCredential(): Promise<Credential> {
	const { rest, sim } = surroundings();
	sim.control.reset();
	const secret = `e2e-secret-${++serial}`;
	sim.control.setApp(DEMO_APP.agentid, { secret });
	return await rest.createCredential(
		`Fresh ${serial}`,
		'wecomApi',
		credentialData(sim, { corpSecret: secret }),
	);
}

const fetched = () => surroundings().sim.control.tokenCalls(DEMO_APP.agentid);
const run = async (id: string) => await surroundings().rest.execute(id, 'Start');

it('one token and one JS-SDK ticket serve many items, three workflows, the HTTP Request node, and a restarted n8n', async () => {
	const { rest, n8n, sim } = surroundings();
	const credential = await freshCredential();
	const [first, second, http, sign] = await Promise.all([
		workflow(getMember(credential), 30),
		workflow(getMember(credential), 30),
		workflow(httpRequest(credential), 3),
		workflow(signUrl(credential)),
	]);
	const executions = await Promise.all([run(first), run(second)]);
	for (const execution of executions) {
		expect(execution.error).toBeUndefined();
		expect(itemsOf(execution, 'Get member')).toHaveLength(30);
	}
	expect(fetched()).toBe(1);

	const byHttp = await run(http);
	expect(itemsOf(byHttp, 'HTTP Request').map(({ userid }) => userid)).toEqual([
		'linna',
		'linna',
		'linna',
	]);
	expect(fetched()).toBe(1);

	const row = await rest.rawCredential(credential.id);
	const token = [...sim.state.tokens.values()].find(
		({ agentid }) => agentid === DEMO_APP.agentid,
	)!.token;
	expect(row.data.accessToken).toBe(storesTokens ? token : undefined);
	if (storesTokens) {
		expect(row.data.refreshGuard).toBe('');
		expect(row.data.accessTokenFor).toMatch(/^[0-9a-f]{64}$/);
	}
	expect(row.encrypted).not.toContain(token.slice(0, 20));

	const signed = async () => itemsOf(await run(sign), 'Sign URL')[0].config;
	const proper = expect.objectContaining({ signature: expect.stringMatching(/^[0-9a-f]{40}$/) });
	for (let times = 0; times < 2; times++) expect(await signed()).toEqual(proper);

	await n8n.restart();
	await rest.login();
	expect(itemsOf(await run(first), 'Get member')).toHaveLength(30);
	expect(itemsOf(await run(http), 'HTTP Request')).toHaveLength(3);
	expect(await signed()).toEqual(proper);
	expect(fetched()).toBe(storesTokens ? 1 : 2);
	const tickets = sim.requests.filter(({ path }) => path === '/cgi-bin/get_jsapi_ticket');
	expect(tickets).toHaveLength(1);
	const { data } = await rest.rawCredential(credential.id);
	expect(data).toMatchObject({ refreshGuard: '', jsTickets: expect.stringContaining('value') });
});

it('the HTTP Request node sends the token to the own host only, also when it goes through pages', async () => {
	const { sim } = surroundings();
	const credential = await freshCredential();
	const heard: string[] = [];
	const stranger = createServer(({ url = '' }, response) => {
		heard.push(url);
		response.setHeader('content-type', 'application/json');
		response.end('{"errcode":0}');
	});
	await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
	const elsewhere = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/cgi-bin/user/get`;
	const request = httpRequest(credential);
	const to = (url: string, options = {}): WorkflowNode => ({
		...request,
		parameters: { ...request.parameters, url, options } as never,
	});
	const nextPage = {
		pagination: {
			pagination: {
				paginationMode: 'responseContainsNextURL',
				nextURL: `={{ $pageCount === 0 ? '${sim.url}/cgi-bin/user/get' : '${elsewhere}' }}`,
				limitPagesFetched: true,
				maxRequests: 3,
			},
		},
	};
	try {
		for (const node of [to(elsewhere), to(`${sim.url}/cgi-bin/user/get`, nextPage)]) {
			const { error } = await run(await workflow(node, 1));
			expect(error?.message).toMatch(/What this credential holds goes to http:.+ only/);
		}
		expect(heard).toEqual([]);
		// A node without the credential gets through: it is the credential that refuses.
		const open = to(elsewhere);
		const bare = {
			...open,
			parameters: { ...open.parameters, authentication: 'none' },
			credentials: {},
		};
		expect((await run(await workflow(bare as never, 1))).error).toBeUndefined();
		expect(heard).toHaveLength(1);
	} finally {
		stranger.close();
	}
});

it('a token WeCom has invalidated early is renewed once, for everybody', async () => {
	const { sim } = surroundings();
	const credential = await freshCredential();
	const [member, http] = await Promise.all([
		workflow(getMember(credential), 20),
		workflow(httpRequest(credential)),
	]);
	await run(member);
	sim.control.invalidateToken(DEMO_APP.agentid, { errcode: 42001 });
	const execution = await run(member);
	expect(execution.error).toBeUndefined();
	expect(itemsOf(execution, 'Get member')).toHaveLength(20);
	expect(fetched()).toBe(2);
	expect(itemsOf(await run(http), 'HTTP Request')[0]).toMatchObject({ userid: 'linna' });
	expect(fetched()).toBe(2);
});

it('after the secret has changed the old token is not used any more', async () => {
	const { rest, sim } = surroundings();
	const credential = await freshCredential();
	const [member, http] = await Promise.all([
		workflow(getMember(credential)),
		workflow(httpRequest(credential)),
	]);
	await run(member);
	const { name, type } = credential;
	await rest.updateCredential(credential.id, {
		name,
		type,
		data: credentialData(sim, { corpSecret: 'wrong' }),
	});
	const execution = await run(member);
	expect(execution.error?.message).toBe('The secret is wrong (40001)');
	expect(itemsOf(await run(http), 'HTTP Request')[0]?.userid).toBeUndefined();

	sim.control.setApp(DEMO_APP.agentid, { secret: 'corrected' });
	await rest.updateCredential(credential.id, {
		name,
		type,
		data: credentialData(sim, { corpSecret: 'corrected' }),
	});
	expect(itemsOf(await run(member), 'Get member')).toHaveLength(1);
});

it('no execution holds the secret or the token, not even a failed one', async () => {
	const { sim } = surroundings();
	const credential = await freshCredential();
	const member = await workflow(getMember(credential));
	await run(member);
	const { token } = [...sim.state.tokens.values()].at(-1)!;
	const texts: string[] = [];
	for (const fault of [
		{ errcode: 48002 },
		{ status: 502, rawBody: '<html>' },
		{ rawBody: 'no json' },
	]) {
		sim.control.inject({ path: '/cgi-bin/user/get', times: 9, ...fault });
		const execution = await run(member);
		expect(execution.error).toBeDefined();
		texts.push(JSON.stringify(execution));
		sim.control.clearFaults();
	}
	for (const text of [...texts, surroundings().n8n.logs()]) {
		expect(text).not.toContain(token);
		expect(text).not.toContain(`e2e-secret-${serial}`);
	}
});

describe('the credential test', () => {
	const test = async (overrides: object) => {
		const { rest, sim } = surroundings();
		const credential = await rest.createCredential(
			'Under test',
			'wecomApi',
			credentialData(sim, overrides),
		);
		try {
			return await rest.testCredential(credential.id);
		} finally {
			await rest.deleteCredential(credential.id);
		}
	};
	beforeEach(() => surroundings().sim.control.reset());

	it('is green when a real call works, also with values pasted with spaces and for sending only', async () => {
		expect(await test({})).toEqual({ status: 'OK', message: 'Connection successful' });
		expect(await test({ corpSecret: ` ${DEMO_APP.secret}\n` })).toMatchObject({ status: 'OK' });
		expect(await test({ token: '', encodingAesKey: '', agentId: '' })).toMatchObject({
			status: 'OK',
		});
	});

	it.each([
		['wrong Corp ID', { corpId: 'ww0000' }, /^The Corp ID is not valid \(40013\)\. .*My Company/],
		['wrong secret', { corpSecret: 'wrong' }, /^The secret is wrong \(40001\)\. /],
		[
			"another app's Agent ID",
			{ agentId: '1000003' },
			/^Agent ID and secret belong to different apps \(301002\)\. .*same page/,
		],
		[
			'unreachable host',
			{ baseUrl: 'http://127.0.0.1:9' },
			/^WeCom cannot be reached at http:\/\/127\.0\.0\.1:9 \(nothing listens at that address\)\. Check the Base URL/,
		],
		[
			'short EncodingAESKey',
			{ encodingAesKey: 'tooShort' },
			/^The EncodingAESKey has 8 characters instead of 43\. Copy it again/,
		],
		[
			'strange EncodingAESKey',
			{ encodingAesKey: '!'.repeat(43) },
			/^The EncodingAESKey has other characters than letters and digits\./,
		],
		['Token without key', { encodingAesKey: '' }, /^The EncodingAESKey is empty\./],
		[
			'Agent ID with letters',
			{ agentId: 'abc' },
			/^The Agent ID has other characters than digits\./,
		],
		[
			'Base URL without scheme',
			{ baseUrl: 'qyapi.weixin.qq.com' },
			/^The Base URL is not a web address\./,
		],
	])('is red with its own sentence: %s', async (_name, overrides, message) => {
		const result = await test(overrides);
		expect(result.status).toBe('Error');
		expect(result.message).toMatch(message);
	});

	it('is red for a disabled app and for an IP WeCom does not trust, with the IP and the place', async () => {
		const { sim } = surroundings();
		sim.control.setApp(DEMO_APP.agentid, { enabled: false });
		expect((await test({})).message).toMatch(/^The app is disabled \(50003\)\. Enable it/);
		sim.control.reset();
		sim.control.refuseIp(true, { ip: '203.0.113.7' });
		expect((await test({})).message).toMatch(
			/^WeCom does not trust the IP 203\.0\.113\.7 \(60020\)\. Add 203\.0\.113\.7 .* App Management > your app > Company's Trusted IP/,
		);
	});

	it('is red for a server that is not WeCom', async () => {
		const { n8n } = surroundings();
		expect((await test({ baseUrl: n8n.url })).message).toMatch(
			/without WeCom's JSON\. Check the Base URL/,
		);
	});
});

describe('the pickers', () => {
	const search = async (methodName: string, filter?: string) => {
		const { rest, credential } = surroundings();
		return await rest.searchResourceLocator({
			nodeType: WECOM,
			path: 'parameters.userid',
			methodName,
			// The editor sends every parameter of the form.
			parameters: { authentication: 'app', resource: 'member', operation: 'get' },
			credentials: uses(credential),
			filter,
		});
	};
	beforeEach(() => surroundings().sim.control.reset());

	it('find members by name and departments by path, fetching the lists once', async () => {
		const { sim } = surroundings();
		const all = await search('searchMembers');
		expect(all.results.length).toBe(sim.state.members.size);
		const found = await search('searchMembers', 'zhangsan');
		expect(found.results).toEqual([
			{ name: expect.stringContaining('(zhangsan)'), value: 'zhangsan' },
		]);
		const departments = await search('searchDepartments');
		expect(departments.results.length).toBe(sim.state.departments.size);
		expect(departments.results.some(({ name }) => name.includes(' / '))).toBe(true);
		expect(
			sim.requests.filter(({ path }) => path === '/cgi-bin/department/simplelist'),
		).toHaveLength(1);
	});
});
