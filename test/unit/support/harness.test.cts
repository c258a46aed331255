import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
	binaryBytes,
	binaryItem,
	chain,
	keepFilesOnDisk,
	logged,
	runLoadOptions,
	runWebhook,
	runWorkflow,
	type CredentialStore,
} from '../../support/harness.cts';
import { Lab, LAB, LAB_TRIGGER, LabApi, LabTrigger } from './lab-types.cts';

const nodeTypes = { [LAB]: new Lab(), [LAB_TRIGGER]: new LabTrigger() };
const credentialTypes = [new LabApi()];
let server: Server;
let tokens = 0;
let credentials: CredentialStore;

beforeAll(async () => {
	server = createServer((request, response) => {
		const url = new URL(request.url ?? '', 'http://localhost');
		const answer =
			url.pathname === '/token'
				? { token: `T${++tokens}` }
				: { path: url.pathname, token: url.searchParams.get('access_token') };
		response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
	tokens = 0;
	credentials = { c1: { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } };
});

const labNode = (parameters: object) => ({
	name: 'Lab',
	type: LAB,
	parameters: parameters as never,
	credentials: { labApi: 'c1' },
});

test('requests are authenticated, the token is fetched once and stored, expressions are resolved per item', async () => {
	const node = labNode({ path: '={{ "/x/" + $json.k }}' });
	const run = await runWorkflow({
		nodes: [node],
		nodeTypes,
		credentialTypes,
		credentials,
		items: [{ json: { k: 1 } }, { json: { k: 2 } }],
	});
	expect(run.error).toBeUndefined();
	expect(run.json('Lab')).toEqual([
		{ path: '/x/1', token: 'T1' },
		{ path: '/x/2', token: 'T1' },
	]);
	expect(credentials.c1.accessToken).toBe('T1');
	expect(run.credentials.writes).toBe(1);
});

test.each([['memory'], ['disk']])(
	'binary data comes in and out (%s), static data is kept',
	async (mode) => {
		const back = mode === 'disk' ? await keepFilesOnDisk() : () => {};
		try {
			const staticData = {};
			const items = [
				await binaryItem(
					{},
					{ data: { data: 'hello', fileName: 'a.txt', mimeType: 'text/plain' } },
				),
			];
			expect(items[0].binary?.data.id !== undefined).toBe(mode === 'disk');
			const run = await runWorkflow({
				nodes: [labNode({ operation: 'upper' })],
				nodeTypes,
				items,
				staticData,
			});
			expect(run.error).toBeUndefined();
			const [item] = run.items('Lab');
			expect((await binaryBytes(item)).toString()).toBe('HELLO');
			expect(item.binary?.data).toMatchObject({ fileName: 'upper-a.txt', mimeType: 'text/plain' });
			expect(staticData).toMatchObject({ global: { files: 1 } });
		} finally {
			back();
		}
	},
);

test('errors end up in the result; with onError the workflow goes on', async () => {
	const failing = labNode({ operation: 'fail' });
	const stopped = await runWorkflow({ nodes: [failing], nodeTypes });
	expect(stopped.error?.message).toBe('lab failure');
	const next = { name: 'Next', type: LAB, parameters: { operation: 'respond' } };
	const going = await runWorkflow({
		nodes: [{ ...failing, onError: 'continueRegularOutput' }, next],
		connections: chain('Lab', 'Next'),
		nodeTypes,
	});
	expect(going.error).toBeUndefined();
	expect(going.json('Lab')).toEqual([{}]); // n8n hands the node's input on
	expect(going.nodeError('Lab')?.message).toBe('lab failure');
	expect(going.responses).toEqual([{ body: 'success', headers: {}, statusCode: 200 }]);
});

test('webhooks get the raw body and the response object', async () => {
	const node = { name: 'T', type: LAB_TRIGGER };
	const echo = await runWebhook({
		node,
		nodeTypes,
		webhookName: 'setup',
		call: { method: 'GET', query: { echostr: 'E' } },
	});
	expect(echo.result).toEqual({ webhookResponse: 'E' });
	const event = await runWebhook({ node, nodeTypes, call: { body: '<xml/>' } });
	expect(event.result.workflowData).toEqual([[{ json: { body: '<xml/>' } }]]);
	const refused = await runWebhook({ node, nodeTypes });
	expect(refused.result).toEqual({ noWebhookResponse: true });
	expect(refused.response).toMatchObject({ statusCode: 401, headersSent: true, body: '' });
	expect(logged).toContainEqual({ level: 'warn', message: 'refused', meta: undefined });
});

test('form methods run in a load options context', async () => {
	const path = await runLoadOptions(
		{ node: labNode({ path: '/here' }), nodeTypes, credentialTypes, credentials },
		async function () {
			return this.getCurrentNodeParameter('path');
		},
	);
	expect(path).toBe('/here');
});
