import { later } from '../util/later';

/**
 * Results that WeCom hands out a single time are written again until n8n has them: its database may be busy for longer than a
 * request lives.
 */

const PAUSE_MS = 1_500;
/**
 * How long it is tried in short pauses: as long as an auth_code lives. What n8n has not taken by then it may take in an hour, or
 * never.
 */
const OFTEN_FOR_MS = 10 * 60_000;
const LONG_PAUSE_MS = 60_000;
/** When it is given up: a credential that was deleted never takes anything again. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

export interface Writing {
	/** Writes once; rejects when n8n did not take it. */
	write: () => Promise<unknown>;
	/** Whether what is to be written is still of use. */
	wanted: () => boolean;
	/** Called with the first failure only. */
	failed: (error: Error) => void;
}

/** Resolves to whether it is stored: false when it was given up. Never rejects, and does not keep the process alive. */
export async function untilStored({ write, wanted, failed }: Writing): Promise<boolean> {
	const begun = Date.now();
	let isReported = false;
	while (wanted() && Date.now() - begun < GIVE_UP_AFTER_MS) {
		try {
			await write();
			return true;
		} catch (error) {
			if (!isReported) failed(error as Error);
			isReported = true;
		}
		const pause = Date.now() - begun < OFTEN_FOR_MS ? PAUSE_MS : LONG_PAUSE_MS;
		await new Promise<void>((resolve) => later(pause, resolve));
	}
	return false;
}
