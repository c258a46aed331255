/** People asked by an n8n in several processes: a worker asks, and the answers come to any of two webhook processes. */
import { DEMO_BOT } from '../../simulator/bot/data.cts';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import { botCredentialData } from '../support/credentials.cts';
import { http } from '../support/http.cts';
import type { Credential } from '../support/n8n-rest.cts';
import { packPackage } from '../support/pack.cts';
import { startQueueMode, type QueueMode } from '../support/queue-mode.cts';
import { queueServersOrSkip } from '../support/queue-servers.cts';
import { until } from '../support/wait.cts';
import { Asking, PATIENCE } from './send-and-wait-support.cts';
import { credentialData, itemsOf, START_TIMEOUT, TRIGGER, uses } from './support.cts';

jest.setTimeout(240_000);

queueServersOrSkip()('behind two webhook processes', () => {
	let sim: Simulator;
	let queue: QueueMode;
	let credential: Credential;
	const asking = new Asking(() => ({
		rest: queue.rest,
		sim,
		credential,
		url: queue.balancer.url,
		waitForWebhook: queue.waitForWebhook,
	}));

	beforeAll(async () => {
		sim = await startSimulator();
		queue = await startQueueMode({ tarball: await packPackage(), webhookProcesses: 2 });
		const { rest, balancer } = queue;
		credential = await rest.createCredential('App', 'wecomApi', credentialData(sim));
		const trigger = {
			name: 'WeCom Trigger',
			type: TRIGGER,
			parameters: { path: 'clicks', events: ['text'] },
			credentials: uses(credential),
		};
		const { id } = await rest.createWorkflow({ name: 'Clicks', nodes: [trigger], connections: {} });
		await rest.activate(id);
		await queue.waitForWebhook('POST', 'clicks');
		const url = `${balancer.url}/webhook/clicks`;
		await sim.control.saveCallback(DEMO_APP.agentid, { ...DEMO_APP.callback, url });
	}, START_TIMEOUT * 2);
	afterAll(async () => {
		await queue?.stop();
		await sim?.stop();
	}, START_TIMEOUT);

	it('the answers of two people meet, whichever process gets them', async () => {
		for (const round of [1, 2, 3]) {
			const { id } = await asking.asked(
				asking.question({ decidedBy: 'all', title: `Round ${round}` }),
			);
			expect(queue.worker.logs()).toContain(`execution ${id}`);
			await Promise.all([asking.press('zhangsan', 'Approve'), asking.press('lisi', 'Approve')]);
			const [{ data }] = itemsOf(await asking.ended(id), 'After');
			expect(data).toMatchObject({ approved: true, answers: [{}, {}] });
			for (const person of ['zhangsan', 'lisi']) await asking.shows(person, 'Approved');
		}
		expect(new Set(queue.balancer.served)).toEqual(new Set([0, 1]));
	});

	it('one of two who press at the same moment decides, the other reads who it was', async () => {
		for (const round of [1, 2, 3]) {
			const { id } = await asking.asked(asking.question({ title: `Round ${round}` }));
			await Promise.all([asking.press('zhangsan', 'Approve'), asking.press('lisi', 'Decline')]);
			const execution = await asking.ended(id);
			const [{ data }] = itemsOf(execution, 'After') as Array<{ data: Record<string, unknown> }>;
			const [first, second, word] = data.approved
				? ['zhangsan', 'lisi', 'Approved']
				: ['lisi', 'zhangsan', 'Declined'];
			expect(data.userid).toBe(first);
			for (const person of [first, second]) await asking.shows(person, word);
		}
	});

	it('an AI agent waits for its supervisor, and goes on in a worker', async () => {
		const say = await asking.supervisedAgent();
		sim.control.setScript([{ calls: asking.supervisedCalls, say: 'Done: {result}' }]);
		const id = await say('Tell everybody about the holiday');
		expect(asking.toAll()).toEqual([]);
		await asking.press('lisi', 'Approve');
		expect((await asking.ended(id)).status).toBe('success');
		expect(asking.toAll().map(({ body }) => body.text.content)).toEqual(['Holiday tomorrow']);
		expect(queue.worker.logs()).toContain(`execution ${id}`);
	});

	it('a page comes from one process, and its answer goes to another', async () => {
		const { id } = await asking.asked(asking.question({ responseType: 'freeText' }));
		const { url } = asking.newest.button_list[0] as { url: string };
		expect(new URL(url).origin).toBe(queue.balancer.url);
		queue.balancer.pin(0);
		expect(String((await http(url)).body)).toContain('<form method="post"');
		queue.balancer.pin(1);
		await http(url, {
			method: 'POST',
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
			body: 'text=Yes',
		});
		queue.balancer.pin();
		expect(itemsOf(await asking.ended(id), 'After')).toMatchObject([{ data: { text: 'Yes' } }]);
	});

	it('a bot whose connection main holds shows the decision', async () => {
		const { rest } = queue;
		const { botId } = DEMO_BOT;
		const { id: credentialId, name } = await rest.createCredential(
			'Bot',
			'wecomBotApi',
			botCredentialData(sim),
		);
		const credentials = { wecomBotApi: { id: credentialId, name } };
		const nodes = [
			{
				name: 'Bot',
				type: 'n8n-nodes-wecom-kit.wecomBotTrigger',
				credentials,
				parameters: { events: ['bot:text'] },
			},
			{
				...asking.question({
					authentication: 'bot',
					botSendTo: 'message',
					message: '={{ $json.chatInput }}',
				}),
				credentials,
			},
		];
		const connections = { Bot: { main: [[{ node: 'Ask', type: 'main', index: 0 }]] } };
		const workflow = await rest.createWorkflow({ name: 'Bot asks', nodes, connections });
		await rest.activate(workflow.id);
		await sim.bots.waitForConnection(botId);
		await sim.bots.say(botId, { from: 'lisi', text: 'May I?' });
		const id = await asking.waiting(workflow.id);
		const card = () =>
			sim.bots
				.transcript({ botId, chat: 'lisi' })
				.filter((entry) => entry.card)
				.at(-1)!.card as Record<string, any>;
		await sim.bots.clickCard(botId, {
			taskId: card().task_id,
			eventKey: card().button_list[0].key,
			from: 'lisi',
		});
		expect(itemsOf(await asking.ended(id), 'Ask')).toMatchObject([
			{ data: { approved: true, userid: 'lisi' } },
		]);
		await until('the card changes', () => card().replace_text === 'Approved', PATIENCE);
	});
});
