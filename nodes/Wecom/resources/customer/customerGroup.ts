import { memberIds } from './fields';
import { cursorPages } from '../../engine/pages';
import { within } from '../../engine/checks';
import {
	additionalFields,
	choice,
	filters,
	integer,
	locator,
	memberPicker,
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
			'Prefix for the names of new groups, up to 40 characters',
		),
		integer('room_base_id', 'New Group Number', 'Number of the first new group', { default: 1 }),
		text('remark', 'Remark', 'A note for yourself, up to 30 characters'),
		text(
			'state',
			'State',
			'Your name for the channel, shown with the group members, up to 30 characters',
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
					choice('status_filter', 'Handover', 'How far the handover after leaving has progressed', [
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

export const handover = memberPicker({
	name: 'handover_userid',
	displayName: 'From Member',
	description: 'Who has the customers now; members who have left: by ID',
});
