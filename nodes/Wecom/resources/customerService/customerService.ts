import type { IDataObject } from 'n8n-workflow';
import { collect } from '../../../shared/client/paging';
import { fileSource } from '../customer/attachments';
import { toRequest, wantedCount } from '../../engine/runRow';
import { serviceAccountPicker } from '../customer/fields';
import { cursorPages } from '../../engine/pages';
import { choice, memberPicker, text, toggle } from '../../engine/fields';
import type { Check, ItemContext, Resource } from '../../engine/operation';
import { forTypes, sendServiceMessage, serviceMenu, serviceText, serviceType } from './message';
import { problem } from '../../engine/problem';
import { collectParameters } from '../../engine/parameters';

const customerId = text('external_userid', 'Customer ID', 'The "external_userid" of a message', {
	required: true,
});
const MEDIA = ['file', 'image', 'video', 'voice'];
const COVERED = ['link', 'miniprogram'];

const MESSAGES = cursorPages(1000, { has_more: 'has_more' });

export const customerService: Resource = {
	value: 'customerService',
	name: 'Customer Service',
	operations: [
		{
			value: 'sendMessage',
			name: 'Send Message',
			action: 'Send customer service message',
			description: 'Answer a customer: up to 5 messages within 48 hours of theirs',
			doc: 94677,
			endpoint: ['POST', '/cgi-bin/kf/send_msg'],
			fields: [
				serviceAccountPicker,
				text('touser', 'Customer ID', 'The "external_userid" of the message', { required: true }),
				serviceType,
				serviceText,
				...fileSource({ msgtype: [...MEDIA, ...COVERED] }),
				text('title', 'Title', 'Up to 128 bytes, 64 for mini programs', forTypes(...COVERED)),
				text('url', 'Link', 'With https:// or http://, up to 2,048 bytes', forTypes('link')),
				text('desc', 'Description', 'Up to 512 bytes', forTypes('link')),
				text('appid', 'App ID', 'The mini program to open', forTypes('miniprogram')),
				text(
					'pagepath',
					'Page',
					'Path in the mini program, ending in .html',
					forTypes('miniprogram'),
				),
				...serviceMenu,
				text('name', 'Place', 'Name of the place', forTypes('location')),
				text('address', 'Address', 'Address of the place', forTypes('location')),
				text('latitude', 'Latitude', 'Such as 31.2304', forTypes('location')),
				text('longitude', 'Longitude', 'Such as 121.4737', forTypes('location')),
				text('link_url', 'Acquisition Link', 'The "url" of the link', forTypes('ca_link')),
			],
			run: sendServiceMessage,
		},
		{
			value: 'sendEventMessage',
			name: 'Send Event Message',
			action: 'Send customer service event message',
			description: 'Greet a customer, or say goodbye, with the code of an event',
			doc: 95122,
			endpoint: ['POST', '/cgi-bin/kf/send_msg_on_event'],
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
				serviceText,
				...serviceMenu,
			],
			run: sendServiceMessage,
		},
		{
			value: 'getMessages',
			name: 'Get Messages',
			action: 'Get customer service messages',
			description: 'List messages and events of the last 3 days, each with its cursor',
			doc: 94670,
			endpoint: ['POST', '/cgi-bin/kf/sync_msg'],
			reads: true,
			fields: [
				serviceAccountPicker,
				text('cursor', 'Cursor', 'Where to continue: the "next_cursor" of an earlier message'),
				text('token', 'Token', 'The "Token" of the event; without it, calls are strictly limited'),
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
			endpoint: ['POST', '/cgi-bin/kf/customer/batchget'],
			reads: true,
			fields: [
				text('external_userid_list', 'Customer IDs', 'Comma-separated, up to 100', {
					convert: 'stringList',
					required: true,
				}),
				toggle(
					'need_enter_session_context',
					'Include Session',
					'Whether to include how they came to customer service',
					{
						convert: 'flag',
					},
				),
			],
			list: 'customer_list',
			whole: true,
		},
		{
			value: 'getSession',
			name: 'Get Session',
			action: 'Get customer service session',
			description: 'Read who serves a customer',
			doc: 94669,
			endpoint: ['POST', '/cgi-bin/kf/service_state/get'],
			reads: true,
			fields: [serviceAccountPicker, customerId],
		},
		{
			value: 'transferSession',
			name: 'Transfer Session',
			action: 'Transfer customer service session',
			description: 'Hand a customer over to a servicer or the queue, or end the session',
			doc: 94669,
			endpoint: ['POST', '/cgi-bin/kf/service_state/trans'],
			fields: [
				serviceAccountPicker,
				customerId,
				choice(
					'service_state',
					'Transfer To',
					'Who serves the customer from now on',
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
			value: 'getUpgradeConfiguration',
			name: 'Get Upgrade Configuration',
			action: 'Get upgrade configuration of customer service',
			description: 'Read the members and groups customers can be handed over to',
			doc: 94674,
			endpoint: ['GET', '/cgi-bin/kf/customer/get_upgrade_service_config'],
			fields: [],
		},
		{
			value: 'recommendMemberOrGroup',
			name: 'Recommend Member or Group',
			action: 'Recommend member or group to customer',
			description: "Offer a customer a member's contact or a customer group",
			doc: 94674,
			endpoint: ['POST', '/cgi-bin/kf/customer/upgrade_service'],
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
			value: 'withdrawRecommendation',
			name: 'Withdraw Recommendation',
			action: 'Withdraw recommendation to customer',
			description: 'Withdraw what Recommend Member or Group has offered',
			doc: 94674,
			endpoint: ['POST', '/cgi-bin/kf/customer/cancel_upgrade_service'],
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

/** Messages with the cursor of their page, so that the next execution can go on behind the last one. */
async function getMessages(item: ItemContext): Promise<IDataObject[]> {
	const { operation, client, itemIndex } = item;
	const sent = collectParameters(item);
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
		wantedCount(item),
		cursor === undefined ? {} : { cursor },
	);
}
