import {
	SEND_AND_WAIT_OPERATION,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { companyProperties } from '../shared/companies/companyPicker';

/**
 * The form. `message`, `responseType`, `approvalOptions` and `operation` are called as n8n calls them: it makes the node's variant
 * for AI agents by these names.
 */

type Shown = Record<string, string[]>;

const shown = (show: Shown, property: INodeProperties): INodeProperties => ({
	...property,
	displayOptions: { show },
});

const text = (
	displayName: string,
	name: string,
	description: string,
	more: Partial<INodeProperties> = {},
): INodeProperties => ({ displayName, name, type: 'string', default: '', description, ...more });

const toggle = (displayName: string, name: string, description: string): INodeProperties => ({
	displayName,
	name,
	type: 'boolean',
	default: false,
	description,
});

const options = (
	displayName: string,
	name: string,
	description: string,
	initial: string,
	choices: INodePropertyOptions[],
): INodeProperties => ({
	displayName,
	name,
	type: 'options',
	noDataExpression: true,
	default: initial,
	options: choices,
	description,
});

const list = (
	displayName: string,
	name: string,
	description: string,
	values: INodeProperties[],
	placeholder: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder,
	default: {},
	description,
	options: [{ displayName, name: 'values', values }],
});

const collection = (
	displayName: string,
	name: string,
	description: string,
	entries: INodeProperties[],
	placeholder: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'collection',
	placeholder,
	default: {},
	description,
	options: entries,
});

/** Several people, departments or tags, chosen from the list. */
const several = (
	displayName: string,
	name: string,
	loadOptionsMethod: string,
	description: string,
): INodeProperties => ({
	displayName: `${displayName} Names or IDs`,
	name,
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod },
	default: [],
	description: `${description}. Choose, or give IDs by an expression.`,
});

const FROM: INodeProperties[] = [
	options('Send From', 'authentication', 'Who asks', 'app', [
		{
			name: 'App',
			value: 'app',
			description: 'A self-built or customized app, with its WeCom Trigger',
		},
		{
			name: 'AI Bot',
			value: 'bot',
			description: 'An AI bot, with its WeCom Bot Trigger or WeCom Trigger',
		},
		{
			name: 'Suite',
			value: 'suite',
			description: "A service provider's app in a company that authorized it",
		},
	]),
	...companyProperties.map((property) => shown({ authentication: ['suite'] }, property)),
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Send and Wait for Response',
				value: SEND_AND_WAIT_OPERATION,
				action: 'Send message and wait for response',
				description: 'Ask people and go on with their answer',
			},
		],
		default: SEND_AND_WAIT_OPERATION,
	},
];

const TO: INodeProperties[] = [
	shown(
		{ authentication: ['app', 'suite'] },
		options('Send To', 'sendTo', 'Whom to ask', 'members', [
			{ name: 'Members', value: 'members', description: 'People, departments or tags' },
			{
				name: 'Group Chat',
				value: 'groupChat',
				description: 'A group chat of the app, with a link to a page',
			},
		]),
	),
	shown(
		{ authentication: ['bot'] },
		options('Send To', 'botSendTo', 'Where to ask', 'chat', [
			{
				name: 'Chat',
				value: 'chat',
				description: 'Any chat with the bot, over its long connection',
			},
			{
				name: 'Chat of the Message',
				value: 'message',
				description:
					'As the reply to the message that started the workflow, with either connection',
			},
		]),
	),
	...[
		several('Member', 'touser', 'getMembers', 'Up to 1,000'),
		several('Department', 'toparty', 'getDepartments', 'Up to 100'),
		several('Tag', 'totag', 'getTags', 'Up to 100'),
	].map((property) => shown({ authentication: ['app', 'suite'], sendTo: ['members'] }, property)),
	shown(
		{ authentication: ['app', 'suite'], sendTo: ['groupChat'] },
		text('Chat ID', 'chatid', 'Of a group chat that the app has created', { required: true }),
	),
	shown(
		{ authentication: ['bot'], botSendTo: ['chat'] },
		text('Chat ID', 'botChatid', 'The ID of a group, or the user ID of a single chat', {
			required: true,
		}),
	),
];

const WHAT: INodeProperties[] = [
	text('Title', 'title', 'The first line of the card, up to about 36 characters', {
		default: 'Your approval is needed',
		required: true,
	}),
	text('Message', 'message', 'What is asked. The card shows about 160 characters, the page all.', {
		typeOptions: { rows: 4 },
		required: true,
	}),
	options('Response Type', 'responseType', 'What kind of answer is wanted', 'approval', [
		{ name: 'Approval', value: 'approval', description: 'Approve or decline with one tap' },
		{ name: 'Choices', value: 'choice', description: 'Choose one or several options' },
		{ name: 'Form', value: 'form', description: 'Fill in fields on a page' },
		{ name: 'Free Text', value: 'freeText', description: 'Write an answer on a page' },
	]),
	shown(
		{ responseType: ['approval'] },
		{
			displayName: 'Approval Options',
			name: 'approvalOptions',
			type: 'fixedCollection',
			placeholder: 'Add Option',
			default: {},
			options: [
				{
					displayName: 'Values',
					name: 'values',
					values: [
						{
							displayName: 'Type of Approval',
							name: 'approvalType',
							type: 'options',
							default: 'double',
							options: [
								{ name: 'Approve Only', value: 'single' },
								{ name: 'Approve and Decline', value: 'double' },
							],
							description: 'Which buttons there are',
						},
						text('Approve Button Label', 'approveLabel', 'Up to about 10 characters', {
							placeholder: 'e.g. Approve',
						}),
						text('Decline Button Label', 'disapproveLabel', 'Up to about 10 characters', {
							placeholder: 'e.g. Decline',
						}),
					],
				},
			],
		},
	),
	...[
		list(
			'Choices',
			'choices',
			'What can be chosen: up to 20 in a card, more on the page',
			[
				text('Text', 'text', 'What it says', { required: true }),
				text('ID', 'id', 'What the workflow gets. The text when empty.'),
			],
			'Add Choice',
		),
		options('Choose', 'choose', 'How many can be chosen', 'one', [
			{ name: 'One', value: 'one' },
			{ name: 'One From a Dropdown', value: 'dropdown', description: 'Up to 10 choices' },
			{ name: 'Several', value: 'several' },
		]),
	].map((property) => shown({ responseType: ['choice'] }, property)),
	shown(
		{ responseType: ['form'] },
		list(
			'Form Fields',
			'formFields',
			'What is to be filled in',
			[
				text('Label', 'label', 'What stands above the field', { required: true }),
				{
					displayName: 'Type',
					name: 'type',
					type: 'options',
					options: [
						{ name: 'Checkbox', value: 'checkbox' },
						{ name: 'Date', value: 'date' },
						{ name: 'Dropdown', value: 'dropdown' },
						{ name: 'Email', value: 'email' },
						{ name: 'Number', value: 'number' },
						{ name: 'Text', value: 'text' },
						{ name: 'Text Area', value: 'textarea' },
					],
					default: 'text',
					description: 'What can be entered',
				},
				text('Name', 'name', 'What the answer is called in the output. The label when empty.'),
				text('Dropdown Options', 'options', 'With commas or line breaks between them', {
					typeOptions: { rows: 2 },
				}),
				text('Placeholder', 'placeholder', 'Shown while the field is empty'),
				toggle('Required', 'required', 'Whether it must be filled in'),
			],
			'Add Field',
		),
	),
	shown(
		{ responseType: ['approval', 'choice'] },
		options('Answer By', 'answerBy', 'Where people answer', 'card', [
			{
				name: 'Buttons in the Card',
				value: 'card',
				description:
					'One tap. A published WeCom Trigger of the same app or bot must receive the clicks.',
			},
			{
				name: 'Link to a Page',
				value: 'link',
				description: 'Needs no trigger. Phones must reach this n8n.',
			},
		]),
	),
];

const WHO: INodeProperties[] = [
	collection(
		'Allowed People',
		'allowedPeople',
		'Who may answer. Whoever gets the card when empty.',
		[
			...[
				several(
					'Department',
					'departments',
					'getDepartments',
					'Their members, those of sub-departments too',
				),
				several('Member', 'users', 'getMembers', 'These members'),
				several('Tag', 'tags', 'getTags', 'The members with these tags'),
			].map((property) => shown({ '/authentication': ['app', 'suite'] }, property)),
			shown(
				{ '/authentication': ['bot'] },
				text('User IDs', 'userids', 'As the bot has them, with commas between them', {
					placeholder: 'e.g. zhangsan, lisi',
				}),
			),
		],
		'Add People',
	),
	options('Decided By', 'decidedBy', 'Whose answers to wait for', 'first', [
		{ name: 'First Answer', value: 'first', description: 'Whoever answers first' },
		{ name: 'Everybody', value: 'all', description: 'All allowed people, or all recipients' },
		{ name: 'Number of People', value: 'number', description: 'For example a majority' },
	]),
	shown(
		{ decidedBy: ['number'] },
		{
			displayName: 'Number of People',
			name: 'neededAnswers',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 2,
			description: 'How many have to approve, or to answer',
		},
	),
];

const amount = (displayName: string, name: string, unitName: string): INodeProperties[] => [
	{
		displayName,
		name,
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: 1,
		description: 'How many of the unit',
	},
	{
		displayName: 'Unit',
		name: unitName,
		type: 'options',
		options: [
			{ name: 'Minutes', value: 'minutes' },
			{ name: 'Hours', value: 'hours' },
			{ name: 'Days', value: 'days' },
		],
		default: 'hours',
		description: 'The unit of time',
	},
];

const OPTIONS: INodeProperties[] = [
	{
		displayName: 'Card Texts',
		name: 'cardTexts',
		type: 'fixedCollection',
		default: {},
		description: 'What the card says in the end. {person} and {time} are filled in.',
		options: [
			{
				displayName: 'Values',
				name: 'values',
				values: [
					text('Approved', 'approved', 'After an approval', {
						placeholder: 'e.g. Approved by {person}, {time}',
					}),
					text('Declined', 'disapproved', 'After a refusal', {
						placeholder: 'e.g. Declined by {person}, {time}',
					}),
					text('Answered', 'answered', 'After another answer', {
						placeholder: 'e.g. Answered by {person}, {time}',
					}),
					text('Counted', 'counted', 'While answers of others are missing'),
					text('Expired', 'expired', 'When time is up'),
					text('Not Allowed', 'notAllowed', 'For somebody who may not answer'),
				],
			},
		],
	},
	list(
		'Details',
		'details',
		'Up to 4 lines below the message',
		[
			text('Name', 'name', 'Up to about 5 characters', { required: true }),
			text('Value', 'value', 'Up to about 30 characters'),
		],
		'Add Line',
	),
	toggle(
		'Identify by WeCom Login',
		'identify',
		'Whether the page asks WeCom who the person is. The page opens in WeCom, and the host of this n8n must be a trusted domain of the app.',
	),
	{
		displayName: 'Language',
		name: 'language',
		type: 'options',
		options: [
			{ name: 'Chinese', value: 'zh' },
			{ name: 'English', value: 'en' },
		],
		default: 'en',
		description: 'Of what the card says by itself. Pages follow the browser.',
	},
	{
		displayName: 'Limit Wait Time',
		name: 'limitWaitTime',
		type: 'fixedCollection',
		description: 'How long to wait, and what happens then',
		default: {
			values: { limitType: 'afterTimeInterval', resumeAmount: 45, resumeUnit: 'minutes' },
		},
		options: [
			{
				displayName: 'Values',
				name: 'values',
				values: [
					{
						displayName: 'Limit Type',
						name: 'limitType',
						type: 'options',
						default: 'afterTimeInterval',
						options: [
							{ name: 'After Time Interval', value: 'afterTimeInterval' },
							{ name: 'At Specified Time', value: 'atSpecifiedTime' },
						],
						description: 'When the wait ends',
					},
					...amount('Amount', 'resumeAmount', 'resumeUnit').map((property) =>
						shown({ limitType: ['afterTimeInterval'] }, property),
					),
					shown(
						{ limitType: ['atSpecifiedTime'] },
						{
							displayName: 'Max Date and Time',
							name: 'maxDateAndTime',
							type: 'dateTime',
							default: '',
							description: 'The latest time at which the workflow continues',
						},
					),
					{
						displayName: 'Outcome',
						name: 'outcome',
						type: 'options',
						default: 'disapproved',
						options: [
							{ name: 'Approved', value: 'approved' },
							{ name: 'Declined', value: 'disapproved' },
						],
						description: 'What an approval counts as when time is up',
					},
				],
			},
		],
	},
	{
		displayName: 'Link',
		name: 'link',
		type: 'fixedCollection',
		default: {},
		description: 'A line of the card that opens a web page, such as the order in question',
		options: [
			{
				displayName: 'Values',
				name: 'values',
				values: [
					text('Title', 'title', 'Up to about 5 characters'),
					text('URL', 'url', 'Beginning with https://', {
						placeholder: 'e.g. https://example.com/orders/42',
					}),
				],
			},
		],
	},
	toggle(
		'Reason for Declining',
		'withReason',
		'Whether those who decline can say why, on a page. An AI agent gets the reason.',
	),
	{
		displayName: 'Reminder',
		name: 'reminder',
		type: 'fixedCollection',
		default: {},
		description: 'Another message to those who have not answered. Lost when n8n restarts.',
		options: [
			{
				displayName: 'Values',
				name: 'values',
				values: [
					...amount('After', 'after', 'unit'),
					{
						displayName: 'Times',
						name: 'times',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 10 },
						default: 1,
						description: 'How often',
					},
					text('Text', 'text', 'What it says before the title', {
						placeholder: 'e.g. Reminder: please answer',
					}),
				],
			},
		],
	},
];

export const sendAndWaitProperties: INodeProperties[] = [
	...FROM,
	...TO,
	...WHAT,
	...WHO,
	collection('Options', 'options', 'Everything else', OPTIONS, 'Add Option'),
];
