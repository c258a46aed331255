import { sleep } from 'n8n-workflow';
import { BotFailure } from './errors';
import { keepNewest } from '../util/keepNewest';

/** Milliseconds. Changed by tests only. */
export const quotaTimings = {
	minute: 60_000,
	hour: 60 * 60_000,
	/** The longest wait: a place in the minute comes within it, and the hour is not waited for. */
	mostWait: 60_000,
};

const PER_MINUTE = 30;
const PER_HOUR = 1_000;
const MOST_NAMES = 5_000;

/**
 * Counts what WeCom counts: 30 messages a minute and 1,000 an hour per chat, replies and pushes together, and as many uploads per
 * bot (doc 101837). Who comes too early waits for the minute, in order; who would have to wait for the hour is told so.
 */
export class Quota {
	/** When the messages of the last hour went out, and will go out, the oldest first. */
	private readonly times = new Map<string, number[]>();

	constructor(private readonly what: string) {}

	/** Resolves when `name` (a chat, or the bot) may send; throws when that is too far away. */
	async take(name: string): Promise<void> {
		const now = Date.now();
		const { minute, hour, mostWait } = quotaTimings;
		const times = (this.times.get(name) ?? []).filter((at) => at > now - hour);
		const at = Math.max(
			now,
			...[times.at(-PER_MINUTE)].map((before = -Infinity) => before + minute),
			...[times.at(-PER_HOUR)].map((before = -Infinity) => before + hour),
		);
		if (at - now > mostWait) throw this.exhausted(at - now);
		this.keep(name, [...times, at]);
		if (at > now) await sleep(at - now);
	}

	/** WeCom has counted more than this process, such as what another program sent: no more for a minute. */
	fill(name: string): void {
		const now = Date.now();
		const times = this.times.get(name) ?? [];
		this.keep(name, [...times.slice(-PER_HOUR), ...Array<number>(PER_MINUTE).fill(now)]);
	}

	private keep(name: string, times: number[]): void {
		keepNewest(this.times, name, times, MOST_NAMES);
	}

	private exhausted(waitMs: number): BotFailure {
		const minutes = Math.ceil(waitMs / 60_000);
		return new BotFailure(
			`WeCom takes ${PER_MINUTE} ${this.what} a minute and ${PER_HOUR.toLocaleString('en-US')} an hour, and this bot has sent as many`,
			`There is room again in about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}. Send less, or several things in one message.`,
			RATE_LIMITED,
		);
	}
}

/** The code with which WeCom says that a bot has sent too much. */
export const RATE_LIMITED = 846607;
