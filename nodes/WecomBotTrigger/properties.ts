import type { INodeProperties } from 'n8n-workflow';
import { ANY_KIND } from '../shared/callback/events';
import { botKindOptions } from '../shared/bot/items';

const STEPS = [
	'In WeCom create an AI bot in API Mode (Workbench > AI Bot, or the admin console under Security & Management > Management Tools) and choose Long Connection.',
	'Copy its Bot ID and Secret into the credential.',
	'Publish this workflow, then write to the bot. In groups mention it.',
	'A bot has one long connection at a time: the newest takes it from any other n8n, SDK script or test.',
];

/** The form of the trigger. n8n's notices show lists and links, no other markup. */
export const properties: INodeProperties[] = [
	{
		displayName: `No public URL is needed:<ul>${STEPS.map((step) => `<li>${step}</li>`).join('')}</ul>`,
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
		options: botKindOptions(),
		default: [ANY_KIND],
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: [
			{
				displayName: 'Chat IDs',
				name: 'chats',
				type: 'string',
				default: '',
				placeholder: 'e.g. wrkSFfCgAAxxxxxx',
				description: 'Comma-separated. Only messages from these groups start the workflow.',
			},
			{
				displayName: 'Chat Type',
				name: 'chatType',
				type: 'options',
				options: [
					{ name: 'Any', value: 'any' },
					{ name: 'Group', value: 'group' },
					{ name: 'Single', value: 'single' },
				],
				default: 'any',
				description: 'Where the message was written',
			},
			{
				displayName: 'User IDs',
				name: 'users',
				type: 'string',
				default: '',
				placeholder: 'e.g. zhangsan, lisi',
				description: 'Comma-separated. Only messages of these people start the workflow.',
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
				displayName: 'Closing Text',
				name: 'closingText',
				type: 'string',
				default: '',
				placeholder: 'e.g. Sorry, something went wrong',
				description:
					"Takes the place of 'First Answer' when the workflow ends without a reply. Without it the first answer stays.",
			},
			{
				displayName: 'Download Media',
				name: 'downloadMedia',
				type: 'boolean',
				default: false,
				description:
					'Whether to fetch and decrypt the images, files and videos of a message. WeCom keeps them for five minutes.',
			},
			{
				displayName: 'First Answer',
				name: 'firstAnswer',
				type: 'string',
				default: 'Thinking…',
				placeholder: 'e.g. Thinking…',
				description:
					"Shown at once for every message that starts the workflow, and replaced by the reply of the WeCom node's Bot resource",
			},
			{
				displayName: 'Strip Mention',
				name: 'stripMention',
				type: 'boolean',
				default: false,
				description: 'Whether to take the mention of the bot off the beginning of group messages',
			},
		],
	},
];
