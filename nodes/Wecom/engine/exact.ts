import type { ItemContext } from './operation';
import { problem } from './problem';

/** Refuses numbers and IDs that have lost digits before they came here. */

/** What JavaScript has rounded, or could not work out, is not what was meant. */
export function refuseRounded(item: ItemContext, displayName: string, value: unknown): void {
	if (typeof value !== 'number' || !(Number.isInteger(value) || !Number.isFinite(value))) return;
	if (Number.isSafeInteger(value)) return;
	throw problem(
		item,
		`'${displayName}' is ${value}, which has been rounded or is not a number`,
		'Give long numbers as text, and check the expression that works it out.',
	);
}

/** The way in which spreadsheets write what is too long for a cell. */
const SHORTENED = /^\d(?:\.\d+)?E\+\d+$/i;

export function notShortened(item: ItemContext, displayName: string, id: string): string {
	if (!SHORTENED.test(id)) return id;
	throw problem(
		item,
		`'${displayName}' is '${id}', a number that a spreadsheet has shortened`,
		'Give the column of the spreadsheet the format Text, and enter the whole number again.',
	);
}
