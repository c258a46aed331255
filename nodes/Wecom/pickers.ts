import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';
import { WecomClient } from '../shared/api/client';
import { companiesOf, SUITE_CREDENTIAL } from '../shared/api/suite';

/** The lists behind the pickers. Each is kept for some seconds, so that typing a name does not fetch it again and again. */

const KEEP_MS = 20_000;
const PAGE = 100;
const DEPARTMENTS_AT_ONCE = 8;

interface Choice {
	name: string;
	value: string;
}

const kept = new Map<string, { until: number; choices: Promise<Choice[]> }>();

async function choices(
	context: ILoadOptionsFunctions,
	list: keyof typeof LISTS,
): Promise<Choice[]> {
	const client = await WecomClient.open(context);
	const key = `${list}:${client.identity}`;
	for (const [old, { until }] of kept) if (until < Date.now()) kept.delete(old);
	const known = kept.get(key);
	if (known) return await known.choices;
	const fetched = LISTS[list](client);
	kept.set(key, { until: Date.now() + KEEP_MS, choices: fetched });
	fetched.catch(() => kept.delete(key));
	return await fetched;
}

const LISTS = {
	/** All departments the app may see, as paths such as "Company / Research" (doc 90208). */
	async departments(client: WecomClient): Promise<Choice[]> {
		const all = await entries(client, '/cgi-bin/department/list', 'department');
		const byId = new Map(all.map((department) => [Number(department.id), department]));
		const path = (department: IDataObject, depth = 0): string => {
			const parent = depth < 20 ? byId.get(Number(department.parentid)) : undefined;
			const own = String(department.name ?? department.id);
			return parent && parent !== department ? `${path(parent, depth + 1)} / ${own}` : own;
		};
		return all
			.map((department) => ({ name: path(department), value: String(department.id) }))
			.sort(byName);
	},

	/** All members in those departments, each once (doc 90200). */
	async members(client: WecomClient): Promise<Choice[]> {
		const departments = await entries(client, '/cgi-bin/department/simplelist', 'department_id');
		const found = new Map<string, string>();
		for (let start = 0; start < departments.length; start += DEPARTMENTS_AT_ONCE) {
			const lists = await Promise.all(
				departments
					.slice(start, start + DEPARTMENTS_AT_ONCE)
					.map(({ id }) =>
						entries(client, '/cgi-bin/user/simplelist', 'userlist', { department_id: id }),
					),
			);
			for (const { userid, name } of lists.flat())
				found.set(String(userid), String(name ?? userid));
		}
		return [...found]
			.map(([value, name]) => ({ name: name === value ? name : `${name} (${value})`, value }))
			.sort(byName);
	},

	/** The tags of the directory (doc 90216). */
	async tags(client: WecomClient): Promise<Choice[]> {
		const all = await entries(client, '/cgi-bin/tag/list', 'taglist');
		return all
			.map(({ tagid, tagname }) => ({ name: String(tagname), value: String(tagid) }))
			.sort(byName);
	},
};

async function entries(
	client: WecomClient,
	path: string,
	list: string,
	qs: IDataObject = {},
): Promise<IDataObject[]> {
	const reply = await client.call({ method: 'GET', path, qs });
	return (reply[list] ?? []) as IDataObject[];
}

const byName = (a: Choice, b: Choice) => a.name.localeCompare(b.name, 'en');

function search(list: keyof typeof LISTS) {
	return async function (
		this: ILoadOptionsFunctions,
		filter = '',
		paginationToken?: string,
	): Promise<INodeListSearchResult> {
		return pageOf(await choices(this, list), filter, paginationToken);
	};
}

function pageOf(all: Choice[], filter: string, paginationToken?: string): INodeListSearchResult {
	const wanted = filter.trim().toLowerCase();
	const found = all.filter(
		({ name, value }) => name.toLowerCase().includes(wanted) || value.toLowerCase() === wanted,
	);
	const start = Number(paginationToken ?? 0);
	return {
		results: found.slice(start, start + PAGE),
		paginationToken: start + PAGE < found.length ? String(start + PAGE) : undefined,
	};
}

/** The companies stored in the suite credential, read without a request. */
async function searchCompanies(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const companies = companiesOf(await this.getCredentials(SUITE_CREDENTIAL));
	const all = Object.entries(companies).map(([value, { name }]) => ({
		name: name ? `${name} (${value})` : value,
		value,
	}));
	return pageOf(all.sort(byName), filter, paginationToken);
}

function options(list: keyof typeof LISTS) {
	return async function (this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		return await choices(this, list);
	};
}

export const listSearch = {
	searchCompanies,
	searchMembers: search('members'),
	searchDepartments: search('departments'),
	searchTags: search('tags'),
};
export const loadOptions = {
	getMembers: options('members'),
	getDepartments: options('departments'),
	getTags: options('tags'),
};
