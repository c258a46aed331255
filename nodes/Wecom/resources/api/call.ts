import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { ApiRequest } from '../../../shared/client/request';
import { downloadFile, uploadRequest } from '../../../shared/client/files';
import { collect } from '../../../shared/client/paging';
import { parseReplyJson } from '../../../shared/protocol/reply';
import { jsonIn } from '../../../shared/util/values';
import { findEndpoint } from './catalog/catalog';
import { checkParameters, hasNoBody, sendable, type ParameterCheck } from './catalog/check';
import { describe } from './catalog/convert';
import { nest } from './catalog/form';
import { docUrl, type Endpoint, type TokenKind } from './catalog/format';
import { readBinary, toBinaryItem } from '../../engine/binary';
import { wantedCount } from '../../engine/runRow';
import type { ItemContext, Output } from '../../engine/operation';
import { keepFields, replyItem } from '../../engine/output';
import { problem } from '../../engine/problem';
import { readReference, unlisted, wrongPath, type Reference } from './reference';
import { isObject } from '../../../shared/util/isObject';
import { DEFAULT_BASE_URL } from '../../../shared/protocol/settings';

/** Calls any endpoint: parameters checked and converted first as far as the catalog knows them, pages, files and lists handled as documented. */
export async function callEndpoint(chosen: ItemContext): Promise<Output> {
	const { endpoint, query: inPath, isListed } = await chosenEndpoint(chosen);
	const token = chosenToken(chosen);
	if (token === undefined) refuseImpossible(chosen, endpoint);
	refuseCertificate(chosen, endpoint);
	const item = withToken(chosen, token ?? endpoint.token);
	const isField = (name: string) => endpoint.fields.some((field) => field.name === name);
	const [known, other] = splitBy(inPath, isField);
	const given = { ...known, ...givenParameters(item, endpoint, isListed) };
	const checked = checkParameters(endpoint, given, {
		check: isListed ? optionOf(item, 'parameterCheck', 'Parameter Check', CHECKS) : 'off',
		notRequired: Object.values(endpoint.paging?.request ?? {}),
	});
	if (!checked.ok) {
		const [first, ...more] = checked.problems;
		const others = more.length > 0 ? `Also: ${more.join('; ')}. ` : '';
		const help = `The parameters of this call: ${docUrl(endpoint.doc)}. Options > Parameter Check sends what is newer than that.`;
		throw problem(
			item,
			first,
			`${others}${isListed ? help : "Check the parameters against WeCom's documentation."}`,
		);
	}
	const { body, unchecked } = checked;
	const query = queryOf({ ...other, ...checked.query });
	if (endpoint.upload) return warned(await upload(item, endpoint, query), unchecked);
	const request: ApiRequest = {
		method: endpoint.method,
		path: endpoint.path,
		qs: query,
		...(hasNoBody(endpoint.method) ? {} : jsonBody(body)),
		repeatable: onlyReads(endpoint),
		withoutToken: (token ?? endpoint.token) === 'none',
	};
	if (endpoint.download || item.get('options.output', 'auto') === 'file')
		return await download(item, request);
	const output = wantsEntries(item, endpoint)
		? await list(item, endpoint, request, body)
		: await single(item, request);
	return warned(output, unchecked);
}

/** Whether all items call endpoints that only read, so that they may overtake each other. */
export async function readsEverywhere(context: IExecuteFunctions): Promise<boolean> {
	const references = new Set<string>();
	try {
		for (const at of context.getInputData().keys())
			references.add(String(context.getNodeParameter('endpoint', at, '', { extractValue: true })));
	} catch {
		// An expression that fails says so at its item.
		return false;
	}
	const endpoints = await Promise.all([...references].map(findEndpoint));
	return endpoints.every((endpoint) => endpoint !== undefined && onlyReads(endpoint));
}

/** The result with a warning that names what was sent although the catalog does not know it. */
function warned(output: IDataObject | IDataObject[], unchecked: string[]): Output {
	if (unchecked.length === 0) return output;
	const text = `Sent unchecked: ${unchecked.map((name) => `'${name}'`).join(', ')}.`;
	const withWarning = (data: IDataObject) => ({
		...data,
		warning: data.warning ? `${data.warning as string} ${text}` : text,
	});
	return Array.isArray(output) ? output.map(withWarning) : withWarning(output);
}

/** An object in two parts: the fields for which `isIn` holds, and the others. */
function splitBy(values: IDataObject, isIn: (name: string) => boolean): [IDataObject, IDataObject] {
	const part = (wanted: boolean) =>
		Object.fromEntries(Object.entries(values).filter(([name]) => isIn(name) === wanted));
	return [part(true), part(false)];
}

/** A query holds text: lists and objects as JSON. */
const queryOf = (values: IDataObject): IDataObject =>
	Object.fromEntries(
		Object.entries(values)
			.filter(([, value]) => value !== undefined && value !== null)
			.map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value]),
	);

/** Whether the documented list becomes the items. Where an answer holds more than its list, nothing of it is dropped unasked. */
function wantsEntries({ get }: ItemContext, { list: path, partial }: Endpoint): boolean {
	const output = get('options.output', 'auto');
	return path !== undefined && (output === 'entries' || (output === 'auto' && !partial));
}

interface ChosenEndpoint {
	endpoint: Endpoint;
	/** The parameters in the reference's own query. */
	query: IDataObject;
	/** Whether the catalog has the endpoint. */
	isListed: boolean;
}

async function chosenEndpoint(item: ItemContext): Promise<ChosenEndpoint> {
	const text = String(item.get('endpoint')).trim();
	const reference = readReference(text);
	const isPath = reference.path.includes('/') || reference.host !== '';
	const known = isPath && !isOwnHost(item, reference) ? undefined : await findEndpoint(text);
	const endpoint = known ?? (isPath ? unlisted(reference) : undefined);
	if (!endpoint)
		throw problem(
			item,
			text ? `There is no endpoint '${text}'` : "'Endpoint' is empty",
			'Choose one from the list, or enter method and path such as POST /cgi-bin/user/create.',
		);
	const { method, path } = endpoint;
	const wrong = isPath && wrongPath(known ? { ...reference, method, path, host: '' } : reference);
	if (wrong) throw problem(item, ...wrong);
	return { endpoint, query: reference.query, isListed: known !== undefined };
}

/** Whether a reference is a path, or an address as WeCom's pages have it. */
const isOwnHost = ({ client }: ItemContext, { host }: Reference): boolean =>
	['', DEFAULT_BASE_URL, client.baseUrl.toLowerCase()].includes(host);

const OTHER_TOKENS: Partial<Record<TokenKind, string>> = {
	suite: 'the token of a third-party app or a customized app template: authentication "Suite"',
	provider: 'the token of a service provider: authentication "Suite"',
	device: 'the token of a device',
	model: 'the token of a hardware model',
	'webhook-key': 'the key of a webhook; for a group use the resource Message Push',
};

/** Refuses a call that no credential of the node can make, in clearer words than WeCom's "invalid access_token". */
function refuseImpossible(item: ItemContext, { token, doc }: Endpoint): void {
	const needed = OTHER_TOKENS[token];
	if (needed && !(isOfProvider(token) && item.client.suiteId)) {
		throw problem(
			item,
			`This endpoint needs ${needed}`,
			`The credential of this node has another kind of token, which WeCom refuses here. See ${docUrl(doc)}`,
		);
	}
}

function refuseCertificate(item: ItemContext, { certificate, xml, doc }: Endpoint): void {
	if (certificate || xml) {
		throw problem(
			item,
			'This endpoint needs a merchant certificate and XML',
			`It belongs to WeChat Pay. Call it with the HTTP Request node and an SSL Certificates credential. See ${docUrl(doc)}`,
		);
	}
}

const isOfProvider = (token: TokenKind) => token === 'suite' || token === 'provider';

/** The kinds of token a person may choose, with the authentication that has them. */
const CHOSEN_TOKENS: Record<string, { kind: TokenKind; authentication?: 'App' | 'Suite' }> = {
	app: { kind: 'corp', authentication: 'App' },
	company: { kind: 'corp', authentication: 'Suite' },
	suite: { kind: 'suite', authentication: 'Suite' },
	provider: { kind: 'provider', authentication: 'Suite' },
	none: { kind: 'none' },
};

/** The token of Options > Token; undefined where the catalog decides. */
function chosenToken(item: ItemContext): TokenKind | undefined {
	const choice = optionOf(item, 'token', 'Token', ['auto', ...Object.keys(CHOSEN_TOKENS)]);
	if (choice === 'auto') return undefined;
	const { kind, authentication } = CHOSEN_TOKENS[choice];
	const own = item.client.suiteId ? 'Suite' : 'App';
	if (own === (authentication ?? own)) return kind;
	throw problem(
		item,
		`The token of '${choice}' needs Authentication '${authentication!}'`,
		'Change Authentication, or choose another token in the options.',
	);
}

const CHECKS: ParameterCheck[] = ['strict', 'convert', 'off'];

/** The choice of an option, which an expression may give; the first one where it is not added. */
function optionOf<T extends string>(
	item: ItemContext,
	name: string,
	displayName: string,
	choices: T[],
): T {
	const given = item.get(`options.${name}`, choices[0]);
	const chosen = choices.find((choice) => choice === given);
	if (chosen) return chosen;
	throw problem(
		item,
		`'${displayName}' is '${String(given)}', which is not one of its choices`,
		`Let the expression give one of: ${choices.join(', ')}.`,
	);
}

/** The call with the client whose token it takes. */
function withToken(item: ItemContext, token: TokenKind): ItemContext {
	if (token !== 'suite' && token !== 'provider') return item;
	return { ...item, client: item.client.actingAs({ kind: token }) };
}

function givenParameters(
	item: ItemContext,
	{ id, fields }: Endpoint,
	isListed: boolean,
): IDataObject {
	const { get, context, itemIndex } = item;
	if (get('inputMode', 'fields') === 'json') {
		const json = get<unknown>('json', '{}');
		const text = typeof json === 'string' ? jsonIn(json) : undefined;
		const parsed = text === '' ? {} : text !== undefined ? parseReplyJson(text) : json;
		if (isObject(parsed)) return parsed;
		if (parsed !== undefined)
			throw problem(
				item,
				`The parameters of ${id} have to be an object, not ${describe(parsed)}`,
				'Name each parameter, such as {"userid": "zhangsan"}.',
			);
		throw problem(
			item,
			"'JSON' is not valid JSON",
			'Check quotes and commas, or pass an object with an expression.',
		);
	}
	// As entered: n8n's own conversion would round large integers and refuse what is not in a list of choices.
	const { mappingMode, value } = get<{ mappingMode?: string; value?: IDataObject | null }>(
		'fields',
		{},
	);
	if (mappingMode !== 'autoMapInputData') return nest(value ?? {});
	const { json } = context.getInputData()[itemIndex];
	const known = fields.map(({ name }) => name);
	return isListed ? keepFields(json, known) : json;
}

function jsonBody(body: IDataObject): Pick<ApiRequest, 'body' | 'contentType'> {
	return { body: sendable(body), contentType: 'application/json' };
}

/** Reading by GET or as marked in the catalog; what spends a code or deletes is not read. */
const onlyReads = ({ method, path, reads }: Endpoint): boolean =>
	reads ?? (method === 'GET' && !/delete|remove|getuserinfo|authsucc|apply|jscode/.test(path));

async function single(
	{ client, itemIndex }: ItemContext,
	request: ApiRequest,
): Promise<IDataObject> {
	const item = replyItem(await client.call(request, itemIndex));
	return Object.keys(item).length > 0 ? item : { success: true };
}

/** The entries as items; a list of the answer that is empty gives no item. */
async function list(
	item: ItemContext,
	endpoint: Endpoint,
	request: ApiRequest,
	body: IDataObject,
): Promise<IDataObject[]> {
	const { client, itemIndex } = item;
	const { list: path, paging, method } = endpoint;
	const given = { ...firstCursor(endpoint), ...(method === 'GET' ? request.qs : body) };
	const fetch = async (page: IDataObject) => {
		const sent = { ...given, ...page };
		const next = method === 'GET' ? { ...request, qs: sent } : { ...request, ...jsonBody(sent) };
		return await client.call(next, itemIndex);
	};
	return await collect(fetch, path!, paging, wantedCount(item), given);
}

/** Some endpoints want a cursor from the first page on: an empty one. */
function firstCursor({ fields, paging }: Endpoint): IDataObject {
	const cursor = fields.find(({ name, required }) => required && name === paging?.request.cursor);
	return cursor ? { [cursor.name]: cursor.type === 'integer' ? 0 : '' } : {};
}

async function upload(
	item: ItemContext,
	endpoint: Endpoint,
	query: IDataObject,
): Promise<IDataObject> {
	const field = item.get('options.binaryPropertyName', 'data');
	const file = await readBinary(item, 'file', { field });
	const request = uploadRequest(endpoint.path, query, file, endpoint.upload);
	return await single(item, request);
}

async function download(item: ItemContext, request: ApiRequest) {
	const file = await downloadFile(item.client, request, item.itemIndex);
	const field = item.get('options.outputPropertyName', 'data');
	return await toBinaryItem(item, file, 'file', field);
}
