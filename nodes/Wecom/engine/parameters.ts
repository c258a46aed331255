import {
	isResourceLocatorValue,
	NodeOperationError,
	type IDataObject,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { dayInChina } from './day';
import { returnAll, simplify } from './fields';
import type { Conversion, Field, FieldGroup, Operation, OperationCall } from './operation';
import { toUnixSeconds } from './dates';

/**
 * Reads the form of one item as WeCom's parameters: converted, each at its path, without empty values. Options > Additional
 * Parameters come last, before the check of what is required. `part` is what WeCom calls the object that the form has at `part`.
 */
export function collectParameters(call: OperationCall, part?: string): IDataObject {
	const sent: IDataObject = {};
	const empty: Field[] = [];
	for (const [path, value] of Object.entries(call.operation.fixed ?? {})) put(sent, path, value);
	for (const field of call.operation.fields) {
		if (field.local) continue;
		if (field.type === 'collection') {
			const chosen = call.get<IDataObject>(field.name, {});
			for (const entry of field.options as Field[]) {
				if (chosen[entry.name] === undefined || entry.local) continue;
				const value = convert(call, entry, idOf(chosen[entry.name]));
				// An entry a person added and left empty clears that value at WeCom.
				if (value !== undefined) putField(sent, entry, value);
			}
			continue;
		}
		const given = call.get<unknown>(field.name, null);
		// An expression that gives nothing leaves a switch as the form has it; what the form does not show is not sent.
		const byDefault = field.type === 'boolean' && isShown(call, field) ? field.default : null;
		const value = convert(call, field, given ?? byDefault);
		if (!isEmpty(value)) putField(sent, field, value);
		else if (field.required && isShown(call, field)) empty.push(field);
	}
	const added = additionalParameters(call);
	const inPart = part ? added[part] : undefined;
	const whole = merge(sent, isPlainObject(inPart) ? { ...added, part: inPart } : added);
	const missing = empty.find(({ name, path }) => isEmpty(at(whole, path ?? name)));
	if (missing) throw emptyField(call, missing.displayName);
	return whole;
}

/** The objects that the rows of a fixed collection stand for. */
function rowsOf(call: OperationCall, field: Field, given: unknown): IDataObject[] {
	const [group] = field.options as FieldGroup[];
	const rows = (given as IDataObject | undefined)?.[group.name] ?? [];
	return ([rows].flat() as IDataObject[]).map((row) => {
		const object: IDataObject = {};
		for (const entry of group.values) {
			if (entry.local) continue;
			const value = convert(call, entry, idOf(row[entry.name]));
			if (!isEmpty(value)) putField(object, entry, value);
			else if (entry.required) throw emptyField(call, entry.displayName);
		}
		return object;
	});
}

/** Whether the form shows a field, as its other values are; an expression may give "3" for 3. */
function isShown({ get }: OperationCall, { displayOptions }: Field): boolean {
	const { show = {}, hide = {} } = displayOptions ?? {};
	const fits = ([name, values]: [string, unknown]) =>
		(values as unknown[]).map(String).includes(String(get<unknown>(name)));
	return Object.entries(show).every(fits) && !Object.entries(hide).some(fits);
}

/** What the form calls a field. */
export const labelOf = ({ fields }: Operation, name: string): string =>
	[...fields, returnAll, simplify].find((field) => field.name === name)?.displayName ?? name;

/** A required field without a value. */
export const emptyField = (call: OperationCall, displayName: string) =>
	problem(
		call,
		`'${displayName}' is empty`,
		'Fill it in, or check the expression that should give it.',
	);

const idOf = (value: unknown) => (isResourceLocatorValue(value) ? value.value : value);

/** What a person adds to the form of a row: documented parameters that the form does not offer. */
function additionalParameters(call: OperationCall): IDataObject {
	const { additionalParameters: given = '' } = call.get<IDataObject>('options', {});
	return given === '' ? {} : toObject(call, 'Additional Parameters (JSON)', given);
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
	call: Pick<OperationCall, 'context' | 'itemIndex'>,
	message: string,
	description: string,
) {
	const { context, itemIndex } = call;
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
export function toIds(call: OperationCall, displayName: string, value: unknown): string[] {
	if (![value].flat().some((part) => typeof part === 'object' && part !== null))
		return splitIds(value);
	throw problem(
		call,
		`'${displayName}' holds an object where WeCom needs IDs`,
		'Let the expression give the IDs alone, such as {{ $json.members.map((one) => one.userid) }}.',
	);
}

function convert(
	call: OperationCall,
	field: Field,
	value: unknown,
): IDataObject[string] | undefined {
	if (value === undefined || value === null) return undefined;
	if (field.type === 'fixedCollection') return rowsOf(call, field, value);
	const converted = field.as
		? CONVERSIONS[field.as](call, field, value)
		: plain(call, field, value);
	return field.each && Array.isArray(converted)
		? (converted as string[]).map((one) => ({ [field.each!]: one }))
		: converted;
}

/** The types whose values WeCom wants as text. */
const TEXTS = ['string', 'resourceLocator', 'options', 'color'];

function plain(call: OperationCall, field: Field, value: unknown): IDataObject[string] | undefined {
	if (field.type === 'boolean') return isOn(call, field.displayName, value);
	if (isChoiceOfNumbers(field)) return CONVERSIONS.integer(call, field, value);
	return TEXTS.includes(field.type)
		? toText(call, field.displayName, value)
		: (value as IDataObject[string]);
}

/** An expression may give "3" there. */
const isChoiceOfNumbers = ({ type, options = [] }: Field): boolean =>
	type === 'options' &&
	(options as INodePropertyOptions[]).some(({ value }) => typeof value === 'number');

/** WeCom drops a number where it wants text; a date becomes its ISO text. */
function toText(call: OperationCall, displayName: string, value: unknown): string {
	const text = (value as { toJSON?: () => unknown }).toJSON?.() ?? value;
	if (typeof text === 'object')
		throw problem(
			call,
			`'${displayName}' holds ${Array.isArray(text) ? 'a list' : 'an object'} where WeCom needs text`,
			'Let the expression give one value of it, or join them into text.',
		);
	return String(text);
}

type Converter = (
	call: OperationCall,
	field: Field,
	value: unknown,
) => IDataObject[string] | undefined;

const CONVERSIONS: Record<Conversion, Converter> = {
	integer: (call, field, value) =>
		String(value).trim() === '' ? undefined : toInteger(call, field, value),
	integerList: (call, field, value) =>
		toIds(call, field.displayName, value).map((part) => toInteger(call, field, part)),
	stringList: (call, { displayName }, value) => toIds(call, displayName, value),
	flag: (call, { displayName }, value) => (isOn(call, displayName, value) ? 1 : 0),
	json: (call, field, value) => (value === '' ? undefined : toJson(call, field.displayName, value)),
	jsonText: (call, field, value) =>
		value === '' ? undefined : JSON.stringify(toJson(call, field.displayName, value)),
	day: (call, field, value) =>
		value === '' ? undefined : dayInChina(value, toTimestamp(call, field.displayName, value)),
	// 0 is WeCom's "none", such as the end of a repetition.
	timestamp: (call, field, value) =>
		['', '0'].includes(String(value)) ? undefined : toTimestamp(call, field.displayName, value),
	timestampText: (call, field, value) =>
		value === '' ? undefined : String(toTimestamp(call, field.displayName, value)),
};

/** Whether a switch is on: an expression may give a word or a number, and any text is true for JavaScript. */
export function isOn(call: OperationCall, displayName: string, value: unknown): boolean {
	const word = String(value ?? '').trim();
	if (/^(true|1|yes)$/i.test(word)) return true;
	if (/^(false|0|no|)$/i.test(word)) return false;
	throw problem(
		call,
		`'${displayName}' holds '${word}', which is neither true nor false`,
		'Use the switch, or let the expression give true or false.',
	);
}

function toInteger(call: OperationCall, field: Field, value: unknown): number {
	const number = typeof value === 'object' ? NaN : Number(value);
	if (!Number.isSafeInteger(number)) {
		throw problem(
			call,
			`'${field.displayName}' holds '${String(value)}' where WeCom needs a whole number`,
			'Enter digits only.',
		);
	}
	return number;
}

/** Unix seconds of a date: an ISO text (without an offset in the workflow's time zone), a Luxon DateTime or a number. */
export function toTimestamp(call: OperationCall, displayName: string, value: unknown): number {
	const seconds = toUnixSeconds(value, call.context.getTimezone());
	if (seconds === undefined) {
		throw problem(
			call,
			`'${displayName}' holds '${String(value)}', which is not a date`,
			'Choose a date, or give an ISO date such as 2026-01-31T09:00:00 or Unix time in seconds.',
		);
	}
	return seconds;
}

/** JSON that has to be an object. */
export function toObject(call: OperationCall, displayName: string, value: unknown): IDataObject {
	const object = value === null ? undefined : toJson(call, displayName, value);
	if (isPlainObject(object)) return object;
	throw problem(
		call,
		`'${displayName}' ${object ? 'is a list' : 'is empty'} where an object is needed`,
		'Check the expression that should give it, or enter {} for none.',
	);
}

export function toJson(call: OperationCall, displayName: string, value: unknown): IDataObject {
	if (typeof value === 'object' && value !== null) return value as IDataObject;
	const parsed = tryParse(String(value));
	if (parsed === undefined) {
		throw problem(
			call,
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
