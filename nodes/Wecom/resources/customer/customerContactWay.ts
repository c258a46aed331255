import type { IDataObject } from 'n8n-workflow';
import { mediaId } from './attachments';
import { toRequest } from '../../engine/runRow';
import { all, cursorPages, departmentIds, listIds, memberIds, within } from './shared';
import {
	additionalFields,
	choice,
	filters,
	integer,
	locator,
	moment,
	text,
	toggle,
} from '../../engine/fields';
import type { Check, Field, ItemContext, Resource } from '../../engine/operation';
import { collectParameters, problem, splitIds } from '../../engine/parameters';

const configId = locator('config_id', 'Contact Way', 'searchContactWays', 'e.g. 42b34949e138eb6e', {
	description: 'The contact way, by its remark or by config ID; the list goes 90 days back',
});
const people: Field[] = [
	memberIds('user', 100, {
		description: 'Whom the customer gets to know: exactly one for One Member',
	}),
	departmentIds('party', 100),
];
const settings: Field[] = [
	integer('expires_in', 'Expires In', 'Seconds a temporary QR code is valid, up to 14 days', {
		default: 604800,
	}),
	text('remark', 'Remark', 'For yourself, up to 30 characters'),
	toggle('skip_verify', 'Skip Confirmation', 'Whether members need not confirm', { default: true }),
	text('state', 'State', 'Your name of the channel, shown with the customer, up to 30 characters'),
];
const texts = within({ remark: 30, state: 30 });

/** A way to one member takes exactly that one (doc 92228). */
const oneMember: Check = (item, { type, user }) => {
	if (type === 1 && (user as string[] | undefined)?.length !== 1) {
		throw problem(
			item,
			`A contact way to one member has ${(user as string[] | undefined)?.length ?? 0} members`,
			"Choose exactly one member, or choose 'Several Members'.",
		);
	}
};

export const customerContactWay: Resource = {
	value: 'customerContactWay',
	name: 'Customer Contact Way',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create contact way',
			description: 'Make a "Contact Me" QR code or mini program button',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/add_contact_way'],
			fields: [
				choice('type', 'Type', 'Whom customers are put in touch with', [
					{ name: 'One Member', value: 1 },
					{ name: 'Several Members', value: 2 },
				]),
				choice('scene', 'Scene', 'How customers get to it', [
					{ name: 'QR Code', value: 2 },
					{ name: 'Mini Program', value: 1 },
				]),
				...people,
				// An update cannot change these two.
				toggle(
					'is_exclusive',
					'One Member per Customer',
					'Whether each has only one of the members',
				),
				toggle('is_temp', 'Temporary Chat', 'Whether it is for temporary chats'),
				additionalFields(settings),
			],
			check: all(oneMember, texts),
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete contact way',
			description: 'Remove a contact way; its QR code stops working',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/del_contact_way'],
			fields: [configId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get contact way',
			description: 'Read a contact way',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_contact_way'],
			reads: true,
			fields: [configId],
			pick: 'contact_way',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many contact ways',
			description: 'List the IDs of contact ways that apps have made',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/list_contact_way'],
			reads: true,
			fields: [
				filters([
					moment('start_time', 'Created After', '90 days ago by default'),
					moment('end_time', 'Created Before', 'Now by default'),
				]),
			],
			list: 'contact_way',
			paging: cursorPages(1000),
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update contact way',
			description: 'Change the members or settings of a contact way',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/update_contact_way'],
			fields: [configId, ...people, additionalFields(settings)],
			check: texts,
			returns: ({ config_id }) => ({ config_id, success: true }),
		},
	],
};

const linkId = locator('link_id', 'Acquisition Link', 'searchAcquisitionLinks', 'e.g. caxxxxxxx', {
	description: 'The link, by name or by ID; only those of this app',
});
const range: Field[] = [
	memberIds('user_list', 500, { path: 'range.user_list' }),
	departmentIds('department_list', 500, { path: 'range.department_list' }),
];
const linkSettings: Field[] = [
	choice(
		'priority_type',
		'Prefer Acquaintances',
		'Where to look for a member the customer already knows',
		[
			{ name: 'All Members', value: 1 },
			{ name: 'Preferred Members', value: 2 },
		],
		{ path: 'priority_option.priority_type' },
	),
	memberIds('priority_userid_list', 1000, {
		displayName: 'Preferred Member Names or IDs',
		path: 'priority_option.priority_userid_list',
	}),
	toggle('skip_verify', 'Skip Confirmation', 'Whether members need not confirm', { default: true }),
];
const linkName = text('link_name', 'Name', 'Up to 30 characters', { required: true });
const linkLimits = within({ link_name: 30, 'range.user_list': 500 });

export const customerAcquisition: Resource = {
	value: 'customerAcquisition',
	name: 'Customer Acquisition Link',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create acquisition link',
			description: 'Make a link by which people add a member in WeChat',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/create_link'],
			fields: [linkName, ...range, additionalFields(linkSettings)],
			check: linkLimits,
			pick: 'link',
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete acquisition link',
			description: 'Remove an acquisition link',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/delete_link'],
			fields: [linkId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get acquisition link',
			description: 'Read an acquisition link with its members',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/get'],
			reads: true,
			fields: [linkId],
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many acquisition links',
			description: 'List the IDs of the acquisition links',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/list_link'],
			reads: true,
			fields: [],
			list: 'link_id_list',
			paging: cursorPages(100),
			run: listIds('link_id'),
		},
		{
			value: 'getCustomers',
			name: 'Get Customers',
			action: 'Get customers of acquisition link',
			description: 'List the customers who came by a link',
			doc: 97298,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/customer'],
			reads: true,
			fields: [linkId],
			list: 'customer_list',
			paging: cursorPages(1000),
		},
		{
			value: 'getChatInfo',
			name: 'Get Chat Info',
			action: 'Get chat info of acquired customer',
			description: 'Read which customer an event is about, within 30 minutes',
			doc: 100130,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/get_chat_info'],
			reads: true,
			fields: [text('chat_key', 'Chat Key', 'The "ChatKey" of the event', { required: true })],
		},
		{
			value: 'getQuota',
			name: 'Get Quota',
			action: 'Get acquisition quota',
			description: 'Read how many customers can still be acquired',
			doc: 97375,
			endpoint: ['GET', '/cgi-bin/externalcontact/customer_acquisition_quota'],
			fields: [],
		},
		{
			value: 'getStatistic',
			name: 'Get Statistic',
			action: 'Get statistic of acquisition link',
			description: 'Count clicks and new customers of a link',
			doc: 97375,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/statistic'],
			reads: true,
			fields: [
				linkId,
				moment('start_time', 'Start', 'First day', { required: true, convert: 'day' }),
				moment('end_time', 'End', 'Last day', { required: true, convert: 'day' }),
			],
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update acquisition link',
			description: 'Change the name, members or settings of a link',
			doc: 97297,
			endpoint: ['POST', '/cgi-bin/externalcontact/customer_acquisition/update_link'],
			fields: [linkId, { ...linkName, required: false }, ...range, additionalFields(linkSettings)],
			check: linkLimits,
			returns: ({ link_id }) => ({ link_id, success: true }),
		},
	],
};

const productId = locator('product_id', 'Product', 'searchProducts', 'e.g. product123', {
	description: 'The product, by its description or by ID',
});
const productFields = (pictures: string): Field[] => [
	text('description', 'Description', 'Name and features, up to 300 characters', { required: true }),
	integer('price', 'Price', 'In fen (1/100 CNY), up to 50,000 CNY', {
		required: true,
		default: '',
	}),
	text(
		'binaryPropertyNames',
		'Input Data Field Names',
		'Binary fields with the pictures, comma-separated, up to 9',
		{
			default: pictures,
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
			endpoint: ['POST', '/cgi-bin/externalcontact/add_product_album'],
			fields: productFields('data'),
			check: productLimits,
			run: sendProduct,
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete customer product',
			description: 'Remove a product from the album',
			doc: 95096,
			endpoint: ['POST', '/cgi-bin/externalcontact/delete_product_album'],
			fields: [productId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get customer product',
			description: 'Read a product of the album',
			doc: 95096,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_product_album'],
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
			endpoint: ['POST', '/cgi-bin/externalcontact/get_product_album_list'],
			reads: true,
			fields: [],
			list: 'product_list',
			paging: cursorPages(100),
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update customer product',
			description: 'Replace the description and price of a product, and its pictures if given',
			doc: 95096,
			endpoint: ['POST', '/cgi-bin/externalcontact/update_product_album'],
			// Without pictures the earlier ones stay.
			fields: [productId, ...productFields('')],
			check: productLimits,
			returns: ({ product_id }) => ({ product_id, success: true }),
			run: sendProduct,
		},
	],
};

/** Uploads the pictures, then sends the product with them; without pictures an update keeps the earlier ones. */
async function sendProduct(item: ItemContext): Promise<IDataObject> {
	const { operation, client, itemIndex } = item;
	const entered = collectParameters(item);
	operation.check?.(item, entered);
	const fields = splitIds(item.get<unknown>('binaryPropertyNames'));
	if (fields.length > IMAGES || (fields.length === 0 && operation.value === 'create')) {
		throw problem(
			item,
			`A product has ${fields.length} pictures`,
			`WeCom takes 1 to ${IMAGES}. Name their binary fields in 'Input Data Field Names'.`,
		);
	}
	if (Number(entered.price) > HIGHEST_PRICE || Number(entered.price) < 0) {
		throw problem(
			item,
			`The price of ${String(entered.price)} fen is out of range`,
			'WeCom takes 0 to 50,000 CNY; the number is in fen, 100 of them are 1 CNY.',
		);
	}
	const attachments = await Promise.all(
		fields.map(async (binaryPropertyName) => ({
			type: 'image',
			image: { media_id: await mediaId(item, 'image', { binaryPropertyName }, 'product') },
		})),
	);
	const sent = { ...(attachments.length > 0 && { attachments }), ...entered };
	const { product_id } = await client.call(toRequest(operation, sent), itemIndex);
	return product_id ? { product_id } : (operation.returns?.(sent) ?? { success: true });
}
