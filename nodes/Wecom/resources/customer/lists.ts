import { byName, type ListChoice } from '../../../shared/companies/companyPicker';
import type { FormValue } from '../../../shared/lists/lists';
import type { IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../../../shared/client/client';
import { collect } from '../../../shared/client/paging';
import { mapAtOnce } from '../../../shared/util/atOnce';
import { cursorPages } from '../../engine/pages';

/** The lists behind the pickers of customers, their tags and groups. */

/** So many members, customers and names are looked up for a picker; its field takes any ID. */
const MEMBERS = 100;
const CUSTOMERS = 1_000;
const NAMES = 200;

const read = async (
	client: WecomClient,
	path: string,
	body: IDataObject = {},
): Promise<IDataObject> =>
	await client.call({ method: 'POST', path: `/cgi-bin/${path}`, body, repeatable: true });

/** The customers of the first members who have any (docs 92571, 92994). */
export async function customers(client: WecomClient): Promise<ListChoice[]> {
	const { follow_user } = await client.call({
		method: 'GET',
		path: '/cgi-bin/externalcontact/get_follow_user_list',
	});
	const members = (follow_user ?? []) as string[];
	return members.length > 0 ? await customersOf(client, members.slice(0, MEMBERS)) : [];
}

export async function memberCustomers(client: WecomClient, form: FormValue): Promise<ListChoice[]> {
	const member = form('userid');
	return member ? await customersOf(client, [member]) : await customers(client);
}

async function customersOf(client: WecomClient, userid_list: string[]): Promise<ListChoice[]> {
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
export const corpTags = async (client: WecomClient, form: FormValue): Promise<ListChoice[]> =>
	(await tagGroups(client, form)).flatMap(({ group_name, tag }) =>
		((tag ?? []) as IDataObject[])
			.filter(({ deleted }) => !deleted)
			.map(({ id, name }) => ({
				name: `${String(group_name)} / ${String(name)}`,
				value: String(id),
			})),
	);

export const corpTagGroups = async (client: WecomClient, form: FormValue): Promise<ListChoice[]> =>
	(await tagGroups(client, form)).map(({ group_id, group_name }) => ({
		name: String(group_name),
		value: String(group_id),
	}));

/** The values of the form on which the tags depend: operations on a strategy have those of the strategy (doc 94882). */
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

/** Where a list of IDs is, and where the name of each: endpoints below `externalcontact/`, and places in their replies. */
interface ListWithNames {
	list: string;
	entries: string;
	id: string;
	get: string;
	/** Dotted, such as `strategy.strategy_name`. */
	name: string;
}

/** A list of IDs whose names come one by one. */
export const listWithNames =
	({ list, entries, id, get, name }: ListWithNames) =>
	async (client: WecomClient): Promise<ListChoice[]> => {
		const found = await collect(
			async (page) => await read(client, `externalcontact/${list}`, page),
			entries,
			cursorPages(100),
			NAMES,
		);
		const [object, field] = name.split('.');
		const choices = await mapAtOnce(found, async (entry) => {
			const value = entry[id] ?? entry.value;
			const reply = await read(client, `externalcontact/${get}`, { [id]: value });
			const own = (reply[object] as IDataObject | undefined)?.[field];
			return { name: String(own || value), value: String(value) };
		});
		return choices.sort(byName);
	};
