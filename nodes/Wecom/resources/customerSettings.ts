import type { IDataObject } from 'n8n-workflow';
import { mediaId } from '../attachments';
import { toRequest } from '../call';
import { all, CURSOR, departmentIds, memberIds, oneOf, within } from '../customers';
import { additionalFields, choice, integer, json, locator, text, updateFields } from '../fields';
import type { Field, Operation, OperationCall, Resource } from '../operation';
import { collectParameters, problem, splitIds } from '../values';

const scope = (name: string, displayName: string): Field =>
	json(name, displayName, 'Members (type 1) and departments (type 2), as the example shows', {
		placeholder: '[{"type":1,"userid":"zhangsan"},{"type":2,"partyid":1}]',
	});
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
				scope('range', 'Scope'),
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
			paging: CURSOR(1000),
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
			paging: CURSOR(1000),
		},
		{
			value: `update${suffix}`,
			name: `Update${title}`,
			action: `Update ${name}`,
			description: `Change the name, managers, permissions or scope of a ${name}`,
			doc,
			call: ['POST', `${path}/edit`],
			fields: [
				id,
				updateFields([admins, strategyName, privilege]),
				scope('range_add', 'Add to Scope'),
				scope('range_del', 'Remove From Scope'),
			],
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

const productId = locator('product_id', 'Product', 'searchProducts', 'e.g. product123', {
	description: 'The product, by its description or by ID',
});
const product: Field[] = [
	text('description', 'Description', 'Name and features, up to 300 characters', { required: true }),
	integer('price', 'Price', 'In fen (1/100 CNY), up to 50,000 CNY', { required: true }),
	text(
		'binaryPropertyNames',
		'Input Data Field Names',
		'Binary fields with the pictures, comma-separated, up to 9',
		{
			default: 'data',
			local: true,
		},
	),
	text('product_sn', 'Product Number', 'Digits and letters, up to 128'),
];
const productLimits = within({ description: 300, product_sn: 128 });
const IMAGES = 9;
const HIGHEST_PRICE = 5_000_000;

export const customerProduct: Resource = {
	value: 'customerProduct',
	name: 'Customer Product',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create customer product',
			description: 'Add a product to the album that members send from',
			doc: 95096,
			call: ['POST', '/cgi-bin/externalcontact/add_product_album'],
			fields: product,
			check: productLimits,
			run: sendProduct,
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete customer product',
			description: 'Remove a product from the album',
			doc: 95096,
			call: ['POST', '/cgi-bin/externalcontact/delete_product_album'],
			fields: [productId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get customer product',
			description: 'Read a product of the album',
			doc: 95096,
			call: ['POST', '/cgi-bin/externalcontact/get_product_album'],
			reads: true,
			fields: [productId],
			pick: 'product',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many customer products',
			description: 'List the products of the album',
			doc: 95096,
			call: ['POST', '/cgi-bin/externalcontact/get_product_album_list'],
			reads: true,
			fields: [],
			list: 'product_list',
			paging: CURSOR(100),
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update customer product',
			description: 'Replace the description, price and pictures of a product',
			doc: 95096,
			call: ['POST', '/cgi-bin/externalcontact/update_product_album'],
			fields: [productId, ...product],
			check: productLimits,
			returns: ({ product_id }) => ({ product_id, success: true }),
			run: sendProduct,
		},
	],
};

/** Uploads the pictures, then sends the product with them; without pictures an update keeps the earlier ones. */
async function sendProduct(call: OperationCall): Promise<IDataObject> {
	const { operation, client, itemIndex } = call;
	const entered = collectParameters(call);
	operation.check?.(call, entered);
	const fields = splitIds(call.get<unknown>('binaryPropertyNames', 'data'));
	if (fields.length > IMAGES || (fields.length === 0 && operation.value === 'create')) {
		throw problem(
			call,
			`A product has ${fields.length} pictures`,
			`WeCom takes 1 to ${IMAGES}. Name their binary fields in 'Input Data Field Names'.`,
		);
	}
	if (Number(entered.price) > HIGHEST_PRICE || Number(entered.price) < 0) {
		throw problem(
			call,
			`The price of ${String(entered.price)} fen is out of range`,
			'WeCom takes 0 to 50,000 CNY; the number is in fen, 100 of them are 1 CNY.',
		);
	}
	const attachments = await Promise.all(
		fields.map(async (binaryPropertyName) => ({
			type: 'image',
			image: { media_id: await mediaId(call, 'image', { binaryPropertyName }, 'product') },
		})),
	);
	const sent = { ...(attachments.length > 0 && { attachments }), ...entered };
	const { product_id } = await client.call(toRequest(operation, sent), itemIndex);
	return product_id ? { product_id } : (operation.returns?.(sent) ?? { success: true });
}

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
const scopeOf = (name: string, prefix: string): Field[] => [
	text(`${name}Departments`, `${prefix} Department IDs`, 'Comma-separated', {
		path: `${name}.department_list`,
		as: 'integerList',
	}),
	text(`${name}Members`, `${prefix} User IDs`, 'Comma-separated', {
		path: `${name}.user_list`,
		as: 'stringList',
	}),
];

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
			description: 'Change the words, effect or scope of a rule',
			doc: 95097,
			call: ['POST', '/cgi-bin/externalcontact/update_intercept_rule'],
			fields: [
				ruleId,
				updateFields([
					ruleName,
					words,
					effect,
					semantics({ path: 'extra_rule.semantics_list' }),
					...scopeOf('add_applicable_range', 'Add'),
					...scopeOf('remove_applicable_range', 'Remove'),
				]),
			],
			check: ruleLimits,
			returns: ({ rule_id }) => ({ rule_id, success: true }),
		},
	],
};
