import type { IDataObject } from 'n8n-workflow';
import { attachmentMediaId } from './attachments';
import { toRequest } from '../../engine/runRow';
import { cursorPages } from '../../engine/pages';
import { within } from '../../engine/checks';
import { integer, locator, text } from '../../engine/fields';
import type { Field, ItemContext, Resource } from '../../engine/operation';
import { splitIds } from '../../engine/ids';
import { problem } from '../../engine/problem';
import { collectParameters } from '../../engine/parameters';

const productId = locator('product_id', 'Product', 'searchProducts', 'e.g. product123', {
	description: 'The product, by its description or by ID',
});
const productFields = (pictures: string): Field[] => [
	text('description', 'Description', 'Name and features, up to 300 characters', { required: true }),
	integer('price', 'Price', 'In fen (1/100 CNY), up to 50,000 CNY', {
		convert: 'fen',
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
	const isGiven = entered.attachments !== undefined;
	const fields = isGiven ? [] : splitIds(item.get<unknown>('binaryPropertyNames'));
	if (fields.length > IMAGES || (fields.length === 0 && !isGiven && operation.value === 'create')) {
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
			image: {
				media_id: await attachmentMediaId(item, 'image', { binaryPropertyName }, 'product'),
			},
		})),
	);
	const sent = { ...(attachments.length > 0 && { attachments }), ...entered };
	const { product_id } = await client.call(toRequest(operation, sent), itemIndex);
	return product_id ? { product_id } : (operation.returns?.(sent) ?? { success: true });
}
