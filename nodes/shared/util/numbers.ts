/** Numbers in JSON that JavaScript would round: IDs must survive. Read by hand, in one pass, since texts have megabytes. */

const NUMBER_START = '-0123456789';
const NUMBER_PART = '0123456789+-.eE';

/** The JSON text with quotes around integers beyond 2^53; undefined where a string has no end. */
export function quoteLongNumbers(text: string): string | undefined {
	const parts: string[] = [];
	let kept = 0;
	for (let at = 0; at < text.length; ) {
		if (text[at] === '"') {
			at = stringEnd(text, at);
			if (at < 0) return undefined;
			continue;
		}
		if (!NUMBER_START.includes(text[at])) {
			at++;
			continue;
		}
		const end = skip(text, at, NUMBER_PART);
		if (losesDigits(text.slice(at, end))) {
			parts.push(text.slice(kept, at), `"${text.slice(at, end)}"`);
			kept = end;
		}
		at = end;
	}
	return kept === 0 ? text : [...parts, text.slice(kept)].join('');
}

/** Whether a number as written would be rounded. */
export const losesDigits = (number: string): boolean =>
	number.length > 15 && /^-?[1-9]\d*$/.test(number) && !Number.isSafeInteger(Number(number));

/** Where the text goes on behind a string of JSON, -1 when it has no end. */
export function stringEnd(text: string, at: number): number {
	for (let quote = text.indexOf('"', at + 1); quote > 0; quote = text.indexOf('"', quote + 1)) {
		let before = quote;
		while (text[before - 1] === '\\') before--;
		if ((quote - before) % 2 === 0) return quote + 1;
	}
	return -1;
}

/** Where other characters than these go on. */
export function skip(text: string, from: number, characters: string): number {
	let at = from;
	while (at < text.length && characters.includes(text[at])) at++;
	return at;
}
