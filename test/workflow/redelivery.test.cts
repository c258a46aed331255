/** What n8n cannot store although WeCom has its answer: it stays in memory and comes again. */
import type { IDataObject } from 'n8n-workflow';
import { DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import { logged } from '../support/harness.cts';
import { startIntake, type Intake, type IntakeOptions } from './intake-support.cts';
import { until } from './suite-support.cts';
import { useSimulator } from './support.cts';
import { sleep } from '../support/wait.cts';

jest.mock('../../nodes/WecomTrigger/deadlines', () => ({
	...jest.requireActual<object>('../../nodes/WecomTrigger/deadlines'),
	REPLY_WITHIN_MS: 200,
}));
jest.mock('../../nodes/shared/callback/ownCalls', () => ({
	...jest.requireActual<object>('../../nodes/shared/callback/ownCalls'),
	DELIVER_AGAIN_AFTER_MS: [100, 100, 200],
}));

const sim = useSimulator();
let intake: Intake;
afterEach(async () => await intake.stop());
const begin = async (options: IntakeOptions = {}) => {
	logged.length = 0;
	intake = await startIntake(sim(), options);
};
const waits = { responseMode: 'responseNode' };
const text = (Content: string) => ({ kind: 'text', fields: { Content } });
const push = async (Content: string) =>
	await sim().push(intake.target, text(Content), { retries: 0 });

it('a message answered at the deadline whose execution n8n then fails to store comes once', async () => {
	await begin({ parameters: waits });
	Object.assign(intake.n8n, { storingMs: 600, failures: 2 });
	const { attempts } = await push('late');
	expect(attempts).toMatchObject([{ status: 200, body: '' }]);
	expect(intake.items()).toEqual([]);
	await until(() => intake.items().length === 1);
	expect(intake.items()[0]).toMatchObject({ Content: 'late', wecom: { kind: 'text' } });
	await sleep(800);
	expect(intake.items()).toHaveLength(1);
	expect(intake.failed).toEqual([]);
});

it('a message that WeCom was answered 500 for comes although WeCom does not send it again', async () => {
	await begin();
	intake.n8n.failures = 1;
	expect((await push('given up')).attempts).toMatchObject([{ status: 500 }]);
	await until(() => intake.items().length === 1);
});

it('a repetition carries on what is kept, and that is not delivered once more', async () => {
	await begin();
	intake.n8n.failures = 1;
	const { attempts } = await sim().push(intake.target, text('again'), { retries: 1 });
	expect(attempts).toMatchObject([{ status: 500 }, { status: 200 }]);
	await sleep(500);
	expect(intake.items()).toHaveLength(1);
});

it('a repetition that carries on what is kept is answered when it is stored, not before', async () => {
	await begin();
	const message = { kind: 'text', fields: { Content: 'kept', MsgId: '4713' } };
	Object.assign(intake.n8n, { failures: 1, ownCallMs: 5_000 });
	await sim().push(intake.target, message, { retries: 0 });
	intake.n8n.storingMs = 900;
	const { ok } = await sim().push(intake.target, message, { retries: 0 });
	expect([ok, intake.items().length]).toEqual([true, 1]);
});

it('a repetition that overtakes the request of the trigger to itself leaves nothing to deliver', async () => {
	await begin();
	Object.assign(intake.n8n, { failures: 1, ownCallMs: 700 });
	const message = { kind: 'text', fields: { Content: 'overtaken', MsgId: '4712' } };
	await sim().push(intake.target, message, { retries: 0 });
	await sleep(400);
	expect((await sim().push(intake.target, message, { retries: 0 })).ok).toBe(true);
	await sleep(900);
	expect(intake.items()).toHaveLength(1);
});

it('a repetition of what is under way past the deadline does not start a second execution', async () => {
	await begin({ parameters: waits });
	intake.n8n.storingMs = 900;
	const message = { kind: 'text', fields: { Content: 'slow', MsgId: '4711' } };
	const [first, second] = await Promise.all([
		sim().push(intake.target, message, { retries: 0 }),
		sleep(400).then(async () => await sim().push(intake.target, message, { retries: 0 })),
	]);
	expect([first.attempts[0].status, second.attempts[0].status]).toEqual([200, 200]);
	expect(intake.items()).toHaveLength(1);
});

it('what cannot be delivered at all becomes a failed execution and a line in the log, without its text', async () => {
	await begin({ parameters: waits });
	Object.assign(intake.n8n, { storingMs: 300, failures: 100 });
	await push('a secret text');
	await until(() => intake.failed.length === 1);
	const [error] = intake.failed as Array<Error & { description: string }>;
	expect(error.message).toMatch(/^A callback of WeCom could not start this workflow: 'text' of 20/);
	expect(error.description).toContain('failed to store the execution 4 times');
	const lines = logged.filter(({ level }) => level === 'error');
	expect(lines).toHaveLength(1);
	expect(JSON.stringify(lines)).toContain('could not start this workflow');
	expect(JSON.stringify(lines) + error.message + error.description).not.toContain('secret text');
	expect(intake.items()).toEqual([]);
});

it('customer service messages keep their position until they are stored, and come once', async () => {
	await begin({ parameters: { triggerOptions: { fetchMessages: true }, ...waits } });
	const [{ open_kfid: account }] = DEMO_KF_ACCOUNTS;
	const say = async (content: string) =>
		await sim().control.kfMessage(intake.target, account, [
			{ msgtype: 'text', text: { content } } as never,
		]);
	await say('first');
	await until(() => intake.positions()[account]?.cursor !== undefined);
	const { cursor } = intake.positions()[account];
	Object.assign(intake.n8n, { storingMs: 300, failures: 1 });
	await say('second');
	expect(intake.positions()[account].cursor).toBe(cursor);
	await until(() => intake.positions()[account].cursor !== cursor);
	const said = intake.items().map((item) => (item.text as IDataObject).content);
	expect(said).toEqual(['first', 'second']);
});

it('a request with a number of its own is no delivery', async () => {
	await begin();
	const forged = await fetch(intake.target.url, {
		method: 'POST',
		headers: { 'x-wecom-kit-delivery': 'f'.repeat(64) },
	});
	expect(forged.status).toBe(400);
	expect(intake.executions).toEqual([]);
});
