import type { IDataObject, NodeApiError } from 'n8n-workflow';
import type { WecomReply } from '../../../shared/protocol/reply';
import { collect } from '../../../shared/client/paging';
import { toRequest, wantedCount } from '../../engine/runRow';
import { corpTagIds, customerOfMemberPicker, customerPicker, listIds, memberIds } from './fields';
import { cursorPages, OWN_PAGES } from '../../engine/pages';
import { oneOf, within } from '../../engine/checks';
import { choice, integer, memberPicker, text, updateFields } from '../../engine/fields';
import type { ItemContext, Resource } from '../../engine/operation';
import { keepFields } from '../../engine/output';
import { collectParameters } from '../../engine/parameters';

const SUMMARY = [
	'external_userid',
	'name',
	'type',
	'gender',
	'corp_name',
	'position',
	'avatar',
	'unionid',
	'follow_user',
	'follow_info',
];
/** What WeCom answers for a member without customers. */
const NO_CUSTOMERS = 84061;

export const customer: Resource = {
	value: 'customer',
	name: 'Customer',
	operations: [
		{
			value: 'get',
			name: 'Get',
			action: 'Get customer',
			description: 'Read a customer and all members who have added them',
			doc: 92114,
			endpoint: ['GET', '/cgi-bin/externalcontact/get'],
			fields: [customerPicker],
			simplify: SUMMARY,
			run: getCustomer,
		},
		{
			value: 'endTemporaryChat',
			name: 'End Temporary Chat',
			action: 'End temporary chat',
			description: 'Close the temporary chat between a member and a customer',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/close_temp_chat'],
			fields: [memberPicker(), customerOfMemberPicker],
			returns: ({ userid, external_userid }) => ({ userid, external_userid, success: true }),
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many customers',
			description: 'List the IDs of the customers of a member',
			doc: 92113,
			endpoint: ['GET', '/cgi-bin/externalcontact/list'],
			fields: [memberPicker()],
			list: 'external_userid',
			run: async (item) => await listIds('external_userid')(item).catch(noneOfMember),
		},
		{
			value: 'getManyServed',
			name: 'Get Many Served',
			action: 'Get many served external contacts',
			description: 'List everyone served outside the company, customers and others',
			doc: 99434,
			endpoint: ['POST', '/cgi-bin/externalcontact/contact_list'],
			reads: true,
			fields: [],
			list: 'info_list',
			paging: cursorPages(),
		},
		{
			value: 'getManyWithDetails',
			name: 'Get Many with Details',
			action: 'Get many customers with details',
			description: 'List the customers of up to 100 members with names, remarks and tags',
			doc: 92994,
			endpoint: ['POST', '/cgi-bin/externalcontact/batch/get_by_user'],
			reads: true,
			fields: [memberIds('userid_list', 100, { required: true })],
			check: within({ userid_list: 100 }),
			list: 'external_contact_list',
			paging: cursorPages(100),
			simplify: SUMMARY,
			run: getDetails,
		},
		{
			value: 'getMembers',
			name: 'Get Members',
			action: 'Get members with customer contact',
			description: 'List the members who may add customers',
			doc: 92571,
			endpoint: ['GET', '/cgi-bin/externalcontact/get_follow_user_list'],
			fields: [],
			list: 'follow_user',
			run: listIds('userid'),
		},
		{
			value: 'tag',
			name: 'Tag',
			action: 'Tag customer',
			description: "Add tags to a member's customer, or remove them",
			doc: 92118,
			endpoint: ['POST', '/cgi-bin/externalcontact/mark_tag'],
			fields: [
				memberPicker(),
				customerOfMemberPicker,
				corpTagIds('add_tag', 'Tag Names or IDs to Add'),
				corpTagIds('remove_tag', 'Tag Names or IDs to Remove'),
			],
			check: oneOf(['add_tag', 'remove_tag'], 'Choose tags to add or to remove.'),
			returns: ({ userid, external_userid }) => ({ userid, external_userid, success: true }),
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update customer',
			description: "Change a member's remark and notes on a customer",
			doc: 92115,
			endpoint: ['POST', '/cgi-bin/externalcontact/remark'],
			fields: [
				memberPicker(),
				customerOfMemberPicker,
				updateFields([
					text('remark_company', 'Company', 'Up to 20 characters'),
					text('description', 'Description', 'Up to 150 characters'),
					text('remark_mobiles', 'Mobiles', 'Comma-separated; replaces the earlier ones', {
						convert: 'clearedPhones',
					}),
					text('remark_pic_mediaid', 'Picture Media ID', 'From Media > Upload'),
					text('remark', 'Remark', 'The name the member gives the customer, up to 20 characters'),
				]),
			],
			check: within({ remark: 20, description: 150, remark_company: 20 }),
			returns: ({ userid, external_userid }) => ({ userid, external_userid, success: true }),
		},
		{
			value: 'convertToOpenid',
			name: 'Convert to OpenID',
			action: 'Convert customer to OpenID',
			description: "Get a customer's OpenID for WeChat Pay",
			doc: 92323,
			endpoint: ['POST', '/cgi-bin/externalcontact/convert_to_openid'],
			reads: true,
			fields: [customerPicker],
		},
		{
			value: 'convertProvidersId',
			name: "Convert Provider's ID",
			action: "Convert customer ID of provider's app",
			description: "Translate a customer's ID from a service provider's app",
			doc: 95884,
			endpoint: ['POST', '/cgi-bin/externalcontact/from_service_external_userid'],
			reads: true,
			fields: [
				customerPicker,
				integer(
					'source_agentid',
					'Source Agent ID',
					'The Agent ID of the app that the ID is from',
					{
						required: true,
					},
				),
			],
		},
		{
			value: 'convertTemporaryIds',
			name: 'Convert Temporary IDs',
			action: 'Convert temporary external user IDs',
			description: 'Find out who the temporary IDs in meetings, forms and smart sheets belong to',
			doc: 98729,
			endpoint: ['POST', '/cgi-bin/idconvert/convert_tmp_external_userid'],
			reads: true,
			fields: [
				choice('business_type', 'ID From', 'Where the IDs come from', [
					{ name: 'Collection Form', value: 2 },
					{ name: 'Meeting', value: 1 },
					{ name: 'Smart Sheet', value: 3 },
				]),
				choice('user_type', 'Convert To', 'What the person is to your company', [
					{ name: 'Customer', value: 1 },
					{ name: 'Linked Company', value: 2 },
					{ name: 'Linked Corporation (Circle)', value: 4 },
					{ name: 'Upstream or Downstream', value: 3 },
				]),
				text('tmp_external_userid_list', 'Temporary IDs', 'Comma-separated, up to 100', {
					convert: 'stringList',
					required: true,
				}),
			],
			check: within({ tmp_external_userid_list: 100 }),
		},
		{
			value: 'convertUnionid',
			name: 'Convert UnionID',
			action: 'Convert UnionID to external user ID',
			description: "Find a WeChat user among the customers (service provider's apps)",
			doc: 95900,
			endpoint: ['POST', '/cgi-bin/idconvert/unionid_to_external_userid'],
			reads: true,
			fields: [
				text('unionid', 'UnionID', "The user's UnionID", { required: true }),
				text('openid', 'OpenID', "The same user's, from the same mini program or account", {
					required: true,
				}),
			],
		},
		{
			value: 'getPendingIds',
			name: 'Get Pending IDs',
			action: 'Get pending IDs of customers',
			description: "Get IDs to match with mini program users later (service provider's apps)",
			doc: 95900,
			endpoint: ['POST', '/cgi-bin/idconvert/batch/external_userid_to_pending_id'],
			reads: true,
			fields: [
				text('external_userid', 'External User IDs', 'Comma-separated, up to 100', {
					convert: 'stringList',
					required: true,
				}),
				text('chat_id', 'Group Chat ID', 'Only look at the members of this customer group'),
			],
			check: within({ external_userid: 100 }),
			list: 'result',
			whole: true,
		},
	],
};

const noneOfMember = (error: NodeApiError): never[] => {
	if (error.context.errcode === NO_CUSTOMERS) return [];
	throw error;
};

/** A customer with the members of all pages: WeCom hands out 500 at a time (doc 92114). */
async function getCustomer(item: ItemContext): Promise<IDataObject> {
	const sent = collectParameters(item);
	let first: WecomReply | undefined;
	const follow_user = await collect(
		async (page) => {
			const reply = await item.client.call(
				toRequest(item.operation, { ...sent, ...page }),
				item.itemIndex,
			);
			first ??= reply;
			return reply;
		},
		'follow_user',
		OWN_PAGES,
		Infinity,
	);
	return summary(item, { external_contact: first?.external_contact, follow_user } as IDataObject);
}

async function getDetails(item: ItemContext): Promise<IDataObject[]> {
	const { operation, client, itemIndex } = item;
	const sent = collectParameters(item);
	operation.check?.(item, sent);
	const unlicensed = new Set<string>();
	const found = await collect(
		async (page) => {
			const reply = await client.call(toRequest(operation, { ...sent, ...page }), itemIndex);
			const { unlicensed_userid_list = [] } = (reply.fail_info ?? {}) as IDataObject;
			for (const userid of unlicensed_userid_list as string[]) unlicensed.add(userid);
			return reply;
		},
		operation.list!,
		operation.paging,
		wantedCount(item),
	);
	const warning = `Customers of members without a license are left out: ${[...unlicensed].join(', ')}.`;
	return found.map((entry) => ({
		...summary(item, entry),
		...(unlicensed.size > 0 && { warning }),
	}));
}

/** Customer and follow-up side by side in one flat object, unless the raw answer is wanted. */
function summary({ get }: ItemContext, entry: IDataObject): IDataObject {
	if (!get<boolean>('simplify', true)) return entry;
	const { external_contact, ...followed } = entry;
	return keepFields({ ...(external_contact as IDataObject), ...followed }, SUMMARY);
}
