import {
	isResourceLocatorValue,
	type IDataObject,
	type ILoadOptionsFunctions,
	type INodeListSearchResult,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { WecomClient, type ApiRequest } from '../../shared/client/client';
import { collect, type Paging } from '../../shared/client/paging';
import { byName, pageOf, searchCompanies, type Choice } from '../../shared/companies/companyPicker';
import {
	corpTagGroups,
	corpTags,
	cursorPages,
	customers,
	memberCustomers,
	named,
	TAG_FORM,
} from './customer/shared';

/**
 * The lists behind the pickers: `search<Name>` for resource locators, `get<Name>` for multiple choices. Each is kept for some
 * seconds, so that typing a name does not fetch it again and again.
 */

const KEEP_MS = 20_000;
const DEPARTMENTS_AT_ONCE = 8;

/** Reads another form value, for lists that depend on it, such as the sheets of a document. */
type FormValue = (name: string) => string;

interface List {
	/** Form values the list depends on. */
	depends?: string[];
	fetch(client: WecomClient, form: FormValue): Promise<Choice[]>;
}

const kept = new Map<string, { until: number; choices: Promise<Choice[]> }>();

async function choices(context: ILoadOptionsFunctions, name: string): Promise<Choice[]> {
	const client = await WecomClient.open(context);
	const { depends = [], fetch } = LISTS[name];
	const form = (field: string) => {
		// n8n's own way to read a locator fails for a field that the form does not show.
		const value = context.getCurrentNodeParameter(field);
		return String((isResourceLocatorValue(value) ? value.value : value) ?? '');
	};
	const key = JSON.stringify([name, client.identity, ...depends.map(form)]);
	for (const [old, { until }] of kept) if (until < Date.now()) kept.delete(old);
	const known = kept.get(key);
	if (known) return await known.choices;
	const fetched = fetch(client, form);
	kept.set(key, { until: Date.now() + KEEP_MS, choices: fetched });
	fetched.catch(() => kept.delete(key));
	return await fetched;
}

/** A list that one endpoint gives: where it is in the reply, and which fields are its ID and its name. */
const listOf = (
	request: ApiRequest,
	path: string,
	[value, name]: [string, string],
	paging?: Paging,
): List => ({
	async fetch(client) {
		const found = await entries(client, request, path, paging);
		return found.map((entry) => choice(entry[value], entry[name])).sort(byName);
	},
});

const choice = (value: unknown, name: unknown): Choice => ({
	name: String(name || value),
	value: String(value),
});

/** More than this no person looks through; the field takes an ID as well. */
const MOST_ENTRIES = 5_000;

async function entries(
	client: WecomClient,
	request: ApiRequest,
	list: string,
	paging?: Paging,
): Promise<IDataObject[]> {
	const fetch = async (page: IDataObject) =>
		await client.call(
			request.method === 'GET'
				? { ...request, qs: { ...request.qs, ...page } }
				: { ...request, body: { ...(request.body as IDataObject), ...page }, repeatable: true },
		);
	return await collect(fetch, list, paging, MOST_ENTRIES);
}

const get = (path: string, qs: IDataObject = {}): ApiRequest => ({ method: 'GET', path, qs });

const post = (path: string, body: IDataObject = {}): ApiRequest => ({ method: 'POST', path, body });

const LISTS: Record<string, List> = {
	AcquisitionLinks: {
		fetch: named(
			'customer_acquisition/list_link',
			'link_id_list',
			'link_id',
			'customer_acquisition/get',
			'link.link_name',
		),
	},
	ContactWays: {
		fetch: named(
			'list_contact_way',
			'contact_way',
			'config_id',
			'get_contact_way',
			'contact_way.remark',
		),
	},
	CorpTagGroups: { depends: TAG_FORM, fetch: corpTagGroups },
	CorpTags: { depends: TAG_FORM, fetch: corpTags },
	CustomerGroups: {
		fetch: named(
			'groupchat/list',
			'group_chat_list',
			'chat_id',
			'groupchat/get',
			'group_chat.name',
		),
	},
	Customers: { fetch: customers },
	CustomerStrategies: {
		fetch: named(
			'customer_strategy/list',
			'strategy',
			'strategy_id',
			'customer_strategy/get',
			'strategy.strategy_name',
		),
	},
	Departments: { fetch: departments },
	MeetingRooms: listOf(post('/cgi-bin/oa/meetingroom/list'), 'meetingroom_list', [
		'meetingroom_id',
		'name',
	]),
	Sheets: {
		depends: ['docid'],
		fetch: async (client, form) =>
			await listOf(
				post('/cgi-bin/wedoc/smartsheet/get_sheet', { docid: form('docid') }),
				'sheet_list',
				['sheet_id', 'title'],
			).fetch(client, form),
	},
	MemberCustomers: { depends: ['userid'], fetch: memberCustomers },
	Members: { fetch: members },
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
	Tags: listOf(get('/cgi-bin/tag/list'), 'taglist', ['tagid', 'tagname']),
};

/** All departments the app may see, as paths such as "Company / Research" (doc 90208). */
async function departments(client: WecomClient): Promise<Choice[]> {
	const all = await entries(client, get('/cgi-bin/department/list'), 'department');
	const byId = new Map(all.map((department) => [Number(department.id), department]));
	const path = (department: IDataObject, depth = 0): string => {
		const parent = depth < 20 ? byId.get(Number(department.parentid)) : undefined;
		const own = String(department.name ?? department.id);
		return parent && parent !== department ? `${path(parent, depth + 1)} / ${own}` : own;
	};
	return all
		.map((department) => ({ name: path(department), value: String(department.id) }))
		.sort(byName);
}

/** All members in those departments, each once (doc 90200). */
async function members(client: WecomClient): Promise<Choice[]> {
	const departments = await entries(client, get('/cgi-bin/department/simplelist'), 'department_id');
	const found = new Map<string, string>();
	for (let start = 0; start < departments.length; start += DEPARTMENTS_AT_ONCE) {
		const lists = await Promise.all(
			departments
				.slice(start, start + DEPARTMENTS_AT_ONCE)
				.map(({ id }) =>
					entries(client, get('/cgi-bin/user/simplelist', { department_id: id }), 'userlist'),
				),
		);
		for (const { userid, name } of lists.flat()) found.set(String(userid), String(name ?? userid));
	}
	return [...found]
		.map(([value, name]) => ({ name: name === value ? name : `${name} (${value})`, value }))
		.sort(byName);
}

function search(list: string) {
	return async function (
		this: ILoadOptionsFunctions,
		filter = '',
		paginationToken?: string,
	): Promise<INodeListSearchResult> {
		return pageOf(await choices(this, list), filter, paginationToken);
	};
}

function options(list: string) {
	return async function (this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		return await choices(this, list);
	};
}

const methods = <T>(prefix: string, make: (list: string) => T): Record<string, T> =>
	Object.fromEntries(Object.keys(LISTS).map((list) => [`${prefix}${list}`, make(list)]));

export const listSearch: Record<string, ReturnType<typeof search>> = {
	searchCompanies,
	...methods('search', search),
};
export const loadOptions = methods('get', options);
