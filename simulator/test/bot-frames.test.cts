/** The long connection frame by frame, with a bare WebSocket client. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { BotControl } from '../bot/control.cts';
import { DEMO_BOT } from '../bot/data.cts';
import { startSimulator } from '../server.cts';
import { useSimulator, type Json } from './api.cts';
import { Client, useClients } from './bot-client.cts';
import { sleep } from '../../test/support/wait.cts';

const api = useSimulator();
const { open, subscribed } = useClients(api);
const { botId, secret } = DEMO_BOT;
const MINUTE = 60_000;
const md5 = (content: Buffer) => createHash('md5').update(content).digest('hex');

let bots: BotControl;
beforeEach(() => void ({ bots } = api.sim));

/** A client and a function that replies to a fresh message. */
async function asked(message: Json = { text: 'hi' }) {
	const client = await subscribed();
	const { reqId, msgid } = await bots.say(botId, message);
	const reply = async (body: Json) => await client.code('aibot_respond_msg', body, reqId);
	return { client, reqId, msgid, reply };
}

const stream = (content: string, finish = false, more: Json = {}) => ({
	msgtype: 'stream',
	stream: { id: 's1', content, finish, ...more },
});
const NOTICE = {
	card_type: 'text_notice',
	main_title: { title: 'Notice' },
	card_action: { type: 1, url: 'https://yunfan.example' },
};
const BUTTONS = {
	card_type: 'button_interaction',
	main_title: { title: 'Question' },
	button_list: [{ text: 'Yes', key: 'yes' }],
	task_id: 'task-1',
};
const cardMessage = (template_card: Json) => ({ msgtype: 'template_card', template_card });

describe('connection', () => {
	it('answers with the req_id, without cmd; nothing but a subscription before it', async () => {
		const client = await open();
		expect(await client.code('ping')).toBe(846609);
		expect(await client.code('aibot_send_msg', {})).toBe(846609);
		const answer = await client.call('aibot_subscribe', { bot_id: botId, secret }, 'r-1');
		expect(answer).toEqual({ headers: { req_id: 'r-1' }, errcode: 0, errmsg: 'ok' });
		expect(await client.call('ping', undefined, 'r-2')).toMatchObject({ errcode: 0 });
		expect(await client.code('aibot_dance')).toBe(40058);
		expect(bots.connections(botId)).toMatchObject({ open: 1, pings: 1, subscribes: 1 });
		expect(bots.openSockets()).toBe(1);
	});

	it('survives frames that are none', async () => {
		const client = await subscribed();
		for (const text of [
			'',
			'null',
			'[1]',
			'{"cmd": 1}',
			'{',
			'{"cmd":"ping","headers":null,"body":7}',
		])
			client.socket.send(text);
		expect(await client.code('ping')).toBe(0);
	});

	it('loses a message when nobody is connected', async () => {
		const lost = await bots.say(botId, { text: 'hello?' });
		expect(lost).toMatchObject({ delivered: false, reason: 'the bot is not connected' });
		const client = await subscribed();
		expect(client.got.filter(({ cmd }) => cmd)).toEqual([]);
	});

	it('ends on demand: cut, with a code, kicked, at reset', async () => {
		const closed = async (act: () => unknown) => {
			const client = await subscribed();
			const ending = once(client.socket, 'close') as Promise<[number]>;
			act();
			const [code] = await ending;
			return [code, client.got.at(-1)?.body?.event?.eventtype];
		};
		expect(await closed(() => bots.drop())).toEqual([1006, undefined]);
		expect(await closed(() => bots.drop(botId, 1001))).toEqual([1001, undefined]);
		expect(await closed(() => bots.kick(botId))).toEqual([1005, 'disconnected_event']);
		expect(await closed(() => api.sim.control.reset())).toEqual([1006, undefined]);
		expect(bots.connections(botId).open).toBe(0);
	});

	it('refuses handshakes and subscriptions on demand', async () => {
		bots.inject({ cmd: 'upgrade', status: 503 });
		await expect(open()).rejects.toThrow('503');
		bots.inject({ cmd: 'aibot_subscribe', errcode: 45009 });
		const client = await open();
		expect(await client.code('aibot_subscribe', { bot_id: botId, secret })).toBe(45009);
		expect(await client.code('aibot_subscribe', { bot_id: botId, secret })).toBe(0);
		expect(bots.connections(botId)).toMatchObject({ refused: 1, subscribes: 1 });
	});

	it('answers late, wrongly, brokenly or not at all on demand', async () => {
		const { client, reply, msgid } = await asked();
		bots.inject({ cmd: 'aibot_respond_msg', errcode: -1 });
		expect(await reply(stream('one'))).toBe(-1);
		bots.inject({ cmd: 'aibot_respond_msg', delayMs: 30 });
		const started = performance.now();
		expect(await reply(stream('two'))).toBe(0);
		expect(performance.now() - started).toBeGreaterThan(28);
		bots.inject({ cmd: 'aibot_respond_msg', silent: true });
		client.socket.send(
			JSON.stringify({
				cmd: 'aibot_respond_msg',
				headers: client.got.at(-1)!.headers,
				body: stream('three', true),
			}),
		);
		const [entry] = await bots.waitForReply(msgid);
		expect(entry.text).toBe('three');
		const before = client.got.length;
		expect(await client.code('ping')).toBe(0);
		expect(client.got.length).toBe(before + 1);
		bots.inject({ cmd: 'ping', drop: true });
		const closed = once(client.socket, 'close');
		client.socket.send(JSON.stringify({ cmd: 'ping', headers: { req_id: 'x' } }));
		await closed;
	});

	it('counts replies that do not wait for the one before', async () => {
		const { client, reqId, reply } = await asked();
		bots.inject({ cmd: 'aibot_respond_msg', delayMs: 20, times: 2 });
		await Promise.all([reply(stream('one')), reply(stream('two'))]);
		expect(bots.connections(botId).overlaps).toBe(1);
		await client.call('aibot_respond_msg', stream('three', true), reqId);
		expect(bots.connections(botId).overlaps).toBe(1);
	});
});

describe('aibot_respond_msg', () => {
	it('is waited for until its stream has ended', async () => {
		const { msgid, reply } = await asked();
		const waiting = bots.waitForReply(msgid);
		expect(await reply(stream('first'))).toBe(0);
		const soon = sleep(20).then(() => 'still waiting');
		expect(await Promise.race([waiting, soon])).toBe('still waiting');
		expect(await reply(stream('last', true))).toBe(0);
		expect((await waiting)[0].text).toBe('last');
	});

	it('needs the req_id of a message to this bot', async () => {
		const { client } = await asked();
		expect(await client.code('aibot_respond_msg', stream('x'), 'made-up')).toBe(846605);
		bots.addBot({ ...DEMO_BOT, botId: 'aibOther' });
		const other = await open();
		await other.call('aibot_subscribe', { bot_id: 'aibOther', secret });
		const { reqId } = await bots.say('aibOther', { text: 'hi' });
		expect(await client.code('aibot_respond_msg', stream('x'), reqId)).toBe(846605);
		expect(await other.code('aibot_respond_msg', stream('x'), reqId)).toBe(0);
	});

	it('takes at most 20,480 bytes of content, in characters of any size', async () => {
		const { reply, msgid } = await asked();
		expect(await reply(stream('好'.repeat(6827)))).toBe(45002);
		expect(await reply(stream('好'.repeat(6826), true))).toBe(0);
		expect(await reply(stream('more'))).toBe(846606);
		expect((await bots.waitForReply(msgid))[0].text).toHaveLength(6826);
	});

	it.each([
		['no id', { msgtype: 'stream', stream: { content: 'x' } }, 40058],
		['no stream', { msgtype: 'stream' }, 40058],
		['a finish that is no boolean', stream('x', 'true' as never), 40058],
		['content that is no text', stream(1 as never), 40058],
		['images before the end', stream('x', false, { msg_item: [] }), 40058],
		['an endless feedback id', stream('x', false, { feedback: { id: 'f'.repeat(257) } }), 40058],
		['text', { msgtype: 'text', text: { content: 'x' } }, 40008],
		['markdown', { msgtype: 'markdown', markdown: { content: 'x' } }, 40008],
		['no msgtype', {}, 40008],
		['a file nobody uploaded', { msgtype: 'file', file: { media_id: 'x' } }, 40007],
		['a file without id', { msgtype: 'file', file: {} }, 41006],
	])('refuses %s', async (_name, body, errcode) => {
		const { reply, msgid } = await asked();
		expect(await reply(body)).toBe(errcode);
		expect(bots.transcript({ replyTo: msgid })).toEqual([]);
		expect(await reply(stream('fine', true))).toBe(0);
	});

	it('keeps to the stream id and the feedback of the first reply', async () => {
		const { reply } = await asked();
		expect(await reply(stream('x', false, { feedback: { id: 'f' } }))).toBe(0);
		expect(await reply(stream('x', false, { id: 's2' }))).toBe(40058);
		expect(await reply(stream('x', false, { feedback: { id: 'f' } }))).toBe(40058);
	});

	it('takes ten images at the end: JPG or PNG with the right md5', async () => {
		const { reply } = await asked();
		const item = (content: Buffer, sum = md5(content)) => ({
			msgtype: 'image',
			image: { base64: content.toString('base64'), md5: sum },
		});
		const png = Buffer.from('89504e470d0a', 'hex');
		const last = (msg_item: Json[]) => stream('x', true, { msg_item });
		expect(await reply(last(Array<Json>(11).fill(item(png))))).toBe(40058);
		expect(await reply(last([item(png, md5(Buffer.from('other')))]))).toBe(40058);
		expect(await reply(last([item(Buffer.from('GIF89a'))]))).toBe(40004);
		expect(await reply(last([{ msgtype: 'text', text: { content: 'x' } }]))).toBe(40058);
		expect(await reply(last(Array<Json>(10).fill(item(png))))).toBe(0);
		const { stream: seen } = bots.transcript().at(-1)!;
		expect(seen!.images).toEqual(Array(10).fill({ md5: md5(png), size: 6 }));
	});

	it('ends streams ten minutes after their first frame, whatever came in between', async () => {
		const { reply } = await asked();
		api.sim.control.advanceClock(60 * MINUTE);
		expect(await reply(stream('the first'))).toBe(0);
		api.sim.control.advanceClock(10 * MINUTE - 1000);
		expect(await reply(stream('just in time'))).toBe(0);
		api.sim.control.advanceClock(2000);
		expect(await reply(stream('late', true))).toBe(846608);
		expect(bots.transcript().at(-1)).toMatchObject({
			text: 'just in time',
			stream: { finish: false, timedOut: true },
		});
	});

	it('takes an answer for a day', async () => {
		const { reply } = await asked();
		api.sim.control.advanceClock(24 * 60 * MINUTE + 1000);
		expect(await reply(stream('late', true))).toBe(846604);
		expect(await reply(cardMessage(BUTTONS))).toBe(846604);
	});

	it('counts the answers and pushes of a chat together; frames where that is the rule', async () => {
		bots.setRules({ perMinute: 3 });
		const { client, reply } = await asked();
		const push = async (chatid: string) => {
			const markdown = { msgtype: 'markdown', markdown: { content: 'x' }, chatid };
			return await client.code('aibot_send_msg', markdown);
		};
		for (const content of ['a', 'b', 'c', 'd']) expect(await reply(stream(content))).toBe(0);
		expect([await push('zhangsan'), await push('zhangsan')]).toEqual([0, 0]);
		expect(await push('zhangsan')).toBe(846607);
		bots.addChat('team');
		expect(await push('team')).toBe(0);
		api.sim.control.advanceClock(MINUTE + 1);
		expect(await push('zhangsan')).toBe(0);
		bots.setRules({ framesCount: true });
		expect(await reply(stream('e'))).toBe(0);
		expect(await reply(stream('f'))).toBe(0);
		expect(await reply(stream('g'))).toBe(846607);
		bots.setRules({ perMinute: 1_000, perHour: 6 });
		api.sim.control.advanceClock(2 * MINUTE);
		expect(await reply(stream('h', true))).toBe(846607);
		api.sim.control.advanceClock(60 * MINUTE);
		expect(await push('zhangsan')).toBe(0);
	});

	it('takes another stream behind a finished one where that is the rule', async () => {
		const { reply } = await asked();
		expect(await reply(stream('one', true))).toBe(0);
		const another = { msgtype: 'stream', stream: { id: 'another', content: 'two', finish: true } };
		expect(await reply(another)).toBe(846606);
		bots.setRules({ secondStream: true });
		expect(await reply(another)).toBe(0);
		expect(bots.transcript().map(({ text }) => text)).toEqual([expect.any(String), 'one', 'two']);
	});

	it('takes one card, alone or with a stream', async () => {
		const { client, reply } = await asked();
		const both = (content: string, finish: boolean, template_card?: Json) => ({
			...stream(content, finish),
			msgtype: 'stream_with_template_card',
			template_card,
		});
		expect(await reply(both('x', false, { card_type: 'poster' }))).toBe(40058);
		expect(await reply(both('x', false))).toBe(0);
		expect(await reply(both('x', false, BUTTONS))).toBe(0);
		expect(await reply(both('x', false, NOTICE))).toBe(846606);
		expect(await reply(both('x', true))).toBe(0);
		expect(bots.transcript().at(-1)).toMatchObject({ card: BUTTONS, stream: { finish: true } });

		const { reqId } = await bots.say(botId, { text: 'again' });
		const card = async (one: Json) =>
			await client.code('aibot_respond_msg', cardMessage(one), reqId);
		expect(await card(BUTTONS)).toBe(42014);
		expect(await card({ ...BUTTONS, task_id: 'no spaces' })).toBe(42014);
		expect(await card({ ...BUTTONS, task_id: undefined })).toBe(42014);
		expect(await card({ ...BUTTONS, task_id: 'task-2', button_list: [] })).toBe(40016);
		expect(await card(NOTICE)).toBe(0);
		expect(await card(NOTICE)).toBe(846606);
	});
});

describe('events', () => {
	it('takes one welcome within five seconds', async () => {
		const client = await subscribed();
		const enter = async (from: string) => (await bots.enterChat(botId, { from })).reqId;
		const code = async (body: Json, reqId: string) =>
			await client.code('aibot_respond_welcome_msg', body, reqId);
		const hello = { msgtype: 'text', text: { content: 'hello' } };
		const first = await enter('lisi');
		expect(await code({ msgtype: 'markdown', markdown: { content: 'x' } }, first)).toBe(40008);
		expect(await code({ msgtype: 'text', text: {} }, first)).toBe(44004);
		expect(await code(cardMessage(NOTICE), first)).toBe(0);
		expect(await code(hello, first)).toBe(846606);
		const second = await enter('wangfang');
		api.sim.control.advanceClock(5001);
		expect(await code(hello, second)).toBe(846604);
		const { reqId } = await bots.say(botId, { text: 'hi' });
		expect(await code(hello, reqId)).toBe(846605);
		api.sim.control.advanceClock(24 * 60 * MINUTE);
		expect((await bots.enterChat(botId, { from: 'lisi' })).delivered).toBe(true);
	});

	it('takes one card update within five seconds, for everybody or for some', async () => {
		const { client, reply } = await asked({ chatid: 'team', text: 'card please' });
		expect(await reply(cardMessage(BUTTONS))).toBe(0);
		const click = async () => {
			const clicked = { taskId: 'task-1', eventKey: 'yes', from: 'lisi' };
			return (await bots.clickCard(botId, clicked)).reqId;
		};
		const after = { ...BUTTONS, main_title: { title: 'Answered' } };
		const update = { response_type: 'update_template_card', template_card: after };
		const code = async (body: Json, reqId: string) =>
			await client.code('aibot_respond_update_msg', body, reqId);
		const first = await click();
		expect(await code({ ...update, response_type: 'x' }, first)).toBe(93050);
		expect(await code({ ...update, template_card: { ...after, task_id: 'other' } }, first)).toBe(
			846625,
		);
		expect(await code({ ...update, userids: 'lisi' }, first)).toBe(40058);
		expect(await code({ ...update, userids: ['lisi'] }, first)).toBe(0);
		const [entry] = bots.transcript({ chat: 'team' }).slice(-1);
		expect([entry.card, entry.cards![1].userids]).toEqual([BUTTONS, ['lisi']]);
		expect(await code(update, first)).toBe(846606);
		expect(await code(update, await click())).toBe(0);
		expect(bots.transcript({ chat: 'team' }).at(-1)!.card).toEqual(after);
		const late = await click();
		api.sim.control.advanceClock(5001);
		expect(await code(update, late)).toBe(846604);
		await expect(bots.clickCard(botId, { taskId: 'none', eventKey: 'x' })).rejects.toThrow(
			'No card',
		);
	});
});

describe('aibot_send_msg', () => {
	it('pushes into chats that are known', async () => {
		const client = await subscribed();
		const code = async (body: Json) => await client.code('aibot_send_msg', body);
		const markdown = { msgtype: 'markdown', markdown: { content: '# News' } };
		expect(await code(markdown)).toBe(86201);
		expect(await code({ ...markdown, chatid: 'team' })).toBe(93006);
		expect(await code({ ...markdown, chatid: 'lisi' })).toBe(93006);
		for (const chat of ['team', 'lisi']) bots.addChat(chat);
		expect(await code({ ...markdown, chatid: 'team', chat_type: 2 })).toBe(0);
		expect(await code({ ...markdown, chatid: 'lisi', chat_type: 'single' })).toBe(40058);
		expect(await code({ ...markdown, chatid: 'lisi' })).toBe(0);
		expect(await code({ ...stream('x'), chatid: 'lisi' })).toBe(40008);
		expect(await code({ msgtype: 'markdown', markdown: {}, chatid: 'lisi' })).toBe(44004);
		expect(await code({ ...cardMessage(BUTTONS), chatid: 'lisi' })).toBe(0);
		const seen = bots
			.transcript()
			.map(({ via, chat, chattype, msgtype }) => [via, chat, chattype, msgtype]);
		expect(seen).toEqual([
			['push', 'team', 'group', 'markdown'],
			['push', 'lisi', 'single', 'markdown'],
			['push', 'lisi', 'single', 'template_card'],
		]);
	});
});

it('stops at once, whatever is under way', async () => {
	const sim = await startSimulator();
	const socket = new WebSocket(sim.url.replace('http', 'ws'));
	await once(socket, 'open');
	const client = new Client(socket);
	await client.call('aibot_subscribe', { bot_id: botId, secret });
	sim.bots.inject({ cmd: 'ping', delayMs: 60_000 });
	const closed = once(socket, 'close');
	socket.send(JSON.stringify({ cmd: 'ping', headers: { req_id: 'slow' } }));
	while (sim.bots.frames().at(-1)!.frame.cmd !== 'ping') await sleep(5);
	await sim.stop();
	await closed;
	expect(client.got.filter(({ headers }) => headers.req_id === 'slow')).toEqual([]);
});

it('is controlled over HTTP as well', async () => {
	const client = await subscribed();
	const control = async (method: string, ...args: unknown[]) => {
		const url = `${api.sim.url}/_control/bots/${method}`;
		const response = await fetch(url, { method: 'POST', body: JSON.stringify(args) });
		return (await response.json()) as Json;
	};
	const { result: sent } = await control('say', botId, { text: 'hi' });
	await client.call('aibot_respond_msg', stream('hello', true), sent.reqId);
	const { result } = await control('waitForReply', sent.msgid);
	expect(result).toMatchObject([{ text: 'hello' }]);
	expect((await control('connections', botId)).result).toMatchObject({ open: 1 });
	expect(await control('reset')).toMatchObject({ ok: false });
	expect((await control('say', 'nobody', {})).error).toBe('No bot nobody');
	await expect(bots.waitForReply(sent.msgid, { timeoutMs: 1 })).resolves.toHaveLength(1);
	const { msgid } = await bots.say(botId, { text: 'hi' });
	await expect(bots.waitForReply(msgid, { timeoutMs: 5 })).rejects.toThrow(
		'Nothing came within 5 ms',
	);
});
