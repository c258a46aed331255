import { all, cursorPages, departmentIds, memberIds, oneOf, within } from '../customers';
import {
	additionalFields,
	choice,
	integer,
	json,
	locator,
	rows,
	text,
	updateFields,
} from '../fields';
import type { Field, Operation, Resource } from '../operation';

const scope: Field = json(
	'range',
	'Scope',
	'Members (type 1) and departments (type 2), as the example shows',
	{
		placeholder: '[{"type":1,"userid":"zhangsan"},{"type":2,"partyid":1}]',
	},
);
const admins = memberIds('admin_list', 20, { displayName: 'Manager Names or IDs' });
const strategyName = text('strategy_name', 'Name', 'Name of the strategy');
const privilege = json('privilege', 'Permissions', 'What managers may do, as WeCom documents it', {
	default: '{}',
});

/** Strategies (rule groups) give some members their own managers and permissions; there are two kinds that work alike. */
function strategyOperations(kind: 'customer' | 'moment', id: Field, doc: number): Operation[] {
	const title = kind === 'customer' ? '' : ' for Moments';
	const suffix = kind === 'customer' ? '' : 'ForMoments';
	const name = kind === 'customer' ? 'customer strategy' : 'strategy for moments';
	const names = kind === 'customer' ? 'customer strategies' : 'strategies for moments';
	const path = `/cgi-bin/externalcontact/${kind}_strategy`;
	return [
		{
			value: `create${suffix}`,
			name: `Create${title}`,
			action: `Create ${name}`,
			description: `Add a ${name} with its managers`,
			doc,
			call: ['POST', `${path}/create`],
			fields: [
				{ ...strategyName, required: true },
				{ ...admins, required: true },
				scope,
				additionalFields([
					integer('parent_id', 'Parent ID', 'The strategy it is below; 0 for none'),
					privilege,
				]),
			],
			check: within({ admin_list: 20 }),
		},
		{
			value: `delete${suffix}`,
			name: `Delete${title}`,
			action: `Delete ${name}`,
			description: `Remove a ${name}`,
			doc,
			call: ['POST', `${path}/del`],
			fields: [id],
			returns: () => ({ deleted: true }),
		},
		{
			value: `get${suffix}`,
			name: `Get${title}`,
			action: `Get ${name}`,
			description: `Read a ${name}`,
			doc,
			call: ['POST', `${path}/get`],
			reads: true,
			fields: [id],
			pick: 'strategy',
		},
		{
			value: `getAll${suffix}`,
			name: `Get Many${title}`,
			action: `Get many ${names}`,
			description: `List the IDs of the ${names}`,
			doc,
			call: ['POST', `${path}/list`],
			reads: true,
			fields: [],
			list: 'strategy',
			paging: cursorPages(1000),
		},
		{
			value: `getScope${suffix}`,
			name: `Get Scope${title}`,
			action: `Get scope of ${name}`,
			description: `List the members and departments of a ${name}`,
			doc,
			call: ['POST', `${path}/get_range`],
			reads: true,
			fields: [id],
			list: 'range',
			paging: cursorPages(1000),
		},
		{
			value: `update${suffix}`,
			name: `Update${title}`,
			action: `Update ${name}`,
			description: `Change the name, managers or permissions of a ${name}`,
			doc,
			call: ['POST', `${path}/edit`],
			fields: [id, updateFields([admins, strategyName, privilege])],
			check: within({ admin_list: 20 }),
			returns: ({ strategy_id }) => ({ strategy_id, success: true }),
		},
	];
}

const strategyId = locator('strategy_id', 'Strategy', 'searchCustomerStrategies', 'e.g. 1', {
	as: 'integer',
});
const momentStrategyId = integer('strategy_id', 'Strategy ID', 'From Get Many for Moments', {
	required: true,
});

export const customerStrategy: Resource = {
	value: 'customerStrategy',
	name: 'Customer Strategy',
	operations: [
		...strategyOperations('customer', strategyId, 94883),
		...strategyOperations('moment', momentStrategyId, 94890),
	],
};

const ruleId = locator('rule_id', 'Rule', 'searchSensitiveWordRules', 'e.g. rule123');
const words = text('word_list', 'Words', 'Comma-separated, up to 300 of up to 32 characters', {
	as: 'stringList',
});
const semantics = (overrides: Partial<Field> = {}): Field => ({
	displayName: 'Also Stop',
	name: 'semantics_list',
	type: 'multiOptions',
	options: [
		{ name: 'Email Addresses', value: 2 },
		{ name: 'Mobile Numbers', value: 1 },
		{ name: 'Red Envelopes', value: 3 },
	],
	default: [],
	description: 'What else the rule is for',
	as: 'integerList',
	...overrides,
});
const effect = choice('intercept_type', 'Effect', 'What happens to a message', [
	{ name: 'Warn', value: 2 },
	{ name: 'Warn and Stop', value: 1 },
]);
const ruleName = text('rule_name', 'Name', 'Up to 20 characters');
const ruleLimits = within({ rule_name: 20, word_list: 300 });
export const customerWordRule: Resource = {
	value: 'customerWordRule',
	name: 'Customer Sensitive Word Rule',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create sensitive word rule',
			description: 'Stop messages to customers that contain certain words',
			doc: 95097,
			call: ['POST', '/cgi-bin/externalcontact/add_intercept_rule'],
			fields: [
				{ ...ruleName, required: true },
				{ ...words, required: true },
				effect,
				memberIds('user_list', 1000, { path: 'applicable_range.user_list' }),
				departmentIds('department_list', 1000, { path: 'applicable_range.department_list' }),
				semantics(),
			],
			check: all(ruleLimits, oneOf(['applicable_range'], 'Choose members or departments.')),
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete sensitive word rule',
			description: 'Remove a rule',
			doc: 95097,
			call: ['POST', '/cgi-bin/externalcontact/del_intercept_rule'],
			fields: [ruleId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get sensitive word rule',
			description: 'Read a rule with its words',
			doc: 95097,
			call: ['POST', '/cgi-bin/externalcontact/get_intercept_rule'],
			reads: true,
			fields: [ruleId],
			pick: 'rule',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many sensitive word rules',
			description: 'List the rules of the company',
			doc: 95097,
			call: ['GET', '/cgi-bin/externalcontact/get_intercept_rule_list'],
			fields: [],
			list: 'rule_list',
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update sensitive word rule',
			description: 'Change the name, words or effect of a rule',
			doc: 95097,
			call: ['POST', '/cgi-bin/externalcontact/update_intercept_rule'],
			fields: [
				ruleId,
				updateFields([ruleName, words, effect, semantics({ path: 'extra_rule.semantics_list' })]),
			],
			check: ruleLimits,
			returns: ({ rule_id }) => ({ rule_id, success: true }),
		},
	],
};

const PAGES = cursorPages(1000, { has_more: 'has_more' });
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
				text('group_id', 'Group ID', 'Only the questions of this group'),
				text('intent_id', 'Question ID', 'Only this question'),
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
