import type { INodeProperties } from 'n8n-workflow';
import { choiceField, textField, toggleField } from '../../shared/util/formFields';
import { group, list, shownFor } from './write';

/** What is seldom needed: how the card looks, how long to wait, whether to remind. */

/** A length of time: an amount, and its unit. */
const length = (name: string, displayName: string, unitName: string): INodeProperties[] => [
	{
		displayName,
		name,
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: 1,
		description: 'How many of the unit',
	},
	choiceField(
		unitName,
		'Unit',
		'The unit of time',
		[
			{ name: 'Minutes', value: 'minutes' },
			{ name: 'Hours', value: 'hours' },
			{ name: 'Days', value: 'days' },
		],
		{ default: 'hours' },
	),
];

const CARD_TEXTS = group('cardTexts', 'Card Texts', [
	textField('approved', 'Approved', 'After an approval', {
		placeholder: 'e.g. Approved by {person}, {time}',
	}),
	textField('disapproved', 'Declined', 'After a refusal', {
		placeholder: 'e.g. Declined by {person}, {time}',
	}),
	textField('answered', 'Answered', 'After another answer', {
		placeholder: 'e.g. Answered by {person}, {time}',
	}),
	textField('counted', 'Counted', 'While others have yet to answer'),
	textField('expired', 'Expired', 'When the time is up'),
	textField('notAllowed', 'Not Allowed', 'For people who may not answer'),
]);

const LIMIT_WAIT_TIME = group('limitWaitTime', 'Limit Wait Time', [
	choiceField('limitType', 'Limit Type', 'When the wait ends', [
		{ name: 'After Time Interval', value: 'afterTimeInterval' },
		{ name: 'At Specified Time', value: 'atSpecifiedTime' },
	]),
	...length('resumeAmount', 'Amount', 'resumeUnit').map((property) =>
		shownFor({ limitType: ['afterTimeInterval'] }, property),
	),
	shownFor(
		{ limitType: ['atSpecifiedTime'] },
		{
			displayName: 'Max Date and Time',
			name: 'maxDateAndTime',
			type: 'dateTime',
			default: '',
			description: 'The latest time at which the workflow continues',
		},
	),
	choiceField(
		'outcome',
		'Outcome',
		'What an approval counts as when the time is up',
		[
			{ name: 'Approved', value: 'approved' },
			{ name: 'Declined', value: 'disapproved' },
		],
		{ default: 'disapproved' },
	),
]);

const LINK = group('link', 'Link', [
	textField('title', 'Title', 'Up to about 5 characters'),
	textField('url', 'URL', 'Beginning with https://', {
		placeholder: 'e.g. https://example.com/orders/42',
	}),
]);

const REMINDER = group('reminder', 'Reminder', [
	...length('after', 'After', 'unit'),
	{
		displayName: 'Times',
		name: 'times',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10 },
		default: 1,
		description: 'How many reminders to send',
	},
	textField('text', 'Text', 'What the reminder says before the title', {
		placeholder: 'e.g. Reminder: please answer',
	}),
]);

export const OPTIONS: INodeProperties[] = [
	{
		...CARD_TEXTS,
		description: 'What the card says once it is over. {person} and {time} are filled in.',
	},
	list(
		'details',
		'Details',
		'Up to 4 lines below the message',
		[
			textField('name', 'Name', 'Up to about 5 characters', { required: true }),
			textField('value', 'Value', 'Up to about 30 characters'),
		],
		'Add Line',
	),
	toggleField(
		'identify',
		'Identify by WeCom Login',
		'Whether the page asks WeCom who the person is. The page opens in WeCom, and the host of this n8n must be a trusted domain of the app.',
	),
	choiceField(
		'language',
		'Language',
		"For the card's own texts. Pages follow the browser.",
		[
			{ name: 'Chinese', value: 'zh' },
			{ name: 'English', value: 'en' },
		],
		{ default: 'en' },
	),
	{
		...LIMIT_WAIT_TIME,
		description: 'How long to wait, and what happens then',
		default: {
			values: { limitType: 'afterTimeInterval', resumeAmount: 45, resumeUnit: 'minutes' },
		},
	},
	{
		...LINK,
		description: 'A line of the card that opens a web page, such as the order in question',
	},
	toggleField(
		'withReason',
		'Reason for Declining',
		'Whether those who decline can say why, on a page. An AI agent gets the reason.',
	),
	{
		...REMINDER,
		description: 'Another message to those who have not answered. Not sent after a restart of n8n.',
	},
];
