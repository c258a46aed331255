import type { IDataObject } from 'n8n-workflow';
import { attachmentsField, contentField, readContent, type Rules } from './attachments';
import { toRequest } from '../../engine/runRow';
import { corpTagIds } from './fields';
import { cursorPages } from '../../engine/pages';
import { all, days, within } from '../../engine/checks';
import { choice, filters, memberPicker, moment, rows, text, toggle } from '../../engine/fields';
import type { Check, Field, ItemContext, Resource } from '../../engine/operation';
import { NOT_SENT, replyItem } from '../../engine/output';
import { problem } from '../../engine/problem';
import { collectParameters } from '../../engine/parameters';

const msgid = text('msgid', 'Message ID', 'The "msgid" that Create or Get Many returned', {
	required: true,
});
const attachments = attachmentsField('Up to nine; one for group welcome templates');
export const content: Field = {
	...contentField(4000),
	description: 'The text, up to 4,000 bytes; 3,000 in group welcome templates',
};
const templateId = text('template_id', 'Template ID', 'The "template_id" that Create returned', {
	required: true,
});
const chatType = choice('chat_type', 'Send To', 'Who gets the message', [
	{ name: 'Customers', value: 'single' },
	{ name: 'Customer Groups', value: 'group' },
]);
/** The span of a query, and who has made what it finds. */
export const period: Field[] = [
	moment('start_time', 'Created After', 'Start of the period', { required: true }),
	moment('end_time', 'Created Before', 'End of the period, up to 30 days later', {
		required: true,
	}),
	filters([
		choice('filter_type', 'Created By', 'Who created it', [
			{ name: 'All', value: 2 },
			{ name: 'Company', value: 0 },
			{ name: 'Member', value: 1 },
		]),
	]),
];
const forCustomers = { show: { chat_type: ['single'] } };
const forGroups = { show: { chat_type: ['group'] } };

export const customerMessage: Resource = {
	value: 'customerMessage',
	name: 'Customer Message',
	operations: [
		{
			value: 'createBulkMessage',
			name: 'Create Bulk Message',
			action: 'Create bulk message to customers',
			description: 'Ask members to send a message to their customers or customer groups',
			doc: 92135,
			endpoint: ['POST', '/cgi-bin/externalcontact/add_msg_template'],
			fields: [
				chatType,
				// Nothing at all means everybody to WeCom, so a person says which of the lists must not be empty.
				choice(
					'to',
					'Recipients',
					'Which customers get it',
					[
						{ name: 'These Customers', value: 'ids' },
						{ name: 'By Tags', value: 'tags' },
						{ name: 'All Customers of the Sender', value: 'all' },
					],
					{ displayOptions: forCustomers, local: true },
				),
				text('external_userid', 'External User IDs', 'Comma-separated, up to 10,000', {
					convert: 'stringList',
					displayOptions: { show: { ...forCustomers.show, to: ['ids'] } },
				}),
				rows(
					'group_list',
					'Tags',
					'Tags',
					[{ ...corpTagIds('tag_list', 'Tag Names or IDs'), required: true }],
					{
						path: 'tag_filter.group_list',
						required: true,
						description: 'Customers who have at least one tag of every entry',
						displayOptions: { show: { ...forCustomers.show, to: ['tags'] } },
					},
				),
				text('chat_id_list', 'Customer Group IDs', 'Comma-separated, up to 2,000', {
					convert: 'stringList',
					displayOptions: forGroups,
				}),
				memberPicker({
					name: 'sender',
					displayName: 'Sender',
					required: false,
					description:
						'The member who sends it; when empty, all who know the customers. Required for groups.',
				}),
				content,
				attachments,
				toggle('allow_select', 'Members May Select', 'Whether members may leave customers out', {
					displayOptions: forCustomers,
				}),
			],
			check: all(within({ external_userid: 10_000, chat_id_list: 2_000 }), namesRecipients),
			run: sendMessage,
		},
		{
			value: 'cancelBulkMessage',
			name: 'Cancel Bulk Message',
			action: 'Cancel bulk message to customers',
			description: 'Stop a bulk message where members have not sent it yet',
			doc: 97611,
			endpoint: ['POST', '/cgi-bin/externalcontact/cancel_groupmsg_send'],
			fields: [msgid],
			returns: ({ msgid }) => ({ msgid, cancelled: true }),
		},
		{
			value: 'getManyBulkMessages',
			name: 'Get Many Bulk Messages',
			action: 'Get many bulk messages to customers',
			description: 'List the bulk messages of the company and of members',
			doc: 93338,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_groupmsg_list_v2'],
			reads: true,
			fields: [chatType, ...period],
			check: days('start_time', 'end_time', 31),
			list: 'group_msg_list',
			paging: cursorPages(100),
		},
		{
			value: 'getBulkMessageResults',
			name: 'Get Bulk Message Results',
			action: 'Get results of bulk message to customers',
			description: 'List which customers or groups a member has sent a bulk message to',
			doc: 93338,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_groupmsg_send_result'],
			reads: true,
			fields: [msgid, memberPicker()],
			list: 'send_list',
			paging: cursorPages(1000),
		},
		{
			value: 'getBulkMessageTasks',
			name: 'Get Bulk Message Tasks',
			action: 'Get tasks of bulk message to customers',
			description: 'List the members who are to send a bulk message, and who has',
			doc: 93338,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_groupmsg_task'],
			reads: true,
			fields: [msgid],
			list: 'task_list',
			paging: cursorPages(1000),
		},
		{
			value: 'remindOfBulkMessage',
			name: 'Remind of Bulk Message',
			action: 'Remind members of bulk message to customers',
			description: 'Remind the members who have not sent a bulk message yet',
			doc: 97610,
			endpoint: ['POST', '/cgi-bin/externalcontact/remind_groupmsg_send'],
			fields: [msgid],
			returns: ({ msgid }) => ({ msgid, success: true }),
		},
		{
			value: 'sendWelcomeMessage',
			name: 'Send Welcome Message',
			action: 'Send welcome message to customer',
			description: 'Greet a customer within 20 seconds after a member has added them',
			doc: 92137,
			endpoint: ['POST', '/cgi-bin/externalcontact/send_welcome_msg'],
			fields: [
				text('welcome_code', 'Welcome Code', 'The "WelcomeCode" of the event', {
					required: true,
					placeholder: 'e.g. {{ $json.WelcomeCode }}',
				}),
				content,
				attachments,
			],
			run: sendMessage,
		},
		{
			value: 'createGroupWelcomeTemplate',
			name: 'Create Group Welcome Template',
			action: 'Create group welcome template',
			description: 'Add a greeting for new members of customer groups; %NICKNAME% is the name',
			doc: 92366,
			endpoint: ['POST', '/cgi-bin/externalcontact/group_welcome_template/add'],
			fields: [
				content,
				attachments,
				toggle('notify', 'Notify Members', 'Whether members are told to use it', {
					default: true,
					convert: 'flag',
				}),
			],
			run: sendTemplate,
		},
		{
			value: 'deleteGroupWelcomeTemplate',
			name: 'Delete Group Welcome Template',
			action: 'Delete group welcome template',
			description: 'Remove a greeting that this app has added',
			doc: 92366,
			endpoint: ['POST', '/cgi-bin/externalcontact/group_welcome_template/del'],
			fields: [templateId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'getGroupWelcomeTemplate',
			name: 'Get Group Welcome Template',
			action: 'Get group welcome template',
			description: 'Read a greeting for new members of customer groups',
			doc: 92366,
			endpoint: ['POST', '/cgi-bin/externalcontact/group_welcome_template/get'],
			reads: true,
			fields: [templateId],
		},
		{
			value: 'updateGroupWelcomeTemplate',
			name: 'Update Group Welcome Template',
			action: 'Update group welcome template',
			description: 'Replace a greeting that this app has added',
			doc: 92366,
			endpoint: ['POST', '/cgi-bin/externalcontact/group_welcome_template/edit'],
			fields: [templateId, content, attachments],
			returns: ({ template_id }) => ({ template_id, success: true }),
			run: sendTemplate,
		},
	],
};

/** A group message goes out through one owner, one to all customers of a member through that member, others to whom they name. */
function namesRecipients(...[item, sent]: Parameters<Check>): void {
	const toAll = item.get('to') === 'all';
	if (!sent.sender && (toAll || sent.chat_type === 'group')) {
		throw problem(
			item,
			"'Sender' is empty",
			'Choose the member who owns the groups, or whose customers get the message.',
		);
	}
	if (sent.chat_type === 'group' || toAll || sent.external_userid || sent.tag_filter) return;
	// Refused, too, when an expression has chosen nothing.
	throw problem(
		item,
		'Nobody is chosen to get the message',
		"Set 'Recipients', and enter the customers or their tags.",
	);
}

const MESSAGE = { store: 'message', bytes: 4000, attachments: 9 } as const;
const TEMPLATE = { store: 'message', bytes: 3000, attachments: 1 } as const;

/** Sends the form together with its text and files, which go out last of all checks. */
export async function send(
	item: ItemContext,
	rules: Rules,
	arrange: (content: IDataObject) => IDataObject = (content) => content,
): Promise<IDataObject> {
	const { operation, client, itemIndex } = item;
	const entered = collectParameters(item);
	operation.check?.(item, entered);
	const sent = { ...arrange(await readContent(item, rules, entered)), ...entered };
	const answer = replyItem(await client.call(toRequest(operation, sent), itemIndex), NOT_SENT);
	if (Object.keys(answer).length > 0) return answer;
	return operation.returns?.(sent) ?? { success: true };
}

async function sendMessage(item: ItemContext): Promise<IDataObject> {
	return await send(item, MESSAGE);
}

/** Sends a template of a welcome message, which holds its one attachment under the name of its type (doc 92366). */
async function sendTemplate(item: ItemContext): Promise<IDataObject> {
	return await send(item, TEMPLATE, ({ attachments: list, ...words }) => {
		const [attached] = (list ?? []) as IDataObject[];
		const kind = String(attached?.msgtype);
		return attached ? { ...words, [kind]: attached[kind] } : words;
	});
}
