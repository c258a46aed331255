import type { IDataObject } from 'n8n-workflow';
import type { BotControl } from '../../simulator/bot/control.cts';
import { DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { binaryBytes, binaryItem, logged } from '../support/harness.cts';
import { agentNode, BotInstance, botNode, workerNode } from './bot-support.cts';
import { useSimulator } from './support.cts';

const { botId, callback, name } = DEMO_CALLBACK_BOT;
const simulator = useSimulator();
const n8n = new BotInstance();
let bots: BotControl;

beforeAll(async () => await n8n.start());
afterAll(async () => await n8n.stop());
beforeEach(() => {
	n8n.reset();
	({ bots } = simulator());
	bots.setBot(botId, { callback: { ...callback, url: n8n.callbackUrl } });
	bots.setPollInterval(20);
});

const WAITS = { responseMode: 'responseNode' };
const FIRST = { botOptions: { firstAnswer: 'Thinking…' } };
const texts = async (msgid: string) =>
	(await bots.waitForReply(msgid)).map(({ via, text }) => [via, text]);

describe('the trigger', () => {
	it('passes the verification of its URL', async () => {
		expect(await bots.verifyUrl(botId)).toMatchObject({ ok: true, status: 200 });
		const wrong = await bots.saveCallback(botId, { ...callback, token: 'x', url: n8n.callbackUrl });
		expect(wrong).toMatchObject({ ok: false });
	});

	it('makes an item of a message, and answers nothing by itself', async () => {
		const { body, outcomes } = await bots.say(botId, {
			chatid: 'team',
			text: 'how are you?',
			quote: { text: 'before' },
		});
		expect(n8n.items).toEqual([
			{
				...body,
				chatInput: `> before\n\n@${name} how are you?`,
				sessionId: `${botId}:team`,
				wecom: {
					family: 'bot',
					kind: 'bot:text',
					known: true,
					transport: 'callback',
					botId,
					receivedAt: expect.any(String) as string,
					answerBy: expect.any(String) as string,
					run: expect.any(String) as string,
				},
			},
		]);
		expect(outcomes).toEqual([expect.objectContaining({ status: 200 })]);
		expect(outcomes[0].reply).toBeUndefined();
	});

	it('takes the mention off, and filters by kind, chat and user', async () => {
		n8n.parameters = {
			events: ['bot:text'],
			filters: { chatType: 'group', users: 'lisi, wangwu' },
			botOptions: { stripMention: true },
		};
		await bots.say(botId, { from: 'lisi', text: 'alone' });
		await bots.say(botId, { from: 'zhangsan', chatid: 'team', text: 'not me' });
		await bots.enterChat(botId, { from: 'lisi' });
		const sent = await bots.say(botId, { from: 'lisi', chatid: 'team', text: 'me' });
		expect(sent.delivered).toBe(true);
		expect(n8n.items.map(({ chatInput }) => chatInput)).toEqual(['me']);
	});

	it('starts one execution for a message that is sent again', async () => {
		n8n.parameters = FIRST;
		const { body } = await bots.say(botId, { text: 'once', options: { attempts: 1 } as never });
		const again = await bots.say(botId, { text: 'once', fields: { msgid: body.msgid } });
		expect(n8n.items).toHaveLength(1);
		// WeCom may have missed the first answer: it gets the same stream.
		expect(again.outcomes[0].reply).toMatchObject({ stream: { content: 'Thinking…' } });
	});

	it('downloads and decrypts files, and keeps the item where that fails', async () => {
		n8n.parameters = { botOptions: { downloadMedia: true } };
		n8n.nodes = [agentNode('x')];
		const png = Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64');
		await bots.say(botId, {
			mixed: [{ text: 'see' }, { image: { filename: 'a.png', base64: png.toString('base64') } }],
			quote: { file: { filename: 'b.pdf', base64: Buffer.from('%PDF-1.7').toString('base64') } },
		});
		const run = await n8n.run();
		const [item] = run.items('WeCom Trigger');
		expect(await binaryBytes(item, 'data')).toEqual(png);
		expect((await binaryBytes(item, 'data_2')).toString()).toBe('%PDF-1.7');
		expect((item.json.wecom as IDataObject).media).toEqual([
			{
				path: 'mixed.msg_item[1].image',
				type: 'image',
				binary: 'data',
				fileName: 'image.png',
			},
			{
				path: 'quote.file',
				type: 'file',
				binary: 'data_2',
				fileName: 'file.pdf',
			},
		]);

		n8n.reset();
		n8n.parameters = { botOptions: { downloadMedia: true } };
		const image = { url: `${simulator().url}/aibot-media/none` };
		await bots.say(botId, { text: 'x', fields: { msgtype: 'image', image } });
		expect(n8n.items[0]).toMatchObject({
			image,
			wecom: {
				media: [
					{
						path: 'image',
						type: 'image',
						reason: expect.stringContaining('(HTTP 404). Links to files work for five minutes'),
					},
				],
			},
		});
	});

	it('gives a first answer, keeps it up, and ends it with the closing text', async () => {
		n8n.parameters = { botOptions: { firstAnswer: 'Thinking…', closingText: 'No answer today' } };
		const { msgid, outcomes } = await bots.say(botId, { text: 'x' });
		expect(outcomes[0]).toMatchObject({
			reply: { msgtype: 'stream', stream: { content: 'Thinking…', finish: false } },
		});
		const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 6 * 60_000 - 10_000);
		try {
			expect(await texts(msgid)).toEqual([['reply', 'No answer today']]);
		} finally {
			now.mockRestore();
		}
	});

	it('opens no fourth stream for a person who waits for three', async () => {
		n8n.parameters = FIRST;
		bots.setMaxInProgress(10);
		const sent = [];
		for (let i = 0; i < 4; i++) sent.push(await bots.say(botId, { from: 'lisi', text: `${i}` }));
		const other = await bots.say(botId, { from: 'wangwu', text: 'me too' });
		const began = [...sent, other].map(({ outcomes }) => Boolean(outcomes[0].reply));
		expect(began).toEqual([true, true, true, false, true]);
	});
});

describe('Reply', () => {
	it('finds its message behind an AI Agent, and goes to the response_url by default', async () => {
		n8n.nodes = [agentNode('**42**'), botNode('reply')];
		const { msgid } = await bots.say(botId, { text: 'what?' });
		const run = await n8n.run();
		expect(run.json('reply')).toEqual([{ via: 'responseUrl', botId, msgid }]);
		expect(await texts(msgid)).toEqual([['response_url', '**42**']]);
	});

	it('is the answer WeCom waits for', async () => {
		n8n.parameters = WAITS;
		n8n.nodes = [botNode('reply', { content: 'at once', replyOptions: { feedback_id: 'f-1' } })];
		const { msgid, outcomes } = await bots.say(botId, { text: 'what?' });
		expect((await n8n.run()).json('reply')).toEqual([{ via: 'answer', botId, msgid }]);
		expect(outcomes[0].problem).toBeUndefined();
		const [entry] = await bots.waitForReply(msgid);
		expect(entry).toMatchObject({ text: 'at once', stream: { finish: true, feedbackId: 'f-1' } });
	});

	it('takes the place of the first answer', async () => {
		n8n.parameters = FIRST;
		n8n.nodes = [agentNode('done', 120), botNode('reply')];
		const { msgid } = await bots.say(botId, { text: 'what?' });
		const [entry] = await bots.waitForReply(msgid);
		expect((await n8n.run()).json('reply')).toEqual([{ via: 'stream', botId, msgid }]);
		expect(entry.stream!.updates[0].content).toBe('Thinking…');
		expect(entry).toMatchObject({ text: 'done', stream: { finish: true } });
	});

	it.each([
		['is handed over by n8n', WAITS, 'answer'],
		['is handed to the URL of the trigger', FIRST, 'stream'],
		['goes to the response_url', {}, 'responseUrl'],
	])('from a worker %s', async (_how, parameters, via) => {
		n8n.action = workerNode();
		n8n.parameters = parameters;
		n8n.nodes = [botNode('reply', { content: 'from afar' })];
		const { msgid } = await bots.say(botId, { text: 'what?' });
		const entries = await bots.waitForReply(msgid);
		expect((await n8n.run()).json('reply')).toEqual([{ via, botId, msgid }]);
		expect(entries.at(-1)).toMatchObject({ text: 'from afar' });
		expect(bots.outcomes().filter(({ problem }) => problem)).toEqual([]);
	});

	it.each([false, true])(
		'goes to the response_url the second time (worker: %s)',
		async (worker) => {
			if (worker) n8n.action = workerNode();
			n8n.parameters = WAITS;
			n8n.nodes = [
				botNode('reply', { content: 'one' }),
				botNode('reply', { content: 'two' }, 'again'),
			];
			const { msgid } = await bots.say(botId, { text: 'what?' });
			const run = await n8n.run();
			expect(['reply', 'again'].map((node) => run.json(node)[0].via)).toEqual([
				'answer',
				'responseUrl',
			]);
			expect(await texts(msgid)).toEqual([
				['reply', 'one'],
				['response_url', 'two'],
			]);
		},
	);

	it('sends what a stream cannot show to the response_url', async () => {
		n8n.parameters = WAITS;
		n8n.nodes = [botNode('reply', { content: '长'.repeat(8_000) })];
		const { msgid } = await bots.say(botId, { text: 'what?' });
		await n8n.run();
		const entries = await bots.waitForReply(msgid);
		expect(entries.map(({ via }) => via)).toEqual(['reply', 'response_url']);
		expect(entries.map(({ text }) => text).join('')).toBe('长'.repeat(8_000));
	});

	it('closes a code block where the stream ends, and opens it again in the second message', async () => {
		n8n.parameters = WAITS;
		const lines = Array.from({ length: 2_000 }, (_, line) => `SELECT ${line};`);
		n8n.nodes = [botNode('reply', { content: `\`\`\`sql\n${lines.join('\n')}\n\`\`\`` })];
		const { msgid } = await bots.say(botId, { text: 'what?' });
		const run = await n8n.run();
		expect(run.json('reply')[0]).not.toHaveProperty('warning');
		const entries = await bots.waitForReply(msgid);
		expect(entries.map(({ via }) => via)).toEqual(['reply', 'response_url']);
		for (const { text } of entries) {
			expect(text).toMatch(/^```sql\n(SELECT \d+;\n)+```$/);
			expect(Buffer.byteLength(text)).toBeLessThanOrEqual(20_480);
		}
		const shown = entries.flatMap(({ text }) => text.match(/SELECT \d+;/g));
		expect(shown).toEqual(lines);
	});

	it('tells when WeCom takes no reply any more', async () => {
		n8n.nodes = [
			botNode('reply', { content: 'one' }),
			botNode('reply', { content: 'two' }, 'again'),
		];
		await bots.say(botId, { text: 'what?' });
		const [run] = await Promise.all(n8n.runs);
		expect(run.nodeError('again')).toMatchObject({
			message: expect.stringContaining('846606'),
			description: expect.stringContaining('takes one reply within an hour'),
		});
		expect(JSON.stringify(run.run.data)).not.toContain('response_code=undefined');

		n8n.reset();
		n8n.nodes = [botNode('reply', { content: 'one' })];
		await bots.say(botId, { text: 'what?', fields: { response_url: '' } });
		const [without] = await Promise.all(n8n.runs);
		expect(without.nodeError('reply')).toMatchObject({
			message: 'WeCom takes no reply to this message any more',
			description: expect.stringContaining("'First Answer'"),
		});
	});

	it.each([
		// Right behind the trigger there is no answer yet: its text is an object.
		[[botNode('reply')], "'Content' is an object where WeCom needs text"],
		[[agentNode(' '), botNode('reply')], "'Content' is empty"],
	])('asks for a text', async (nodes, message) => {
		n8n.nodes = nodes;
		await bots.say(botId, { text: 'what?' });
		const [run] = await Promise.all(n8n.runs);
		expect(run.nodeError('reply')?.message).toBe(message);
	});

	it('sends a card as the answer, behind a first answer, and to the response_url', async () => {
		const card = { msgtype: 'template_card', main_title: 'Order', card_url: 'https://example.com' };
		for (const [parameters, via] of [
			[WAITS, 'answer'],
			[FIRST, 'stream'],
			[{}, 'responseUrl'],
		] as const) {
			n8n.reset();
			n8n.parameters = parameters;
			n8n.nodes = [botNode('reply', card)];
			const { msgid } = await bots.say(botId, { text: via });
			const entries = await bots.waitForReply(msgid);
			expect((await n8n.run()).json('reply')).toEqual([expect.objectContaining({ via })]);
			expect(entries.at(-1)!.card).toMatchObject({ main_title: { title: 'Order' } });
		}
		expect(bots.outcomes().filter(({ problem }) => problem)).toEqual([]);
	});

	it('asks what people think of a card that is the answer', async () => {
		const card = { msgtype: 'template_card', main_title: 'Order', card_url: 'https://example.com' };
		n8n.parameters = { ...WAITS, botOptions: { askForFeedback: true } };
		n8n.nodes = [botNode('reply', card)];
		const { msgid } = await bots.say(botId, { text: 'A card, please' });
		const [entry] = await bots.waitForReply(msgid);
		const { feedbackId } = n8n.items[0].wecom as { feedbackId: string };
		expect(entry.card).toMatchObject({ feedback: { id: feedbackId } });
	});

	it.each([
		['its own ID', {}, 'of-the-card'],
		["that of the option 'Feedback ID'", { feedback_id: 'of-the-form' }, 'of-the-form'],
	])('a card given as JSON keeps %s', async (_what, replyOptions, id) => {
		const template_card = {
			...{
				card_type: 'text_notice',
				main_title: { title: 'Order' },
				feedback: { id: 'of-the-card' },
			},
			card_action: { type: 1, url: 'https://example.com' },
		};
		n8n.parameters = { ...WAITS, botOptions: { askForFeedback: true } };
		const card = { msgtype: 'template_card', card_type: 'json', template_card, replyOptions };
		n8n.nodes = [botNode('reply', card)];
		const { msgid } = await bots.say(botId, { text: 'A card, please' });
		const [entry] = await bots.waitForReply(msgid);
		expect(entry.card).toMatchObject({ feedback: { id } });
	});

	it('puts an image into the stream, and says what cannot be sent', async () => {
		n8n.parameters = FIRST;
		const data = {
			data: Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64'),
			fileName: 'a.png',
			mimeType: 'image/png',
		};
		const { binary } = await binaryItem({}, { data });
		const withFile = { name: 'File', type: 'test.file' };
		n8n.nodes = [withFile, botNode('reply', { msgtype: 'image' })];
		n8n.file = binary!;
		const { msgid } = await bots.say(botId, { text: 'draw' });
		const [entry] = await bots.waitForReply(msgid);
		expect(entry.stream!.images).toEqual([{ md5: expect.any(String) as string, size: 16 }]);

		n8n.reset();
		n8n.file = binary!;
		n8n.nodes = [withFile, botNode('reply', { msgtype: 'file' })];
		await bots.say(botId, { text: 'draw' });
		const [run] = await Promise.all(n8n.runs);
		expect(run.nodeError('reply')).toMatchObject({
			message: 'A file cannot be sent in callback mode',
		});
	});
});

describe('Stream Reply', () => {
	const steps = [
		botNode('streamReply', { content: 'A' }, 'one'),
		agentNode('ignored', 60),
		botNode('streamReply', { content: ' B' }, 'two'),
		botNode('streamReply', { step: 'finish', content: ' C' }, 'end'),
	];

	it.each([
		['in this process', false, WAITS, ['answer', 'stream', 'stream']],
		['behind a first answer', false, FIRST, ['stream', 'stream', 'stream']],
		['from a worker', true, FIRST, ['stream', 'stream', 'stream']],
		['from a worker that holds the callback open', true, WAITS, ['answer', 'stream', 'stream']],
		['without a stream it is collected', false, {}, ['collected', 'collected', 'responseUrl']],
	])('grows %s', async (_where, worker, parameters, ways) => {
		if (worker) n8n.action = workerNode();
		n8n.parameters = parameters;
		n8n.nodes = steps;
		const { msgid } = await bots.say(botId, { text: 'count' });
		const entries = await bots.waitForReply(msgid);
		const run = await n8n.run();
		expect(['one', 'two', 'end'].map((step) => run.json(step)[0].via)).toEqual(ways);
		expect(entries.at(-1)!.text).toBe('A B C');
		expect(bots.outcomes().filter(({ problem }) => problem)).toEqual([]);
	});

	it.each([false, true])(
		'keeps its text when a card or an image ends it (worker: %s)',
		async (worker) => {
			const data = {
				data: Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64'),
				fileName: 'a.png',
				mimeType: 'image/png',
			};
			const { binary } = await binaryItem({}, { data });
			for (const ending of [
				{ msgtype: 'template_card', main_title: 'Order', card_url: 'https://example.com' },
				{ msgtype: 'image' },
			]) {
				n8n.reset();
				if (worker) n8n.action = workerNode();
				n8n.file = binary!;
				n8n.parameters = FIRST;
				n8n.nodes = [steps[0], { name: 'File', type: 'test.file' }, botNode('reply', ending)];
				const { msgid } = await bots.say(botId, { text: 'count' });
				const [entry] = await bots.waitForReply(msgid);
				expect(entry).toMatchObject({ text: 'A', stream: { finish: true } });
				if (ending.msgtype === 'image') expect(entry.stream!.images).toHaveLength(1);
				else expect(entry.card).toMatchObject({ main_title: { title: 'Order' } });
			}
		},
	);

	it('replaces what was shown', async () => {
		n8n.parameters = WAITS;
		n8n.nodes = [
			steps[0],
			botNode('streamReply', { step: 'replace', content: 'new' }, 'other'),
			steps[3],
		];
		const { msgid } = await bots.say(botId, { text: 'count' });
		expect(await texts(msgid)).toEqual([['reply', 'new C']]);
	});
});

describe('events', () => {
	it('are answered with a welcome', async () => {
		n8n.parameters = WAITS;
		n8n.nodes = [botNode('welcome', { content: 'Hi there' })];
		const { msgid, outcomes } = await bots.enterChat(botId, { from: 'lisi' });
		expect(outcomes[0].problem).toBeUndefined();
		expect(await texts(msgid)).toEqual([['welcome', 'Hi there']]);
		await n8n.run();
	});

	it.each([false, true])('are answered with another card (worker: %s)', async (worker) => {
		n8n.nodes = [
			botNode('reply', {
				msgtype: 'template_card',
				card_type: 'button_interaction',
				main_title: 'OK?',
				button_list: { row: [{ text: 'Yes', key: 'yes' }] },
			}),
		];
		const { msgid } = await bots.say(botId, { text: 'ask' });
		const [{ card }] = await bots.waitForReply(msgid);
		n8n.reset();
		if (worker) n8n.action = workerNode();
		n8n.parameters = WAITS;
		n8n.nodes = [botNode('updateCard', { main_title: 'Done', card_url: 'https://example.com' })];
		const taskId = String(card!.task_id);
		const { outcomes } = await bots.clickCard(botId, { taskId, eventKey: 'yes' });
		await n8n.run();
		expect(outcomes[0].problem).toBeUndefined();
		expect(
			bots.transcript({ botId }).find((entry) => entry.card?.task_id === taskId)!.card,
		).toMatchObject({
			main_title: { title: 'Done' },
		});
	});

	it('take words to the response_url, never as an answer WeCom would refuse', async () => {
		const buttons = { card_type: 'button_interaction', button_list: { row: [{ text: 'Go' }] } };
		n8n.nodes = [botNode('reply', { msgtype: 'template_card', main_title: 'OK?', ...buttons })];
		const { msgid: asked } = await bots.say(botId, { text: 'ask' });
		const [{ card }] = await bots.waitForReply(asked);
		for (const nodes of [
			[botNode('reply', { content: 'Thanks' })],
			[
				botNode('streamReply', { content: 'Tha' }, 'one'),
				botNode('streamReply', { step: 'finish', content: 'nks' }, 'two'),
			],
		]) {
			n8n.reset();
			n8n.parameters = WAITS;
			n8n.nodes = nodes;
			const taskId = String(card!.task_id);
			const { msgid, outcomes } = await bots.clickCard(botId, { taskId, eventKey: '1' });
			expect(outcomes[0].reply).toBeUndefined();
			expect(await texts(msgid)).toEqual([['response_url', 'Thanks']]);
		}
		n8n.reset();
		n8n.parameters = WAITS;
		n8n.nodes = [botNode('reply', { content: 'Hello' })];
		await bots.enterChat(botId, { from: 'lisi', again: true });
		const [run] = await Promise.all(n8n.runs);
		expect(run.nodeError('reply')).toMatchObject({
			message: "'Chat: Entered' takes a welcome, not a reply",
		});
	});

	it('say which event an operation answers, and that it needs an open answer', async () => {
		n8n.nodes = [botNode('welcome', { content: 'Hi' })];
		await bots.say(botId, { text: 'x' });
		await bots.enterChat(botId, { from: 'wangwu' });
		const [wrong, late] = await Promise.all(n8n.runs);
		expect(wrong.nodeError('welcome')?.message).toBe("The workflow was started by 'bot:text'");
		expect(late.nodeError('welcome')).toMatchObject({
			message: 'WeCom takes no reply to this message any more',
			description: expect.stringContaining("set 'Respond'"),
		});
	});
});

describe('a test in the editor', () => {
	it('gives no first answer, since its URL hears one callback only, and replies in one piece', async () => {
		n8n.mode = 'manual';
		n8n.parameters = { ...WAITS, ...FIRST };
		n8n.nodes = [
			botNode('streamReply', { content: 'A' }, 'one'),
			botNode('streamReply', { step: 'finish', content: ' B' }, 'end'),
		];
		const { msgid, outcomes } = await bots.say(botId, { text: 'x' });
		expect(outcomes[0].reply).toMatchObject({ stream: { content: 'A B', finish: true } });
		const run = await n8n.run();
		expect(['one', 'end'].map((name) => run.json(name)[0].via)).toEqual(['collected', 'answer']);
		expect(await texts(msgid)).toEqual([['reply', 'A B']]);
	});
});

describe('strangers', () => {
	it('cannot write into a stream, nor send an old reply again', async () => {
		n8n.parameters = FIRST;
		const { msgid } = await bots.say(botId, { text: 'x' });
		const { streamId } = n8n.items[0].wecom as IDataObject;
		const relayed = (at: number) => ({
			msgtype: 'n8n-nodes-wecom-kit:reply',
			streamId,
			at,
			change: { content: 'not yours', finish: true },
		});
		const forged = { ...callback, token: 'another', url: n8n.callbackUrl };
		bots.setBot(botId, { callback: forged });
		const wrong = await bots.say(botId, { text: '', fields: relayed(Date.now()) });
		expect(wrong.outcomes[0].status).toBe(401);
		bots.setBot(botId, { callback: { ...forged, token: callback.token } });
		await bots.say(botId, { text: '', fields: relayed(Date.now() - 61_000) });
		expect(bots.transcript({ replyTo: msgid })[0].text).toBe('Thinking…');
		await bots.say(botId, { text: '', fields: relayed(Date.now()) });
		expect(await texts(msgid)).toEqual([['reply', 'not yours']]);
	});
});

it('leaves no secret in the log', () => {
	expect(logged.length).toBeGreaterThan(0);
	for (const secret of [callback.token, callback.encodingAesKey, 'response_code='])
		expect(JSON.stringify(logged)).not.toContain(secret);
});
