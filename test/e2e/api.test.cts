import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import { openNode, openWorkflow, parameter } from '../support/editor.cts';
import { http } from '../support/http.cts';
import { chain, itemsOf, manual, useN8n, uses, WECOM } from './support.cts';

const surroundings = useN8n();
beforeEach(() => surroundings().sim.control.reset());

const endpoint = (value: string) => ({ __rl: true, mode: 'list', value });
const node = (parameters: object) => ({
	name: 'Call',
	type: WECOM,
	parameters: { resource: 'api', operation: 'call', ...parameters },
	credentials: uses(surroundings().credential),
});
async function run(parameters: object) {
	const { rest } = surroundings();
	const { id } = await rest.createWorkflow({
		name: 'API',
		nodes: [manual, node(parameters)],
		connections: chain('Start', 'Call'),
	});
	return await rest.execute(id, 'Start');
}
const request = (parameters: object) => ({
	nodeType: WECOM,
	path: 'parameters.endpoint',
	parameters: { resource: 'api', operation: 'call', ...parameters },
	credentials: uses(surroundings().credential),
});

describe('the endpoint list', () => {
	const search = async (filter?: string, paginationToken?: string) =>
		await surroundings().rest.searchResourceLocator({
			...request({}),
			methodName: 'listEndpoints',
			filter,
			paginationToken,
		});

	it('has all 806 endpoints, 50 a page', async () => {
		let found = 0;
		let token: string | undefined;
		do {
			const page = await search(undefined, token);
			expect(page.results.length).toBeLessThanOrEqual(50);
			found += page.results.length;
			token = page.paginationToken;
		} while (token);
		expect(found).toBe(806);
	});

	it('finds by words and by path, with a link to the official page', async () => {
		expect((await search('create member')).results[0]).toMatchObject({
			value: 'user.create',
			name: 'Create a Member (Contacts) - easier: Member > Create',
			url: 'https://developer.work.weixin.qq.com/document/path/90195',
		});
		expect((await search('/cgi-bin/user/get')).results[0].value).toBe('user.get');
	});

	it('finds by Chinese words, what people call it, and initials; English names stay', async () => {
		expect((await search('创建会议')).results[0]).toMatchObject({
			value: 'meeting.create',
			name: expect.stringMatching(/^Create a Meeting \(Meetings\)/),
		});
		expect((await search('拉群')).results[0].value).toBe('appchat.create');
		expect((await search('cjhy')).results[0].value).toBe('meeting.create');
	});
});

it('the form of an endpoint has its fields, the required ones shown', async () => {
	const { fields } = await surroundings().rest.dynamicParameters<{
		fields: Array<{ id: string; required: boolean; type: string; removed?: boolean }>;
	}>('resource-mapper-fields', {
		...request({ endpoint: endpoint('user.create') }),
		path: 'parameters.fields',
		methodName: 'getEndpointFields',
	});
	expect(fields.filter(({ required }) => required).map(({ id }) => id)).toEqual(['userid', 'name']);
	expect(fields.find(({ id }) => id === 'gender')).toMatchObject({
		type: 'options',
		removed: true,
	});
});

it('calls by form and by JSON, and says what is wrong before anything is sent', async () => {
	const schema = [
		{
			id: 'userid',
			displayName: 'User ID',
			type: 'string',
			required: true,
			display: true,
			defaultMatch: false,
		},
	];
	const byForm = await run({
		endpoint: endpoint('user.get'),
		inputMode: 'fields',
		fields: { mappingMode: 'defineBelow', value: { userid: 'linna' }, schema },
	});
	expect(itemsOf(byForm, 'Call')).toEqual([expect.objectContaining({ userid: 'linna' })]);

	const byJson = await run({
		endpoint: endpoint('department.list'),
		inputMode: 'json',
		json: '{}',
		returnAll: true,
	});
	expect(itemsOf(byJson, 'Call')).toHaveLength(surroundings().sim.state.departments.size);

	const wrong = await run({
		endpoint: endpoint('user.get'),
		inputMode: 'json',
		json: '{"userId":"linna"}',
	});
	expect(wrong.error?.message).toMatch(
		/'userId' is not a parameter of user\.get: did you mean 'userid'\?/,
	);
	expect(
		surroundings().sim.requests.filter(
			({ path, query }) => path === '/cgi-bin/user/get' && !('userid' in query),
		),
	).toHaveLength(0);
});

it('calls what is in no list, with the token that is chosen, and leaves the check to WeCom', async () => {
	const { sim } = surroundings();
	const path = '/cgi-bin/brand/new';
	sim.control.inject({ path, times: 2, rawBody: '{"errcode":0,"errmsg":"ok","made":7}' });
	const byPath = { ...endpoint(`POST ${path}`), mode: 'id' };
	const json = '{"a":[1,{"b":"2"}]}';
	for (const [token, expected] of [
		['auto', { access_token: expect.anything() }],
		['none', {}],
	] as const) {
		const made = await run({ endpoint: byPath, inputMode: 'json', json, options: { token } });
		expect(itemsOf(made, 'Call')).toEqual([{ made: 7 }]);
		expect(sim.requests.filter((request) => request.path === path).at(-1)).toMatchObject({
			method: 'POST',
			body: JSON.parse(json),
		});
		expect(sim.requests.filter((request) => request.path === path).at(-1)!.query).toEqual(expected);
	}

	const elsewhere = { ...endpoint('POST https://evil.example/cgi-bin/x/y'), mode: 'id' };
	const refused = await run({ endpoint: elsewhere, inputMode: 'json', json: '{}' });
	expect(refused.error?.message).toMatch(/a path, not a whole address/);

	sim.control.inject({ path: '/cgi-bin/user/create', rawBody: '{"errcode":0,"errmsg":"ok"}' });
	const converted = await run({
		endpoint: endpoint('user.create'),
		inputMode: 'json',
		json: '{"userid":"lisi","department":"1、2","brand_new":true}',
		options: { parameterCheck: 'convert' },
	});
	expect(itemsOf(converted, 'Call')).toEqual([
		expect.objectContaining({ warning: "Sent unchecked: 'brand_new'." }),
	]);
	expect(
		sim.requests.filter((request) => request.path === '/cgi-bin/user/create').at(-1)?.body,
	).toEqual({ userid: 'lisi', department: [1, 2], brand_new: true });
});

it('the form of what is in no list says where its parameters go', async () => {
	const { fields, emptyFieldsNotice } = await surroundings().rest.dynamicParameters<{
		fields: unknown[];
		emptyFieldsNotice: string;
	}>('resource-mapper-fields', {
		...request({ endpoint: { ...endpoint('POST /cgi-bin/brand/new'), mode: 'id' } }),
		path: 'parameters.fields',
		methodName: 'getEndpointFields',
	});
	expect(fields).toEqual([]);
	expect(emptyFieldsNotice).toMatch(/set Input Mode to JSON/);
});

it('an AI agent calls one endpoint as a tool, over MCP', async () => {
	const { rest, n8n } = surroundings();
	const nodes = [
		{
			name: 'MCP',
			type: '@n8n/n8n-nodes-langchain.mcpTrigger',
			typeVersion: 2,
			parameters: { path: 'wecom-tools' },
		},
		{
			...node({
				endpoint: endpoint('user.get'),
				inputMode: 'json',
				json: `={{ { userid: $fromAI('userid', 'ID of the member', 'string') } }}`,
				toolDescription: 'Reads one member of the company',
				descriptionType: 'manual',
			}),
			name: 'Get a member',
			type: `${WECOM}Tool`,
		},
	];
	const { id } = await rest.createWorkflow({
		name: 'Tools',
		nodes,
		connections: { 'Get a member': { ai_tool: [[{ node: 'MCP', type: 'ai_tool', index: 0 }]] } },
	});
	await rest.activate(id);
	await rest.waitForWebhook('POST', 'wecom-tools').catch(() => undefined);

	let session: string | undefined;
	let serial = 0;
	const rpc = async (method: string, params: object = {}) => {
		const answer = await http(`${n8n.url}/mcp/wecom-tools`, {
			method: 'POST',
			headers: {
				accept: 'application/json, text/event-stream',
				...(session ? { 'mcp-session-id': session } : {}),
			},
			body: { jsonrpc: '2.0', id: ++serial, method, params },
			timeout: 30_000,
		});
		session ??= answer.headers['mcp-session-id'] as string | undefined;
		const data =
			answer.text
				.split('\n')
				.find((line) => line.startsWith('data:'))
				?.slice(5) ?? answer.text;
		return JSON.parse(data) as { result: Record<string, any> };
	};
	await rpc('initialize', {
		protocolVersion: '2025-03-26',
		capabilities: {},
		clientInfo: { name: 'test', version: '1' },
	});
	const { result: list } = await rpc('tools/list');
	expect(list.tools).toEqual([
		expect.objectContaining({
			name: 'Get_a_member',
			description: 'Reads one member of the company',
			inputSchema: expect.objectContaining({
				properties: { userid: expect.objectContaining({ description: 'ID of the member' }) },
			}),
		}),
	]);
	const { result } = await rpc('tools/call', {
		name: 'Get_a_member',
		arguments: { userid: 'linna' },
	});
	expect(result.content[0].text).toContain('"userid":"linna"');
});

browserOrSkip()('in the editor', () => {
	it('the endpoint is found by typing, and its form appears', async () => {
		const { rest, n8n } = surroundings();
		const { id } = await rest.createWorkflow({
			name: 'API form',
			nodes: [manual, node({})],
			connections: chain('Start', 'Call'),
		});
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const panel = await openNode(page, 'Call');
			await parameter(page, 'endpoint').getByRole('textbox').first().click();
			await page.keyboard.type('create member');
			const choice = page.getByTestId('rlc-item').filter({ hasText: 'Create a Member' }).first();
			await choice.waitFor();
			await screenshot(page, 'api-search');
			await choice.click();
			await panel.getByText('User ID').first().waitFor();
			await panel
				.getByText('easier: Member > Create')
				.or(panel.locator('input[value*="easier: Member > Create"]'))
				.first()
				.waitFor();
			await screenshot(page, 'api-form');
		});
	});
});
