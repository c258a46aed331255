import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { choiceField } from '../../shared/util/formFields';

/** Short ways to write down the fields of this node. */

export const shownFor = (
	show: Record<string, string[]>,
	property: INodeProperties,
): INodeProperties => ({
	...property,
	displayOptions: { show },
});

/** One of several options, the first at first. No expression chooses it, since the form depends on it. */
export const fixedChoice = (
	name: string,
	displayName: string,
	description: string,
	options: INodePropertyOptions[],
): INodeProperties =>
	choiceField(name, displayName, description, options, { noDataExpression: true });

/** Several rows of the same fields. */
export const list = (
	name: string,
	displayName: string,
	description: string,
	values: INodeProperties[],
	placeholder: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder,
	default: {},
	description,
	options: [{ displayName, name: 'values', values }],
});

/** Fields that belong together, once. */
export const group = (
	name: string,
	displayName: string,
	values: INodeProperties[],
): INodeProperties => ({
	displayName,
	name,
	type: 'fixedCollection',
	default: {},
	options: [{ displayName: 'Values', name: 'values', values }],
});

export const collection = (
	name: string,
	displayName: string,
	description: string,
	entries: INodeProperties[],
	placeholder: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'collection',
	placeholder,
	default: {},
	description,
	options: entries,
});

/** Several people, departments or tags, chosen from the list. */
export const several = (
	name: string,
	displayName: string,
	loadOptionsMethod: string,
	description: string,
): INodeProperties => ({
	displayName: `${displayName} Names or IDs`,
	name,
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod, loadOptionsDependsOn: ['actAsCompany.value'] },
	default: [],
	description: `${description}; IDs by expression`,
});
