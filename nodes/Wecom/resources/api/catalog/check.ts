import type { IDataObject } from 'n8n-workflow';
import { isObject } from '../../../../shared/util/isObject';
import { describe, isAbsent, NEEDED, toList, toOtherType, toScalar } from './convert';
import { isAlwaysRequired, otherType } from './exceptions';
import type { CatalogField, Endpoint, ScalarType } from './format';
import { suggest } from './suggest';

/** The parameters of a call in WeCom's types, sorted by where they travel, or everything that is wrong with them. */
export type Checked =
	| { ok: true; query: IDataObject; body: IDataObject }
	| { ok: false; problems: string[] };

export interface CheckOptions {
	/** Whether fields the catalog does not know are sent as they are. */
	allowUnknown?: boolean;
	/** Fields that the caller adds itself, such as cursor and page size. */
	notRequired?: string[];
}

/** What the credential adds to every call. */
const TOKENS = new Set(['access_token', 'suite_access_token', 'provider_access_token']);

/**
 * Checks parameters against the catalog and converts them: empty ones are dropped, `"7"` becomes 7 where WeCom needs an
 * integer, text with commas or JSON becomes a list. An integer beyond 2^53 comes as text and leaves as a bigint, which
 * JSON.stringify refuses: send the body through `sendable`.
 */
export function checkParameters(
	endpoint: Endpoint,
	values: unknown,
	options: CheckOptions = {},
): Checked {
	const check = new Check(endpoint, options);
	if (!isObject(values)) {
		const needed = `The parameters of ${endpoint.id} have to be an object`;
		return { ok: false, problems: [`${needed}, not ${describe(values)}`] };
	}
	const checked = check.fields(endpoint.fields, values, '', '');
	if (check.problems.length > 0) return { ok: false, problems: check.problems };

	const inQuery = new Set(endpoint.fields.filter((it) => it.in === 'query').map((it) => it.name));
	const goes = (name: string) => endpoint.method === 'GET' || inQuery.has(name);
	const entries = Object.entries(checked);
	const query = entries.filter(([name]) => goes(name)).map(([name, value]) => [name, plain(value)]);
	const body = entries.filter(([name]) => !goes(name));
	return {
		ok: true,
		query: Object.fromEntries(query) as IDataObject,
		body: Object.fromEntries(body) as IDataObject,
	};
}

/**
 * A body for the client: the object itself, or its JSON as bytes when it holds integers that JavaScript's numbers and
 * JSON.stringify cannot carry exactly.
 */
export function sendable(body: IDataObject): IDataObject | Buffer {
	return holdsBigint(body) ? Buffer.from(exactJson(body)) : body;
}

class Check {
	readonly problems: string[] = [];

	constructor(
		private readonly endpoint: Endpoint,
		private readonly options: CheckOptions,
	) {}

	/** An object's fields; `shown` is the path with indexes, `path` the one without. */
	fields(fields: CatalogField[], given: IDataObject, shown: string, path: string): IDataObject {
		const checked: Array<[string, unknown]> = [];
		const known = new Map(fields.map((field) => [field.name, field]));
		for (const [name, value] of Object.entries(given)) {
			const field = known.get(name);
			if (field) {
				if (isAbsent(value, field.type)) continue;
				checked.push([name, this.value(field, value, shown + name, path + name)]);
			} else if (value !== null && value !== undefined) {
				if (!this.options.allowUnknown) this.problems.push(this.unknown(fields, name, shown));
				checked.push([name, withoutNulls(value)]);
			}
		}
		const present = new Set(checked.map(([name]) => name));
		for (const { name, type, required, label } of fields) {
			if (!required || present.has(name) || type === 'binary') continue;
			if (this.options.notRequired?.includes(path + name)) continue;
			if (isAlwaysRequired(this.endpoint.id, path + name)) {
				this.problems.push(`'${shown}${name}' (${label}) is missing`);
			}
		}
		return Object.fromEntries(checked) as IDataObject;
	}

	private value(field: CatalogField, value: unknown, shown: string, path: string): unknown {
		const type = field.type.replace('[]', '') as ScalarType;
		if (type === 'binary') {
			this.problems.push(`'${shown}' is the file itself: it comes from the item's binary data`);
			return undefined;
		}
		const other = toOtherType(otherType(this.endpoint.id, path), value);
		if (other !== undefined) return withoutNulls(other);
		if (!field.type.endsWith('[]')) return this.scalar(field, type, value, shown, path);

		const entries = toList(type, value);
		if (!entries) {
			const needed = type === 'object' ? 'a list of objects' : 'a list';
			this.problems.push(`'${shown}' holds ${describe(value)} where WeCom needs ${needed}`);
			return undefined;
		}
		return entries
			.map((entry, at) => [entry, at] as const)
			.filter(([entry]) => !isAbsent(entry, type))
			.map(([entry, at]) => this.scalar(field, type, entry, `${shown}[${at}]`, path));
	}

	private scalar(
		field: CatalogField,
		type: ScalarType,
		value: unknown,
		shown: string,
		path: string,
	): unknown {
		const converted = toScalar(type, value, field.options);
		if ('wrong' in converted) {
			this.problems.push(`'${shown}' holds ${converted.wrong} where WeCom needs ${NEEDED[type]}`);
			return undefined;
		}
		if (type !== 'object') return converted.value;
		const object = converted.value as IDataObject;
		return field.fields
			? this.fields(field.fields, object, `${shown}.`, `${path}.`)
			: withoutNulls(object);
	}

	private unknown(fields: CatalogField[], name: string, shown: string): string {
		const where = shown ? `of '${shown.slice(0, -1)}'` : `of ${this.endpoint.id}`;
		const what = `'${shown}${name}' is not a parameter ${where}`;
		if (!shown && TOKENS.has(name)) return `${what}: leave it out, the credential adds the token`;
		const meant = suggest(name, fields);
		if (meant) return `${what}: did you mean '${shown}${meant}'?`;
		const names = fields.map((field) => field.name);
		if (names.length === 0) return `${what}: it takes none`;
		return names.length <= 8 ? `${what}, which takes ${names.join(', ')}` : what;
	}
}

/** For objects the documentation does not describe: everything stays but empty entries. */
function withoutNulls(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutNulls);
	if (!isObject(value) || typeof value.toJSON === 'function') return value;
	const entries = Object.entries(value).filter(
		([, entry]) => entry !== null && entry !== undefined,
	);
	return Object.fromEntries(entries.map(([name, entry]) => [name, withoutNulls(entry)]));
}

/** A query takes any number of digits as text. */
const plain = (value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function holdsBigint(value: unknown): boolean {
	if (typeof value === 'bigint') return true;
	return typeof value === 'object' && value !== null && Object.values(value).some(holdsBigint);
}

/** JSON.stringify that writes bigints digit by digit. */
function exactJson(value: unknown): string {
	if (typeof value === 'bigint') return String(value);
	if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`;
	if (!isObject(value) || typeof value.toJSON === 'function')
		return JSON.stringify(value) ?? 'null';
	const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
	return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${exactJson(entry)}`).join(',')}}`;
}
