import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../../../nodes/shared/client/client';
import type { ApiRequest } from '../../../nodes/shared/client/request';
import {
	readMessages,
	withPosition,
	type Position,
	type ReadOptions,
} from '../../../nodes/shared/customerService/read';
import { Turns } from '../../../nodes/WecomTrigger/customerService/turns';

interface Page {
	ids?: string[];
	next?: string;
	more?: number;
	errcode?: number;
}

/** Answers sync_msg with one page after the other; `sent` are the bodies it got. */
function pages(...list: Page[]) {
	const sent: IDataObject[] = [];
	const client = {
		call: async ({ body }: ApiRequest) => {
			sent.push(body as IDataObject);
			const { ids = [], next, more = 0, errcode } = list[sent.length - 1];
			if (errcode)
				throw Object.assign(new Error('Refused'), {
					description: 'Do this.',
					context: { errcode },
				});
			return {
				msg_list: ids.map((msgid) => ({ msgid, send_time: 1000 })),
				next_cursor: next,
				has_more: more,
			};
		},
	};
	const read = async (position: Position = {}, options: Partial<ReadOptions> = {}) =>
		await readMessages(client as unknown as WecomClient, {
			openKfId: 'wk1',
			token: 'ENC',
			position,
			keep: () => true,
			...options,
		});
	return { sent, read };
}

describe('reading messages', () => {
	it('goes page by page from the position to the end', async () => {
		const { sent, read } = pages(
			{ ids: ['a', 'b'], next: 'c1', more: 1 },
			{ next: 'c2', more: 1 },
			{ ids: ['c'], next: 'c3' },
		);
		const { messages, position, unfinished } = await read({ cursor: 'c0' });
		expect(messages.map(({ msgid }) => msgid)).toEqual(['a', 'b', 'c']);
		expect(position).toEqual({ cursor: 'c3' });
		expect(unfinished).toBeUndefined();
		expect(sent).toEqual(
			['c0', 'c1', 'c2'].map((cursor) => ({ cursor, token: 'ENC', open_kfid: 'wk1', limit: 1000 })),
		);
	});

	it('passes over what is older than the first time, and forgets that limit only at the end', async () => {
		const { read } = pages({ ids: ['old'], next: 'c1', more: 1 }, { errcode: 45009 });
		expect(await read({ since: 1001 })).toEqual({
			messages: [],
			position: { cursor: 'c1', since: 1001 },
			unfinished: { reason: 'Refused. Do this.' },
		});
		const { read: again } = pages({ ids: ['new'], next: 'c2' });
		expect(await again({ cursor: 'c1', since: 1000 })).toMatchObject({
			messages: [{ msgid: 'new' }],
			position: { cursor: 'c2' },
		});
	});

	it('ends after the page that is enough for an execution', async () => {
		const { sent, read } = pages(
			{ ids: ['a', 'b'], next: 'c1', more: 1 },
			{ ids: ['c'], next: 'c2', more: 1 },
		);
		const { messages, position, unfinished } = await read({}, { maxMessages: 2 });
		expect(messages).toHaveLength(2);
		expect(position).toEqual({ cursor: 'c1' });
		expect(unfinished?.reason).toContain('enough');
		expect(sent).toHaveLength(1);
	});

	it('does not turn in circles when WeCom gives no way on', async () => {
		const { sent, read } = pages({ next: 'c1', more: 1 }, { next: 'c1', more: 1 });
		expect((await read({})).unfinished?.reason).toContain('not where');
		expect(sent).toHaveLength(2);
	});

	it('gives a refused Token up once, a second refusal ends it', async () => {
		const { sent, read } = pages({ errcode: 95007 }, { errcode: 95007 });
		expect((await read({})).unfinished).toBeDefined();
		expect(sent.map(({ token }) => token)).toEqual(['ENC', undefined]);
	});

	it('gives a refused cursor up once and goes on by time', async () => {
		const { sent, read } = pages({ errcode: 60268 }, { ids: ['a'], next: 'c9' });
		const { messages } = await read({ cursor: 'bad', at: 1_050_000 });
		expect(messages).toHaveLength(1);
		expect(sent[1]).not.toHaveProperty('cursor');
		const { read: later } = pages({ errcode: 60268 }, { ids: ['a'], next: 'c9' });
		expect((await later({ cursor: 'bad', at: 1_100_000 })).messages).toEqual([]);
	});
});

describe('a stored position', () => {
	const stored = (credentials: ICredentialDataDecryptedObject) =>
		JSON.parse(String(credentials.kfCursorTokens)) as Record<string, Position>;

	it('is replaced by a newer one only, and leaves others alone', () => {
		const one = withPosition({}, 'r1', { cursor: 'a', at: 5 })!;
		const two = withPosition(one, 'r2', { cursor: 'b', at: 6 })!;
		expect(stored(two)).toEqual({ r1: { cursor: 'a', at: 5 }, r2: { cursor: 'b', at: 6 } });
		expect(withPosition(two, 'r1', { cursor: 'older', at: 4 })).toBeUndefined();
		expect(withPosition(two, 'r1', { cursor: 'a', at: 5 })).toBeUndefined();
		expect(stored(withPosition(two, 'r1', { cursor: 'c', at: 5 })!).r1.cursor).toBe('c');
	});

	it('goes when 2,000 others have been used since', () => {
		const many = Object.fromEntries(
			Array.from({ length: 2_000 }, (_, index) => [`r${index}`, { cursor: 'x', at: 10 + index }]),
		);
		const next = stored(
			withPosition({ kfCursorTokens: JSON.stringify(many) }, 'new', { cursor: 'y', at: 5_000 })!,
		);
		expect(Object.keys(next)).toHaveLength(2_000);
		expect(next.new).toEqual({ cursor: 'y', at: 5_000 });
		expect(next.r0).toBeUndefined();
		expect(next.r1).toBeDefined();
	});
});

describe('turns', () => {
	it('those who come while one runs share the next one, which begins after it', async () => {
		const turns = new Turns();
		const first = turns.enter('a');
		const second = turns.enter('a');
		const third = turns.enter('a');
		expect([first, second, third].map(({ lead }) => lead)).toEqual([true, true, false]);
		expect(third.turn).toBe(second.turn);
		let begun = false;
		void second.turn.begins.then(() => (begun = true));
		await first.turn.begins;
		await new Promise(setImmediate);
		expect(begun).toBe(false);
		first.turn.end(true);
		await second.turn.begins;

		const fourth = turns.enter('a');
		expect(fourth.turn).not.toBe(second.turn);
		expect(fourth.lead).toBe(true);
		second.turn.end(false);
		expect(await third.turn.ended).toBe(false);
		fourth.turn.end(true);
		expect(turns.enter('a').turn.begins).toBeInstanceOf(Promise);
	});

	it('of other accounts do not wait', async () => {
		const turns = new Turns();
		turns.enter('a');
		const { turn, lead } = turns.enter('b');
		await turn.begins;
		expect(lead).toBe(true);
	});
});
