import type { WecomClient } from '../../shared/client/client';
import { memberNames } from '../../shared/companies/directory';
import { toIds } from '../engine/ids';
import type { ItemContext } from '../engine/operation';
import { problem } from '../engine/problem';
import { bareId, idsInEntry } from '../../shared/util/values';

/** What WeCom takes as a user ID (doc 90195); everything else is looked up as a name. */
const USER_ID = /^[A-Za-z0-9][\w.@-]*$/;

const known = new WeakMap<WecomClient, Promise<Map<string, string>>>();

/** User IDs of a field that takes names, too: a name must be that of one member alone, and in a list it may have commas in it. */
export async function idsOfMembers(
	item: ItemContext,
	displayName: string,
	value: unknown,
): Promise<string[]> {
	const entries = toIds(item, displayName, value, (entry) => [bareId(entry)]);
	if (entries.every((one) => USER_ID.test(one))) return entries;
	const { client } = item;
	const names = known.get(client) ?? memberNames(client);
	known.set(client, names);
	names.catch(() => known.delete(client));
	const all = [...(await names)];
	const isName = (entry: string) => all.some(([, name]) => name === entry);
	const given = entries.flatMap((entry) => (isName(entry) ? [entry] : idsInEntry(entry)));
	const ids = given.map((one) => {
		if (USER_ID.test(one)) return one;
		const fitting = all.filter(([, name]) => name === one).map(([userid]) => userid);
		if (fitting.length === 1) return fitting[0];
		throw problem(
			item,
			fitting.length === 0
				? `'${displayName}' is '${one}', and no member has that name`
				: `'${displayName}' is '${one}', the name of ${fitting.length} members`,
			fitting.length === 0
				? 'Check the name and the visible range of the app, or give the user ID.'
				: `Give the user ID instead, one of: ${fitting.join(', ')}.`,
		);
	});
	return [...new Set(ids)];
}
