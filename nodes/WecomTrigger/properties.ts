import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { SEND_AND_WAIT_CLICKS } from '../shared/sendAndWait/filter';
import { BOT_FILTERS, BOT_OPTIONS } from '../shared/bot/fields';
import { botKindOptions } from '../shared/bot/items';
import { ANY_KIND, callbackKinds, triggerOptions } from '../shared/callback/events';
import type { Family } from '../shared/callback/events/kinds';
import { customerServiceFilters, customerServiceOptions } from './customerService/form';
import { mediaOption } from './media';
import { resolveNamesOption, senderFilters } from './sender';
import { compareText } from '../shared/util/text';

const STEPS = [
	'In the WeCom admin console open App Management > your app > Receive Messages > Set API Receive. Copy its Token and EncodingAESKey into the credential.',
	'Publish this workflow: WeCom checks the URL when you save it.',
	"Open 'Webhook URLs' above, copy the Production URL into that page, tick the events you need, and save. Its domain must belong to your company.",
	"If the workflow calls WeCom, add this server's IP under Company's Trusted IP on the same page. Then send the app a message.",
];
const SUITE_STEPS = [
	'In the WeCom provider console open the page of your app or template. Copy Suite ID, Secret, Token and EncodingAESKey into the credential; generate the last two there if they are empty.',
	"Add this server's IP under Provider Info > Basic Info > IP Whitelist.",
	'Publish this workflow: WeCom checks the URL when you save it.',
	"Open 'Webhook URLs' above, enter the Production URL as command and as data callback URL, save, and press Refresh Ticket. Then test the credential.",
	'Keep this workflow published: no call works without its tickets.',
];
const BOT_STEPS = [
	'In WeCom create an AI bot in API Mode (Workbench > AI Bot, or the admin console under Security & Management > Management Tools) and choose URL Callback.',
	'Copy its Token and EncodingAESKey into the credential.',
	'Publish this workflow: WeCom checks the URL when you save it.',
	"Open 'Webhook URLs' above, enter the Production URL there and save. Then write to the bot; in groups mention it.",
	"Under 'Trigger On' keep 'All Events', or choose events that begin with 'Bot'.",
	'Without a public URL use the WeCom Bot Trigger, which keeps a long connection.',
];
// n8n's notices show lists with dots and links, no other markup.
const list = (intro: string, steps: string[]) =>
	`${intro}<ul>${steps.map((step, at) => `<li>${at + 1}. ${step}</li>`).join('')}</ul>`;
const forSource = (...source: string[]) => ({ show: { source } });

const eventsOf = (...families: Family[]) =>
	callbackKinds.filter(({ family }) => families.includes(family)).map(({ kind }) => kind);
const botEvents = eventsOf('bot');
const suiteEvents = eventsOf('suite', 'provider');

/** Those of an AI bot stand last. A condition for each event would cost the editor ten kilobytes. */
const EVENTS: INodePropertyOptions[] = [
	...triggerOptions(),
	...botKindOptions()
		.filter(({ value }) => value !== ANY_KIND)
		.map((option) => ({ ...option, name: `Bot ${option.name}` })),
];

const FILTERS: INodeProperties[] = [
	{
		displayName: 'Change Types',
		name: 'changeTypes',
		type: 'string',
		default: '',
		placeholder: 'e.g. create_user, delete_user',
		description:
			"Comma-separated. Only callbacks with one of these words as 'ChangeType' start the workflow.",
	},
	...customerServiceFilters,
	SEND_AND_WAIT_CLICKS,
	...senderFilters,
];
FILTERS.sort((a, b) => compareText(a.displayName, b.displayName));

/** The form of the trigger. */
export const triggerProperties: INodeProperties[] = [
	{
		displayName: list('Set up in four steps, in this order:', STEPS),
		name: 'setUpNotice',
		type: 'notice',
		default: '',
		displayOptions: forSource('app'),
	},
	{
		displayName: list('Set up in this order:', SUITE_STEPS),
		name: 'suiteNotice',
		type: 'notice',
		default: '',
		displayOptions: forSource('suite'),
	},
	{
		displayName: list('Set up in this order:', BOT_STEPS),
		name: 'botNotice',
		type: 'notice',
		default: '',
		displayOptions: forSource('bot'),
	},
	{
		displayName: 'Source',
		name: 'source',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'AI Bot',
				value: 'bot',
				description: 'A bot that members write to, with its own URL',
			},
			{ name: 'App', value: 'app', description: 'A self-built app of your company' },
			{
				name: 'Suite',
				value: 'suite',
				description: "A service provider's third-party app or template of customized apps",
			},
		],
		default: 'app',
		description: 'Who sends the callbacks',
	},
	{
		displayName: 'Trigger On',
		name: 'events',
		type: 'multiOptions',
		noDataExpression: true,
		required: true,
		// Once, and without conditions of its own: otherwise the editor puts the default in place of the event that a person has
		// picked in the node panel.
		options: EVENTS,
		default: [ANY_KIND],
		description: 'The messages and events that start the workflow',
	},
	{
		displayName:
			"'All Events' stands beside others, so everything starts the workflow. Remove it to get only the others.",
		name: 'allEventsNotice',
		type: 'notice',
		default: '',
		displayOptions: {
			show: { events: [ANY_KIND] },
			hide: { events: [{ _cnd: { eq: ANY_KIND } }] },
		},
	},
	{
		displayName:
			"AI bots send these events to a URL of their own. Under 'Credential' choose one of an AI bot, or create it: change 'App' at its top right to 'AI Bot'. Without a public URL use the WeCom Bot Trigger.",
		name: 'botEventsNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { source: ['app', 'suite'], events: botEvents } },
	},
	{
		displayName:
			"WeCom sends these events to service providers. Under 'Credential' choose one of a suite, or create it: change 'App' at its top right to 'Suite'.",
		name: 'suiteEventsNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { source: ['app'], events: suiteEvents } },
	},
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. wecom/helpdesk',
		description:
			'The end of the URL to enter in WeCom. Leave empty for a unique one. It should not change later, since WeCom keeps the URL.',
	},
	{
		displayName: 'Respond',
		name: 'responseMode',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Immediately',
				value: 'onReceived',
				description: 'As soon as n8n has stored the execution',
			},
			{
				name: 'Using the Reply Operation of the WeCom Node',
				value: 'responseNode',
				description: 'Within 4.5 seconds; after that WeCom gets an empty answer',
			},
		],
		default: 'onReceived',
		description: 'When and with what to answer WeCom',
	},
	{
		displayName: 'Quick Reply',
		name: 'quickReply',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. Thanks, {{ $json.FromUserName }}',
		description:
			'Text that the sender of a message gets at once, up to 2,048 bytes. An expression reads the incoming item. Empty for none.',
		displayOptions: { show: { source: ['app', 'suite'], responseMode: ['onReceived'] } },
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: forSource('app', 'suite'),
		options: FILTERS,
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: forSource('bot'),
		options: BOT_FILTERS,
	},
	{
		displayName: 'Bot Options',
		name: 'botOptions',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: forSource('bot'),
		options: BOT_OPTIONS,
	},
	{
		displayName: 'Suite Options',
		name: 'suiteOptions',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: forSource('suite'),
		options: [
			{
				displayName: 'Accept Any Company',
				name: 'acceptAnyCompany',
				type: 'boolean',
				default: false,
				description:
					'Whether to accept messages and events of companies whose permanent code is kept elsewhere',
			},
			{
				displayName: 'Include Permanent Code',
				name: 'includePermanentCode',
				type: 'boolean',
				default: false,
				description:
					'Whether to put the permanent code of a company that authorized the suite into the item, where everybody who can read the execution sees it',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'triggerOptions',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: forSource('app', 'suite'),
		options: [mediaOption, ...customerServiceOptions, resolveNamesOption],
	},
	{
		displayName: 'Security',
		name: 'security',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Maximum Age',
				name: 'maxAge',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 300,
				description:
					'How many seconds the signed time of a callback may differ from the time of this server. WeCom documents no limit, so there is none without this option.',
			},
		],
	},
	// n8n parses bodies before the node sees them, and refuses what it cannot parse, unless this is set.
	{ displayName: 'Options', name: 'options', type: 'hidden', default: { binaryData: true } },
];
