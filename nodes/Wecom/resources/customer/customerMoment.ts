import type { IDataObject } from 'n8n-workflow';
import { momentAttachment } from './attachments';
import { corpTagIds, departmentIds, memberIds } from './fields';
import { cursorPages } from '../../engine/pages';
import { days } from '../../engine/checks';
import { additionalFields, memberPicker, text } from '../../engine/fields';
import type { ItemContext, Resource } from '../../engine/operation';
import { content, period, send } from './customerMessage';

const momentId = text('moment_id', 'Moment ID', 'The "moment_id" of Get Many or Get Task Result', {
	required: true,
});
const publisher = memberPicker({ description: 'The member who has published it' });

export const customerMoment: Resource = {
	value: 'customerMoment',
	name: 'Customer Moment',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create customer moment',
			description: 'Ask members to publish a moment that their customers see in WeChat',
			doc: 95094,
			endpoint: ['POST', '/cgi-bin/externalcontact/add_moment_task'],
			fields: [
				content,
				...momentAttachment,
				additionalFields([
					departmentIds('department_list', 1000, {
						description: 'Their members publish it; up to 1,000',
						path: 'visible_range.sender_list.department_list',
					}),
					memberIds('user_list', 100_000, {
						displayName: 'Publisher Names or IDs',
						path: 'visible_range.sender_list.user_list',
					}),
					{
						...corpTagIds('tag_list', 'Viewer Tag Names or IDs'),
						path: 'visible_range.external_contact_list.tag_list',
					},
				]),
			],
			run: sendMoment,
		},
		{
			value: 'cancel',
			name: 'Cancel',
			action: 'Cancel customer moment',
			description: 'Stop a moment where members have not published it yet',
			doc: 97612,
			endpoint: ['POST', '/cgi-bin/externalcontact/cancel_moment_task'],
			fields: [momentId],
			returns: ({ moment_id }) => ({ moment_id, cancelled: true }),
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many customer moments',
			description: 'List the moments of the company and of members',
			doc: 93333,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_moment_list'],
			reads: true,
			fields: period,
			check: days('start_time', 'end_time', 30),
			list: 'moment_list',
			paging: cursorPages(20),
		},
		{
			value: 'getCommentsAndLikes',
			name: 'Get Comments and Likes',
			action: 'Get comments and likes of customer moment',
			description: 'Read who has commented on a moment and who likes it',
			doc: 93333,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_moment_comments'],
			reads: true,
			fields: [momentId, publisher],
		},
		{
			value: 'getSelectedCustomers',
			name: 'Get Selected Customers',
			action: 'Get customers selected for customer moment',
			description: 'List the customers a member has chosen for a moment',
			doc: 93333,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_moment_customer_list'],
			reads: true,
			fields: [momentId, publisher],
			list: 'customer_list',
			paging: cursorPages(1000),
		},
		{
			value: 'getPublishers',
			name: 'Get Publishers',
			action: 'Get publishers of customer moment',
			description: 'List the members who are to publish a moment, and who has',
			doc: 93333,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_moment_task'],
			reads: true,
			fields: [momentId],
			list: 'task_list',
			paging: cursorPages(1000),
		},
		{
			value: 'getTaskResult',
			name: 'Get Task Result',
			action: 'Get task result of customer moment',
			description: 'Check on a moment that Create has requested',
			doc: 95094,
			endpoint: ['GET', '/cgi-bin/externalcontact/get_moment_task_result'],
			fields: [text('jobid', 'Job ID', 'The "jobid" that Create returned', { required: true })],
		},
		{
			value: 'getViewers',
			name: 'Get Viewers',
			action: 'Get viewers of customer moment',
			description: 'List the customers who can see a moment',
			doc: 93333,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_moment_send_result'],
			reads: true,
			fields: [momentId, publisher],
			list: 'customer_list',
			paging: cursorPages(5000),
		},
	],
};

const MOMENT = { store: 'moment', bytes: 4000, attachments: 9 } as const;

async function sendMoment(item: ItemContext): Promise<IDataObject> {
	return await send(item, MOMENT);
}
