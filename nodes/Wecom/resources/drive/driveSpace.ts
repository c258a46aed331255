import { text } from '../../engine/fields';
import type { Resource } from '../../engine/operation';
import { spaceid, driveMembers, drivePost } from './fields';

const withSpace = {
	returns: ({ spaceid: id }: { spaceid?: unknown }) => ({ spaceid: id as string, success: true }),
};

export const driveSpace: Resource = {
	value: 'driveSpace',
	name: 'Drive Space',
	operations: [
		{
			value: 'addMembers',
			name: 'Add Members',
			action: 'Add members to space of drive',
			description: 'Give members or departments access to a space',
			doc: 93656,
			...drivePost('space_acl_add'),
			fields: [spaceid, driveMembers('gets access', true)],
			...withSpace,
		},
		{
			value: 'create',
			name: 'Create',
			action: 'Create space of drive',
			description: 'Add a space of the app; keep the ID it returns',
			doc: 93655,
			...drivePost('space_create'),
			fields: [
				text('space_name', 'Name', 'What people see', { required: true }),
				{ ...driveMembers('gets access', true), required: false },
			],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete space of drive',
			description: 'Remove a space with all its files',
			doc: 97857,
			...drivePost('space_dismiss'),
			fields: [spaceid],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get space of drive',
			description: 'Read name, members and protection of a space',
			doc: 97878,
			...drivePost('new_space_info'),
			reads: true,
			fields: [spaceid],
			pick: 'space_info',
		},
		{
			value: 'removeMembers',
			name: 'Remove Members',
			action: 'Remove members from space of drive',
			description: 'Take access to a space away from members or departments',
			doc: 97875,
			...drivePost('space_acl_del'),
			fields: [spaceid, driveMembers('loses access', false)],
			...withSpace,
		},
		{
			value: 'rename',
			name: 'Rename',
			action: 'Rename space of drive',
			description: 'Change the name of a space',
			doc: 97856,
			...drivePost('space_rename'),
			fields: [spaceid, text('space_name', 'New Name', 'What people see', { required: true })],
			...withSpace,
		},
		{
			value: 'share',
			name: 'Share',
			action: 'Get invitation to space of drive',
			description: 'Get the link with which members join a space',
			doc: 97877,
			...drivePost('space_share'),
			reads: true,
			fields: [spaceid],
		},
	],
};
