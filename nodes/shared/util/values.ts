/** What people mean by what they type, or by what a spreadsheet, a database or an agent holds. */

const CURRENCY = String.raw`(?:[¥$€£]|CNY|RMB)`;
const NUMBER = new RegExp(
	`^([+-]?)\\s?(${CURRENCY}?)\\s?([+-]?)(\\d{1,3}(?:,\\d{3})+|\\d+)(\\.\\d*)?(e[+-]?\\d{1,3})?\\s?((?:元|CNY|RMB)?)$`,
	'i',
);
const LONGEST_NUMBER = 60;

export interface ReadNumber {
	number: number;
	/** Its digits as entered, without what groups them. */
	digits: string;
	hasCurrency: boolean;
}

/** A number as people write it: `1,200`, `￥1,234.50`, full-width digits. */
export function readNumber(value: unknown): ReadNumber | undefined {
	if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
		return undefined;
	const text = String(value).normalize('NFKC').trim();
	const found = text.length <= LONGEST_NUMBER ? NUMBER.exec(text) : null;
	if (!found) return undefined;
	const [, sign, before, inner, whole, fraction = '', exponent = '', after] = found;
	const digits = `${sign || inner}${whole.replaceAll(',', '')}${fraction}${exponent}`;
	const number = Number(digits);
	return Number.isFinite(number)
		? { number, digits, hasCurrency: Boolean(before || after) }
		: undefined;
}

/** Whether a word or a number stands for on; undefined when it is neither on nor off. */
export function readSwitch(value: unknown): boolean | undefined {
	const word = String(value).trim();
	if (/^(true|1|yes|是)$/i.test(word)) return true;
	return /^(false|0|no|否)$/i.test(word) ? false : undefined;
}

/** What stands between IDs that are typed, copied or written by a model. */
export const BETWEEN_IDS = /[|,;，；、\s]/;
/** The same for words, which may have spaces in them. */
export const BETWEEN_TEXTS = /[|,;，；、\r\n]/;
