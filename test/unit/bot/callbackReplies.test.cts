import {
	answerOnce,
	beginConversation,
	changeStream,
	currentStream,
	giveFirstAnswer,
	isHere,
	isStreaming,
	replyKey,
	takeRelayed,
} from '../../../nodes/shared/bot/callbackReplies';
import { streamIdOf } from '../../../nodes/shared/bot/items';

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
