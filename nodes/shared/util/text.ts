/** UTF-8 sizes and cuts: WeCom counts bytes and silently drops what is too long (doc 90236). */

/** What is chosen in a list, or comes from an expression: an array or text with separators, nothing for a missing value. */
export const splitList = (value: unknown, separator: RegExp = /,/): string[] =>
	String(value ?? '')
		.split(separator)
		.map((one) => one.trim())
		.filter(Boolean);

export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

/** Alphabetical order for texts of a form. By code unit, since n8n's start would otherwise wait for the tables of ICU. */
export function compareText(a: string, b: string): number {
	const [left, right] = [a.toLowerCase(), b.toLowerCase()];
	return left < right ? -1 : left > right ? 1 : 0;
}

/** A whole number with commas between its thousands. */
export const withCommas = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
