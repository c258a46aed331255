/** What WeCom gets to see: replies of the workflow, quick replies, payment notices, tests in the editor, and a database that fails. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { paymentNotice } from '../../simulator/crypto.cts';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import { closeNode, openNode, openWorkflow } from '../support/editor.cts';
import type { WorkflowNode } from '../support/n8n-rest.cts';
import {
	itemsOf,
	publishTrigger,
	START_TIMEOUT,
	target,
	TRIGGER,
	useN8n,
	uses,
	WECOM,
} from './support.cts';
import { sleep } from '../support/wait.cts';

const surroundings = useN8n();
const here = (path: string) => target(surroundings(), path);
const count = async (workflowId: string) =>
	(await surroundings().rest.listExecutions({ workflowId })).length;
/** Long enough for n8n to have stored an execution that should not be there. */
const settle = async () => await sleep(1500);
const WAITS = { responseMode: 'responseNode' };

const reply = (parameters: object = {}): WorkflowNode => ({
	name: 'Reply',
	type: WECOM,
	parameters: { resource: 'callback', operation: 'reply', ...parameters },
	credentials: uses(surroundings().credential),
});
const wait = (seconds: number): WorkflowNode => ({
	name: 'Wait',
	type: 'n8n-nodes-base.wait',
	typeVersion: 1.1,
	webhookId: 'wait',
	parameters: { amount: seconds, unit: 'seconds' },
});

describe('a workflow that replies', () => {
	it('is heard by WeCom: encrypted for the same receiver, signed, sender and receiver exchanged', async () => {
		const { sim, rest } = surroundings();
		const { id } = await publishTrigger(surroundings(), 'reply/now', WAITS, [
			reply({ content: '=Echo ]]> 😀: {{ $json.Content }}' }),
		]);
		const { attempts } = await sim.push(here('reply/now'), {
			kind: 'text',
			fields: { Content: '你好' },
		});
		expect(attempts).toHaveLength(1);
		expect(attempts[0]).toMatchObject({
			status: 200,
			reply: { receiveid: DEMO_CORP.corpid, signatureOk: true },
		});
		expect(attempts[0].ms).toBeLessThan(4_500);
		const xml = attempts[0].reply!.xml;
		expect(xml).toContain(`<FromUserName><![CDATA[${DEMO_CORP.corpid}]]></FromUserName>`);
		expect(xml).toContain('<Content><![CDATA[Echo ]]]]><![CDATA[> 😀: 你好]]></Content>');
		const [execution] = await rest.waitForExecutions(id, 1);
		expect(execution.status).toBe('success');
	});

	it('may be late: WeCom has its empty answer in time, the execution goes on and is told', async () => {
		const { sim, rest } = surroundings();
		const { id } = await publishTrigger(surroundings(), 'reply/late', WAITS, [
			wait(6),
			{ ...reply({ content: 'too late' }), onError: 'continueRegularOutput' },
		]);
		const { attempts } = await sim.push(here('reply/late'), { kind: 'text' });
		expect(attempts).toEqual([expect.objectContaining({ status: 200, body: '' })]);
		expect(attempts[0].ms).toBeGreaterThan(4_000);
		expect(attempts[0].ms).toBeLessThan(5_000);
		const [execution] = await rest.waitForExecutions(id, 1, 20_000);
		expect(execution.status).toBe('success');
		expect(itemsOf(execution, 'Reply')[0].error).toHaveProperty(
			'message',
			expect.stringContaining('The reply comes too late'),
		);
		expect(await count(id)).toBe(1);
	});

	it('may fail: WeCom gets an empty answer and does not start it anew', async () => {
		const { sim, rest } = surroundings();
		const { id } = await publishTrigger(surroundings(), 'reply/fails', WAITS, [
			{
				name: 'Stop',
				type: 'n8n-nodes-base.stopAndError',
				typeVersion: 1,
				parameters: { errorMessage: 'on purpose' },
			},
		]);
		const { attempts } = await sim.push(here('reply/fails'), { kind: 'text' });
		expect(attempts).toEqual([expect.objectContaining({ status: 200, body: '' })]);
		const [execution] = await rest.waitForExecutions(id, 1);
		expect(execution.error?.message).toContain('on purpose');
		await settle();
		expect(await count(id)).toBe(1);
	});

	it('may say nothing, and cannot reply where nobody waits', async () => {
		const { sim, rest } = surroundings();
		await publishTrigger(surroundings(), 'reply/none', WAITS, [
			reply({ msgtype: 'none' }),
			wait(3),
		]);
		const { attempts } = await sim.push(here('reply/none'), { kind: 'text' });
		expect(attempts).toEqual([expect.objectContaining({ status: 200, body: '' })]);
		expect(attempts[0].ms).toBeLessThan(2_500);

		const { id } = await publishTrigger(surroundings(), 'reply/received', {}, [
			reply({ content: 'x' }),
		]);
		expect((await sim.push(here('reply/received'), { kind: 'text' })).attempts[0].body).toBe('');
		const [execution] = await rest.waitForExecutions(id, 1);
		expect(execution.error?.message).toContain(
			"Nobody waits for a reply to this callback ('text')",
		);
	});
});

describe('the quick reply', () => {
	it('is an expression over the incoming item, sent where WeCom takes a reply, also to a repetition', async () => {
		const { sim, rest } = surroundings();
		const { id } = await publishTrigger(surroundings(), 'reply/quick', {
			quickReply:
				'=Got "{{ $json.Content }}" from {{ $json.FromUserName }} ({{ $json.wecom.kind }})',
		});
		const push = { kind: 'text', fields: { Content: '你好', FromUserName: 'linna' } };
		const { attempts } = await sim.push(here('reply/quick'), push, { resend: 1 });
		expect(attempts).toHaveLength(2);
		for (const { status, reply: got } of attempts) {
			expect(status).toBe(200);
			expect(got).toMatchObject({ signatureOk: true, receiveid: DEMO_CORP.corpid });
			expect(got!.xml).toContain('<Content><![CDATA[Got "你好" from linna (text)]]></Content>');
			expect(got!.xml).toContain('<ToUserName><![CDATA[linna]]></ToUserName>');
		}
		const silent = await sim.push(here('reply/quick'), { kind: 'create_user' });
		expect(silent.attempts).toEqual([expect.objectContaining({ status: 200, body: '' })]);
		await rest.waitForExecutions(id, 2);
		await settle();
		expect(await count(id)).toBe(2);
	});

	it('is missing when its expression fails; the workflow runs, and the log says why', async () => {
		const { sim, rest, n8n } = surroundings();
		const { id } = await publishTrigger(surroundings(), 'reply/broken', {
			quickReply: '={{ $json.nothing.at.all }} {{ (() => { throw new Error("broken") })() }}',
		});
		const { attempts } = await sim.push(here('reply/broken'), { kind: 'text' });
		expect(attempts).toEqual([expect.objectContaining({ status: 200 })]);
		expect((await rest.waitForExecutions(id, 1))[0].status).toBe('success');
		expect(attempts[0].body).toBe('');
		expect(n8n.logs()).toContain('WeCom Trigger sent no quick reply');
	});
});

it.each([
	['XML', false],
	['JSON', true],
])('a payment notice in %s becomes an item with the decrypted order', async (format, json) => {
	const { sim, rest } = surroundings();
	const path = `reply/pay-${format}`;
	const { id } = await publishTrigger(surroundings(), path, {
		events: ['NORMALPAY.TRANSACTION.SUCCESS'],
	});
	const order = {
		out_trade_no: '1217752501201407033233368018',
		trade_state: 'SUCCESS',
		amount: { total: 100, currency: 'CNY' },
		attach: '自定义数据',
	};
	const { encodingAesKey } = DEMO_APP.callback;
	const notice = paymentNotice('NORMALPAY', 'TRANSACTION.SUCCESS', order, encodingAesKey);
	const payload = json ? JSON.stringify(notice) : notice;
	const { attempts } = await sim.push(here(path), payload as never, { json });
	expect(attempts).toEqual([expect.objectContaining({ status: 200, body: '' })]);
	const [execution] = await rest.waitForExecutions(id, 1);
	expect(itemsOf(execution, 'WeCom Trigger')).toEqual([
		{
			...notice,
			payment: order,
			wecom: expect.objectContaining({ family: 'payment', known: true }),
		},
	]);
});

describe('a database that refuses the execution', () => {
	/** Runs SQL on n8n's database from a second connection, with n8n's own SQLite and Node.js. */
	const sql = (statement: string) => {
		const { userFolder, install } = surroundings().n8n;
		const script = `const { Database } = require('sqlite3');
			const db = new Database(process.argv[1]);
			db.configure('busyTimeout', 10000);
			db.exec(process.argv[2], (error) => { if (error) { console.error(error); process.exit(1); } });`;
		const file = join(userFolder, '.n8n', 'database.sqlite');
		execFileSync(install.nodeBin, ['-e', script, file, statement], { cwd: install.dir });
	};

	it.each([
		['that is answered at once', {}],
		['whose answer the workflow gives', WAITS],
	])('leaves the callback to be sent again: one %s', async (_name, parameters) => {
		const { sim, rest } = surroundings();
		const path = `reply/db-${'responseMode' in parameters}`;
		const { id } = await publishTrigger(surroundings(), path, parameters);
		sql(
			"CREATE TRIGGER refuse BEFORE INSERT ON execution_entity BEGIN SELECT RAISE(ABORT, 'refused'); END",
		);
		let xml = '';
		try {
			const refused = await sim.push(here(path), { kind: 'text' }, { retries: 1 });
			expect(refused.attempts.map(({ status }) => status)).toEqual([500, 500]);
			({ xml } = refused);
		} finally {
			sql('DROP TRIGGER refuse');
		}
		expect(await count(id)).toBe(0);
		const { attempts } = await sim.push(here(path), xml, { resend: 2 });
		expect(attempts.map(({ status }) => status)).toEqual([200, 200, 200]);
		await rest.waitForExecutions(id, 1);
		await settle();
		expect(await count(id)).toBe(1);
	});
});

describe('while a person listens in the editor', () => {
	const listening = async (path: string, parameters: object) => {
		const { rest, n8n, credential } = surroundings();
		const workflow = await rest.createWorkflow({
			name: `Test of ${path}`,
			nodes: [
				{
					name: 'WeCom Trigger',
					type: TRIGGER,
					parameters: { path, ...parameters },
					credentials: uses(credential),
				},
			],
			connections: {},
		});
		const url = `${n8n.url}/webhook-test/${path}`;
		return { workflow, here: target(surroundings(), '', { url }) };
	};

	it.each([
		[
			'filtered out',
			{ events: ['text'] },
			{},
			200,
			"'Message: Image' arrived and was filtered out",
			"'Trigger On' does not include 'Message: Image'.",
		],
		[
			'refused',
			{},
			{ tamper: 'token', retries: 0 },
			401,
			'A callback arrived and was refused',
			'check Token',
		],
	] as const)(
		'a callback that is %s ends the test with the reason',
		async (name, parameters, options, status, message, description) => {
			const { rest, sim } = surroundings();
			const path = `reply/test-${status}`;
			const test = await listening(path, parameters);
			await rest.listenForTestEvent(test.workflow.id, 'WeCom Trigger', 'POST', path);
			// People open the app before they write: that does not end the test.
			if (name === 'filtered out') await sim.push(test.here, { kind: 'enter_agent' });
			const { attempts } = await sim.push(test.here, { kind: 'image' }, options);
			expect(attempts).toEqual([expect.objectContaining({ status, body: '' })]);
			const [execution] = await rest.waitForExecutions(test.workflow.id, 1);
			expect(execution.error).toMatchObject({
				message,
				description: expect.stringContaining(description),
			});
		},
	);

	browserOrSkip()('in a browser', () => {
		it(
			'sees what arrived and why it was filtered out',
			async () => {
				const { n8n, sim } = surroundings();
				const path = 'reply/test-seen';
				const { workflow, here: to } = await listening(path, { events: ['text'] });
				await withEditor(n8n, async (page) => {
					await openWorkflow(page, workflow.id);
					await openNode(page, 'WeCom Trigger');
					await page
						.getByTestId('node-execute-button')
						.or(page.getByTestId('trigger-execute-button'))
						.first()
						.click();
					await page.getByText('Listening for').first().waitFor();
					await sim.push(to, { kind: 'image' }, { retryDelayMs: 700 });
					await page.getByText('arrived and was filtered out').first().waitFor();
					await screenshot(page, 'test-filtered');
				});
			},
			START_TIMEOUT,
		);
	});
});

browserOrSkip()('in the editor', () => {
	it('the reply has a form for every type, and the quick reply takes an expression', async () => {
		const { n8n, rest, credential } = surroundings();
		const credentials = uses(credential);
		const expression = '=Got it: {{ $json.Content }}';
		const { id } = await rest.createWorkflow({
			name: 'Reply form',
			nodes: [
				{
					name: 'WeCom Trigger',
					type: TRIGGER,
					parameters: { path: 'reply/form', quickReply: expression },
					credentials,
				},
				reply({ msgtype: 'update_template_card', main_title: 'Done' }),
				{
					...reply({ msgtype: 'news', articles: { row: [{ title: 'One' }] } }),
					name: 'Articles',
				},
			],
			connections: {},
		});
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const trigger = await openNode(page, 'WeCom Trigger');
			await trigger.getByText('Quick Reply').first().waitFor();
			await screenshot(page, 'quick-reply');
			await closeNode(page);
			const card = await openNode(page, 'Reply');
			await card.getByText('Card Options').first().waitFor();
			await screenshot(page, 'reply-card');
			await closeNode(page);
			const news = await openNode(page, 'Articles');
			await news.getByText('Picture URL').first().waitFor();
			await screenshot(page, 'reply-news');
		});
	});
});

it('keeps every secret out of the log', () => {
	const logs = surroundings().n8n.logs();
	for (const secret of [DEMO_APP.secret, DEMO_APP.callback.token, DEMO_APP.callback.encodingAesKey])
		expect(logs).not.toContain(secret);
});
