import type { INodeProperties } from 'n8n-workflow';
import { companyProperties } from '../../shared/companies/companyPicker';
import { choiceField, textField, toggleField } from '../../shared/util/formFields';
import { compareText, withCommas } from '../../shared/util/text';
import type { Field } from './operation';

/** Form fields that several operations share, and short ways to write down a field. */

type Overrides = Partial<Field>;

export const text = textField<Field>;

/** Fields of one type whose values become what WeCom takes in the same way. */
const converted =
	(type: Field['type'], initial: number | string, convert: Field['convert']) =>
	(name: string, displayName: string, description: string, overrides: Overrides = {}): Field => ({
		displayName,
		name,
		type,
		default: initial,
		description,
		convert,
		...overrides,
	});

/** A whole number; a `default` of '' is possible for one that may be left out. */
export const integer = converted('number', 0, 'integer');

/** Sent as true or false; with `convert: 'flag'` as 1 or 0. */
export const toggle = toggleField<Field>;

export const choice = choiceField<Field>;

/** A moment, sent as Unix time in seconds. */
export const moment = converted('dateTime', '', 'timestamp');

export const json = converted('json', '', 'json');

/** Optional fields, each added by hand. */
export const additionalFields = (options: Field[], overrides: Overrides = {}): Field => ({
	displayName: 'Additional Fields',
	name: 'additionalFields',
	type: 'collection',
	placeholder: 'Add Field',
	default: {},
	options: [...options].sort((a, b) => compareText(a.displayName, b.displayName)),
	...overrides,
});

export const updateFields = (options: Field[]): Field =>
	additionalFields(options, { displayName: 'Update Fields', name: 'updateFields' });

export const filters = (options: Field[]): Field =>
	additionalFields(options, {
		displayName: 'Filters',
		name: 'filters',
		placeholder: 'Add Filter',
	});

/** Rows of several fields each, sent as a list of objects; `row` says what one row is. */
export const rows = (
	name: string,
	displayName: string,
	row: string,
	values: Field[],
	overrides: Overrides = {},
): Field => ({
	displayName,
	name,
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: `Add ${row}`,
	default: {},
	options: [{ displayName: row, name: 'row', values }],
	...overrides,
});

/** One thing, chosen from a searchable list (`list`: a method of `listSearch`) or given by its ID. */
export const locator = (
	name: string,
	displayName: string,
	list: string,
	placeholder: string,
	overrides: Overrides = {},
): Field => ({
	displayName,
	name,
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: `The ${displayName.toLowerCase()}, by name or by ID`,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: list, searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder },
	],
	...overrides,
});

/** One thing that people know by its address in the browser; `regex` finds the ID in it. An ID is taken, too. */
export const addressed = (
	name: string,
	displayName: string,
	description: string,
	[regex, address, id]: [regex: string, address: string, id: string],
): Field => ({
	displayName,
	name,
	type: 'resourceLocator',
	default: { mode: 'url', value: '' },
	required: true,
	description,
	modes: [
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: address,
			extractValue: { type: 'regex', regex },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: id },
	],
});

export const memberPicker = (overrides: Overrides = {}): Field =>
	locator('userid', 'Member', 'searchMembers', 'e.g. zhangsan', {
		description: 'The member, by name or by user ID',
		...overrides,
	});

export const departmentPicker = (overrides: Overrides = {}): Field =>
	locator('department_id', 'Department', 'searchDepartments', 'e.g. 2', {
		description: 'The department, by name or by ID; 1 is the whole company',
		convert: 'integer',
		...overrides,
	});

export const tagPicker = (overrides: Overrides = {}): Field =>
	locator('tagid', 'Tag', 'searchTags', 'e.g. 1', { convert: 'integer', ...overrides });

/** Several at once: chosen from the list, or ids with commas or `|` between them from an expression. */
export const ids = (
	name: string,
	displayName: string,
	loadOptionsMethod: string,
	most: number,
	overrides: Overrides = {},
): Field => ({
	displayName,
	name,
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod, loadOptionsDependsOn: ['actAsCompany.value'] },
	default: [],
	description: `Up to ${withCommas(most)}`,
	convert: 'stringList',
	...overrides,
});

const [actAsCompany, permanentCode] = companyProperties;

/** The company a suite acts for; only the client reads it. */
export const companyField = { ...actAsCompany, local: true } as Field;

/** The company's permanent code, where the credential does not store the company. */
export const permanentCodeOption: INodeProperties = {
	...permanentCode,
	displayOptions: { show: { '/authentication': ['suite'] } },
};

export const returnAll: Field = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
	local: true,
};

export const limit: Field = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
	displayOptions: { show: { returnAll: [false] } },
	local: true,
};

export const simplify: Field = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
	local: true,
};

export const binaryInput = (overrides: Overrides = {}): Field => ({
	displayName: 'Input Data Field Name',
	name: 'binaryPropertyName',
	type: 'string',
	default: 'data',
	required: true,
	description: 'The binary field with the file',
	local: true,
	...overrides,
});
