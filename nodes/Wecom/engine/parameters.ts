import type { IDataObject } from 'n8n-workflow';
import { convertValue, isEmpty, isOn, toObject, typedValue } from './convert';
import { idOf } from './ids';
import { limit, returnAll, simplify } from './fields';
import type { Field, FieldGroup, Operation, ItemContext } from './operation';
import { emptyField, problem } from './problem';
import { parseReplyJson } from '../../shared/protocol/reply';
import { isObject } from '../../shared/util/isObject';
import { jsonIn } from '../../shared/util/values';

/** Reads the form of one item: single values in the types the form has, and all of it as WeCom's parameters. */

/** A form value as it was entered or as an expression gives it; resource locators give the ID. */
function givenValue({ context, itemIndex }: ItemContext, name: string, fallback: unknown): unknown {
	const given = context.getNodeParameter(name, itemIndex, fallback as IDataObject[string]);
	// n8n falls back only where there is no parameter, not where its expression gives nothing.
	return idOf(given) ?? fallback;
}

/** A form value in the type of its field; `fallback` where the form or its expression has none. */
export function readValue(item: ItemContext, name: string, fallback: unknown): unknown {
	const given = givenValue(item, name, fallback);
	const field = fieldNamed(item.operation, name);
	if (field) return inType(item, field, given) ?? fallback;
	return typeof fallback === 'boolean' ? isOn(item, name, given) : given;
}

function inType(item: ItemContext, field: Field, value: unknown): unknown {
	if (field.type === 'collection') {
		const entries = field.options as Field[];
		const chosen = Object.entries(isObject(value) ? value : {}).map(([name, one]) => {
			const entry = entries.find((known) => known.name === name);
			return [name, (entry && inType(item, entry, one)) ?? one];
		});
		return Object.fromEntries(chosen) as IDataObject;
	}
	if (field.type !== 'fixedCollection') return typedValue(item, field, value);
	const [group] = field.options as FieldGroup[];
	const rows = givenRows(item, field, value).map((row) => ({
		...row,
		...(Object.fromEntries(
			group.values
				.filter(({ name }) => row[name] !== undefined)
				.map((entry) => [entry.name, inType(item, entry, row[entry.name])]),
		) as IDataObject),
	}));
	return rows.length > 0 ? { [group.name]: rows } : {};
}

const fieldsByName = new WeakMap<Operation, Map<string, Field>>();

/** The field of an operation's form; the switches that a row asks for by a word are among them. */
function fieldNamed(operation: Operation, name: string): Field | undefined {
	const known =
		fieldsByName.get(operation) ??
		new Map([returnAll, limit, simplify, ...operation.fields].map((field) => [field.name, field]));
	fieldsByName.set(operation, known);
	return known.get(name);
}

/** What the form calls a field. */
export const labelOf = (operation: Operation, name: string): string =>
	fieldNamed(operation, name)?.displayName ?? name;

/**
 * What the form calls the parameter at a dotted path, or the parts of it that it has as fields; the path itself where it has none.
 * `inside` names the field whose added entries or rows are looked through instead.
 */
export function labelsAt({ fields }: Operation, path: string, inside?: string): string[] {
	const entriesOf = ({ type, options = [] }: Field): Field[] =>
		type === 'fixedCollection' ? (options as FieldGroup[])[0].values : (options as Field[]);
	const looked = inside
		? fields.filter(({ name }) => name === inside).flatMap(entriesOf)
		: fields.flatMap((field) => [field, ...(field.type === 'collection' ? entriesOf(field) : [])]);
	const isThere = ({ name, path: own = name, local }: Field) =>
		!local && (own === path || own.startsWith(`${path}.`));
	const labels = looked.filter(isThere).map(({ displayName }) => displayName);
	return labels.length > 0 ? [...new Set(labels)] : [path];
}

/**
 * Reads the form of one item as WeCom's parameters: converted, each at its path, without empty values. Options > Additional
 * Parameters come last, before the check of what is required. `part` is what WeCom calls the object that the form has at `part`.
 */
export function collectParameters(item: ItemContext, part?: string): IDataObject {
	const sent: IDataObject = {};
	const empty: Field[] = [];
	const { ignoreEmptyFields = false } = item.get<IDataObject>('options', {});
	const ignoresEmpty = isOn(item, 'Ignore Empty Fields', ignoreEmptyFields);
	for (const [path, value] of Object.entries(item.operation.fixed ?? {})) put(sent, path, value);
	for (const field of item.operation.fields) {
		// With an expression as type the form has the fields of all types.
		if (field.local || !isShown(item, field)) continue;
		const given = givenValue(item, field.name, null);
		if (field.type === 'collection') {
			const chosen = isObject(given) ? given : {};
			for (const entry of field.options as Field[]) {
				if (chosen[entry.name] === undefined || entry.local) continue;
				const value = convert(item, entry, idOf(chosen[entry.name]));
				// An entry a person added and left empty clears that value at WeCom.
				const isSent = ignoresEmpty ? !isCleared(value) : value !== undefined;
				if (isSent) putField(sent, entry, value);
			}
			continue;
		}
		// An expression that gives nothing leaves a switch as the form has it.
		const byDefault = field.type === 'boolean' ? field.default : null;
		const value = convert(item, field, given ?? byDefault);
		if (!isEmpty(value)) putField(sent, field, value);
		else if (field.required) empty.push(field);
	}
	const added = { ...additionalParameters(item) };
	if (part && isObject(added[part])) {
		added.part = added[part];
		delete added[part];
	}
	const whole = merge(sent, added);
	const missing = empty.find(({ name, path }) => isEmpty(at(whole, path ?? name)));
	if (missing) throw emptyField(item, missing.displayName);
	return whole;
}

/** Whether a value would empty one at WeCom. */
const isCleared = (value: unknown) =>
	isEmpty(value) || (Array.isArray(value) && value.every((entry) => entry === ''));

function convert(item: ItemContext, field: Field, value: unknown): IDataObject[string] | undefined {
	if (value === undefined || value === null) return undefined;
	return field.type === 'fixedCollection'
		? rowsOf(item, field, value)
		: convertValue(item, field, value);
}

/** The objects that the rows of a fixed collection stand for. */
function rowsOf(item: ItemContext, field: Field, given: unknown): IDataObject[] {
	const [group] = field.options as FieldGroup[];
	return givenRows(item, field, given).map((row) => {
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

/** The rows of a fixed collection: as the form has them, or as a list, one object or JSON from an expression. */
function givenRows(item: ItemContext, field: Field, given: unknown): IDataObject[] {
	const [group] = field.options as FieldGroup[];
	if (isEmpty(given)) return [];
	const whole = typeof given === 'string' ? toObjectOrList(item, field, given) : given;
	const isForm = isObject(whole) && (group.name in whole || Object.keys(whole).length === 0);
	const rows = [isForm ? (whole[group.name] ?? []) : whole].flat() as unknown[];
	if (rows.every(isObject)) return rows;
	throw problem(
		item,
		`'${field.displayName}' is ${typeof rows[0] === 'object' ? 'a list' : `'${String(rows[0])}'`} where WeCom needs objects`,
		'Add the entries in the form, or let the expression give a list of objects.',
	);
}

function toObjectOrList(item: ItemContext, field: Field, text: string): unknown {
	const parsed = parseReplyJson(jsonIn(text));
	if (parsed !== undefined) return parsed;
	throw problem(
		item,
		`'${field.displayName}' is not valid JSON`,
		'Add the entries in the form, or let the expression give a list of objects.',
	);
}

/** Whether the form shows a field, as its other values are; an expression may give "3" for 3. */
function isShown({ get }: ItemContext, { displayOptions }: Field): boolean {
	const { show = {}, hide = {} } = displayOptions ?? {};
	const fits = ([name, values]: [string, unknown]) =>
		(values as unknown[]).map(String).includes(String(get<unknown>(name)));
	return Object.entries(show).every(fits) && !Object.entries(hide).some(fits);
}

/** The items whose Additional Parameters an operation has asked for. */
const asked = new WeakMap<object, Set<number>>();

/** What a person adds to the form of a row: documented parameters that the form does not offer. They win over the form. */
export function additionalParameters(item: ItemContext): IDataObject {
	const { context, itemIndex } = item;
	asked.set(context, (asked.get(context) ?? new Set()).add(itemIndex));
	const { additionalParameters: given = '' } = item.get<IDataObject>('options', {});
	return given === '' ? {} : toObject(item, 'Additional Parameters', given);
}

/** Whether there are some that the operation, which has run, has no place for. */
export function hasUnusedParameters({ context, itemIndex, get }: ItemContext): boolean {
	if (asked.get(context)?.has(itemIndex)) return false;
	const given = get<unknown>('options.additionalParameters', '');
	if (typeof given === 'string') return !/^\s*(?:\{\s*\})?\s*$/.test(given);
	return isObject(given) && Object.keys(given).length > 0;
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
			isObject(known) && isObject(value) ? merge(known, value) : (value as IDataObject[string]);
	}
	return merged;
}
