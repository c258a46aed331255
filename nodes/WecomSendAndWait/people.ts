import type { IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../shared/client/client';
import { mapAtOnce } from '../shared/util/atOnce';
import type { Question } from './question';

/** Members of departments and tags, for questions that only some may answer or that all have to answer. */

export interface Group {
	users: string[];
	departments: string[];
	tags: string[];
}

/** The user IDs of a group, each once: of departments those of their sub-departments too (docs 90200, 95350, 90213). */
export async function membersOf(client: WecomClient, group: Group): Promise<string[]> {
	const found = new Set(group.users);
	const departments = new Set(group.departments);
	for (const tagid of group.tags) {
		const { userlist, partylist } = await client.call(get('tag/get', { tagid }));
		for (const { userid } of list(userlist)) found.add(String(userid));
		for (const id of (partylist as unknown[] | undefined) ?? []) departments.add(String(id));
	}
	const below = new Set(departments);
	for (const id of departments) {
		const { department_id } = await client.call(get('department/simplelist', { id }));
		for (const { id: sub } of list(department_id)) below.add(String(sub));
	}
	const replies = await mapAtOnce(
		[...below],
		async (id) => await client.call(get('user/simplelist', { department_id: id })),
	);
	for (const { userlist } of replies)
		for (const { userid } of list(userlist)) found.add(String(userid));
	return [...found];
}

/** Whether somebody is one of these people; WeCom takes upper and lower case of a user ID for the same (doc 90195). */
export const isOneOf = (people: string[], userid: string): boolean =>
	people.some((one) => one.toLowerCase() === userid.toLowerCase());

/** Whether a card can have come from WeCom to somebody, or only from a person who has forwarded it. */
export const hasCard = ({ to }: Pick<Question, 'to'>, userid: string): boolean =>
	!to.touser ||
	to.touser === '@all' ||
	to.toparty !== undefined ||
	to.totag !== undefined ||
	isOneOf(to.touser.split('|'), userid);

/** The name of a member; the user ID where WeCom does not give one. */
export async function nameOf(client: WecomClient, userid: string): Promise<string> {
	try {
		const { name } = await client.call(get('user/get', { userid }));
		return String(name || userid);
	} catch {
		// Apps may be kept from reading names: the user ID says who it was, too.
		return userid;
	}
}

const get = (path: string, qs: IDataObject) =>
	({ method: 'GET', path: `/cgi-bin/${path}`, qs }) as const;

const list = (value: unknown): IDataObject[] =>
	Array.isArray(value) ? (value as IDataObject[]) : [];
