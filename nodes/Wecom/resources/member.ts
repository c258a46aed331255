import type { IDataObject } from 'n8n-workflow';
import { simplified, wantedCount } from '../engine/runRow';
import {
	additionalFields,
	choice,
	departmentPicker,
	ids,
	memberPicker,
	text,
} from '../engine/fields';
import type { Field, ItemContext, Resource } from '../engine/operation';
import { collectParameters } from '../engine/parameters';

const DETAIL_SUMMARY = [
	'userid',
	'name',
	'alias',
	'department',
	'main_department',
	'position',
	'mobile',
	'email',
	'status',
	'direct_leader',
];

/** What both creating and updating a member take (doc 90195, 90197). */
const memberFields = additionalFields([
	text('address', 'Address', 'Up to 128 characters'),
	text('alias', 'Alias', 'Up to 64 characters'),
	text('avatar_mediaid', 'Avatar Media ID', 'Media ID of an image uploaded with Media > Upload'),
	text('biz_mail', 'Business Email', 'Address of the company mailbox'),
	{
		...text('department', 'Department IDs', 'Comma-separated IDs of up to 100 departments'),
		placeholder: 'e.g. 2,5',
		convert: 'integerList',
	},
	{
		...text('direct_leader', 'Direct Leader', 'User ID of the direct leader'),
		convert: 'stringList',
	},
	text(
		'email',
		'Email',
		'Unique in the company; a member needs a mobile number or an email address',
	),
	{
		displayName: 'Enabled',
		name: 'enable',
		type: 'boolean',
		default: true,
		description: 'Whether the member may use WeCom',
		convert: 'flag',
	},
	{
		displayName: 'Extended Attributes',
		name: 'extattr',
		type: 'json',
		default: '{"attrs": []}',
		description: 'Attributes defined in the admin console, as WeCom documents "extattr"',
		convert: 'json',
	},
	{
		displayName: 'External Profile',
		name: 'external_profile',
		type: 'json',
		default: '{}',
		description: 'What customers see, as WeCom documents "external_profile"',
		convert: 'json',
	},
	text(
		'external_position',
		'External Position',
		'Position shown to customers, up to 12 Chinese characters',
	),
	{
		displayName: 'Gender',
		name: 'gender',
		type: 'options',
		options: [
			{ name: 'Female', value: '2' },
			{ name: 'Male', value: '1' },
		],
		default: '1',
		description: 'The gender shown in the directory',
	},
	{
		...text(
			'is_leader_in_dept',
			'Leader in Departments',
			'1 or 0 for each department, in the order of Department IDs',
		),
		placeholder: 'e.g. 1,0',
		convert: 'integerList',
	},
	{
		displayName: 'Main Department ID',
		name: 'main_department',
		type: 'number',
		default: 1,
		description: 'The department shown as the main one',
		convert: 'integer',
	},
	text('mobile', 'Mobile', 'Unique in the company; with the country code outside mainland China', {
		convert: 'phone',
	}),
	{
		...text('order', 'Order in Departments', 'One number for each department; higher comes first'),
		placeholder: 'e.g. 10,40',
		convert: 'integerList',
	},
	text('position', 'Position', 'Job title, up to 128 characters'),
	text('telephone', 'Telephone', 'Digits, -, + and commas, up to 32 characters'),
]);

const nameField: Field = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. Zhang San',
	description: 'Up to 64 characters',
};

export const member: Resource = {
	value: 'member',
	name: 'Member',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create member',
			description: 'Add a member to the directory (contact sync secret)',
			doc: 90195,
			endpoint: ['POST', '/cgi-bin/user/create'],
			fields: [
				{
					displayName: 'User ID',
					name: 'userid',
					type: 'string',
					default: '',
					required: true,
					placeholder: 'e.g. zhangsan',
					description:
						'Unique in the company regardless of case: letters, digits, dots, _, - and @, up to 64 bytes',
				},
				nameField,
				{
					displayName: 'Send Invitation',
					name: 'to_invite',
					type: 'boolean',
					default: true,
					description: 'Whether WeCom invites the member to join',
				},
				memberFields,
			],
			returns: ({ userid }) => ({ userid, success: true }),
		},
		{
			value: 'convertToOpenid',
			name: 'Convert to OpenID',
			action: 'Convert member to OpenID',
			description: "Get a member's OpenID for WeChat Pay",
			doc: 90202,
			endpoint: ['POST', '/cgi-bin/user/convert_to_openid'],
			reads: true,
			fields: [memberPicker()],
		},
		{
			value: 'convertToUserId',
			name: 'Convert to User ID',
			action: 'Convert OpenID to user ID',
			description: 'Get the member an OpenID belongs to',
			doc: 90202,
			endpoint: ['POST', '/cgi-bin/user/convert_to_userid'],
			reads: true,
			fields: [
				{
					...text('openid', 'OpenID', 'The OpenID of a payment by WeChat Pay'),
					required: true,
				},
			],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete member',
			description: 'Remove a member from the directory (contact sync secret)',
			doc: 90198,
			endpoint: ['GET', '/cgi-bin/user/delete'],
			reads: false,
			fields: [memberPicker()],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'deleteMany',
			name: 'Delete Many',
			action: 'Delete many members',
			description: 'Remove up to 200 members at once (contact sync secret)',
			doc: 90199,
			endpoint: ['POST', '/cgi-bin/user/batchdelete'],
			fields: [ids('useridlist', 'Member Names or IDs', 'getMembers', 200, { required: true })],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get member',
			description: 'Read one member',
			doc: 90196,
			endpoint: ['GET', '/cgi-bin/user/get'],
			fields: [memberPicker()],
			simplify: DETAIL_SUMMARY,
		},
		{
			value: 'getByEmail',
			name: 'Get by Email',
			action: 'Get member by email',
			description: 'Find the user ID that belongs to an email address',
			doc: 95895,
			endpoint: ['POST', '/cgi-bin/user/get_userid_by_email'],
			reads: true,
			fields: [
				{
					displayName: 'Email',
					name: 'email',
					type: 'string',
					default: '',
					required: true,
					placeholder: 'e.g. name@email.com',
					description: 'The address to look for',
				},
				choice('email_type', 'Email Type', "Which of a member's two addresses to compare with", [
					{ name: 'Business Email', value: 1 },
					{ name: 'Personal Email', value: 2 },
				]),
			],
		},
		{
			value: 'getByMobile',
			name: 'Get by Mobile',
			action: 'Get member by mobile number',
			description: 'Find the user ID that belongs to a mobile number',
			doc: 95402,
			endpoint: ['POST', '/cgi-bin/user/getuserid'],
			reads: true,
			fields: [
				{
					displayName: 'Mobile',
					name: 'mobile',
					type: 'string',
					default: '',
					required: true,
					convert: 'phone',
					placeholder: 'e.g. 13800000000',
					description: 'Unknown numbers beyond 20% of the headcount block this call for a day',
				},
			],
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many members',
			description: 'List the members of a department',
			doc: 90201,
			covers: ['user.list', 'user.simplelist'],
			fields: [
				departmentPicker(),
				{
					displayName: 'Include Departments Below',
					name: 'recursive',
					type: 'boolean',
					default: false,
					description: 'Whether to list members of the departments below, too, each once',
					local: true,
				},
				{
					displayName: 'Details',
					name: 'details',
					type: 'boolean',
					default: false,
					description:
						'Whether to return all the app may read, not just name, user ID and departments',
					local: true,
				},
			],
			list: 'userlist',
			simplify: DETAIL_SUMMARY,
			reads: true,
			run: getMembers,
		},
		{
			value: 'getManyIds',
			name: 'Get Many IDs',
			action: 'Get many member IDs',
			description: 'List all user IDs with their departments (contact sync secret)',
			doc: 96067,
			endpoint: ['POST', '/cgi-bin/user/list_id'],
			reads: true,
			fields: [],
			list: 'dept_user',
			paging: {
				style: 'cursor',
				request: { cursor: 'cursor', limit: 'limit' },
				response: { cursor: 'next_cursor' },
				max_limit: 10_000,
			},
		},
		{
			value: 'getJoinQrCode',
			name: 'Get Join QR Code',
			action: 'Get join QR code',
			description: 'Get a QR code for joining the company, valid for seven days',
			doc: 91714,
			endpoint: ['GET', '/cgi-bin/corp/get_join_qrcode'],
			fields: [],
		},
		{
			value: 'invite',
			name: 'Invite',
			action: 'Invite members',
			description: 'Invite members who have not joined yet, by message or email',
			doc: 90975,
			endpoint: ['POST', '/cgi-bin/batch/invite'],
			fields: [
				ids('user', 'Member Names or IDs', 'getMembers', 1000),
				ids('party', 'Department Names or IDs', 'getDepartments', 100, { convert: 'integerList' }),
				ids('tag', 'Tag Names or IDs', 'getTags', 100, { convert: 'integerList' }),
			],
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update member',
			description: 'Change a member (contact sync secret)',
			doc: 90197,
			endpoint: ['POST', '/cgi-bin/user/update'],
			fields: [
				memberPicker(),
				{ ...nameField, required: false, description: 'Leave empty to keep the name' },
				memberFields,
			],
			returns: ({ userid }) => ({ userid, success: true }),
		},
	],
};

/** WeCom lists one department at a time; the ones below are walked, since no documented parameter does it (doc 90200, 90201). */
async function getMembers(item: ItemContext): Promise<IDataObject[]> {
	const { client, itemIndex, get } = item;
	const details = get<boolean>('details', false);
	const path = details ? '/cgi-bin/user/list' : '/cgi-bin/user/simplelist';
	const wanted = wantedCount(item);
	const found = new Map<string, IDataObject>();
	const { department_id: top, ...sent } = collectParameters(item);
	for (const department_id of await departmentsToList(item, Number(top))) {
		const qs = { ...sent, department_id };
		const reply = await client.call({ method: 'GET', path, qs }, itemIndex);
		for (const entry of (reply.userlist ?? []) as IDataObject[])
			found.set(String(entry.userid), entry);
		if (found.size >= wanted) break;
	}
	return [...found.values()]
		.slice(0, wanted)
		.map((entry) => (details ? simplified(item, entry) : entry));
}

async function departmentsToList(
	{ client, itemIndex, get }: ItemContext,
	top: number,
): Promise<number[]> {
	if (!get<boolean>('recursive', false)) return [top];
	const reply = await client.call(
		{ method: 'GET', path: '/cgi-bin/department/simplelist', qs: { id: top } },
		itemIndex,
	);
	const below = ((reply.department_id ?? []) as IDataObject[]).map(({ id }) => Number(id));
	return [...new Set([top, ...below])];
}
