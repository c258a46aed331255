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
/** The properties that n8n shows for an operation for some values of the others: one that is shown by another is not without it. */
function shownNames(properties: INodeProperties[], resource: string, operation: string): string[] {
	const places = ['resource', 'operation'];
	const onlyPlaces = (conditions: object = {}) =>
		Object.fromEntries(Object.entries(conditions).filter(([name]) => places.includes(name)));
	const isHere = (property: INodeProperties) => {
		const { show, hide } = property.displayOptions ?? {};
		const displayOptions = { show: onlyPlaces(show), hide: onlyPlaces(hide) };
		return NodeHelpers.displayParameter(
			{ resource, operation },
			{ ...property, displayOptions },
			null,
			null,
		);
	};
	const isShown = (property: INodeProperties): boolean =>
		isHere(property) &&
		Object.keys(property.displayOptions?.show ?? {})
			.filter((name) => !places.includes(name))
			.every((leader) => properties.some((other) => other.name === leader && isShown(other)));
	return properties.filter(isShown).map(({ name }) => name);
}
const namesOf = (fields: INodeProperties[]) => fields.map(({ name }) => name);

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
		expect(shownNames(shared, resource, operation)).toEqual(namesOf(fields));
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
		expect(shownNames(shared, resource, operation)).toEqual(namesOf(fields));
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
		expect(shownNames(shared, resource, operation)).toEqual(namesOf(fields));
	}
});

it('a field that another one shows needs no place of its own, if that one is nowhere without it', () => {
	const leader = field('all');
	const led = { ...field('limit'), displayOptions: { show: { all: [false] } } };
	const forms = [
		{ resource: 'member', operation: 'getAll', fields: [leader, led] },
		{ resource: 'tag', operation: 'list', fields: [leader, led] },
		{ resource: 'tag', operation: 'get', fields: [field('id')] },
		{ resource: 'app', operation: 'get', fields: [] },
	];
	const shared = shareFields(forms);
	const placeOf = (name: string) => shared.find((one) => one.name === name)!.displayOptions;
	expect(placeOf('limit')).toEqual({ show: { all: [false] } });
	for (const { resource, operation, fields } of forms)
		expect(shownNames(shared, resource, operation)).toEqual(namesOf(fields));

	const withoutIt = { resource: 'app', operation: 'getAll', fields: [leader] };
	const apart = shareFields([...forms, withoutIt]);
	expect(shownNames(apart, 'app', 'getAll')).toEqual(['all']);
	expect(shownNames(apart, 'member', 'getAll')).toEqual(['all', 'limit']);
});

const { properties } = new Wecom().description;
/** Without what every form has. */
const ofOperations = properties.filter(
	({ name, displayOptions }) =>
		!['authentication', 'resource', 'operation', 'options'].includes(name) &&
		!displayOptions?.show?.authentication,
);
const operations = resources.flatMap((resource) =>
	resource.operations.map(
		(operation) => [`${resource.name} > ${operation.name}`, resource.value, operation] as const,
	),
);

it.each(operations)(
	'the form of %s has its fields in their order',
	(_name, resource, operation) => {
		const shown = shownNames(ofOperations, resource, operation.value);
		expect(shown).toEqual(operationFields(operation).map(({ name }) => name));
	},
);

/** As n8n's editor has them for a moment, or until the node is opened again, when another resource is chosen. */
it('whatever is left of other fields, no list is loaded and no expression worked out in a foreign form', () => {
	const left = Object.fromEntries(ofOperations.map(({ name, default: value }) => [name, value]));
	const costly = ofOperations.filter(
		({ type, default: value }) => type === 'multiOptions' || `${value as string}`.startsWith('='),
	);
	expect(costly.length).toBeGreaterThan(30);
	for (const [, resource, operation] of operations) {
		const values = { ...left, resource, operation: operation.value };
		const shown = costly.filter((property) =>
			NodeHelpers.displayParameter(values as never, property, { typeVersion: 1 }, null),
		);
		const own = namesOf(operationFields(operation));
		const foreign = namesOf(shown).filter((name) => !own.includes(name));
		expect([resource, operation.value, foreign]).toEqual([resource, operation.value, []]);
	}
});
