import { departmentIds, listIds, memberIds } from './fields';
import { cursorPages } from '../../engine/pages';
import { within } from '../../engine/checks';
import { additionalFields, choice, locator, moment, text, toggle } from '../../engine/fields';
import type { Field, Resource } from '../../engine/operation';

const LISTED = locator('link_id', 'Acquisition Link', 'searchAcquisitionLinks', 'e.g. caxxxxxxx', {
	description: 'The link, by name, by its address or by ID; only those of this app',
});
const linkId: Field = {
	...LISTED,
	modes: [
		...LISTED.modes!,
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://work.weixin.qq.com/ca/caxxxxxxx',
			extractValue: { type: 'regex', regex: String.raw`//work\.weixin\.qq\.com/ca/([\w-]+)` },
		},
	],
};
const range: Field[] = [
	memberIds('user_list', 500, { path: 'range.user_list' }),
	departmentIds('department_list', 500, { path: 'range.department_list' }),
];
const linkSettings: Field[] = [
	choice(
		'priority_type',
		'Prefer Acquaintances',
		'Where to look for a member the customer already knows',
		[
			{ name: 'All Members', value: 1 },
			{ name: 'Preferred Members', value: 2 },
		],
		{ path: 'priority_option.priority_type' },
	),
	memberIds('priority_userid_list', 1000, {
		displayName: 'Preferred Names or IDs',
		path: 'priority_option.priority_userid_list',
	}),
	toggle('skip_verify', 'Skip Confirmation', 'Whether members need not confirm', { default: true }),
];
const linkName = text('link_name', 'Name', 'Up to 30 characters', { required: true });
const linkLimits = within({ link_name: 30, 'range.user_list': 500 });

export const customerAcquisition: Resource = {
	value: 'customerAcquisition',
	name: 'Customer Acquisition Link',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create acquisition link',
			description: 'Make a link through which people add a member in WeChat',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/create_link'],
			fields: [linkName, ...range, additionalFields(linkSettings)],
			check: linkLimits,
			pick: 'link',
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete acquisition link',
			description: 'Remove an acquisition link',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/delete_link'],
			fields: [linkId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get acquisition link',
			description: 'Read an acquisition link with its members',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/get'],
			reads: true,
			fields: [linkId],
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many acquisition links',
			description: 'List the IDs of the acquisition links',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/list_link'],
			reads: true,
			fields: [],
			list: 'link_id_list',
			paging: cursorPages(100),
			run: listIds('link_id'),
		},
		{
			value: 'getCustomers',
			name: 'Get Customers',
			action: 'Get customers of acquisition link',
			description: 'List the customers who came through a link',
			doc: 97298,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/customer'],
			reads: true,
			fields: [linkId],
			list: 'customer_list',
			paging: cursorPages(1000),
		},
		{
			value: 'getChatInfo',
			name: 'Get Chat Info',
			action: 'Get chat info of acquired customer',
			description: 'Read which customer an event is about, within 30 minutes',
			doc: 100130,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/get_chat_info'],
			reads: true,
			fields: [text('chat_key', 'Chat Key', 'The "ChatKey" of the event', { required: true })],
		},
		{
			value: 'getQuota',
			name: 'Get Quota',
			action: 'Get acquisition quota',
			description: 'Read how many customers can still be acquired',
			doc: 97375,
			endpoint: ['GET', '/cgi-bin/externalcontact/customer_acquisition_quota'],
			fields: [],
		},
		{
			value: 'getStatistic',
			name: 'Get Statistic',
			action: 'Get statistic of acquisition link',
			description: 'Count clicks and new customers of a link',
			doc: 97375,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/statistic'],
			reads: true,
			fields: [
				linkId,
				moment('start_time', 'Start', 'First day of the period', {
					required: true,
					convert: 'day',
				}),
				moment('end_time', 'End', 'Last day of the period', { required: true, convert: 'day' }),
			],
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update acquisition link',
			description: 'Change the name, members or settings of a link',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/update_link'],
			fields: [linkId, { ...linkName, required: false }, ...range, additionalFields(linkSettings)],
			check: linkLimits,
			returns: ({ link_id }) => ({ link_id, success: true }),
		},
	],
};
