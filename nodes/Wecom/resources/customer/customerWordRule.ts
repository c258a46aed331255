import { departmentIds, memberIds } from './fields';
import { all, oneOf, within } from '../../engine/checks';
import { choice, locator, text, updateFields } from '../../engine/fields';
import type { Field, Resource } from '../../engine/operation';

const ruleId = locator('rule_id', 'Rule', 'searchSensitiveWordRules', 'e.g. rule123');
const words = text('word_list', 'Words', 'Comma-separated, up to 300, each up to 32 characters', {
	convert: 'textList',
});
const semantics = (overrides: Partial<Field> = {}): Field => ({
	displayName: 'Also Stop',
	name: 'semantics_list',
	type: 'multiOptions',
	options: [
		{ name: 'Email Addresses', value: 2 },
		{ name: 'Mobile Numbers', value: 1 },
		{ name: 'Red Packets', value: 3 },
	],
	default: [],
	description: 'What else the rule stops',
	convert: 'integerList',
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
			endpoint: ['POST', '/cgi-bin/externalcontact/add_intercept_rule'],
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
			endpoint: ['POST', '/cgi-bin/externalcontact/del_intercept_rule'],
			fields: [ruleId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get sensitive word rule',
			description: 'Read a rule with its words',
			doc: 95097,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_intercept_rule'],
			reads: true,
			fields: [ruleId],
			pick: 'rule',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many sensitive word rules',
			description: 'List the sensitive word rules',
			doc: 95097,
			endpoint: ['GET', '/cgi-bin/externalcontact/get_intercept_rule_list'],
			fields: [],
			list: 'rule_list',
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update sensitive word rule',
			description: 'Change the name, words or effect of a rule',
			doc: 95097,
			endpoint: ['POST', '/cgi-bin/externalcontact/update_intercept_rule'],
			fields: [
				ruleId,
				updateFields([ruleName, words, effect, semantics({ path: 'extra_rule.semantics_list' })]),
			],
			check: ruleLimits,
			returns: ({ rule_id }) => ({ rule_id, success: true }),
		},
	],
};
