/** n8n's rules for the texts of a form, over the finished descriptions: the lint sees only fields that are written out. */
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { resources } from '../../../nodes/Wecom/resources';
import errorTable from '../../../nodes/shared/protocol/errorTable.json';
import { declaredNodes } from '../../support/declared.cts';

interface Entry {
	where: string;
	property: INodeProperties;
	top: boolean;
}

function* walk(properties: INodeProperties[], where: string, top = true): Generator<Entry> {
	for (const property of properties) {
		const shown = JSON.stringify(property.displayOptions?.show ?? {});
		const here = `${where} > ${property.name} ${top ? shown : ''}`;
		yield { where: here, property, top };
		if (property.type === 'collection')
			yield* walk(property.options as INodeProperties[], here, false);
		if (property.type === 'fixedCollection') {
			for (const { values } of property.options as INodePropertyCollection[])
				yield* walk(values, here, false);
		}
	}
}

const entries = declaredNodes().flatMap(({ description }) => [
	...walk(description.properties, description.displayName),
]);
const visible = entries.filter(({ property: { type } }) => type !== 'notice' && type !== 'hidden');
const wrong = (list: Entry[], rule: (property: INodeProperties) => boolean) =>
	list
		.filter(({ property }) => !rule(property))
		.map(({ where, property }) => `${where}: ${property.displayName} - ${property.description}`);
const sortedByName = (names: string[]) =>
	names.join() === [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).join();

it('every field has a name in title case', () => {
	const small =
		/^(a|an|and|as|at|but|by|for|from|if|in|nor|of|off|on|or|per|so|the|to|up|via|with|yet|not|than)$/;
	const titled = (name: string) =>
		name
			.split(/[\s/-]+/)
			.every(
				(word, index) =>
					(index > 0 && small.test(word)) || !/^[a-z]/.test(word) || /[A-Z_0-9]/.test(word),
			);
	expect(wrong(visible, ({ displayName }) => titled(displayName))).toEqual([]);
});

/** What the editor has room for, in pixels of a line 12 pixels high: about six for a Latin character, twelve for a Chinese one. */
it('names are as short as the editor shows them', () => {
	expect(wrong(visible, ({ displayName }) => displayName.length <= 26)).toEqual([]);
});

it('every field explains itself, without a full stop at the end of a single sentence', () => {
	const explained = visible.filter(
		({ property: { type, name } }) =>
			!['collection', 'fixedCollection'].includes(type) &&
			!['resource', 'operation', 'returnAll'].includes(name),
	);
	expect(wrong(explained, ({ description }) => Boolean(description))).toEqual([]);
	expect(
		wrong(
			visible,
			({ description = '' }) =>
				!/^[^.]*\.$/.test(description) || /https?:|e\.g\./.test(description),
		),
	).toEqual([]);
});

it('switches say "Whether", limits say what n8n says', () => {
	const switches = visible.filter(({ property }) => property.type === 'boolean');
	expect(switches.length).toBeGreaterThan(10);
	expect(wrong(switches, ({ description = '' }) => description.startsWith('Whether '))).toEqual([]);
	const limits = visible.filter(({ property, top }) => top && property.name === 'limit');
	expect(
		wrong(limits, ({ description }) => description!.startsWith('Max number of results to return')),
	).toEqual([]);
});

it('several options stand in alphabetical order', () => {
	const lists = visible.filter(
		({ property: { name, type, options } }) =>
			// Resources and events stand in the order in which people need them: n8n's node panel lists them without a search.
			!['resource', 'events'].includes(name) &&
			['options', 'multiOptions', 'collection'].includes(type) &&
			(options?.length ?? 0) > 4,
	);
	expect(
		wrong(lists, ({ type, options }) =>
			sortedByName(
				type === 'collection'
					? (options as INodeProperties[]).map(({ displayName }) => displayName)
					: (options as INodePropertyOptions[]).map(({ name }) => name),
			),
		),
	).toEqual([]);
});

it('operations have an action in sentence case and a description', () => {
	const operations = entries
		.filter(({ property, top }) => top && property.name === 'operation')
		.flatMap(({ property }) => property.options as INodePropertyOptions[]);
	expect(operations.length).toBeGreaterThan(50);
	const odd = operations.filter(
		({ action = '', description = '' }) =>
			!/^[A-Z][^.]+$/.test(action) ||
			/^[A-Z][a-z]+ [A-Z][a-z]+( |$)/.test(action) ||
			!/^[A-Z].*[^.]$/.test(description),
	);
	expect(odd.map(({ action, description }) => `${action}: ${description}`)).toEqual([]);
});

it('buttons that add something say so in title case, one way for all', () => {
	const buttons = entries
		.filter(({ property: { type } }) => type === 'collection' || type === 'fixedCollection')
		.flatMap(({ where, property: { placeholder } }) =>
			placeholder ? [{ where, placeholder }] : [],
		);
	expect(buttons.length).toBeGreaterThan(50);
	expect(buttons.filter(({ placeholder }) => !/^Add( [A-Z][a-z]+)+$/.test(placeholder))).toEqual(
		[],
	);
});

it('advice names only operations that there are', () => {
	const advice = Object.values(errorTable).map(([, todo]) => todo);
	// The longest first: 'Customer' is no part of 'Customer Service' then. What comes behind another page is a page of the console.
	const named = [...resources].sort((a, b) => b.name.length - a.name.length);
	const pattern = `(?<!> |WeChat |and )\\b(${named.map(({ name }) => name).join('|')}) > ([A-Z][\\w -]*)`;
	const found = advice.flatMap((text) => [...text.matchAll(new RegExp(pattern, 'g'))]);
	expect(found.length).toBeGreaterThan(10);
	const isThere = (resource: string, rest: string) =>
		named
			.find(({ name }) => name === resource)!
			.operations.some(({ name }) => rest.startsWith(name));
	expect(
		found.filter(([, resource, rest]) => !isThere(resource, rest)).map(([text]) => text),
	).toEqual([]);
});
