/** AI bots over the long connection: a real n8n, the simulator at the other end. */
import { DEMO_BOT } from '../../simulator/bot/data.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import { botCredentialData } from '../support/credentials.cts';
import { outputItems } from '../support/execution.cts';
import type { RunningN8n } from '../support/n8n.cts';
import { N8nRest, type Credential, type WorkflowNode } from '../support/n8n-rest.cts';
import { since } from '../support/n8n-release.cts';
import { borrowN8n } from '../support/shared-n8n.cts';
import { chain, itemsOf, START_TIMEOUT, WECOM } from './support.cts';
import { sleep, until } from '../support/wait.cts';

jest.setTimeout(180_000);

const { botId, secret } = DEMO_BOT;
const TRIGGER = 'n8n-nodes-wecom-kit.wecomBotTrigger';

let sim: Simulator;
let n8n: RunningN8n;
let rest: N8nRest;
let credential: Credential;
beforeAll(async () => {
	sim = await startSimulator();
	n8n = await borrowN8n();
	rest = await N8nRest.connect(n8n);
	credential = await rest.createCredential('Bot', 'wecomBotApi', credentialData());
}, START_TIMEOUT);
afterAll(async () => {
	await n8n?.stop();
	await sim?.stop();
}, START_TIMEOUT);

const credentialData = (overrides: object = {}) => botCredentialData(sim, overrides);
const counts = () => sim.bots.connections(botId);
/** n8n deactivates in the background. */
const noSockets = async () =>
	await until('the connection stayed', async () => sim.bots.openSockets() === 0, {
		within: 30_000,
		every: 100,
	});
const uses = ({ id, name } = credential) => ({ wecomBotApi: { id, name } });
const reply = (content: string): WorkflowNode => ({
	name: 'Reply',
	type: WECOM,
	parameters: { resource: 'bot', operation: 'reply', msgtype: 'text', content },
	credentials: uses(),
});

/** A workflow that starts with the trigger. */
async function create(parameters: object = {}, after: WorkflowNode[] = [], used = credential) {
	const trigger = { name: 'Bot', type: TRIGGER, parameters, credentials: uses(used) };
	const nodes = [trigger, ...after];
	const names = nodes.map(({ name }) => name);
	const { id } = await rest.createWorkflow({ name: 'Bot', nodes, connections: chain(...names) });
	return id;
}

async function publish(...workflow: Parameters<typeof create>) {
	const id = await create(...workflow);
	await rest.activate(id);
	return id;
}

interface PublicationStatus {
	status: string;
	triggers: Array<{ errorMessage: string }>;
}

const contentOf = (item: Record<string, unknown>) => (item.text as { content: string }).content;

describe('a published workflow', () => {
	let id: string;
	beforeAll(async () => {
		const echo = reply('={{ "You said: " + $json.text.content }}');
		id = await publish({ options: { firstAnswer: 'Thinking…' } }, [echo]);
		await sim.bots.waitForConnection(botId);
	});

	it('gets a message and answers it in the stream it has begun', async () => {
		const { msgid } = await sim.bots.say(botId, { from: 'lisi', text: 'hello' });
		const [entry] = await sim.bots.waitForReply(msgid);
		const [said] = sim.bots.transcript({ botId });
		expect(entry.stream!.updates.map(({ content }) => content)).toEqual([
			'Thinking…',
			'You said: hello',
		]);
		expect(entry.stream!.updates[0].at - said.at).toBeLessThan(1_000);
		const [execution] = await rest.waitForExecutions(id, 1);
		const [item] = itemsOf(execution, 'Bot');
		expect(item).toMatchObject({
			msgtype: 'text',
			text: { content: 'hello' },
			from: { userid: 'lisi' },
			wecom: { kind: 'bot:text', transport: 'websocket', botId },
		});
		expect(JSON.stringify(execution)).not.toContain(secret);
	});

	it('shares its connection with a second one, and with a test run in the editor', async () => {
		const second = await publish({ filters: { users: 'wangfang' } });
		const run = await rest.runManually(await create({ options: { stripMention: true } }), 'Bot');
		// Nothing tells from outside that a test run listens.
		await until(
			'the test run took no message',
			async () => {
				await sim.bots.say(botId, { from: 'lisi', chatid: 'wrGroup', text: 'for the test' });
				await sleep(1_000);
				return (await rest.getExecution(run)).status === 'success';
			},
			{ within: 20_000, every: 100 },
		);
		const [item] = itemsOf(await rest.waitForExecution(run), 'Bot');
		expect(contentOf(item)).toBe('for the test');
		expect(counts()).toMatchObject({ open: 1, subscribes: 1, kicked: 0 });
		expect(await rest.listExecutions({ workflowId: second })).toHaveLength(0);
		await sim.bots.say(botId, { from: 'wangfang', text: 'for the second' });
		await rest.waitForExecutions(second, 1);
		await rest.deactivate(second);
		expect(counts().open).toBe(1);
	});

	it('keeps the connection while its credential is tested', async () => {
		expect(await rest.testCredential(credential.id)).toMatchObject({ status: 'OK' });
		expect(counts()).toMatchObject({ subscribes: 1, kicked: 0 });
		const wrong = await rest.createCredential(
			'Wrong',
			'wecomBotApi',
			credentialData({ botSecret: 'wrong' }),
		);
		const { status, message } = await rest.testCredential(wrong.id);
		expect(status).toBe('Error');
		expect(message).toContain('does not accept this Bot ID and Secret');
		const nowhere = credentialData({ websocketUrl: 'ws://127.0.0.1:1' });
		const lost = await rest.createCredential('Nowhere', 'wecomBotApi', nowhere);
		expect(await rest.testCredential(lost.id)).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('nothing listens at that address'),
		});
		expect(counts().open).toBe(1);
	});

	it('survives 20 cuts one after the other', async () => {
		const before = (await rest.listExecutions({ workflowId: id })).length;
		for (let cut = 1; cut <= 20; cut++) {
			const { subscribes } = counts();
			sim.bots.drop(botId, cut % 2 ? undefined : 1012);
			await until('no new connection', async () => counts().subscribes > subscribes, {
				within: 10_000,
				every: 100,
			});
			await sim.bots.say(botId, { from: `user${cut}`, text: `after cut ${cut}` });
		}
		const executions = await rest.waitForExecutions(id, before + 20);
		expect(executions).toHaveLength(before + 20);
		expect(executions.filter(({ status }) => status !== 'success')).toEqual([]);
	});

	it('takes 20 messages a second, 200 in all, and answers every one', async () => {
		const sent = [];
		const began = Date.now();
		for (let index = 0; index < 200; index++) {
			sent.push((await sim.bots.say(botId, { from: `many${index}`, text: `${index}` })).msgid);
			await sleep(Math.max(0, began + index * 50 - Date.now()));
		}
		const replies = await Promise.all(
			sent.map(async (msgid) => await sim.bots.waitForReply(msgid, { timeoutMs: 60_000 })),
		);
		expect(replies.map(([{ text }]) => text)).toEqual(
			sent.map((_msgid, index) => `You said: ${index}`),
		);
		expect(counts()).toMatchObject({ open: 1, overlaps: 0 });
	});

	it('is told when another program takes the bot, does not take it back, and works when published again', async () => {
		const { subscribes } = counts();
		sim.bots.kick(botId);
		const failed = await until(
			'no failed execution',
			async () => {
				const [one] = await rest.listExecutions({ workflowId: id, status: ['error'] });
				return one && (await rest.getExecution(one.id));
			},
			{ within: 45_000, every: 100 },
		);
		expect(failed.error).toMatchObject({
			message: expect.stringContaining('taken over the long connection'),
			description: expect.stringContaining('another n8n'),
		});
		await sleep(2_000);
		expect(counts()).toMatchObject({ open: 0, subscribes });
		await rest.deactivate(id);
		await rest.activate(id);
		await sim.bots.waitForConnection(botId);
		const { msgid } = await sim.bots.say(botId, { text: 'again' });
		expect((await sim.bots.waitForReply(msgid)).at(-1)!.text).toBe('You said: again');
	});

	it('leaves no connection when it is unpublished', async () => {
		await rest.deactivate(id);
		await noSockets();
		const { subscribes } = counts();
		await sleep(1_500);
		expect(sim.bots.openSockets()).toBe(0);
		expect(counts().subscribes).toBe(subscribes);
	});
});

it('replies in a test run while nothing is published, then closes the connection', async () => {
	const after = reply('={{ "You tried: " + $json.text.content }}');
	const id = await create({ options: { firstAnswer: 'Thinking…' } }, [after]);
	const run = await rest.runManually(id, 'Bot');
	await sim.bots.waitForConnection(botId);
	const { msgid } = await sim.bots.say(botId, { text: 'a test' });
	const [entry] = await sim.bots.waitForReply(msgid);
	expect(entry.stream!.updates.map(({ content }) => content)).toEqual([
		'Thinking…',
		'You tried: a test',
	]);
	const execution = await rest.waitForExecution(run);
	expect(execution.status).toBe('success');
	expect(itemsOf(execution, 'Reply')).toMatchObject([{ via: 'longConnection' }]);
	await until('the connection stayed', async () => sim.bots.openSockets() === 0, {
		within: 30_000,
		every: 100,
	});
});

it('is not published with a wrong secret, and says what is wrong', async () => {
	const wrong = await rest.createCredential(
		'Wrong',
		'wecomBotApi',
		credentialData({ botSecret: 'wrong' }),
	);
	const { refused } = counts();
	const words = 'Authorization refused: WeCom does not accept this Bot ID and Secret (853000)';
	if (!since('2.36')) {
		// Older n8n publishes while it answers.
		await expect(publish({}, [], wrong)).rejects.toThrow(words);
		expect(counts().refused).toBe(refused + 1);
		return;
	}
	const id = await publish({}, [], wrong);
	// n8n publishes in the background and tries five times; WeCom sees the first and the last of them.
	const [trigger] = await until(
		'the outcome',
		async () => {
			const status = await rest.call<PublicationStatus>(
				'GET',
				`/workflows/${id}/publication-status`,
			);
			return status.status === 'failed' && status.triggers;
		},
		{ within: 40_000, every: 100 },
	);
	expect(trigger.errorMessage).toContain(words);
	expect(counts().refused).toBeGreaterThan(refused);
	expect(counts().refused).toBeLessThanOrEqual(refused + 3);
	await rest.deactivate(id);
});

it('is activated again by n8n when a secret that was changed is right again', async () => {
	const id = await publish();
	await sim.bots.waitForConnection(botId);
	const { refused } = counts();
	sim.bots.setBot(botId, { secret: 'changed' });
	sim.bots.drop(botId);
	await until('no refusal', async () => counts().refused > refused, { within: 20_000, every: 100 });
	await rest.updateCredential(credential.id, {
		name: credential.name,
		type: credential.type,
		data: credentialData({ botSecret: 'changed' }),
	});
	await sim.bots.waitForConnection(botId, { timeoutMs: 60_000 });
	sim.bots.setBot(botId, { secret });
	await rest.updateCredential(credential.id, {
		name: credential.name,
		type: credential.type,
		data: credentialData(),
	});
	await rest.deactivate(id);
	await noSockets();
});

it('brings the files of a message, decrypted', async () => {
	const id = await publish({ options: { downloadMedia: true } });
	// This secret was refused a moment ago, so that n8n's first tries do not reach WeCom.
	await sim.bots.waitForConnection(botId, { timeoutMs: 60_000 });
	const base64 = Buffer.from('%PDF-1.4 invented').toString('base64');
	await sim.bots.say(botId, { file: { filename: '合同.pdf', base64 } });
	const [execution] = await rest.waitForExecutions(id, 1);
	const [item] = outputItems(execution, 'Bot');
	expect(item).toMatchObject({
		binary: { data: { fileName: '合同.pdf', mimeType: 'application/pdf' } },
		json: { wecom: { media: [{ type: 'file', binary: 'data' }] } },
	});
	await rest.deactivate(id);
});
