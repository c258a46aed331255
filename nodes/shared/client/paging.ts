import type { IDataObject } from 'n8n-workflow';
import type { WecomReply } from '../protocol/reply';
import { isObject } from '../util/isObject';

/** How an endpoint hands out a list in pages: names of its request parameters and of its reply's fields. */
export interface Paging {
	style: 'cursor' | 'offset';
	request: { cursor?: string; offset?: string; limit?: string };
	response: {
		cursor?: string;
		offset?: string;
		total?: string;
		has_more?: string;
		ending?: string;
		is_last?: string;
	};
	/** The most entries one page may have. */
	max_limit?: number;
	cursor_type?: 'integer';
}

const DEFAULT_PAGE = 100;

/**
 * Up to `wanted` entries of the documented list of a reply (`list`: dotted path), over as many pages as it takes.
 * `fetch` makes the call with the paging parameters added to its own; `given` are those a person has set.
 */
export async function collect(
	fetch: (page: IDataObject) => Promise<WecomReply>,
	list: string,
	paging: Paging | undefined,
	wanted: number,
	given: IDataObject = {},
): Promise<IDataObject[]> {
	const found: IDataObject[] = [];
	let page: IDataObject | undefined = paging ? firstPage(paging, given, wanted) : {};
	while (page) {
		const reply = await fetch(page);
		const entries = entriesAt(reply, list);
		// One by one: a page can have more entries than a call of `push` takes arguments.
		for (const entry of entries) found.push(entry);
		if (!paging || found.length >= wanted) break;
		const next = nextPosition(paging, reply, page, entries.length);
		page = next && { ...pageSize(paging, given, wanted - found.length), ...next };
	}
	return found.slice(0, wanted);
}

/** The entries at a dotted path, also below arrays; plain values become `{ value }`, since items are objects. */
export function entriesAt(reply: IDataObject, path: string): IDataObject[] {
	let level: unknown[] = [reply];
	for (const key of path.split('.')) {
		level = level.flatMap((value) => (isObject(value) ? [value[key]] : [])).flat();
	}
	return level
		.filter((value) => value !== undefined && value !== null)
		.map((value) => (isObject(value) ? (value as IDataObject) : { value: value as string }));
}

function firstPage(paging: Paging, given: IDataObject, wanted: number): IDataObject {
	const { cursor, offset } = paging.request;
	const start = cursor ?? offset;
	const begun = start !== undefined && given[start] !== undefined ? { [start]: given[start] } : {};
	return { ...pageSize(paging, given, wanted), ...(offset ? { [offset]: 0 } : {}), ...begun };
}

/** The parameter that asks for the next page, undefined after the last one. */
function nextPosition(
	paging: Paging,
	reply: IDataObject,
	last: IDataObject,
	received: number,
): IDataObject | undefined {
	const { request, response } = paging;
	if (saysEnd(response, reply)) return undefined;
	if (paging.style === 'cursor') {
		const name = request.cursor as string;
		const cursor = response.cursor ? reply[response.cursor] : undefined;
		return !cursor || cursor === '0' || cursor === last[name] ? undefined : { [name]: cursor };
	}
	const name = request.offset as string;
	const at = Number(last[name]);
	const offset = response.offset ? Number(reply[response.offset]) : at + received;
	const total = response.total ? Number(reply[response.total]) : Infinity;
	const isLast = received === 0 || offset >= total || !(offset > at);
	// Without a word from the reply, a page that is not full is the last one.
	const isShort =
		!response.total && !response.has_more && received < Number(last[request.limit as string]);
	return isLast || isShort ? undefined : { [name]: offset };
}

/** Whether the reply says there is no more. */
function saysEnd(response: Paging['response'], reply: IDataObject): boolean {
	const { has_more: more, ending, is_last: isLast } = response;
	if (more && reply[more] !== undefined && !isTrue(reply[more])) return true;
	return [ending, isLast].some((name) => name !== undefined && isTrue(reply[name]));
}

function pageSize(
	{ request: { limit }, max_limit: most }: Paging,
	given: IDataObject,
	missing: number,
): IDataObject {
	if (!limit) return {};
	return { [limit]: given[limit] ?? Math.min(most ?? DEFAULT_PAGE, missing) };
}

const isTrue = (value: unknown) => value === true || value === 1 || value === '1';
