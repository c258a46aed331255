import { SEND_AND_WAIT_OPERATION, type INodeProperties } from 'n8n-workflow';
import { companyProperties } from '../../shared/companies/companyPicker';
import { textField } from '../../shared/util/formFields';
import { collection, fixedChoice, several, shownFor } from './write';

/** Who asks, whom, and who may answer. */

export const FROM: INodeProperties[] = [
	fixedChoice('authentication', 'Send From', 'Who asks', [
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
	...companyProperties.map((property) => shownFor({ authentication: ['suite'] }, property)),
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
				description: 'Ask people and continue with their answer',
			},
		],
		default: SEND_AND_WAIT_OPERATION,
	},
];

export const TO: INodeProperties[] = [
	shownFor(
		{ authentication: ['app', 'suite'] },
		// Each kind has a list of its own, which the editor loads only where it is shown.
		{
			...fixedChoice('sendTo', 'Send To', 'Who is asked; several kinds of people can be chosen', [
				{ name: 'Departments', value: 'departments' },
				{
					name: 'Group Chat',
					value: 'groupChat',
					description: 'A group chat of the app, with a link to a page',
				},
				{ name: 'Members', value: 'members' },
				{ name: 'Tags', value: 'tags' },
			]),
			type: 'multiOptions',
			default: ['members'],
		},
	),
	shownFor(
		{ authentication: ['bot'] },
		fixedChoice('botSendTo', 'Send To', 'Where to ask', [
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
	...Object.entries({
		members: several('touser', 'Member', 'getMembers', 'Up to 1,000'),
		departments: several('toparty', 'Department', 'getDepartments', 'Up to 100'),
		tags: several('totag', 'Tag', 'getTags', 'Up to 100'),
	}).map(([kind, property]) =>
		shownFor({ authentication: ['app', 'suite'], sendTo: [kind] }, property),
	),
	shownFor(
		{ authentication: ['app', 'suite'], sendTo: ['groupChat'] },
		textField('chatid', 'Chat ID', 'A group chat that the app has created', { required: true }),
	),
	shownFor(
		{ authentication: ['bot'], botSendTo: ['chat'] },
		textField('botChatid', 'Chat ID', 'The ID of a group, or the user ID of a single chat', {
			required: true,
		}),
	),
];

export const WHO: INodeProperties[] = [
	collection(
		'allowedPeople',
		'Allowed People',
		'Who may answer; everyone who gets the card when empty',
		[
			...[
				several(
					'departments',
					'Department',
					'getDepartments',
					'Their members, including those of the departments below',
				),
				several('users', 'Member', 'getMembers', 'These members'),
				several('tags', 'Tag', 'getTags', 'The members with these tags'),
			].map((property) => shownFor({ '/authentication': ['app', 'suite'] }, property)),
			shownFor(
				{ '/authentication': ['bot'] },
				textField('userids', 'User IDs', 'Comma-separated, as the bot receives them', {
					placeholder: 'e.g. zhangsan, lisi',
				}),
			),
		],
		'Add People',
	),
	fixedChoice('decidedBy', 'Decided By', 'Whose answers to wait for', [
		{ name: 'First Answer', value: 'first', description: 'Whoever answers first' },
		{ name: 'Everybody', value: 'all', description: 'All allowed people, or all recipients' },
		{ name: 'Number of People', value: 'number', description: 'For example a majority' },
	]),
	shownFor(
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
