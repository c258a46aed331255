/** People asked in WeCom by a real n8n: with one tap, on a page, by an AI agent that needs a permission, and over time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_BOT, DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { MODEL_KEY } from '../../simulator/chat-model.cts';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { botCredentialData } from '../support/credentials.cts';
import type { Credential, WorkflowInput, WorkflowNode } from '../support/n8n-rest.cts';
import { repoRoot } from '../support/paths.cts';
import {
	chain,
	credentialData,
	itemsOf,
	publishTrigger,
	saveInWecom,
	START_TIMEOUT,
	TRIGGER,
	useN8n,
	uses,
} from './support.cts';
import { Asking, PATIENCE, SEND_AND_WAIT } from './send-and-wait-support.cts';
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
	await saveInWecom(async () => await control().saveCallback(DEMO_APP.agentid, callback));
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
				allowedPeople: { users: ['lisi'] },
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

	it('hears that it was declined, and why', async () => {
		const before = asking.toAll().length;
		const say = await asking.supervisedAgent();
		control().setScript([{ calls: asking.supervisedCalls, say: 'I heard: {result}' }]);
		const id = await say('Tell everybody');
		await asking.press('lisi', 'Decline');
		const declined = await asking.ended(id);
		expect(declined.status).toBe('success');
		expect(JSON.stringify(itemsOf(declined, 'AI Agent'))).toContain('I heard:');

		const sayWhy = await asking.supervisedAgent({
			allowedPeople: {},
			options: { withReason: true },
		});
		control().setScript([{ calls: asking.supervisedCalls, say: 'I heard: {result}' }]);
		const other = await sayWhy('Tell everybody');
		const { url } = asking.newest.button_list[2] as { url: string };
		const body = new URLSearchParams({ decision: 'decline', reason: 'Not before Friday' });
		await fetch(url, { method: 'POST', body });
		const explained = await asking.ended(other);
		expect(explained.status).toBe('success');
		expect(JSON.stringify(itemsOf(explained, 'AI Agent'))).toMatch(/I heard:.*Not before Friday/);
		expect(asking.toAll().length).toBe(before);
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
		credential = await rest.createCredential('Bot', 'wecomBotApi', botCredentialData(sim));
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

describe('the people that the form offers', () => {
	it.each([
		['getMembers', 'lisi', '李四 (lisi)'],
		['getDepartments', '2', expect.stringContaining(' / ')],
		['getTags', '1', expect.any(String)],
	])('%s', async (methodName, value, name) => {
		const { rest, credential } = surroundings();
		const options = await rest.dynamicParameters<Array<{ name: string; value: string }>>(
			'options',
			{
				nodeType: SEND_AND_WAIT,
				methodName,
				path: 'parameters.touser',
				parameters: { authentication: 'app' },
				credentials: uses(credential),
			},
		);
		expect(options).toContainEqual({ name, value });
	});
});

describe('the example workflows', () => {
	beforeAll(async () => {
		const { rest, sim } = surroundings();
		await rest.createCredential('WeCom (demo)', 'wecomApi', credentialData(sim));
		await rest.createCredential('Chat model (demo)', 'openAiApi', {
			apiKey: MODEL_KEY,
			url: `${sim.url}/v1`,
		});
		await rest.createCredential('WeCom AI Bot (demo)', 'wecomBotApi', botCredentialData(sim));
	});

	/** Sent to n8n unchanged, as a person imports it, and published. */
	async function imported(file: string): Promise<string> {
		const { rest } = surroundings();
		const text = readFileSync(join(repoRoot, 'demo/workflows', file), 'utf8');
		const { id } = await rest.createWorkflow(JSON.parse(text) as WorkflowInput);
		await rest.activate(id);
		return id;
	}

	it('an agent tells everybody only what its supervisor has approved', async () => {
		const { rest, sim } = surroundings();
		const id = await imported('agent-asks-first.json');
		await sim.bots.waitForConnection(DEMO_BOT.botId);
		const toolParameters = { content: 'The canteen is closed tomorrow' };
		const calls = [{ name: 'Tell_Everybody', arguments: { toolParameters, hitlParameters: {} } }];
		control().setScript([{ calls, say: 'Everybody knows.' }]);
		const before = asking.toAll().length;
		const { msgid } = await sim.bots.say(DEMO_BOT.botId, {
			from: 'zhangsan',
			text: 'Tell everybody that the canteen is closed tomorrow',
		});
		const execution = await asking.waiting(id);
		expect(asking.newest.sub_title_text).toContain('The canteen is closed tomorrow');
		expect(asking.toAll()).toHaveLength(before);
		await asking.press('lisi', 'Approve');
		expect((await asking.ended(execution)).status).toBe('success');
		expect(asking.toAll().at(-1)!.body.text.content).toBe('The canteen is closed tomorrow');
		const replies = await sim.bots.waitForReply(msgid, { timeoutMs: PATIENCE.within });
		expect(replies.at(-1)!.text ?? replies.at(-1)!.stream?.updates.at(-1)?.content).toContain(
			'Everybody knows.',
		);
		await rest.deactivate(id);
	});

	it('an expense becomes a row once the manager has approved', async () => {
		const { n8n, sim } = surroundings();
		const columns = [
			['f1', 'What', 'TEXT'],
			['f2', 'Amount', 'NUMBER'],
			['f3', 'Approved By', 'TEXT'],
		];
		control().setList(
			'/cgi-bin/wedoc/smartsheet/get_fields',
			columns.map(([field_id, field_title, type]) => ({
				field_id,
				field_title,
				field_type: `FIELD_TYPE_${type}`,
			})),
		);
		const id = await imported('expense-approval.json');
		const form = `${n8n.url}/form/5c4e0f77-7f5d-4c3e-9a11-5d7c2b9e0b12`;
		await until('the form is there', async () => (await fetch(form)).status === 200, PATIENCE);
		const fill = async (what: string, amount: string, before?: string) => {
			const body = new FormData();
			body.set('field-0', what);
			body.set('field-1', amount);
			await fetch(form, { method: 'POST', body });
			return await asking.waiting(id, before);
		};
		const declined = await fill('A boat', '90000');
		await asking.press('lisi', 'Decline');
		await asking.ended(declined);
		const approved = await fill('Taxi to the airport', '180.5', declined);
		expect(asking.newest).toMatchObject({
			sub_title_text: 'Taxi to the airport',
			horizontal_content_list: [{ keyname: 'Amount', value: '180.5' }],
		});
		await asking.press('lisi', 'Approve');
		const execution = await asking.ended(approved);
		expect(execution.error).toBeUndefined();
		const rows = sim.requests.filter(({ path }) => path.endsWith('/smartsheet/add_records'));
		expect(rows.map(({ body }) => body)).toEqual([
			expect.objectContaining({
				records: [
					{
						values: {
							f1: [{ type: 'text', text: 'Taxi to the airport' }],
							f2: 180.5,
							f3: [{ type: 'text', text: '李四' }],
						},
					},
				],
			}),
		]);
		control().clearLists();
	});
});

it('says so where an execution was deleted while it waited', async () => {
	const { id } = await asking.asked(asking.question());
	await surroundings().rest.call('POST', '/executions/delete', { ids: [id] });
	await asking.press('lisi', 'Approve');
	await asking.shows('lisi', 'Closed');
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
