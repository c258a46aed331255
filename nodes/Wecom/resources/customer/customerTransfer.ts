import { OWN_PAGES } from '../../engine/pages';
import { within } from '../../engine/checks';
import { memberPicker, text } from '../../engine/fields';
import type { Resource } from '../../engine/operation';
import { handover } from './customerGroup';

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
			description: 'Hand over customers from one active member to another; one code per customer',
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
			description: 'Give customer groups of active members a new owner',
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
			description: 'Hand over customers of a member who has left; one code per customer',
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
			description: 'List the progress of a transfer between two active members',
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
			description: 'List the progress of a transfer from a member who has left',
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
