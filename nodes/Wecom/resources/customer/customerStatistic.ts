import { departmentIds, memberIds, serviceAccountPicker } from './fields';
import { all, oneOf, days, within } from '../../engine/checks';
import { moment, text } from '../../engine/fields';
import type { Field, Resource } from '../../engine/operation';

const start = (name: string): Field =>
	moment(name, 'Start', 'First day of the period', { required: true, convert: 'day' });
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
				text('servicer_userid', 'Servicer', 'User ID of one servicer; all when empty'),
				start('start_time'),
				end('end_time'),
			],
			check: serviceDays,
			list: 'statistic_list',
		},
	],
};
