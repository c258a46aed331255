import { sendReply } from '../callback/reply';
import { binaryInput } from '../fields';
import type { Field, Resource } from '../operation';

const forTypes = (...types: string[]) => ({ show: { msgtype: types } });
const MEDIA = ['image', 'voice', 'video'];
const forMediaFrom = (mediaFrom: string) => ({ show: { msgtype: MEDIA, mediaFrom: [mediaFrom] } });

const entry = (name: string, displayName: string, more: Partial<Field> = {}): Field => ({
	displayName,
	name,
	type: 'string',
	default: '',
	...more,
});
const text = (...[name, displayName, more]: Parameters<typeof entry>): Field =>
	entry(name, displayName, { local: true, ...more });

const ARTICLES: Field = {
	displayName: 'Articles',
	name: 'articles',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add Article',
	default: {},
	local: true,
	displayOptions: forTypes('news'),
	options: [
		{
			displayName: 'Article',
			name: 'item',
			values: [
				entry('Title', 'Title', { description: 'Up to 128 bytes' }),
				entry('Description', 'Description', { description: 'Up to 512 bytes' }),
				entry('Url', 'Link', { placeholder: 'e.g. https://example.com/news/42' }),
				entry('PicUrl', 'Picture URL', { description: 'JPG or PNG, 640x320 or 80x80' }),
			],
		},
	] as unknown as Field[],
};

const CARD: Field[] = [
	{
		displayName: 'Card Type',
		name: 'CardType',
		type: 'options',
		options: [
			{ name: 'Button', value: 'button_interaction' },
			{ name: 'Multiple Choice', value: 'multiple_interaction' },
			{ name: 'News', value: 'news_notice' },
			{ name: 'Text', value: 'text_notice' },
			{ name: 'Vote', value: 'vote_interaction' },
		],
		default: 'text_notice',
		local: true,
		displayOptions: forTypes('update_template_card'),
	},
	{
		displayName: 'Card',
		name: 'card',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		local: true,
		displayOptions: forTypes('update_template_card'),
		options: [
			text('url', 'Link', { description: 'Opened by a click on the card' }),
			text('image', 'Picture URL', { description: 'News cards only' }),
			text('ReplaceText', 'Replacement for Buttons', {
				description: 'Shown in place of the buttons, which can no longer be clicked',
			}),
			text('source', 'Source'),
			text('iconUrl', 'Source Icon URL'),
			text('submitKey', 'Submit Key', { description: 'Comes back as EventKey' }),
			text('submitText', 'Submit Text'),
			text('SubTitleText', 'Text', { typeOptions: { rows: 2 } }),
			text('title', 'Title'),
			text('desc', 'Title Description'),
		],
	},
	{
		displayName: 'Whole Card (JSON)',
		name: 'cardJson',
		type: 'json',
		default: '{}',
		description:
			"Everything else of the card, also buttons and lists, in the words of WeCom's page or as in Message > Send. What is here wins over the fields above.",
		local: true,
		displayOptions: forTypes('update_template_card'),
	},
];

/** What a workflow answers to the callback that started it. */
export const callback: Resource = {
	value: 'callback',
	name: 'Callback',
	operations: [
		{
			value: 'reply',
			name: 'Reply',
			action: 'Reply to callback',
			description: 'Answer the message or event that started the workflow, within 4.5 seconds',
			doc: 90241,
			fields: [
				{
					displayName: 'Reply Type',
					name: 'msgtype',
					type: 'options',
					options: [
						{ name: 'Image', value: 'image' },
						{ name: 'News', value: 'news', description: 'Articles with picture and link' },
						{ name: 'No Reply', value: 'none', description: 'Let WeCom go without an answer' },
						{ name: 'Text', value: 'text' },
						{
							name: 'Update Button',
							value: 'update_button',
							description: 'Replace the text of the clicked button of a card',
						},
						{
							name: 'Update Card',
							value: 'update_template_card',
							description: 'Replace the card that was clicked',
						},
						{ name: 'Video', value: 'video' },
						{ name: 'Voice', value: 'voice' },
					],
					default: 'text',
					description:
						"The trigger's field 'Respond' must be set to 'Using the Reply Operation of the WeCom Node'",
					local: true,
				},
				text('content', 'Content', {
					required: true,
					typeOptions: { rows: 4 },
					description: 'Up to 2,048 bytes',
					displayOptions: forTypes('text'),
				}),
				{
					displayName: 'File From',
					name: 'mediaFrom',
					type: 'options',
					options: [
						{ name: 'Binary Data', value: 'binary', description: 'It is uploaded first' },
						{ name: 'Media ID', value: 'mediaId' },
					],
					default: 'binary',
					displayOptions: forTypes(...MEDIA),
					local: true,
				},
				binaryInput({ displayOptions: forMediaFrom('binary') }),
				text('media_id', 'Media ID', {
					required: true,
					description: 'From Media > Upload or from a received message',
					displayOptions: forMediaFrom('mediaId'),
				}),
				ARTICLES,
				text('ReplaceName', 'Button Text', {
					required: true,
					description: 'Shown on the clicked button, which can no longer be clicked',
					displayOptions: forTypes('update_button'),
				}),
				...CARD,
				{
					displayName: 'Additional Fields',
					name: 'additionalFields',
					type: 'collection',
					placeholder: 'Add Field',
					default: {},
					local: true,
					options: [
						text('ToUserName', 'Company of the Callback', {
							description:
								'ToUserName of the callback. Only where the trigger is not part of this workflow.',
						}),
						text('FromUserName', 'Sender of the Callback', {
							description:
								'FromUserName of the callback. Only where the trigger is not part of this workflow.',
						}),
						text('videoDescription', 'Video Description', { description: 'Up to 512 bytes' }),
						text('videoTitle', 'Video Title', { description: 'Up to 128 bytes' }),
					],
				},
			],
			run: sendReply,
		},
	],
};
