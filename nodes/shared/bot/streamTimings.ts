import { ANSWER_LIFE_MS } from './items';

/** The times of answers over a long connection (docs 101836, 101837). */

/** Milliseconds. Changed by tests only. */
export const streamTimings = {
	/** WeCom takes nothing for a stream this long after its first frame; the last frame goes out a little before. */
	life: 10 * 60_000,
	margin: 20_000,
	/** A message that has no stream is answered in place for this long. */
	answer: ANSWER_LIFE_MS,
	/** The pause between two frames of a growing text. */
	frame: 1_000,
	/** The pause after the first answer, which the first words may follow sooner. */
	firstWords: 500,
	/** How often a stream is sent again to which nobody adds. */
	keepAlive: 120_000,
	/** The pause before the end of a stream is tried again that could not be sent. */
	endAgain: 5_000,
	/** The pauses before each further try of what WeCom has called too much for the chat. */
	tooMuch: [5_000, 10_000, 20_000, 30_000],
};
