import type { IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../client/client';
import { mapAtOnce } from '../util/atOnce';
import { byName, type ListChoice } from './companyPicker';

/** The members and departments that an app may see. */

/** The longest chain of departments that is followed: a longer one goes round in a circle. */
const DEEPEST = 20;

const read = async (client: WecomClient, path: string, list: string, qs: IDataObject = {}) =>
	((await client.call({ method: 'GET', path, qs }))[list] ?? []) as IDataObject[];

/** The names of all members in the departments that the app may see, by their IDs (doc 90200). */
export async function memberNames(client: WecomClient): Promise<Map<string, string>> {
	const departments = await read(client, '/cgi-bin/department/simplelist', 'department_id');
	const found = new Map<string, string>();
	const lists = await mapAtOnce(
		departments,
		async ({ id }) =>
			await read(client, '/cgi-bin/user/simplelist', 'userlist', { department_id: id }),
	);
	for (const { userid, name } of lists.flat()) found.set(String(userid), String(name ?? userid));
	return found;
}

/** The members to choose from. */
export async function memberChoices(client: WecomClient): Promise<ListChoice[]> {
	return [...(await memberNames(client))]
		.map(([value, name]) => ({ name: name === value ? name : `${name} (${value})`, value }))
		.sort(byName);
}

export interface Department {
	id: number;
	name: string;
	parentid: number;
}

/** All departments that the app may see, by their IDs (doc 90208). */
export async function departmentsById(client: WecomClient): Promise<Map<number, Department>> {
	const all = await read(client, '/cgi-bin/department/list', 'department');
	return new Map(
		all.map(({ id, name, parentid }) => [
			Number(id),
			{ id: Number(id), name: String(name ?? id), parentid: Number(parentid) },
		]),
	);
}

/** A department and those above it, the highest last. */
export function upwards(all: Map<number, Department>, id: number): Department[] {
	const chain: Department[] = [];
	for (
		let next = all.get(id);
		next && !chain.includes(next) && chain.length < DEEPEST;
		next = all.get(next.parentid)
	)
		chain.push(next);
	return chain;
}

/** The departments to choose from, as paths such as "Company / Research". */
export async function departmentChoices(client: WecomClient): Promise<ListChoice[]> {
	const all = await departmentsById(client);
	return [...all.keys()]
		.map((id) => ({
			name: upwards(all, id)
				.map(({ name }) => name)
				.reverse()
				.join(' / '),
			value: String(id),
		}))
		.sort(byName);
}
