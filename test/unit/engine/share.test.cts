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
const shownNames = (properties: INodeProperties[], resource: string, operation: string) =>
	properties
		.filter(({ displayOptions }) =>
			[
				displayOptions!.show!.resource?.includes(resource) ?? true,
				displayOptions!.show!.operation!.includes(operation),
			].every(Boolean),
		)
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
			.filter(({ displayOptions }) => displayOptions?.show?.operation)
			.filter((property) =>
				NodeHelpers.displayParameter(
					{ resource, operation: operation.value },
					{
						...property,
						displayOptions: {
							show: {
								...(property.displayOptions!.show!.resource && {
									resource: property.displayOptions!.show!.resource,
								}),
								operation: property.displayOptions!.show!.operation,
							},
						},
					},
					null,
					null,
				),
			)
			.map(({ name }) => name);
		expect(shown).toEqual(operationFields(operation).map(({ name }) => name));
	},
);
