/** WeCom's limits per chat and per bot (doc 101837): 30 a minute and 1,000 an hour. */
import { Quota } from '../../../nodes/shared/bot/quota';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

beforeEach(() => void jest.useFakeTimers({ now: 0 }));
afterEach(() => void jest.useRealTimers());

/** Takes so many, and counts those that may go. */
function taking(quota: Quota, count: number, name = 'chat') {
	const seen = { gone: 0, refused: [] as Array<Error & { description?: string }> };
	for (let one = 0; one < count; one++)
		void quota.take(name).then(
			() => seen.gone++,
			(error: Error) => seen.refused.push(error),
		);
	return seen;
}

it('lets 30 go at once, and the next ones in the next minute, in order', async () => {
	const quota = new Quota('messages per chat');
	const seen = taking(quota, 35);
	await jest.advanceTimersByTimeAsync(MINUTE - SECOND);
	expect(seen).toEqual({ gone: 30, refused: [] });
	await jest.advanceTimersByTimeAsync(SECOND);
	expect(seen).toEqual({ gone: 35, refused: [] });
});

it('counts every chat by itself', async () => {
	const quota = new Quota('messages per chat');
	const [one, other] = [taking(quota, 30, 'one'), taking(quota, 30, 'other')];
	await jest.advanceTimersByTimeAsync(0);
	expect([one.gone, other.gone]).toEqual([30, 30]);
});

it('does not wait for more than a minute: the error says when there is room', async () => {
	const quota = new Quota('messages per chat');
	const seen = taking(quota, 61);
	await jest.advanceTimersByTimeAsync(MINUTE);
	expect(seen.gone).toBe(60);
	expect(seen.refused[0].message).toBe(
		'WeCom takes 30 messages per chat a minute and 1,000 an hour, and this bot has sent as many',
	);
	expect(seen.refused[0].description).toContain('room again in about 2 minutes');
});

it('lets 1,000 go in an hour, and says how long the next one would have to wait', async () => {
	const quota = new Quota('uploads');
	let gone = 0;
	while (gone < 1_000) {
		const seen = taking(quota, Math.min(30, 1_000 - gone));
		await jest.advanceTimersByTimeAsync(0);
		gone += seen.gone;
		jest.setSystemTime(Date.now() + MINUTE);
	}
	// 34 minutes have gone by.
	const refused = taking(quota, 1);
	await jest.advanceTimersByTimeAsync(0);
	expect(refused.refused[0].description).toContain('room again in about 26 minutes');
	jest.setSystemTime(60 * MINUTE);
	const after = taking(quota, 30);
	await jest.advanceTimersByTimeAsync(0);
	expect(after).toEqual({ gone: 30, refused: [] });
});

it('waits a minute when WeCom itself has counted more', async () => {
	const quota = new Quota('messages per chat');
	quota.fill('chat');
	const seen = taking(quota, 1);
	await jest.advanceTimersByTimeAsync(MINUTE - SECOND);
	expect(seen.gone).toBe(0);
	await jest.advanceTimersByTimeAsync(SECOND);
	expect(seen.gone).toBe(1);
});
