/** Checks a request against the facts of its endpoint: types (a wrong one is dropped) and required parameters. */
import type { ApiRequest } from '../dispatch.cts';
import { WecomError } from '../errors.cts';
import { dropWrongTypes, isMissing, isObject, type Fields, type FieldType } from '../fields.cts';
import { parseMultipart } from '../multipart.cts';
import type { Facts, Field, Json } from './facts.cts';

/** Parameters with an errcode of their own when they are missing; all others have 40058. */
const MISSING: Record<string, number> = {
	corpid: 41002,
	media_id: 41006,
	code: 41008,
	userid: 41009,
	url: 41010,
	agentid: 41011,
	title: 41016,
	tagid: 41017,
	tagname: 41018,
	suite_id: 41021,
	suite_ticket: 41023,
	suite_secret: 41024,
	permanent_code: 41025,
	description: 41033,
	external_userid: 41035,
	config_id: 41043,
	welcome_code: 41049,
	moment_id: 41059,
	open_kfid: 60251,
	register_code: 84021,
	caller: 84052,
	callee: 84053,
	auth_corpid: 84054,
	auth_code: 84076,
	user_ticket: 84090,
	chatid: 86201,
};
const OTHERS = 40058;
const EMPTY_FILE = 44001;
const WRONG_MSGTYPE = 40008;

export interface Checked {
	/** The parameters of query and body, without those of a wrong type. */
	params: Json;
	/** A field of the JSON body had a wrong type. */
	dropped: boolean;
	refusal?: WecomError;
}

export function checkParameters(facts: Facts, request: ApiRequest): Checked {
	const fits = request.method === facts.method;
	const body = fits && facts.content_type === 'application/json' ? readJson(request.rawBody) : {};
	const types = fieldTypes(facts.params.filter((param) => param.in === 'body'));
	const checked = body ? dropWrongTypes(body, types) : { body: {}, dropped: true };
	const inQuery = facts.params.filter((param) => param.in === 'query');
	const params = { ...checked.body, ...(fits ? fromQuery(inQuery, request.query) : {}) };
	const refusal = refusalOf(facts, params) ?? refusalOfFile(facts, request);
	return { params, dropped: checked.dropped, refusal };
}

/** Of endpoints that share a path, the one whose parameters the request has. */
export function bestFit(sharing: Facts[], request: ApiRequest): Facts {
	const rated = sharing.map((facts) => {
		const { params, dropped, refusal } = checkParameters(facts, request);
		const unknown = Object.keys(params).filter(
			(name) => !facts.params.some((param) => param.name === name),
		);
		return { facts, faults: (refusal ? 1000 : 0) + (dropped ? 100 : 0) + unknown.length };
	});
	return rated.reduce((best, one) => (one.faults < best.faults ? one : best)).facts;
}

function refusalOf(facts: Facts, params: Json): WecomError | undefined {
	if (facts.content_type === 'text/xml') return undefined;
	const firstPage = facts.paging?.request.cursor ?? '';
	const needed = requirements(facts.params, [facts.sample_request ?? {}]).filter(
		(param) => !(param.name === firstPage && params[firstPage] === ''),
	);
	const missing = firstMissing(params, needed);
	if (missing) return refusalFor(missing);
	// A message has its content in the field named like its type, which no table says.
	const types = facts.variants?.map(({ sample_request }) => sample_request?.msgtype) ?? [];
	if (!types.length || types.includes(undefined)) return undefined;
	if (!types.includes(params.msgtype)) return new WecomError(WRONG_MSGTYPE);
	return isMissing(params[params.msgtype]) ? refusalFor(params.msgtype) : undefined;
}

/**
 * The fields with their required flags. Tables call all alternatives of an array's elements required (`userid` and
 * `departmentid` of an ACL); what an element of the sample lacks is not.
 */
export function requirements<T extends Field>(fields: T[], samples: Json[]): T[] {
	return fields
		.filter(({ type }) => type !== 'binary')
		.map((field) => {
			const given = samples.map((sample) => sample[field.name]);
			const elements = given
				.flatMap((value) => (Array.isArray(value) ? value : []))
				.filter(isObject);
			const objects = given.filter(isObject);
			const inner = requirements(field.fields ?? [], [...objects, ...elements]).map((one) =>
				// The properties of smart sheet columns: each goes with one type.
				one.name.startsWith('property_') ||
				elements.some((element) => element[one.name] === undefined)
					? { ...one, required: false }
					: one,
			);
			return { ...field, fields: inner };
		});
}

/** A part without `filename` is no file for WeCom. */
function refusalOfFile({ upload }: Facts, { rawBody, headers }: ApiRequest) {
	if (!upload) return undefined;
	const file = parseMultipart(rawBody, headers['content-type']).find(
		({ parameters }) => parameters.name === upload.field && parameters.filename,
	);
	return file?.content.length ? undefined : new WecomError(EMPTY_FILE);
}

const refusalFor = (name: string) =>
	Object.hasOwn(MISSING, name)
		? new WecomError(MISSING[name])
		: new WecomError(OTHERS, `invalid Request Parameter: missing ${name}`);

/** The name of the first required field that is not given; fields of an object count when the object is given. */
function firstMissing(value: Json, fields: Field[]): string | undefined {
	for (const field of fields) {
		const given = value[field.name];
		if (isMissing(given)) {
			if (field.required) return field.name;
			continue;
		}
		const objects = (Array.isArray(given) ? given : [given]).filter(isObject);
		for (const one of objects) {
			const missing = firstMissing(one, field.fields ?? []);
			if (missing) return missing;
		}
	}
	return undefined;
}

/** Undefined when it is no JSON object. */
function readJson(rawBody: Buffer): Json | undefined {
	if (rawBody.length === 0) return {};
	try {
		const body: unknown = JSON.parse(rawBody.toString('utf8'));
		return isObject(body) ? body : undefined;
	} catch {
		return undefined;
	}
}

function fieldTypes(fields: Field[]): Fields {
	return Object.fromEntries(
		fields.map(({ name, type, fields: inner }) => {
			if (inner && type === 'object') return [name, fieldTypes(inner)];
			if (inner && type === 'object[]') return [name, [fieldTypes(inner)]];
			return [name, type as FieldType];
		}),
	);
}

/** Query values are text; a number that is none counts as missing. */
function fromQuery(fields: Field[], query: Record<string, string>): Json {
	const known = fields.filter(({ name, type }) => {
		const isNumber = type === 'integer' || type === 'number';
		return query[name] !== undefined && !(isNumber && !/^-?\d+$/.test(query[name]));
	});
	return Object.fromEntries(known.map(({ name }) => [name, query[name]]));
}
