/** The WeCom Bot Trigger as n8n drives it: what it emits, and what it does with replies, kicks and refusals. */
import {
	ManualExecutionCancelledError,
	type IDataObject,
	type INodeExecutionData,
	type ITriggerFunctions,
	type IWebhookFunctions,
} from 'n8n-workflow';
import { WecomBotTrigger } from '../../../nodes/WecomBotTrigger/WecomBotTrigger.node';
import { lossTimings } from '../../../nodes/WecomBotTrigger/receive';
import { startTimings } from '../../../nodes/WecomBotTrigger/streamingStart';
import { connectedBot } from '../../../nodes/shared/bot/connectedBots';
import { watchTimings } from '../../../nodes/shared/bot/executionWatch';
import { streamTimings } from '../../../nodes/shared/bot/streamTimings';
import { sealRelay } from '../../../nodes/shared/bot/relay';
import { botId, pause, until, useLab } from './live-support.cts';

const lab = useLab();

interface Deferred {
	resolve(value?: unknown): void;
	reject(error?: Error): void;
}
interface Emitted {
	item: INodeExecutionData;
	response: Deferred;
	done: Deferred;
	key?: string;
}

/** The response of n8n's own webhook, as n8n uses it once the execution has begun. */
interface Streamed {
	item: INodeExecutionData;
	write(chunk: string): boolean;
	status(code: number): Streamed;
	json(body: unknown): void;
	end(): void;
	writableEnded: boolean;
}

/** n8n's side of a trigger, as far as this one uses it. */
class N8n {
	emitted: Emitted[] = [];
	fatal: Error[] = [];
	saved: Array<Error & { description?: string }> = [];
	logged: string[] = [];
	streamed: Streamed[] = [];
	/** What comes behind the trigger. */
	after: Array<{ name: string; type: string; parameters?: object; onError?: string }> = [];
	/** The tool of an agent. */
	tool?: { name: string; type: string; onError?: string };
	/** n8n reaches its own webhook. */
	reaches = false;
	private response?: Awaited<ReturnType<WecomBotTrigger['trigger']>>;

	constructor(
		private readonly parameters: IDataObject = {},
		private readonly credential: IDataObject = {},
		private readonly mode = 'trigger',
	) {}

	async start() {
		const log = (text: string) => void this.logged.push(text);
		const context = {
			getMode: () => this.mode,
			getNode: () => ({ name: 'Bot', type: 'wecomBotTrigger', parameters: {} }),
			getWorkflow: () => ({ id: '1' }),
			getNodeParameter: (name: string, fallback: unknown) =>
				this.parameters[name] ?? (name === 'events' ? ['*'] : fallback),
			getCredentials: async () => {
				const { secret, url } = lab.settings();
				return { botId, botSecret: secret, websocketUrl: url, ...this.credential };
			},
			getChildNodes: () => this.after,
			workflow: {
				nodes: Object.fromEntries(
					[...this.after, ...(this.tool ? [this.tool] : [])].map((node) => [node.name, node]),
				),
				connectionsBySourceNode: this.tool && { [this.tool.name]: { ai_tool: [[{}]] } },
			},
			getParentNodes: () => [],
			getInstanceBaseUrl: () => 'http://localhost:5678/',
			logger: { error: log, warn: log, info: log },
			helpers: {
				httpRequest: async ({ body }: { body: object }) => await this.callWebhook(body),
				createDeferredPromise: () => {
					const deferred: Partial<Deferred> & { promise?: Promise<unknown> } = {};
					deferred.promise = new Promise((resolve, reject) =>
						Object.assign(deferred, { resolve, reject }),
					);
					return deferred;
				},
			},
			emit: ([[item]]: INodeExecutionData[][], response: Deferred, done: Deferred, key?: string) =>
				void this.emitted.push({ item, response, done, key }),
			emitError: (error: Error) => void this.fatal.push(error),
			saveFailedExecution: (error: Error) => void this.saved.push(error),
		};
		this.response = await new WecomBotTrigger().trigger.call(
			context as unknown as ITriggerFunctions,
		);
		if (this.mode === 'manual') await this.response.manualTriggerFunction!();
		running.push(this);
		return this;
	}

	/** What n8n does with a call of the trigger's webhook. */
	async callWebhook(body: object): Promise<{ statusCode: number }> {
		if (!this.reaches) throw Object.assign(new Error('no way'), { code: 'ECONNREFUSED' });
		let statusCode = 0;
		const response = {
			writeHead: (status: number) => void (statusCode = status),
			end: () => undefined,
		};
		const context = { getResponseObject: () => response, getBodyData: () => body };
		const { workflowData } = await new WecomBotTrigger().webhook.call(
			context as unknown as IWebhookFunctions,
		);
		if (workflowData)
			this.streamed.push(
				Object.assign(response as unknown as Streamed, { item: workflowData[0][0] }),
			);
		return { statusCode };
	}

	get hasTriggered() {
		return this.response !== undefined;
	}

	async stop() {
		await this.response?.closeFunction?.();
	}

	async next(count = 1) {
		await until('an item', () => this.emitted.length >= count);
		return this.emitted[count - 1];
	}
}

const running: N8n[] = [];
const startTimes = { ...startTimings };
const lossTimes = { ...lossTimings };
const watchTimes = { ...watchTimings };
beforeEach(() => void (lossTimings.leaderChange = 50));
afterEach(() => void Object.assign(lossTimings, lossTimes));
beforeEach(
	() => void Object.assign(startTimings, { probeAfter: [5], emitAgain: [5, 5], statusAfter: 40 }),
);
afterEach(async () => {
	Object.assign(startTimings, startTimes);
	Object.assign(watchTimings, watchTimes);
	for (const n8n of running.splice(0)) {
		await n8n.stop();
		// Test runs under way.
		await n8n.stop();
	}
});

const counts = () => lab.bots.connections(botId);
const relayed = (content: string, reqId: unknown, id: unknown, finish = true) => ({
	wecomBot: {
		cmd: 'aibot_respond_msg',
		reqId,
		body: { msgtype: 'stream', stream: { id, content, finish } },
	},
});

it('emits messages as items that know their connection and stream', async () => {
	const n8n = await new N8n({
		options: { firstAnswer: 'Thinking…', stripMention: true },
		filters: { chatType: 'group', users: 'lisi' },
	}).start();
	await lab.bots.say(botId, { from: 'lisi', text: 'alone' });
	await lab.bots.say(botId, { from: 'wangfang', chatid: 'wrGroup', text: 'another' });
	const { reqId } = await lab.bots.say(botId, { from: 'lisi', chatid: 'wrGroup', text: 'hello' });
	const { item } = await n8n.next();
	expect(item.json).toMatchObject({
		text: { content: 'hello' },
		wecom: { transport: 'websocket', botId, reqId, streamId: expect.stringMatching(/^\w{32}$/) },
	});
	await pause(50);
	expect(n8n.emitted).toHaveLength(1);
});

it('gives no first answer to an event', async () => {
	const n8n = await new N8n({ options: { firstAnswer: 'Thinking…' } }).start();
	const { msgid } = await lab.bots.enterChat(botId, { from: 'zhaoliu' });
	const { item } = await n8n.next();
	expect(item.json.wecom).toMatchObject({ kind: 'bot:enter_chat' });
	expect(item.json.wecom).not.toHaveProperty('streamId');
	expect(lab.bots.transcript({ replyTo: msgid })).toEqual([]);
});

it('sends every reply of a worker, in order, and nothing when n8n only tells the end', async () => {
	const n8n = await new N8n({ options: { firstAnswer: 'Thinking…' } }).start();
	const { msgid, reqId } = await lab.bots.say(botId, { text: 'hello' });
	const { item, response, done } = await n8n.next();
	const { streamId } = item.json.wecom as IDataObject;
	response.resolve(relayed('Half', reqId, streamId, false));
	response.resolve(relayed('Whole', reqId, streamId));
	response.resolve({});
	response.resolve({ body: { message: 'Workflow execution failed' }, statusCode: 500 });
	done.resolve({ status: 'success' });
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry.stream!.updates.map(({ content }) => content)).toEqual([
		'Thinking…',
		'Half',
		'Whole',
	]);
	await pause(50);
	expect(lab.bots.transcript({ botId })).toHaveLength(2);
	expect(n8n.saved).toEqual([]);
});

it('uploads the file of a worker and puts its media_id into the reply', async () => {
	const n8n = await new N8n({
		options: { firstAnswer: 'Thinking…', closingText: 'Sorry' },
	}).start();
	const { msgid, reqId } = await lab.bots.say(botId, { text: 'a file, please' });
	const { response, done } = await n8n.next();
	const file = {
		data: Buffer.from('hello').toString('base64'),
		fileName: '报告.txt',
		type: 'file',
	};
	response.resolve({
		wecomBot: { cmd: 'aibot_respond_msg', reqId, body: { msgtype: 'file' }, file },
	});
	// The workflow ends before the upload: it has replied all the same.
	done.resolve({ status: 'success' });
	await until('the file', () => lab.bots.transcript({ botId }).some(({ media }) => media));
	const entry = lab.bots.transcript({ botId }).at(-1)!;
	expect(entry.media).toMatchObject({ filename: '报告.txt', size: 5 });
	expect(lab.bots.transcript({ replyTo: msgid })[0].text).toBe('Thinking…');
});

it('sends the reply of an execution that runs on while its workflow is published again', async () => {
	const before = await new N8n().start();
	const { msgid, reqId } = await lab.bots.say(botId, { text: 'hello' });
	const { response } = await before.next();
	await before.stop();
	const after = await new N8n().start();
	response.resolve(relayed('all the same', reqId, 'id'));
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry.text).toBe('all the same');
	expect([...before.saved, ...after.saved]).toEqual([]);
});

it('sends the late reply of a worker to its chat when the message is forgotten', async () => {
	const n8n = await new N8n().start();
	await lab.bots.say(botId, { from: 'lisi', text: 'hello' });
	const { response } = await n8n.next();
	const { wecomBot } = relayed('better late', 'before a restart', 'id');
	const origin = { chatid: 'lisi', at: Date.now() - 10 * 60_000 };
	response.resolve({ wecomBot: { ...wecomBot, origin } });
	const last = () => lab.bots.transcript({ botId }).at(-1)!;
	await until('the reply', () => last().via === 'push');
	expect(last()).toMatchObject({ chat: 'lisi', text: 'better late' });
	expect(n8n.saved).toEqual([]);
});

it('tells of the reply of a worker that no connection is left for', async () => {
	const n8n = await new N8n().start();
	const { reqId } = await lab.bots.say(botId, { text: 'hello' });
	const { response } = await n8n.next();
	await n8n.stop();
	response.resolve(relayed('too late', reqId, 'id'));
	await until('the report', () => n8n.saved.length === 1);
	expect(n8n.saved[0]).toMatchObject({
		message: 'The AI bot has no connection to WeCom',
		description: expect.stringContaining('Publish'),
	});
});

it('sends what follows a file of a worker after it, and waits for all of it', async () => {
	const n8n = await new N8n({}, {}, 'manual').start();
	const { reqId } = await lab.bots.say(botId, { text: 'a file and a word' });
	const { response, done } = await n8n.next();
	const file = { data: Buffer.from('hello').toString('base64'), fileName: 'a.txt', type: 'file' };
	lab.bots.inject({ cmd: 'aibot_upload_media_init', delayMs: 60 });
	const body = { msgtype: 'file' };
	response.resolve({ wecomBot: { cmd: 'aibot_respond_msg', reqId, body, file } });
	response.resolve(relayed('and a word', reqId, 'id'));
	await n8n.stop();
	done.resolve({ status: 'success' });
	await until('closing', () => lab.bots.openSockets() === 0);
	const [, first, second] = lab.bots.transcript({ botId });
	expect(first.media).toMatchObject({ filename: 'a.txt' });
	expect(second.text).toBe('and a word');
	expect(n8n.saved).toEqual([]);
});

it('saves a failed execution for a reply that WeCom refuses', async () => {
	const n8n = await new N8n().start();
	const { reqId } = await lab.bots.say(botId, { text: 'hello' });
	const { response } = await n8n.next();
	lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 45002 });
	response.resolve(relayed('x', reqId, 'id'));
	await until('the report', () => n8n.saved.length === 1);
	expect(n8n.saved[0].message).toContain('(45002)');
});

it('closes the stream when the workflow ends or fails, not when it waits', async () => {
	const n8n = await new N8n({ options: { firstAnswer: '…', closingText: 'Sorry' } }).start();
	const { msgid } = await lab.bots.say(botId, { text: 'wait' });
	(await n8n.next()).done.resolve({ status: 'waiting' });
	const failing = await lab.bots.say(botId, { text: 'fail' });
	(await n8n.next(2)).done.resolve({ status: 'error' });
	expect((await lab.bots.waitForReply(failing.msgid))[0].text).toBe('Sorry');
	expect(lab.bots.transcript({ replyTo: msgid })[0].stream!.finish).toBe(false);
	expect(n8n.saved).toEqual([]);
});

describe('a message whose execution n8n could not start', () => {
	const options = { firstAnswer: '…', closingText: 'Sorry' };
	it('is emitted again', async () => {
		const n8n = await new N8n({ options }).start();
		const { msgid } = await lab.bots.say(botId, { text: 'hello' });
		(await n8n.next()).done.reject(new Error('SQLITE_BUSY'));
		const { item, done } = await n8n.next(2);
		expect(item.json.msgid).toBe(msgid);
		expect(lab.bots.transcript({ replyTo: msgid })[0].stream!.finish).toBe(false);
		done.resolve({ status: 'success' });
		await lab.bots.waitForReply(msgid);
		expect(n8n.saved).toEqual([]);
	});

	it('but one that has run and was stopped is not: it ends with the closing text', async () => {
		const n8n = await new N8n({ options }).start();
		const { msgid } = await lab.bots.say(botId, { text: 'hello' });
		(await n8n.next()).done.reject(new ManualExecutionCancelledError('1'));
		expect((await lab.bots.waitForReply(msgid))[0].text).toBe('Sorry');
		await pause(60);
		expect([n8n.emitted.length, n8n.saved]).toEqual([1, []]);
	});

	it('and never does ends with the closing text and a failed execution', async () => {
		const n8n = await new N8n({ options }).start();
		const { msgid } = await lab.bots.say(botId, { text: 'hello' });
		for (const count of [1, 2, 3])
			(await n8n.next(count)).done.reject(new Error('SQLITE_BUSY: database is locked'));
		expect((await lab.bots.waitForReply(msgid))[0].text).toBe('Sorry');
		await until('the report', () => n8n.saved.length === 1);
		expect(n8n.saved[0].message).toContain('lost: SQLITE_BUSY');
		expect(n8n.saved[0].description).toContain('Closing Text');
		expect(n8n.emitted).toHaveLength(3);
	});
});

it('names every message to n8n, so that none starts twice, and takes silence for one that has', async () => {
	const n8n = await new N8n({ options: { firstAnswer: '…', closingText: 'Had it' } }).start();
	const { msgid } = await lab.bots.say(botId, { text: 'hello' });
	await lab.bots.say(botId, { text: 'another' });
	const [first, second] = [await n8n.next(), await n8n.next(2)];
	expect(first.key).toMatch(/^wecom-bot:[0-9a-f]{64}$/);
	expect(second.key).not.toBe(first.key);
	first.done.resolve(undefined);
	expect((await lab.bots.waitForReply(msgid))[0].text).toBe('Had it');
	expect(n8n.saved).toEqual([]);
});

describe('while an agent speaks', () => {
	const line = (type: string, content?: string, nodeName = 'Agent') =>
		`${JSON.stringify({ type, content, metadata: { nodeName, itemIndex: 0, runIndex: 0 } })}\n`;
	const options = { firstAnswer: 'Thinking…', closingText: 'Sorry', toolStatus: 'Looking it up…' };
	const agent = { name: 'Agent', type: '@n8n/n8n-nodes-langchain.agent' };
	async function streaming(more: object = {}, after = [agent] as N8n['after'], tool?: N8n['tool']) {
		Object.assign(streamTimings, { frame: 20, firstWords: 10 });
		const n8n = new N8n({ options: { ...options, ...more } });
		Object.assign(n8n, { reaches: true, after, tool });
		await n8n.start();
		await pause(30);
		const said = await lab.bots.say(botId, { text: 'hello' });
		await until('an item', () => n8n.streamed.length + n8n.emitted.length > 0);
		const shown = () => lab.bots.transcript({ replyTo: said.msgid })[0];
		const shows = async (text: string) =>
			await until(`'${text}' is shown`, () => shown()?.text === text);
		return { n8n, ...said, shown, shows, execution: n8n.streamed[0] };
	}

	it('its words appear, and a reply of the workflow takes their place', async () => {
		const { n8n, execution, shows, shown, reqId } = await streaming();
		expect(n8n.emitted).toEqual([]);
		expect(execution.item.json.wecom).toMatchObject({ answerStreams: true, reqId });
		for (const chunk of [line('begin'), line('item', 'Hello '), line('item', 'wor')])
			execution.write(chunk);
		await shows('Hello wor');
		execution.write(line('item', 'ld'));
		await shows('Hello world');
		expect(shown().stream!.finish).toBe(false);
		const { body } = relayed('Hello, world!', reqId, 'id').wecomBot;
		await connectedBot(lab.credential())!.request('aibot_respond_msg', body, reqId);
		execution.write(line('item', ' and more'));
		execution.end();
		await pause(60);
		expect(shown()).toMatchObject({ text: 'Hello, world!', stream: { finish: true } });
	});

	it('they end the stream when the workflow has no reply', async () => {
		const { execution, shown, msgid } = await streaming({ firstAnswer: '' });
		for (const chunk of [line('begin'), line('item', 'All'), line('item', ' I know'), line('end')])
			execution.write(chunk);
		execution.end();
		await lab.bots.waitForReply(msgid);
		expect(shown()).toMatchObject({ text: 'All I know', stream: { finish: true } });
	});

	it('the closing text stands below what was said when the workflow breaks off', async () => {
		const { execution, shown, msgid } = await streaming();
		for (const chunk of [line('begin'), line('item', 'I think'), line('error', 'no more')])
			execution.write(chunk);
		execution.end();
		await lab.bots.waitForReply(msgid);
		expect(shown().text).toBe('I think\n\nSorry');
	});

	it('also where there was no first answer', async () => {
		const { execution, shown, msgid } = await streaming({ firstAnswer: '' });
		for (const chunk of [line('begin'), line('item', '```js\nx'), line('error', 'no more')])
			execution.write(chunk);
		execution.end();
		await lab.bots.waitForReply(msgid);
		expect(shown().text).toBe('```js\nx\n```\n\nSorry');
	});

	it.each([
		['the closing text', 'Sorry', 'Sorry'],
		['the first answer again', '', 'Thinking…'],
	])(
		'an agent that waits for a tool and says nothing leaves %s',
		async (_what, closingText, end) => {
			const { execution, shown, shows, msgid } = await streaming({ closingText });
			execution.write(line('begin') + line('item', '\n\n') + line('end'));
			await shows('Looking it up…');
			execution.write(line('error', 'the tool broke'));
			execution.end();
			await lab.bots.waitForReply(msgid);
			expect(shown().text).toBe(end);
		},
	);

	it('but not below that of an execution that goes on after an error', async () => {
		const log = { name: 'Log', type: 'x.y', onError: 'continueRegularOutput' };
		const { execution, shown, msgid } = await streaming({}, [agent, log]);
		const error = line('error', 'no space', 'Log');
		for (const chunk of [line('begin'), line('item', 'I know'), line('end'), error])
			execution.write(chunk);
		execution.end();
		await lab.bots.waitForReply(msgid);
		expect(shown().text).toBe('I know');
	});

	it.each([
		['nothing', undefined, 'I know'],
		['to stop', 'stopWorkflow', 'I know\n\nSorry'],
	])('nor of one whose tool failed and is set %s', async (_what, onError, text) => {
		const tool = { name: 'Search', type: 'x.y', onError };
		const { execution, shown, msgid } = await streaming({}, [agent], tool);
		for (const chunk of [line('begin'), line('item', 'I know'), line('end')])
			execution.write(chunk);
		execution.write(line('error', 'no such page', 'Search'));
		execution.end();
		await lab.bots.waitForReply(msgid);
		expect(shown().text).toBe(text);
	});

	it('or in place of the first answer when nothing was said', async () => {
		const { execution, shown, msgid } = await streaming();
		execution.write(line('error', 'no model'));
		execution.end();
		await lab.bots.waitForReply(msgid);
		expect(shown().text).toBe('Sorry');
	});

	it('a line tells that it waits for a tool, and goes when it goes on', async () => {
		const { execution, shows } = await streaming();
		for (const chunk of [line('begin'), line('item', 'Let me see.'), line('end')])
			execution.write(chunk);
		await shows('Let me see.\n\nLooking it up…');
		execution.write(line('begin') + line('item', 'Found it.'));
		await shows('Let me see.\n\nFound it.');
	});

	it('the next agent takes the place of the one before', async () => {
		const { execution, shows } = await streaming();
		execution.write(line('begin') + line('item', 'A draft'));
		await shows('A draft');
		execution.write(line('end') + line('begin', undefined, 'Editor'));
		execution.write(line('item', 'The text', 'Editor'));
		await shows('The text');
	});

	it('a worker replies through the chunks; no words of a model can', async () => {
		const { n8n, execution, shows, reqId } = await streaming();
		const reply = relayed('From the worker', reqId, 'id').wecomBot as never;
		execution.write(line('item', JSON.stringify(sealRelay(reply, 'another secret'))));
		execution.write(line('item', JSON.stringify({ wecomBot: JSON.stringify(reply) })));
		await until(
			'the warnings',
			() => n8n.logged.filter((text) => /signed/.test(text)).length === 2,
		);
		const { secret } = lab.settings();
		execution.write(line('item', JSON.stringify(sealRelay(reply, secret))));
		await shows('From the worker');
		expect(JSON.stringify(n8n.logged)).not.toContain(secret);
	});

	it('what WeCom does not take of them in the end is saved as a failed execution', async () => {
		const { n8n, execution, shows } = await streaming({ toolStatus: '' });
		execution.write(line('begin') + line('item', 'So far'));
		await shows('So far');
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 846608, times: 2 });
		lab.bots.inject({ cmd: 'aibot_send_msg', errcode: 45009 });
		execution.write(line('item', ' so good'));
		execution.end();
		await until('the report', () => n8n.saved.length > 0);
		expect(n8n.saved).toMatchObject([
			{
				message: expect.stringMatching(/^The end of an answer of the AI bot is lost: .*45009/),
				description: expect.stringContaining('AI Bot > Send'),
			},
		]);
	});

	it('an execution that is stopped ends with the closing text below what was said', async () => {
		watchTimings.silence = 60;
		const { execution, shown, msgid } = await streaming();
		execution.write(line('begin') + line('item', 'I th'));
		await lab.bots.waitForReply(msgid);
		expect(shown().text).toBe('I th\n\nSorry');
		execution.write(line('item', 'ink'));
		await pause(60);
		expect(shown().text).toBe('I th\n\nSorry');
	});

	it('one that n8n says still runs does not', async () => {
		watchTimings.silence = 600;
		const { execution, shows, shown, msgid } = await streaming();
		execution.write(line('begin') + line('item', 'Hm.'));
		for (let beats = 0; beats < 45; beats++) {
			// n8n writes it to a response that has not ended.
			if (!execution.writableEnded) execution.write('{"type":"keepalive"}\n');
			await pause(20);
		}
		execution.write(line('item', ' Yes.'));
		await shows('Hm. Yes.');
		execution.end();
		await lab.bots.waitForReply(msgid);
		expect(shown().text).toBe('Hm. Yes.');
	});

	it.each(['Thinking…', ''])(
		'WeCom can tell what people think of it, behind "%s"',
		async (firstAnswer) => {
			const { execution, shown, shows, reqId } = await streaming({
				firstAnswer,
				askForFeedback: true,
			});
			const { feedbackId, streamId } = execution.item.json.wecom as IDataObject;
			execution.write(line('begin') + line('item', 'Yes'));
			await shows('Yes');
			const { body } = relayed('Yes, it is', reqId, streamId).wecomBot;
			await connectedBot(lab.credential())!.request('aibot_respond_msg', body, reqId);
			expect(shown()).toMatchObject({ text: 'Yes, it is', stream: { feedbackId } });
			expect(feedbackId).toMatch(/^[0-9a-f]{32}$/);
		},
	);

	it('a card keeps all of what was said, also since the last frame', async () => {
		const { execution, shows, shown, reqId } = await streaming({ toolStatus: 'Wait' });
		execution.write(line('begin') + line('item', 'Here'));
		await shows('Here');
		Object.assign(streamTimings, { frame: 60_000 });
		for (const chunk of [line('item', ' it is: ```'), line('item', '\n'), line('end')])
			execution.write(chunk);
		const template_card = {
			card_type: 'text_notice',
			main_title: { title: 'A card' },
			card_action: { type: 1, url: 'https://example.com' },
			task_id: 'behind-words',
		};
		const body = { msgtype: 'template_card', template_card };
		await connectedBot(lab.credential())!.request('aibot_respond_msg', body, reqId);
		expect(shown()).toMatchObject({
			text: 'Here it is: ```\n',
			card: { card_type: 'text_notice' },
		});
	});

	it('a message that n8n could not start is emitted', async () => {
		const { n8n, execution, msgid } = await streaming();
		execution.status(500).json({ code: 0, message: 'There was a problem executing the workflow' });
		const { item, done } = await n8n.next();
		expect(item.json.msgid).toBe(msgid);
		expect(item.json.wecom).not.toHaveProperty('answerStreams');
		done.resolve({ status: 'success' });
	});

	it.each([
		['n8n does not reach itself', {}, [agent], false],
		['nothing speaks', {}, [], true],
		['it is not wanted', { streamAnswer: false }, [agent], true],
		['the execution may wait', {}, [agent, { name: 'W', type: 'n8n-nodes-base.wait' }], true],
		[
			'it may wait for an approval',
			{},
			[agent, { name: 'S', type: 'x.y', parameters: { operation: 'sendAndWait' } }],
			true,
		],
	])('it is emitted when %s', async (_why, more, after, reaches) => {
		const n8n = new N8n({ options: { ...options, ...more } });
		Object.assign(n8n, { reaches, after });
		await n8n.start();
		await pause(30);
		await lab.bots.say(botId, { text: 'hello' });
		await n8n.next();
		expect(n8n.streamed).toEqual([]);
		expect(n8n.logged.some((text) => /come whole/.test(text))).toBe(!reaches);
	});

	it('a stranger who calls the webhook starts nothing', async () => {
		const { n8n } = await streaming();
		for (const body of [{}, { ticket: 'x' }, { ticket: 7 }])
			expect(await n8n.callWebhook(body)).toEqual({ statusCode: 404 });
		expect(n8n.streamed).toHaveLength(1);
	});
});

it('saves a failed execution when WeCom has taken the beginning of a text only', async () => {
	const n8n = await new N8n().start();
	const { reqId } = await lab.bots.say(botId, { text: 'hello' });
	const { response } = await n8n.next();
	lab.bots.inject({ cmd: 'aibot_send_msg', errcode: 45009 });
	response.resolve(relayed('长'.repeat(8_000), reqId, 'id'));
	await until('the report', () => n8n.saved.length === 1);
	expect(n8n.saved[0].message).toContain('the beginning of the text only');
	expect(n8n.saved[0].description).toContain('Send the rest again');
});

it('a kick is saved as a failed execution; n8n must not activate the workflow again', async () => {
	const n8n = await new N8n().start();
	lab.bots.kick(botId);
	await until('the report', () => n8n.saved.length === 1);
	expect(n8n.saved[0].message).toContain('taken over');
	expect(n8n.saved[0].description).toContain('another n8n');
	expect(n8n.fatal).toEqual([]);
});

it('a kick by the next leader among the main processes is no failure: n8n closes this trigger', async () => {
	const n8n = await new N8n().start();
	lab.bots.kick(botId);
	await until('the kick', () => !connectedBot(lab.credential()));
	await n8n.stop();
	await pause(100);
	expect(n8n.saved).toEqual([]);
});

it('a secret that is no longer right is fatal: n8n activates again with what the credential says then', async () => {
	const n8n = await new N8n().start();
	lab.bots.setBot(botId, { secret: 'changed' });
	lab.bots.drop(botId);
	await until('the report', () => n8n.fatal.length === 1);
	expect(n8n.fatal[0].message).toMatch(/^Authorization refused/);
	expect(n8n.saved).toEqual([]);
	expect(JSON.stringify([n8n.logged, n8n.fatal])).not.toContain(lab.settings().secret);
});

it('a test run shares the connection and takes one message', async () => {
	const production = await new N8n().start();
	const test = await new N8n({}, {}, 'manual').start();
	await lab.bots.say(botId, { text: 'one' });
	const { done } = await test.next();
	await lab.bots.say(botId, { text: 'two' });
	await production.next(2);
	expect(test.emitted).toHaveLength(1);
	await test.stop();
	done.resolve({ status: 'success' });
	await pause(50);
	expect(counts()).toMatchObject({ open: 1, subscribes: 1, kicked: 0 });
	await production.stop();
	await until('closing', () => lab.bots.openSockets() === 0);
});

describe('a test run with nothing published', () => {
	const options = { firstAnswer: 'Thinking…', closingText: 'Nothing to say' };
	async function testRun() {
		const test = await new N8n({ options }, {}, 'manual').start();
		const { msgid, reqId } = await lab.bots.say(botId, { text: 'one' });
		const { done } = await test.next();
		const shown = () => lab.bots.transcript({ replyTo: msgid })[0];
		return { test, reqId, done, shown };
	}

	it('keeps the connection after n8n has closed the trigger, until its replies are out', async () => {
		const { test, reqId, done, shown } = await testRun();
		// n8n waits for this before it tells that the run has ended.
		await test.stop();
		const { wecomBot } = relayed('Here it is', reqId, 'id');
		lab.bots.inject({ cmd: 'aibot_respond_msg', delayMs: 60 });
		const sent = connectedBot(lab.credential())!.request('aibot_respond_msg', wecomBot.body, reqId);
		done.resolve({ status: 'success' });
		expect(await sent).toEqual({});
		expect(shown()).toMatchObject({ text: 'Here it is', stream: { finish: true } });
		await until('closing', () => lab.bots.openSockets() === 0);
		expect(connectedBot(lab.credential())).toBeUndefined();
	});

	it.each(['success', 'error', 'waiting'])(
		'ends its stream and the connection: %s',
		async (status) => {
			const { test, done, shown } = await testRun();
			await test.stop();
			done.resolve({ status });
			await until('closing', () => lab.bots.openSockets() === 0);
			expect(shown()).toMatchObject({ text: 'Nothing to say', stream: { finish: true } });
		},
	);

	it('leaves at once when it is stopped', async () => {
		const { test } = await testRun();
		await test.stop();
		expect(counts().open).toBe(1);
		await test.stop();
		await until('closing', () => lab.bots.openSockets() === 0);
	});

	it('that loses the bot is not there for what comes later', async () => {
		const test = await new N8n({}, {}, 'manual').start();
		lab.bots.kick(botId);
		await until('the report', () => test.saved.length === 1);
		const production = await new N8n().start();
		await lab.bots.say(botId, { text: 'hello' });
		await production.next();
		expect(test.emitted).toEqual([]);
		await production.stop();
		await until('closing', () => lab.bots.openSockets() === 0);
	});
});

it('a test run that is stopped while it connects leaves nothing behind', async () => {
	const test = new N8n({}, {}, 'manual');
	lab.bots.inject({ cmd: 'aibot_subscribe', delayMs: 100 });
	const started = test.start();
	await until('a response', () => test.hasTriggered);
	await test.stop();
	await started;
	await until('closing', () => counts().subscribes === 1 && lab.bots.openSockets() === 0);
});

it('a message that cannot be read does not end the connection', async () => {
	const n8n = await new N8n({ filters: { users: 'lisi' } }).start();
	const body = { msgid: 'odd', msgtype: 'text', chattype: 7, from: null, text: 'no object' };
	for (const odd of [body, { ...body, msgid: 1 }, [], { msgid: 'bare' }])
		lab.bots.pushFrame(botId, { cmd: 'aibot_msg_callback', headers: {}, body: odd });
	await lab.bots.say(botId, { from: 'lisi', text: 'fine' });
	expect((await n8n.next()).item.json.text).toEqual({ content: 'fine' });
});

it.each([
	[{ botId: '' }, 'The WeCom AI Bot API credential has no Bot ID'],
	[{ botSecret: ' ' }, 'The WeCom AI Bot API credential has no Secret'],
	[{ websocketUrl: 'https://example.com' }, "does not begin with 'wss://'"],
])('says what the credential lacks: %j', async (credential, message) => {
	await expect(new N8n({}, credential).start()).rejects.toThrow(message);
});
