/** How the form of an item becomes WeCom's parameters. */
import type { IDataObject } from 'n8n-workflow';
import type { Field, ItemContext, Operation } from '../../../nodes/Wecom/engine/operation';
import { collectParameters, readValue } from '../../../nodes/Wecom/engine/parameters';

const field = (name: string, more: Partial<Field> = {}): Field => ({
	name,
	displayName: `Label of ${name}`,
	type: 'string',
	default: '',
	...more,
});

function collect(fields: Field[], form: IDataObject, more: Partial<Operation> = {}): IDataObject {
	const item = {
		itemIndex: 0,
		operation: { fields, ...more },
		context: {
			getNode: () => ({ name: 'WeCom' }),
			getTimezone: () => 'Asia/Shanghai',
			getNodeParameter: (name: string, _index: number, fallback: unknown) =>
				name in form ? form[name] : fallback,
		},
	} as unknown as ItemContext;
	item.get = ((name: string, fallback: unknown = '') =>
		readValue(item, name, fallback)) as ItemContext['get'];
	return collectParameters(item);
}
const additionally = (values: IDataObject) => ({
	options: { additionalParameters: JSON.stringify(values) },
});

it('sends each field at its path, and what the row adds', () => {
	const fields = [field('name'), field('summary', { path: 'schedule.summary' }), field('empty')];
	const fixed = { 'schedule.kind': 1 };
	expect(collect(fields, { name: 'a', summary: 'b', empty: '' }, { fixed })).toEqual({
		name: 'a',
		schedule: { summary: 'b', kind: 1 },
	});
});

it('what only the operation reads is not sent, an object that spreads is sent as its entries', () => {
	const fields = [
		field('own', { local: true }),
		field('content', { type: 'json', convert: 'json', spread: true }),
	];
	expect(collect(fields, { own: 'x', content: '{"a":1}' })).toEqual({ a: 1 });
});

it('Additional Parameters win over the form, object by object, and over what the row adds', () => {
	const fields = [
		field('name'),
		field('to', { path: 'about.to' }),
		field('by', { path: 'about.by' }),
	];
	const form = {
		name: 'form',
		to: 'form',
		by: 'form',
		...additionally({ name: 'own', about: { to: 'own' }, kind: 2 }),
	};
	expect(collect(fields, form, { fixed: { kind: 1 } })).toEqual({
		name: 'own',
		about: { to: 'own', by: 'form' },
		kind: 2,
	});
});

it('what is required may come from Additional Parameters, and is missed by its label otherwise', () => {
	const fields = [field('name', { required: true, path: 'about.name' })];
	expect(collect(fields, { name: '', ...additionally({ about: { name: 'own' } }) })).toEqual({
		about: { name: 'own' },
	});
	expect(() => collect(fields, { name: '' })).toThrow("'Label of name' is empty");
});

it('only what the form shows is sent, also where an expression gives the number as text', () => {
	const fields = [
		field('kind', { type: 'number', local: true }),
		field('shown', { displayOptions: { show: { kind: [3] } } }),
		field('elsewhere', { displayOptions: { show: { kind: [4] } } }),
		field('hidden', { displayOptions: { hide: { kind: [3] } } }),
	];
	const all = { shown: 'a', elsewhere: 'b', hidden: 'c' };
	expect(collect(fields, { kind: '3', ...all })).toEqual({ shown: 'a' });
	expect(collect(fields, { kind: 4, ...all })).toEqual({ elsewhere: 'b', hidden: 'c' });
});

describe('fields that a person adds', () => {
	const more = field('more', {
		type: 'collection',
		options: [
			field('remark'),
			field('mobiles', { convert: 'clearedPhones' }),
			field('order', { type: 'number', convert: 'integer' }),
		],
	});
	const empty = { more: { remark: '', mobiles: '', order: '' } };

	it('clear the value at WeCom when they are empty', () => {
		expect(collect([more], empty)).toEqual({ remark: '', mobiles: [''] });
		expect(collect([more], { more: {} })).toEqual({});
	});

	it('are left out when the option says so', () => {
		expect(collect([more], { ...empty, options: { ignoreEmptyFields: true } })).toEqual({});
	});
});

describe('rows', () => {
	const rows = field('links', {
		type: 'fixedCollection',
		options: [
			{
				name: 'row',
				displayName: 'Link',
				values: [
					field('title', { required: true }),
					field('url', { path: 'target.url' }),
					field('note', { local: true }),
				],
			},
		],
	});

	it.each([
		['of the form', { row: [{ title: 'a', url: 'b', note: 'c' }] }],
		['as a list', [{ title: 'a', url: 'b' }]],
		['as one object', { title: 'a', url: 'b' }],
		['as JSON', '[{"title":"a","url":"b"}]'],
	])('%s', (_, links) => {
		expect(collect([rows], { links } as IDataObject)).toEqual({
			links: [{ title: 'a', target: { url: 'b' } }],
		});
	});

	it('without a required value are refused by its label', () => {
		expect(() => collect([rows], { links: { row: [{ title: '', url: 'b' }] } })).toThrow(
			"'Label of title' is empty",
		);
	});

	it('of anything but objects are refused', () => {
		expect(() => collect([rows], { links: ['a'] })).toThrow('where WeCom needs objects');
		expect(() => collect([rows], { links: '[a' })).toThrow('is not valid JSON');
	});
});
