import {
	isResourceLocatorValue,
	NodeOperationError,
	type IDataObject,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { dayInChina } from './day';
import { returnAll, simplify } from './fields';
import type { Conversion, Field, FieldGroup, Operation, ItemContext } from './operation';
import { toUnixSeconds } from './dates';

/**
 * Reads the form of one item as WeCom's parameters: converted, each at its path, without empty values. Options > Additional
 * Parameters come last, before the check of what is required. `part` is what WeCom calls the object that the form has at `part`.
 */
export function collectParameters(item: ItemContext, part?: string): IDataObject {
	const sent: IDataObject = {};
	const empty: Field[] = [];
	for (const [path, value] of Object.entries(item.operation.fixed ?? {})) put(sent, path, value);
	for (const field of item.operation.fields) {
		if (field.local) continue;
		if (field.type === 'collection') {
			const chosen = item.get<IDataObject>(field.name, {});
			for (const entry of field.options as Field[]) {
				if (chosen[entry.name] === undefined || entry.local) continue;
				const value = convert(item, entry, idOf(chosen[entry.name]));
				// An entry a person added and left empty clears that value at WeCom.
				if (value !== undefined) putField(sent, entry, value);
			}
			continue;
		}
		const given = item.get<unknown>(field.name, null);
		// An expression that gives nothing leaves a switch as the form has it; what the form does not show is not sent.
		const byDefault = field.type === 'boolean' && isShown(item, field) ? field.default : null;
		const value = convert(item, field, given ?? byDefault);
		if (!isEmpty(value)) putField(sent, field, value);
		else if (field.required && isShown(item, field)) empty.push(field);
	}
	const added = additionalParameters(item);
	const inPart = part ? added[part] : undefined;
	const whole = merge(sent, isPlainObject(inPart) ? { ...added, part: inPart } : added);
	const missing = empty.find(({ name, path }) => isEmpty(at(whole, path ?? name)));
	if (missing) throw emptyField(item, missing.displayName);
	return whole;
}

/** The objects that the rows of a fixed collection stand for. */
function rowsOf(item: ItemContext, field: Field, given: unknown): IDataObject[] {
	const [group] = field.options as FieldGroup[];
	const rows = (given as IDataObject | undefined)?.[group.name] ?? [];
	return ([rows].flat() as IDataObject[]).map((row) => {
		const object: IDataObject = {};
		for (const entry of group.values) {
			if (entry.local) continue;
			const value = convert(item, entry, idOf(row[entry.name]));
			if (!isEmpty(value)) putField(object, entry, value);
			else if (entry.required) throw emptyField(item, entry.displayName);
		}
		return object;
	});
}

/** Whether the form shows a field, as its other values are; an expression may give "3" for 3. */
function isShown({ get }: ItemContext, { displayOptions }: Field): boolean {
	const { show = {}, hide = {} } = displayOptions ?? {};
	const fits = ([name, values]: [string, unknown]) =>
		(values as unknown[]).map(String).includes(String(get<unknown>(name)));
	return Object.entries(show).every(fits) && !Object.entries(hide).some(fits);
}

/** What the form calls a field. */
export const labelOf = ({ fields }: Operation, name: string): string =>
	[...fields, returnAll, simplify].find((field) => field.name === name)?.displayName ?? name;

/** A required field without a value. */
export const emptyField = (item: ItemContext, displayName: string) =>
	problem(
		item,
		`'${displayName}' is empty`,
		'Fill it in, or check the expression that should give it.',
	);

const idOf = (value: unknown) => (isResourceLocatorValue(value) ? value.value : value);

/** What a person adds to the form of a row: documented parameters that the form does not offer. */
function additionalParameters(item: ItemContext): IDataObject {
	const { additionalParameters: given = '' } = item.get<IDataObject>('options', {});
	return given === '' ? {} : toObject(item, 'Additional Parameters (JSON)', given);
}

function putField(target: IDataObject, { name, path, spread }: Field, value: unknown): void {
	if (spread) Object.assign(target, value);
	else put(target, path ?? name, value);
}

/** Sets a value at a dotted path. */
function put(target: IDataObject, path: string, value: unknown): void {
	const names = path.split('.');
	const last = names.pop()!;
	let level = target;
	for (const name of names) level = (level[name] ??= {}) as IDataObject;
	level[last] = value as IDataObject[string];
}

/** The value at a dotted path. */
export const at = (object: IDataObject, path: string): unknown =>
	path
		.split('.')
		.reduce<unknown>((level, name) => (level as IDataObject | undefined)?.[name], object);

/** `extra` over `base`, object by object. */
export function merge(base: IDataObject, extra: IDataObject): IDataObject {
	const merged = { ...base };
	for (const [name, value] of Object.entries(extra)) {
		const known = merged[name];
		merged[name] =
			isPlainObject(known) && isPlainObject(value)
				? merge(known, value)
				: (value as IDataObject[string]);
	}
	return merged;
}

export const isPlainObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nothing that could be sent. */
export const isEmpty = (value: unknown) =>
	(value ?? '') === '' || (Array.isArray(value) && value.length === 0);

/** An error at this item for something the person can set right. */
export function problem(
	item: Pick<ItemContext, 'context' | 'itemIndex'>,
	message: string,
	description: string,
) {
	const { context, itemIndex } = item;
	return new NodeOperationError(context.getNode(), message, {
		description,
		itemIndex,
		level: 'warning',
	});
}

/** Ids as entered: an array, or text with commas, semicolons, `|` or line breaks between them. */
export function splitIds(value: unknown): string[] {
	const parts: unknown[] = Array.isArray(value) ? value : String(value ?? '').split(/[|,;，；\n]/);
	return parts.map((part) => String(part ?? '').trim()).filter(Boolean);
}

/** Ids of a field; objects, such as whole members, are none. */
export function toIds(item: ItemContext, displayName: string, value: unknown): string[] {
	if (![value].flat().some((part) => typeof part === 'object' && part !== null))
		return splitIds(value);
	throw problem(
		item,
		`'${displayName}' holds an object where WeCom needs IDs`,
		'Let the expression give the IDs alone, such as {{ $json.members.map((one) => one.userid) }}.',
	);
}

function convert(item: ItemContext, field: Field, value: unknown): IDataObject[string] | undefined {
	if (value === undefined || value === null) return undefined;
	if (field.type === 'fixedCollection') return rowsOf(item, field, value);
	const converted = field.convert
		? CONVERSIONS[field.convert](item, field, value)
		: plain(item, field, value);
	return field.each && Array.isArray(converted)
		? (converted as string[]).map((one) => ({ [field.each!]: one }))
		: converted;
}

/** The types whose values WeCom wants as text. */
const TEXTS = ['string', 'resourceLocator', 'options', 'color'];

function plain(item: ItemContext, field: Field, value: unknown): IDataObject[string] | undefined {
	if (field.type === 'boolean') return isOn(item, field.displayName, value);
	if (isChoiceOfNumbers(field)) return CONVERSIONS.integer(item, field, value);
	return TEXTS.includes(field.type)
		? toText(item, field.displayName, value)
		: (value as IDataObject[string]);
}

/** An expression may give "3" there. */
const isChoiceOfNumbers = ({ type, options = [] }: Field): boolean =>
	type === 'options' &&
	(options as INodePropertyOptions[]).some(({ value }) => typeof value === 'number');

/** WeCom drops a number where it wants text; a date becomes its ISO text. */
function toText(item: ItemContext, displayName: string, value: unknown): string {
	const text = (value as { toJSON?: () => unknown }).toJSON?.() ?? value;
	if (typeof text === 'object')
		throw problem(
			item,
			`'${displayName}' holds ${Array.isArray(text) ? 'a list' : 'an object'} where WeCom needs text`,
			'Let the expression give one value of it, or join them into text.',
		);
	return String(text);
}

type Converter = (
	item: ItemContext,
	field: Field,
	value: unknown,
) => IDataObject[string] | undefined;

const CONVERSIONS: Record<Conversion, Converter> = {
	integer: (item, field, value) =>
		String(value).trim() === '' ? undefined : toInteger(item, field, value),
	integerList: (item, field, value) =>
		toIds(item, field.displayName, value).map((part) => toInteger(item, field, part)),
	stringList: (item, { displayName }, value) => toIds(item, displayName, value),
	flag: (item, { displayName }, value) => (isOn(item, displayName, value) ? 1 : 0),
	json: (item, field, value) => (value === '' ? undefined : toJson(item, field.displayName, value)),
	jsonText: (item, field, value) =>
		value === '' ? undefined : JSON.stringify(toJson(item, field.displayName, value)),
	day: (item, field, value) =>
		value === '' ? undefined : dayInChina(value, toTimestamp(item, field.displayName, value)),
	// 0 is WeCom's "none", such as the end of a repetition.
	timestamp: (item, field, value) =>
		['', '0'].includes(String(value)) ? undefined : toTimestamp(item, field.displayName, value),
	timestampText: (item, field, value) =>
		value === '' ? undefined : String(toTimestamp(item, field.displayName, value)),
};

/** Whether a switch is on: an expression may give a word or a number, and any text is true for JavaScript. */
export function isOn(item: ItemContext, displayName: string, value: unknown): boolean {
	const word = String(value ?? '').trim();
	if (/^(true|1|yes)$/i.test(word)) return true;
	if (/^(false|0|no|)$/i.test(word)) return false;
	throw problem(
		item,
		`'${displayName}' holds '${word}', which is neither true nor false`,
		'Use the switch, or let the expression give true or false.',
	);
}

function toInteger(item: ItemContext, field: Field, value: unknown): number {
	const number = typeof value === 'object' ? NaN : Number(value);
	if (!Number.isSafeInteger(number)) {
		throw problem(
			item,
			`'${field.displayName}' holds '${String(value)}' where WeCom needs a whole number`,
			'Enter digits only.',
		);
	}
	return number;
}

/** Unix seconds of a date: an ISO text (without an offset in the workflow's time zone), a Luxon DateTime or a number. */
export function toTimestamp(item: ItemContext, displayName: string, value: unknown): number {
	const seconds = toUnixSeconds(value, item.context.getTimezone());
	if (seconds === undefined) {
		throw problem(
			item,
			`'${displayName}' holds '${String(value)}', which is not a date`,
			'Choose a date, or give an ISO date such as 2026-01-31T09:00:00 or Unix time in seconds.',
		);
	}
	return seconds;
}

/** JSON that has to be an object. */
export function toObject(item: ItemContext, displayName: string, value: unknown): IDataObject {
	const object = value === null ? undefined : toJson(item, displayName, value);
	if (isPlainObject(object)) return object;
	throw problem(
		item,
		`'${displayName}' ${object ? 'is a list' : 'is empty'} where an object is needed`,
		'Check the expression that should give it, or enter {} for none.',
	);
}

export function toJson(item: ItemContext, displayName: string, value: unknown): IDataObject {
	if (typeof value === 'object' && value !== null) return value as IDataObject;
	const parsed = tryParse(String(value));
	if (parsed === undefined) {
		throw problem(
			item,
			`'${displayName}' is not valid JSON`,
			'Check quotes and commas, or pass an object with an expression.',
		);
	}
	return parsed;
}

function tryParse(text: string): IDataObject | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as IDataObject) : undefined;
	} catch {
		return undefined;
	}
}
