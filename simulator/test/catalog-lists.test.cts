import type { Facts } from '../catalog/facts.cts';
import { useSimulator, type Json } from './api.cts';
import { allFacts, atPath, call, catalogServed, completeBody, factsOf } from './catalog-calls.cts';

const api = useSimulator();
const numbers = (count: number) => Array.from({ length: count }, (_, index) => ({ n: index }));

/** A body without position and limit, or with the limit. */
function firstBody(facts: Facts, limit?: number): Json {
	const body = completeBody(facts);
	const { cursor, offset, limit: limitName } = facts.paging!.request;
	for (const name of [cursor, offset, limitName]) if (name) delete body[name];
	const needed = (name?: string) =>
		facts.params.some((param) => param.name === name && param.required);
	if (limitName && (limit || needed(limitName))) body[limitName] = limit ?? 10;
	if (offset && needed(offset)) body[offset] = 0;
	if (cursor && needed(cursor)) body[cursor] = facts.paging!.cursor_type === 'integer' ? 0 : '';
	return body;
}

/** Reads as the facts say; gives the pages. */
async function readAll(facts: Facts, limit?: number): Promise<unknown[][]> {
	const { request, response, style } = facts.paging!;
	const pages: unknown[][] = [];
	const body = firstBody(facts, limit);
	for (;;) {
		const { json } = await call(api.sim, facts, body);
		expect({ id: facts.id, errmsg: json.errmsg }).toEqual({ id: facts.id, errmsg: 'ok' });
		const page = atPath(json, facts.list!) as unknown[];
		pages.push(page);
		if (pages.length > 100) throw new Error(`${facts.id} does not end`);
		if (response.has_more && !json[response.has_more]) return pages;
		if (response.is_last && json[response.is_last]) return pages;
		if (response.ending && json[response.ending]) return pages;
		if (style === 'cursor') {
			if (!json[response.cursor!]) return pages;
			body[request.cursor!] = json[response.cursor!];
		} else {
			if (!page.length) return pages;
			const next = response.offset && json[response.offset];
			body[request.offset!] = next ?? (body[request.offset!] ?? 0) + page.length;
		}
	}
}

describe('setList', () => {
	const paged = allFacts.filter(({ paging }) => paging);

	it('gives all items of every paged endpoint, page by page', async () => {
		expect(paged).toHaveLength(105);
		for (const facts of paged) {
			api.sim.control.setList(facts.path, numbers(25), { pageSize: 10 });
			const pages = await readAll(facts);
			expect({ id: facts.id, items: pages.flat() }).toEqual({ id: facts.id, items: numbers(25) });
			expect(pages.slice(0, 3).map(({ length }) => length)).toEqual([10, 10, 5]);
		}
	});

	it('takes the limit that is asked for', async () => {
		for (const facts of paged) {
			if (!facts.paging!.request.limit) continue;
			api.sim.control.setList(facts.path, numbers(12));
			expect((await readAll(facts, 5)).slice(0, 3).map(({ length }) => length)).toEqual([5, 5, 2]);
		}
	});

	it('gives all items at once where there are no pages', async () => {
		const facts = factsOf('kf.servicer.list');
		api.sim.control.setList(facts.path, numbers(300));
		const { json } = await call(api.sim, facts, completeBody(facts));
		expect(json[facts.list!]).toHaveLength(300);
	});

	it.each([
		['has_more as a number', 'kf.knowledge.list_group', { has_more: 1 }, { has_more: 0 }],
		['has_more', 'meeting.get_quality', { has_more: true }, { has_more: false, next_cursor: '' }],
		['is_last', 'externalcontact.get_unassigned_list', { is_last: false }, { is_last: true }],
		['ending', 'living.get_watch_stat', { ending: 0 }, { ending: 1, next_key: '' }],
		['endflag', 'oa.journal.get_record_list', { endflag: 0, next_cursor: 2 }, { endflag: 1 }],
		['total', 'externalcontact.groupchat.statistic', { total: 3, next_offset: 2 }, { total: 3 }],
		['next', 'wedoc.smartsheet.get_records', { next: 2, has_more: true }, { has_more: false }],
		['a number as cursor', 'corp.getapprovaldata', { next_spnum: 2 }, { next_spnum: 0 }],
		['messages', 'kf.sync_msg', { has_more: 1 }, { has_more: 0, next_cursor: any(String) }],
	])('says %s where %s does', async (_what, id, first, last) => {
		const facts = factsOf(id);
		const { request, response } = facts.paging!;
		api.sim.control.setList(facts.path, numbers(3), { pageSize: 2 });
		const body = firstBody(facts);
		const { json } = await call(api.sim, facts, body);
		expect(json).toMatchObject(first);
		body[(request.cursor ?? request.offset)!] = json[(response.cursor ?? response.offset)!];
		expect((await call(api.sim, facts, body)).json).toMatchObject(last);
	});

	it('has defaults and a maximum', async () => {
		const vip = factsOf('meeting.vip.list');
		api.sim.control.setList(vip.path, numbers(500));
		const page = async (facts: Facts, body: Json) => (await call(api.sim, facts, body)).json;
		expect((await page(vip, {})).userid_list).toHaveLength(100);
		expect((await page(vip, { limit: 100 })).errcode).toBe(0);
		expect((await page(vip, { limit: 101 })).errcode).toBe(40058);
		expect((await page(vip, { limit: -1 })).errcode).toBe(40058);
		expect((await page(vip, { cursor: 'made up' })).errcode).toBe(50100);

		const archive = factsOf('chatdata.sync_msg');
		api.sim.control.setList(archive.path, numbers(500));
		expect((await page(archive, firstBody(archive))).msg_list).toHaveLength(200);

		const moments = factsOf('externalcontact.get_groupmsg_task');
		api.sim.control.setList(moments.path, numbers(2000));
		const body = { ...firstBody(moments), limit: 1001 };
		expect((await page(moments, body)).task_list).toHaveLength(500);
	});

	it.each([
		['empty', { next_cursor: '' }],
		['absent', { next_cursor: undefined }],
		['kept', { next_cursor: any(String) }],
	] as const)('can end with a cursor that is %s', async (endCursor, end) => {
		const facts = factsOf('meeting.vip.list');
		api.sim.control.setList(facts.path, numbers(1), { endCursor });
		const { json } = await call(api.sim, facts, {});
		expect({ next_cursor: undefined, ...json }).toMatchObject({ has_more: false, ...end });
		if (endCursor !== 'kept') return;
		const again = await call(api.sim, facts, { cursor: json.next_cursor });
		expect(again.json).toMatchObject({ userid_list: [], has_more: false });
	});

	it('goes before a row, ends with clearLists and reset, and refuses what has no list', async () => {
		const facts = factsOf('department.list');
		const departments = async () => (await call(api.sim, facts, {})).json.department as unknown[];
		api.sim.control.setList(facts.path, numbers(1));
		expect(await departments()).toEqual(numbers(1));
		api.sim.control.clearLists(facts.path);
		expect(await departments()).toHaveLength(8);
		api.sim.control.setList(facts.path, numbers(1));
		api.sim.control.reset();
		expect(await departments()).toHaveLength(8);
		expect(() => api.sim.control.setList('/cgi-bin/tag/create', [])).toThrow('no list');
		expect(() => api.sim.control.setList('/cgi-bin/nothing', [])).toThrow('no list');
	});
});

describe('documented samples', () => {
	it('are one page: reading on gives an empty last one', async () => {
		for (const facts of catalogServed) {
			if (!facts.paging || facts.list === null) continue;
			const pages = await readAll(facts, 1);
			expect({ id: facts.id, pages: pages.length <= 2 }).toEqual({ id: facts.id, pages: true });
		}
	});
});

function any(type: unknown): any {
	return expect.any(type as never);
}
