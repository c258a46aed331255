/** Calls of the catalog's endpoints: over one connection, with the right token, with bodies made from the facts. */
import http from 'node:http';
import { catalogFacts, type Facts, type Field } from '../catalog/facts.cts';
import { endpoints } from '../registry.cts';
import type { Simulator } from '../server.cts';
import { TOKEN_RULES } from '../tokens.cts';
import type { Json } from './api.cts';

export const allFacts: Facts[] = [...catalogFacts().values()].flat();
/** Those without a row of their own. */
export const catalogServed = allFacts.filter(({ path }) => !endpoints.has(path));
export const factsOf = (id: string): Facts => allFacts.find((facts) => facts.id === id)!;
/** Several endpoints with one path: a body without a field of the one may be right for the other. */
export const isShared = ({ path }: Facts) => catalogFacts().get(path)!.length > 1;
export const isXml = ({ content_type }: Facts) => content_type === 'text/xml';

const agent = new http.Agent({ keepAlive: true });

export interface Reply {
	status: number;
	headers: http.IncomingHttpHeaders;
	content: Buffer;
	json: Json;
}

export async function send(
	url: string,
	{ method, headers = {}, body }: { method: string; headers?: Json; body?: string | Buffer },
): Promise<Reply> {
	return await new Promise((resolve, reject) => {
		const request = http.request(url, { method, headers, agent }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () => {
				const content = Buffer.concat(chunks);
				const isJson = response.headers['content-type']?.startsWith('application/json');
				const json = isJson ? JSON.parse(content.toString()) : {};
				resolve({ status: response.statusCode!, headers: response.headers, content, json });
			});
		});
		request.on('error', reject);
		request.end(body);
	});
}

/** The query with a token of the right kind. */
export function tokenQuery(sim: Simulator, { token }: Facts): Record<string, string> {
	if (token === 'none') return {};
	const name = token === 'corp' ? 'access_token' : TOKEN_RULES[token].query;
	return { [name]: sim.control.issueToken(token) };
}

const multipart = (field: string, filename?: string) =>
	[
		'--limit',
		`Content-Disposition: form-data; name="${field}"${filename ? `; filename="${filename}"` : ''}`,
		'Content-Type: application/octet-stream',
		'',
		'six bytes',
		'--limit--',
		'',
	].join('\r\n');

/** Calls with the parameters (query and body together) and a valid token, or the given one. */
export async function call(
	sim: Simulator,
	facts: Facts,
	params: Json,
	{ file = 'a.amr', field = facts.upload?.field, method = facts.method, token }: CallOptions = {},
): Promise<Reply> {
	const query: Record<string, string> = token ?? tokenQuery(sim, facts);
	const body = { ...params };
	for (const { name, in: place } of facts.params) {
		if (place !== 'query' || params[name] === undefined) continue;
		query[name] = String(params[name]);
		delete body[name];
	}
	const url = `${sim.url}${facts.path}?${new URLSearchParams(query)}`;
	if (method === 'GET') return await send(url, { method });
	if (facts.upload) {
		const headers = { 'Content-Type': 'multipart/form-data; boundary=limit' };
		return await send(url, { method, headers, body: multipart(field!, file) });
	}
	return await send(url, { method, body: JSON.stringify(body) });
}

interface CallOptions {
	file?: string;
	field?: string;
	method?: string;
	token?: Record<string, string>;
}

/** A documented body, and the parameters of the query, which no sample has. */
export function withQuery({ params }: Facts, sample: Json): Json {
	const inQuery = params.filter(({ in: place }) => place === 'query');
	return { ...complete(inQuery), ...sample };
}

/** All parameters, with values of their types. */
export function completeBody(facts: Facts): Json {
	const body = complete(facts.params.filter(({ type }) => type !== 'binary'));
	const message = facts.variants?.[0].sample_request?.msgtype;
	if (message) body.msgtype = message;
	return body;
}

function complete(fields: Field[]): Json {
	return Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]));
}

function valueOf({ name, type, fields = [] }: Field): unknown {
	if (type.endsWith('[]'))
		return [valueOf({ name, type: type.slice(0, -2), required: true, fields })];
	if (type === 'object') return complete(fields);
	if (type === 'integer' || type === 'number') return 1;
	return type === 'boolean' ? true : 'text';
}

/** Paths of all required fields, also within objects. */
export function requiredPaths(fields: Field[], above: string[] = []): string[][] {
	return fields
		.filter(({ type }) => type !== 'binary')
		.flatMap(({ name, required, fields: inner = [] }) => [
			...(required ? [[...above, name]] : []),
			...requiredPaths(inner, [...above, name]),
		]);
}

/** A copy without the field; in a list its first element loses it. */
export function without(body: Json, [name, ...rest]: string[]): Json {
	if (!rest.length) {
		const copy = { ...body };
		delete copy[name];
		return copy;
	}
	const value = body[name];
	const inner = Array.isArray(value)
		? [without(value[0], rest), ...value.slice(1)]
		: without(value, rest);
	return { ...body, [name]: inner };
}

export const atPath = (answer: Json, path: string): any =>
	path.split('.').reduce((value: any, name) => value?.[name], answer);
