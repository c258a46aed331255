import { parseReplyJson } from '../../../../shared/protocol/reply';
import { isObject } from '../../../../shared/util/isObject';
import { idsIn, jsonIn, readNumber, readSwitch, wordsIn } from '../../../../shared/util/values';
import type { CatalogField, FieldType, ScalarType } from './format';

/** A value in WeCom's type, or what it holds instead. */
export type Converted = { value: unknown } | { wrong: string };

/** What a value has to be, for messages. */
export const NEEDED: Record<ScalarType, string> = {
	string: 'text',
	integer: 'an integer',
	number: 'a number',
	boolean: 'true or false',
	object: 'an object',
	binary: 'a file',
};

const MIN_64_BIT = -(2n ** 63n);
const MAX_64_BIT = 2n ** 64n - 1n;

/** Null, undefined, and an empty text where no text belongs: the value of a form field left empty. */
export const isAbsent = (value: unknown, type: string): boolean =>
	value === null ||
	value === undefined ||
	(type !== 'string' && typeof value === 'string' && value.trim() === '');

/** A value as WeCom's type, as far as nothing is lost by it. */
export function toScalar(
	type: ScalarType,
	given: unknown,
	options: CatalogField['options'],
): Converted {
	const value = type === 'object' ? given : onlyOne(given);
	switch (type) {
		case 'string':
			return toText(value);
		case 'integer':
			return toInteger(value, options);
		case 'number':
			return toNumber(value);
		case 'boolean':
			return toBoolean(value);
		case 'object':
			return toObject(value);
		default:
			return { wrong: describe(value) };
	}
}

/** A list of one single value is that value where a list does not belong. */
function onlyOne(value: unknown): unknown {
	if (!Array.isArray(value) || value.length !== 1) return value;
	const [one] = value as unknown[];
	return typeof one === 'object' ? value : one;
}

/** The entries of a list given as such, as JSON, as text with commas or lines, or as one single value. */
export function toList(type: ScalarType, value: unknown): unknown[] | undefined {
	if (Array.isArray(value)) return value;
	if (typeof value !== 'string') {
		return isObject(value) && type !== 'object' ? undefined : [value];
	}
	const parsed = listOrObject(value, '[');
	if (Array.isArray(parsed)) return parsed;
	if (type === 'object') return isObject(listOrObject(value, '{')) ? [value] : undefined;
	return type === 'string' ? wordsIn(value) : idsIn(value);
}

/** A value that has the type of the official sample, where that is not the documented one; undefined if it has not. */
export function toOtherType(type: FieldType | undefined, value: unknown): unknown {
	const list = type?.endsWith('[]') ? toList(type === 'object[]' ? 'object' : 'string', value) : [];
	switch (type) {
		case 'integer':
			return Number.isSafeInteger(value) ? value : undefined;
		case 'boolean':
			return typeof value === 'boolean' ? value : undefined;
		case 'object': {
			const object = toObject(value);
			return 'value' in object ? object.value : undefined;
		}
		case 'object[]': {
			const objects = (list ?? []).map(toObject).map((it) => 'value' in it && it.value);
			return objects.length > 0 && objects.every(Boolean) ? objects : undefined;
		}
		case 'string[]':
			return list?.some((entry) => typeof entry === 'string' && !/^\d*$/.test(entry))
				? list
				: undefined;
		default:
			return undefined;
	}
}

/** A value for a message, short. */
export function describe(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object' && value !== null) return 'an object';
	if (typeof value !== 'string') return String(value);
	return `'${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`;
}

function toText(value: unknown): Converted {
	if (typeof value === 'string') return { value: value.replace(/^\ufeff/, '') };
	if (isInexact(value)) return inexact(value);
	if (['number', 'bigint', 'boolean'].includes(typeof value)) return { value: String(value) };
	return { wrong: describe(value) };
}

function toInteger(value: unknown, options: CatalogField['options']): Converted {
	if (isInexact(value)) return inexact(value);
	if (Number.isSafeInteger(value)) return { value };
	const on = isFlag(options) && typeof value !== 'object' ? readSwitch(value) : undefined;
	if (on !== undefined) return { value: Number(on) };
	const read = readNumber(value);
	// An amount in yuan could stand for itself or for its cents.
	if (!read || read.hasCurrency || !/^[+-]?\d+(\.0*)?$/.test(read.digits))
		return { wrong: describe(value) };
	const digits = read.digits.replace(/^\+|\..*$/g, '');
	const exact = BigInt(digits);
	if (exact < MIN_64_BIT || exact > MAX_64_BIT) return { wrong: `${digits}, beyond 64 bits,` };
	return { value: Number.isSafeInteger(Number(exact)) ? Number(exact) : exact };
}

function toNumber(value: unknown): Converted {
	if (isInexact(value)) return inexact(value);
	const read = readNumber(value);
	return read ? { value: read.number } : { wrong: describe(value) };
}

function toBoolean(value: unknown): Converted {
	const on = typeof value === 'object' ? undefined : readSwitch(value);
	return on === undefined ? { wrong: describe(value) } : { value: on };
}

function toObject(value: unknown): Converted {
	const object = typeof value === 'string' ? listOrObject(value, '{') : value;
	return isObject(object) ? { value: object } : { wrong: describe(value) };
}

/** JavaScript has rounded such a number before anybody here saw it. */
const isInexact = (value: unknown): boolean =>
	typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

const inexact = (value: unknown): Converted => ({
	wrong: `${BigInt(value as number)}, too large for an exact number: pass it as text, in quotes,`,
});

const isFlag = (options: CatalogField['options']): boolean =>
	options?.every(({ value }) => value === 0 || value === 1) ?? false;

/** A list (`[`) or an object (`{`) in JSON; its integers beyond 2^53 are text, so that no digit is lost. */
function listOrObject(text: string, start: '[' | '{'): unknown {
	const json = jsonIn(text);
	return json.startsWith(start) ? parseReplyJson(json) : undefined;
}
