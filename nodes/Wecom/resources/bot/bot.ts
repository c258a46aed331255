import { pushMessage, uploadMedia } from './messages';
import { replyToMessage, streamReply, updateBotCard, welcome } from './operations';
import { cardFields, WITH_CARD } from '../message/cardFields';
import { binaryInput } from '../../engine/fields';
import type { Field, Operation, Resource } from '../../engine/operation';
import { BOT_CREDENTIAL } from '../../../shared/credentials/aiBot';

const FILES = ['file', 'image', 'video', 'voice'];

const TEXT_OR_CARD = [
	{ name: 'Template Card', value: 'template_card', description: 'With buttons, links or a vote' },
	{ name: 'Text', value: 'text', description: 'With Markdown' },
];
const WITH_FILES = [
	{ name: 'File', value: 'file' },
	{ name: 'Image', value: 'image' },
	...TEXT_OR_CARD,
	{ name: 'Video', value: 'video' },
	{ name: 'Voice', value: 'voice' },
];

const messageType = (options: Field['options']): Field => ({
	displayName: 'Message Type',
	name: 'msgtype',
	type: 'options',
	options,
	default: 'text',
	description: 'What to send',
	local: true,
});

const content = (overrides: Partial<Field> = {}): Field => ({
	displayName: 'Content',
	name: 'content',
	type: 'string',
	typeOptions: { rows: 4 },
	// What an AI Agent or a chain puts out.
	default: '={{ $json.output ?? $json.text }}',
	description: 'Markdown. Defaults to the answer of an AI Agent before this node.',
	displayOptions: { show: { msgtype: ['text'] } },
	local: true,
	...overrides,
});

const card = cardFields(WITH_CARD);
const file = binaryInput({ displayOptions: { show: { msgtype: FILES } } });

const feedbackId: Field = {
	displayName: 'Feedback ID',
	name: 'feedback_id',
	type: 'string',
	default: '',
	placeholder: 'e.g. answer-42',
	description: "Comes back with the event 'Feedback: Given'. Not for text after a first answer.",
};

const options = (...more: Field[]): Field => ({
	displayName: 'Reply Options',
	name: 'replyOptions',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	local: true,
	options: [feedbackId, ...more],
});

const message: Field = {
	displayName: 'Message',
	name: 'message',
	type: 'json',
	default: '',
	description: 'The whole item of the trigger; not needed in nodes that follow the trigger',
};

const operation = (row: Omit<Operation, 'token'>): Operation => ({ ...row, token: 'bot' });

/** An AI bot (智能机器人). Each reply goes the way that is open: `docs/bots.md` tells which. */
export const bot: Resource = {
	value: 'bot',
	name: 'AI Bot',
	credential: BOT_CREDENTIAL,
	first: 'reply',
	operations: [
		operation({
			value: 'send',
			name: 'Send',
			action: 'Send bot message',
			description: 'Send a message to a person or group, over the long connection',
			doc: 101837,
			fields: [
				{
					displayName: 'Chat or User ID',
					name: 'chatid',
					type: 'string',
					default: '',
					required: true,
					placeholder: 'e.g. zhangsan',
					description: 'A user ID, or the chat ID of a group the bot is in',
					local: true,
				},
				messageType(WITH_FILES),
				content(),
				...card,
				file,
				options(),
			],
			run: pushMessage,
		}),
		operation({
			value: 'reply',
			name: 'Reply',
			action: 'Reply to bot message',
			description: 'Answer a message to the bot',
			doc: 101836,
			fields: [messageType(WITH_FILES), content(), ...card, file, options(message)],
			run: replyToMessage,
		}),
		operation({
			value: 'streamReply',
			name: 'Stream Reply',
			action: 'Stream reply to bot message',
			description: 'Answer a message to the bot piece by piece',
			doc: 101836,
			fields: [
				{
					displayName: 'Step',
					name: 'step',
					type: 'options',
					options: [
						{
							name: 'Append',
							value: 'append',
							description: 'Add more; the first piece begins the reply',
						},
						{ name: 'Replace', value: 'replace', description: 'Show this in place of all before' },
						{
							name: 'Finish',
							value: 'finish',
							description: 'Show the last piece, if any, and end',
						},
					],
					default: 'append',
					description: 'What to do with the reply. It must be finished within six minutes.',
					local: true,
				},
				content({ displayOptions: {} }),
				options(message),
			],
			run: streamReply,
		}),
		operation({
			value: 'welcome',
			name: 'Welcome',
			action: 'Welcome member to bot chat',
			description: "Answer the event 'Chat: Entered' within five seconds",
			doc: 101836,
			fields: [messageType(TEXT_OR_CARD), content(), ...card, options(message)],
			run: welcome,
		}),
		operation({
			value: 'updateCard',
			name: 'Update Card',
			action: 'Update clicked bot card',
			description: "Replace the card of the event 'Card: Clicked' within five seconds",
			doc: 101836,
			fields: [
				// Not by 'Message Type', whose value another operation may have left.
				...cardFields({}),
				{
					displayName: 'User IDs',
					name: 'userids',
					type: 'string',
					default: '',
					placeholder: 'e.g. zhangsan, lisi',
					description: 'In groups: whose card to replace, comma-separated. Empty for everybody.',
					local: true,
				},
				options(message),
			],
			run: updateBotCard,
		}),
		operation({
			value: 'uploadMedia',
			name: 'Upload Media',
			action: 'Upload bot media',
			description: 'Store a file for messages of the bot, over the long connection',
			doc: 101833,
			fields: [
				{
					displayName: 'Type',
					name: 'type',
					type: 'options',
					options: WITH_FILES.filter(({ value }) => FILES.includes(value)),
					default: 'file',
					description: 'The message type the file is for',
					local: true,
				},
				binaryInput(),
			],
			run: uploadMedia,
		}),
	],
};
