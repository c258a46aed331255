/**
 * Every operation that is one call, against the simulator: the documented request, entered in its form (and what the form does not
 * offer as Additional Parameters), arrives as documented, and the documented answer comes out as items.
 */
import type { IDataObject } from 'n8n-workflow';
import { coveredEndpoints } from '../../nodes/Wecom/resources/api/api';
import { resources } from '../../nodes/Wecom/resources';
import { operationFields } from '../../nodes/Wecom/engine/form';
import type { Field, FieldGroup, Operation } from '../../nodes/Wecom/engine/operation';
import { entriesAt } from '../../nodes/shared/client/paging';
import { endpoints as byHand } from '../../simulator/registry.cts';
import { usualAnswer } from '../../simulator/catalog/answers.cts';
import { byId, runWecom, useSimulator } from '../workflow/support.cts';
import {
	asReply,
	asText,
	withoutWarning,
	at,
	CONTRADICTIONS,
	facts,
	isObject,
	type Facts,
} from './facts.cts';
import { OTHER_REQUESTS } from './other-requests.cts';

const simulator = useSimulator();

interface Row {
	id: string;
	resource: string;
	operation: Operation;
	fact: Facts;
}

const rows: Row[] = resources.flatMap(({ value: resource, operations, suiteOnly }) =>
	operations
		.filter(({ endpoint, run }) => endpoint && !run && !suiteOnly)
		.map((operation) => ({
			id: `${resource}.${operation.value}`,
			resource,
			operation,
			fact: factOf(operation),
		})),
);

function factOf(operation: Operation): Facts {
	const [id] = coveredEndpoints(operation);
	const [method, path] = operation.endpoint!;
	const fact =
		facts.find((one) => one.id === id) ??
		facts.find((one) => one.path === path && one.method === method);
	if (!fact) throw new Error(`${method} ${path} is not in the facts`);
	return fact;
}

it('knows every exception', () => {
	const ids = new Set(rows.map(({ id }) => id));
	expect(Object.keys(OTHER_REQUESTS).filter((id) => !ids.has(id))).toEqual([]);
});

it('has another request for every row whose documented one contradicts its table', () => {
	const without = rows.filter(({ id, fact }) => CONTRADICTIONS.has(fact.id) && !OTHER_REQUESTS[id]);
	expect(without.map(({ id }) => id)).toEqual([]);
});

describe.each(rows.map((row) => [row.id, row] as const))('%s', (id, row) => {
	const { operation, fact, resource } = row;

	it('calls what the facts say', () => {
		expect(operation.endpoint).toEqual([fact.method, fact.path]);
		if (operation.list && fact.list) expect(operation.list).toBe(fact.list);
		const named = Object.values(operation.paging?.request ?? {});
		expect(named).toEqual(
			Object.values(fact.paging && operation.paging ? fact.paging.request : {}),
		);
	});

	it('sends the documented request', async () => {
		const documented = OTHER_REQUESTS[id] ?? fact.sample_request;
		const sample = complete(operation, isObject(documented) ? documented : {});
		const { form, left } = asForm(operation, sample);
		const answer = answerTo(fact);
		// Endpoints written by hand answer for a company that has no "zhangsan2" and the like.
		if (byHand.has(fact.path))
			simulator().control.faults.inject({ path: fact.path, rawBody: JSON.stringify(answer) });
		const run = await runWecom(simulator(), {
			resource,
			operation: operation.value,
			parameters: {
				...form,
				simplify: false,
				returnAll: true,
				options: { additionalParameters: JSON.stringify(left) },
			},
		});
		if (run.error) throw run.error;
		const request = simulator().requests.find(({ path }) => path === fact.path);
		expect(request?.method).toBe(fact.method);
		const { access_token: _token, ...query } = request!.query as IDataObject;
		const sent = { ...query, ...(isObject(request!.body) ? request!.body : {}) };
		const wanted = withoutPages(operation, sample);
		expect(withoutPages(operation, sent)).toEqual(fact.method === 'GET' ? asText(wanted) : wanted);

		const reply = asReply(answer);
		const { errcode: _code, errmsg: _text, ...whole } = reply;
		const found = operation.list
			? entriesAt(reply, operation.list)
			: [operation.pick ? (reply[operation.pick] as IDataObject) : whole];
		const items = run.json('WeCom');
		if (found[0]?.invaliduser) expect(items[0].warning).toContain('INVALIDUSER');
		const empty = !operation.list && Object.keys(found[0] ?? {}).length === 0;
		expect(items.map(withoutWarning)).toEqual(
			empty
				? [expect.any(Object)]
				: operation.returns
					? [expect.objectContaining(found[0])]
					: found,
		);
	});
});

/** The documented answer, or one made from its table; its list ends with this page. */
function answerTo(fact: Facts): IDataObject {
	const answer = usualAnswer(fact as never) as IDataObject;
	const { cursor } = fact.paging?.response ?? {};
	return cursor && byHand.has(fact.path) ? { ...answer, [cursor]: '' } : answer;
}

/** The documented request with the fixed part of the row, what its form requires beyond the sample, and its defaults. */
function complete(operation: Operation, sample: IDataObject): IDataObject {
	const whole = structuredClone(sample);
	for (const [path, value] of Object.entries(operation.fixed ?? {})) put(whole, path, value);
	for (const field of operation.fields) {
		const path = field.path ?? field.name;
		const given = at(whole, path.split('.')) !== undefined;
		if (field.local || given || field.displayOptions) continue;
		const preset = ['options', 'boolean', 'number'].includes(field.type) && field.default !== '';
		if (preset) put(whole, path, field.convert === 'flag' ? Number(field.default) : field.default);
		else if (field.required) put(whole, path, requiredValue(field));
	}
	return whole;
}

function requiredValue({ convert, each }: Field): unknown {
	if (convert === 'day') return 1_769_788_800;
	if (convert === 'dayText') return '2026-01-31';
	const time = 1769851800;
	const one =
		convert === 'integer' || convert === 'integerList' ? 1 : convert === 'timestamp' ? time : 'x';
	if (convert !== 'integerList' && convert !== 'stringList')
		return convert === 'timestampText' ? `${time}` : one;
	return [each ? { [each]: one } : one];
}

/** What a person would enter for a request, and the rest of it. */
function asForm(operation: Operation, sample: IDataObject) {
	const left = structuredClone(sample);
	const form: IDataObject = {};
	for (const path of Object.keys(operation.fixed ?? {})) take(left, path);
	for (const field of operationFields(operation)) {
		if (field.local) continue;
		if (field.type === 'collection') {
			const entries = (field.options as Field[])
				.filter(({ local }) => !local)
				.map((entry) => [entry.name, entered(entry, take(left, entry.path ?? entry.name))])
				.filter(([, value]) => value !== undefined);
			form[field.name] = Object.fromEntries(entries) as IDataObject;
			continue;
		}
		const path = field.path ?? field.name;
		const given = take(left, path);
		const value = entered(field, given);
		if (value !== undefined) form[field.name] = value;
		if (field.type === 'fixedCollection' && given !== undefined && !fitsRows(field, given))
			put(left, path, given);
	}
	for (const name of Object.values(operation.paging?.request ?? {})) delete left[name];
	return { form, left };
}

/** Whether the rows of a form have a field for all there is in a list of objects. */
function fitsRows(field: Field, given: unknown): boolean {
	const paths = (field.options as FieldGroup[])[0].values
		.filter(({ spread }) => !spread)
		.map(({ name, path }) => path ?? name);
	return ([given].flat() as IDataObject[]).every((object) => {
		const rest = structuredClone(object);
		for (const path of paths) if (take(rest, path) === '') return false;
		return Object.keys(rest).length === 0;
	});
}

/** A value as the form holds it. */
function entered(field: Field, value: unknown): IDataObject[string] | undefined {
	if (value === undefined) return undefined;
	if (field.type === 'fixedCollection') {
		const [group] = field.options as FieldGroup[];
		const objects = [value].flat() as IDataObject[];
		return {
			[group.name]: objects.map((object) =>
				Object.fromEntries(
					group.values
						.map((entry) => [
							entry.name,
							entered(entry, at(object, (entry.path ?? entry.name).split('.'))),
						])
						.filter(([, inner]) => inner !== undefined),
				),
			),
		};
	}
	const plain = field.each ? (value as IDataObject[]).map((one) => one[field.each!]) : value;
	if (field.type === 'resourceLocator') return byId(plain as string);
	if (field.convert === 'json' || field.convert === 'jsonList') return JSON.stringify(plain);
	if (field.convert === 'flag') return plain === 1;
	return plain as IDataObject[string];
}

function put(target: IDataObject, path: string, value: unknown): void {
	const names = path.split('.');
	const last = names.pop()!;
	let level = target;
	for (const name of names) level = (level[name] ??= {}) as IDataObject;
	level[last] = value as IDataObject[string];
}

/** The value at a path, removed; objects that become empty go, too. */
function take(target: IDataObject, path: string): unknown {
	const [name, ...rest] = path.split('.');
	const value = target[name];
	if (rest.length === 0) {
		delete target[name];
		return value;
	}
	if (!isObject(value)) return undefined;
	const found = take(value, rest.join('.'));
	if (Object.keys(value).length === 0) delete target[name];
	return found;
}

function withoutPages(operation: Operation, request: IDataObject): IDataObject {
	const { limit, cursor, offset } = operation.paging?.request ?? {};
	return Object.fromEntries(
		Object.entries(request).filter(([name]) => ![limit, cursor, offset].includes(name)),
	);
}
