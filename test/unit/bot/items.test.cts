import { botFilter } from '../../../nodes/shared/bot/fields';
import { frameText } from '../../../nodes/shared/bot/agentText';
import { botItem, botKind, botKindOptions, matchesBot } from '../../../nodes/shared/bot/items';
import { agentInput, textOf, withoutMention } from '../../../nodes/shared/bot/words';
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
			wecom: {
				...(callback.wecom as object),
				transport: 'websocket',
				answerBy: '2026-01-03T03:04:05.000Z',
				run: expect.any(String),
			},
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
				answerBy: '2026-01-03T03:04:05.000Z',
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

	const origin = { transport: 'callback', botId: 'B' } as const;
	it.each([
		['@Robot how are you?', 'how are you?'],
		['@My Robot\u2005how are you?', 'how are you?'],
		['@My Robot  /stop', '/stop'],
		['  @Robot\nhi', 'hi'],
		['＠机器人 /list', '/list'],
		['@张三 @机器人 /list', '/list'],
		['@机器人 这是', '这是'],
		['@机器人，你好', '你好'],
		['@机器人: hi', 'hi'],
		['@My Robot\u2005@张 三\u2005你好', '你好'],
		['@机器人\u3000你好\n第二行', '你好\n第二行'],
		// Certainly a mention and nothing else.
		['@Robot\u2005', ''],
		// No mention, or one whose end nobody can tell: nothing is lost.
		['@大黄你好', '@大黄你好'],
		['@Robot', '@Robot'],
		['@Robot ', '@Robot '],
		['@ops.example.com is down', '@ops.example.com is down'],
		['ask @Robot', 'ask @Robot'],
		['a@b.example', 'a@b.example'],
	])('takes the mention off %j', (content, left) => {
		const options = { stripMention: true };
		expect(botItem(group(content), origin, options)).toMatchObject({ text: { content: left } });
		const single = { ...group(content), chattype: 'single' };
		expect(botItem(single, origin, options)).toMatchObject({ text: { content } });
	});

	it.each([
		['大黄', '@大黄你好', '你好'],
		['Claude Code', '@Claude Code /list', '/list'],
		['Claude Code', '@claude code /list', '/list'],
		['机器人', '@张三 @机器人 /list', '/list'],
		['机器人', '@机器人', ''],
		['@机器人', '请看 @机器人', '请看'],
		['A.I. (new)', '@A.I. (new) hi', 'hi'],
		['机器人', '@张三 你好', '@张三 你好'],
		['机器人', '@机器人，你好', '你好'],
		['机器人', '你好 @机器人 在吗', '你好 在吗'],
		['机器人', '@机器人 @张三 订票', '@张三 订票'],
		['大黄', '@大黄 请叫 @大黄蜂', '请叫 @大黄蜂'],
		['Bot', '@Bottom line', '@Bottom line'],
		['大黄', 'write to a@大黄.com', 'write to a@大黄.com'],
	])('with the name %j takes its mention off %j', (botName, content, left) => {
		const options = { stripMention: true, botName };
		const item = botItem(group(content), origin, options);
		expect(item).toMatchObject({ text: { content: left } });
		expect(item.chatInput).toBe(left || undefined);
	});

	it('finds the mention in any text of a mixed message, and takes lists as they are', () => {
		const item = (msg_item: unknown) =>
			botItem({ ...group(''), msgtype: 'mixed', mixed: { msg_item } } as never, origin, {
				stripMention: true,
			}) as { mixed: { msg_item: unknown }; chatInput?: string };
		const image = { msgtype: 'image', image: { url: 'u' } };
		const text = (content: string) => ({ msgtype: 'text', text: { content } });
		expect(item([image, text('@Robot look')])).toMatchObject({
			mixed: { msg_item: [image, text('look')] },
			chatInput: 'look',
		});
		expect(item([]).mixed.msg_item).toEqual([]);
		expect(item([null, image]).mixed.msg_item).toEqual([null, image]);
		expect(item(undefined).mixed.msg_item).toBeUndefined();
	});

	it('reads the words of voice and mixed messages', () => {
		expect(textOf({ msgtype: 'voice', voice: { content: 'spoken' } })).toBe('spoken');
		const msg_item = [{ text: { content: 'a' } }, { image: {} }, { text: { content: 'b' } }, null];
		expect(textOf({ mixed: { msg_item } } as never)).toBe('a\nb');
		expect(textOf({ image: { url: 'x' } })).toBe('');
	});

	const quote = { msgtype: 'text', text: { content: 'one\ntwo' } };
	it.each([
		[{ ...group('translate'), quote }, {}, '> one\n> two\n\ntranslate'],
		[{ ...group('translate'), quote }, { includeQuote: false }, 'translate'],
		[{ ...group('@Robot\u2005'), quote }, { stripMention: true }, 'one\ntwo'],
		[
			{ ...group('what?'), quote: { msgtype: 'voice', voice: { content: 'spoken' } } },
			{},
			'> spoken\n\nwhat?',
		],
		[
			{
				...group('what?'),
				quote: { mixed: { msg_item: [{ text: { content: 'a' } }, { image: {} }] } },
			},
			{},
			'> a\n\nwhat?',
		],
		[
			{ ...group('what?'), quote: { msgtype: 'image', image: { url: 'u' } } },
			{},
			'> [Image]\n\nwhat?',
		],
		[
			{ ...group('@Robot\u2005'), quote: { msgtype: 'file', file: { url: 'u' } } },
			{ stripMention: true },
			'[File]',
		],
		[{ ...group('hi') }, { nameSpeaker: true }, 'lisi: hi'],
		[{ ...group('hi'), chattype: 'single' }, { nameSpeaker: true }, 'hi'],
		[{ from: { userid: 'lisi' }, msgtype: 'image', image: { url: 'u' } }, {}, '[Image]'],
	])('gives an agent its input: %j %j', (body, options, chatInput) => {
		expect(botItem(body as never, origin, options).chatInput).toBe(chatInput);
	});

	it('has a memory per chat, or per person in groups, too', () => {
		const session = (body: object, options: object) =>
			botItem(body as never, origin, options).sessionId;
		expect(session(group('x'), {})).toBe('B:C');
		expect(session(group('x'), { session: 'person' })).toBe('B:C:lisi');
		const single = { ...group('x'), chatid: undefined, chattype: 'single' };
		expect(session(single, { session: 'person' })).toBe('B:lisi');
		expect(agentInput({}, '', {})).toBe('');
	});

	it('knows the group of an event about authorizations', () => {
		const event = {
			chattype: 'group',
			from: { userid: 'lisi', chat_id: 'wrGroup' },
			msgtype: 'event',
			event: { eventtype: 'auth_change_event', auth_change_event: { auth_list: [1, 2] } },
		};
		expect(botItem(event, origin)).toMatchObject({
			sessionId: 'B:wrGroup',
			wecom: { kind: 'bot:auth_change_event', known: true },
		});
		expect(matchesBot(event, botFilter(['*'], { chats: 'wrGroup' }))).toBe(true);
		expect(matchesBot(event, botFilter(['*'], { chats: 'other' }))).toBe(false);
	});

	it('knows the question after a version, which no reply answers', () => {
		const event = {
			from: { userid: 'lisi' },
			msgtype: 'event',
			event: { eventtype: 'enter_check_update' },
		};
		const { wecom } = botItem(event, { ...origin, transport: 'websocket' });
		expect(wecom).toMatchObject({ kind: 'bot:enter_check_update', known: true });
		expect(wecom).not.toHaveProperty('answerBy');
	});

	it('tells a thumb in words', () => {
		const rated = (type: number) =>
			botItem(
				{
					from: { userid: 'lisi' },
					msgtype: 'event',
					event: {
						eventtype: 'feedback_event',
						feedback_event: { id: 'answer-42', type, content: 'no' },
					},
				},
				origin,
			).wecom as { feedback?: unknown };
		expect(rated(1).feedback).toEqual({ id: 'answer-42', rating: 'up', content: 'no' });
		expect(rated(2).feedback).toMatchObject({ rating: 'down' });
		expect(rated(3).feedback).toMatchObject({ rating: 'withdrawn' });
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
		'bot:auth_change_event',
		'bot:enter_chat',
		'bot:enter_check_update',
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

describe('texts that nobody writes', () => {
	/** Processor time, whatever else the machine does: a pattern that tries all ways takes minutes, and nothing can stop it. */
	const millisecondsOf = (work: () => unknown) => {
		const before = process.cpuUsage();
		work();
		return process.cpuUsage(before).user / 1_000;
	};
	it.each(['my bot', ''])('many mentions, with the name %j', (name) => {
		const text = `${'@a   '.repeat(20)}x`;
		expect(millisecondsOf(() => withoutMention(text, name))).toBeLessThan(2_500);
		const more = '@a   '.repeat(20_000);
		expect(withoutMention(`${more}@my bot hello`, 'my bot')).toBe('hello');
	});
	it('halves of characters at the end of what an agent says', () => {
		const text = `${'\ufffd'.repeat(60_000)}!`;
		expect(millisecondsOf(() => frameText(text, 20_480))).toBeLessThan(2_500);
	});
});
