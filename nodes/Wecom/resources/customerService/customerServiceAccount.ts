import { departmentIds, memberIds, serviceAccountPicker } from '../customer/fields';
import { all, oneOf, within } from '../../engine/checks';
import { text, updateFields } from '../../engine/fields';
import type { Check, Field, Resource } from '../../engine/operation';

const servicers: Field[] = [
	memberIds('userid_list', 100),
	departmentIds('department_id_list', 100, {
		description: 'Up to 20 to add, 100 to remove',
	}),
];
const someServicers = (departments: number): Check =>
	all(
		oneOf(['userid_list', 'department_id_list'], 'Choose members or departments.'),
		within({ userid_list: 100, department_id_list: departments }),
	);
const name = text('name', 'Name', 'Up to 16 characters');
const avatar = text('media_id', 'Picture Media ID', 'From Media > Upload');

export const customerServiceAccount: Resource = {
	value: 'customerServiceAccount',
	name: 'Customer Service Account',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create customer service account',
			description: 'Add a customer service account',
			doc: 94662,
			endpoint: ['POST', '/cgi-bin/kf/account/add'],
			fields: [
				{ ...name, required: true },
				{ ...avatar, required: true },
			],
			check: within({ name: 16 }),
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete customer service account',
			description: 'Remove a customer service account',
			doc: 94663,
			endpoint: ['POST', '/cgi-bin/kf/account/del'],
			fields: [serviceAccountPicker],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many customer service accounts',
			description: 'List the accounts the app may see, and whether it may handle them',
			doc: 94661,
			endpoint: ['POST', '/cgi-bin/kf/account/list'],
			reads: true,
			fields: [],
			list: 'account_list',
			paging: {
				style: 'offset',
				request: { offset: 'offset', limit: 'limit' },
				response: {},
				max_limit: 100,
			},
		},
		{
			value: 'getLink',
			name: 'Get Link',
			action: 'Get link of customer service account',
			description: 'Get the URL that opens a chat with the account in WeChat',
			doc: 94665,
			endpoint: ['POST', '/cgi-bin/kf/add_contact_way'],
			fields: [
				serviceAccountPicker,
				text('scene', 'Scene', 'Your name for the channel: up to 32 letters, digits, _ and -'),
			],
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update customer service account',
			description: 'Change the name or the picture of an account',
			doc: 94664,
			endpoint: ['POST', '/cgi-bin/kf/account/update'],
			fields: [serviceAccountPicker, updateFields([name, avatar])],
			check: within({ name: 16 }),
			returns: ({ open_kfid }) => ({ open_kfid, success: true }),
		},
		{
			value: 'addServicers',
			name: 'Add Servicers',
			action: 'Add servicers to customer service account',
			description: 'Let members and departments answer customers, with a result for each',
			doc: 94646,
			endpoint: ['POST', '/cgi-bin/kf/servicer/add'],
			fields: [serviceAccountPicker, ...servicers],
			check: someServicers(20),
		},
		{
			value: 'getServicers',
			name: 'Get Servicers',
			action: 'Get servicers of customer service account',
			description: 'List who answers customers, and whether they are on duty',
			doc: 94645,
			endpoint: ['GET', '/cgi-bin/kf/servicer/list'],
			fields: [serviceAccountPicker],
			list: 'servicer_list',
		},
		{
			value: 'removeServicers',
			name: 'Remove Servicers',
			action: 'Remove servicers from customer service account',
			description: 'Stop members and departments from answering, with a result for each',
			doc: 94647,
			endpoint: ['POST', '/cgi-bin/kf/servicer/del'],
			fields: [serviceAccountPicker, ...servicers],
			check: someServicers(100),
		},
	],
};
