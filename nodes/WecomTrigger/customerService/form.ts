import { compareText } from '../../shared/util/text';
import {
	NodeOperationError,
	type ILoadOptionsFunctions,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { reasoned } from '../../shared/companies/reasonedOptions';
import { WecomClient } from '../../shared/client/client';
import { collect } from '../../shared/client/paging';
import { ANY_KIND } from '../../shared/callback/events';

/** The fields that the trigger's form has for customer service, and the words it knows for messages. */

export const KIND = 'kf_msg_or_event';

/** The account a callback is about; '' when it is about none. */
export const openKfIdOf = ({ OpenKfId }: Record<string, unknown>): string =>
	typeof OpenKfId === 'string' ? OpenKfId.trim() : '';

/** What can be fetched, by msgtype or, for events, event_type. */
const TYPES: Record<string, string> = {
	business_card: 'Business Card',
	calendar: 'Calendar',
	channels: 'Channels',
	channels_shop_order: 'Channels Shop Order',
	channels_shop_product: 'Channels Shop Product',
	enter_session: 'Event: Chat Entered',
	servicer_recall_msg: 'Event: Message Recalled by Servicer',
	user_recall_msg: 'Event: Message Recalled by Customer',
	reject_customer_msg_switch_change: 'Event: Customer Blocked or Unblocked',
	msg_send_fail: 'Event: Sending Failed',
	servicer_status_change: 'Event: Servicer Status Changed',
	session_status_change: 'Event: Session Status Changed',
	file: 'File',
	image: 'Image',
	link: 'Link',
	location: 'Location',
	meeting: 'Meeting',
	merged_msg: 'Chat History',
	miniprogram: 'Mini Program',
	msgmenu: 'Menu',
	note: 'Note',
	text: 'Text',
	video: 'Video',
	voice: 'Voice',
};

const forMessages = { show: { '/events': [ANY_KIND, KIND] } };

export const customerServiceOptions: INodeProperties[] = [
	{
		displayName: 'Fetch Messages',
		name: 'fetchMessages',
		type: 'boolean',
		default: true,
		displayOptions: forMessages,
		description:
			'Whether to fetch the messages that a customer service callback announces, and output one item for each',
	},
	{
		displayName: 'Fetch From',
		name: 'startFrom',
		type: 'options',
		options: [
			{
				name: 'Now',
				value: 'now',
				description: 'Messages since the workflow was published',
			},
			{
				name: 'Three Days Ago',
				value: 'threeDays',
				description: 'Everything WeCom still has',
			},
		],
		default: 'now',
		displayOptions: forMessages,
		description: 'Where to start when an account is read for the first time',
	},
];

export const customerServiceFilters: INodeProperties[] = [
	{
		displayName: 'Account Names or IDs',
		name: 'openKfIds',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getCustomerServiceAccounts' },
		default: [],
		displayOptions: forMessages,
		description:
			'Only messages to these customer service accounts start the workflow. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Message Types',
		name: 'kfTypes',
		type: 'multiOptions',
		options: Object.entries(TYPES)
			.map(([value, name]) => ({ name, value }))
			.sort((a, b) => compareText(a.name, b.name)),
		default: [],
		displayOptions: forMessages,
		description: 'Only fetched customer service messages of these types start the workflow',
	},
];

const ACCOUNTS_PAGE = {
	style: 'offset' as const,
	request: { offset: 'offset', limit: 'limit' },
	response: {},
	max_limit: 100,
};

/** The accounts to choose from in the form. */
export const getCustomerServiceAccounts = reasoned(accounts);

async function accounts(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	if (this.getCurrentNodeParameter('source') === 'suite') {
		throw new NodeOperationError(
			this.getNode(),
			'The accounts of companies cannot be listed here',
			{
				description: 'Enter their IDs with an expression such as {{ ["wkAJ2GCAAA..."] }}.',
			},
		);
	}
	const client = await WecomClient.ofApp(this);
	const found = await collect(
		async (page) =>
			await client.call({
				method: 'POST',
				path: '/cgi-bin/kf/account/list',
				body: page,
				repeatable: true,
			}),
		'account_list',
		ACCOUNTS_PAGE,
		Infinity,
	);
	return found.map(({ name, open_kfid }) => ({
		name: String(name || open_kfid),
		value: String(open_kfid),
	}));
}
