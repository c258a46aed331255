import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { ALL_KINDS } from './filter';

/** In the order in which people look for them, since n8n's node panel lists them without a search. */
const KINDS: INodePropertyOptions[] = [
	{ name: 'Text', value: 'text', action: 'On archived text message' },
	{ name: 'Image', value: 'image', action: 'On archived image' },
	{ name: 'Voice', value: 'voice', action: 'On archived voice message' },
	{ name: 'Video', value: 'video', action: 'On archived video' },
	{ name: 'File', value: 'file', action: 'On archived file' },
	{ name: 'Link', value: 'link', action: 'On archived link' },
	{
		name: 'Mixed',
		value: 'mixed',
		action: 'On archived message with text and files',
		description: 'Text with images and files in one message',
	},
	{
		name: 'Chat History',
		value: 'chatrecord',
		action: 'On archived chat history',
		description: 'Several messages forwarded as one',
	},
	{
		name: 'Recall',
		value: 'revoke',
		action: 'On recall of archived message',
		description: 'A message was recalled',
	},
	{ name: 'Sticker', value: 'emotion', action: 'On archived sticker' },
	{ name: 'Markdown', value: 'markdown', action: 'On archived Markdown message' },
	{ name: 'News', value: 'news', action: 'On archived news' },
	{ name: 'Location', value: 'location', action: 'On archived location' },
	{ name: 'Business Card', value: 'card', action: 'On archived business card' },
	{ name: 'Mini Program', value: 'weapp', action: 'On archived mini program' },
	{ name: 'Channels Post', value: 'sphfeed', action: 'On archived channels post' },
	{
		name: 'Voice Call Recording',
		value: 'meeting_voice_call',
		action: 'On recording of archived call',
	},
	{
		name: 'Call',
		value: 'voiptext',
		action: 'On archived call',
		description: 'Who called, and for how long',
	},
	{
		name: 'Document Shared in Call',
		value: 'voip_doc_share',
		action: 'On document shared in archived call',
	},
	{ name: 'Meeting', value: 'meeting', action: 'On archived meeting' },
	{ name: 'Meeting Notice', value: 'meeting_notification', action: 'On archived meeting notice' },
	{ name: 'Calendar', value: 'calendar', action: 'On archived calendar entry' },
	{ name: 'To-Do', value: 'todo', action: 'On archived to-do' },
	{ name: 'Document', value: 'docmsg', action: 'On archived document' },
	{ name: 'Drive File', value: 'qydiskfile', action: 'On archived drive file' },
	{ name: 'Note', value: 'note', action: 'On archived note' },
	{
		name: 'Form',
		value: 'collect',
		action: 'On archived form',
		description: 'A form that a group fills in',
	},
	{ name: 'Vote', value: 'vote', action: 'On archived vote' },
	{ name: 'Group Solitaire', value: 'solitaire', action: 'On archived group solitaire' },
	{ name: 'Red Packet', value: 'redpacket', action: 'On archived red packet' },
	{
		name: 'Red Packet (External)',
		value: 'external_redpacket',
		action: 'On archived external red packet',
	},
	{
		name: 'Consent Given',
		value: 'agree',
		action: 'On consent to archiving given',
		description: 'A person outside the company agreed to archiving',
	},
	{
		name: 'Consent Refused',
		value: 'disagree',
		action: 'On consent to archiving refused',
		description: 'A person outside the company refused archiving',
	},
	{
		name: 'Company Switched',
		value: 'switch',
		action: 'On switch to another company',
		description: 'A member switched to another company',
	},
];

/** Files in messages. */
const MEDIA_TYPES: INodePropertyOptions[] = [
	{ name: 'Document Shared in Call', value: 'voip_doc_share' },
	{ name: 'File', value: 'file' },
	{ name: 'Image', value: 'image' },
	{ name: 'Sticker', value: 'emotion' },
	{ name: 'Video', value: 'video' },
	{ name: 'Voice', value: 'voice' },
	{ name: 'Voice Call Recording', value: 'meeting_voice_call' },
];

const GUIDE =
	'https://github.com/n8n-nodes-wecom-kit/n8n-nodes-wecom-kit/blob/main/docs/chat-archive.md';

/** The form of the trigger. n8n's notices show lists and links, no other markup. */
export const chatArchiveTriggerProperties: INodeProperties[] = [
	{
		displayName: `Needs the chat archive (会话内容存档), which a company buys from WeCom, and the <a href="${GUIDE}" target="_blank">chat archive bridge</a> beside n8n.`,
		name: 'setUpNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Trigger On',
		name: 'events',
		type: 'multiOptions',
		noDataExpression: true,
		required: true,
		description: 'The messages that start the workflow',
		options: [
			{
				name: 'All Messages',
				value: ALL_KINDS,
				action: 'On any archived message',
				description: 'Including types that WeCom adds later',
			},
			...KINDS,
		],
		default: [ALL_KINDS],
	},
	{
		displayName: 'Start From',
		name: 'startFrom',
		type: 'options',
		options: [
			{
				name: 'New Messages',
				value: 'new',
				description: 'Those written after the workflow is first published',
			},
			{
				name: 'Oldest Message',
				value: 'oldest',
				description: 'Everything that WeCom still keeps, which is the last five days',
			},
			{ name: 'Position', value: 'position', description: 'Those after a certain message' },
		],
		default: 'new',
		description:
			'Where reading begins the first time. After that it continues where it left off; another choice here starts anew.',
	},
	{
		displayName: 'Position',
		name: 'position',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 1204',
		displayOptions: { show: { startFrom: ['position'] } },
		description: "The 'wecom.seq' of the last message to skip",
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: [
			{
				displayName: 'Actions',
				name: 'actions',
				type: 'multiOptions',
				options: [
					{ name: 'Recall', value: 'recall', description: 'A message was recalled' },
					{ name: 'Send', value: 'send' },
					{ name: 'Switch', value: 'switch', description: 'A member switched to another company' },
				],
				default: [],
				description: 'What was done. Nothing chosen means everything.',
			},
			{
				displayName: 'Chats',
				name: 'chats',
				type: 'options',
				options: [
					{ name: 'Any', value: 'any' },
					{ name: 'External', value: 'external', description: 'With people outside the company' },
					{ name: 'Internal', value: 'internal', description: 'Among colleagues only' },
				],
				default: 'any',
				description: 'In which chats the message was written',
			},
			{
				displayName: 'Group IDs',
				name: 'groups',
				type: 'string',
				default: '',
				placeholder: 'e.g. wrQk7AAAAm2c9Xw0Vb6KfH1uTz5Yd8Rn',
				description:
					"Comma-separated, the 'roomid' of messages. Only these groups start the workflow.",
			},
			{
				displayName: 'User IDs',
				name: 'people',
				type: 'string',
				default: '',
				placeholder: 'e.g. zhangsan, wmQk7AAAAx8f0Zr3bYt1dO2vLp9Qe4Sg',
				description:
					'Comma-separated. Only messages from or to one of these members or people outside start the workflow.',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Batch Size',
				name: 'batchSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 1000 },
				default: 100,
				description:
					'The most messages in one execution. The next batch waits until the execution before it has ended.',
			},
			{
				displayName: 'Download Media',
				name: 'downloadMedia',
				type: 'boolean',
				default: false,
				description:
					"Whether to fetch the files in messages. 'wecom.media' names the binary field of each. WeCom keeps them for five days.",
			},
			{
				displayName: 'Media Size Limit (MB)',
				name: 'mediaLimit',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 50,
				description: "Larger files are not downloaded; 'wecom.media' says so",
			},
			{
				displayName: 'Media Types',
				name: 'mediaTypes',
				type: 'multiOptions',
				options: MEDIA_TYPES,
				default: [],
				description: 'The files that are downloaded. Nothing chosen means all.',
			},
			{
				displayName: 'Parse Nested Contents',
				name: 'parseNested',
				type: 'boolean',
				default: false,
				description:
					'Whether to read the JSON texts inside mixed messages, notes and forwarded chats, so that their parts are objects',
			},
			{
				displayName: 'Undecryptable Messages',
				name: 'undecryptable',
				type: 'options',
				options: [
					{
						name: 'Deliver Without Content',
						value: 'deliver',
						description: "As an item that gives the reason in 'wecom.failed'",
					},
					{
						name: 'Stop Before Them',
						value: 'stop',
						description: 'Nothing after them is read until the cause is fixed',
					},
				],
				default: 'deliver',
				description:
					'What to do with a single message that its key does not decrypt. A missing private key always stops the reading, since it can be added.',
			},
		],
	},
];
