import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { SEND_AND_WAIT_CLICKS } from '../sendAndWait/filter';
import { splitList } from '../util/text';
import type { BotFilter } from './items';
import type { InputOptions } from './words';

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
		displayName: 'Ask for Feedback',
		name: 'askForFeedback',
		type: 'boolean',
		default: false,
		description:
			"Whether 'Feedback: Given' tells what people think of the answers. Its ID is 'wecom.feedbackId' of the message.",
	},
	{
		displayName: 'Bot Name',
		name: 'botName',
		type: 'string',
		default: '',
		placeholder: 'e.g. 云帆助手',
		description:
			"For 'Strip Mention': the name that follows the @. Needed if people write no space after it, or if it contains spaces.",
	},
	{
		displayName: 'Closing Text',
		name: 'closingText',
		type: 'string',
		default: '',
		placeholder: 'e.g. Sorry, something went wrong',
		description:
			"Replaces 'First Answer' if the workflow sends no reply, and stands below an answer that broke off",
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
			"Shown at once for every message that starts the workflow, and replaced by the answer. With '&lt;think&gt;&lt;/think&gt;' WeCom shows that the bot is thinking.",
	},
	{
		displayName: 'Include Quote',
		name: 'includeQuote',
		type: 'boolean',
		default: true,
		description:
			"Whether 'chatInput' begins with the message that the person quotes, so that an AI Agent reads it",
	},
	{
		displayName: 'Memory Per',
		name: 'session',
		type: 'options',
		options: [
			{
				name: 'Chat',
				value: 'chat',
				description: 'In a group everybody shares one memory',
			},
			{
				name: 'Person',
				value: 'person',
				description: 'In a group everybody has a memory of their own',
			},
		],
		default: 'chat',
		description: "Which memory an AI Agent uses: sets 'sessionId' to the chat or the person",
	},
	{
		displayName: 'Name Speaker',
		name: 'nameSpeaker',
		type: 'boolean',
		default: false,
		description:
			"Whether 'chatInput' begins with the user ID of who speaks in a group, so that an AI Agent can tell people apart",
	},
	{
		displayName: 'Stream Answer',
		name: 'streamAnswer',
		type: 'boolean',
		default: true,
		description:
			"Whether the answer of an AI Agent appears in the chat while the model writes it. The agent's own option 'Enable Streaming' must be on.",
	},
	{
		displayName: 'Strip Mention',
		name: 'stripMention',
		type: 'boolean',
		default: false,
		description: 'Whether to take the mention of the bot out of group messages',
	},
	{
		displayName: 'Tool Status',
		name: 'toolStatus',
		type: 'string',
		default: '',
		placeholder: 'e.g. Looking it up…',
		description:
			"For 'Stream Answer': a line shown below the answer while the AI Agent waits for one of its tools",
	},
];

export interface BotOptions extends InputOptions {
	askForFeedback?: boolean;
	botName?: string;
	closingText?: string;
	downloadMedia?: boolean;
	firstAnswer?: string;
	session?: 'chat' | 'person';
	streamAnswer?: boolean;
	stripMention?: boolean;
	toolStatus?: string;
}

/** What the form asks for, as `matchesBot` takes it. */
export function botFilter(kinds: string[], filters: IDataObject): BotFilter {
	const { chatType, chats, users } = filters;
	return {
		kinds,
		chatType: chatType as BotFilter['chatType'],
		chats: splitList(chats, SEPARATORS),
		users: splitList(users, SEPARATORS),
	};
}

const SEPARATORS = /[\s,;|]+/;
