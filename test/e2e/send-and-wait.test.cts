/** People asked in WeCom by a real n8n: with one tap, on a page, by an AI agent that needs a permission, and over time. */
import { DEMO_BOT, DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import type { Credential, WorkflowNode } from '../support/n8n-rest.cts';
import { chain, itemsOf, publishTrigger, START_TIMEOUT, TRIGGER, useN8n } from './support.cts';
import { Asking, PATIENCE } from './send-and-wait-support.cts';
import { until } from '../support/wait.cts';

const BOT_TRIGGER = 'n8n-nodes-wecom-kit.wecomBotTrigger';
const surroundings = useN8n();
const control = () => surroundings().sim.control;
const asking = new Asking(() => {
	const { n8n, rest } = surroundings();
	const waitForWebhook = rest.waitForWebhook.bind(rest);
	return { ...surroundings(), url: n8n.url, waitForWebhook };
});

beforeAll(async () => {
	await publishTrigger(surroundings(), 'clicks', { events: ['text'] });
	const { n8n } = surroundings();
	const callback = { ...DEMO_APP.callback, url: `${n8n.url}/webhook/clicks` };
	expect((await control().saveCallback(DEMO_APP.agentid, callback)).ok).toBe(true);
}, START_TIMEOUT);

describe('one tap', () => {
	it('lets the execution go on, and the cards of all say who it was', async () => {
		const { id } = await asking.asked(asking.question());
		expect(asking.newest).toMatchObject({ sub_title_text: 'From Emma' });
		expect(asking.newest.button_list[0].key).toMatch(/^hitl:\/webhook-waiting\//);
		await asking.press('lisi', 'Approve');
		const execution = await asking.ended(id);
		expect(execution.status).toBe('success');
		expect(itemsOf(execution, 'After')).toEqual([
			{
				data: {
					approved: true,
					respondedAt: expect.any(String),
					responder: { id: 'lisi', name: '李四', source: 'wecom' },
					userid: 'lisi',
				},
			},
		]);
		await asking.shows('zhangsan', 'Approved');
		// Late, from a client that still shows the buttons.
		await asking.press('zhangsan', 'Decline', { stale: true });
		await asking.shows('zhangsan', 'Closed');
	});

	it('goes to one of two who press at the same moment', async () => {
		const { id } = await asking.asked(asking.question());
		await Promise.all([asking.press('zhangsan', 'Approve'), asking.press('lisi', 'Decline')]);
		const [{ data }] = itemsOf(await asking.ended(id), 'After') as Array<{
			data: Record<string, unknown>;
		}>;
		expect(data.userid).toBe(data.approved ? 'zhangsan' : 'lisi');
	});

	it('asks several, whose answers n8n keeps', async () => {
		const { id } = await asking.asked(asking.question({ decidedBy: 'all' }));
		await asking.press('zhangsan', 'Approve');
		await asking.shows('zhangsan', 'Noted');
		await asking.press('lisi', 'Approve');
		const [{ data }] = itemsOf(await asking.ended(id), 'After') as Array<{
			data: { answers: unknown[] };
		}>;
		expect(data.answers.length).toBe(2);
	});

	it('takes the outcome of its limit when nobody answers', async () => {
		const values = {
			limitType: 'afterTimeInterval',
			resumeAmount: 0.1,
			resumeUnit: 'minutes',
			outcome: 'approved',
		};
		const { id } = await asking.asked(asking.question({ options: { limitWaitTime: { values } } }));
		await asking.shows('lisi', 'Expired');
		// n8n looks once a minute for those whose time is up.
		const execution = await asking.ended(id, 90_000);
		const [item] = itemsOf(execution, 'After') as Array<{ data: unknown; body: unknown }>;
		expect(item).toMatchObject({
			body: { name: 'Emma' },
			data: { approved: true, timedOut: true },
		});
	});
});

describe('a page', () => {
	it('takes a text, and n8n says when all is done', async () => {
		const { id } = await asking.asked(asking.question({ responseType: 'freeText' }));
		const { url } = asking.newest.button_list[0] as { url: string };
		const page = await fetch(url, { headers: { 'accept-language': 'zh-CN' } });
		expect(page.headers.get('content-type')).toContain('text/html');
		expect(await page.text()).toContain('<html lang="zh">');
		const sent = await fetch(url, {
			method: 'POST',
			body: new URLSearchParams({ text: '好的 <1>' }),
		});
		expect(sent.headers.get('content-type')).toContain('text/html');
		expect(await sent.text()).toContain('your answer is recorded');
		expect(itemsOf(await asking.ended(id), 'After')).toEqual([
			{ data: { text: '好的 <1>', respondedAt: expect.any(String) } },
		]);
		const again = await fetch(url);
		expect(again.status).toBe(200);
		expect(await again.text()).toContain('No action required');
	});

	it('finds out by WeCom who the person is', async () => {
		const { n8n } = surroundings();
		control().setApp(DEMO_APP.agentid, { trustedDomains: [new URL(n8n.url).host] });
		const { id } = await asking.asked(
			asking.question({
				answerBy: 'link',
				options: { identify: true },
				allowedPeople: { users: 'lisi' },
			}),
		);
		const follow = { redirect: 'manual' } as const;
		const first = await fetch(asking.newest.button_list[0].url, follow);
		const there = first.headers.get('location')!.replace(/#.*$/, '');
		const who = new URLSearchParams({ who: 'userid:lisi', decision: 'allow' });
		const back = await fetch(there, { method: 'POST', body: who, ...follow });
		const url = back.headers.get('location')!;
		const html = await (await fetch(url)).text();
		const proof = /name="proof" value="([^"]+)"/.exec(html)![1];
		await fetch(url, { method: 'POST', body: new URLSearchParams({ decision: 'approve', proof }) });
		expect(itemsOf(await asking.ended(id), 'After')).toMatchObject([
			{ data: { approved: true, userid: 'lisi' } },
		]);
	});
});

describe('an AI agent that needs a permission', () => {
	it('does it after an approval, not before, and not after a stranger has pressed', async () => {
		const say = await asking.supervisedAgent();
		control().setScript([{ calls: asking.supervisedCalls, say: 'Done: {result}' }]);
		const id = await say('Tell everybody about the holiday');
		expect(asking.newest.sub_title_text).toContain('Tell_Everybody');
		expect(asking.newest.sub_title_text).toContain('Holiday tomorrow');
		// Of a forwarded card WeCom changes nothing.
		await asking.press('wangfang', 'Approve', { stale: true });
		await until(
			'the stranger was refused',
			() => surroundings().n8n.logs().includes('could not be changed'),
			PATIENCE,
		);
		expect(asking.toAll()).toEqual([]);
		await asking.press('lisi', 'Approve');
		const execution = await asking.ended(id);
		expect(execution.status).toBe('success');
		expect(asking.toAll().length).toBe(1);
		expect(asking.toAll()[0].body.text.content).toBe('Holiday tomorrow');
	});

	it('hears why it was declined', async () => {
		const say = await asking.supervisedAgent();
		control().setScript([{ calls: asking.supervisedCalls, say: 'I heard: {result}' }]);
		const before = asking.toAll().length;
		const id = await say('Tell everybody');
		await asking.press('lisi', 'Decline');
		const execution = await asking.ended(id);
		expect(execution.status).toBe('success');
		expect(asking.toAll().length).toBe(before);
		expect(JSON.stringify(itemsOf(execution, 'AI Agent'))).toContain('I heard:');
	});
});

describe('an AI bot', () => {
	let credential: Credential;
	/** The newest card in the chat with Li Si. */
	const newestIn = (botId: string) =>
		surroundings()
			.sim.bots.transcript({ botId, chat: 'lisi' })
			.filter(({ card }) => card)
			.at(-1)!;
	const botQuestion = (parameters: object) => ({
		...asking.question({ authentication: 'bot', ...parameters }),
		credentials: { wecomBotApi: { id: credential.id, name: credential.name } },
	});

	it('asks over its long connection, and shows the decision there', async () => {
		const { rest, sim } = surroundings();
		credential = await rest.createCredential('Bot', 'wecomBotApi', {
			botId: DEMO_BOT.botId,
			botSecret: DEMO_BOT.secret,
			websocketUrl: sim.url.replace('http', 'ws'),
		});
		const trigger: WorkflowNode = {
			name: 'WeCom Bot Trigger',
			type: BOT_TRIGGER,
			parameters: { events: ['*'] },
			credentials: { wecomBotApi: { id: credential.id, name: credential.name } },
		};
		const workflow = await rest.createWorkflow({ name: 'Bot', nodes: [trigger], connections: {} });
		await rest.activate(workflow.id);
		await sim.bots.waitForConnection(DEMO_BOT.botId);
		// A bot writes only where somebody has written to it before.
		await sim.bots.say(DEMO_BOT.botId, { from: 'lisi', text: 'Hello' });
		await rest.waitForExecutions(workflow.id, 1);
		const { id } = await asking.asked(botQuestion({ botSendTo: 'chat', botChatid: 'lisi' }));
		const card = () => newestIn(DEMO_BOT.botId);
		const { task_id: taskId, button_list } = card().card as {
			task_id: string;
			button_list: Array<{ key: string }>;
		};
		await sim.bots.clickCard(DEMO_BOT.botId, {
			taskId,
			eventKey: button_list[0].key,
			from: 'lisi',
		});
		expect(itemsOf(await asking.ended(id), 'After')).toMatchObject([
			{ data: { approved: true, userid: 'lisi' } },
		]);
		await until('the card changes', () => card().card!.replace_text === 'Approved', PATIENCE);
		// The message has started one, the click none.
		expect((await rest.listExecutions({ workflowId: workflow.id })).length).toBe(1);
		await rest.deactivate(workflow.id);
	});

	it('asks in answer to a message over a URL callback', async () => {
		const { rest, sim, n8n } = surroundings();
		const { token, encodingAesKey } = DEMO_CALLBACK_BOT.callback;
		credential = await rest.createCredential('Callback bot', 'wecomBotApi', {
			token,
			encodingAesKey,
		});
		const path = 'bot-clicks';
		const trigger: WorkflowNode = {
			name: 'WeCom Trigger',
			type: TRIGGER,
			parameters: { source: 'bot', events: ['bot:text'], path, botOptions: { firstAnswer: '' } },
			credentials: { wecomBotApi: { id: credential.id, name: credential.name } },
		};
		const nodes = [
			trigger,
			botQuestion({ botSendTo: 'message', message: 'From the bot' }),
			{ name: 'After', type: 'n8n-nodes-base.noOp' },
		];
		const { id: workflow } = await rest.createWorkflow({
			name: path,
			nodes,
			connections: chain('WeCom Trigger', 'Ask', 'After'),
		});
		await rest.activate(workflow);
		await rest.waitForWebhook('POST', path);
		sim.bots.setBot(DEMO_CALLBACK_BOT.botId, {
			callback: { token, encodingAesKey, url: `${n8n.url}/webhook/${path}` },
		});
		await sim.bots.say(DEMO_CALLBACK_BOT.botId, { from: 'lisi', text: 'Please ask' });
		const id = await asking.waiting(workflow);
		const card = () => newestIn(DEMO_CALLBACK_BOT.botId);
		const { task_id: taskId, button_list } = card().card as {
			task_id: string;
			button_list: Array<{ key: string }>;
		};
		await sim.bots.clickCard(DEMO_CALLBACK_BOT.botId, {
			taskId,
			eventKey: button_list[1].key,
			from: 'lisi',
		});
		expect(itemsOf(await asking.ended(id), 'After')).toMatchObject([
			{ data: { approved: false, userid: 'lisi' } },
		]);
		await until('the card changes', () => card().card!.replace_text === 'Declined', PATIENCE);
	});
});

it('goes on after a restart of n8n', async () => {
	const { id } = await asking.asked(asking.question({ decidedBy: 'all' }));
	await asking.press('zhangsan', 'Approve');
	await asking.shows('zhangsan', 'Noted');
	const { n8n, rest } = surroundings();
	await n8n.restart();
	await rest.waitForWebhook('POST', 'clicks');
	await asking.press('lisi', 'Approve');
	const [{ data }] = itemsOf(await asking.ended(id), 'After') as Array<{
		data: { answers: unknown[] };
	}>;
	expect(data.answers.length).toBe(2);
});
