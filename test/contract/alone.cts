/** One operation on one item or several, without n8n and without a network: what it sends, or why it refuses. */
import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { executeOperation } from '../../nodes/Wecom/engine/execute';
import { operationFields } from '../../nodes/Wecom/engine/form';
import type {
	Field,
	FieldGroup,
	Getter,
	ItemContext,
	Operation,
} from '../../nodes/Wecom/engine/operation';
import { readValue } from '../../nodes/Wecom/engine/parameters';
import { runRow } from '../../nodes/Wecom/engine/runRow';
import { WecomClient } from '../../nodes/shared/client/client';
import type { ApiRequest } from '../../nodes/shared/client/request';
import { parseReply } from '../../nodes/shared/protocol/reply';
import { usualAnswer } from '../../simulator/catalog/answers.cts';
import { at, facts, isObject, type Facts } from './facts.cts';

export interface Outcome {
	requests: Array<{ method: string; path: string; qs?: unknown; body?: unknown }>;
	error?: Error;
	/** Paths of what was sent in another type than the documented one. */
	wrongTypes: string[];
}

/** A value a person would enter in a field. */
export function shownValue(field: Field, text = '1'): IDataObject[string] {
	const { type, convert, options, typeOptions, name } = field;
	if (type === 'resourceLocator') return { __rl: true, mode: 'id', value: text };
	if (type === 'options' && options?.length)
		return (options as Array<{ value: string }>).find(({ value }) => value !== '')!.value;
	if (type === 'boolean') return true;
	if (type === 'multiOptions')
		return options?.length ? [(options as Array<{ value: string }>)[0].value] : ['1'];
	if (type === 'fixedCollection') {
		const [group] = options as FieldGroup[];
		const needed = group.values.filter(({ required }) => required);
		const filled = needed.length > 0 ? needed : group.values.slice(0, 1);
		return { [group.name]: [Object.fromEntries(filled.map((one) => [one.name, shownValue(one)]))] };
	}
	if (type === 'collection') return {};
	if (convert === 'day' || convert === 'dayText') return '2026-03-05';
	if (convert === 'timestamp' || convert === 'timestampText') return '2026-03-05T10:00:00';
	if (convert === 'json') return { a: 1 };
	if (convert === 'fen') return 100;
	if (/url/i.test(name)) return 'https://a.example/p.png';
	if (type === 'number' || convert === 'integer')
		return Math.max(1, (typeOptions?.minValue as number) ?? 1);
	return text;
}

/** The form as it opens, with what it requires, so that a field and what it stands in are shown. */
function formFor(operation: Operation, owner: Field, field: Field, base: IDataObject): IDataObject {
	const form: IDataObject = {};
	const fields = operationFields(operation);
	for (const one of fields) form[one.name] = structuredClone(one.default) as IDataObject[string];
	Object.assign(form, base);
	for (const one of [owner, field]) show(form, fields, one);
	for (const one of fields) {
		if (one.name in base || !isShown(form, one)) continue;
		const isEmpty = form[one.name] === undefined || form[one.name] === '';
		if (one.type === 'resourceLocator') form[one.name] = shownValue(one);
		else if (
			one.required &&
			(isEmpty || one.type === 'fixedCollection' || Array.isArray(form[one.name]))
		)
			form[one.name] = shownValue(one);
	}
	return form;
}

/** Chooses what a field is shown with, and what that is shown with. */
function show(form: IDataObject, fields: Field[], { displayOptions = {} }: Field): void {
	const isOwn = ([name]: [string, unknown]) => !name.startsWith('/');
	for (const [name, values] of Object.entries(displayOptions.show ?? {}).filter(isOwn)) {
		if (!values!.map(String).includes(String(form[name]))) form[name] = values![0] as string;
		const other = fields.find((one) => one.name === name);
		if (other) show(form, fields, other);
	}
	for (const [name, values] of Object.entries(displayOptions.hide ?? {}).filter(isOwn)) {
		if (!values!.map(String).includes(String(form[name]))) continue;
		const other = fields.find((one) => one.name === name);
		const choices = (other?.options ?? []) as Array<{ value: string }>;
		const free = choices.find(({ value }) => !values!.map(String).includes(String(value)));
		form[name] = other?.type === 'boolean' ? !values!.includes(true) : (free?.value ?? 'x');
	}
}

const isShown = (form: IDataObject, { displayOptions }: Field): boolean => {
	const fits = ([name, values]: [string, unknown]) =>
		!name.startsWith('/') && (values as unknown[]).map(String).includes(String(form[name]));
	return (
		Object.entries(displayOptions?.show ?? {}).every(
			(one) => one[0].startsWith('/') || fits(one),
		) && !Object.entries(displayOptions?.hide ?? {}).some(fits)
	);
};

/** Answers that say that a job is done. */
const ANSWERS: Record<string, IDataObject> = {
	'/cgi-bin/media/get_upload_by_url_result': { status: 2, detail: { errcode: 0, media_id: 'M' } },
	'/cgi-bin/batch/getresult': { status: 3, result: [] },
	'/cgi-bin/export/get_result': { status: 2, data_list: [] },
	'/cgi-bin/wedoc/smartsheet/get_fields': {
		total: 1,
		fields: [{ field_id: 'f1', field_title: 'A', field_type: 'FIELD_TYPE_TEXT' }],
	},
};

let calls = 0;

/** A client that answers every call as WeCom's documentation shows, and keeps what was asked; `refusal` is what it says instead. */
function fakeClient(requests: Outcome['requests'], wrongTypes: string[], refusal?: Error): unknown {
	const send = async (request: ApiRequest) => {
		const { method, path, qs, body } = request;
		requests.push({
			method,
			path,
			...(qs && { qs }),
			...(body && { body: Buffer.isBuffer(body) ? 'bytes' : structuredClone(body) }),
		});
		if (refusal) throw refusal;
		const fact = facts.find((one) => one.path === path && one.method === method);
		if (fact && isObject(body)) wrongTypes.push(...wrong(fact.params as never, body, ''));
		const answer = fact ? usualAnswer(fact as never) : { errcode: 0 };
		return parseReply(JSON.stringify({ ...answer, ...ANSWERS[path], errcode: 0 }))!;
	};
	const client: unknown = {
		call: send,
		download: async (request: ApiRequest) => {
			await send(request);
			return {
				data: Buffer.from('123456'),
				headers: { 'content-type': 'image/png' },
				statusCode: 200,
			};
		},
		actingAs: () => client,
		companyKnown: async () => undefined,
		corpId: 'ww1',
		agentId: '1000002',
		suiteId: '',
		// Each call has a client of its own, so that nothing is kept from the one before.
		identity: String(++calls),
		fingerprint: String(calls),
		baseUrl: 'https://qyapi.weixin.qq.com',
		derivedKey: () => Buffer.alloc(32),
		stored: () => 'x',
		token: async () => ({ value: 't', expiresAt: 1e13 }),
		accessToken: async () => ({ value: 't', expiresAt: 1e13 }),
	};
	return client;
}

/** As much of n8n as an operation asks, with a form for each item. */
function fakeContext(forms: IDataObject[], continueOnFail: boolean) {
	const binary = { data: '', mimeType: 'image/png', fileName: 'a.png', fileExtension: 'png' };
	return {
		getNode: () => ({ name: 'WeCom', type: 'wecom', typeVersion: 1 }) as INode,
		getTimezone: () => 'Asia/Shanghai',
		getNodeParameter: (name: string, index: number, fallback: unknown) =>
			at(forms[index], name.split('.')) ?? fallback,
		getInputData: () => forms.map(() => ({ json: {} })),
		getCredentials: async () => ({ botId: 'b', botSecret: 's' }),
		getWorkflowDataProxy: () => ({ $json: {} }),
		getParentNodes: () => [],
		continueOnFail: () => continueOnFail,
		getWorkflow: () => ({ id: 'w' }),
		getExecutionId: () => 'e',
		logger: { warn: () => undefined, debug: () => undefined, info: () => undefined },
		helpers: {
			assertBinaryData: () => binary,
			getBinaryDataBuffer: async () => Buffer.from('123456789'),
			prepareBinaryData: async () => binary,
			httpRequest: async () => ({ statusCode: 200, headers: {}, body: Buffer.from('123456') }),
		},
	};
}

export async function runAlone(
	operation: Operation,
	[owner, field]: [Field, Field],
	given: IDataObject,
	base: IDataObject = {},
): Promise<Outcome> {
	const requests: Outcome['requests'] = [];
	const wrongTypes: string[] = [];
	const form = { ...formFor(operation, owner, field, base), ...given };
	const item = {
		context: fakeContext([form], false),
		client: fakeClient(requests, wrongTypes),
		operation,
		itemIndex: 0,
	} as unknown as ItemContext;
	item.get = ((name: string, fallback: unknown = '') => readValue(item, name, fallback)) as Getter;
	try {
		await (operation.run ?? runRow)(item);
		return { requests, wrongTypes };
	} catch (error) {
		return { requests, wrongTypes, error: error as Error };
	}
}

/** What came out of several items, and what each of them sent. */
export interface Items {
	output: INodeExecutionData[];
	requests: Array<Outcome['requests']>;
}

/** One operation on several items with Continue On Fail; WeCom refuses the calls of the one at `refused`. */
export async function runItems(
	operation: Operation,
	place: [Field, Field] | undefined,
	given: IDataObject[],
	base: IDataObject = {},
	refused?: number,
): Promise<Items> {
	const none = { name: '', displayName: '', type: 'string', default: '' } as Field;
	const [owner, field] = place ?? [none, none];
	const forms = given.map((one) => ({ ...formFor(operation, owner, field, base), ...one }));
	const requests = given.map((): Outcome['requests'] => []);
	jest.spyOn(WecomClient, 'open').mockImplementation(async (_context, index = 0) => {
		const refusal = index === refused ? new Error(REFUSAL) : undefined;
		return fakeClient(requests[index], [], refusal) as WecomClient;
	});
	const context = fakeContext(forms, true) as unknown as IExecuteFunctions;
	return { output: await executeOperation(context, operation), requests };
}

/** What WeCom says in `runItems`. */
export const REFUSAL = 'WeCom does not want this one';

type Param = Facts['params'][0] & { fields?: Param[] };

/** What of a body has another type than the documented one. */
function wrong(params: Param[], body: IDataObject, path: string): string[] {
	return Object.entries(body).flatMap(([name, value]) => {
		const param = params.find((one) => one.name === name);
		if (!param) return [];
		const values = param.type.endsWith('[]') ? value : [value];
		if (!Array.isArray(values)) return [`${path}${name} is no list`];
		const type = param.type.replace('[]', '');
		return values.flatMap((one) => {
			const right =
				type === 'integer' || type === 'number'
					? typeof one === 'number'
					: type === 'object'
						? isObject(one)
						: typeof one === type;
			if (!right) return [`${path}${name} = ${JSON.stringify(one)} is no ${type}`];
			return type === 'object' && param.fields
				? wrong(param.fields, one as IDataObject, `${path}${name}.`)
				: [];
		});
	});
}
