import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { ALL_KINDS } from './filter';

const KINDS: INodePropertyOptions[] = [
	{ name: 'Business Card', value: 'card' },
	{ name: 'Calendar', value: 'calendar' },
	{ name: 'Call', value: 'voiptext', description: 'Who called, and for how long' },
	{ name: 'Channels Post', value: 'sphfeed' },
	{
		name: 'Chat History',
		value: 'chatrecord',
		description: 'Several messages forwarded as one',
	},
	{
		name: 'Company Switched',
		value: 'switch',
		description: 'A member switched to another company',
	},
	{
		name: 'Consent Given',
		value: 'agree',
		description: 'A person outside the company agreed to archiving',
	},
	{
		name: 'Consent Refused',
		value: 'disagree',
		description: 'A person outside the company refused archiving',
	},
	{ name: 'Document', value: 'docmsg' },
	{ name: 'Document Shared in Call', value: 'voip_doc_share' },
	{ name: 'Drive File', value: 'qydiskfile' },
	{ name: 'File', value: 'file' },
	{ name: 'Form', value: 'collect', description: 'A form that a group fills in' },
	{ name: 'Group Solitaire', value: 'solitaire' },
	{ name: 'Image', value: 'image' },
	{ name: 'Link', value: 'link' },
	{ name: 'Location', value: 'location' },
	{ name: 'Markdown', value: 'markdown' },
	{ name: 'Meeting', value: 'meeting' },
	{ name: 'Meeting Notice', value: 'meeting_notification' },
	{ name: 'Mini Program', value: 'weapp' },
	{ name: 'Mixed', value: 'mixed', description: 'Text with images and files in one message' },
	{ name: 'News', value: 'news' },
	{ name: 'Note', value: 'note' },
	{ name: 'Recall', value: 'revoke', description: 'A message was recalled' },
	{ name: 'Red Packet', value: 'redpacket' },
	{ name: 'Red Packet (External)', value: 'external_redpacket' },
	{ name: 'Sticker', value: 'emotion' },
	{ name: 'Text', value: 'text' },
	{ name: 'To-Do', value: 'todo' },
	{ name: 'Video', value: 'video' },
	{ name: 'Voice', value: 'voice' },
	{ name: 'Voice Call Recording', value: 'meeting_voice_call' },
	{ name: 'Vote', value: 'vote' },
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
