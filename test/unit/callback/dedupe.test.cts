import { callbackKey, DeliveryWindow } from '../../../nodes/shared/callback/dedupe';

const LONG = 5_000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** What a promise has come to by now: its value, or 'waiting'. */
async function now<T>(promise: Promise<T>): Promise<T | 'waiting'> {
	await jest.advanceTimersByTimeAsync(0);
	return await Promise.race([promise, Promise.resolve('waiting' as const)]);
}

describe('callbackKey', () => {
	it('is MsgId and sender for messages', () => {
		const key = callbackKey({ MsgId: '1', FromUserName: 'a' }, 'x');
		expect(callbackKey({ MsgId: '1', FromUserName: 'a' }, 'other text')).toBe(key);
		expect(callbackKey({ MsgId: '2', FromUserName: 'a' }, 'x')).not.toBe(key);
		expect(callbackKey({ MsgId: '1', FromUserName: 'b' }, 'x')).not.toBe(key);
		expect(callbackKey({ MsgId: '1' }, 'x')).not.toBe(key);
	});

	it('is of the whole text for events, so two in the same second differ', () => {
		const event = { FromUserName: 'sys', CreateTime: '1' };
		const key = callbackKey(event, '<xml>1</xml>');
		expect(callbackKey(event, '<xml>1</xml>')).toBe(key);
		expect(callbackKey(event, '<xml>2</xml>')).not.toBe(key);
	});

	it.each([undefined, '', '  ', ['1', '1'], {}])('does without the MsgId %j', (MsgId) => {
		expect(callbackKey({ MsgId, FromUserName: 'a' }, 'x')).toMatch(/^sha256:[0-9a-f]{64}$/);
	});

	it('cannot be made the same by moving characters', () => {
		const one = callbackKey({ MsgId: '1', FromUserName: '2:3' }, '');
		expect(callbackKey({ MsgId: '12', FromUserName: ':3' }, '')).not.toBe(one);
	});
});

describe('DeliveryWindow', () => {
	it('lets the first through and calls the next a duplicate once it is stored', async () => {
		const window = new DeliveryWindow();
		expect(await window.claim('s', 'k', 0)).toBe('first');
		window.settle('s', 'k', true);
		expect(await window.claim('s', 'k', 0)).toBe('duplicate');
		expect(await window.claim('s', 'k', LONG)).toBe('duplicate');
	});

	it('lets the next through if the first failed', async () => {
		const window = new DeliveryWindow();
		await window.claim('s', 'k', 0);
		window.settle('s', 'k', false);
		expect(window.size).toBe(0);
		expect(await window.claim('s', 'k', 0)).toBe('first');
	});

	it('keeps scopes and keys apart', async () => {
		const window = new DeliveryWindow();
		for (const [scope, key] of [
			['s', 'k'],
			['t', 'k'],
			['s', 'l'],
			['s:', 'k'],
			['', 's:k'],
			['a:b', 'c'],
			['a', 'b:c'],
		]) {
			expect(await window.claim(scope, key, 0)).toBe('first');
		}
	});

	it('says busy at once if it must not wait', async () => {
		const window = new DeliveryWindow();
		await window.claim('s', 'k', 0);
		expect(await window.claim('s', 'k', 0)).toBe('busy');
	});

	it('says busy when the time to wait is over, and not before', async () => {
		const window = new DeliveryWindow();
		await window.claim('s', 'k', 0);
		const second = window.claim('s', 'k', LONG);
		await jest.advanceTimersByTimeAsync(LONG - 1);
		expect(await now(second)).toBe('waiting');
		await jest.advanceTimersByTimeAsync(1);
		expect(await now(second)).toBe('busy');
	});

	it('tells all who wait that it was stored, without waiting longer', async () => {
		const window = new DeliveryWindow();
		await window.claim('s', 'k', 0);
		const waiting = [window.claim('s', 'k', LONG), window.claim('s', 'k', LONG)];
		expect(await now(waiting[0])).toBe('waiting');
		window.settle('s', 'k', true);
		expect(await now(Promise.all(waiting))).toEqual(['duplicate', 'duplicate']);
	});

	it('lets exactly one of those who wait through when the first failed', async () => {
		const window = new DeliveryWindow();
		await window.claim('s', 'k', 0);
		const [two, three, four] = [1, 2, 3].map(() => window.claim('s', 'k', LONG));
		await now(two);
		window.settle('s', 'k', false);
		expect([await now(two), await now(three), await now(four)]).toEqual([
			'first',
			'waiting',
			'waiting',
		]);
		window.settle('s', 'k', false);
		expect([await now(three), await now(four)]).toEqual(['first', 'waiting']);
		window.settle('s', 'k', true);
		expect(await now(four)).toBe('duplicate');
		expect(await window.claim('s', 'k', 0)).toBe('duplicate');
	});

	it('never hands a failed one to somebody who no longer waits', async () => {
		const window = new DeliveryWindow();
		await window.claim('s', 'k', 0);
		const gone = window.claim('s', 'k', 100);
		await jest.advanceTimersByTimeAsync(100);
		expect(await now(gone)).toBe('busy');
		const stays = window.claim('s', 'k', LONG);
		window.settle('s', 'k', false);
		expect(await now(stays)).toBe('first');
	});

	it('keeps an outcome that comes in the moment the time is over', async () => {
		const window = new DeliveryWindow();
		await window.claim('s', 'k', 0);
		const second = window.claim('s', 'k', 100);
		jest.advanceTimersByTime(100);
		window.settle('s', 'k', false);
		// Either it is 'first', or the callback is free again: it must not be lost in between.
		expect(await now(second)).toBe('first');
		expect(await window.claim('s', 'k', 0)).toBe('busy');
	});

	it('knows no outcome before it is told one, however long that takes', async () => {
		const window = new DeliveryWindow();
		await window.claim('s', 'k', 0);
		jest.advanceTimersByTime(24 * 3_600_000);
		expect(await window.claim('s', 'k', 0)).toBe('busy');
		const waiting = window.claim('s', 'k', LONG);
		window.settle('s', 'k', true);
		expect(await now(waiting)).toBe('duplicate');
	});

	it('forgets what is older than its time', async () => {
		let time = 0;
		const window = new DeliveryWindow(10, 1_000, () => time);
		await window.claim('s', 'k', 0);
		window.settle('s', 'k', true);
		time = 999;
		expect(await window.claim('s', 'k', 0)).toBe('duplicate');
		time = 1_000;
		expect(await window.claim('s', 'k', 0)).toBe('first');
		expect(window.size).toBe(1);
	});

	it('drops the oldest of too many, and none that is under way', async () => {
		const window = new DeliveryWindow(3);
		for (const key of ['u', 'v', 'w', 'x']) await window.claim('s', key, 0);
		for (const key of ['a', 'b', 'c', 'd']) {
			await window.claim('s', key, 0);
			window.settle('s', key, true);
			expect(window.size).toBeLessThanOrEqual(4 + 3);
		}
		for (const key of ['u', 'v', 'w', 'x']) expect(await window.claim('s', key, 0)).toBe('busy');
		for (const key of ['b', 'c', 'd']) expect(await window.claim('s', key, 0)).toBe('duplicate');
		expect(await window.claim('s', 'a', 0)).toBe('first');
	});

	it('leaves no timer behind after the time to wait', async () => {
		const window = new DeliveryWindow();
		await window.claim('s', 'k', 0);
		const second = window.claim('s', 'k', LONG);
		window.settle('s', 'k', true);
		expect(await now(second)).toBe('duplicate');
		await jest.advanceTimersByTimeAsync(LONG);
		expect(jest.getTimerCount()).toBe(0);
	});
});
