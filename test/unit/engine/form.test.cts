/** What the form of an operation has besides what its row lists, and what n8n gets to see of a field. */
import { nodeProperties } from '../../../nodes/Wecom/engine/form';
import type { Field, Operation, Resource } from '../../../nodes/Wecom/engine/operation';

const field = (name: string, more: Partial<Field> = {}): Field => ({
	name,
	displayName: name,
	type: 'string',
	default: '',
	...more,
});

/** The fields that one operation alone brings into the node's form, by name. */
function formOf(row: Partial<Operation>) {
	const operation = {
		value: 'getAll',
		name: 'Get Many',
		action: '',
		description: '',
		doc: 1,
		fields: [],
	};
	const resource = { value: 'thing', name: 'Thing', operations: [{ ...operation, ...row }] };
	const common = ['authentication', 'resource', 'actAsCompany', 'operation', 'options'];
	const fields = nodeProperties([resource as Resource]).filter(
		({ name }) => !common.includes(name),
	);
	return new Map(fields.map((one) => [one.name, one]));
}

it('a list has Return All and Limit, unless all of it comes', () => {
	expect([...formOf({ list: 'found' }).keys()]).toEqual(['returnAll', 'limit']);
	expect([...formOf({ list: 'found', whole: true }).keys()]).toEqual([]);
	expect([...formOf({ simplify: ['id'] }).keys()]).toEqual(['simplify']);
});

it('n8n gets nothing that only this package reads, at any depth', () => {
	const own = { convert: 'json', local: true, path: 'a.b', each: 'c', spread: true } as const;
	const fields = [
		field('plain', own),
		field('more', { type: 'collection', options: [field('inner', own)] }),
		field('rows', {
			type: 'fixedCollection',
			options: [{ name: 'row', displayName: 'Row', values: [field('cell', own)] }],
		}),
	];
	const shown = JSON.stringify([...formOf({ fields }).values()]);
	expect(shown).toContain('"cell"');
	for (const key of Object.keys(own)) expect(shown).not.toContain(`"${key}"`);
});

it('n8n asks for a required field only where the form always has it', () => {
	const fields = [
		field('always', { required: true }),
		field('sometimes', { required: true, displayOptions: { show: { always: ['x'] } } }),
	];
	const form = formOf({ fields });
	expect(form.get('always')).toHaveProperty('required', true);
	expect(form.get('sometimes')).not.toHaveProperty('required');
});
