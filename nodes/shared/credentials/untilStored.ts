import { later } from '../util/later';

/**
 * Results that WeCom hands out a single time are written again until n8n has them: its database may be busy for longer than a
 * request lives.
 */

const FIRST_PAUSE_MS = 1_500;
const LONGEST_PAUSE_MS = 60_000;
/** A credential that was deleted never takes anything again. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

export interface Writing {
	/** Writes once; rejects when n8n did not take it. */
	write: () => Promise<unknown>;
	/** False when what is to be written is of no use any more. */
	wanted: () => boolean;
	/** Told of the first failure only. */
	failed: (error: Error) => void;
}

/** Resolves to whether it is stored: false when it was given up. Never rejects, and does not keep the process alive. */
export async function untilStored({ write, wanted, failed }: Writing): Promise<boolean> {
	const end = Date.now() + GIVE_UP_AFTER_MS;
	for (let pause = FIRST_PAUSE_MS; wanted() && Date.now() < end; ) {
		try {
			await write();
			return true;
		} catch (error) {
			if (pause === FIRST_PAUSE_MS) failed(error as Error);
		}
		const ms = pause;
		await new Promise<void>((resolve) => later(ms, resolve));
		pause = Math.min(Math.round(pause * 1.1), LONGEST_PAUSE_MS);
	}
	return false;
}
