import type { IDataObject } from 'n8n-workflow';
import type { ApiRequest } from '../../../shared/client/client';
import { downloadFile, uploadRequest } from '../../../shared/client/files';
import { collect } from '../../../shared/client/paging';
import { parseReplyJson } from '../../../shared/protocol/reply';
import { findEndpoint } from './catalog/catalog';
import { checkParameters, sendable } from './catalog/check';
import { nest } from './catalog/form';
import { docUrl, type Endpoint, type TokenKind } from './catalog/format';
import { readBinary, toBinaryItem } from '../../engine/binary';
import { wantedCount } from '../../engine/runRow';
import type { ItemContext, Output } from '../../engine/operation';
import { keepFields, replyItem } from '../../engine/output';
import { problem } from '../../engine/parameters';

/** Calls any endpoint of the catalog: parameters checked and converted first, pages, files and lists handled as documented. */
export async function callEndpoint(chosen: ItemContext): Promise<Output> {
	const endpoint = await chosenEndpoint(chosen);
	refuseImpossible(chosen, endpoint);
	const item = withToken(chosen, endpoint);
	const checked = checkParameters(endpoint, givenParameters(item, endpoint), {
		notRequired: Object.values(endpoint.paging?.request ?? {}),
	});
	if (!checked.ok) {
		const [first, ...more] = checked.problems;
		const others = more.length > 0 ? `Also: ${more.join('; ')}. ` : '';
		throw problem(item, first, `${others}The parameters of this call: ${docUrl(endpoint.doc)}`);
	}
	const { query, body } = checked;
	if (endpoint.upload) return await upload(item, endpoint, query);
	const request: ApiRequest = {
		method: endpoint.method,
		path: endpoint.path,
		qs: query,
		...(endpoint.method === 'POST' ? jsonBody(body) : {}),
		repeatable: isRepeatable(endpoint),
		withoutToken: endpoint.token === 'none',
	};
	if (endpoint.download) return await download(item, request);
	return wantsEntries(item, endpoint)
		? await list(item, endpoint, request, body)
		: await single(item, request);
}

/** Whether the documented list becomes the items. Where an answer holds more than its list, nothing of it is dropped unasked. */
function wantsEntries({ get }: ItemContext, { list: path, partial }: Endpoint): boolean {
	const output = get('options.output', 'auto');
	return path !== undefined && (output === 'entries' || (output === 'auto' && !partial));
}

async function chosenEndpoint(item: ItemContext): Promise<Endpoint> {
	const reference = String(item.get('endpoint')).trim();
	const endpoint = await findEndpoint(reference);
	if (endpoint) return endpoint;
	throw problem(
		item,
		reference ? `There is no endpoint '${reference}'` : "'Endpoint' is empty",
		'Choose one from the list, or enter method and path such as POST /cgi-bin/user/create.',
	);
}

const OTHER_TOKENS: Partial<Record<TokenKind, string>> = {
	suite: 'the token of a third-party app or a customized app template: authentication "Suite"',
	provider: 'the token of a service provider: authentication "Suite"',
	device: 'the token of a device',
	model: 'the token of a hardware model',
	'webhook-key': 'the key of a webhook; for a group use the resource Message Push',
};

/** A clear word before WeCom answers with "invalid access_token". */
function refuseImpossible(item: ItemContext, { token, certificate, xml, doc }: Endpoint): void {
	const needed = OTHER_TOKENS[token];
	if (needed && !(isOfProvider(token) && item.client.suiteId)) {
		throw problem(
			item,
			`This endpoint needs ${needed}`,
			`The credential of this node has another kind of token, which WeCom refuses here. See ${docUrl(doc)}`,
		);
	}
	if (certificate || xml) {
		throw problem(
			item,
			'This endpoint needs a merchant certificate and XML',
			`It belongs to WeChat Pay. Call it with the HTTP Request node and an SSL Certificates credential. See ${docUrl(doc)}`,
		);
	}
}

const isOfProvider = (token: TokenKind) => token === 'suite' || token === 'provider';

/** The call with the client whose token the endpoint takes. */
function withToken(item: ItemContext, { token }: Endpoint): ItemContext {
	if (token !== 'suite' && token !== 'provider') return item;
	return { ...item, client: item.client.actingAs({ kind: token }) };
}

function givenParameters(item: ItemContext, { fields }: Endpoint): unknown {
	const { get, context, itemIndex } = item;
	if (get('inputMode', 'fields') === 'json') {
		const json = get<unknown>('json', '{}');
		if (typeof json !== 'string') return json;
		const parsed = json.trim() === '' ? {} : parseReplyJson(json);
		if (parsed !== undefined) return parsed;
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
	return keepFields(
		json,
		fields.map(({ name }) => name),
	);
}

function jsonBody(body: IDataObject): Pick<ApiRequest, 'body' | 'contentType'> {
	return { body: sendable(body), contentType: 'application/json' };
}

/** Reading by GET; what spends a code or deletes is not read. */
const isRepeatable = ({ method, path }: Endpoint) =>
	method === 'GET' && !/delete|remove|getuserinfo|authsucc|apply|jscode/.test(path);

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
	const file = await readBinary(item, 'file', '', field);
	const request = uploadRequest(endpoint.path, query, file, endpoint.upload);
	return await single(item, request);
}

async function download(item: ItemContext, request: ApiRequest) {
	const file = await downloadFile(item.client, request, item.itemIndex);
	const field = item.get('options.outputPropertyName', 'data');
	return await toBinaryItem(item, file, 'file', field);
}
