import type { IDataObject } from 'n8n-workflow';
import { isObject } from '../../../../shared/util/isObject';
import { describe, isAbsent, NEEDED, toList, toOtherType, toScalar } from './convert';
import { isAlwaysRequired, otherType } from './exceptions';
import type { CatalogField, Endpoint, ScalarType } from './format';
import { suggest } from './suggest';

/**
 * How far parameters are held to the catalog: `strict` refuses what it does not know, `convert` sends that as it is and leaves the
 * rest to WeCom, `off` only sorts them by where they travel.
 */
export type ParameterCheck = 'strict' | 'convert' | 'off';

/** The parameters of a call in WeCom's types, sorted by where they travel, or everything that is wrong with them. */
export type Checked =
	| { ok: true; query: IDataObject; body: IDataObject; unchecked: string[] }
	| { ok: false; problems: string[] };

export interface CheckOptions {
	check?: ParameterCheck;
	/** Fields that the caller adds itself, such as cursor and page size. */
	notRequired?: string[];
}

/** What the credential adds to every call. */
export const TOKENS = new Set(['access_token', 'suite_access_token', 'provider_access_token']);

/**
 * Checks parameters against the catalog and converts them: empty ones are dropped, `"7"` becomes 7 where WeCom needs an
 * integer, text with commas or JSON becomes a list. `unchecked` names what was sent as it was. An integer beyond 2^53 comes as text and leaves as a bigint, which
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
	const isOff = options.check === 'off';
	const checked = isOff ? values : check.fields(knownFields(endpoint), values, '', '');
	const isDocumented = (name: string) => endpoint.fields.some((field) => field.name === name);
	for (const name of Object.keys(values))
		if (TOKENS.has(name) && !isDocumented(name)) check.problems.push(ownToken(name));
	if (check.problems.length > 0) return { ok: false, problems: [...new Set(check.problems)] };

	const inQuery = new Set(endpoint.fields.filter((it) => it.in === 'query').map((it) => it.name));
	const goes = (name: string) => hasNoBody(endpoint.method) || inQuery.has(name);
	const entries = Object.entries(checked);
	const query = entries.filter(([name]) => goes(name)).map(([name, value]) => [name, plain(value)]);
	const body = entries.filter(([name]) => !goes(name));
	return {
		ok: true,
		query: Object.fromEntries(query) as IDataObject,
		body: Object.fromEntries(body) as IDataObject,
		unchecked: check.unchecked,
	};
}

/** Whether a call says everything in its query. */
export const hasNoBody = (method: string): boolean => ['GET', 'DELETE'].includes(method);

/** The message for a token among the parameters; the token itself never stands in a message. */
export const ownToken = (name: string): string =>
	`'${name}' is not a parameter: leave it out, the credential adds the token`;

/** The fields of an endpoint and, for the check, those that WeCom documents for other variants of the same call. */
const knownFields = ({ fields, variants = [] }: Endpoint): CatalogField[] =>
	variants.reduce(withVariant, fields);

function withVariant(own: CatalogField[], others: CatalogField[]): CatalogField[] {
	const known = new Map(own.map((field) => [field.name, field]));
	const merged = own.map((field) => {
		const other = others.find(({ name }) => name === field.name);
		return field.fields && other?.fields
			? { ...field, fields: withVariant(field.fields, other.fields) }
			: field;
	});
	const added = others.filter(({ name }) => !known.has(name));
	return [...merged, ...added.map((field) => ({ ...field, required: false }))];
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
	/** The paths of parameters that are sent as they were given. */
	readonly unchecked: string[] = [];
	private readonly isStrict: boolean;

	constructor(
		private readonly endpoint: Endpoint,
		private readonly options: CheckOptions,
	) {
		this.isStrict = (options.check ?? 'strict') === 'strict';
	}

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
				this.refuse(this.unknown(fields, name, shown), shown + name);
				checked.push([name, withoutNulls(value)]);
			}
		}
		if (!this.isStrict) return Object.fromEntries(checked) as IDataObject;
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

	private refuse(problem: string, shown: string): void {
		if (this.isStrict) this.problems.push(problem);
		else this.unchecked.push(shown);
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
			this.refuse(`'${shown}' is ${describe(value)} where WeCom needs ${needed}`, shown);
			return value;
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
			this.refuse(`'${shown}' is ${converted.wrong} where WeCom needs ${NEEDED[type]}`, shown);
			return value;
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
		if (!shown && TOKENS.has(name)) return ownToken(name);
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
