/** The resource AI Bot over a long connection that this process holds, and from a worker that holds none. */
import type { IDataObject, IExecuteFunctions, INodeType } from 'n8n-workflow';
import { WecomBotApi } from '../../credentials/WecomBotApi.credentials';
import { botItem } from '../../nodes/shared/bot/items';
import { WecomBotTrigger } from '../../nodes/WecomBotTrigger/WecomBotTrigger.node';
import {
	binaryItem,
	chain,
	runWorkflow,
	type TestNode,
	type WorkflowRun,
} from '../support/harness.cts';
import { botId, until, useLab, type Member } from '../unit/bot/live-support.cts';
import { agentNode, agentType, botNode, workerNode } from './bot-support.cts';
import { nodeTypes, WECOM } from './support.cts';

const BOT_TRIGGER = 'n8n-nodes-wecom-kit.wecomBotTrigger';
const lab = useLab();
let member: Member;
let action: INodeType;
let credential: IDataObject;

beforeEach(async () => {
	action = nodeTypes[WECOM];
	credential = lab.credential();
	member = await lab.join();
});

interface Given {
	item?: IDataObject;
	file?: boolean;
	/** Without a trigger of the bot in the workflow. */
	alone?: boolean;
	executionId?: string;
	/** A test of single nodes: the trigger's item is there from before. */
	mode?: 'trigger' | 'manual';
}

const earlier = {
	...agentType,
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
} as INodeType;

async function run(
	nodes: TestNode[],
	{ item = {}, file = false, alone = false, executionId = '1', mode = 'trigger' }: Given = {},
): Promise<WorkflowRun> {
	const trigger = { name: 'WeCom Bot Trigger', type: alone ? 'test.agent' : BOT_TRIGGER };
	const data = {
		data: Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64'),
		fileName: 'a.png',
		mimeType: 'image/png',
	};
	const items = [file ? await binaryItem(item, { data }) : { json: item }];
	return await runWorkflow({
		nodeTypes: {
			[WECOM]: action,
			[BOT_TRIGGER]: mode === 'manual' ? earlier : new WecomBotTrigger(),
			'test.agent': agentType,
		},
		credentialTypes: [new WecomBotApi()],
		credentials: { bot: credential as never },
		nodes: alone ? nodes : [trigger, ...nodes],
		connections: chain(...(alone ? [] : [trigger.name]), ...nodes.map(({ name }) => name)),
		items,
		additionalData: { executionId },
		mode,
	});
}
const ok = (result: WorkflowRun) => {
	if (result.error) throw result.error;
	return result;
};

/** What the trigger puts out for the newest message. */
async function heard(count = 1): Promise<IDataObject> {
	await until('the message', () => member.messages.length >= count);
	const { body, reqId, streamId } = member.messages[count - 1];
	const { wecom, ...json } = botItem(body, { transport: 'websocket', botId, reqId });
	return { ...json, wecom: { ...(wecom as IDataObject), ...(streamId && { streamId }) } };
}
async function said(text = 'hello'): Promise<{ msgid: string; item: IDataObject }> {
	const { msgid } = await lab.bots.say(botId, { text });
	return { msgid, item: await heard() };
}

it('replies behind an AI Agent, with a feedback ID', async () => {
	const { msgid, item } = await said();
	const result = ok(
		await run([agentNode('**42**'), botNode('reply', { replyOptions: { feedback_id: 'f' } })], {
			item,
		}),
	);
	expect(result.json('reply')).toEqual([{ via: 'longConnection', botId, msgid }]);
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry).toMatchObject({ text: '**42**', stream: { finish: true, feedbackId: 'f' } });
});

it('replaces the first answer, and a card ends it', async () => {
	member.wish = { firstAnswer: 'Thinking…' };
	const { msgid, item } = await said();
	const card = { msgtype: 'template_card', main_title: 'Order', card_url: 'https://example.com' };
	// A stream that has begun takes no feedback ID: it must not be refused for one.
	ok(await run([botNode('reply', { ...card, replyOptions: {} })], { item }));
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry).toMatchObject({ text: 'Order', card: { main_title: { title: 'Order' } } });
	expect(entry.stream!.updates.map(({ content }) => content)).toEqual(['Thinking…', 'Order']);
});

it('keeps what was streamed when a card or an image follows', async () => {
	member.wish = { firstAnswer: 'Thinking…' };
	const card = { msgtype: 'template_card', main_title: 'Order', card_url: 'https://example.com' };
	for (const [index, ending] of [card, { msgtype: 'image' }].entries()) {
		const { msgid } = await lab.bots.say(botId, { text: 'hello' });
		const item = await heard(index + 1);
		ok(await run([botNode('stream', { content: 'A' })], { item }));
		const { via } = ok(await run([botNode('reply', ending)], { item, file: true })).json(
			'reply',
		)[0];
		expect(via).toBe('longConnection');
		const [entry] = await lab.bots.waitForReply(msgid);
		expect(entry).toMatchObject({ text: 'A', stream: { finish: true } });
	}
});

it('streams step by step', async () => {
	member.wish = { firstAnswer: 'Thinking…' };
	const { msgid, item } = await said();
	const result = ok(
		await run(
			[
				botNode('stream', { content: 'A', replyOptions: { feedback_id: 'f' } }, 'one'),
				botNode('stream', { content: 'B' }, 'two'),
				botNode('stream', { step: 'replace', content: 'C' }, 'three'),
				botNode('stream', { step: 'finish', content: 'D' }, 'end'),
			],
			{ item },
		),
	);
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry.stream!.updates.map(({ content }) => content)).toEqual([
		'Thinking…',
		'A',
		'AB',
		'C',
		'CD',
	]);
	expect(result.json('end')).toEqual([{ via: 'longConnection', botId, msgid }]);
});

it.each(['append', 'finish'])('says nothing twice when a step is tried again: %s', async (step) => {
	const { msgid, item } = await said();
	if (step === 'finish') lab.bots.inject({ cmd: 'aibot_respond_msg', delayMs: 1 });
	lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 45009 });
	const retried = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
	const nodes = [
		botNode('stream', { content: 'A' }, 'one'),
		botNode('stream', { step, content: 'B' }, 'two'),
		botNode('stream', { step: 'finish', content: 'C' }, 'end'),
	].slice(0, step === 'append' ? 3 : 2);
	ok(
		await run(
			nodes.map((node) => ({ ...node, ...retried })),
			{ item },
		),
	);
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry.text).toBe(step === 'append' ? 'ABC' : 'AB');
});

it("keeps the texts of two workflows apart, and a reply's from those before it", async () => {
	const { item } = await said();
	const step = (content: string) => [botNode('stream', { content })];
	ok(await run(step('mine'), { item, executionId: '1' }));
	ok(await run(step('yours'), { item, executionId: '2' }));
	const shown = () => lab.bots.transcript({ botId }).at(-1)!;
	expect(shown().text).toBe('yours');
	ok(await run(step(' again'), { item, executionId: '1' }));
	expect(shown().text).toBe('mine again');
	ok(await run([botNode('reply', { content: 'whole' })], { item, executionId: '1' }));
	ok(
		await run([botNode('stream', { step: 'finish', content: 'more' })], { item, executionId: '1' }),
	);
	expect(shown()).toMatchObject({ via: 'push', text: 'more' });
});

it('sends a file as the reply, pushes text, cards and files, and uploads', async () => {
	const { msgid, item } = await said();
	ok(await run([botNode('reply', { msgtype: 'image' })], { item, file: true }));
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry.msgtype).toBe('image');

	const push = (parameters: IDataObject) =>
		run([botNode('push', { chatid: 'zhangsan', ...parameters })], { file: true, alone: true });
	expect(ok(await push({ content: '长'.repeat(8_000) })).json('push')).toEqual([
		{ via: 'longConnection', botId, chatid: 'zhangsan' },
	]);
	ok(await push({ msgtype: 'file' }));
	const card = ok(
		await push({
			msgtype: 'template_card',
			card_type: 'vote_interaction',
			main_title: 'Lunch?',
			option_list: { entries: [{ text: 'Rice' }] },
		}),
	);
	const pushed = lab.bots.transcript({ botId }).filter(({ via }) => via === 'push');
	expect(pushed.map(({ msgtype }) => msgtype)).toEqual([
		'markdown',
		'markdown',
		'file',
		'template_card',
	]);
	expect(
		pushed
			.slice(0, 2)
			.map(({ text }) => text)
			.join(''),
	).toBe('长'.repeat(8_000));
	expect(card.json('push')[0].task_id).toBe(pushed[3].card!.task_id);

	const upload = ok(await run([botNode('upload', { type: 'image' })], { file: true, alone: true }));
	const [{ media_id: mediaId, ...rest }] = upload.json('upload');
	expect(rest).toEqual({ type: 'image', botId });
	expect(lab.bots.media(String(mediaId))).toMatchObject({ filename: 'a.png', size: 16 });
});

it('welcomes, and updates a card', async () => {
	const buttons = {
		msgtype: 'template_card',
		card_type: 'button_interaction',
		main_title: 'Hi',
		button_list: { entries: [{ text: 'Go' }] },
	};
	const { msgid } = await lab.bots.enterChat(botId);
	ok(await run([botNode('welcome', buttons)], { item: await heard() }));
	const [{ card }] = await lab.bots.waitForReply(msgid);
	const taskId = String(card!.task_id);
	await lab.bots.clickCard(botId, { taskId, eventKey: '1' });
	const item = await heard(2);
	ok(
		await run([botNode('updateCard', { main_title: 'Gone', card_url: 'https://example.com' })], {
			item,
		}),
	);
	expect(lab.bots.transcript({ botId }).at(-1)!.card).toMatchObject({
		main_title: { title: 'Gone' },
		task_id: taskId,
	});
});

it('answers a click with messages of its own, as often and as long as it likes, and a file', async () => {
	const { item: first } = await said();
	const card = { card_type: 'button_interaction', button_list: { entries: [{ text: 'Go' }] } };
	const nodes = [botNode('reply', { msgtype: 'template_card', main_title: 'OK?', ...card })];
	const [{ task_id: taskId }] = ok(await run(nodes, { item: first })).json('reply');
	await lab.bots.clickCard(botId, { taskId: String(taskId), eventKey: '1' });
	const item = await heard(2);
	expect(item.response_url).toEqual(expect.any(String));
	const long = '长'.repeat(8_000);
	for (const content of ['Thanks', long]) {
		const [told] = ok(await run([botNode('reply', { content })], { item })).json('reply');
		expect(told).toMatchObject({ via: 'longConnection' });
		expect(told).not.toHaveProperty('warning');
	}
	ok(await run([botNode('reply', { msgtype: 'image' })], { item, file: true }));
	const pushed = lab.bots.transcript({ botId }).filter(({ via }) => via === 'push');
	expect(pushed.map(({ chat, msgtype }) => [chat, msgtype])).toEqual([
		...Array.from({ length: 3 }, () => ['zhangsan', 'markdown']),
		['zhangsan', 'image'],
	]);
	const [thanks, ...parts] = pushed.slice(0, 3).map(({ text }) => text);
	expect([thanks, parts.join('')]).toEqual(['Thanks', long]);
});

it('answers a click at its response_url where no connection is open', async () => {
	const { item: first } = await said();
	const card = { card_type: 'button_interaction', button_list: { entries: [{ text: 'Go' }] } };
	const nodes = [botNode('reply', { msgtype: 'template_card', main_title: 'OK?', ...card })];
	const [{ task_id: taskId }] = ok(await run(nodes, { item: first })).json('reply');
	await lab.bots.clickCard(botId, { taskId: String(taskId), eventKey: '1' });
	const item = await heard(2);
	await lab.leave(member);
	const thanks = [botNode('reply', { content: 'Thanks' })];
	expect(ok(await run(thanks, { item, alone: true })).json('reply')).toMatchObject([
		{ via: 'responseUrl' },
	]);
});

it.each([
	['text', 2],
	['template_card', 4],
	['image', 6],
])('replies to a message this process has forgotten: %s', async (msgtype, hours) => {
	const { item } = await said();
	const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + hours * 3_600_000);
	try {
		// Messages older than an hour make room.
		await lab.bots.say(botId, { from: 'lisi', text: 'another' });
		await heard(2);
		const card = { main_title: 'Order', card_url: 'https://example.com' };
		const node = botNode('reply', { msgtype, content: 'better late', ...card });
		expect(ok(await run([node], { item, file: true })).json('reply')).toMatchObject([
			{ via: 'longConnection', late: true },
		]);
	} finally {
		later.mockRestore();
	}
	expect(lab.bots.transcript({ botId }).at(-1)).toMatchObject({ via: 'push', chat: 'zhangsan' });
});

it('hands the reply of a worker to the trigger, files included', async () => {
	action = workerNode();
	const { item } = await said();
	const { reqId, streamId, receivedAt } = item.wecom as { [name: string]: string };
	expect(streamId).toBeUndefined();
	const text = ok(await run([botNode('reply', { content: 'from afar' })], { item }));
	expect(text.responses).toEqual([
		{
			wecomBot: {
				cmd: 'aibot_respond_msg',
				body: {
					msgtype: 'stream',
					stream: { id: expect.any(String) as string, finish: true, content: 'from afar' },
				},
				reqId,
				origin: { chatid: 'zhangsan', at: Date.parse(receivedAt) },
			},
		},
	]);
	const file = ok(await run([botNode('reply', { msgtype: 'image' })], { item, file: true }));
	expect(file.responses).toMatchObject([
		{
			wecomBot: {
				body: { msgtype: 'image', image: {} },
				file: { fileName: 'a.png', type: 'image', data: expect.stringMatching(/^iVBOR/) as string },
			},
		},
	]);
	const alone = async (message: IDataObject) =>
		await run([botNode('reply', { content: 'x' })], { item: message, alone: true });
	expect(ok(await alone(item)).json('reply')).toMatchObject([{ via: 'responseUrl' }]);
	const without = await alone({ ...item, response_url: '' });
	expect(without.responses).toEqual([]);
	expect(without.nodeError('reply')?.message).toBe(
		'The long connection this message came on is not open in this process',
	);
});

it('does not fail when WeCom has taken the beginning of a text: tried again, it would be there twice', async () => {
	const content = '长'.repeat(8_000);
	const warning = expect.stringContaining('the beginning of the text only') as string;
	const { item } = await said();
	const texts = () => lab.bots.transcript({ botId }).filter(({ via }) => via !== 'user');
	lab.bots.inject({ cmd: 'aibot_send_msg', errcode: 45009 });
	const reply = await run([botNode('reply', { content })], { item });
	expect(ok(reply).json('reply')).toMatchObject([{ via: 'longConnection', warning }]);
	expect(texts()).toHaveLength(1);

	lab.bots.inject({ cmd: 'aibot_send_msg', delayMs: 1 });
	lab.bots.inject({ cmd: 'aibot_send_msg', errcode: 45009 });
	const push = await run([botNode('push', { chatid: 'zhangsan', content })], { alone: true });
	expect(ok(push).json('push')).toMatchObject([{ via: 'longConnection', warning }]);
	expect(texts()).toHaveLength(2);
});

it('says so when the bot is lost: no worker is there to hand the reply to', async () => {
	const { item } = await said();
	lab.bots.kick(botId);
	await until('the kick', () => member.lostBy.length === 1);
	const nodes = [botNode('reply', { content: 'x' })];
	const without = await run(nodes, { item: { ...item, response_url: '' } });
	expect(without.responses).toEqual([]);
	expect(without.nodeError('reply')?.message).toBe(
		'The long connection this message came on is not open in this process',
	);
	expect(ok(await run(nodes, { item })).json('reply')).toMatchObject([{ via: 'responseUrl' }]);
});

it('says so when a single node is tested and nothing is published', async () => {
	action = workerNode();
	const { item } = await said();
	const nodes = [botNode('reply', { content: 'x' })];
	const alone = await run(nodes, { item: { ...item, response_url: '' }, mode: 'manual' });
	expect(alone.responses).toEqual([]);
	expect(alone.nodeError('reply')?.message).toContain('is not open in this process');
});

it('says what is missing for a message nobody asked for', async () => {
	await lab.leave(member);
	const push = () => run([botNode('push', { chatid: 'zhangsan', content: 'x' })], { alone: true });
	expect((await push()).nodeError('push')).toMatchObject({
		message: 'The long connection of the bot is not open in this process',
		description: expect.stringContaining('Publish a workflow with a WeCom Bot Trigger'),
	});
	credential = { token: 'x', encodingAesKey: 'y' };
	expect((await push()).nodeError('push')?.message).toBe(
		'The WeCom AI Bot API credential has no Bot ID',
	);
});

it.each([{ botSecret: '' }, { botSecret: 'guessed' }])(
	'does not speak for a bot whose ID alone is known: %j',
	async (known) => {
		const { item } = await said();
		credential = lab.credential(known);
		const push = await run([botNode('push', { chatid: 'zhangsan', content: 'x' })], {
			alone: true,
		});
		expect(push.nodeError('push')?.message).toContain('is not open in this process');
		const reply = await run([botNode('reply', { content: 'x' })], {
			item: { ...item, response_url: '' },
			alone: true,
		});
		expect(reply.nodeError('reply')?.message).toContain('is not open in this process');
		expect(lab.bots.transcript({ botId })).toHaveLength(1);
	},
);

it("passes WeCom's refusal on, and asks for a message", async () => {
	const { item } = await said();
	const refused = await run([botNode('push', { chatid: 'nobody', content: 'x' })], { alone: true });
	expect(refused.nodeError('push')?.message).toContain('93006');
	const none = await run([botNode('reply', { content: 'x' })], { alone: true });
	expect(none.nodeError('reply')).toMatchObject({
		message: 'No message to an AI bot came this way',
		description: expect.stringContaining("{{ $('WeCom Bot Trigger').item.json }}"),
	});
	const given = await run(
		[botNode('reply', { content: 'x', replyOptions: { message: JSON.stringify(item) } })],
		{ alone: true },
	);
	expect(ok(given).json('reply')).toMatchObject([{ via: 'longConnection' }]);
});
