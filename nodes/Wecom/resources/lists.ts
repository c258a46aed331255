import { searchCompanies } from '../../shared/companies/companyPicker';
import {
	corpTagGroups,
	corpTags,
	customers,
	memberCustomers,
	listWithNames,
	TAG_FORM,
} from './customer/lists';
import { idChosen } from '../engine/convert';
import { docid } from './document';
import { cursorPages } from '../engine/pages';
import { listMethods, listOf, get, post, type List } from '../../shared/lists/lists';
import { PEOPLE } from '../../shared/lists/people';

/** Every list behind a picker: `search<Name>` for resource locators, `get<Name>` for multiple choices. */

const LISTS: Record<string, List> = {
	AcquisitionLinks: {
		fetch: listWithNames({
			list: 'customer_acquisition/list_link',
			entries: 'link_id_list',
			id: 'link_id',
			get: 'customer_acquisition/get',
			name: 'link.link_name',
		}),
	},
	ContactWays: {
		fetch: listWithNames({
			list: 'list_contact_way',
			entries: 'contact_way',
			id: 'config_id',
			get: 'get_contact_way',
			name: 'contact_way.remark',
		}),
	},
	CorpTagGroups: { depends: TAG_FORM, fetch: corpTagGroups },
	CorpTags: { depends: TAG_FORM, fetch: corpTags },
	CustomerGroups: {
		fetch: listWithNames({
			list: 'groupchat/list',
			entries: 'group_chat_list',
			id: 'chat_id',
			get: 'groupchat/get',
			name: 'group_chat.name',
		}),
	},
	Customers: { fetch: customers },
	CustomerStrategies: {
		fetch: listWithNames({
			list: 'customer_strategy/list',
			entries: 'strategy',
			id: 'strategy_id',
			get: 'customer_strategy/get',
			name: 'strategy.strategy_name',
		}),
	},
	MeetingRooms: listOf(post('/cgi-bin/oa/meetingroom/list'), 'meetingroom_list', [
		'meetingroom_id',
		'name',
	]),
	Sheets: {
		depends: ['docid'],
		fetch: async (client, form) =>
			await listOf(
				post('/cgi-bin/wedoc/smartsheet/get_sheet', {
					docid: idChosen(docid, form('docid')),
				}),
				'sheet_list',
				['sheet_id', 'title'],
			).fetch(client, form),
	},
	MemberCustomers: { depends: ['userid'], fetch: memberCustomers },
	Products: listOf(
		post('/cgi-bin/externalcontact/get_product_album_list'),
		'product_list',
		['product_id', 'description'],
		cursorPages(100),
	),
	SensitiveWordRules: listOf(get('/cgi-bin/externalcontact/get_intercept_rule_list'), 'rule_list', [
		'rule_id',
		'rule_name',
	]),
	ServiceAccounts: listOf(post('/cgi-bin/kf/account/list'), 'account_list', ['open_kfid', 'name'], {
		style: 'offset',
		request: { offset: 'offset', limit: 'limit' },
		response: {},
		max_limit: 100,
	}),
	...PEOPLE,
};

const methods = listMethods(LISTS);

export const listSearch: Record<string, (typeof methods.listSearch)[string]> = {
	searchCompanies,
	...methods.listSearch,
};
export const { loadOptions } = methods;
