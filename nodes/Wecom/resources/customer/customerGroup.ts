import {
	all,
	cursorPages,
	OWN_PAGES,
	departmentIds,
	memberIds,
	oneOf,
	serviceAccountPicker,
	days,
	within,
} from './shared';
import {
	additionalFields,
	choice,
	filters,
	integer,
	locator,
	memberPicker,
	moment,
	text,
	toggle,
} from '../../engine/fields';
import type { Field, Resource } from '../../engine/operation';

const configId = text('config_id', 'Config ID', 'The "config_id" that Create Join Way returned', {
	required: true,
});
/** What creating and updating a way to join take. */
const joinWay: Field[] = [
	choice('scene', 'Scene', 'How customers get to it', [
		{ name: 'QR Code', value: 2 },
		{ name: 'Mini Program', value: 1 },
	]),
	text(
		'chat_id_list',
		'Customer Group IDs',
		'Comma-separated, up to 5; the next one is used when one is full',
		{
			convert: 'stringList',
			required: true,
		},
	),
	additionalFields([
		toggle('auto_create_room', 'Create Groups', 'Whether to open a new group when all are full', {
			default: true,
			convert: 'flag',
		}),
		text(
			'room_base_name',
			'New Group Name',
			'Beginning of the names of new groups, up to 40 characters',
		),
		integer('room_base_id', 'New Group Number', 'Number of the first new group', { default: 1 }),
		text('remark', 'Remark', 'For yourself, up to 30 characters'),
		text(
			'state',
			'State',
			'Your name of the channel, shown with the group members, up to 30 characters',
		),
	]),
];
const joinWayLimits = within({ chat_id_list: 5, room_base_name: 40, remark: 30, state: 30 });

export const customerGroup: Resource = {
	value: 'customerGroup',
	name: 'Customer Group',
	operations: [
		{
			value: 'get',
			name: 'Get',
			action: 'Get customer group',
			description: 'Read a customer group and its members',
			doc: 92122,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/get'],
			reads: true,
			fields: [
				locator('chat_id', 'Customer Group', 'searchCustomerGroups', 'e.g. wrOgQhDgAAMYQiS5ol9G'),
				toggle('need_name', 'Include Names', 'Whether to return the names of the group members', {
					default: true,
					convert: 'flag',
				}),
			],
			pick: 'group_chat',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many customer groups',
			description: 'List the IDs of customer groups',
			doc: 92120,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/list'],
			reads: true,
			fields: [
				filters([
					choice('status_filter', 'Handover', 'Where the handover after leaving has got to', [
						{ name: 'Any', value: 0 },
						{ name: 'Being Transferred', value: 2 },
						{ name: 'Owner Has Left', value: 1 },
						{ name: 'Transferred', value: 3 },
					]),
					memberIds('userid_list', 100, {
						displayName: 'Owner Names or IDs',
						path: 'owner_filter.userid_list',
					}),
				]),
			],
			list: 'group_chat_list',
			paging: cursorPages(1000),
		},
		{
			value: 'getByOpengid',
			name: 'Get by OpenGID',
			action: 'Get customer group by OpenGID',
			description: 'Find the group that a mini program knows by its OpenGID',
			doc: 94822,
			endpoint: ['POST', '/cgi-bin/externalcontact/opengid_to_chatid'],
			reads: true,
			fields: [text('opengid', 'OpenGID', 'From wx.getGroupEnterInfo', { required: true })],
		},
		{
			value: 'createJoinWay',
			name: 'Create Join Way',
			action: 'Create join way for customer groups',
			description: 'Make a QR code or mini program button to join customer groups',
			doc: 92229,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/add_join_way'],
			fields: joinWay,
			check: joinWayLimits,
		},
		{
			value: 'deleteJoinWay',
			name: 'Delete Join Way',
			action: 'Delete join way of customer groups',
			description: 'Remove a QR code or button to join customer groups',
			doc: 92229,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/del_join_way'],
			fields: [configId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'getJoinWay',
			name: 'Get Join Way',
			action: 'Get join way of customer groups',
			description: 'Read a way to join customer groups',
			doc: 92229,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/get_join_way'],
			reads: true,
			fields: [configId],
			pick: 'join_way',
		},
		{
			value: 'updateJoinWay',
			name: 'Update Join Way',
			action: 'Update join way of customer groups',
			description: 'Replace the settings of a way to join customer groups',
			doc: 92229,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/update_join_way'],
			fields: [configId, ...joinWay],
			check: joinWayLimits,
			returns: ({ config_id }) => ({ config_id, success: true }),
		},
	],
};

const handover = memberPicker({
	name: 'handover_userid',
	displayName: 'From Member',
	description: 'Who has the customers now; members who have left by ID',
});
const takeover = memberPicker({
	name: 'takeover_userid',
	displayName: 'To Member',
	description: 'Who takes over; needs customer contact and must be activated',
});
const customerIds = text('external_userid', 'External User IDs', 'Comma-separated, up to 100', {
	convert: 'stringList',
	required: true,
});
const groupIds = text('chat_id_list', 'Customer Group IDs', 'Comma-separated, up to 100', {
	convert: 'stringList',
	required: true,
});
const newOwner = memberPicker({ name: 'new_owner', displayName: 'New Owner' });

export const customerTransfer: Resource = {
	value: 'customerTransfer',
	name: 'Customer Transfer',
	operations: [
		{
			value: 'transferCustomers',
			name: 'Transfer Customers',
			action: 'Transfer customers',
			description: 'Hand customers of a member on duty over to another; codes per customer',
			doc: 92125,
			endpoint: ['POST', '/cgi-bin/externalcontact/transfer_customer'],
			fields: [
				handover,
				takeover,
				customerIds,
				text('transfer_success_msg', 'Message', 'Sent to the customers, up to 200 characters'),
			],
			check: within({ external_userid: 100, transfer_success_msg: 200 }),
		},
		{
			value: 'transferGroups',
			name: 'Transfer Groups',
			action: 'Transfer customer groups',
			description: 'Give customer groups of members on duty a new owner',
			doc: 95703,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/onjob_transfer'],
			fields: [groupIds, newOwner],
			check: within({ chat_id_list: 100 }),
			returns: () => ({ failed_chat_list: [] }),
		},
		{
			value: 'transferCustomersAfterLeaving',
			name: 'Transfer Customers After Leaving',
			action: 'Transfer customers after leaving',
			description: 'Hand customers of a member who has left over to another; codes per customer',
			doc: 94081,
			endpoint: ['POST', '/cgi-bin/externalcontact/resigned/transfer_customer'],
			fields: [handover, takeover, customerIds],
			check: within({ external_userid: 100 }),
		},
		{
			value: 'transferGroupsAfterLeaving',
			name: 'Transfer Groups After Leaving',
			action: 'Transfer customer groups after leaving',
			description: 'Give customer groups of members who have left a new owner',
			doc: 92127,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/transfer'],
			fields: [groupIds, newOwner],
			check: within({ chat_id_list: 100 }),
			returns: () => ({ failed_chat_list: [] }),
		},
		{
			value: 'getResults',
			name: 'Get Results',
			action: 'Get results of customer transfers',
			description: 'List how far the transfer between two members on duty is',
			doc: 94088,
			endpoint: ['POST', '/cgi-bin/externalcontact/transfer_result'],
			reads: true,
			fields: [handover, takeover],
			list: 'customer',
			paging: OWN_PAGES,
		},
		{
			value: 'getResultsAfterLeaving',
			name: 'Get Results After Leaving',
			action: 'Get results of customer transfers after leaving',
			description: 'List how far the transfer from a member who has left is',
			doc: 94082,
			endpoint: ['POST', '/cgi-bin/externalcontact/resigned/transfer_result'],
			reads: true,
			fields: [handover, takeover],
			list: 'customer',
			paging: OWN_PAGES,
		},
		{
			value: 'getUnassignedCustomers',
			name: 'Get Unassigned Customers',
			action: 'Get unassigned customers',
			description: 'List customers whose member has left',
			doc: 92124,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_unassigned_list'],
			reads: true,
			fields: [],
			list: 'info',
			paging: {
				style: 'cursor',
				request: { cursor: 'cursor', limit: 'page_size' },
				response: { cursor: 'next_cursor', is_last: 'is_last' },
				max_limit: 1000,
			},
		},
	],
};

const start = (name: string): Field =>
	moment(name, 'Start', 'First day', { required: true, convert: 'day' });
const end = (name: string): Field =>
	moment(name, 'End', 'Last day, up to 30 days after the first', {
		required: true,
		convert: 'day',
	});
const owners: Field = memberIds('userid_list', 100, {
	displayName: 'Owner Names or IDs',
	path: 'owner_filter.userid_list',
	required: true,
});
const serviceDays = days('start_time', 'end_time', 31, 'yesterday');
const groupDays = days('day_begin_time', 'day_end_time', 30, 'yesterday');

export const customerStatistic: Resource = {
	value: 'customerStatistic',
	name: 'Customer Statistic',
	operations: [
		{
			value: 'getContactsPerDay',
			name: 'Get Contacts per Day',
			action: 'Get customer contact statistics',
			description: 'Count chats, messages and new customers of members, day by day',
			doc: 92132,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_user_behavior_data'],
			reads: true,
			fields: [
				memberIds('userid', 100),
				departmentIds('partyid', 100),
				start('start_time'),
				end('end_time'),
			],
			check: all(
				oneOf(['userid', 'partyid'], 'Choose members or departments.'),
				within({ userid: 100, partyid: 100 }),
				days('start_time', 'end_time', 30, 'today'),
			),
			list: 'behavior_data',
		},
		{
			value: 'getGroupsByDay',
			name: 'Get Groups by Day',
			action: 'Get customer group statistics by day',
			description: 'Count groups, members and messages, day by day',
			doc: 92133,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/statistic_group_by_day'],
			reads: true,
			fields: [owners, start('day_begin_time'), end('day_end_time')],
			check: groupDays,
			list: 'items',
		},
		{
			value: 'getGroupsByOwner',
			name: 'Get Groups by Owner',
			action: 'Get customer group statistics by owner',
			description: 'Count groups, members and messages, owner by owner',
			doc: 92133,
			endpoint: ['POST', '/cgi-bin/externalcontact/groupchat/statistic'],
			reads: true,
			fields: [owners, start('day_begin_time'), end('day_end_time')],
			check: groupDays,
			list: 'items',
			paging: {
				style: 'offset',
				request: { offset: 'offset', limit: 'limit' },
				response: { offset: 'next_offset', total: 'total' },
				max_limit: 1000,
			},
		},
		{
			value: 'getCustomerServicePerDay',
			name: 'Get Customer Service per Day',
			action: 'Get customer service statistics',
			description: 'Count sessions, customers and messages of an account, day by day',
			doc: 95489,
			endpoint: ['POST', '/cgi-bin/kf/get_corp_statistic'],
			reads: true,
			fields: [serviceAccountPicker, start('start_time'), end('end_time')],
			check: serviceDays,
			list: 'statistic_list',
		},
		{
			value: 'getServicersPerDay',
			name: 'Get Servicers per Day',
			action: 'Get statistics of servicers',
			description: 'Count sessions, replies and ratings of servicers of an account, day by day',
			doc: 95490,
			endpoint: ['POST', '/cgi-bin/kf/get_servicer_statistic'],
			reads: true,
			fields: [
				serviceAccountPicker,
				text('servicer_userid', 'Servicer', 'User ID of one servicer; all if empty'),
				start('start_time'),
				end('end_time'),
			],
			check: serviceDays,
			list: 'statistic_list',
		},
	],
};
