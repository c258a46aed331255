/** What people mean by what they type, or by what a spreadsheet, a database or an agent holds. */

const CURRENCY = String.raw`(?:[¥$€£]|CNY|RMB|人民币)`;
const NUMBER = new RegExp(
	`^([+-]?)\\s?(${CURRENCY}?)\\s?([+-]?)(\\d{1,3}(?:,\\d{3})+|\\d+|(?=\\.\\d))(\\.\\d*)?(e[+-]?\\d{1,3})?\\s?((?:元|CNY|RMB)?)$`,
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
	const text = String(value).normalize('NFKC').replace('\u2212', '-').trim();
	const found = text.length <= LONGEST_NUMBER ? NUMBER.exec(text) : null;
	if (!found) return undefined;
	const [, sign, before, inner, whole, fraction = '', exponent = '', after] = found;
	const digits = `${sign || inner}${whole.replaceAll(',', '') || '0'}${fraction}${exponent}`;
	const number = Number(digits);
	return Number.isFinite(number)
		? { number, digits, hasCurrency: Boolean(before || after) }
		: undefined;
}

/** Whether a word or a number stands for on; undefined when it is neither on nor off. */
export function readSwitch(value: unknown): boolean | undefined {
	const word = String(value).normalize('NFKC').trim();
	if (/^(true|1|yes|y|on|是|对|开|开启|启用|√|✓|✔)$/i.test(word)) return true;
	return /^(false|0|no|n|off|否|错|关|关闭|禁用|停用|×|✗|✘)$/i.test(word) ? false : undefined;
}

const BETWEEN_IDS = /[|｜,;，；、､﹑\s\u200b]/;
const BETWEEN_WORDS = /[|｜,;，；、､﹑\r\n]/;
const IN_BRACKETS = /^\s*\[([^]*)\]\s*$/;
const IN_QUOTES = /^["'“”‘’]([^]*)["'“”‘’]$/;

/** The IDs in a text, typed, copied or written by a model: without the brackets and quotes that a script leaves around them. */
export const idsIn = (text: string): string[] =>
	(IN_BRACKETS.exec(text)?.[1] ?? text)
		.split(BETWEEN_IDS)
		.map((id) => IN_QUOTES.exec(id)?.[1] ?? id)
		.filter(Boolean);

/** The words in a text, which may have spaces and quotes in them; those of `names` may have commas, too. */
export function wordsIn(text: string, names: readonly string[] = []): string[] {
	if (names.includes(text.trim())) return [text.trim()];
	const long = names.filter((name) => BETWEEN_WORDS.test(name));
	const words: string[] = [];
	for (let rest = text.trimStart(); rest !== ''; ) {
		const name = long.find((one) => beginsWith(rest, one));
		const end = name?.length ?? rest.search(BETWEEN_WORDS);
		words.push((end < 0 ? rest : rest.slice(0, end)).trim());
		const behind = end < 0 ? '' : rest.slice(end);
		rest = behind.slice(behind.search(BETWEEN_WORDS) + 1 || behind.length).trimStart();
	}
	return words.filter(Boolean);
}

/** Whether a text begins with a name, and not with a longer word. */
const beginsWith = (text: string, name: string): boolean =>
	text.startsWith(name) && /^[^\S\r\n]*(?:$|[|｜,;，；、､﹑\r\n])/.test(text.slice(name.length));
