import {
	all,
	CURSOR,
	days,
	departmentIds,
	memberIds,
	oneOf,
	serviceAccountPicker,
	within,
} from '../customers';
import { filters, json, locator, moment, rows, text, updateFields } from '../fields';
import type { Check, Field, Resource } from '../operation';

const PAGES = CURSOR(1000, { has_more: 'has_more' });

const servicers: Field[] = [
	memberIds('userid_list', 100),
	departmentIds('department_id_list', 100),
];
const someServicers: Check = all(
	oneOf(['userid_list', 'department_id_list'], 'Choose members or departments.'),
	within({ userid_list: 100, department_id_list: 100 }),
);
const name = text('name', 'Name', 'Up to 16 characters');
const avatar = text('media_id', 'Picture Media ID', 'From Media > Upload');
const statistic: Field[] = [
	moment('start_time', 'Start', 'First day', { required: true }),
	moment('end_time', 'End', 'Last day, up to 31 days after the first', { required: true }),
];
const statisticDays = days('start_time', 'end_time', 31, 'yesterday');

export const customerServiceAccount: Resource = {
	value: 'customerServiceAccount',
	name: 'Customer Service Account',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create customer service account',
			description: 'Add a customer service account',
			doc: 94662,
			call: ['POST', '/cgi-bin/kf/account/add'],
			fields: [
				{ ...name, required: true },
				{ ...avatar, required: true },
			],
			check: within({ name: 16 }),
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete customer service account',
			description: 'Remove a customer service account',
			doc: 94663,
			call: ['POST', '/cgi-bin/kf/account/del'],
			fields: [serviceAccountPicker],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many customer service accounts',
			description: 'List the accounts the app may see, and whether it may handle them',
			doc: 94661,
			call: ['POST', '/cgi-bin/kf/account/list'],
			reads: true,
			fields: [],
			list: 'account_list',
			paging: {
				style: 'offset',
				request: { offset: 'offset', limit: 'limit' },
				response: {},
				max_limit: 100,
			},
		},
		{
			value: 'getLink',
			name: 'Get Link',
			action: 'Get link of customer service account',
			description: 'Get the URL that opens a chat with the account in WeChat',
			doc: 94665,
			call: ['POST', '/cgi-bin/kf/add_contact_way'],
			fields: [
				serviceAccountPicker,
				text('scene', 'Scene', 'Your name of the channel: up to 32 letters, digits, _ and -'),
			],
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update customer service account',
			description: 'Change the name or the picture of an account',
			doc: 94664,
			call: ['POST', '/cgi-bin/kf/account/update'],
			fields: [serviceAccountPicker, updateFields([name, avatar])],
			check: within({ name: 16 }),
			returns: ({ open_kfid }) => ({ open_kfid, success: true }),
		},
		{
			value: 'addServicers',
			name: 'Add Servicers',
			action: 'Add servicers to customer service account',
			description: 'Let members and departments answer customers; results one by one',
			doc: 94646,
			call: ['POST', '/cgi-bin/kf/servicer/add'],
			fields: [serviceAccountPicker, ...servicers],
			check: someServicers,
		},
		{
			value: 'getServicers',
			name: 'Get Servicers',
			action: 'Get servicers of customer service account',
			description: 'List who answers customers, and whether they are on duty',
			doc: 94645,
			call: ['GET', '/cgi-bin/kf/servicer/list'],
			fields: [serviceAccountPicker],
			list: 'servicer_list',
		},
		{
			value: 'removeServicers',
			name: 'Remove Servicers',
			action: 'Remove servicers from customer service account',
			description: 'No longer let members and departments answer; results one by one',
			doc: 94647,
			call: ['POST', '/cgi-bin/kf/servicer/del'],
			fields: [serviceAccountPicker, ...servicers],
			check: someServicers,
		},
		{
			value: 'getAccountStatistic',
			name: 'Get Statistic',
			action: 'Get statistic of customer service account',
			description: 'Count sessions, customers and messages, day by day',
			doc: 95489,
			call: ['POST', '/cgi-bin/kf/get_corp_statistic'],
			reads: true,
			fields: [serviceAccountPicker, ...statistic],
			check: statisticDays,
			list: 'statistic_list',
		},
		{
			value: 'getServicerStatistic',
			name: 'Get Statistic of Servicers',
			action: 'Get statistic of servicers',
			description: 'Count sessions, replies and ratings of servicers, day by day',
			doc: 95490,
			call: ['POST', '/cgi-bin/kf/get_servicer_statistic'],
			reads: true,
			fields: [
				serviceAccountPicker,
				...statistic,
				text('servicer_userid', 'Servicer', 'User ID of one servicer; all if empty'),
			],
			check: statisticDays,
			list: 'statistic_list',
		},
	],
};

const groupId = locator('group_id', 'Group', 'searchKnowledgeGroups', 'e.g. GROUP_ID');
const groupName = text('name', 'Name', 'Up to 12 characters', { required: true });
const intentId = text('intent_id', 'Question ID', 'The "intent_id" of the question', {
	required: true,
});
const intent = (required: boolean): Field[] => [
	text('question', 'Question', 'Up to 200 characters', { required, path: 'question.text.content' }),
	rows(
		'answers',
		'Answer',
		'Answer',
		[
			text('answer', 'Answer', 'Up to 500 characters', { required: true, path: 'text.content' }),
			json('attachments', 'Images', 'Up to 4, as WeCom documents "attachments"'),
		],
		{ description: 'WeCom takes one' },
	),
	rows(
		'items',
		'Similar Questions',
		'Question',
		[text('similar', 'Question', 'Up to 200 characters', { required: true, path: 'text.content' })],
		{ path: 'similar_questions.items' },
	),
];
const intentLimits = within({
	'question.text.content': 200,
	answers: 1,
	'similar_questions.items': 100,
});

export const customerServiceKnowledge: Resource = {
	value: 'customerServiceKnowledge',
	name: 'Customer Service Knowledge Base',
	operations: [
		{
			value: 'createGroup',
			name: 'Create Group',
			action: 'Create knowledge base group',
			description: 'Add a group of questions',
			doc: 95971,
			call: ['POST', '/cgi-bin/kf/knowledge/add_group'],
			fields: [groupName],
			check: within({ name: 12 }),
		},
		{
			value: 'deleteGroup',
			name: 'Delete Group',
			action: 'Delete knowledge base group',
			description: 'Remove a group of questions',
			doc: 95971,
			call: ['POST', '/cgi-bin/kf/knowledge/del_group'],
			fields: [groupId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'getGroups',
			name: 'Get Many Groups',
			action: 'Get many knowledge base groups',
			description: 'List the groups of questions',
			doc: 95971,
			call: ['POST', '/cgi-bin/kf/knowledge/list_group'],
			reads: true,
			fields: [],
			list: 'group_list',
			paging: PAGES,
		},
		{
			value: 'updateGroup',
			name: 'Update Group',
			action: 'Update knowledge base group',
			description: 'Rename a group of questions',
			doc: 95971,
			call: ['POST', '/cgi-bin/kf/knowledge/mod_group'],
			fields: [groupId, groupName],
			check: within({ name: 12 }),
			returns: ({ group_id }) => ({ group_id, success: true }),
		},
		{
			value: 'create',
			name: 'Create Question',
			action: 'Create knowledge base question',
			description: 'Add a question with its answer',
			doc: 95972,
			call: ['POST', '/cgi-bin/kf/knowledge/add_intent'],
			fields: [groupId, ...intent(true)],
			check: all(intentLimits, oneOf(['answers'], 'Add an answer.')),
		},
		{
			value: 'delete',
			name: 'Delete Question',
			action: 'Delete knowledge base question',
			description: 'Remove a question',
			doc: 95972,
			call: ['POST', '/cgi-bin/kf/knowledge/del_intent'],
			fields: [intentId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'getQuestions',
			name: 'Get Many Questions',
			action: 'Get many knowledge base questions',
			description: 'List questions with their answers',
			doc: 95972,
			call: ['POST', '/cgi-bin/kf/knowledge/list_intent'],
			reads: true,
			fields: [
				filters([
					text('group_id', 'Group ID', 'Only the questions of this group'),
					text('intent_id', 'Question ID', 'Only this question'),
				]),
			],
			list: 'intent_list',
			paging: PAGES,
		},
		{
			value: 'update',
			name: 'Update Question',
			action: 'Update knowledge base question',
			description: 'Change a question or its answer',
			doc: 95972,
			call: ['POST', '/cgi-bin/kf/knowledge/mod_intent'],
			fields: [intentId, ...intent(false)],
			check: intentLimits,
			returns: ({ intent_id }) => ({ intent_id, success: true }),
		},
	],
};
