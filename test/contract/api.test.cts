/** The API resource against the simulator: every documented request, entered as a form and as JSON, arrives as documented. */
import type { IDataObject } from 'n8n-workflow';
import { entriesAt } from '../../nodes/shared/client/paging';
import { findEndpoint } from '../../nodes/Wecom/resources/api/catalog/catalog';
import { endpointFields } from '../../nodes/Wecom/resources/api/catalog/form';
import type { Endpoint } from '../../nodes/Wecom/resources/api/catalog/format';
import { binaryBytes, binaryItem } from '../support/harness.cts';
import { endpoints as byHand } from '../../simulator/registry.cts';
import { byId, itemsOf, runWecom, useSimulator } from '../workflow/support.cts';
import {
	asReply,
	asText,
	withoutWarning,
	at,
	CONTRADICTIONS,
	facts,
	isObject,
	minimal,
	type Facts,
} from './facts.cts';

const simulator = useSimulator();

/** Documented requests with values that no form offers: placeholders, and an object without anything in it. */
const NOT_IN_A_FORM = new Set(['miniapppay.get_bill', 'wedoc.smartsheet.update_view']);

const callable = facts.filter(
	({ id, token, content_type, upload }) =>
		(token === 'corp' || token === 'none') &&
		!upload &&
		!/xml/.test(content_type ?? '') &&
		id !== 'gettoken',
);
const documented = callable.filter(
	({ id, sample_request: sample, download }) =>
		isObject(sample) && !download && !CONTRADICTIONS.has(id),
);

const call = (id: string, parameters: IDataObject) => ({
	resource: 'api',
	operation: 'call',
	parameters: { endpoint: byId(id), returnAll: false, limit: 1000, ...parameters },
});

/** What a person would enter for a documented request. */
function asForm(endpoint: Endpoint, sample: IDataObject): IDataObject {
	const schema = endpointFields(endpoint);
	const value = Object.fromEntries(
		schema.flatMap(({ id, type }) => {
			const given = at(sample, id.split('.'));
			if (given === undefined) return [];
			if (type === 'array' || type === 'object') return [[id, JSON.stringify(given)]];
			return [[id, Array.isArray(given) ? JSON.stringify(given) : given]];
		}),
	);
	return { fields: { mappingMode: 'defineBelow', value, schema: schema as never } };
}

/** Without what pages add: a size, and where to begin. */
function sentParameters({ method, path, token }: Facts): IDataObject {
	const request = simulator().requests.find((one) => one.path === path);
	expect(request?.method).toBe(method);
	const { access_token: given, ...query } = request!.query as IDataObject;
	expect(given !== undefined).toBe(token === 'corp');
	return { ...query, ...(isObject(request!.body) ? request!.body : {}) };
}

function expected(sample: IDataObject, { paging }: Facts, sent: IDataObject): IDataObject {
	const added = [paging?.request.limit, paging?.request.offset].filter(
		(name): name is string => name !== undefined && sample[name] === undefined,
	);
	return {
		...sample,
		...Object.fromEntries(added.map((name) => [name, sent[name]])),
		paging: undefined,
	};
}

/** What comes out for a documented answer. */
async function outputOf(fact: Facts): Promise<IDataObject[] | undefined> {
	if (!isObject(fact.sample_response)) return undefined;
	const reply = asReply(fact.sample_response);
	const endpoint = (await findEndpoint(fact.id))!;
	if (endpoint.list && !endpoint.partial) return entriesAt(reply, endpoint.list);
	const { errcode: _code, errmsg: _text, ...item } = reply;
	return [Object.keys(item).length > 0 ? item : { success: true }];
}

it('covers every endpoint with a documented request', () => {
	expect(documented.length).toBeGreaterThan(350);
});

describe.each(['json', 'fields'] as const)('entered as %s', (inputMode) => {
	const enterable = documented.filter(({ id }) => inputMode === 'json' || !NOT_IN_A_FORM.has(id));
	it.each(enterable.map((fact) => [fact.id, fact] as const))('%s', async (id, fact) => {
		const sample = { ...queryOf(fact), ...(fact.sample_request as IDataObject) };
		const endpoint = (await findEndpoint(id))!;
		const entered =
			inputMode === 'json' ? { json: JSON.stringify(sample) } : asForm(endpoint, sample);
		const run = await runWecom(simulator(), call(id, { inputMode, ...entered }));

		// Rows written by hand answer for a company that has no "zhangsan2" and the like: there only the request counts.
		if (run.error && !byHand.has(fact.path)) throw run.error;
		const sent = sentParameters(fact);
		const wanted = expected(sample, fact, sent);
		for (const name of Object.keys(queryOf(fact))) wanted[name] = String(wanted[name]);
		expect(sent).toEqual(fact.method === 'GET' ? asText(wanted) : wanted);
		const output = await outputOf(fact);
		if (output && !byHand.has(fact.path) && !OTHER_ANSWERS.has(id)) {
			expect(run.json('WeCom').map(withoutWarning)).toEqual(output);
		}
	});
});

/** Samples show the body only: what goes into the query beside it. */
const queryOf = ({ method, params }: Facts): IDataObject =>
	method === 'GET'
		? {}
		: Object.fromEntries(
				params
					.filter((one) => one.in === 'query')
					.map(({ name, type }) => [name, type === 'integer' ? 1 : 'x']),
			);

/** Where the simulator answers with something else than the documented answer. */
const OTHER_ANSWERS = new Set([
	'school.user.batch_create_student',
	'school.user.batch_delete_student',
	'school.user.batch_update_student',
	'school.user.batch_create_parent',
	'school.user.batch_delete_parent',
	'corpgroup.corp.gettoken',
	'openhw.get_model_token',
	'service.get_suite_token',
	// Partial failures come with a warning.
	'externalcontact.message.send',
	'message.update_template_card',
]);

it('uploads from binary data and downloads to it', async () => {
	const data = Buffer.from('some bytes of a picture');
	const input = await binaryItem(
		{},
		{ picture: { data, fileName: '图片.png', mimeType: 'image/png' } },
	);
	const uploading = {
		...call('media.uploadimg', { options: { binaryPropertyName: 'picture' } }),
		items: [input],
	};
	expect(await itemsOf(simulator(), uploading)).toEqual([
		{ url: expect.stringMatching(/^https?:/) },
	]);
	const media_id = simulator().control.addMedia({
		filename: '图片.png',
		base64: data.toString('base64'),
	});
	const run = await runWecom(
		simulator(),
		call('media.get', { inputMode: 'json', json: JSON.stringify({ media_id }) }),
	);
	expect((await binaryBytes(run.items('WeCom')[0])).equals(data)).toBe(true);
});

describe('lists', () => {
	const numbers = Array.from({ length: 260 }, (_, id) => ({ id: String(id) }));
	const paged = callable.filter(({ paging, list }) => paging && list && !list.includes('.'));
	const styles = new Map(
		paged.map((fact) => [JSON.stringify({ ...fact.paging, max_limit: 0 }), fact]),
	);

	it.each([...styles.values()].map((fact) => [fact.id, fact] as const))(
		'Return All and Limit over the pages of %s',
		async (id, fact) => {
			simulator().control.setList(fact.path, numbers);
			const sample = isObject(fact.sample_request) ? { ...fact.sample_request } : {};
			for (const name of Object.values(fact.paging!.request)) delete sample[name as string];
			for (const { name, type, required } of fact.params) {
				const ofPages = Object.values(fact.paging!.request).includes(name);
				if (required && !ofPages && sample[name] === undefined) sample[name] = minimal(type);
			}
			const list = (parameters: IDataObject) =>
				itemsOf(
					simulator(),
					call(id, {
						inputMode: 'json',
						json: JSON.stringify(sample),
						options: { output: 'entries' },
						...parameters,
					}),
				);
			expect(await list({ returnAll: true })).toEqual(numbers);
			expect(await list({ limit: 7 })).toEqual(numbers.slice(0, 7));
		},
	);

	it('keep a whole answer whole where it holds more than its list', async () => {
		const [item] = await itemsOf(
			simulator(),
			call('externalcontact.get', { inputMode: 'json', json: '{"external_userid":"wm1"}' }),
		);
		expect(Object.keys(item)).toEqual(expect.arrayContaining(['external_contact', 'follow_user']));
	});
});

describe('refuses before sending', () => {
	const failure = async (parameters: IDataObject) => {
		const { error } = await runWecom(
			simulator(),
			call(String(parameters.id ?? 'user.create'), parameters),
		);
		expect(simulator().requests.filter(({ path }) => path !== '/cgi-bin/gettoken')).toHaveLength(0);
		return {
			message: error?.message,
			description: (error as { description?: string } | undefined)?.description,
		};
	};
	it.each([
		[{ inputMode: 'json', json: '{}' }, /'userid' \(User ID\) is missing/],
		[
			{ inputMode: 'json', json: '{"userid":"a","name":"b","departmnt":[1]}' },
			/did you mean 'department'/,
		],
		[
			{ inputMode: 'json', json: '{"userid":"a","name":"b","department":["x"]}' },
			/'department\[0\]' is .*x.* where WeCom needs/,
		],
		[{ inputMode: 'json', json: '{' }, /'JSON' is not valid JSON/],
		[{ id: 'nothing.like.it' }, /There is no endpoint 'nothing\.like\.it'/],
		[{ id: 'service.get_pre_auth_code' }, /needs the token of a third-party app/],
		[{ id: 'webhook.send', inputMode: 'json', json: '{}' }, /needs the key of a webhook/],
		[{ id: 'mmpay.sendworkwxredpack' }, /merchant certificate/],
	])('%j', async (parameters, message) => {
		expect((await failure(parameters)).message).toMatch(message);
	});

	it('names everything that is wrong at once, with the page to look it up', async () => {
		const { message, description } = await failure({
			inputMode: 'json',
			json: '{"departmnt":[1]}',
		});
		expect(`${message} ${description}`).toMatch(/departmnt.*userid.*name/s);
		expect(description).toContain('https://developer.work.weixin.qq.com/document/path/90195');
	});
});

it.each(['user.get', 'GET /cgi-bin/user/get', '/cgi-bin/user/get'])(
	'finds the endpoint by %s',
	async (reference) => {
		const parameters = {
			endpoint: byId(reference),
			inputMode: 'json',
			json: '{"userid":"zhangsan"}',
		};
		expect(await itemsOf(simulator(), { resource: 'api', operation: 'call', parameters })).toEqual([
			expect.objectContaining({ userid: 'zhangsan' }),
		]);
	},
);

it('takes the fields of the item itself with automatic mapping', async () => {
	const run = {
		...call('user.get', { fields: { mappingMode: 'autoMapInputData', value: null } }),
		items: [{ json: { userid: 'linna', other: 1 } }],
	};
	expect(await itemsOf(simulator(), run)).toEqual([expect.objectContaining({ userid: 'linna' })]);
});
