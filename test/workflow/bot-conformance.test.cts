/** WeCom's own samples of AI bots, encrypted and read with WeCom's own library: callbacks in, replies out. */
import { randomBytes } from 'node:crypto';
import { decrypt, encrypt, getSignature } from '@wecom/crypto';
import type { IDataObject } from 'n8n-workflow';
import { DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { http } from '../support/http.cts';
import replies from '../fixtures/bot-replies.json';
import samples from '../fixtures/bot-samples.json';
import { BotInstance, botNode } from './bot-support.cts';

const { token, encodingAesKey } = DEMO_CALLBACK_BOT.callback;
const n8n = new BotInstance();
beforeAll(async () => await n8n.start());
afterAll(async () => await n8n.stop());
beforeEach(() => n8n.reset());

/** Posts as WeCom does, and opens the answer as WeCom does. */
async function post(body: unknown, receiveid = '') {
	const timestamp = String(Math.floor(Date.now() / 1000));
	const nonce = randomBytes(5).toString('hex');
	const ciphertext = encrypt(encodingAesKey, JSON.stringify(body), receiveid);
	const query = new URLSearchParams({
		msg_signature: getSignature(token, timestamp, nonce, ciphertext),
		timestamp,
		nonce,
	});
	const { status, text } = await http(`${n8n.callbackUrl}?${query}`, {
		body: { encrypt: ciphertext },
	});
	if (!text) return { status };
	const answer = JSON.parse(text) as {
		encrypt: string;
		msgsignature: string;
		timestamp: number;
		nonce: string;
	};
	expect(answer).toEqual({
		encrypt: expect.any(String) as string,
		msgsignature: getSignature(token, answer.timestamp, nonce, answer.encrypt),
		timestamp: expect.any(Number) as number,
		nonce,
	});
	const { message, id } = decrypt(encodingAesKey, answer.encrypt);
	expect(id).toBe(receiveid);
	return { status, reply: JSON.parse(message) as IDataObject };
}

let count = 0;
const unique = (json: object) => ({ ...json, msgid: `sample-${++count}` });

describe('every sample of a callback', () => {
	const messages = samples.filter(({ json }) => json.msgtype !== 'stream');
	it.each(messages.map(({ json }) => [JSON.stringify(json).slice(0, 160), json] as const))(
		'%s',
		async (_name, json) => {
			const body = unique(json);
			expect(await post(body)).toEqual({ status: 200 });
			expect(n8n.items).toEqual([expect.objectContaining(body)]);
		},
	);

	it('a question after a stream nobody knows starts nothing', async () => {
		const stream = samples.find(({ json }) => json.msgtype === 'stream')!.json;
		expect(await post(stream)).toEqual({ status: 200 });
		expect(n8n.items).toEqual([]);
	});

	it.each(['', 'ww1234567890abcdef', 'AIBOTID'])('whoever it is for: %j', async (receiveid) => {
		n8n.parameters = { botOptions: { firstAnswer: 'Wait' } };
		const { reply } = await post(unique(samples[0].json), receiveid);
		expect(reply).toMatchObject({ msgtype: 'stream' });
		expect(n8n.items).toHaveLength(1);
	});
});

describe('every reply has the form of its sample', () => {
	const sampleOf = (type: string) =>
		replies.find((one) => one.type.startsWith(type))!.sample_json as IDataObject;
	const sent = (eventtype: string, more: object = {}) =>
		unique({
			msgtype: 'event',
			aibotid: 'B',
			from: { userid: 'u' },
			event: { eventtype, ...more },
		});
	const [message] = samples;
	const card = { msgtype: 'template_card', main_title: 'T', card_url: 'https://example.com' };
	const feedback = { replyOptions: { feedback_id: 'FEEDBACKID' } };

	it.each([
		[
			'welcome text',
			botNode('welcome', { content: "hello\nI'm RobotA\n" }),
			() => sent('enter_chat'),
		],
		['template_card', botNode('reply', { ...card, ...feedback }), () => unique(message.json)],
		['stream', botNode('reply', { content: 'x', ...feedback }), () => unique(message.json)],
		[
			'update_template_card',
			botNode('updateCard', { ...card, ...feedback, userids: 'USERID1, USERID2' }),
			() => sent('template_card_event', { template_card_event: { task_id: 'task-1' } }),
		],
	])('%s', async (type, node, body) => {
		n8n.parameters = { responseMode: 'responseNode' };
		n8n.nodes = [node];
		const { reply } = await post(body());
		await n8n.run();
		const sample = sampleOf(type);
		for (const [name, value] of Object.entries(reply!)) {
			expect(Object.keys(sample)).toContain(name);
			// A card's own fields differ by its type.
			if (name === 'template_card')
				expect((value as IDataObject).feedback ?? { id: 'FEEDBACKID' }).toEqual({
					id: 'FEEDBACKID',
				});
			else if (typeof value === 'object' && value !== null && !Array.isArray(value))
				expect(Object.keys(sample[name] as IDataObject)).toEqual(
					expect.arrayContaining(Object.keys(value)),
				);
			else expect(value).toEqual(sample[name]);
		}
		if (type === 'update_template_card')
			expect(reply).toMatchObject({ template_card: { task_id: 'task-1' } });
		if (type === 'welcome text') expect(reply).toEqual(sample);
	});

	it('a first answer and a card behind it', async () => {
		n8n.parameters = { botOptions: { firstAnswer: 'Wait' } };
		n8n.nodes = [botNode('reply', { ...card, ...feedback })];
		const { reply } = await post(unique({ ...message.json, from: { userid: 'another' } }));
		const { id } = reply!.stream as IDataObject;
		await n8n.run();
		const poll = unique({
			msgtype: 'stream',
			aibotid: 'AIBOTID',
			from: { userid: 'u' },
			stream: { id },
		});
		const { reply: last } = await post(poll);
		const sample = sampleOf('stream_with_template_card');
		expect(last).toMatchObject({ msgtype: sample.msgtype, stream: { id, finish: true } });
		expect(Object.keys(sample)).toEqual(expect.arrayContaining(Object.keys(last!)));
		expect(n8n.items).toHaveLength(1);
	});
});
