import type { IDataObject } from 'n8n-workflow';
import { inBlocks } from '../../shared/util/atOnce';

/** How much WeCom answers at once. For more there are several calls, whose results are joined. */
export interface Blocks {
	/** A list of IDs, and how many of them one call takes. */
	ids: string;
	most: number;
	/** The parameters of a time span, how many days one call takes, and the seconds from the end of one block to the next. */
	span?: { from: string; to: string; days: number; gap: number };
}

const DAY_SECONDS = 86_400;

/** The parameters of all calls: every block of IDs over every block of the time. */
export function blocksOf(blocks: Blocks | undefined, sent: IDataObject): IDataObject[] {
	if (!blocks) return [sent];
	const { ids, most } = blocks;
	const given = sent[ids];
	const people = Array.isArray(given) && given.length > most ? inBlocks(given, most) : [given];
	const times = spansOf(blocks, sent);
	return people.flatMap((some) =>
		times.map((time) => ({ ...sent, ...time, [ids]: some as IDataObject[string] })),
	);
}

function spansOf({ span }: Blocks, sent: IDataObject): IDataObject[] {
	if (!span) return [{}];
	const [first, last] = [Number(sent[span.from]), Number(sent[span.to])];
	const length = span.days * DAY_SECONDS;
	if (!(last - first > length)) return [{}];
	const found: IDataObject[] = [];
	for (let from = first; from <= last; from += length + span.gap)
		found.push({ [span.from]: from, [span.to]: Math.min(from + length, last) });
	return found;
}
