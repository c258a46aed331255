import { ids, tagPicker } from '../engine/fields';
import type { Field, Resource } from '../engine/operation';

const tagname: Field = {
	displayName: 'Tag Name',
	name: 'tagname',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. On duty',
	description: 'Up to 32 characters, unique in the company',
};
const userlist = ids('userlist', 'Member Names or IDs', 'getMembers', 1000);
const partylist: Field = {
	...ids('partylist', 'Department Names or IDs', 'getDepartments', 100),
	convert: 'integerList',
};

export const tag: Resource = {
	value: 'tag',
	name: 'Tag',
	operations: [
		{
			value: 'addMembers',
			name: 'Add Members',
			action: 'Add members to tag',
			description: 'Give a tag to members and departments',
			doc: 90214,
			endpoint: ['POST', '/cgi-bin/tag/addtagusers'],
			fields: [tagPicker(), userlist, partylist],
			returns: ({ tagid }) => ({ tagid, success: true }),
		},
		{
			value: 'create',
			name: 'Create',
			action: 'Create tag',
			description: 'Add a tag that this app owns',
			doc: 90210,
			endpoint: ['POST', '/cgi-bin/tag/create'],
			fields: [tagname],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete tag',
			description: 'Remove a tag this app has created',
			doc: 90212,
			endpoint: ['GET', '/cgi-bin/tag/delete'],
			reads: false,
			fields: [tagPicker()],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get tag',
			description: 'Read the members and departments with a tag',
			doc: 90213,
			endpoint: ['GET', '/cgi-bin/tag/get'],
			fields: [tagPicker()],
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many tags',
			description: 'List the tags of the company',
			doc: 90216,
			endpoint: ['GET', '/cgi-bin/tag/list'],
			fields: [],
			list: 'taglist',
		},
		{
			value: 'removeMembers',
			name: 'Remove Members',
			action: 'Remove members from tag',
			description: 'Take a tag away from members and departments',
			doc: 90215,
			endpoint: ['POST', '/cgi-bin/tag/deltagusers'],
			fields: [tagPicker(), userlist, partylist],
			returns: ({ tagid }) => ({ tagid, success: true }),
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update tag',
			description: 'Rename a tag this app has created',
			doc: 90211,
			endpoint: ['POST', '/cgi-bin/tag/update'],
			fields: [tagPicker(), tagname],
			returns: ({ tagid }) => ({ tagid, success: true }),
		},
	],
};
