import { additionalFields, choice, text } from '../../engine/fields';
import type { Field, Resource } from '../../engine/operation';
import { cardFields, WITH_CARD } from '../message/cardFields';
import { contentFields, videoTexts } from '../message/fields';
import { sendReply } from './reply';

const ELSEWHERE = 'Only where the trigger is not part of this workflow.';

/** The same fields as for a message, although WeCom takes a reply as XML with other names: the operation makes it of them. */
const FIELDS: Field[] = [
	choice(
		'msgtype',
		'Reply Type',
		"The trigger's field 'Respond' must be set to 'Using the Reply Operation of the WeCom Node'",
		[
			{ name: 'Image', value: 'image' },
			{ name: 'News', value: 'news', description: 'Articles that open web pages' },
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
	...contentFields({ types: ['image', 'news', 'text', 'video', 'voice'] }),
	text(
		'ReplaceName',
		'Button Text',
		'Shown on the clicked button, which can no longer be clicked',
		{
			required: true,
			displayOptions: { show: { msgtype: ['update_button'] } },
		},
	),
	...cardFields(WITH_CARD),
	additionalFields([
		text('ToUserName', 'Company of the Callback', `Its ToUserName. ${ELSEWHERE}`),
		text('replace_text', 'Replacement Text', 'A grey button in place of all the buttons', {
			displayOptions: { show: { '/msgtype': ['update_template_card'] } },
		}),
		text('FromUserName', 'Sender of the Callback', `Its FromUserName. ${ELSEWHERE}`),
		...videoTexts,
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
