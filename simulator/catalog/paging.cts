/** Answers with a list: page by page as the facts of the endpoint say. */
import { isDeepStrictEqual } from 'node:util';
import { WecomError } from '../errors.cts';
import { isObject } from '../fields.cts';
import type { Facts, Json, PagingFacts } from './facts.cts';

export interface ListOptions {
	/** Pages are never longer than this, whatever limit is asked for. */
	pageSize?: number;
	/**
	 * The next cursor of the last page: `empty` ('' or 0), `absent`, or `kept` (one that works and gives an empty page).
	 * By default `empty`; `kept` where an endpoint pulls messages, whose cursor is to be used again later (sync_msg).
	 */
	endCursor?: 'empty' | 'absent' | 'kept';
}

export interface ServedList extends ListOptions {
	items: unknown[];
}

const INVALID_CURSOR = 50100;
const INVALID_LIMIT = 40058;
const DEFAULT_LIMIT = 100;
const CURSOR_PREFIX = 'cursor:';

const encodeCursor = (start: number) => Buffer.from(CURSOR_PREFIX + start).toString('base64url');

/** One page of a list given with `control.setList`; `template` is the answer to put it into. */
export function pageOf(facts: Facts, list: ServedList, params: Json, template: Json): Json {
	const answer = structuredClone(template);
	const { paging, list: place } = facts;
	if (!place) return answer;
	if (!paging) return setAt(answer, place, list.items);
	const start = startOf(paging, params);
	const size = Math.min(limitOf(paging, params), list.pageSize ?? Infinity);
	const items = list.items.slice(start, start + size);
	setAt(answer, place, items);
	const end = start + items.length;
	return withPosition(facts, answer, { end, total: list.items.length, endCursor: list.endCursor });
}

/**
 * A documented sample is one page, often with a next cursor. The call that follows it gets an empty last page, so that
 * reading everything ends. The documented sample request itself always gets the sample.
 */
export function followsSample(facts: Facts, params: Json, sample: Json): boolean {
	const { paging, list, sample_request } = facts;
	if (!paging || !list || isDeepStrictEqual(params, sample_request)) return false;
	const { cursor, offset } = paging.request;
	if (offset) return Number(params[offset]) > 0;
	const next = paging.response.cursor && sample[paging.response.cursor];
	return Boolean(cursor && next) && String(params[cursor!]) === String(next);
}

export function emptyLastPage(facts: Facts, params: Json, sample: Json): Json {
	const answer = setAt(structuredClone(sample), facts.list!, []);
	const end = Number(params[facts.paging!.request.offset ?? ''] ?? 0);
	return withPosition(facts, answer, { end, total: end });
}

function startOf({ style, request, cursor_type }: PagingFacts, params: Json): number {
	const value = params[style === 'offset' ? request.offset! : request.cursor!];
	if (value === undefined || value === '') return 0;
	if (style === 'offset' || cursor_type === 'integer') {
		const start = Number(value);
		if (!Number.isInteger(start) || start < 0) throw new WecomError(INVALID_CURSOR);
		return start;
	}
	const text = Buffer.from(String(value), 'base64url').toString();
	if (!/^cursor:\d+$/.test(text)) throw new WecomError(INVALID_CURSOR);
	return Number(text.slice(CURSOR_PREFIX.length));
}

/** The size of a page as the request asks for it; 0 counts as not given. */
function limitOf({ request, max_limit, default_limit, over_limit }: PagingFacts, params: Json) {
	const standard = default_limit ?? max_limit ?? DEFAULT_LIMIT;
	const limit = Number((request.limit && params[request.limit]) || standard);
	const tooMuch = max_limit !== undefined && limit > max_limit;
	if (tooMuch && over_limit === 'default') return standard;
	if (tooMuch || limit < 0)
		throw new WecomError(INVALID_LIMIT, `invalid Request Parameter: ${request.limit}`);
	return limit;
}

/** Sets the fields that say where the next page is. */
function withPosition(
	{ path, paging, response = [] }: Facts,
	answer: Json,
	{ end, total, endCursor }: { end: number; total: number; endCursor?: ListOptions['endCursor'] },
): Json {
	const names = paging!.response;
	const more = end < total;
	const flag = (name: string | undefined, on: boolean) => {
		if (!name) return;
		const type = response.find((field) => field.name === name)?.type;
		answer[name] = type === 'integer' ? Number(on) : on;
	};
	flag(names.has_more, more);
	flag(names.is_last, !more);
	flag(names.ending, !more);
	if (names.total) answer[names.total] = total;
	if (names.offset) answer[names.offset] = end;
	if (names.cursor) {
		const isNumber = paging!.cursor_type === 'integer';
		const atEnd = endCursor ?? (path.endsWith('/sync_msg') ? 'kept' : 'empty');
		if (more || atEnd === 'kept') answer[names.cursor] = isNumber ? end : encodeCursor(end);
		else if (atEnd === 'absent') delete answer[names.cursor];
		else answer[names.cursor] = isNumber ? 0 : '';
	}
	return answer;
}

/** Sets the value at a dot path; what is in the way or missing becomes an object. */
function setAt(answer: Json, path: string, value: unknown): Json {
	const names = path.split('.');
	const last = names.pop()!;
	let place = answer;
	for (const name of names) {
		if (!isObject(place[name])) place[name] = {};
		place = place[name];
	}
	place[last] = value;
	return answer;
}
