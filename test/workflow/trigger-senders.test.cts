/** Who wrote: the filters of the WeCom Trigger for people and texts, and "Resolve Names", against the simulator. */
import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { senderLists } from '../../nodes/WecomTrigger/sender';
import { logged, runLoadOptions, type CredentialStore } from '../support/harness.cts';
import { startIntake, type Intake } from './intake-support.cts';
import { credentialOf, credentialTypes, nodeTypes, TRIGGER, useSimulator } from './support.cts';

const sim = useSimulator();
const GET = '/cgi-bin/user/get';

let running: Intake[] = [];
afterEach(async () => {
	await Promise.all(running.map(async ({ stop }) => await stop()));
	running = [];
});

async function start(parameters: IDataObject, store?: CredentialStore): Promise<Intake> {
	const intake = await startIntake(sim(), { parameters, store });
	running.push(intake);
	return intake;
}

/** A message as the simulator sends it. */
const message = (fields: Record<string, string>, kind = 'text') =>
	sim().control.sample(DEMO_APP.agentid, kind, fields);
const write = async (intake: Intake, FromUserName: string, Content = 'hi', kind = 'text') =>
	expect(
		await sim().push(
			intake.target,
			message({ FromUserName, ...(kind === 'text' && { Content }) }, kind),
		),
	).toMatchObject({ ok: true });
const writers = (intake: Intake) => intake.items().map(({ FromUserName }) => FromUserName);
const calls = (path: string) => sim().requests.filter((request) => request.path === path).length;

describe('filters', () => {
	it('lets only the chosen members through, also from an expression', async () => {
		for (const members of [['lisi'], '={{ "lisi, zhaolei" }}']) {
			const intake = await start({ filters: { members } });
			await write(intake, 'zhangsan');
			await write(intake, 'lisi');
			expect(writers(intake)).toEqual(['lisi']);
			// Events of nobody are not affected.
			await sim().push(intake.target, message({}, 'create_party'));
			expect(intake.items()).toHaveLength(2);
		}
		expect(calls(GET)).toBe(0);
	});

	it('lets only members of the chosen departments through, and of those below; asks once for each', async () => {
		const { department } = sim().state.members.get('zhangsan')!;
		const own = department[0];
		const parent = sim().state.departments.get(own)!.parentid;
		for (const [chosen, passes] of [
			[own, true],
			[parent, true],
			[999, false],
		] as const) {
			const intake = await start({ filters: { departments: [String(chosen)] } });
			await write(intake, 'zhangsan');
			expect([chosen, intake.items().length]).toEqual([chosen, passes ? 1 : 0]);
		}
		const intake = await start({ filters: { departments: [String(own)] } });
		const before = calls(GET);
		await write(intake, 'zhangsan', 'once');
		await write(intake, 'zhangsan', 'twice');
		expect(calls(GET) - before).toBeLessThanOrEqual(1);
	});

	it('starts the workflow where nobody could be looked up, and logs why', async () => {
		const intake = await start({ filters: { departments: ['999'] } });
		sim().control.refuseIp(true);
		logged.length = 0;
		await write(intake, 'zhaolei');
		sim().control.refuseIp(false);
		expect(writers(intake)).toEqual(['zhaolei']);
		expect(JSON.stringify(logged)).toContain('could not look up who wrote');
	});

	it.each([
		[{ textContains: '报销, Refund' }, ['a refund please', '我要报销'], ['hi', '']],
		[{ textMatches: '^order \\d+$' }, ['order 12', 'ORDER 3'], ['my order 12']],
		[{ textMatches: '/^Order/' }, ['Order 1'], ['order 1']],
		[{ textMatches: '(' }, ['anything'], []],
		[{ textContains: 'order', textMatches: '\\d' }, ['order 1'], ['order', '1']],
	])('by text %j', async (filters, wanted, others) => {
		const intake = await start({ filters });
		for (const content of [...others, ...wanted]) await write(intake, 'lisi', content || ' ');
		expect(intake.items().map(({ Content }) => Content)).toEqual(wanted);
	});

	it('by text leaves out messages without any, and keeps events', async () => {
		const intake = await start({ filters: { textContains: 'order' } });
		await write(intake, 'lisi', '', 'image');
		await sim().push(intake.target, message({}, 'click'));
		expect(intake.items().map(({ MsgType }) => MsgType)).toEqual(['event']);
	});

	it('offer members and departments by name, and say why not', async () => {
		const list = async (method: keyof typeof senderLists, source: string) =>
			(await runLoadOptions(
				{
					nodeTypes,
					credentialTypes,
					credentials: { c1: credentialOf(sim()) } as CredentialStore,
					node: {
						name: 'WeCom Trigger',
						type: TRIGGER,
						parameters: { source },
						credentials: { wecomApi: 'c1' },
					},
				},
				senderLists[method],
			)) as INodePropertyOptions[];
		expect(await list('getMembers', 'app')).toContainEqual({
			name: '张三 (zhangsan)',
			value: 'zhangsan',
		});
		expect((await list('getDepartments', 'app'))[1].name).toContain(' / ');
		expect(await list('getMembers', 'suite')).toMatchObject([
			{ name: 'The members and departments of companies cannot be listed here', value: '' },
		]);
	});
});

describe('Resolve Names', () => {
	const option = { triggerOptions: { resolveNames: true } };

	it('adds name and departments of the member who wrote, read once', async () => {
		const intake = await start(option);
		await write(intake, 'zhangsan', 'one');
		const asked = calls(GET);
		await write(intake, 'zhangsan', 'two');
		expect(calls(GET)).toBe(asked);
		const senders = intake.items().map(({ wecom }) => (wecom as IDataObject).sender);
		expect(senders[0]).toEqual({
			userid: 'zhangsan',
			name: '张三',
			departments: [{ id: expect.any(Number), name: expect.stringMatching(/\D/) }],
		});
		expect(senders[1]).toEqual(senders[0]);
	});

	it('is read again with a credential that has changed', async () => {
		const intake = await start(option);
		await write(intake, 'lisi', 'one');
		const asked = calls(GET);
		sim().control.setApp(DEMO_APP.agentid, { secret: 'a-new-one' });
		const c1 = credentialOf(sim(), { ...DEMO_APP, secret: 'a-new-one' });
		const other = await start(option, { c1 } as CredentialStore);
		await write(other, 'lisi', 'two');
		expect(calls(GET)).toBe(asked + 1);
	});

	it('says why it could not, and starts the workflow all the same', async () => {
		const intake = await start(option);
		await write(intake, 'nobody-knows');
		const { wecom } = intake.items()[0] as { wecom: IDataObject };
		expect(wecom).toMatchObject({
			sender: { userid: 'nobody-knows' },
			senderError: expect.any(String),
		});
	});

	it('reads nothing without the option, and nothing for events of nobody', async () => {
		const before = calls(GET);
		await write(await start({}), 'zhaoliu');
		const intake = await start(option);
		await sim().push(intake.target, message({}, 'create_party'));
		expect(calls(GET)).toBe(before);
	});
});
