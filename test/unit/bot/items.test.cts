import { botFilter } from '../../../nodes/shared/bot/fields';
import {
	botItem,
	botKind,
	botKindOptions,
	matchesBot,
	textOf,
} from '../../../nodes/shared/bot/items';
import samples from '../../fixtures/bot-samples.json';

const receivedAt = new Date('2026-01-02T03:04:05Z');
const group = (content: string) => ({
	msgid: 'm1',
	aibotid: 'B',
	chatid: 'C',
	chattype: 'group',
	from: { userid: 'lisi' },
	msgtype: 'text',
	text: { content },
});
const enter = {
	msgtype: 'event',
	from: { userid: 'lisi' },
	event: { eventtype: 'enter_chat' },
};

describe('botItem', () => {
	it.each(samples.map(({ json }) => [botKind(json), json] as const))(
		'keeps all of %s',
		(kind, json) => {
			const item = botItem(json, { transport: 'callback', botId: 'B' }, { receivedAt });
			expect(item).toMatchObject(json);
			expect(item.wecom).toMatchObject({ family: 'bot', kind, known: kind !== 'bot:stream' });
		},
	);

	it('is alike for both transports', () => {
		const [callback, websocket] = (['callback', 'websocket'] as const).map((transport) =>
			botItem(group('hi'), { transport, botId: 'B' }, { receivedAt }),
		);
		expect(websocket).toEqual({
			...callback,
			wecom: { ...(callback.wecom as object), transport: 'websocket', run: expect.any(String) },
		});
		expect(
			botItem(group('hi'), { transport: 'websocket', botId: 'B', reqId: 'R' }, { receivedAt }),
		).toEqual({
			...group('hi'),
			chatInput: 'hi',
			sessionId: 'B:C',
			wecom: {
				family: 'bot',
				kind: 'bot:text',
				known: true,
				transport: 'websocket',
				botId: 'B',
				reqId: 'R',
				receivedAt: '2026-01-02T03:04:05.000Z',
				answerBy: '2026-01-02T03:10:05.000Z',
				run: expect.any(String),
			},
		});
	});

	it.each([
		[enter, '2026-01-02T03:04:10.000Z'],
		[{ ...enter, event: { eventtype: 'feedback_event' } }, undefined],
		[group('x'), '2026-01-02T03:10:05.000Z'],
	])('tells until when WeCom takes a reply', (body, answerBy) => {
		const { wecom } = botItem(body, { transport: 'callback', botId: 'B' }, { receivedAt });
		expect((wecom as { answerBy?: string }).answerBy).toBe(answerBy);
	});

	it.each([
		['@Robot how are you?', 'how are you?'],
		['@My Robot\u2005how are you?', 'how are you?'],
		['@Robot', ''],
		['  @Robot\nhi', 'hi'],
		['ask @Robot', 'ask @Robot'],
		['a@b.example', 'a@b.example'],
		['@机器人 这是', '这是'],
	])('takes the mention off %j', (content, left) => {
		const options = { stripMention: true };
		const origin = { transport: 'callback', botId: 'B' } as const;
		expect(botItem(group(content), origin, options)).toMatchObject({ text: { content: left } });
		const mixed = {
			msg_item: [
				{ msgtype: 'text', text: { content } },
				{ msgtype: 'image', image: {} },
			],
		};
		expect(botItem({ ...group(''), msgtype: 'mixed', mixed }, origin, options)).toMatchObject({
			mixed: { msg_item: [{ text: { content: left } }, { image: {} }] },
		});
		const single = { ...group(content), chattype: 'single' };
		expect(botItem(single, origin, options)).toMatchObject({ text: { content } });
	});

	it('reads the words of voice and mixed messages', () => {
		expect(textOf({ msgtype: 'voice', voice: { content: 'spoken' } })).toBe('spoken');
		const msg_item = [{ text: { content: 'a' } }, { image: {} }, { text: { content: 'b' } }, null];
		expect(textOf({ mixed: { msg_item } } as never)).toBe('a\nb');
		expect(textOf({ image: { url: 'x' } })).toBe('');
	});
});

describe('matchesBot', () => {
	it.each([
		[['*'], {}, group('x'), true],
		[['bot:text'], {}, group('x'), true],
		[['bot:image'], {}, group('x'), false],
		[['bot:enter_chat'], { chatType: 'single' }, enter, true],
		[['*'], { chatType: 'single' }, group('x'), false],
		[['*'], { chatType: 'group' }, group('x'), true],
		[['*'], { chatType: 'any', chats: 'A, C' }, group('x'), true],
		[['*'], { chats: 'A' }, group('x'), false],
		[['*'], { users: 'zhangsan lisi' }, group('x'), true],
		[['*'], { users: 'zhangsan' }, group('x'), false],
		[['*'], { users: 'lisi' }, { ...group('x'), from: undefined }, false],
	])('%j %j', (kinds, filters, body, wanted) => {
		expect(matchesBot(body as never, botFilter(kinds, filters))).toBe(wanted);
	});
});

it('offers every kind once, and all of them together', () => {
	const values = botKindOptions().map(({ value }) => value);
	expect(values.sort()).toEqual([
		'*',
		'bot:enter_chat',
		'bot:feedback_event',
		'bot:file',
		'bot:image',
		'bot:mixed',
		'bot:template_card_event',
		'bot:text',
		'bot:video',
		'bot:voice',
	]);
	expect(botKind({ msgtype: 'event', event: { eventtype: 'new_event' } })).toBe('bot:new_event');
	expect(botKind({})).toBe('bot:unknown');
});
