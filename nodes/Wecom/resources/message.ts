import { MEDIA_KINDS } from '../binary';
import { binaryInput, ids } from '../fields';
import { sendMessage } from '../message/send';
import type { Field, Resource } from '../operation';

const forTypes = (...types: string[]) => ({ show: { msgtype: types } });
const forMediaFrom = (mediaFrom: string) => ({
	show: { msgtype: MEDIA_TYPES, mediaFrom: [mediaFrom] },
});
const MEDIA_TYPES = Object.keys(MEDIA_KINDS);

const recipients = (...[name, label, method, most]: [string, string, string, number]) =>
	ids(name, label, method, most, { displayOptions: { show: { toAll: [false] } }, local: true });

const text = (
	name: string,
	displayName: string,
	description: string,
	overrides: Partial<Field> = {},
): Field => ({
	displayName,
	name,
	type: 'string',
	default: '',
	description,
	local: true,
	...overrides,
});

const CONTENT: Field[] = [
	text('content', 'Content', 'Up to 2,048 bytes; text takes line breaks and HTML links', {
		required: true,
		typeOptions: { rows: 4 },
		displayOptions: forTypes('text', 'markdown'),
	}),
	text('title', 'Title', 'Up to 128 characters', {
		required: true,
		displayOptions: forTypes('textcard'),
	}),
	text('description', 'Description', 'Up to 512 characters', {
		required: true,
		typeOptions: { rows: 3 },
		displayOptions: forTypes('textcard'),
	}),
	text(
		'url',
		'Link',
		'Opened by a click on the card, with http:// or https://, up to 2,048 bytes',
		{
			required: true,
			placeholder: 'e.g. https://example.com/orders/42',
			displayOptions: forTypes('textcard'),
		},
	),
	{
		displayName: 'File From',
		name: 'mediaFrom',
		type: 'options',
		options: [
			{
				name: 'Binary Data',
				value: 'binary',
				description: 'A file of the input item; it is uploaded first',
			},
			{
				name: 'Media ID',
				value: 'mediaId',
				description: 'A file uploaded within the last three days',
			},
		],
		default: 'binary',
		description: 'Where the file comes from',
		displayOptions: forTypes(...MEDIA_TYPES),
		local: true,
	},
	binaryInput({ displayOptions: forMediaFrom('binary') }),
	text('media_id', 'Media ID', 'From Media > Upload or from a received message', {
		required: true,
		displayOptions: forMediaFrom('mediaId'),
	}),
];

const OPTIONS: Field = {
	displayName: 'Additional Fields',
	name: 'additionalFields',
	type: 'collection',
	placeholder: 'Add Field',
	default: {},
	local: true,
	options: [
		text('btntxt', 'Button Text', 'Text cards only: up to 4 characters', {
			placeholder: 'e.g. More',
		}),
		{
			displayName: 'Check for Duplicates',
			name: 'enable_duplicate_check',
			type: 'boolean',
			default: false,
			description: 'Whether WeCom drops a message that was sent with the same content before',
		},
		{
			displayName: 'Confidential',
			name: 'safe',
			type: 'boolean',
			default: false,
			description: 'Whether the message cannot be shared and is shown with a watermark',
		},
		{
			displayName: 'Duplicate Check Interval',
			name: 'duplicate_check_interval',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 14400 },
			default: 1800,
			description: "How many seconds back 'Check for Duplicates' looks, up to 14,400",
		},
		text('fileName', 'File Name', 'The name the recipient sees, with its extension', {
			placeholder: 'e.g. report.pdf',
		}),
		{
			displayName: 'Split Long Text',
			name: 'splitLongText',
			type: 'boolean',
			default: false,
			description: 'Whether to send text of over 2,048 bytes as several messages',
		},
		{
			displayName: 'Translate IDs',
			name: 'enable_id_trans',
			type: 'boolean',
			default: false,
			description: 'Whether WeCom replaces $userName=ID$ and $departmentName=ID$ by names',
		},
		text('videoDescription', 'Video Description', 'Videos only: up to 512 bytes'),
		text('videoTitle', 'Video Title', 'Videos only: up to 128 bytes'),
	],
};

export const message: Resource = {
	value: 'message',
	name: 'Message',
	operations: [
		{
			value: 'send',
			name: 'Send',
			action: 'Send message',
			description: 'Send a message from the app to members, departments or tags',
			doc: 90236,
			covers: ['message.send'],
			fields: [
				{
					displayName: 'Message Type',
					name: 'msgtype',
					type: 'options',
					options: [
						{ name: 'File', value: 'file' },
						{ name: 'Image', value: 'image' },
						{
							name: 'Markdown',
							value: 'markdown',
							description: 'Shown in WeCom only, not in WeChat',
						},
						{ name: 'Text', value: 'text' },
						{ name: 'Text Card', value: 'textcard', description: 'Title, description and a link' },
						{ name: 'Video', value: 'video' },
						{ name: 'Voice', value: 'voice' },
					],
					default: 'text',
					description: 'What to send',
					local: true,
				},
				{
					displayName: 'Send to Everyone',
					name: 'toAll',
					type: 'boolean',
					default: false,
					description: 'Whether to send to every member in the visible range of the app',
					local: true,
				},
				recipients('touser', 'Member Names or IDs', 'getMembers', 1000),
				recipients('toparty', 'Department Names or IDs', 'getDepartments', 100),
				recipients('totag', 'Tag Names or IDs', 'getTags', 100),
				...CONTENT,
				OPTIONS,
			],
			run: sendMessage,
		},
		{
			value: 'recall',
			name: 'Recall',
			action: 'Recall message',
			description: 'Take back a message of this app within 24 hours',
			doc: 94867,
			call: ['POST', '/cgi-bin/message/recall'],
			fields: [
				{
					displayName: 'Message ID',
					name: 'msgid',
					type: 'string',
					default: '',
					required: true,
					description: 'The "msgid" that Send returned',
				},
			],
			returns: ({ msgid }) => ({ msgid, recalled: true }),
		},
	],
};
