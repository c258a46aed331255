/** Sharing fields between operations changes no form. */
import { NodeHelpers, type INodeProperties } from 'n8n-workflow';
import { operationFields } from '../../../nodes/Wecom/engine/form';
import { resources } from '../../../nodes/Wecom/resources';
import { shareFields } from '../../../nodes/Wecom/engine/mergeFields';
import { Wecom } from '../../../nodes/Wecom/Wecom.node';

const field = (name: string): INodeProperties => ({
	displayName: name,
	name,
	type: 'string',
	default: '',
});
const form = (resource: string, operation: string, names: string) => ({
	resource,
	operation,
	fields: [...names].map(field),
});
/** Whether n8n shows a property for an operation, whatever else its conditions name. */
function isShown(property: INodeProperties, resource: string, operation: string): boolean {
	const only = (conditions: object = {}) =>
		Object.fromEntries(
			Object.entries(conditions).filter(([name]) => ['resource', 'operation'].includes(name)),
		);
	const { show, hide } = property.displayOptions!;
	const displayOptions = { show: only(show), hide: only(hide) };
	return NodeHelpers.displayParameter(
		{ resource, operation },
		{ ...property, displayOptions },
		null,
		null,
	);
}
const shownNames = (properties: INodeProperties[], resource: string, operation: string) =>
	properties
		.filter((property) => isShown(property, resource, operation))
		.map(({ name }) => name)
		.join('');

it('writes a field once for operations of several resources', () => {
	const forms = [
		form('a', 'list', 'xl'),
		form('b', 'list', 'yl'),
		form('b', 'get', 'y'),
		form('c', 'list', 'l'),
	];
	const shared = shareFields(forms);
	expect(shared.map(({ name }) => name)).toEqual(['x', 'y', 'l']);
	for (const { resource, operation, fields } of forms) {
		expect(shownNames(shared, resource, operation)).toBe(fields.map(({ name }) => name).join(''));
	}
});

it('does not give a field to operations that lack it', () => {
	const forms = [
		form('a', 'get', 'x'),
		form('a', 'set', 'x'),
		form('b', 'get', 'x'),
		form('b', 'set', 'y'),
	];
	const shared = shareFields(forms);
	for (const { resource, operation, fields } of forms) {
		expect(shownNames(shared, resource, operation)).toBe(fields.map(({ name }) => name).join(''));
	}
});

it('keeps the fields of forms that disagree about the order', () => {
	const shared = shareFields([form('a', 'get', 'xy'), form('b', 'get', 'yx')]);
	expect(shownNames(shared, 'a', 'get')).toHaveLength(2);
	expect(shownNames(shared, 'b', 'get')).toHaveLength(2);
});

it('names what is shorter to name: where a field is, or where it is not', () => {
	const forms = [
		...['member', 'department', 'tag'].map((resource) => form(resource, 'getAll', 'x')),
		form('e', 'getAll', 'y'),
		...['get', 'update', 'delete', 'rename'].map((operation) => form('f', operation, 'z')),
		form('f', 'create', ''),
	];
	const shared = shareFields(forms);
	expect(shared.map(({ displayOptions }) => displayOptions)).toEqual([
		{ show: { operation: ['getAll'] }, hide: { resource: ['e'] } },
		{ show: { resource: ['e'] } },
		{ show: { resource: ['f'] }, hide: { operation: ['create'] } },
	]);
	for (const { resource, operation, fields } of forms) {
		expect(shownNames(shared, resource, operation)).toBe(fields.map(({ name }) => name).join(''));
	}
});

/** What every form has besides the fields of its operation. */
const OF_ALL = ['authentication', 'resource', 'operation', 'options'];
const { properties } = new Wecom().description;
const operations = resources.flatMap((resource) =>
	resource.operations.map(
		(operation) => [`${resource.name} > ${operation.name}`, resource.value, operation] as const,
	),
);

it.each(operations)(
	'the form of %s has its fields in their order',
	(_name, resource, operation) => {
		const shown = properties
			.filter(
				({ name, displayOptions }) =>
					!OF_ALL.includes(name) && !displayOptions?.show?.authentication,
			)
			.filter((property) => isShown(property, resource, operation.value))
			.map(({ name }) => name);
		expect(shown).toEqual(operationFields(operation).map(({ name }) => name));
	},
);
