import type { Field } from './operation';

/** Form fields that several operations share. */

type Overrides = Partial<Field>;

export const memberPicker = (overrides: Overrides = {}): Field => ({
	displayName: 'Member',
	name: 'userid',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The member, by name or by user ID',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a member...',
			typeOptions: { searchListMethod: 'searchMembers', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. zhangsan' },
	],
	...overrides,
});

export const departmentPicker = (overrides: Overrides = {}): Field => ({
	displayName: 'Department',
	name: 'department_id',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The department, by name or by ID; 1 is the whole company',
	as: 'integer',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a department...',
			typeOptions: { searchListMethod: 'searchDepartments', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 2',
		},
	],
	...overrides,
});

export const tagPicker = (overrides: Overrides = {}): Field => ({
	displayName: 'Tag',
	name: 'tagid',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The tag, by name or by ID',
	as: 'integer',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a tag...',
			typeOptions: { searchListMethod: 'searchTags', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. 1' },
	],
	...overrides,
});

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
	typeOptions: { loadOptionsMethod },
	default: [],
	description: `Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>. Up to ${most}.`,
	as: 'stringList',
	...overrides,
});

/** The company whose token a call takes, and the code to get it with where the credential does not store the company. */
export const companyFields: Field[] = [
	{
		displayName: 'Act as Company',
		name: 'actAsCompany',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		description: 'The company that authorized the suite, by name or by Corp ID',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select a company...',
				typeOptions: { searchListMethod: 'searchCompanies', searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. ww1234567890abcdef',
			},
		],
		local: true,
	},
	{
		displayName: 'Permanent Code',
		name: 'permanentCode',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description:
			'Only for a company that is not stored in the credential, for example because you keep the codes in your own database',
		local: true,
	},
];

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
	hint: 'The name of the input field containing the file to be sent',
	description: 'Name of the binary field that holds the file',
	local: true,
	...overrides,
});
