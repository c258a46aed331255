import { decryptFile } from '@wecom/aibot-node-sdk';
import type { BotControl } from '../bot/control.cts';
import { DEMO_CALLBACK_BOT } from '../bot/data.cts';
import { useSimulator, type Json } from './api.cts';
import { BotServer } from './bot-server.cts';
import { sleep } from '../../test/support/wait.cts';

const api = useSimulator();
const server = new BotServer();
const { botId, callback } = DEMO_CALLBACK_BOT;
const CARD = {
	card_type: 'vote_interaction',
	main_title: { title: 'Lunch' },
	checkbox: { question_key: 'food', option_list: [{ id: 'rice', text: 'Rice' }] },
	submit_button: { text: 'Vote', key: 'vote' },
	task_id: 'lunch-1',
};
let bots: BotControl;

beforeAll(async () => await server.start());
afterAll(async () => await server.stop());
beforeEach(() => {
	server.reset();
	({ bots } = api.sim);
	bots.setBot(botId, { callback: { ...callback, url: server.url } });
	bots.setPollInterval(5);
});

const stream = (content: string, finish: boolean, more: Json = {}) => ({
	msgtype: 'stream',
	stream: { id: 'S1', content, finish, ...more },
});
const text = (content: string) => ({ msgtype: 'text', text: { content } });

it('verifies the URL with an empty receiveid, and saves the callback', async () => {
	expect(await bots.verifyUrl(botId)).toMatchObject({ ok: true, status: 200 });
	bots.setBot(botId, { mode: 'websocket' });
	const saved = await bots.saveCallback(botId, { ...callback, url: server.url });
	expect(saved.ok).toBe(true);
	expect((await bots.say(botId, { text: 'hello' })).delivered).toBe(true);
	const wrong = { ...callback, token: 'another', url: server.url };
	expect(await bots.saveCallback(botId, wrong)).toMatchObject({ ok: false });
});

it('posts a signed JSON envelope with nothing but the ciphertext', async () => {
	const sent = await bots.say(botId, {
		from: 'lisi',
		chatid: 'team',
		text: 'hi',
		quote: { text: 'earlier' },
	});
	const [{ body, ...around }] = server.posted;
	expect(around).toEqual({
		envelope: ['encrypt'],
		contentType: 'application/json',
		receiveid: '',
		signatureOk: true,
	});
	expect(body).toEqual({
		msgid: sent.msgid,
		aibotid: botId,
		chatid: 'team',
		chattype: 'group',
		from: { userid: 'lisi' },
		response_url: expect.stringContaining('/cgi-bin/aibot/response?response_code='),
		msgtype: 'text',
		text: { content: `@${DEMO_CALLBACK_BOT.name} hi` },
		quote: text('earlier'),
	});
	expect(sent).toMatchObject({ delivered: true, outcomes: [{ status: 200, refresh: false }] });
});

it('refreshes a stream until it is finished', async () => {
	const texts = ['A', 'A B', 'A B C'];
	server.answer = () => stream(texts[server.posted.length - 1], server.posted.length === 3);
	const { msgid } = await bots.say(botId, { from: 'lisi', text: 'count' });
	const [entry] = await bots.waitForReply(msgid);
	expect(entry.stream!.updates.map(({ content }) => content)).toEqual(texts);
	expect(entry).toMatchObject({ text: 'A B C', stream: { finish: true } });
	const [, refresh, last] = server.posted.map(({ body }) => body);
	expect(refresh).toEqual({
		msgid: expect.not.stringContaining(msgid),
		aibotid: botId,
		chattype: 'single',
		from: { userid: 'lisi' },
		msgtype: 'stream',
		stream: { id: 'S1' },
	});
	expect(last.msgid).not.toBe(refresh.msgid);
	await sleep(40);
	expect(server.posted).toHaveLength(3);
});

it('gives a stream up six minutes after the message', async () => {
	server.answer = () => stream('still at it', false);
	await bots.say(botId, { text: 'slow' });
	api.sim.control.advanceClock(6 * 60_000 + 1);
	await sleep(20);
	const calls = server.posted.length;
	await sleep(40);
	expect(server.posted).toHaveLength(calls);
	expect(bots.transcript().at(-1)!.stream).toMatchObject({ finish: false, timedOut: true });
});

it('goes on refreshing over empty and failed answers, and takes nothing but streams there', async () => {
	const answers = [
		stream('A', false),
		undefined,
		'not JSON',
		{ msgtype: 'template_card', template_card: CARD },
		{ ...stream('A', false), stream: { id: 'S2', content: 'B' } },
		stream('done', true),
	];
	server.answer = () => answers[server.posted.length - 1];
	const { msgid } = await bots.say(botId, { text: 'go on' });
	const [entry] = await bots.waitForReply(msgid);
	expect(entry.text).toBe('done');
	const problems = bots.outcomes().map(({ problem }) => problem?.split(' ')[0]);
	expect(problems).toEqual([undefined, undefined, expect.any(String), '40008', '40058', undefined]);
});

it.each([
	['another nonce', { nonce: '1' }, 'the nonce is not that of the URL'],
	['a wrong signature', { msgsignature: '0'.repeat(40) }, 'the msgsignature is wrong'],
	['a timestamp that is a text', { timestamp: '1641002400' }, 'the timestamp is not a number'],
	['no encryption', { encrypt: undefined }, 'the answer is not encrypted'],
])('ignores an answer with %s', async (_name, envelope, problem) => {
	server.how.envelope = envelope;
	server.answer = () => stream('hello', true);
	const { outcomes, msgid } = await bots.say(botId, { text: 'hi' });
	expect(outcomes).toMatchObject([{ problem }]);
	expect(bots.transcript({ replyTo: msgid })).toEqual([]);
});

it('ignores an answer for another receiver', async () => {
	server.how.receiveid = 'ww1';
	server.answer = () => stream('hello', true);
	const { outcomes } = await bots.say(botId, { text: 'hi' });
	expect(outcomes[0].problem).toBe('the receiveid is "ww1", not empty');
});

it('repeats a message that fails, three times, but a card event and an entry never', async () => {
	server.how.status = 500;
	expect((await bots.say(botId, { text: 'hi' })).outcomes).toHaveLength(4);
	expect(new Set(server.posted.map(({ body }) => body.msgid)).size).toBe(1);
	expect(await bots.enterChat(botId)).toMatchObject({
		delivered: false,
		outcomes: [{ status: 500 }],
	});
	expect(await bots.enterChat(botId)).toMatchObject({ reason: 'not the first entry of the day' });
	expect((await bots.enterChat(botId, { again: true })).outcomes).toHaveLength(1);
});

it('cuts a late answer', async () => {
	server.how.delayMs = 200;
	server.answer = () => stream('late', true);
	const options = { timeoutMs: 30, retries: 0 };
	const { outcomes } = await bots.say(botId, { text: 'hi', options });
	expect(outcomes).toMatchObject([{ error: 'timed out after 30 ms' }]);
	expect(bots.transcript()).toHaveLength(1);
});

it('welcomes with a text or a card, and with nothing else', async () => {
	server.answer = () => text('Welcome');
	const { msgid, body } = await bots.enterChat(botId, { from: 'lisi' });
	expect(body).toMatchObject({ msgtype: 'event', event: { eventtype: 'enter_chat' } });
	expect(bots.transcript({ replyTo: msgid })).toMatchObject([{ via: 'welcome', text: 'Welcome' }]);
	server.answer = () => stream('Welcome', true);
	const { outcomes } = await bots.enterChat(botId, { from: 'wangfang' });
	expect(outcomes[0].problem).toMatch(/^40008 /);
});

it('sends a card, tells which options were chosen, and takes its update', async () => {
	server.answer = () => ({ msgtype: 'template_card', template_card: CARD });
	await bots.say(botId, { from: 'lisi', text: 'lunch?' });
	const update = (task_id: string) => ({
		response_type: 'update_template_card',
		template_card: { ...CARD, main_title: { title: 'Thanks' }, task_id },
	});
	const click = async () => {
		const selected = { food: ['rice'] };
		return await bots.clickCard(botId, { taskId: 'lunch-1', eventKey: 'vote', selected });
	};
	server.answer = () => update('lunch-2');
	expect((await click()).outcomes[0].problem).toMatch(/^846625 /);
	server.answer = () => update('lunch-1');
	const { body, outcomes } = await click();
	expect(outcomes[0].problem).toBeUndefined();
	expect(body).toMatchObject({
		from: { userid: 'lisi' },
		response_url: expect.any(String),
		event: {
			template_card_event: {
				card_type: 'vote_interaction',
				selected_items: {
					selected_item: [{ question_key: 'food', option_ids: { option_id: ['rice'] } }],
				},
			},
		},
	});
	expect(bots.transcript().at(-1)!.card!.main_title.title).toBe('Thanks');
});

it('takes only an empty answer to feedback, which has no response_url', async () => {
	const given = { id: 'fb', type: 2, content: 'more', reasons: [2] } as const;
	const feedback = async () =>
		await bots.feedback(botId, { ...given, reasons: [...given.reasons] });
	const { body, outcomes } = await feedback();
	expect(body.response_url).toBeUndefined();
	expect(outcomes[0].problem).toBeUndefined();
	server.answer = () => text('sorry');
	expect((await feedback()).outcomes[0].problem).toBe('only an empty answer is allowed');
});

it('gives files without a name or a key: they are encrypted with the EncodingAESKey', async () => {
	const base64 = Buffer.from('picture').toString('base64');
	const { body } = await bots.say(botId, { image: { filename: 'a.png', base64 } });
	expect(Object.keys(body.image)).toEqual(['url']);
	const response = await fetch(body.image.url);
	expect(response.headers.get('content-disposition')).toBeNull();
	const raw = Buffer.from(await response.arrayBuffer());
	expect(decryptFile(raw, `${callback.encodingAesKey}=`).toString()).toBe('picture');
});

it('refuses a fourth message while three are in progress', async () => {
	server.answer = ({ msgid, stream: refreshed }) =>
		stream('…', false, { id: (refreshed?.id as string) ?? `S-${msgid}` });
	for (let n = 0; n < 3; n++) expect((await bots.say(botId, { text: 'hi' })).delivered).toBe(true);
	expect(await bots.say(botId, { text: 'hi' })).toMatchObject({
		delivered: false,
		reason: 'too many messages in progress',
	});
	expect((await bots.say(botId, { from: 'lisi', text: 'hi' })).delivered).toBe(true);
});

describe('response_url', () => {
	const call = async (url: string, body: Json) => {
		const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
		return ((await response.json()) as Json).errcode as number;
	};
	const markdown = (content: string) => ({ msgtype: 'markdown', markdown: { content } });

	it('takes markdown or a card, once', async () => {
		const { body, msgid } = await bots.say(botId, { from: 'lisi', text: 'hi' });
		expect(await call(body.response_url, text('hi'))).toBe(40008);
		expect(await call(body.response_url, markdown('x'.repeat(20_481)))).toBe(45002);
		expect(await call(body.response_url, markdown('x'.repeat(20_480)))).toBe(0);
		expect(await call(body.response_url, markdown('again'))).toBe(846606);
		expect(bots.transcript({ replyTo: msgid })).toMatchObject([{ via: 'response_url' }]);
	});

	it('lives for an hour', async () => {
		const { body } = await bots.say(botId, { text: 'hi' });
		api.sim.control.advanceClock(60 * 60_000 + 1);
		expect(await call(body.response_url, markdown('late'))).toBe(846604);
		expect(await call(`${api.sim.url}/cgi-bin/aibot/response?response_code=x`, {})).toBe(40058);
	});
});
