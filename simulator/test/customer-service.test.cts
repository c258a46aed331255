import { DEMO_APP, DEMO_KF_ACCOUNTS } from '../demo-data.cts';
import { startSimulator, type Simulator } from '../server.cts';
import { http } from '../../test/support/http.cts';

let sim: Simulator;
beforeAll(async () => {
	sim = await startSimulator();
});
beforeEach(() => sim.control.reset());
afterAll(async () => await sim.stop());

const [{ open_kfid: KF }] = DEMO_KF_ACCOUNTS;
const MINUTE = 60_000;

interface Reply {
	errcode: number;
	next_cursor: string;
	has_more: number;
	msg_list: Array<{ msgid: string }>;
}
async function sync(body: object): Promise<Reply> {
	const token = sim.control.issueToken('corp', { agentid: DEMO_APP.agentid });
	const url = `${sim.url}/cgi-bin/kf/sync_msg?access_token=${token}`;
	return (await http(url, { method: 'POST', body })).json();
}
const fresh = () => sim.control.kfNotice(KF).Token as string;
const ids = ({ msg_list }: Reply) => msg_list.map(({ msgid }) => msgid);
const add = (...msgids: string[]) =>
	sim.control.addKfMessages(
		KF,
		msgids.map((msgid) => ({ msgid })),
	);

it('hands messages out from the cursor on, by limit, with a cursor also at the end', async () => {
	add('a', 'b', 'c');
	const first = await sync({ open_kfid: KF, token: fresh(), limit: 2 });
	expect([ids(first), first.has_more]).toEqual([['a', 'b'], 1]);
	const second = await sync({ open_kfid: KF, token: fresh(), cursor: first.next_cursor });
	expect([ids(second), second.has_more]).toEqual([['c'], 0]);
	const end = await sync({ open_kfid: KF, token: fresh(), cursor: second.next_cursor });
	expect([ids(end), end.has_more, end.next_cursor]).toEqual([[], 0, second.next_cursor]);
	add('d');
	expect(ids(await sync({ open_kfid: KF, token: fresh(), cursor: end.next_cursor }))).toEqual([
		'd',
	]);
	expect(first.next_cursor.length).toBeLessThanOrEqual(64);
});

it('has pages that are empty or short although there is more', async () => {
	add('a', 'b');
	sim.control.setKfPages({ pageSize: 1, emptyPages: 1 });
	let cursor = '';
	const seen: Array<[string[], number]> = [];
	for (let page = 0; page < 3; page++) {
		const reply = await sync({ open_kfid: KF, token: fresh(), cursor });
		expect(reply.next_cursor).not.toBe(cursor);
		cursor = reply.next_cursor;
		seen.push([ids(reply), reply.has_more]);
	}
	expect(seen).toEqual([
		[[], 1],
		[['a'], 1],
		[['b'], 0],
	]);
});

it('forgets messages after three days', async () => {
	add('old');
	sim.control.advanceClock(3 * 24 * 60 * MINUTE + MINUTE);
	add('new');
	expect(ids(await sync({ open_kfid: KF, token: fresh() }))).toEqual(['new']);
});

it('wants a fresh Token, or one call a minute', async () => {
	const token = fresh();
	expect((await sync({ open_kfid: KF, token })).errcode).toBe(0);
	sim.control.advanceClock(11 * MINUTE);
	expect((await sync({ open_kfid: KF, token })).errcode).toBe(95007);
	expect((await sync({ open_kfid: KF })).errcode).toBe(0);
	expect((await sync({ open_kfid: KF })).errcode).toBe(45009);
	sim.control.advanceClock(2 * MINUTE);
	expect((await sync({ open_kfid: KF })).errcode).toBe(0);
});

it.each([
	['no account', {}, 60251],
	['an unknown account', { open_kfid: 'wkOther' }, 95000],
	['a made-up cursor', { open_kfid: KF, cursor: 'abc' }, 50100],
	['too high a limit', { open_kfid: KF, limit: 1001 }, 40058],
])('refuses %s', async (_name, body, errcode) => {
	expect((await sync({ token: fresh(), ...body })).errcode).toBe(errcode);
});
