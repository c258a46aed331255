import { json, text } from '../../engine/fields';
import type { Field, Operation } from '../../engine/operation';

const BASE = '/cgi-bin/wedrive';

export const spaceid = text(
	'spaceid',
	'Space ID',
	'From Drive Space > Create or the "spaceid" of a file',
	{
		required: true,
	},
);
export const driveMembers = (what: string, auth: boolean): Field =>
	json(
		'auth_info',
		'Members (JSON)',
		`Who ${what}: type 1 is a member ("userid"), 2 a department ("departmentid")${auth ? '; auth 1 to download, 7 to manage' : ''}`,
		{
			required: true,
			convert: 'jsonList',
			placeholder: auth
				? '[{"type": 1, "userid": "zhangsan", "auth": 1}]'
				: '[{"type": 1, "userid": "zhangsan"}]',
		},
	);
export const drivePost = (path: string): Pick<Operation, 'endpoint'> => ({
	endpoint: ['POST', `${BASE}/${path}`],
});
