import { later } from '../util/later';

/**
 * Results that WeCom hands out a single time are written again until n8n has them: its database may be busy for longer than a
 * request lives.
 */

const PAUSE_MS = 1_500;
/** As long as an auth_code lives. What n8n does not take for longer it may take in an hour, or never. */
const OFTEN_FOR_MS = 10 * 60_000;
const LONG_PAUSE_MS = 60_000;
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
	const begun = Date.now();
	let toldOf = false;
	while (wanted() && Date.now() - begun < GIVE_UP_AFTER_MS) {
		try {
			await write();
			return true;
		} catch (error) {
			if (!toldOf) failed(error as Error);
			toldOf = true;
		}
		const pause = Date.now() - begun < OFTEN_FOR_MS ? PAUSE_MS : LONG_PAUSE_MS;
		await new Promise<void>((resolve) => later(pause, resolve));
	}
	return false;
}
