/** What WeCom answers at once, asked for in several calls and joined. */
import type { IDataObject } from 'n8n-workflow';
import { blocksOf, type Blocks } from '../../../nodes/Wecom/engine/blocks';
import type { ItemContext, Operation } from '../../../nodes/Wecom/engine/operation';
import { getList } from '../../../nodes/Wecom/engine/runRow';

const DAY = 86_400;
const blocks: Blocks = {
	ids: 'users',
	most: 2,
	span: { from: 'begin', to: 'end', days: 30, gap: 1 },
};

it('asks for every block of people over every block of the time, no second twice', () => {
	const users = ['a', 'b', 'c'];
	const [begin, end] = [0, 45 * DAY];
	expect(blocksOf(blocks, { users, begin, end, kind: 1 })).toEqual(
		[['a', 'b'], ['c']].flatMap((some) => [
			{ users: some, begin: 0, end: 30 * DAY, kind: 1 },
			{ users: some, begin: 30 * DAY + 1, end, kind: 1 },
		]),
	);
});

it('is one call where all fits', () => {
	const sent = { users: ['a', 'b'], begin: 0, end: 30 * DAY };
	expect(blocksOf(blocks, sent)).toEqual([sent]);
	expect(blocksOf(undefined, sent)).toEqual([sent]);
});

describe('a list over several blocks', () => {
	/** Every call finds two entries for each person. */
	async function list(form: IDataObject, more: Partial<Operation> = {}) {
		const asked: unknown[] = [];
		const operation = {
			endpoint: ['GET', '/cgi-bin/x'],
			fields: [],
			list: 'found',
			blocks: { ids: 'users', most: 1 },
			...more,
		} as unknown as Operation;
		const client = {
			call: async ({ qs }: { qs: { users: string[] } }) => {
				asked.push(qs.users[0]);
				return { errcode: 0, found: [1, 2].map((n) => ({ id: `${qs.users[0]}${n}`, errcode: 0 })) };
			},
		};
		const get = (name: string, fallback: unknown) => form[name] ?? fallback;
		const item = { operation, client, get, itemIndex: 0 } as unknown as ItemContext;
		const entries = await getList(item, { users: ['a', 'b', 'c'] });
		return { asked, ids: entries.map(({ id }) => id) };
	}

	it('ends with the block that reaches the limit', async () => {
		expect(await list({ limit: 3 })).toEqual({ asked: ['a', 'b'], ids: ['a1', 'a2', 'b1'] });
	});

	it('is whole with Return All, and where the row says so', async () => {
		const all = { asked: ['a', 'b', 'c'], ids: ['a1', 'a2', 'b1', 'b2', 'c1', 'c2'] };
		expect(await list({ returnAll: true, limit: 1 })).toEqual(all);
		expect(await list({ limit: 1 }, { whole: true })).toEqual(all);
	});
});
