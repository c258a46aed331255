/** Queue mode: main receives callbacks and holds connections, a worker runs the executions. */
import { DEMO_BOT, DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import { botCredentialData } from '../support/credentials.cts';
import { http } from '../support/http.cts';
import type { N8n } from '../support/n8n.cts';
import { publishAgentOverConnection } from '../support/agent-workflow.cts';
import type { N8nRest, WorkflowNode } from '../support/n8n-rest.cts';
import { packPackage } from '../support/pack.cts';
import { startQueueMode, type QueueMode } from '../support/queue-mode.cts';
import { queueServersOrSkip } from '../support/queue-servers.cts';
import {
	chain,
	credentialData,
	itemsOf,
	publishTrigger,
	saveInWecom,
	START_TIMEOUT,
	target,
	TRIGGER,
	uses,
	WECOM,
} from './support.cts';
import { until } from '../support/wait.cts';

jest.setTimeout(240_000);

queueServersOrSkip()('in queue mode', () => {
	let sim: Simulator;
	let queue: QueueMode;
	let n8n: N8n;
	let rest: N8nRest;
	beforeAll(async () => {
		sim = await startSimulator();
		queue = await startQueueMode({ tarball: await packPackage() });
		({ main: n8n, rest } = queue);
	}, START_TIMEOUT);
	afterAll(async () => {
		await queue?.stop();
		await sim?.stop();
	}, START_TIMEOUT);

	it('a reply that the worker gives reaches WeCom through main', async () => {
		const credential = await rest.createCredential('App', 'wecomApi', credentialData(sim));
		const surroundings = { n8n, rest, sim, credential };
		const workflow = await publishTrigger(
			surroundings,
			'queue/reply',
			{ responseMode: 'responseNode' },
			[
				{
					name: 'Reply',
					type: WECOM,
					parameters: { resource: 'callback', operation: 'reply', content: '={{ $json.Content }}' },
					credentials: uses(credential),
				},
			],
		);
		const fields = { Content: '来自 worker' };
		const { attempts } = await sim.push(target(surroundings, 'queue/reply'), {
			kind: 'text',
			fields,
		});
		expect(attempts).toEqual([
			expect.objectContaining({
				status: 200,
				reply: expect.objectContaining({ signatureOk: true }),
			}),
		]);
		expect(attempts[0].reply!.xml).toContain('<Content><![CDATA[来自 worker]]></Content>');
		const [execution] = await rest.waitForExecutions(workflow.id, 1);
		expect(execution.status).toBe('success');
		expect(queue.worker.logs()).toContain(`execution ${execution.id}`);

		const failing = await publishTrigger(
			surroundings,
			'queue/fails',
			{ responseMode: 'responseNode' },
			[
				{
					name: 'Stop',
					type: 'n8n-nodes-base.stopAndError',
					typeVersion: 1,
					parameters: { errorMessage: 'on purpose' },
				},
			],
		);
		const failed = await sim.push(target(surroundings, 'queue/fails'), { kind: 'text' });
		expect(failed.attempts).toEqual([expect.objectContaining({ status: 200, body: '' })]);
		expect((await rest.waitForExecutions(failing.id, 1))[0].status).toBe('error');
	});

	it('what a worker replies to a bot’s callback reaches main, which is still to answer', async () => {
		const { botId, callback } = DEMO_CALLBACK_BOT;
		const { token, encodingAesKey } = callback;
		const { id, name } = await rest.createCredential('Callbacks', 'wecomBotApi', {
			token,
			encodingAesKey,
		});
		const credentials = { wecomBotApi: { id, name } };
		const path = 'queue/bot';
		const step = (nodeName: string, parameters: object): WorkflowNode => ({
			name: nodeName,
			type: WECOM,
			credentials,
			parameters: { resource: 'bot', operation: 'streamReply', ...parameters },
		});
		const nodes: WorkflowNode[] = [
			{
				name: 'Trigger',
				type: TRIGGER,
				credentials,
				parameters: { source: 'bot', path, responseMode: 'responseNode' },
			},
			step('Half', { content: 'Half' }),
			step('Whole', { step: 'finish', content: ' and half' }),
		];
		const connections = chain('Trigger', 'Half', 'Whole');
		const workflow = await rest.createWorkflow({ name: path, nodes, connections });
		await rest.activate(workflow.id);
		await rest.waitForWebhook('POST', path);
		const url = `${n8n.url}/webhook/${path}`;
		await saveInWecom(async () => await sim.bots.saveCallback(botId, { ...callback, url }));
		const { msgid } = await sim.bots.say(botId, { text: 'hello' });
		const [entry] = await sim.bots.waitForReply(msgid, { timeoutMs: 20_000 });
		expect(entry).toMatchObject({ via: 'reply', text: 'Half and half' });
		const [execution] = await rest.waitForExecutions(workflow.id, 1);
		expect(queue.worker.logs()).toContain(`execution ${execution.id}`);
		const via = ['Half', 'Whole'].map((node) => itemsOf(execution, node)[0].via);
		expect(via).toEqual(['answer', 'stream']);
		expect(sim.bots.outcomes().filter(({ problem }) => problem)).toEqual([]);
	});

	it('a bot’s replies from the worker go out over the connection that main holds', async () => {
		const { botId } = DEMO_BOT;
		const { id, name } = await rest.createCredential('Bot', 'wecomBotApi', botCredentialData(sim));
		const credentials = { wecomBotApi: { id, name } };
		const step = (node: string, parameters: object): WorkflowNode => ({
			name: node,
			type: WECOM,
			credentials,
			parameters: { resource: 'bot', ...parameters },
		});
		const nodes: WorkflowNode[] = [
			{
				name: 'Bot',
				type: 'n8n-nodes-wecom-kit.wecomBotTrigger',
				credentials,
				parameters: { options: { firstAnswer: 'Thinking…', closingText: 'Sorry' } },
			},
			step('Half', { operation: 'streamReply', step: 'append', content: 'Half' }),
			step('Whole', { operation: 'streamReply', step: 'finish', content: ' and whole' }),
		];
		const connections = chain('Bot', 'Half', 'Whole');
		const workflow = await rest.createWorkflow({ name: 'Bot', nodes, connections });
		await rest.activate(workflow.id);
		await sim.bots.waitForConnection(botId);
		const said = await Promise.all(
			Array.from(
				{ length: 4 },
				async (_, index) => await sim.bots.say(botId, { from: `user${index}`, text: 'hello' }),
			),
		);
		for (const { msgid } of said) {
			const [entry] = await sim.bots.waitForReply(msgid, { timeoutMs: 60_000 });
			expect(entry.stream!.updates.map(({ content }) => content)).toEqual([
				'Thinking…',
				'Half',
				'Half and whole',
			]);
		}
		for (const execution of await rest.waitForExecutions(workflow.id, 4)) {
			expect(execution.status).toBe('success');
			expect(queue.worker.logs()).toContain(`execution ${execution.id}`);
		}
		expect(sim.bots.connections(botId)).toMatchObject({ open: 1, subscribes: 1, overlaps: 0 });

		sim.bots.inject({ cmd: 'aibot_respond_msg', errcode: 45002, times: 3 });
		await sim.bots.say(botId, { from: 'unlucky', text: 'hello' });
		const [refused] = await until(
			'nobody is told of the refusal',
			async () => {
				const all = await rest.listExecutions({ workflowId: workflow.id, status: ['error'] });
				return all.length > 0 && all;
			},
			{ within: 30_000, every: 100 },
		);
		expect((await rest.getExecution(refused.id)).error?.message).toContain('45002');
		await rest.deactivate(workflow.id);
		await until('the connection stayed', async () => sim.bots.openSockets() === 0, {
			within: 30_000,
			every: 100,
		});
	});

	it('an agent that a worker runs is read while it speaks', async () => {
		const { botId } = DEMO_BOT;
		const workflow = await publishAgentOverConnection(rest, sim, 'Speaks');
		const words = 'One two three four five six seven eight';
		sim.control.setScript([{ say: words, wordMs: 500 }]);
		// n8n registers the webhook that carries the words beside the trigger.
		await until(
			'answers do not stream',
			async () => {
				const { msgid } = await sim.bots.say(botId, { from: 'lisi', text: 'Count' });
				const [entry] = await sim.bots.waitForReply(msgid, { timeoutMs: 60_000 });
				const texts = entry.stream!.updates.map(({ content }) => content);
				expect(texts.at(-1)).toBe(words);
				const between = texts.filter((text) => text !== 'Thinking…' && text !== words);
				return between.length > 1 && between.every((text) => words.startsWith(text));
			},
			{ within: 90_000, every: 500 },
		);
		const [{ id }] = await rest.listExecutions({ workflowId: workflow.id });
		expect((await rest.waitForExecution(id)).mode).toBe('webhook');
		expect(queue.worker.logs()).toContain(`execution ${id}`);
		await rest.deactivate(workflow.id);
	});

	it('a worker asks, and main takes the answers to the execution that waits', async () => {
		const credential = await rest.createCredential('Asking app', 'wecomApi', credentialData(sim));
		const surroundings = { n8n, rest, sim, credential };
		await publishTrigger(surroundings, 'queue-clicks', { events: ['text'] });
		const { url } = target(surroundings, 'queue-clicks');
		await sim.control.saveCallback(DEMO_APP.agentid, { ...DEMO_APP.callback, url });
		const nodes: WorkflowNode[] = [
			{
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				parameters: { path: 'queue-ask' },
			},
			{
				name: 'Ask',
				type: 'n8n-nodes-wecom-kit.wecomSendAndWait',
				parameters: { touser: ['zhangsan', 'lisi'], message: 'From a worker', decidedBy: 'all' },
				credentials: uses(credential),
			},
		];
		const { id } = await rest.createWorkflow({
			name: 'Asks',
			nodes,
			connections: chain('Webhook', 'Ask'),
		});
		await rest.activate(id);
		await rest.waitForWebhook('GET', 'queue-ask');
		await http(`${n8n.url}/webhook/queue-ask`);
		const waiting = await until(
			'nothing waits',
			async () => {
				const [found] = await rest.listExecutions({ workflowId: id, status: ['waiting'] });
				return found;
			},
			{ within: 30_000, every: 200 },
		);
		expect(queue.worker.logs()).toContain(`execution ${waiting.id}`);
		const taskId = String(sim.state.messages.at(-1)!.body.template_card.task_id);
		const seen = () => sim.control.cardSeenBy(taskId, 'zhangsan').replaced;
		await sim.control.pressCard({ taskId, userid: 'zhangsan', button: 'Approve' });
		await until('the first answer', async () => seen() === 'Noted', { within: 30_000, every: 200 });
		await sim.control.pressCard({ taskId, userid: 'lisi', button: 'Approve' });
		const execution = await until(
			'the execution still waits',
			async () => {
				const found = await rest.getExecution(waiting.id);
				return found.status === 'success' && found;
			},
			{ within: 30_000, every: 200 },
		);
		expect(itemsOf(execution, 'Ask')).toMatchObject([
			{ data: { approved: true, userid: 'lisi', answers: [{}, {}] } },
		]);
		await until('the changed card', async () => seen() === 'Approved', {
			within: 30_000,
			every: 200,
		});
	});
});
