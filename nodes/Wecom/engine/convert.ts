import type { IDataObject, INodePropertyOptions, INodePropertyTypeOptions } from 'n8n-workflow';
import { parseReplyJson } from '../../shared/protocol/reply';
import { AHEAD_SECONDS, dayInChina, toUnixSeconds } from './dates';
import { notShortened, refuseRounded } from './exact';
import { idOf, toIds, toPhones, toTexts } from './ids';
import type { Conversion, Field, ItemContext } from './operation';
import { problem } from './problem';
import { isObject } from '../../shared/util/isObject';
import { barePhone, idsIn, jsonIn, plain, readNumber, readSwitch } from '../../shared/util/values';

/**
 * What a value means, whether it was typed or comes from an expression, a spreadsheet, a database or an agent: the only place that
 * turns form values into what WeCom takes. What cannot be read is refused by the label of its field.
 */

type Value = IDataObject[string];
type Converter = (item: ItemContext, field: Field, value: unknown) => Value | undefined;

/** Whether a value holds nothing that could be sent. */
export const isEmpty = (value: unknown) =>
	(value ?? '') === '' || (Array.isArray(value) && value.length === 0);

/** An object without its empty values. */
export const withoutEmpty = (values: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));

/** A value for a message, short. */
export function shown(value: unknown): string {
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The value of a field in the type and form that its row asks for; undefined for nothing. */
export function convertValue(item: ItemContext, field: Field, value: unknown): Value | undefined {
	const chosen = typedValue(item, field, value);
	if (chosen === undefined) return undefined;
	const converted = field.convert ? CONVERSIONS[field.convert](item, field, chosen) : chosen;
	return field.each && Array.isArray(converted)
		? (converted as string[]).map((one) => ({ [field.each!]: one }))
		: converted;
}

/** The types of fields whose values are text. */
const TEXTS = ['string', 'resourceLocator', 'color'];

/** The value of a field in the type its form has; what a conversion reads by itself stays as it is. */
export function typedValue(item: ItemContext, field: Field, given: unknown): Value | undefined {
	const value = onlyOne(field, idOf(given));
	if (value === undefined || value === null) return undefined;
	const { type, displayName, convert } = field;
	if (type === 'options') return toChoice(item, field, value);
	if (convert === 'integer' && type === 'number')
		return isBlank(value) ? undefined : toInteger(item, field, value);
	if (convert) return value as Value;
	if (type === 'boolean') return isOn(item, displayName, value);
	if (type === 'multiOptions') return toChoices(item, field, value);
	if (type === 'number') return isBlank(value) ? undefined : toNumber(item, field, value);
	if (!TEXTS.includes(type)) return value as Value;
	const text = toText(item, displayName, value);
	return type === 'resourceLocator' ? idInAddress(item, field, text.trim()) : text;
}

/** The types of fields that take lists as they are. */
const LIST_TYPES = ['multiOptions', 'collection', 'fixedCollection', 'json', 'resourceMapper'];
const LIST_CONVERSIONS: Array<Conversion | undefined> = [
	'integerList',
	'stringList',
	'textList',
	'phones',
	'clearedPhones',
	'json',
	'jsonList',
];
const takesList = ({ type, convert }: Field) =>
	LIST_TYPES.includes(type) || LIST_CONVERSIONS.includes(convert);

/** A list of one is its entry where a single value belongs, and an empty one is nothing: nodes that gather items make such lists. */
function onlyOne(field: Field, value: unknown): unknown {
	if (!Array.isArray(value) || value.length > 1 || takesList(field)) return value;
	const [one] = value as unknown[];
	return isObject(one) ? value : one;
}

/** The ID in the address of a thing, where the field takes addresses; an expression may give one in any mode. */
function idInAddress(item: ItemContext, field: Field, text: string): string {
	const id = idFromAddress(field, text);
	if (id !== undefined) return notShortened(item, field.displayName, id);
	throw problem(
		item,
		`'${field.displayName}' is an address that names none: ${shown(text)}`,
		'Copy the whole address from the browser, or enter the ID.',
	);
}

/** The ID that a field of a form stands for, for lists, which have no item; '' where its address has no ID in it. */
export const idChosen = (field: Field, given: unknown): string =>
	idFromAddress(field, String(idOf(given) ?? '').trim()) ?? '';

function idFromAddress({ modes = [] }: Field, text: string) {
	const { extractValue } = modes.find(({ name }) => name === 'url') ?? {};
	if (!extractValue || !/^https?:/i.test(text)) return text;
	return new RegExp(extractValue.regex as string).exec(text)?.[1];
}

const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';

const CONVERSIONS: Record<Conversion, Converter> = {
	integer: (item, field, value) => (isBlank(value) ? undefined : toInteger(item, field, value)),
	integerList: (item, field, value) =>
		toIds(item, field.displayName, value, idsIn).map((part) => toListedInteger(item, field, part)),
	stringList: (item, { displayName }, value) => toIds(item, displayName, value),
	textList: (item, { displayName }, value) => toTexts(item, displayName, value),
	// WeCom keeps its list when an empty one comes, and takes one empty text for "none" (doc 92115).
	clearedPhones: (item, { displayName }, value) => {
		const entries = toPhones(item, displayName, value);
		return entries.length > 0 ? entries : [''];
	},
	phones: (item, { displayName }, value) => toPhones(item, displayName, value),
	// The number of a member has the code of its country as entered, that of mainland China, too (doc 90195).
	phone: (item, { displayName }, value) => {
		const phone = plain(toText(item, displayName, value));
		return phone.startsWith('+') ? phone : barePhone(notShortened(item, displayName, phone));
	},
	fen: (item, field, value) => (isBlank(value) ? undefined : toFen(item, field, value)),
	flag: (item, { displayName }, value) => (isOn(item, displayName, value) ? 1 : 0),
	json: (item, { displayName }, value) =>
		isBlank(value) ? undefined : toObject(item, displayName, value),
	// One object is a list of one.
	jsonList: (item, { displayName }, value) =>
		isBlank(value) ? undefined : ([toJson(item, displayName, value)].flat() as Value),
	day: (item, { displayName }, value) =>
		isBlank(value) ? undefined : toDay(item, displayName, value),
	dayText: (item, { displayName }, value) =>
		isBlank(value) ? undefined : toDayText(item, displayName, value),
	// 0 is WeCom's "none", such as the end of a repetition.
	timestamp: (item, { displayName }, value) =>
		['', '0'].includes(String(value).trim()) ? undefined : toTimestamp(item, displayName, value),
	timestampText: (item, { displayName }, value) =>
		isBlank(value) ? undefined : String(toTimestamp(item, displayName, value)),
};

/** WeCom drops a number where it wants text; a date becomes its ISO text. */
export function toText(item: ItemContext, displayName: string, value: unknown): string {
	const text = (value as { toJSON?: () => unknown } | null | undefined)?.toJSON?.() ?? value ?? '';
	refuseRounded(item, displayName, text);
	if (!['string', 'number', 'boolean', 'bigint'].includes(typeof text))
		throw problem(
			item,
			`'${displayName}' is ${Array.isArray(text) ? 'a list' : 'an object'} where WeCom needs text`,
			'Let the expression give one value of it, or join them into text.',
		);
	return String(text as string | number | boolean).replace(/^\ufeff/, '');
}

/** The entry of a list of choices that a value names. */
function toChoice(item: ItemContext, field: Field, value: unknown): Value {
	const options = staticOptions(field);
	const text = toText(item, field.displayName, value);
	if (!options || text === '') return text;
	const wanted = plain(text).replace(/^(\d+)\.0+$/, '$1');
	const alike = (one: unknown) => plain(one).toLowerCase() === wanted.toLowerCase();
	const found =
		options.find(({ value: one }) => String(one) === wanted) ??
		// As the form shows it, or in other letters.
		options.find(({ value: one, name }) => alike(one) || alike(name));
	if (found) return found.value;
	throw problem(
		item,
		`'${field.displayName}' is '${shown(text)}', which is not one of its choices`,
		`Choose one from the list, or let the expression give one of: ${options.map((one) => String(one.value)).join(', ')}. What WeCom has added since goes into Additional Parameters.`,
	);
}

function toChoices(item: ItemContext, field: Field, value: unknown): Value {
	const chosen = toIds(item, field.displayName, value);
	return chosen.map((one) => toChoice(item, field, one)) as Value;
}

/** The choices that the form itself lists; none where WeCom is asked for them. */
const staticOptions = ({ typeOptions, options }: Field): INodePropertyOptions[] | undefined =>
	typeOptions?.loadOptionsMethod || !options?.length
		? undefined
		: (options as INodePropertyOptions[]);

/** Whether a switch is on: an expression may give a word or a number, and any text is true for JavaScript. */
export function isOn(item: ItemContext, displayName: string, value: unknown): boolean {
	const word = typeof value === 'object' ? shown(value) : String(value ?? '').trim();
	if (value === null || word === '') return false;
	const on = readSwitch(word);
	if (on !== undefined) return on;
	throw problem(
		item,
		`'${displayName}' is '${shown(word)}', which is neither true nor false`,
		'Use the switch, or let the expression give true or false.',
	);
}

const wrongNumber = (item: ItemContext, displayName: string, value: unknown, wanted: string) =>
	problem(
		item,
		`'${displayName}' is '${shown(value)}' where WeCom needs ${wanted}`,
		'Enter digits only.',
	);

/** A number of a field, within the bounds that its form shows. */
export function toNumber(item: ItemContext, field: Field, value: unknown): number {
	const read = readNumber(value);
	if (!read) throw wrongNumber(item, field.displayName, value, 'a number');
	return within(item, field, read.number);
}

/** One integer of a list. Its digits are not grouped, since what groups digits may also stand between two integers. */
function toListedInteger(item: ItemContext, field: Field, part: string): number {
	if (/^[+-]?\d+(?:\.0*)?$/.test(plain(part))) return toInteger(item, field, part);
	throw wrongNumber(item, field.displayName, part, 'a whole number');
}

export function toInteger(item: ItemContext, field: Field, value: unknown): number {
	if (typeof value === 'string') notShortened(item, field.displayName, plain(value));
	const number = readNumber(value)?.number;
	if (!Number.isSafeInteger(number))
		throw wrongNumber(item, field.displayName, value, 'a whole number');
	return within(item, field, number!);
}

function within(item: ItemContext, { displayName, typeOptions }: Field, number: number): number {
	const { minValue = -Infinity, maxValue = Infinity } = (typeOptions ??
		{}) as INodePropertyTypeOptions;
	if (number >= minValue && number <= maxValue) return number;
	throw problem(
		item,
		`'${displayName}' is ${number}, which is too ${number < minValue ? 'small' : 'large'}`,
		`Enter a number ${minValue > -Infinity ? `from ${minValue} ` : ''}${maxValue < Infinity ? `to ${maxValue}` : 'upwards'}.`,
	);
}

/** An amount in hundredths of a yuan: what `0.1 + 0.2` adds is taken off, and an amount with a currency sign is in yuan. */
function toFen(item: ItemContext, field: Field, value: unknown): number {
	const read = readNumber(value);
	const amount = read && (read.hasCurrency ? read.number * 100 : read.number);
	const fen = Math.round(amount ?? NaN);
	if (!Number.isSafeInteger(fen) || Math.abs(fen - amount!) > 1e-4)
		throw wrongNumber(item, field.displayName, value, 'a whole number of fen');
	return within(item, field, fen);
}

const SAFE_DIGITS = 15;

/** A number as the text WeCom wants for some: in plain digits, without what adding fractions leaves behind. */
export function toNumberText(item: ItemContext, displayName: string, value: unknown): string {
	const read = readNumber(value);
	const isText = typeof value === 'string' && !/e/i.test(read?.digits ?? '');
	const text = isText ? read?.digits : String(Number(read?.number.toPrecision(SAFE_DIGITS)));
	if (read && text && !/e/i.test(text)) return text.replace(/^\+/, '').replace(/\.$/, '');
	throw wrongNumber(item, displayName, value, 'a number');
}

/** An amount of money as text: cents, where adding fractions has left more behind them. */
export function toMoneyText(item: ItemContext, displayName: string, value: unknown): string {
	const text = toNumberText(item, displayName, value);
	return typeof value === 'number' && String(value) !== text ? Number(text).toFixed(2) : text;
}

const notADate = (item: ItemContext, displayName: string, value: unknown) =>
	problem(
		item,
		`'${displayName}' is '${shown(value)}', which is not a date`,
		'Choose a date, or give an ISO date such as 2026-01-31T09:00:00 or Unix time in seconds.',
	);

/** Unix seconds of a date; one without an offset is in the workflow's time zone. */
export function toTimestamp(item: ItemContext, displayName: string, value: unknown): number {
	const seconds = toUnixSeconds(value, item.context.getTimezone());
	if (seconds === undefined) throw notADate(item, displayName, value);
	return seconds;
}

/** Unix seconds of the midnight in China with which a day begins. */
export function toDay(item: ItemContext, displayName: string, value: unknown): number {
	const seconds = dayInChina(value);
	if (seconds === undefined) throw notADate(item, displayName, value);
	return seconds;
}

/** A day as `2026-01-31`, in China. */
const toDayText = (item: ItemContext, displayName: string, value: unknown): string =>
	new Date((toDay(item, displayName, value) + AHEAD_SECONDS) * 1000).toISOString().slice(0, 10);

/** JSON that has to be an object. */
export function toObject(item: ItemContext, displayName: string, value: unknown): IDataObject {
	const object = value === null ? undefined : toJson(item, displayName, value);
	if (isObject(object)) return object;
	throw problem(
		item,
		`'${displayName}' ${object ? 'is a list' : 'is empty'} where an object is needed`,
		'Check the expression that should give it, or enter {} for none.',
	);
}

/** An object or a list, given as such or as JSON. */
export function toJson(item: ItemContext, displayName: string, value: unknown): IDataObject {
	let parsed = typeof value === 'string' ? parseReplyJson(jsonIn(value)) : value;
	// A database or a model may have written the text of JSON as JSON.
	if (typeof parsed === 'string' && parsed !== value) parsed = parseReplyJson(parsed);
	if (typeof parsed === 'object' && parsed !== null) return parsed as IDataObject;
	throw problem(
		item,
		`'${displayName}' is not valid JSON`,
		'Check quotes and commas, or pass an object with an expression.',
	);
}
