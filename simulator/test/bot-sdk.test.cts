/** The official SDK as the client: what it does must work here, and what it refuses or misses must not be here. */
import { createHash } from 'node:crypto';
import AiBot, { decryptFile, type WSClient, type WsFrame } from '@wecom/aibot-node-sdk';
import { DEMO_BOT } from '../bot/data.cts';
import type { BotControl } from '../bot/control.cts';
import { useSimulator, type Json } from './api.cts';

const api = useSimulator();
const { botId, secret } = DEMO_BOT;
const md5 = (content: Buffer) => createHash('md5').update(content).digest('hex');
const PNG = Buffer.from('89504e470d0a1a0a00', 'hex');
const BUTTONS = {
	card_type: 'button_interaction',
	main_title: { title: 'Leave for Wang Fang' },
	button_list: [
		{ text: 'Approve', key: 'approve' },
		{ text: 'Refuse', key: 'refuse' },
	],
	task_id: 'leave-1',
};

/** What the next event of this name brings. */
const once = async <Value,>(client: WSClient, event: string) =>
	await new Promise<Value>((resolve) => client.once(event as 'error', resolve as () => void));

let clients: WSClient[];
let bots: BotControl;
/** What the SDK said is wrong. */
let warnings: string[];

beforeEach(() => {
	clients = [];
	warnings = [];
	({ bots } = api.sim);
});
afterEach(() => clients.forEach((client) => client.disconnect()));

function newClient(options: Partial<ConstructorParameters<typeof AiBot.WSClient>[0]> = {}) {
	const own = warnings; // A client of an earlier test may still be closing, and warn.
	const note = (text: string) => void own.push(text);
	const quiet = () => undefined;
	const client = new AiBot.WSClient({
		botId,
		secret,
		wsUrl: api.sim.url.replace('http', 'ws'),
		logger: { debug: quiet, info: quiet, warn: note, error: note },
		...options,
	});
	clients.push(client);
	client.on('error', () => undefined);
	return client;
}

async function connected() {
	const client = newClient().connect();
	await once(client, 'authenticated');
	return client;
}

/** The next frame of an event, and what was sent. */
async function next(client: WSClient, event: string, act: () => Promise<{ msgid: string }>) {
	const coming = once<WsFrame<Json>>(client, event);
	const { msgid } = await act();
	const frame = await coming;
	expect(frame.body?.msgid).toBe(msgid);
	return { frame, body: frame.body!, msgid };
}

it('subscribes, and counts it', async () => {
	const client = await connected();
	expect(client.isConnected).toBe(true);
	expect(bots.connections(botId)).toMatchObject({ open: 1, subscribes: 1, refused: 0 });
	expect(JSON.stringify(bots.frames())).not.toContain(secret);
});

it('refuses a wrong secret, an unknown bot and a bot in callback mode', async () => {
	const refusal = async (options: { secret?: string; botId?: string }) => {
		const client = newClient({ ...options, maxAuthFailureAttempts: 1 });
		const error = await once<Error>(client.connect(), 'error');
		return /code: (\d+)/.exec(error.message)?.[1];
	};
	expect(await refusal({ secret: 'wrong' })).toBe('853000');
	expect(await refusal({ botId: 'aibNobody' })).toBe('853000');
	bots.setBot(botId, { mode: 'callback' });
	expect(await refusal({})).toBe('846601');
	expect(bots.connections(botId)).toMatchObject({ open: 0, subscribes: 0 });
});

it('streams an answer that replaces its text', async () => {
	const client = await connected();
	const { frame, body, msgid } = await next(
		client,
		'message.text',
		async () => await bots.say(botId, { from: 'emma.brown', text: '你好' }),
	);
	expect(body).toMatchObject({
		aibotid: botId,
		chattype: 'single',
		from: { userid: 'emma.brown' },
		text: { content: '你好' },
	});
	await client.replyStream(frame, 's1', 'Thinking', false, undefined, { id: 'fb-1' });
	await client.replyStream(frame, 's1', 'Thinking … done', false);
	const image = { base64: PNG.toString('base64'), md5: md5(PNG) };
	await client.replyStream(frame, 's1', 'Done', true, [{ msgtype: 'image', image }]);
	const [entry] = await bots.waitForReply(msgid);
	expect(entry).toMatchObject({ via: 'reply', chat: 'emma.brown', text: 'Done', from: botId });
	expect(entry.stream).toMatchObject({
		id: 's1',
		finish: true,
		feedbackId: 'fb-1',
		timedOut: false,
	});
	expect(entry.stream!.updates.map(({ content }) => content)).toEqual([
		'Thinking',
		'Thinking … done',
		'Done',
	]);
	expect(bots.connections(botId).overlaps).toBe(0);
});

it('welcomes who enters', async () => {
	const client = await connected();
	const enter = async () => await bots.enterChat(botId, { from: 'lisi' });
	const { frame, msgid } = await next(client, 'event.enter_chat', enter);
	await client.replyWelcome(frame, { msgtype: 'text', text: { content: 'Welcome' } });
	const [entry] = await bots.waitForReply(msgid);
	expect(entry).toMatchObject({ via: 'welcome', chat: 'lisi', text: 'Welcome' });
	expect(await enter()).toMatchObject({ delivered: false });
});

it('replies with a stream and a card, whose buttons update it', async () => {
	const client = await connected();
	const say = async () => await bots.say(botId, { chatid: 'team', text: 'leave please' });
	const { frame, body } = await next(client, 'message.text', say);
	expect(body).toMatchObject({ chattype: 'group', chatid: 'team' });
	expect(body.text.content).toBe(`@${DEMO_BOT.name} leave please`);
	await client.replyStreamWithCard(frame, 's1', 'See the card', false, { templateCard: BUTTONS });
	await client.replyStreamWithCard(frame, 's1', 'See the card.', true);

	const click = async () =>
		await bots.clickCard(botId, { from: 'lisi', taskId: 'leave-1', eventKey: 'approve' });
	const clicked = await next(client, 'event.template_card_event', click);
	expect(clicked.body.event.template_card_event).toEqual({
		card_type: 'button_interaction',
		event_key: 'approve',
		task_id: 'leave-1',
	});
	const after = { ...BUTTONS, main_title: { title: 'Approved' } };
	await client.updateTemplateCard(clicked.frame, after);
	const [entry] = bots.transcript({ chat: 'team' }).filter(({ via }) => via === 'reply');
	expect(entry.card?.main_title.title).toBe('Approved');
	expect(entry.cards).toHaveLength(2);
});

it('pushes markdown, and a file that was uploaded in chunks', async () => {
	const client = await connected();
	bots.addChat('zhangsan');
	const markdown = { msgtype: 'markdown', markdown: { content: '**hi**' } } as const;
	await client.sendMessage('zhangsan', markdown);
	const content = Buffer.alloc(1_300_000, 'chunk');
	const { media_id: id } = await client.uploadMedia(content, {
		type: 'file',
		filename: '报表.csv',
	});
	await client.sendMediaMessage('zhangsan', 'file', id);
	expect(Buffer.from(bots.media(id).base64, 'base64').equals(content)).toBe(true);
	const seen = bots.transcript({ chat: 'zhangsan' });
	expect(seen.map(({ via, text, media }) => [via, text, media?.filename])).toEqual([
		['push', '**hi**', undefined],
		['push', '', '报表.csv'],
	]);
	await expect(client.sendMessage('nobody', markdown)).rejects.toMatchObject({ errcode: 93006 });
});

it('serves files that the SDK can decrypt, for five minutes', async () => {
	const client = await connected();
	const base64 = Buffer.from('一二三,4').toString('base64');
	const say = async () => await bots.say(botId, { file: { filename: '报表 1.csv', base64 } });
	const { body } = await next(client, 'message.file', say);
	const { url, aeskey } = body.file as { url: string; aeskey: string };
	const { buffer, filename } = await client.downloadFile(url, aeskey);
	expect([buffer.toString(), filename]).toEqual(['一二三,4', '报表 1.csv']);
	const raw = Buffer.from(await (await fetch(url)).arrayBuffer());
	expect(raw.length % 32).toBe(0);
	expect(decryptFile(raw, aeskey).toString()).toBe('一二三,4');
	api.sim.control.advanceClock(5 * 60_000 + 1);
	expect((await fetch(url)).status).toBe(403);
});

it('tells the older connection that a newer one has come, and it stays away', async () => {
	const older = await connected();
	const told = once(older, 'event.disconnected_event');
	const newer = await connected();
	await told;
	expect([older.isConnected, newer.isConnected]).toEqual([false, true]);
	await next(newer, 'message.text', async () => await bots.say(botId, { text: 'still there?' }));
	expect(bots.connections(botId)).toMatchObject({ open: 1, subscribes: 2, kicked: 1 });
});

it('has every message type the SDK knows', async () => {
	const client = await connected();
	const file = { filename: 'a', base64: PNG.toString('base64') };
	const said = [
		['image', { image: file }],
		['voice', { voice: 'spoken' }],
		['video', { video: file }],
		['mixed', { chatid: 'team', mixed: [{ text: 'see' }, { image: file }] }],
	] as const;
	for (const [type, message] of said) {
		const { body } = await next(client, `message.${type}`, async () => {
			return await bots.say(botId, {
				...message,
				mixed: 'mixed' in message ? [...message.mixed] : undefined,
			});
		});
		expect(body.msgtype).toBe(type);
	}
	const rate = async () => await bots.feedback(botId, { id: 'fb-1', type: 2, reasons: [2, 4] });
	const { body } = await next(client, 'event.feedback_event', rate);
	expect(body.event.feedback_event).toEqual({
		id: 'fb-1',
		type: 2,
		inaccurate_reason_list: [2, 4],
	});
	expect(warnings).toEqual([]);
});
