import { ANSWER_LIFE_MS } from './items';

/** The times of answers over a long connection (docs 101836, 101837). */

/** Milliseconds. Changed by tests only. */
export const streamTimings = {
	/** WeCom takes nothing for a stream this long after its first frame; the last frame goes out a little before. */
	life: 10 * 60_000,
	margin: 20_000,
	/** A message that has no stream is answered in place for this long. */
	answer: ANSWER_LIFE_MS,
	/** Between two frames of a growing text. */
	frame: 1_000,
	/** The first words may follow the first answer sooner. */
	firstWords: 500,
	/** A stream nobody adds to is sent again. */
	keepAlive: 120_000,
	/** The end of a stream that could not be sent is tried again. */
	endAgain: 5_000,
	/** Before each further try of what WeCom has called too much for the chat. */
	tooMuch: [5_000, 10_000, 20_000, 30_000],
};
