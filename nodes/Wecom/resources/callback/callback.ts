import { sendReply } from './reply';
import { additionalFields, binaryInput, choice, json, rows, text } from '../../engine/fields';
import type { Field, Resource } from '../../engine/operation';

const forTypes = (...types: string[]) => ({ show: { msgtype: types } });
const MEDIA = ['image', 'voice', 'video'];
const forMediaFrom = (mediaFrom: string) => ({ show: { msgtype: MEDIA, mediaFrom: [mediaFrom] } });
const CARD = { displayOptions: forTypes('update_template_card') };

const ELSEWHERE = 'Only where the trigger is not part of this workflow.';

/** The operation itself makes the reply of these. */
const FIELDS: Field[] = [
	choice(
		'msgtype',
		'Reply Type',
		"The trigger's field 'Respond' must be set to 'Using the Reply Operation of the WeCom Node'",
		[
			{ name: 'Image', value: 'image' },
			{ name: 'News', value: 'news', description: 'Articles with picture and link' },
			{ name: 'No Reply', value: 'none', description: 'Answer without a message' },
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
		{ default: 'text' },
	),
	text('content', 'Content', 'Up to 2,048 bytes', {
		required: true,
		typeOptions: { rows: 4 },
		displayOptions: forTypes('text'),
	}),
	choice(
		'mediaFrom',
		'File From',
		'Where the file comes from',
		[
			{ name: 'Binary Data', value: 'binary', description: 'It is uploaded first' },
			{ name: 'Media ID', value: 'mediaId' },
		],
		{ displayOptions: forTypes(...MEDIA) },
	),
	binaryInput({ displayOptions: forMediaFrom('binary') }),
	text('media_id', 'Media ID', 'From Media > Upload or from a received message', {
		required: true,
		displayOptions: forMediaFrom('mediaId'),
	}),
	rows(
		'articles',
		'Articles',
		'Article',
		[
			text('Title', 'Title', 'Up to 128 bytes'),
			text('Description', 'Description', 'Up to 512 bytes'),
			text('Url', 'Link', 'Opened by a click on the article'),
			text('PicUrl', 'Picture URL', 'JPG or PNG, 640x320 or 80x80'),
		],
		{ displayOptions: forTypes('news') },
	),
	text('ReplaceName', 'Button Text', 'Shown on the clicked button, which stays unclickable', {
		required: true,
		displayOptions: forTypes('update_button'),
	}),
	choice(
		'CardType',
		'Card Type',
		'What kind of card replaces the clicked one',
		[
			{ name: 'Button', value: 'button_interaction' },
			{ name: 'Multiple Choice', value: 'multiple_interaction' },
			{ name: 'News', value: 'news_notice' },
			{ name: 'Text', value: 'text_notice' },
			{ name: 'Vote', value: 'vote_interaction' },
		],
		{ default: 'text_notice', ...CARD },
	),
	additionalFields(
		[
			text('url', 'Link', 'Opened by a click on the card'),
			text('image', 'Picture URL', 'News cards only'),
			text('ReplaceText', 'Replacement for Buttons', 'The buttons can no longer be clicked'),
			text('source', 'Source', 'Small line at the top of the card'),
			text('iconUrl', 'Source Icon URL', 'Picture before the source'),
			text('submitKey', 'Submit Key', 'Comes back as EventKey'),
			text('submitText', 'Submit Text', 'Text of the submit button'),
			text('SubTitleText', 'Text', 'Below the title'),
			text('title', 'Title', 'First line of the card'),
			text('desc', 'Title Description', 'Below the title, smaller'),
		],
		{ displayName: 'Card', name: 'card', ...CARD },
	),
	json(
		'cardJson',
		'Whole Card (JSON)',
		"Buttons, lists and everything else, as on WeCom's page or in a sent card. Wins over the fields above.",
		{ default: '{}', ...CARD },
	),
	additionalFields([
		text('ToUserName', 'Company of the Callback', `Its ToUserName. ${ELSEWHERE}`),
		text('FromUserName', 'Sender of the Callback', `Its FromUserName. ${ELSEWHERE}`),
		text('videoDescription', 'Video Description', 'Up to 512 bytes'),
		text('videoTitle', 'Video Title', 'Up to 128 bytes'),
	]),
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
			fields: FIELDS.map((field) => ({ ...field, local: true })),
			run: sendReply,
		},
	],
};
