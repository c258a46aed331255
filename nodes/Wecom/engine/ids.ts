import { isResourceLocatorValue } from 'n8n-workflow';
import { parseReplyJson } from '../../shared/protocol/reply';
import { isObject } from '../../shared/util/isObject';
import { idsIn, idsInEntry, jsonIn, phonesIn, trimmed, wordsIn } from '../../shared/util/values';
import { notShortened, refuseRounded } from './exact';
import type { ItemContext } from './operation';
import { problem } from './problem';

/** The IDs, words and phone numbers that a value of the form holds, in whatever way they are listed. */

/** The ID of a resource locator, and everything else as it is. */
export const idOf = (value: unknown) => (isResourceLocatorValue(value) ? value.value : value);

/** IDs as entered: a list, the text of a JSON list, or text with commas, semicolons, `|`, 、, spaces or line breaks in between. */
export const splitIds = (value: unknown): string[] => split(listOr(value), idsIn);

/** The list that a text stands for; anything else as it is. */
const listOr = (value: unknown): unknown =>
	typeof value === 'string' ? (jsonList(value) ?? value) : value;

function split(value: unknown, partsIn: (text: string) => string[]): string[] {
	const parts: unknown[] = Array.isArray(value) ? value : partsIn(String(value ?? ''));
	return parts.map((part) => trimmed(String(idOf(part) ?? ''))).filter(Boolean);
}

const MAX_JSON_LIST = 10_000_000;

/** The list that a text such as `["zhangsan","lisi"]` stands for. */
function jsonList(text: string): unknown[] | undefined {
	const inner = jsonIn(text);
	if (!inner.startsWith('[') || !inner.endsWith(']') || inner.length > MAX_JSON_LIST)
		return undefined;
	const list = parseReplyJson(inner);
	return Array.isArray(list) ? (list.flat(MAX_LEVELS) as unknown[]) : undefined;
}

/** Lists in lists are one list. */
const MAX_LEVELS = 8;

/** IDs of a field, each once; objects, such as whole members, are none. An entry of a list may hold several, too. */
export const toIds = (
	item: ItemContext,
	displayName: string,
	value: unknown,
	inEntry: (entry: string) => string[] = idsInEntry,
): string[] => toExactParts(item, displayName, value, idsIn, inEntry);

/** Phone numbers of a field, each once. */
export const toPhones = (item: ItemContext, displayName: string, value: unknown): string[] =>
	toExactParts(item, displayName, value, phonesIn, phonesIn);

/** Each part once. Refuses those that a spreadsheet has shortened. */
function toExactParts(...[item, displayName, ...parts]: Parameters<typeof toParts>): string[] {
	const exact = toParts(item, displayName, ...parts).map((part) =>
		notShortened(item, displayName, part),
	);
	return [...new Set(exact)];
}

/** Words of a field, which may have spaces in them; those of `names` may have commas, too. */
export const toTexts = (
	item: ItemContext,
	displayName: string,
	value: unknown,
	names?: readonly string[],
): string[] =>
	toParts(
		item,
		displayName,
		value,
		(text) => wordsIn(text, names),
		(entry) => [entry],
	);

/** The parts of a text (`inText`), or of every entry of a list (`inEntry`). Refuses objects and numbers that have lost digits. */
function toParts(
	item: ItemContext,
	displayName: string,
	value: unknown,
	inText: (text: string) => string[],
	inEntry: (entry: string) => string[],
): string[] {
	const whole = listOr(value);
	const list: unknown = Array.isArray(whole) ? whole.flat(MAX_LEVELS) : whole;
	const isNoId = (part: unknown) =>
		(typeof part === 'object' && part !== null && !isResourceLocatorValue(part)) ||
		(typeof part === 'string' && part.startsWith('{') && isObject(parseReplyJson(part)));
	const entries = (Array.isArray(list) ? list : [list]) as unknown[];
	for (const entry of entries) refuseRounded(item, displayName, entry);
	if (!entries.some(isNoId))
		return Array.isArray(list) ? split(list, inText).flatMap(inEntry) : split(list, inText);
	throw problem(
		item,
		`'${displayName}' is an object where WeCom needs IDs`,
		'Let the expression give the IDs alone, such as {{ $json.members.map((one) => one.userid) }}.',
	);
}
