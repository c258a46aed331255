import { withCommas } from '../../../shared/util/text';
import type { IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../../../shared/client/client';
import { collect, type Paging } from '../../../shared/client/paging';
import { getList } from '../../engine/runRow';
import { dayOf } from '../../engine/day';
import { ids, locator } from '../../engine/fields';
import type { Check, Field, ItemContext } from '../../engine/operation';
import { at, collectParameters, problem } from '../../engine/parameters';

/** What the resources on customers share: pickers and their lists, checks, pages. */

/** The pages of most lists on customers. */
export const cursorPages = (max_limit?: number, more: Paging['response'] = {}): Paging => ({
	style: 'cursor',
	request: { cursor: 'cursor', limit: 'limit' },
	response: { cursor: 'next_cursor', ...more },
	max_limit,
});

/** The same where WeCom sets the size of the pages. */
export const OWN_PAGES: Paging = {
	style: 'cursor',
	request: { cursor: 'cursor' },
	response: { cursor: 'next_cursor' },
};

const customerLocator = (list: string, overrides: Partial<Field> = {}): Field =>
	locator('external_userid', 'Customer', list, 'e.g. wmqfasd1e1927831123109rBAAAA', {
		description: 'The customer, by name or by external user ID',
		...overrides,
	});

export const customerPicker = customerLocator('searchCustomers');

/** The customer of the member chosen above it. */
export const customerOfMemberPicker = customerLocator('searchMemberCustomers', {
	typeOptions: { loadOptionsDependsOn: ['userid.value'] },
});

export const serviceAccountPicker = locator(
	'open_kfid',
	'Account',
	'searchServiceAccounts',
	'e.g. wkAJ2GCAAASSm4',
	{ description: 'The customer service account, by name or by ID' },
);

const several = (most: number) => `Choose, or give IDs by an expression; up to ${withCommas(most)}`;

export const memberIds = (name: string, most: number, overrides: Partial<Field> = {}): Field =>
	ids(name, 'Member Names or IDs', 'getMembers', most, {
		description: several(most),
		...overrides,
	});

export const departmentIds = (name: string, most: number, overrides: Partial<Field> = {}): Field =>
	ids(name, 'Department Names or IDs', 'getDepartments', most, {
		description: several(most),
		convert: 'integerList',
		...overrides,
	});

export const corpTagIds = (name: string, displayName: string): Field =>
	ids(name, displayName, 'getCorpTags', 100, { description: several(100) });

/** For endpoints that answer with plain IDs: an item for each, under a name. */
export const listIds =
	(name: string) =>
	async (item: ItemContext): Promise<IDataObject[]> =>
		(await getList(item, collectParameters(item))).map(({ value }) => ({ [name]: value }));

/** Refuses lists with more entries, and texts with more characters, than WeCom takes; by dotted path. */
export const within =
	(limits: Record<string, number>): Check =>
	(item, sent) => {
		for (const [path, most] of Object.entries(limits)) {
			const value = at(sent, path);
			const [size, unit] = Array.isArray(value)
				? [value.length, 'entries']
				: [[...String(value ?? '')].length, 'characters'];
			if (size > most) {
				throw problem(
					item,
					`'${path}' has ${size.toLocaleString('en')} ${unit}, WeCom takes ${most.toLocaleString('en')}`,
					unit === 'entries' ? 'Split them over several items.' : 'Shorten it.',
				);
			}
		}
	};

/** Refuses a call for which WeCom wants at least one of several parameters. */
export const oneOf =
	(names: string[], todo: string): Check =>
	(item, sent) => {
		if (names.every((name) => sent[name] === undefined)) {
			const quoted = names.map((name) => `'${name}'`).join(' and ');
			throw problem(item, `${quoted} ${names.length > 1 ? 'are' : 'is'} empty`, todo);
		}
	};

export const all =
	(...checks: Check[]): Check =>
	(item, sent) =>
		checks.forEach((check) => check(item, sent));

const DAYS_KEPT = 180;

/** Refuses more days than WeCom gives at once, and of statistics those it does not have (docs 92132, 92133, 95489). */
export const days =
	(from: string, to: string, most: number, latest?: 'today' | 'yesterday'): Check =>
	(item, sent) => {
		const today = dayOf(Date.now() / 1000);
		const first = dayOf(Number(sent[from]));
		const last = dayOf(Number(sent[to] ?? sent[from]));
		if (last < first) {
			throw problem(
				item,
				"'End' is before 'Start'",
				'Swap the two dates, or check the expressions that give them.',
			);
		}
		if (last - first > most) {
			throw problem(
				item,
				`The dates span ${last - first} days, WeCom gives ${most} at once`,
				'Ask for shorter periods one after the other.',
			);
		}
		if (!latest) return;
		if (first < today - DAYS_KEPT || last > today - (latest === 'today' ? 0 : 1)) {
			throw problem(
				item,
				'WeCom has no statistics of these days',
				`It keeps ${DAYS_KEPT} days, and ${latest} is the last of them.`,
			);
		}
	};

interface Choice {
	name: string;
	value: string;
}
/** Reads another value of the form. */
type FormValue = (name: string) => string;

/** So many members, customers and names are looked up for a picker; its field takes any ID. */
const MEMBERS = 100;
const CUSTOMERS = 1_000;
const NAMES = 200;
const AT_ONCE = 8;

const read = async (
	client: WecomClient,
	path: string,
	body: IDataObject = {},
): Promise<IDataObject> =>
	await client.call({ method: 'POST', path: `/cgi-bin/${path}`, body, repeatable: true });

/** The customers of the first members who have any (docs 92571, 92994). */
export async function customers(client: WecomClient): Promise<Choice[]> {
	const { follow_user } = await client.call({
		method: 'GET',
		path: '/cgi-bin/externalcontact/get_follow_user_list',
	});
	const members = (follow_user ?? []) as string[];
	return members.length > 0 ? await customersOf(client, members.slice(0, MEMBERS)) : [];
}

export async function memberCustomers(client: WecomClient, form: FormValue): Promise<Choice[]> {
	const member = form('userid');
	return member ? await customersOf(client, [member]) : await customers(client);
}

async function customersOf(client: WecomClient, userid_list: string[]): Promise<Choice[]> {
	const found = await collect(
		async (page) =>
			await read(client, 'externalcontact/batch/get_by_user', { userid_list, ...page }),
		'external_contact_list',
		cursorPages(100),
		CUSTOMERS,
	);
	const names = new Map(
		found.map(({ external_contact, follow_info }) => {
			const { external_userid, name, corp_name } = external_contact as IDataObject;
			const { remark } = (follow_info ?? {}) as IDataObject;
			const known = [remark, name].filter(Boolean).join(' / ');
			return [String(external_userid), corp_name ? `${known} @ ${String(corp_name)}` : known];
		}),
	);
	return [...names].map(([value, name]) => ({ name: name || value, value })).sort(byName);
}

/** The company's customer tags as "Group / Tag", or their groups (doc 92117). */
export const corpTags = async (client: WecomClient, form: FormValue): Promise<Choice[]> =>
	(await tagGroups(client, form)).flatMap(({ group_name, tag }) =>
		((tag ?? []) as IDataObject[])
			.filter(({ deleted }) => !deleted)
			.map(({ id, name }) => ({
				name: `${String(group_name)} / ${String(name)}`,
				value: String(id),
			})),
	);

export const corpTagGroups = async (client: WecomClient, form: FormValue): Promise<Choice[]> =>
	(await tagGroups(client, form)).map(({ group_id, group_name }) => ({
		name: String(group_name),
		value: String(group_id),
	}));

/** What the groups depend on: operations on a strategy have its tags (doc 94882). */
export const TAG_FORM = ['operation', 'strategy_id'];

async function tagGroups(client: WecomClient, form: FormValue): Promise<IDataObject[]> {
	const strategy_id = Number(form('strategy_id'));
	const { tag_group } = form('operation').endsWith('InStrategy')
		? await read(
				client,
				'externalcontact/get_strategy_tag_list',
				strategy_id ? { strategy_id } : {},
			)
		: await read(client, 'externalcontact/get_corp_tag_list');
	return ((tag_group ?? []) as IDataObject[]).filter(({ deleted }) => !deleted);
}

/** A list of IDs whose names come one by one: where both are, such as `strategy.strategy_name` in the reply to the second path. */
export const named =
	(list: string, entries: string, id: string, get: string, name: string) =>
	async (client: WecomClient): Promise<Choice[]> => {
		const found = await collect(
			async (page) => await read(client, `externalcontact/${list}`, page),
			entries,
			cursorPages(100),
			NAMES,
		);
		const choices: Choice[] = [];
		for (let start = 0; start < found.length; start += AT_ONCE) {
			const ids = found.slice(start, start + AT_ONCE).map((entry) => entry[id] ?? entry.value);
			const replies = await Promise.all(
				ids.map(async (one) => await read(client, `externalcontact/${get}`, { [id]: one })),
			);
			replies.forEach((reply, index) => {
				const [object, field] = name.split('.');
				const own = (reply[object] as IDataObject | undefined)?.[field];
				choices.push({ name: String(own || ids[index]), value: String(ids[index]) });
			});
		}
		return choices.sort(byName);
	};

const byName = (a: Choice, b: Choice) => a.name.localeCompare(b.name, 'en');
