import type { IDataObject } from 'n8n-workflow';
import { collect, entriesAt, type Paging } from '../../../nodes/shared/client/paging';

const all = Array.from({ length: 25 }, (_, id) => ({ id }));

/** A server that pages through `all` by the given facts, and the requests it saw. */
function server({ request, response, style, max_limit = 10 }: Paging) {
	const seen: IDataObject[] = [];
	const fetch = async (page: IDataObject) => {
		seen.push(page);
		const start = Number((style === 'cursor' ? page[request.cursor!] : page[request.offset!]) ?? 0);
		const size = Math.min(Number(request.limit ? page[request.limit] : max_limit), max_limit);
		const end = Math.min(start + size, all.length);
		const done = end >= all.length;
		const reply: IDataObject = { list: all.slice(start, end) };
		if (response.cursor) reply[response.cursor] = done ? '' : String(end);
		if (response.offset) reply[response.offset] = end;
		if (response.has_more) reply[response.has_more] = done ? 0 : 1;
		if (response.ending) reply[response.ending] = done ? 1 : 0;
		if (response.is_last) reply[response.is_last] = done;
		if (response.total) reply[response.total] = all.length;
		return reply;
	};
	return { fetch, seen };
}

const STYLES: Array<[string, Paging]> = [
	[
		'cursor',
		{
			style: 'cursor',
			request: { cursor: 'cursor', limit: 'limit' },
			response: { cursor: 'next_cursor' },
			max_limit: 10,
		},
	],
	[
		'cursor and has_more',
		{
			style: 'cursor',
			request: { cursor: 'cursor', limit: 'limit' },
			response: { cursor: 'next_cursor', has_more: 'has_more' },
			max_limit: 10,
		},
	],
	[
		'cursor without limit',
		{
			style: 'cursor',
			request: { cursor: 'next_key' },
			response: { cursor: 'next_key', ending: 'ending' },
		},
	],
	[
		'cursor and is_last',
		{
			style: 'cursor',
			request: { cursor: 'cursor', limit: 'page_size' },
			response: { cursor: 'next_cursor', is_last: 'is_last' },
			max_limit: 10,
		},
	],
	[
		'bare offset',
		{ style: 'offset', request: { offset: 'offset', limit: 'limit' }, response: {}, max_limit: 10 },
	],
	[
		'offset and total',
		{
			style: 'offset',
			request: { offset: 'offset', limit: 'limit' },
			response: { total: 'total' },
			max_limit: 10,
		},
	],
	[
		'next offset and has_more',
		{
			style: 'offset',
			request: { offset: 'start', limit: 'limit' },
			response: { has_more: 'has_more', offset: 'next_start' },
			max_limit: 10,
		},
	],
];

it.each(STYLES)('collects everything, or up to a limit: %s', async (_name, paging) => {
	const whole = server(paging);
	expect(await collect(whole.fetch, 'list', paging, Infinity)).toEqual(all);
	expect(whole.seen).toHaveLength(3);
	for (const wanted of [1, 10, 12]) {
		const { fetch, seen } = server(paging);
		expect(await collect(fetch, 'list', paging, wanted)).toEqual(all.slice(0, wanted));
		expect(seen).toHaveLength(wanted > 10 ? 2 : 1);
		if (paging.request.limit) expect(seen[0][paging.request.limit]).toBe(Math.min(10, wanted));
	}
});

it('goes on over an empty page that says there is more, and stops at a cursor that stands still', async () => {
	const paging = STYLES[1][1];
	const pages: IDataObject[] = [
		{ list: [{ id: 1 }], next_cursor: 'a', has_more: 1 },
		{ list: [], next_cursor: 'b', has_more: 1 },
		{ list: [{ id: 2 }], next_cursor: 'b', has_more: 1 },
	];
	let calls = 0;
	expect(await collect(async () => pages[calls++], 'list', paging, Infinity)).toEqual([
		{ id: 1 },
		{ id: 2 },
	]);
	expect(calls).toBe(3);
});

it('finds lists below objects and arrays', () => {
	expect(entriesAt({ a: { b: [{ id: 1 }] } }, 'a.b')).toEqual([{ id: 1 }]);
	expect(entriesAt({ a: [{ b: [{ id: 1 }] }, { b: [{ id: 2 }] }, {}] }, 'a.b')).toEqual([
		{ id: 1 },
		{ id: 2 },
	]);
	expect(entriesAt({ ips: ['1.2.3.4'] }, 'ips')).toEqual([{ value: '1.2.3.4' }]);
	expect(entriesAt({}, 'a.b')).toEqual([]);
});
