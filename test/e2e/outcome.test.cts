/** Only n8n's answer says what is stored: n8n that queues executions, and n8n whose database is locked. */
import { DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import { sleep, until } from '../support/wait.cts';
import { lockDatabase } from '../support/lock-database.cts';
import type { WorkflowNode } from '../support/n8n-rest.cts';
import { itemsOf, publishTrigger, START_TIMEOUT, target, useOwnN8n, uses } from './support.cts';

/** One execution at a time: n8n stores the others, and answers when their turn has come. */
const surroundings = useOwnN8n({ N8N_CONCURRENCY_PRODUCTION_LIMIT: '1' });
const [{ open_kfid: KF }, { open_kfid: OTHER }] = DEMO_KF_ACCOUNTS;
const fetchMessages = { triggerOptions: { fetchMessages: true } };

const wait = (name: string): WorkflowNode => ({
	name,
	type: 'n8n-nodes-base.wait',
	typeVersion: 1.1,
	webhookId: name,
	parameters: { amount: 38, unit: 'seconds' },
});
const text = (Content: string) => ({ kind: 'text', fields: { Content, MsgId: `id-${Content}` } });
const say = (content: string) => ({ msgtype: 'text', text: { content } });

/** The texts of all executions of a workflow, once there are so many that have ended. */
async function texts(id: string, count: number) {
	const executions = await surroundings().rest.waitForExecutions(id, count, 90_000);
	return executions
		.flatMap((execution) => itemsOf(execution, 'WeCom Trigger'))
		.map((item) => item.Content ?? (item.text as { content: string }).content);
}
const count = async (workflowId: string) =>
	(await surroundings().rest.listExecutions({ workflowId })).length;

it('a repetition and more messages after a minute in the queue of n8n start nothing twice', async () => {
	const { sim } = surroundings();
	const slow = await publishTrigger(surroundings(), 'queue/slow', {}, [wait('One'), wait('Two')]);
	const quick = await publishTrigger(surroundings(), 'queue/quick');
	const kf = await publishTrigger(surroundings(), 'queue/kf', fetchMessages);
	const push = async (path: string, what: object, retries = 0) =>
		await sim.push(target(surroundings(), path), what as never, { retries });

	expect((await push('queue/slow', text('slow'))).ok).toBe(true);
	const since = Date.now();
	const [queued] = await Promise.all([
		push('queue/quick', text('queued')),
		sim.control.kfMessage(target(surroundings(), 'queue/kf'), KF, [say('a')] as never, {
			retries: 0,
		}),
	]);
	expect(queued.ok).toBe(false);
	await sleep(since + 64_000 - Date.now());

	const [again] = await Promise.all([
		push('queue/quick', text('queued')),
		sim.control.kfMessage(target(surroundings(), 'queue/kf'), KF, [say('b')] as never, {
			retries: 0,
		}),
	]);
	expect(again.ok).toBe(false);

	expect(await texts(slow.id, 1)).toEqual(['slow']);
	expect(await texts(quick.id, 1)).toEqual(['queued']);
	expect((await texts(kf.id, 2)).sort()).toEqual(['a', 'b']);
	await sleep(1_000);
	expect([await count(quick.id), await count(kf.id)]).toEqual([1, 2]);
	expect((await push('queue/quick', text('queued'))).ok).toBe(true);
	expect(await count(quick.id)).toBe(1);
}, 300_000);

it(
	'what n8n could not store while its database was locked comes, once, though WeCom has given up',
	async () => {
		const { sim, n8n, rest, credential } = surroundings();
		const message = await publishTrigger(surroundings(), 'lock/message');
		const kf = await publishTrigger(surroundings(), 'lock/kf', fetchMessages);
		const here = (path: string) => target(surroundings(), path);
		await sim.push(here('lock/message'), text('before'));
		await sim.control.kfMessage(here('lock/kf'), OTHER, [say('before')] as never);
		const isReading = async () =>
			String((await rest.rawCredential(credential.id)).data.kfCursorTokens).includes('"claim"');
		await until('the reading is concluded', async () => !(await isReading()), {
			within: 10_000,
			every: 100,
		});

		const unlock = await lockDatabase(n8n);
		const [pushed, notified] = await Promise.all([
			sim.push(here('lock/message'), text('kept'), { retries: 1 }),
			sim.control.kfMessage(here('lock/kf'), OTHER, [say('kept')] as never, { retries: 1 }),
		]);
		expect([pushed.ok, notified.ok]).toEqual([false, false]);
		await unlock();

		expect(await texts(message.id, 2)).toEqual(['before', 'kept']);
		expect(await texts(kf.id, 2)).toEqual(['before', 'kept']);
		// Whatever is still kept would come within this time.
		await sleep(6_000);
		expect([await count(message.id), await count(kf.id)]).toEqual([2, 2]);
	},
	START_TIMEOUT,
);

it(
	'the first customer service messages come although n8n was away for their callback',
	async () => {
		const { sim, n8n, rest } = surroundings();
		const { id } = await publishTrigger(surroundings(), 'first/kf', fetchMessages);
		// Registered is enough: the time of publishing is stored before.
		await n8n.kill();
		sim.control.addKfMessages(KF, [say('while it was away')] as never);
		await n8n.start();
		await rest.login();
		await rest.waitForWebhook('POST', 'first/kf');
		// As if the next callback came much later.
		const notice = {
			...sim.control.kfNotice(KF),
			CreateTime: Math.floor(Date.now() / 1000) + 3_600,
		};
		expect((await sim.push(target(surroundings(), 'first/kf'), notice)).ok).toBe(true);
		expect(await texts(id, 1)).toEqual(['while it was away']);
	},
	START_TIMEOUT,
);

it('strangers who come back with made-up codes fill no list of executions', async () => {
	const { rest, credential, n8n } = surroundings();
	const login: WorkflowNode = {
		name: 'Login',
		type: 'n8n-nodes-wecom-kit.wecomLoginTrigger',
		parameters: { path: 'strangers', options: { onFailure: 'workflow' } },
		credentials: uses(credential),
	};
	const { id } = await rest.createWorkflow({ name: 'Strangers', nodes: [login] });
	await rest.activate(id);
	await rest.waitForWebhook('GET', 'strangers');
	const url = `${n8n.url}/webhook/strangers`;
	for (let visit = 0; visit < 10; visit++) {
		const away = await fetch(url, { redirect: 'manual' });
		const state = new URL(away.headers.get('location')!).searchParams.get('state');
		const cookie = away.headers
			.getSetCookie()
			.map((line) => line.split(';')[0])
			.join('; ');
		const back = await fetch(`${url}?state=${state}&code=made-up`, { headers: { cookie } });
		expect(back.status).toBe(401);
	}
	await sleep(1_000);
	expect(await count(id)).toBe(5);
});
