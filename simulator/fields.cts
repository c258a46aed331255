/** Types of body fields. A field of the wrong type is dropped and answered with "Warning: wrong json format." (doc 90313). */

export type FieldType =
	| 'string'
	| 'integer'
	| 'number'
	| 'boolean'
	| 'object'
	| 'string[]'
	| 'integer[]'
	| 'object[]';

/** Field name to its type, to the fields of an object, or to `[fields]` of an array of objects. Unlisted fields pass untouched. */
export interface Fields {
	[name: string]: FieldType | Fields | [Fields];
}

type Json = Record<string, any>;

export const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a required parameter is missing: left out, or empty, which is the same to WeCom. */
export const isMissing = (value: unknown): boolean =>
	value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

const hasType = (value: unknown, type: FieldType): boolean => {
	switch (type) {
		case 'integer':
			return Number.isInteger(value);
		case 'object':
			return isObject(value);
		case 'string[]':
			return Array.isArray(value) && value.every((one) => typeof one === 'string');
		case 'integer[]':
			return Array.isArray(value) && value.every(Number.isInteger);
		case 'object[]':
			return Array.isArray(value) && value.every(isObject);
		default:
			return typeof value === type;
	}
};

/** A copy without the fields of a wrong type (null counts as left out). */
export function dropWrongTypes(body: Json, fields: Fields): { body: Json; dropped: boolean } {
	let dropped = false;
	const copy: Json = {};
	const nested = (value: Json, inner: Fields) => {
		const result = dropWrongTypes(value, inner);
		dropped ||= result.dropped;
		return result.body;
	};
	for (const [name, value] of Object.entries(body)) {
		const type = fields[name];
		if (value === null) continue;
		if (type === undefined) copy[name] = value;
		else if (typeof type === 'string') {
			if (hasType(value, type)) copy[name] = value;
			else dropped = true;
		} else if (Array.isArray(type)) {
			if (Array.isArray(value) && value.every(isObject))
				copy[name] = value.map((one) => nested(one, type[0]));
			else dropped = true;
		} else if (isObject(value)) copy[name] = nested(value, type);
		else dropped = true;
	}
	return { body: copy, dropped };
}
