import {
	answerOnce,
	beginConversation,
	changeStream,
	currentStream,
	endReply,
	giveFirstAnswer,
	hearReply,
	isHere,
	isStreaming,
	replyKey,
	showSaid,
	takeRelayed,
	whenChanged,
} from '../../../nodes/shared/bot/callbackReplies';
import { streamIdOf } from '../../../nodes/shared/bot/items';
import { until } from '../../support/wait.cts';

let count = 0;
const message = (userid = `user-${count}`) => ({
	aibotid: 'B',
	msgid: `m-${++count}`,
	from: { userid },
});
const MINUTES = 60_000;
let answers: unknown[] = [];
const respond = (body: unknown) => answers.push(body) > 0;

beforeEach(() => {
	jest.useFakeTimers();
	answers = [];
});
afterEach(() => jest.useRealTimers());

it('names the stream of a message in every process alike', () => {
	expect(streamIdOf({ aibotid: 'a', msgid: 'b' })).toMatch(/^[0-9a-f]{32}$/);
	expect(streamIdOf({ aibotid: 'a', msgid: 'b' })).toBe(
		streamIdOf({ msgid: 'b', aibotid: 'a', x: 1 }),
	);
	expect(streamIdOf({ aibotid: 'a', msgid: 'c' })).not.toBe(
		streamIdOf({ aibotid: 'a', msgid: 'b' }),
	);
});

it('answers with the first change, and shows later ones when WeCom asks', () => {
	const id = beginConversation(message(), Date.now(), { canAsk: true, respond });
	expect(currentStream(id)).toBeUndefined();
	expect(changeStream(id, { content: 'A', feedback: 'f' })).toBe('answer');
	expect(answers).toEqual([
		{ msgtype: 'stream', stream: { id, finish: false, content: 'A', feedback: { id: 'f' } } },
	]);
	expect(changeStream(id, { content: 'A B', feedback: 'f' })).toBe('stream');
	expect(currentStream(id)).toEqual({
		msgtype: 'stream',
		stream: { id, finish: false, content: 'A B' },
	});
	expect(changeStream(id, { content: 'A B C', finish: true, images: [{ msgtype: 'image' }] })).toBe(
		'stream',
	);
	const last = {
		msgtype: 'stream',
		stream: { id, finish: true, content: 'A B C', msg_item: [{ msgtype: 'image' }] },
	};
	expect(currentStream(id)).toEqual(last);
	// A question that WeCom repeats gets the same.
	expect(currentStream(id)).toEqual(last);
	expect(changeStream(id, { content: 'more' })).toBeUndefined();
	expect(answers).toHaveLength(1);
});

it('asks for feedback also where a reply comes before the first answer has gone out', () => {
	const id = beginConversation(message(), Date.now(), { canAsk: true });
	giveFirstAnswer(id, 'Wait', { feedback: 'f' });
	changeStream(id, { content: 'Look', finish: true, feedback: undefined });
	expect(currentStream(id)).toMatchObject({ stream: { content: 'Look', feedback: { id: 'f' } } });
});

it('shows a card once', () => {
	const id = beginConversation(message(), Date.now(), { canAsk: true });
	giveFirstAnswer(id, 'Wait');
	changeStream(id, { content: 'Look', card: { card_type: 'x' } });
	expect(currentStream(id)).toMatchObject({
		msgtype: 'stream_with_template_card',
		template_card: { card_type: 'x' },
	});
	expect(currentStream(id)).toEqual({
		msgtype: 'stream',
		stream: { id, finish: false, content: 'Look' },
	});
});

it('ends by itself before WeCom does, with the closing text if nothing else was said', () => {
	const [silent, spoken] = ['s', 't'].map((user) => {
		const id = beginConversation(message(user), Date.now(), { canAsk: true });
		giveFirstAnswer(id, 'Wait', { closingText: 'Sorry' });
		return id;
	});
	changeStream(spoken, { content: 'Half' });
	jest.advanceTimersByTime(5.5 * MINUTES);
	expect(currentStream(silent)).toMatchObject({ stream: { content: 'Wait', finish: false } });
	jest.advanceTimersByTime(0.3 * MINUTES);
	expect(changeStream(spoken, { content: 'too late' })).toBeUndefined();
	expect(currentStream(silent)).toMatchObject({ stream: { content: 'Sorry', finish: true } });
	expect(currentStream(spoken)).toMatchObject({ stream: { content: 'Half', finish: true } });
});

it('gives an answer that is no stream once', () => {
	const id = beginConversation(message(), Date.now(), { canAsk: false, respond });
	expect(answerOnce(id, { msgtype: 'text' })).toBe('answer');
	expect(answerOnce(id, { msgtype: 'text' })).toBeUndefined();
	expect(changeStream(id, { content: 'x', finish: true })).toBeUndefined();
	expect(answers).toEqual([{ msgtype: 'text' }]);
	expect(isHere(id)).toBe(true);
});

it('says so when WeCom has hung up', () => {
	const id = beginConversation(message(), Date.now(), { canAsk: true, respond: () => false });
	expect(changeStream(id, { content: 'x' })).toBeUndefined();
	expect(currentStream(id)).toBeUndefined();
	expect(isHere(id)).toBe(true);
	expect(isHere('another')).toBe(false);
});

it('begins no stream where WeCom cannot ask after it', () => {
	const id = beginConversation(message(), Date.now(), { canAsk: false, respond });
	expect(changeStream(id, { content: 'x' })).toBeUndefined();
	expect(changeStream(id, { content: 'x y', finish: true })).toBe('answer');
});

it('lets a person wait for three replies at a time', () => {
	const begin = () => beginConversation(message('busy'), Date.now(), { canAsk: true });
	const ids = [begin(), begin(), begin(), begin()];
	expect(ids.map((id) => giveFirstAnswer(id, 'Wait'))).toEqual([true, true, true, false]);
	changeStream(ids[0], { content: 'done', finish: true });
	expect(giveFirstAnswer(ids[3], 'Wait')).toBe(true);
	expect(ids.map(isStreaming)).toEqual([false, true, true, true]);
});

it('people who wait for a bot of another owner with the same ID do not count', () => {
	const begin = (token: string, serial: number) =>
		beginConversation(
			message('waiting'),
			Date.now(),
			{ canAsk: true },
			replyKey({ token }, `stream-${serial}`),
		);
	const foreign = [1, 2, 3].map((serial) => begin('of-the-attacker', serial));
	expect(foreign.map((id) => giveFirstAnswer(id, 'Wait'))).toEqual([true, true, true]);
	expect(giveFirstAnswer(begin('of-the-owner', 4), 'Wait')).toBe(true);
});

it('a step behind a card is given back as it is when its workflow fails', () => {
	const id = beginConversation(message(), Date.now(), { canAsk: true, respond });
	hearReply(id);
	answerOnce(id, { msgtype: 'template_card' });
	changeStream(id, { content: 'One.' });
	expect(endReply(id, true)).toEqual(['One.']);
});

it('takes what another process hands over, the newest only, and no old copy', () => {
	const id = beginConversation(message(), Date.now(), { canAsk: true });
	giveFirstAnswer(id, 'Wait');
	const now = Date.now();
	const take = (at: number, content: string) =>
		takeRelayed({ streamId: id, at, change: { content } }, now);
	expect(take(now, 'new')).toBe('stream');
	expect(take(now - 1, 'older')).toBeUndefined();
	expect(take(now, 'again')).toBeUndefined();
	expect(take(now - 61_000, 'old')).toBeUndefined();
	expect(take(Number.NaN, 'none')).toBeUndefined();
	expect(currentStream(id)).toMatchObject({ stream: { content: 'new' } });
});

it('forgets old conversations, and keeps no more than it may', () => {
	const first = beginConversation(message(), Date.now(), { canAsk: true });
	jest.advanceTimersByTime(6 * MINUTES + 1);
	beginConversation(message(), Date.now(), { canAsk: true });
	expect(isHere(first)).toBe(false);
	const second = beginConversation(message(), Date.now(), { canAsk: true });
	for (let i = 0; i < 2_000; i++) beginConversation(message(), Date.now(), { canAsk: true });
	expect(isHere(second)).toBe(false);
});

/** A message with a first answer that WeCom shows, and an execution that is heard. */
function heard(closingText = '') {
	const id = beginConversation(message(), Date.now(), { canAsk: true });
	giveFirstAnswer(id, 'Wait', { closingText });
	hearReply(id);
	currentStream(id);
	return id;
}
const shownText = (id: string) => (currentStream(id)!.stream as { content: string }).content;
const timeIsOver = (id: string) => {
	jest.advanceTimersByTime(5.8 * MINUTES);
	currentStream(id);
};

describe('a question of WeCom', () => {
	const ask = (id: string, patience = 2_000) => {
		const told: string[] = [];
		whenChanged(id, patience, () => void told.push(currentStream(id) ? shownText(id) : ''));
		return told;
	};
	/** `later` counts on a clock of its own. */
	beforeEach(() => jest.useRealTimers());

	it('waits for something new, and so do others', () => {
		const id = heard();
		const told = [ask(id), ask(id)];
		expect(told).toEqual([[], []]);
		showSaid(id, 'Words');
		expect(told).toEqual([['Words'], ['Words']]);
		showSaid(id, 'Words');
		expect(ask(id)).toEqual([]);
	});

	it('is answered at once where something is new, or nothing can be', () => {
		const id = heard();
		showSaid(id, 'Words');
		expect(ask(id)).toEqual(['Words']);
		expect(ask('unknown')).toEqual(['']);
		changeStream(id, { content: 'The end', finish: true });
		expect(ask(id)).toEqual(['The end']);
		expect(ask(id)).toEqual(['The end']);
	});

	it.each<[string, (id: string) => unknown, string]>([
		['a step', (id) => changeStream(id, { content: 'A step' }), 'A step'],
		['a status', (id) => showSaid(id, '', 'Looking…'), 'Looking…'],
		['the end', (id) => endReply(id), 'Sorry'],
	])('hears of %s', (_what, happens, text) => {
		const id = heard('Sorry');
		const told = ask(id);
		happens(id);
		expect(told).toEqual([text]);
	});

	it('is answered once its patience is over', async () => {
		const told = ask(heard(), 10);
		await until('the answer', () => told.length > 0);
		expect(told).toEqual(['Wait']);
	});
});

describe('steps of Stream Reply', () => {
	it('new words of the agent take the place of one, a mere status stands below it', () => {
		const id = heard();
		showSaid(id, 'Let me look.');
		changeStream(id, { content: 'Looking for Emma…' });
		expect(shownText(id)).toBe('Looking for Emma…');
		showSaid(id, 'Let me look.', 'One moment');
		expect(shownText(id)).toBe('Looking for Emma…\n\nOne moment');
		showSaid(id, 'Let me look.\n\nThere she is.');
		expect(shownText(id)).toBe('Let me look.\n\nThere she is.');
		expect(endReply(id, false)).toEqual([]);
		expect(shownText(id)).toBe('Let me look.\n\nThere she is.');
	});
});

describe('what a stream does not show when its workflow has ended', () => {
	const long = '长'.repeat(7_000);

	it.each<[string, (id: string) => unknown, string[]]>([
		['words since its end', (id) => showSaid(id, 'One. Two.'), ['Two.']],
		['other words', (id) => showSaid(id, 'Two.'), ['Two.']],
		['steps since its end', (id) => changeStream(id, { content: 'One. Two.' }), ['Two.']],
		[
			'the newest step of another process',
			(id) => {
				const now = Date.now();
				for (const [at, content] of [
					[now, 'One. Two.'],
					[now - 1, 'One. T'],
				] as const)
					takeRelayed({ streamId: id, at, change: { content } }, now);
			},
			['Two.'],
		],
		['nothing since', () => undefined, []],
		['the same', (id) => showSaid(id, 'One.'), []],
		[
			'words before a reply that goes another way',
			(id) => [showSaid(id, 'One. Two.'), changeStream(id, { content: 'All', finish: true })],
			[],
		],
		[
			'words before a card that goes another way',
			(id) => [showSaid(id, 'One. Two.'), answerOnce(id, { msgtype: 'template_card' })],
			[],
		],
	])('%s', (_what, happens, rest) => {
		const id = heard();
		showSaid(id, 'One.');
		timeIsOver(id);
		// Others write meanwhile, and WeCom asks no more.
		jest.advanceTimersByTime(10 * MINUTES);
		beginConversation(message(), Date.now(), { canAsk: true });
		happens(id);
		expect(endReply(id, false)).toEqual(rest);
		expect(shownText(id)).toBe('One.');
	});

	it('the closing text below words that broke off late', () => {
		const id = heard('Sorry');
		showSaid(id, 'One.');
		timeIsOver(id);
		showSaid(id, 'One. Tw');
		expect(endReply(id, true)).toEqual(['Tw\n\nSorry']);
	});

	it('what is too long for it', () => {
		const id = heard();
		showSaid(id, long);
		const rest = endReply(id, false);
		expect(shownText(id) + rest.join('')).toBe(long);
		expect(rest).toHaveLength(1);
	});

	it('nothing of one that was in time', () => {
		const id = heard('Sorry');
		showSaid(id, '```js\nlet x');
		expect(endReply(id, true)).toEqual([]);
		expect(shownText(id)).toBe('```js\nlet x\n```\n\nSorry');
	});
});
