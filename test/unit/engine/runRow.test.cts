/** What may be repeated and run side by side, and what becomes of a reply. */
import type { IDataObject } from 'n8n-workflow';
import { readsOnly, runRow, toRequest } from '../../../nodes/Wecom/engine/runRow';
import type { Operation } from '../../../nodes/Wecom/engine/operation';

const row = (method: 'GET' | 'POST', reads?: boolean) =>
	({ endpoint: [method, '/cgi-bin/x'], reads, fields: [] }) as unknown as Operation;

it.each([
	['GET', undefined, true],
	['POST', undefined, false],
	['POST', true, true],
	['GET', false, false],
] as const)('%s with reads: %p', (method, reads, harmless) => {
	expect(readsOnly(row(method, reads))).toBe(harmless);
	const sent = { a: 1 };
	expect(toRequest(row(method, reads), sent)).toEqual({
		method,
		path: '/cgi-bin/x',
		[method === 'GET' ? 'qs' : 'body']: sent,
		repeatable: harmless,
	});
});

describe('the reply of a row', () => {
	async function run(reply: IDataObject, more: Partial<Operation>, form: IDataObject = {}) {
		const operation = { endpoint: ['POST', '/cgi-bin/x'], fields: [], ...more } as Operation;
		const context = {
			getNodeParameter: (_name: string, _index: number, fallback: unknown) => fallback,
		};
		const get = (name: string, fallback: unknown = '') => form[name] ?? fallback;
		const client = { call: async () => ({ errcode: 0, errmsg: 'ok', ...reply }) };
		return await runRow({ operation, client, context, get, itemIndex: 0 } as never);
	}
	const reply = { invaliduser: 'lisi', info: { id: 1, name: 'a', rest: 'b' } };
	const warning = 'Left out: unknown or out-of-reach members: lisi.';

	it('keeps its warning whatever else is picked or simplified', async () => {
		const row = { pick: 'info', simplify: ['id', 'name'] };
		expect(await run(reply, row)).toEqual({ id: 1, name: 'a', warning });
		expect(await run(reply, row, { simplify: false })).toEqual({ ...reply.info, warning });
	});

	it('says what was done where WeCom says nothing but "ok"', async () => {
		expect(await run({}, {})).toEqual({ success: true });
		expect(await run({}, { returns: () => ({ deleted: true }) })).toEqual({ deleted: true });
	});

	it('takes as many entries as are wanted, over all blocks', async () => {
		const found = [{ id: 1 }, { id: 2 }];
		const row = {
			fixed: { userids: ['a', 'b', 'c', 'd'] },
			list: 'found',
			reads: true,
			blocks: { ids: 'userids', most: 2 },
		};
		expect(await run({ found }, row, { limit: 3 })).toEqual([...found, found[0]]);
		expect(await run({ found }, row, { returnAll: true })).toHaveLength(4);
	});

	it('marks the entry of a list that WeCom has refused', async () => {
		const found = [{ id: 1 }, { id: 2, errcode: 60111 }];
		const row = { list: 'found', reads: true, whole: true as const };
		expect(await run({ found }, row)).toEqual([
			{ id: 1 },
			{ id: 2, errcode: 60111, warning: 'WeCom refused this one with the error code 60111.' },
		]);
		const simplified = await run({ found }, { ...row, simplify: ['id'] });
		expect(simplified).toEqual([
			{ id: 1 },
			{ id: 2, warning: 'WeCom refused this one with the error code 60111.' },
		]);
	});
});
