import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { SEND_AND_WAIT_CLICKS } from '../sendAndWait/filter';
import { listOf } from '../util/text';
import type { BotFilter } from './items';

/** What the forms of both triggers of an AI bot share. */

export const BOT_FILTERS: INodeProperties[] = [
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
	SEND_AND_WAIT_CLICKS,
	{
		displayName: 'User IDs',
		name: 'users',
		type: 'string',
		default: '',
		placeholder: 'e.g. zhangsan, lisi',
		description: 'Comma-separated. Only messages of these people start the workflow.',
	},
];

export const BOT_OPTIONS: INodeProperties[] = [
	{
		displayName: 'Closing Text',
		name: 'closingText',
		type: 'string',
		default: '',
		placeholder: 'e.g. Sorry, something went wrong',
		description:
			"Takes the place of 'First Answer' when no reply of the workflow does. Without it the first answer stays.",
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
];

export interface BotOptions {
	closingText?: string;
	downloadMedia?: boolean;
	firstAnswer?: string;
	stripMention?: boolean;
}

/** What the form asks for, as `matchesBot` takes it. */
export function botFilter(kinds: string[], filters: IDataObject): BotFilter {
	const { chatType, chats, users } = filters;
	return {
		kinds,
		chatType: chatType as BotFilter['chatType'],
		chats: listOf(chats, SEPARATORS),
		users: listOf(users, SEPARATORS),
	};
}

const SEPARATORS = /[\s,;|]+/;
