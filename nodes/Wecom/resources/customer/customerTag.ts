import { all, oneOf, within } from '../../engine/checks';
import { integer, locator, rows, text, updateFields } from '../../engine/fields';
import type { Field, Operation, Resource } from '../../engine/operation';

const groupName = text('group_name', 'Tag Group Name', 'Up to 30 characters; added if it is new');
const tagRows = rows(
	'tag',
	'Tags',
	'Tag',
	[
		text('name', 'Name', 'Up to 30 characters', { required: true }),
		integer('order', 'Order', 'Higher numbers come first', { default: '' }),
	],
	{ required: true },
);
const groupId = locator('group_id', 'Tag Group', 'searchCorpTagGroups', 'e.g. etXXXXXXXXXX', {
	required: false,
	description: 'Add to this group; leave empty to go by the name',
});
const tagId = locator('id', 'Tag', 'searchCorpTags', 'e.g. etXXXXXXXXXX', {
	description: 'The tag by name, or the ID of a tag or a tag group',
});
const strategyId = locator('strategy_id', 'Strategy', 'searchCustomerStrategies', 'e.g. 1', {
	convert: 'integer',
	description: 'The customer strategy, by name or by ID',
});
const tagUpdate = updateFields([
	text('name', 'Name', 'Up to 30 characters'),
	integer('order', 'Order', 'Higher numbers come first'),
]);
const listsOfTags = ['tag_id', 'group_id'].map((name, index) =>
	text(name, ['Tag IDs', 'Tag Group IDs'][index], 'Comma-separated', { convert: 'stringList' }),
);
const someTags = oneOf(['tag_id', 'group_id'], 'Enter the IDs of tags or of tag groups.');

/** The company's tags, and those of a strategy, which only its members use. */
const tagOperations = (
	of: { value: string; name: string; kind: string },
	path: string,
	doc: number,
	strategy: Field[],
): Operation[] => [
	{
		value: `create${of.value}`,
		name: `Create ${of.name}`.trim(),
		action: `Create ${of.kind} tags`,
		description: `Add ${of.kind} tags, and their group if it is new`,
		doc,
		endpoint: ['POST', `/cgi-bin/externalcontact/add_${path}`],
		fields: [...strategy, groupName, groupId, tagRows],
		check: all(
			oneOf(['group_name', 'group_id'], 'Enter the name or the ID of a tag group.'),
			within({ group_name: 30 }),
		),
		pick: 'tag_group',
	},
	{
		value: `delete${of.value}`,
		name: `Delete ${of.name}`.trim(),
		action: `Delete ${of.kind} tags`,
		description: `Remove ${of.kind} tags, or tag groups with all their tags`,
		doc,
		endpoint: ['POST', `/cgi-bin/externalcontact/del_${path}`],
		fields: listsOfTags,
		check: someTags,
		returns: () => ({ deleted: true }),
	},
	{
		value: of.value ? `getMany${of.value}` : 'getAll',
		name: `Get Many ${of.name}`.trim(),
		action: `Get many ${of.kind} tags`,
		description: `List the groups of ${of.kind} tags with their tags`,
		doc,
		endpoint: ['POST', `/cgi-bin/externalcontact/get_${path}_list`],
		reads: true,
		fields: [...strategy, ...listsOfTags],
		list: 'tag_group',
	},
	{
		value: `update${of.value}`,
		name: `Update ${of.name}`.trim(),
		action: `Update ${of.kind} tag`,
		description: `Change the name or the order of a ${of.kind} tag or tag group`,
		doc,
		endpoint: ['POST', `/cgi-bin/externalcontact/edit_${path}`],
		fields: [tagId, tagUpdate],
		check: within({ name: 30 }),
		returns: ({ id }) => ({ id, success: true }),
	},
];

export const customerTag: Resource = {
	value: 'customerTag',
	name: 'Customer Tag',
	operations: [
		...tagOperations({ value: '', name: '', kind: 'customer' }, 'corp_tag', 92117, []),
		...tagOperations(
			{ value: 'InStrategy', name: 'in Strategy', kind: 'strategy' },
			'strategy_tag',
			94882,
			[strategyId],
		),
	],
};
