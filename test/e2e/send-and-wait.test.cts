/** People asked in WeCom by a real n8n: with one tap, on a page, by an AI agent that needs a permission, and over time. */
import { DEMO_BOT, DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { MODEL, MODEL_KEY } from '../../simulator/chat-model.cts';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import type { Execution } from '../support/execution.cts';
import type { Credential, WorkflowNode } from '../support/n8n-rest.cts';
import {
	chain,
	itemsOf,
	publishTrigger,
	START_TIMEOUT,
	TRIGGER,
	useN8n,
	uses,
	WECOM,
} from './support.cts';
import { sleep } from '../support/wait.cts';

export const SEND_AND_WAIT = 'n8n-nodes-wecom-kit.wecomSendAndWait';
const BOT_TRIGGER = 'n8n-nodes-wecom-kit.wecomBotTrigger';
const surroundings = useN8n();
const control = () => surroundings().sim.control;

beforeAll(async () => {
	await publishTrigger(surroundings(), 'clicks', { events: ['text'] });
	const { n8n } = surroundings();
	const callback = { ...DEMO_APP.callback, url: `${n8n.url}/webhook/clicks` };
	expect((await control().saveCallback(DEMO_APP.agentid, callback)).ok).toBe(true);
}, START_TIMEOUT);

const question = (parameters: object = {}): WorkflowNode => ({
	name: 'Ask',
	type: SEND_AND_WAIT,
	parameters: {
		authentication: 'app',
		sendTo: 'members',
		touser: 'zhangsan, lisi',
		title: 'Expense of 1,200',
		message: "={{ 'From ' + $json.body.name }}",
		responseType: 'approval',
		answerBy: 'card',
		...parameters,
	},
	credentials: uses(surroundings().credential),
});

let serial = 0;

/** A published workflow that a plain webhook starts; gives the execution once it waits. */
async function asked(
	ask: WorkflowNode,
	body: object = { name: 'Emma' },
): Promise<{ id: string; workflow: string }> {
	const { rest, n8n } = surroundings();
	const path = `ask-${++serial}`;
	const start = {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		parameters: { path, httpMethod: 'POST' },
	};
	const nodes = [start, ask, { name: 'After', type: 'n8n-nodes-base.noOp' }];
	const { id } = await rest.createWorkflow({
		name: path,
		nodes,
		connections: chain(...nodes.map(({ name }) => name)),
	});
	await rest.activate(id);
	await rest.waitForWebhook('POST', path);
	await fetch(`${n8n.url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	return { id: await waiting(id), workflow: id };
}

async function until<T>(
	read: () => Promise<T | undefined> | T | undefined,
	what: string,
	ms = 30_000,
): Promise<T> {
	for (const end = Date.now() + ms; Date.now() < end; ) {
		const value = await read();
		if (value) return value;
		await sleep(200);
	}
	throw new Error(`Nothing came of: ${what}`);
}

async function waiting(workflowId: string): Promise<string> {
	const { rest } = surroundings();
	return await until(async () => {
		const [execution] = await rest.listExecutions({ workflowId });
		if (execution && ['error', 'crashed', 'success'].includes(execution.status))
			throw new Error(
				`The execution is ${execution.status}: ${JSON.stringify(await rest.getExecution(execution.id)).slice(0, 2000)}`,
			);
		return execution?.status === 'waiting' ? execution.id : undefined;
	}, 'an execution that waits');
}

const ended = async (id: string, ms?: number): Promise<Execution> =>
	await until(
		async () => {
			const execution = await surroundings().rest.getExecution(id);
			return ['success', 'error'].includes(execution.status) ? execution : undefined;
		},
		'the end of the execution',
		ms,
	);

const newest = () =>
	surroundings()
		.sim.state.messages.filter(({ msgtype }) => msgtype === 'template_card')
		.at(-1)!.body.template_card;
const seenBy = (userid: string) => control().cardSeenBy(newest().task_id, userid);
const press = async (userid: string, button?: string, more = {}) =>
	await control().pressCard({ taskId: newest().task_id, userid, button, ...more });

describe('one tap', () => {
	it('lets the execution go on, and the cards of all say who it was', async () => {
		const { id } = await asked(question());
		expect(newest()).toMatchObject({ sub_title_text: 'From Emma' });
		expect(newest().button_list[0].key).toMatch(/^hitl:\/webhook-waiting\//);
		await press('lisi', 'Approve');
		const execution = await ended(id);
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
		await until(() => seenBy('zhangsan').replaced === 'Approved', 'the changed card');
		// Late, from a client that still shows the buttons.
		await press('zhangsan', 'Decline', { stale: true });
		await until(() => seenBy('zhangsan').replaced === 'Closed', 'the note');
	});

	it('goes to one of two who press at the same moment', async () => {
		const { id } = await asked(question());
		await Promise.all([press('zhangsan', 'Approve'), press('lisi', 'Decline')]);
		const [{ data }] = itemsOf(await ended(id), 'After') as Array<{
			data: Record<string, unknown>;
		}>;
		expect(data.userid).toBe(data.approved ? 'zhangsan' : 'lisi');
	});

	it('asks several, whose answers n8n keeps', async () => {
		const { id } = await asked(question({ decidedBy: 'all' }));
		await press('zhangsan', 'Approve');
		await until(() => seenBy('zhangsan').replaced === 'Noted', 'the note');
		await press('lisi', 'Approve');
		const [{ data }] = itemsOf(await ended(id), 'After') as Array<{ data: { answers: unknown[] } }>;
		expect(data.answers.length).toBe(2);
	});

	it('takes the outcome of its limit when nobody answers', async () => {
		const values = {
			limitType: 'afterTimeInterval',
			resumeAmount: 0.1,
			resumeUnit: 'minutes',
			outcome: 'approved',
		};
		const { id } = await asked(question({ options: { limitWaitTime: { values } } }));
		await until(() => seenBy('lisi').replaced === 'Expired', 'the card');
		// n8n looks once a minute for those whose time is up.
		const execution = await ended(id, 90_000);
		const [item] = itemsOf(execution, 'After') as Array<{ data: unknown; body: unknown }>;
		expect(item).toMatchObject({
			body: { name: 'Emma' },
			data: { approved: true, timedOut: true },
		});
	});
});

describe('a page', () => {
	it('takes a text, and n8n says when all is done', async () => {
		const { id } = await asked(question({ responseType: 'freeText' }));
		const { url } = newest().button_list[0] as { url: string };
		const page = await fetch(url, { headers: { 'accept-language': 'zh-CN' } });
		expect(page.headers.get('content-type')).toContain('text/html');
		expect(await page.text()).toContain('<html lang="zh">');
		const sent = await fetch(url, {
			method: 'POST',
			body: new URLSearchParams({ text: '好的 <1>' }),
		});
		expect(sent.headers.get('content-type')).toContain('text/html');
		expect(await sent.text()).toContain('your answer is recorded');
		expect(itemsOf(await ended(id), 'After')).toEqual([
			{ data: { text: '好的 <1>', respondedAt: expect.any(String) } },
		]);
		const again = await fetch(url);
		expect(again.status).toBe(200);
		expect(await again.text()).toContain('No action required');
	});

	it('finds out by WeCom who the person is', async () => {
		const { n8n } = surroundings();
		control().setApp(DEMO_APP.agentid, { trustedDomains: [new URL(n8n.url).host] });
		const { id } = await asked(
			question({ answerBy: 'link', options: { identify: true }, allowedPeople: { users: 'lisi' } }),
		);
		const follow = { redirect: 'manual' } as const;
		const first = await fetch(newest().button_list[0].url, follow);
		const there = first.headers.get('location')!.replace(/#.*$/, '');
		const who = new URLSearchParams({ who: 'userid:lisi', decision: 'allow' });
		const back = await fetch(there, { method: 'POST', body: who, ...follow });
		const url = back.headers.get('location')!;
		const html = await (await fetch(url)).text();
		const proof = /name="proof" value="([^"]+)"/.exec(html)![1];
		await fetch(url, { method: 'POST', body: new URLSearchParams({ decision: 'approve', proof }) });
		expect(itemsOf(await ended(id), 'After')).toMatchObject([
			{ data: { approved: true, userid: 'lisi' } },
		]);
	});
});

describe('an AI agent that needs a permission', () => {
	const tool: WorkflowNode = {
		name: 'Tell_Everybody',
		type: `${WECOM}Tool`,
		parameters: {
			resource: 'message',
			operation: 'send',
			toAll: true,
			content: "={{ $fromAI('content', 'What to say', 'string') }}",
		},
	};

	async function chatWorkflow(): Promise<{ id: string; say: (text: string) => Promise<string> }> {
		const { rest, sim, n8n, credential } = surroundings();
		const model = await rest.createCredential('Model', 'openAiApi', {
			apiKey: MODEL_KEY,
			url: `${sim.url}/v1`,
		});
		const path = `agent-${++serial}`;
		const nodes: WorkflowNode[] = [
			{
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				parameters: { path, httpMethod: 'POST' },
			},
			{
				name: 'AI Agent',
				type: '@n8n/n8n-nodes-langchain.agent',
				typeVersion: 3.1,
				parameters: { promptType: 'define', text: '={{ $json.body.text }}', options: {} },
			},
			{
				name: 'Model',
				type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
				typeVersion: 1.2,
				parameters: { model: { __rl: true, mode: 'id', value: MODEL }, options: {} },
				credentials: { openAiApi: { id: model.id, name: model.name } },
			},
			{
				...question({
					message:
						'=The agent wants to use {{ $tool.name }}: {{ JSON.stringify($tool.parameters) }}',
					touser: 'lisi',
					allowedPeople: { users: 'lisi' },
				}),
				name: 'Supervisor',
				type: `${SEND_AND_WAIT}HitlTool`,
			},
			{ ...tool, credentials: uses(credential) },
		];
		const to = (node: string, type: string) => ({ [type]: [[{ node, type, index: 0 }]] });
		const connections = {
			Webhook: to('AI Agent', 'main'),
			Model: to('AI Agent', 'ai_languageModel'),
			Tell_Everybody: to('Supervisor', 'ai_tool'),
			Supervisor: to('AI Agent', 'ai_tool'),
		};
		const { id } = await rest.createWorkflow({ name: path, nodes, connections });
		await rest.activate(id);
		await rest.waitForWebhook('POST', path);
		const say = async (text: string) => {
			await fetch(`${n8n.url}/webhook/${path}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ text }),
			});
			return await until(async () => {
				const [execution] = await rest.listExecutions({ workflowId: id, status: ['waiting'] });
				return execution?.id;
			}, 'the agent that waits');
		};
		return { id, say };
	}

	// As n8n describes a tool that has somebody in front of it.
	const toolParameters = { content: 'Holiday tomorrow' };
	const calls = [{ name: 'Tell_Everybody', arguments: { toolParameters, hitlParameters: {} } }];
	const toAll = () =>
		surroundings().sim.state.messages.filter(({ body }) => body.touser === '@all');

	it('does it after an approval, not before, and not after a stranger has pressed', async () => {
		const { say } = await chatWorkflow();
		control().setScript([{ calls, say: 'Done: {result}' }]);
		const id = await say('Tell everybody about the holiday');
		expect(newest().sub_title_text).toContain('Tell_Everybody');
		expect(newest().sub_title_text).toContain('Holiday tomorrow');
		await press('wangfang', 'Approve', { stale: true });
		expect(toAll()).toEqual([]);
		await press('lisi', 'Approve');
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(toAll().length).toBe(1);
		expect(toAll()[0].body.text.content).toBe('Holiday tomorrow');
	});

	it('hears why it was declined', async () => {
		const { say } = await chatWorkflow();
		control().setScript([{ calls, say: 'I heard: {result}' }]);
		const before = toAll().length;
		const id = await say('Tell everybody');
		await press('lisi', 'Decline');
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(toAll().length).toBe(before);
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
		...question({ authentication: 'bot', ...parameters }),
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
		const { id } = await asked(botQuestion({ botSendTo: 'chat', botChatid: 'lisi' }));
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
		expect(itemsOf(await ended(id), 'After')).toMatchObject([
			{ data: { approved: true, userid: 'lisi' } },
		]);
		await until(() => card().card!.replace_text === 'Approved', 'the changed card');
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
		const id = await waiting(workflow);
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
		expect(itemsOf(await ended(id), 'After')).toMatchObject([
			{ data: { approved: false, userid: 'lisi' } },
		]);
		await until(() => card().card!.replace_text === 'Declined', 'the changed card');
	});
});

it('goes on after a restart of n8n', async () => {
	const { id } = await asked(question({ decidedBy: 'all' }));
	await press('zhangsan', 'Approve');
	await until(() => seenBy('zhangsan').replaced === 'Noted', 'the note');
	const { n8n, rest } = surroundings();
	await n8n.restart();
	await rest.waitForWebhook('POST', 'clicks');
	await press('lisi', 'Approve');
	const [{ data }] = itemsOf(await ended(id), 'After') as Array<{ data: { answers: unknown[] } }>;
	expect(data.answers.length).toBe(2);
});
