import type { IDataObject } from 'n8n-workflow';
import { contentField, fileSource, serviceMessage } from '../attachments';
import { toRequest, wantedCount } from '../call';
import { CURSOR, serviceAccountPicker } from '../customers';
import { additionalFields, choice, memberPicker, rows, text, toggle } from '../fields';
import type { Check, Field, OperationCall, Resource } from '../operation';
import { toItem } from '../reply';
import { collect } from '../../shared/api/paging';
import { collectParameters, problem } from '../values';

const customerId = text('external_userid', 'Customer ID', 'The "external_userid" of a message', {
	required: true,
});
const forTypes = (...types: string[]) => ({
	displayOptions: { show: { msgtype: types } },
	local: true as const,
});
const forItems = (...types: string[]) => ({ displayOptions: { show: { type: types } } });

const MENU: Field[] = [
	text('head_content', 'Text Above', 'Up to 1,024 bytes', forTypes('msgmenu')),
	rows(
		'menu',
		'Menu',
		'Entry',
		[
			choice('type', 'Type', 'What a tap does', [
				{ name: 'Link', value: 'view' },
				{ name: 'Mini Program', value: 'miniprogram' },
				{ name: 'Reply', value: 'click', description: 'The customer answers with the content' },
				{ name: 'Text', value: 'text', description: 'Nothing: just text' },
			]),
			text('content', 'Content', 'What is shown', { required: true }),
			text('id', 'ID', 'Comes back as "menu_id"; letters, digits and _', forItems('click')),
			text('url', 'Link', 'With https:// or http://', forItems('view')),
			text('appid', 'App ID', 'Of the mini program', forItems('miniprogram')),
			text('pagepath', 'Page', 'Path in the mini program', forItems('miniprogram')),
		],
		{ ...forTypes('msgmenu'), description: 'Up to 10 that can be tapped' },
	),
	text('tail_content', 'Text Below', 'Up to 1,024 bytes', forTypes('msgmenu')),
];
const content: Field = { ...contentField(2048), ...forTypes('text') };
const MEDIA = ['file', 'image', 'video', 'voice'];
const COVERED = ['link', 'miniprogram'];

const MESSAGES = CURSOR(1000, { has_more: 'has_more' });

export const customerService: Resource = {
	value: 'customerService',
	name: 'Customer Service',
	operations: [
		{
			value: 'send',
			name: 'Send Message',
			action: 'Send customer service message',
			description: 'Answer a customer: up to 5 messages within 48 hours of theirs',
			doc: 94677,
			call: ['POST', '/cgi-bin/kf/send_msg'],
			fields: [
				serviceAccountPicker,
				text('touser', 'Customer ID', 'The "external_userid" of the message', { required: true }),
				choice(
					'msgtype',
					'Message Type',
					'What to send',
					[
						{ name: 'Acquisition Link', value: 'ca_link' },
						{ name: 'File', value: 'file' },
						{ name: 'Image', value: 'image' },
						{ name: 'Link', value: 'link' },
						{ name: 'Location', value: 'location' },
						{ name: 'Menu', value: 'msgmenu' },
						{ name: 'Mini Program', value: 'miniprogram' },
						{ name: 'Text', value: 'text' },
						{ name: 'Video', value: 'video' },
						{ name: 'Voice', value: 'voice' },
					],
					{ default: 'text' },
				),
				content,
				...fileSource({ msgtype: [...MEDIA, ...COVERED] }),
				text('title', 'Title', 'Up to 128 bytes, 64 for mini programs', forTypes(...COVERED)),
				text('url', 'Link', 'With https:// or http://, up to 2,048 bytes', forTypes('link')),
				text('desc', 'Description', 'Up to 512 bytes', forTypes('link')),
				text('appid', 'App ID', 'Of the mini program', forTypes('miniprogram')),
				text(
					'pagepath',
					'Page',
					'Path in the mini program, ending in .html',
					forTypes('miniprogram'),
				),
				...MENU,
				text('name', 'Place', 'Name of the place', forTypes('location')),
				text('address', 'Address', 'Address of the place', forTypes('location')),
				text('latitude', 'Latitude', 'Such as 31.2304', forTypes('location')),
				text('longitude', 'Longitude', 'Such as 121.4737', forTypes('location')),
				text('link_url', 'Acquisition Link', 'The "url" of the link', forTypes('ca_link')),
			],
			run: sendMessage,
		},
		{
			value: 'sendOnEvent',
			name: 'Send Event Message',
			action: 'Send customer service event message',
			description: 'Greet a customer, or say goodbye, with the code of an event',
			doc: 95122,
			call: ['POST', '/cgi-bin/kf/send_msg_on_event'],
			fields: [
				text('code', 'Code', 'The "welcome_code" or "msg_code" of the event; for one message', {
					required: true,
				}),
				choice(
					'msgtype',
					'Message Type',
					'What to send',
					[
						{ name: 'Menu', value: 'msgmenu' },
						{ name: 'Text', value: 'text' },
					],
					{ default: 'text' },
				),
				content,
				...MENU,
			],
			run: sendMessage,
		},
		{
			value: 'getMessages',
			name: 'Get Messages',
			action: 'Get customer service messages',
			description: 'List messages and events of the last 3 days; each with the cursor behind it',
			doc: 94670,
			call: ['POST', '/cgi-bin/kf/sync_msg'],
			reads: true,
			fields: [
				serviceAccountPicker,
				additionalFields([
					text('cursor', 'Cursor', 'Continue here: the "next_cursor" of an earlier message'),
					text('token', 'Token', 'The "Token" of the event; without it calls are limited strictly'),
					choice('voice_format', 'Voice Format', 'Of voice messages', [
						{ name: 'AMR', value: 0 },
						{ name: 'Silk', value: 1 },
					]),
				]),
			],
			list: 'msg_list',
			paging: MESSAGES,
			run: getMessages,
		},
		{
			value: 'getCustomers',
			name: 'Get Customers',
			action: 'Get customers of customer service',
			description: 'Read names and avatars of up to 100 customers; unknown ones are left out',
			doc: 95159,
			call: ['POST', '/cgi-bin/kf/customer/batchget'],
			reads: true,
			fields: [
				text('external_userid_list', 'Customer IDs', 'Comma-separated, up to 100', {
					as: 'stringList',
					required: true,
				}),
				toggle('need_enter_session_context', 'Include Session', 'Whether to say how they came', {
					as: 'flag',
				}),
			],
			list: 'customer_list',
		},
		{
			value: 'getSession',
			name: 'Get Session',
			action: 'Get customer service session',
			description: 'Read who takes care of a customer',
			doc: 94669,
			call: ['POST', '/cgi-bin/kf/service_state/get'],
			reads: true,
			fields: [serviceAccountPicker, customerId],
		},
		{
			value: 'transferSession',
			name: 'Transfer Session',
			action: 'Transfer customer service session',
			description: 'Hand a customer over to a servicer or the queue, or end the session',
			doc: 94669,
			call: ['POST', '/cgi-bin/kf/service_state/trans'],
			fields: [
				serviceAccountPicker,
				customerId,
				choice(
					'service_state',
					'Transfer To',
					'Who takes care of the customer from now on',
					[
						{ name: 'AI Assistant', value: 1 },
						{ name: 'End of Session', value: 4 },
						{ name: 'Queue', value: 2 },
						{ name: 'Servicer', value: 3 },
					],
					{ default: 3 },
				),
				memberPicker({
					name: 'servicer_userid',
					displayName: 'Servicer',
					required: false,
					description: 'Must be a servicer of the account and on duty',
					displayOptions: { show: { service_state: [3] } },
				}),
			],
			check: servicerChosen,
			returns: ({ external_userid }) => ({ external_userid, success: true }),
		},
		{
			value: 'getUpgradeConfig',
			name: 'Get Upgrade Configuration',
			action: 'Get upgrade configuration of customer service',
			description: 'Read the members and groups customers can be passed on to',
			doc: 94674,
			call: ['GET', '/cgi-bin/kf/customer/get_upgrade_service_config'],
			fields: [],
		},
		{
			value: 'upgrade',
			name: 'Recommend Member or Group',
			action: 'Recommend member or group to customer',
			description: "Offer a customer a member's contact or a customer group",
			doc: 94674,
			call: ['POST', '/cgi-bin/kf/customer/upgrade_service'],
			fields: [
				serviceAccountPicker,
				customerId,
				choice(
					'type',
					'Recommend',
					'What to offer',
					[
						{ name: 'Customer Group', value: 2 },
						{ name: 'Member', value: 1 },
					],
					{ default: 1 },
				),
				text('userid', 'User ID', 'The member to recommend', {
					path: 'member.userid',
					displayOptions: { show: { type: [1] } },
				}),
				text('wording', 'Message', 'Shown with the member', {
					path: 'member.wording',
					displayOptions: { show: { type: [1] } },
				}),
				text('chat_id', 'Customer Group ID', 'The group to recommend', {
					path: 'groupchat.chat_id',
					displayOptions: { show: { type: [2] } },
				}),
				text('groupWording', 'Message', 'Shown with the group', {
					path: 'groupchat.wording',
					displayOptions: { show: { type: [2] } },
				}),
			],
			check: recommendationChosen,
			returns: ({ external_userid }) => ({ external_userid, success: true }),
		},
		{
			value: 'cancelUpgrade',
			name: 'Withdraw Recommendation',
			action: 'Withdraw recommendation to customer',
			description: 'Take back what Recommend Member or Group has offered',
			doc: 94674,
			call: ['POST', '/cgi-bin/kf/customer/cancel_upgrade_service'],
			fields: [serviceAccountPicker, customerId],
			returns: ({ external_userid }) => ({ external_userid, success: true }),
		},
	],
};

function servicerChosen(...[call, { service_state, servicer_userid }]: Parameters<Check>): void {
	if (service_state !== 3 || servicer_userid) return;
	throw problem(call, "'Servicer' is empty", 'Choose who is to take over, or choose the queue.');
}

function recommendationChosen(...[call, { type, member, groupchat }]: Parameters<Check>): void {
	const chosen = type === 1 ? (member as IDataObject)?.userid : (groupchat as IDataObject)?.chat_id;
	if (chosen) return;
	throw problem(
		call,
		`'${type === 1 ? 'User ID' : 'Customer Group ID'}' is empty`,
		'Choose one that the upgrade configuration lists.',
	);
}

async function sendMessage(call: OperationCall): Promise<IDataObject> {
	const { operation, client, get, itemIndex } = call;
	const entered = collectParameters(call);
	const msgtype = get('msgtype', 'text');
	const sent = { [msgtype]: await serviceMessage(call, msgtype), ...entered };
	return toItem(await client.call(toRequest(operation, sent), itemIndex));
}

/** Messages with the cursor of their page, so that the next execution can go on behind the last one. */
async function getMessages(call: OperationCall): Promise<IDataObject[]> {
	const { operation, client, itemIndex } = call;
	const sent = collectParameters(call);
	const { cursor } = sent;
	return await collect(
		async (page) => {
			const reply = await client.call(toRequest(operation, { ...sent, ...page }), itemIndex);
			const messages = (reply.msg_list ?? []) as IDataObject[];
			const next_cursor = reply.next_cursor ?? '';
			return { ...reply, msg_list: messages.map((message) => ({ ...message, next_cursor })) };
		},
		'msg_list',
		MESSAGES,
		wantedCount(call),
		cursor === undefined ? {} : { cursor },
	);
}
