import { WecomClient } from '../../shared/client/client';
import { byName, type ListChoice } from '../../shared/companies/companyPicker';
import { toIds } from '../engine/convert';
import { entries, get } from '../engine/lists';
import type { ItemContext } from '../engine/operation';
import { problem } from '../engine/problem';

/** The members that the app may see, by ID and by name. */

const DEPARTMENTS_AT_ONCE = 8;

/** The names of all members in the departments that the app may see, by their IDs (doc 90200). */
async function memberNames(client: WecomClient): Promise<Map<string, string>> {
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
	return found;
}

export async function memberChoices(client: WecomClient): Promise<ListChoice[]> {
	return [...(await memberNames(client))]
		.map(([value, name]) => ({ name: name === value ? name : `${name} (${value})`, value }))
		.sort(byName);
}

/** What WeCom takes as a user ID (doc 90195); everything else is looked up as a name. */
const USER_ID = /^[A-Za-z0-9][\w.@-]*$/;

const known = new WeakMap<WecomClient, Promise<Map<string, string>>>();

/** User IDs of a field that takes names, too: a name must be that of one member alone. */
export async function idsOfMembers(
	item: ItemContext,
	displayName: string,
	value: unknown,
): Promise<string[]> {
	const given = toIds(item, displayName, value);
	if (given.every((one) => USER_ID.test(one))) return given;
	const { client } = item;
	const names = known.get(client) ?? memberNames(client);
	known.set(client, names);
	names.catch(() => known.delete(client));
	const all = [...(await names)];
	return given.map((one) => {
		if (USER_ID.test(one)) return one;
		const fitting = all.filter(([, name]) => name === one).map(([userid]) => userid);
		if (fitting.length === 1) return fitting[0];
		throw problem(
			item,
			fitting.length === 0
				? `'${displayName}' holds '${one}', and no member has that name`
				: `'${displayName}' holds '${one}', the name of ${fitting.length} members`,
			fitting.length === 0
				? 'Check the name and the visible range of the app, or give the user ID.'
				: `Give the user ID instead, one of: ${fitting.join(', ')}.`,
		);
	});
}
