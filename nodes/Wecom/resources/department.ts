import { departmentPicker } from '../engine/fields';
import type { Field, Resource } from '../engine/operation';

const nameEn: Field = {
	displayName: 'English Name',
	name: 'name_en',
	type: 'string',
	default: '',
	description: 'For members with WeCom in English; up to 64 characters',
};
const order: Field = {
	displayName: 'Order',
	name: 'order',
	type: 'number',
	default: 0,
	description: 'Higher numbers come first among siblings',
	convert: 'integer',
};

export const department: Resource = {
	value: 'department',
	name: 'Department',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create department',
			description: 'Add a department below another one (contact sync secret)',
			doc: 90205,
			endpoint: ['POST', '/cgi-bin/department/create'],
			fields: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					required: true,
					placeholder: 'e.g. Research',
					description:
						'Up to 64 characters, without \\ : * ? ", angle brackets and |; unique among its siblings',
				},
				departmentPicker({
					displayName: 'Parent Department',
					name: 'parentid',
					description: 'The department to add it to; 1 is the whole company',
				}),
				{
					displayName: 'Additional Fields',
					name: 'additionalFields',
					type: 'collection',
					placeholder: 'Add Field',
					default: {},
					options: [
						{
							displayName: 'Department ID',
							name: 'id',
							type: 'number',
							default: 2,
							description: 'An ID of your own, greater than 1; WeCom picks one when left out',
							convert: 'integer',
						},
						nameEn,
						order,
					],
				},
			],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete department',
			description: 'Remove an empty department (contact sync secret)',
			doc: 90207,
			endpoint: ['GET', '/cgi-bin/department/delete'],
			reads: false,
			fields: [departmentPicker({ name: 'id' })],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get department',
			description: 'Read one department',
			doc: 95351,
			endpoint: ['GET', '/cgi-bin/department/get'],
			fields: [departmentPicker({ name: 'id' })],
			pick: 'department',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many departments',
			description: 'List the departments the app may see',
			doc: 90208,
			endpoint: ['GET', '/cgi-bin/department/list'],
			fields: [
				departmentPicker({
					displayName: 'Below Department',
					name: 'id',
					required: false,
					description: 'This department and all below it; everything the app may see when empty',
				}),
			],
			list: 'department',
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update department',
			description: 'Rename or move a department (contact sync secret)',
			doc: 90206,
			endpoint: ['POST', '/cgi-bin/department/update'],
			fields: [
				departmentPicker({ name: 'id' }),
				{
					displayName: 'Update Fields',
					name: 'updateFields',
					type: 'collection',
					placeholder: 'Add Field',
					default: {},
					options: [
						nameEn,
						{
							displayName: 'Name',
							name: 'name',
							type: 'string',
							default: '',
							description: 'Up to 64 characters, without \\ : * ? ", angle brackets and |',
						},
						order,
						{
							displayName: 'Parent Department ID',
							name: 'parentid',
							type: 'number',
							default: 1,
							description: 'The department to move it to',
							convert: 'integer',
						},
					],
				},
			],
			returns: ({ id }) => ({ id, success: true }),
		},
	],
};
