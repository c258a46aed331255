/** What people mean by what they type, or by what a spreadsheet, a database or an agent holds. */

/** What is copied along and not seen: byte order marks, marks of width zero or of direction, the choice of an emoji's look. */
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|\ufe0e|\ufe0f/g;
const UNSEEN_OR_SPACE = /[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/;

/** Halves of a character beyond U+FFFF, such as cutting a text leaves of an emoji: no server and no database takes one. */
const LONE_HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export const withoutLoneHalves = (text: string): string => text.replace(LONE_HALF, '\ufffd');

/** JSON without the control characters that stand in names and texts of people, and must not stand there. */
export const withoutControls = (json: string): string =>
	json.replace(/[\t\n\r]/g, ' ').replace(/\p{Cc}/gu, '');

/** A value as it is compared: in half-width characters, without what is not seen and without the apostrophe of a spreadsheet. */
export const plain = (value: unknown): string =>
	String(value)
		.replace(UNSEEN, '')
		.normalize('NFKC')
		.trim()
		.replace(/^'(?!.*')/, '');

/** A text without white space and what is not seen around it. */
export function trimmed(text: string): string {
	let [from, to] = [0, text.length];
	while (from < to && UNSEEN_OR_SPACE.test(text[from])) from++;
	while (from < to && UNSEEN_OR_SPACE.test(text[to - 1])) to--;
	return text.slice(from, to);
}

const FENCE = '```';

/** The JSON in a text: a model puts it into a code block, a file begins with a byte order mark. */
export function jsonIn(text: string): string {
	const whole = trimmed(text);
	const inner = whole.indexOf('\n') + 1;
	const isFenced = inner > 0 && whole.startsWith(FENCE) && whole.endsWith(FENCE);
	return isFenced ? whole.slice(inner, -FENCE.length).trim() : whole;
}

const CURRENCY = String.raw`(?:[¥$€£]|CNY|RMB|人民币)`;
const NUMBER = new RegExp(
	`^([+-]?)\\s?(${CURRENCY}?)\\s?([+-]?)(\\d{1,3}(?:,\\d{3})+|\\d{1,3}(?:[ '’]\\d{3})+|\\d+|(?=\\.\\d))(\\.\\d*)?(e[+-]?\\d{1,3})?\\s?((?:元|CNY|RMB)?)$`,
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
	const text = plain(value).replace('\u2212', '-');
	const found = text.length <= LONGEST_NUMBER ? NUMBER.exec(text) : null;
	if (!found) return undefined;
	const [, sign, before, inner, whole, fraction = '', exponent = '', after] = found;
	const digits = `${sign || inner}${whole.replace(/[, '’]/g, '') || '0'}${fraction}${exponent}`;
	const number = Number(digits);
	return Number.isFinite(number)
		? { number, digits, hasCurrency: Boolean(before || after) }
		: undefined;
}

const ON = /^(true|t|1|yes|y|on|checked|是|是的|真|对|有|开|开启|启用|允许|需要|√|✓|✔|✅|☑)$/i;
const OFF =
	/^(false|f|0|no|n|off|unchecked|否|不|不是|假|错|无|没有|关|关闭|禁用|停用|禁止|不允许|不需要|×|✗|✘|❌|☐)$/i;

/** Whether a word or a number stands for on; undefined when it is neither on nor off. */
export function readSwitch(value: unknown): boolean | undefined {
	const word = plain(value).replace(/^([01])\.0+$/, '$1');
	if (ON.test(word)) return true;
	return OFF.test(word) ? false : undefined;
}

const BETWEEN_IDS = /[|｜,;，；、､﹑\s\u200b]/;
const BETWEEN_WORDS = /[|｜,;，；、､﹑\r\n]/;
const IN_BRACKETS = /^\s*\[([^]*)\]\s*$/;
const IN_QUOTES = /^["'“”‘’]([^]*)["'“”‘’]$/;

/** The IDs in a text, typed, copied or written by a model: without the brackets and quotes that a script leaves around them. */
export const idsIn = (text: string): string[] =>
	(IN_BRACKETS.exec(text)?.[1] ?? text).split(BETWEEN_IDS).map(bareId).filter(Boolean);

/** An ID without the quotes of a script, the apostrophe of a spreadsheet and the mark of a mention; `@all` is an ID by itself. */
export const bareId = (part: string): string => {
	const id = trimmed(part);
	const bare = (IN_QUOTES.exec(id)?.[1] ?? id).replace(/^'/, '');
	return EVERYONE.test(bare) ? '@all' : bare.replace(MENTION, '$1$2');
};
const EVERYONE = /^(?:<[@＠]all>|[@＠]all)$/i;
const MENTION = /^(?:<@([^<>]+)>|[@＠](.+))$/;

/** The IDs in an entry of a list, which may hold several, too; names have spaces in them. */
export const idsInEntry = (entry: string): string[] => wordsIn(entry).map(bareId).filter(Boolean);

const PART_OF_PHONE = /^[\d+()-]+$/;
const CODE_OF_COUNTRY = /^(?:(?:\+|00)\d{1,3}|86)$/;
const CHINESE_MOBILE = /^(?:\+86|0086|86)?(1\d{10})$/;
/** A part with this many digits may be a number by itself; no number has more than the most (E.164). */
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 15;

/** The phone numbers in a text: `138 0013 8000` and `+86 138-0013-8000` are one each, and words beside them are no part of one. */
export const phonesIn = (text: string): string[] =>
	wordsIn(text).flatMap((word) => {
		const phones: string[] = [];
		const parts = plain(word).split(/\s+/);
		for (const part of parts.filter((one) => !/^[()-]*$/.test(one))) {
			const last = phones.at(-1);
			if (last !== undefined && isOnePhone(last, part)) phones.push(`${phones.pop()} ${part}`);
			else phones.push(part);
		}
		return phones.map((phone) => (EVERYONE.test(phone) ? '@all' : barePhone(phone)));
	});

/** Whether what stands behind a space belongs to the number before it. */
function isOnePhone(before: string, part: string): boolean {
	if (!PART_OF_PHONE.test(before.replaceAll(' ', '')) || !PART_OF_PHONE.test(part)) return false;
	if (/^\(?\+/.test(part)) return false;
	if (CODE_OF_COUNTRY.test(ungrouped(before))) return true;
	if (isChineseMobile(before) || isChineseMobile(part)) return false;
	const [first, second] = [before, part].map((one) => one.replace(/\D/g, '').length);
	return Math.min(first, second) < FEWEST_DIGITS && first + second <= MOST_DIGITS;
}

const ungrouped = (phone: string) => phone.replace(/[\s()-]/g, '');
const isChineseMobile = (phone: string) => CHINESE_MOBILE.test(ungrouped(phone));

/**
 * A mobile number of mainland China without the country's code and what people group its digits with; anything else as it was
 * entered: with the code of another country WeCom wants it as its page shows it, with a space behind the code.
 */
export function barePhone(text: string): string {
	const phone = plain(text);
	return CHINESE_MOBILE.exec(ungrouped(phone))?.[1] ?? phone;
}

/** The words in a text, which may have spaces and quotes in them; those of `names` may have commas, too. */
export function wordsIn(text: string, names: readonly string[] = []): string[] {
	if (names.includes(text.trim())) return [text.trim()];
	const long = names.filter((name) => BETWEEN_WORDS.test(name));
	const words: string[] = [];
	for (let rest = text.trimStart(); rest !== ''; ) {
		const name = long.find((one) => beginsWith(rest, one));
		const end = name?.length ?? rest.search(BETWEEN_WORDS);
		words.push(trimmed(end < 0 ? rest : rest.slice(0, end)));
		const behind = end < 0 ? '' : rest.slice(end);
		rest = behind.slice(behind.search(BETWEEN_WORDS) + 1 || behind.length).trimStart();
	}
	return words.filter(Boolean);
}

/** Whether a text begins with a name, and not with a longer word. */
const beginsWith = (text: string, name: string): boolean =>
	text.startsWith(name) && /^[^\S\r\n]*(?:$|[|｜,;，；、､﹑\r\n])/.test(text.slice(name.length));
