/**
 * An AI bot answered by n8n's AI Agent: the workflow of the demo, the simulator as WeCom and as the chat model. The same agent
 * over both ways a bot can be connected.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_BOT, DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { MODEL_KEY } from '../../simulator/chat-model.cts';
import { MCP_KEY } from '../../simulator/mcp.cts';
import { botCredentialData } from '../support/credentials.cts';
import { type Credential, type WorkflowInput, type WorkflowNode } from '../support/n8n-rest.cts';
import {
	credentialData,
	itemsOf,
	saveInWecom,
	START_TIMEOUT,
	TRIGGER,
	useN8n,
	WECOM,
} from './support.cts';
import { until } from '../support/wait.cts';

const FILE = join(__dirname, '..', '..', 'demo', 'workflows', 'ai-bot.json');
const { botId } = DEMO_BOT;
const PATH = '/v1/chat/completions';
const surroundings = useN8n();
const workflow = () => JSON.parse(readFileSync(FILE, 'utf8')) as WorkflowInput;
let botCredential: Credential;

beforeAll(async () => {
	const { rest, sim } = surroundings();
	await rest.createCredential('WeCom (demo)', 'wecomApi', credentialData(sim));
	botCredential = await rest.createCredential(
		'WeCom AI Bot (demo)',
		'wecomBotApi',
		botCredentialData(sim),
	);
	const model = { apiKey: MODEL_KEY, url: `${sim.url}/v1` };
	await rest.createCredential('Chat model (demo)', 'openAiApi', model);
}, START_TIMEOUT);

/** What the model was asked in its last request. */
function lastQuestion(): Array<{ role: string; content: string }> {
	const { body } = surroundings()
		.sim.requests.filter(({ path }) => path === PATH)
		.at(-1)!;
	return (body as { messages: Array<{ role: string; content: string }> }).messages;
}

const lookUp = (userid: string) => ({ name: 'Look_Up_a_Member', arguments: { userid } });

async function frames(from: string, text: string, chatid?: string) {
	const { bots } = surroundings().sim;
	const { msgid } = await bots.say(botId, { from, text, chatid });
	const [entry] = await bots.waitForReply(msgid, { timeoutMs: 30_000 });
	return entry.stream!.updates;
}

/** What people saw first and last. */
async function ask(...question: Parameters<typeof frames>) {
	const texts = (await frames(...question)).map(({ content }) => content);
	return [texts[0], texts.at(-1)];
}

/** n8n registers the webhook that the trigger calls beside the trigger, and the trigger tries it in the background. */
const untilStreaming = async () =>
	await until(
		'answers do not stream',
		async () => {
			const { rest, sim } = surroundings();
			sim.control.setScript([{ say: 'Ready' }]);
			await ask('chenjing', 'Ready?');
			const [{ id }] = await rest.listExecutions({});
			return (await rest.getExecution(id)).mode === 'webhook';
		},
		{ within: 20_000, every: 100 },
	);

describe('over a long connection', () => {
	let id = '';
	beforeAll(async () => {
		const { rest, sim } = surroundings();
		({ id } = await rest.createWorkflow(workflow()));
		await rest.activate(id);
		await sim.bots.waitForConnection(botId);
		await untilStreaming();
	}, START_TIMEOUT);
	afterAll(async () => void (await surroundings().rest.deactivate(id)));

	it('says it word by word, while the model says it', async () => {
		const { rest, sim } = surroundings();
		const say =
			'Here is a list:\n\n```js\nconst one = 1;\nconst two = 2;\n```\n\nand some more words 👨‍👩‍👧 at the end.';
		sim.control.setScript([{ calls: [lookUp('emma.brown')], say, wordMs: 150 }]);
		const seen = await frames('lisi', 'Tell me');
		const texts = seen.map(({ content }) => content);
		expect(texts[0]).toBe('Thinking…');
		expect(texts.at(-1)).toBe(say);
		const growing = seen.slice(1, -1);
		expect(growing.length).toBeGreaterThanOrEqual(2);
		for (const [index, { content, at }] of growing.entries()) {
			// Code that is open is closed, and what is shown is the beginning of what was said.
			expect((content.match(/```/g) ?? []).length % 2).toBe(0);
			expect(say.startsWith(content.replace(/\n```$/, '').trimEnd())).toBe(true);
			if (index > 0) expect(at - growing[index - 1].at).toBeGreaterThanOrEqual(950);
		}
		const [{ id: executionId }] = await rest.listExecutions({ workflowId: id });
		const execution = await rest.getExecution(executionId);
		expect(execution.mode).toBe('webhook');
		const [item] = itemsOf(execution, 'WeCom Bot Trigger');
		expect(item.wecom).toMatchObject({ answerStreams: true, transport: 'websocket' });
	});

	it('what was said stays when the model breaks off, with the closing text below', async () => {
		const { rest, sim } = surroundings();
		sim.control.setScript([{ say: 'I would say that', wordMs: 400, breakAfter: 3 }]);
		const texts = (await frames('lisi', 'And now?')).map(({ content }) => content);
		expect(texts.at(-1)).toMatch(/^I would/);
		expect(texts.at(-1)).toMatch(/Sorry, something went wrong\. Please try again\.$/);
		const failed = await rest.listExecutions({ workflowId: id, status: ['error'] });
		expect(failed.length).toBe(1);
	});

	it('answers in the stream the trigger has begun, after a look into the directory', async () => {
		const { rest, sim } = surroundings();
		const say = '{result.name} ({result.position})';
		sim.control.setScript([{ calls: [lookUp('emma.brown')], say }]);
		expect(await ask('lisi', 'Who is Emma?')).toEqual([
			'Thinking…',
			'Emma Brown (Account Director)',
		]);
		const [{ id: newest }] = await rest.listExecutions({ workflowId: id });
		const execution = await rest.waitForExecution(newest);
		expect([execution.status, execution.mode]).toEqual(['success', 'webhook']);
		expect(itemsOf(execution, 'Reply')).toEqual([
			expect.objectContaining({ via: 'longConnection' }),
		]);
		expect(lastQuestion()[0].content).toContain('user ID lisi');
	});

	it('remembers what was said in a chat, and only there', async () => {
		const { sim } = surroundings();
		sim.control.setScript([{ say: 'Noted: {input}' }]);
		await ask('zhangsan', 'My dog is called Rex');
		await ask('zhangsan', 'What is my dog called?');
		const words = () =>
			lastQuestion()
				.slice(1)
				.map(({ content }) => content);
		expect(words()).toEqual([
			'My dog is called Rex',
			'Noted: My dog is called Rex',
			'What is my dog called?',
		]);
		await ask('zhangsan', 'What is my dog called?', 'wrGroup');
		expect(words()).toEqual(['What is my dog called?']);
	});

	it('answers people who write at the same time, each in their chat', async () => {
		const { sim } = surroundings();
		sim.control.setScript([{ say: 'For {input}', delayMs: 1_000 }]);
		const people = ['lisi', 'wangfang', 'chenjing', 'emma.brown'];
		const answers = await Promise.all(people.map(async (from) => await ask(from, from)));
		expect(answers).toEqual(people.map((from) => ['Thinking…', `For ${from}`]));
		expect(sim.bots.connections(botId).overlaps).toBe(0);
	});

	it('gets through when the connection breaks while the model thinks', async () => {
		const { sim } = surroundings();
		sim.control.setScript([{ say: 'Still here', delayMs: 1_500 }]);
		const answer = ask('lisi', 'Are you there?');
		setTimeout(() => sim.bots.drop(botId), 500);
		expect(await answer).toEqual(['Thinking…', 'Still here']);
		expect(sim.bots.connections(botId).subscribes).toBe(2);
	});

	it('shows the closing text when the model fails', async () => {
		const { rest, sim } = surroundings();
		sim.control.inject({ path: PATH, status: 401 });
		expect(await ask('lisi', 'Hello?')).toEqual([
			'Thinking…',
			'Sorry, something went wrong. Please try again.',
		]);
		const failed = await rest.listExecutions({ workflowId: id, status: ['error'] });
		expect(failed.length).toBe(2);
	});
});

/** What `published` has published: two workflows of one bot would both answer. */
const connected: string[] = [];
afterEach(async () => {
	for (const id of connected.splice(0)) await surroundings().rest.deactivate(id);
});

/** The workflow of the demo with other nodes besides, published and connected until the test has ended. */
async function published(
	change: (demo: WorkflowInput) => Partial<WorkflowInput>,
): Promise<{ id: string }> {
	const { rest, sim } = surroundings();
	const demo = workflow();
	const { id } = await rest.createWorkflow({ ...demo, ...change(demo) });
	connected.push(id);
	await rest.activate(id);
	await sim.bots.waitForConnection(botId);
	await untilStreaming();
	return { id };
}

it('an image of a message reaches a model that sees', async () => {
	const { sim } = surroundings();
	await published(({ nodes }) => ({
		nodes: nodes.map((node) =>
			node.name === 'WeCom Bot Trigger'
				? {
						...node,
						parameters: {
							events: ['*'],
							options: { firstAnswer: 'Thinking…', downloadMedia: true },
						},
					}
				: node,
		),
	}));
	// The smallest picture there is.
	const base64 =
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
	const image = { filename: 'dot.png', base64 };
	sim.control.setScript([{ say: 'A dot.' }]);
	for (const content of [{ image }, { mixed: [{ text: 'What is this?' }, { image }] }]) {
		const { msgid } = await sim.bots.say(botId, { from: 'lisi', ...content });
		const [{ text }] = await sim.bots.waitForReply(msgid, { timeoutMs: 30_000 });
		expect(text).toBe('A dot.');
		const question = lastQuestion().at(-1) as unknown as {
			content: Array<{ type: string; image_url?: { url: string } }>;
		};
		const images = question.content.filter(({ type }) => type === 'image_url');
		expect(images.map(({ image_url }) => image_url!.url)).toEqual([
			`data:image/png;base64,${base64}`,
		]);
	}
	expect(JSON.stringify(lastQuestion())).toContain('What is this?');
});

it('several agents speak one after the other, and the last one has the last word', async () => {
	const { sim } = surroundings();
	await published(({ nodes, connections }) => {
		const agent = nodes.find(({ name }) => name === 'AI Agent')!;
		const second = {
			...agent,
			id: undefined,
			name: 'Second Agent',
			parameters: {
				promptType: 'define',
				text: "={{ 'Shorten: ' + $json.output }}",
				options: {},
			},
		};
		const [model] = Object.entries(connections!).flatMap(([name, to]) =>
			'ai_languageModel' in (to as object) ? [name] : [],
		);
		const main = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
		const speaks = (node: string) => ({ node, type: 'ai_languageModel', index: 0 });
		return {
			nodes: [...nodes, second as WorkflowNode],
			connections: {
				...connections,
				'AI Agent': main('Second Agent'),
				'Second Agent': main('Reply'),
				[model]: { ai_languageModel: [[speaks('AI Agent'), speaks('Second Agent')]] },
			},
		};
	});
	sim.control.setScript([
		{ when: 'Shorten:', say: 'In short it is so.', wordMs: 400 },
		{ say: 'At first I thought about it at length', wordMs: 400 },
	]);
	const texts = (await frames('lisi', 'Tell me')).map(({ content }) => content);
	expect(texts.some((text) => text.startsWith('At first'))).toBe(true);
	expect(texts.at(-1)).toBe('In short it is so.');
	const turn = texts.findIndex((text) => text.startsWith('In short'));
	for (const text of texts.slice(turn)) expect(text).toMatch(/^In short/);
});

it('what was said stays as it is when a node behind the agent fails and the workflow goes on', async () => {
	const { rest, sim } = surroundings();
	const main = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	const log: WorkflowNode = {
		name: 'Log',
		type: 'n8n-nodes-base.stopAndError',
		parameters: { errorMessage: 'No space left' },
		onError: 'continueRegularOutput',
	};
	// n8n takes an execution for failed whose last node has.
	const after: WorkflowNode = { name: 'After', type: 'n8n-nodes-base.noOp' };
	const { id } = await published(({ nodes, connections }) => ({
		nodes: [...nodes.filter(({ name }) => name !== 'Reply'), log, after],
		connections: { ...connections, 'AI Agent': main('Log'), Log: main('After') },
	}));
	sim.control.setScript([{ say: 'That is so.' }]);
	expect(await ask('lisi', 'Is it?')).toEqual(['Thinking…', 'That is so.']);
	const [{ id: newest }] = await rest.listExecutions({ workflowId: id });
	expect((await rest.waitForExecution(newest)).status).toBe('success');
});

it('an agent uses WeCom’s MCP server over Streamable HTTP, with the key in its address', async () => {
	const { sim } = surroundings();
	await published(({ nodes, connections }) => ({
		nodes: [
			...nodes,
			{
				name: 'WeCom Documents',
				type: '@n8n/n8n-nodes-langchain.mcpClientTool',
				typeVersion: 1.2,
				parameters: {
					endpointUrl: `${sim.url}/mcp/robot-doc?apikey=${MCP_KEY}`,
					serverTransport: 'httpStreamable',
					authentication: 'none',
					include: 'all',
					options: {},
				},
			},
		],
		connections: {
			...connections,
			'WeCom Documents': { ai_tool: [[{ node: 'AI Agent', type: 'ai_tool', index: 0 }]] },
		},
	}));
	const document = { doc_type: 3, doc_name: 'Decisions of today' };
	const call = { name: 'WeCom_Documents_create_doc', arguments: document };
	sim.control.setScript([{ calls: [call], say: 'It is there: {result}' }]);
	const answer = await ask('lisi', 'Create a document with the decisions of today');
	expect(answer[1]).toContain('https://doc.weixin.qq.com/doc/dc1');
	expect(sim.state.mcpDocuments).toEqual([document]);
});

it('the agent itself shows how far it is, with Stream Reply as its tool', async () => {
	const { rest, sim } = surroundings();
	const demo = workflow();
	const progress: WorkflowNode = {
		name: 'Show Progress',
		type: `${WECOM}Tool`,
		parameters: {
			resource: 'bot',
			operation: 'streamReply',
			step: 'replace',
			content: "={{ $fromAI('content', 'What you are doing', 'string') }}",
			replyOptions: { message: "={{ $('WeCom Bot Trigger').item.json }}" },
		},
		credentials: { wecomBotApi: { id: botCredential.id, name: botCredential.name } },
	};
	const connections = {
		...demo.connections,
		'Show Progress': { ai_tool: [[{ node: 'AI Agent', type: 'ai_tool', index: 0 }]] },
	};
	const nodes = [...demo.nodes, progress];
	const { id } = await rest.createWorkflow({ ...demo, nodes, connections });
	await rest.activate(id);
	await sim.bots.waitForConnection(botId);
	const show = (content: string) => ({ name: 'Show_Progress', arguments: { content } });
	sim.control.setScript([
		{
			calls: [show('Looking for Emma…'), lookUp('emma.brown'), show('Found her…')],
			say: 'There she is.',
		},
	]);
	const seen = await frames('lisi', 'Where is Emma?');
	expect(seen.map(({ content }) => content)).toEqual([
		'Thinking…',
		'Looking for Emma…',
		'Found her…',
		'There she is.',
	]);
	await rest.deactivate(id);
});

/** The workflow of the demo for the bot that is connected by URL, published until the test has ended. */
async function publishedByUrl(): Promise<{ id: string }> {
	const { rest, sim, n8n } = surroundings();
	const { botId: callbackBot, callback } = DEMO_CALLBACK_BOT;
	const { token, encodingAesKey } = callback;
	const keys = { token, encodingAesKey };
	const { id: credentialId, name } = await rest.createCredential('Callback', 'wecomBotApi', keys);
	const credentials = { wecomBotApi: { id: credentialId, name } };
	const demo = workflow();
	const nodes = demo.nodes.map((node) => {
		if (node.name === 'Reply') return { ...node, credentials };
		if (node.name !== 'WeCom Bot Trigger') return node;
		const { options, events } = node.parameters as { options: object; events: string[] };
		const parameters = { source: 'bot', path: 'wecom/bot', events, botOptions: options };
		return { ...node, type: TRIGGER, parameters, credentials };
	});
	const { id } = await rest.createWorkflow({ ...demo, nodes });
	connected.push(id);
	await rest.activate(id);
	await rest.waitForWebhook('POST', 'wecom/bot');
	const url = `${n8n.url}/webhook/wecom/bot`;
	await saveInWecom(async () => await sim.bots.saveCallback(callbackBot, { ...callback, url }));
	sim.bots.setPollInterval(200);
	return { id };
}

it('in callback mode: WeCom asks for the stream until the agent has answered', async () => {
	const { rest, sim } = surroundings();
	const { botId: callbackBot } = DEMO_CALLBACK_BOT;
	const { id } = await publishedByUrl();
	const say = 'It is {result.name}, whom you asked for a moment ago.';
	sim.control.setScript([{ calls: [lookUp('emma.brown')], say, delayMs: 400, wordMs: 150 }]);
	const sent = await sim.bots.say(callbackBot, { from: 'lisi', text: 'Who is Emma?' });
	expect(sent.outcomes).toMatchObject([{ status: 200, reply: { msgtype: 'stream' } }]);
	const [entry] = await sim.bots.waitForReply(sent.msgid, { timeoutMs: 30_000 });
	const texts = entry.stream!.updates.map(({ content }) => content);
	const whole = 'It is Emma Brown, whom you asked for a moment ago.';
	expect([texts[0], texts.at(-1)]).toEqual(['Thinking…', whole]);
	const growing = texts.filter((text) => text !== 'Thinking…' && text !== whole);
	expect(new Set(growing).size).toBeGreaterThanOrEqual(2);
	for (const text of growing) expect(whole.startsWith(text)).toBe(true);
	expect(sim.bots.outcomes().filter(({ problem, error }) => problem ?? error)).toEqual([]);
	const [execution] = await rest.waitForExecutions(id, 1);
	expect(itemsOf(execution, 'Reply')).toEqual([expect.objectContaining({ via: 'stream' })]);
	expect(itemsOf(execution, 'WeCom Bot Trigger')[0].wecom).toMatchObject({ answerStreams: true });

	// A model that fails is said at once, not when WeCom's time for the stream is over.
	sim.control.setScript([{ say: 'I would say that', wordMs: 400, breakAfter: 3 }]);
	const broken = await sim.bots.say(callbackBot, { from: 'lisi', text: 'And now?' });
	const [shown] = await sim.bots.waitForReply(broken.msgid, { timeoutMs: 30_000 });
	expect(shown.text).toMatch(/^I would[^]*Sorry, something went wrong\. Please try again\.$/);
});

it('an execution that somebody stops ends its stream with the closing text, both ways', async () => {
	const { rest, sim } = surroundings();
	const byConnection = await published(() => ({}));
	const byUrl = await publishedByUrl();
	sim.control.setScript([{ say: 'One two three four five six seven eight', wordMs: 1_000 }]);
	const stopped = async (bot: string, workflowId: string) => {
		const { msgid } = await sim.bots.say(bot, { from: 'lisi', text: 'Count' });
		const text = () => sim.bots.transcript({ replyTo: msgid })[0]?.text ?? '';
		await until('the agent speaks', () => text().startsWith('One'), { within: 30_000 });
		const [{ id }] = await rest.listExecutions({ workflowId, status: ['running'] });
		await rest.call('POST', `/executions/${id}/stop`);
		const [entry] = await sim.bots.waitForReply(msgid, { timeoutMs: 100_000 });
		return [entry.text, (await rest.getExecution(id)).status];
	};
	const seen = await Promise.all([
		stopped(botId, byConnection.id),
		stopped(DEMO_CALLBACK_BOT.botId, byUrl.id),
	]);
	const text = expect.stringMatching(/^One[^]*Sorry, something went wrong\. Please try again\.$/);
	expect(seen).toEqual([
		[text, 'canceled'],
		[text, 'canceled'],
	]);
});
