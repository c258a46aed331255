import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { http } from '../support/http.cts';
import { lockDatabase } from '../support/lock-database.cts';
import { since } from '../support/n8n-release.cts';
import {
	itemsOf,
	publishTrigger,
	saveInWecom,
	START_TIMEOUT,
	target,
	TRIGGER,
	useN8n,
	uses,
} from './support.cts';
import { sleep, until } from '../support/wait.cts';

const surroundings = useN8n();
const count = async (workflowId: string) =>
	(await surroundings().rest.listExecutions({ workflowId })).length;
/** Long enough for n8n to have stored an execution that should not be there. */
const settle = async () => await sleep(1500);

it('installs from the tarball: both nodes and the credential are there, the action node also as a tool', async () => {
	const { rest } = surroundings();
	const names = (await rest.nodeTypes()).map(({ name }) => name);
	expect(names).toEqual(
		expect.arrayContaining(['n8n-nodes-wecom-kit.wecom', 'n8n-nodes-wecom-kit.wecomTool', TRIGGER]),
	);
	expect((await rest.credentialTypes()).map(({ name }) => name)).toContain('wecomApi');
});

describe('on the production URL', () => {
	let workflowId = '';
	beforeAll(async () => {
		workflowId = (await publishTrigger(surroundings(), 'wecom/main')).id;
	}, START_TIMEOUT);
	const here = (overrides = {}) => target(surroundings(), 'wecom/main', overrides);

	it('the URL verification is answered byte for byte, as plain text, within a second', async () => {
		const { sim } = surroundings();
		const result = await sim.verifyUrl(here());
		expect(result).toMatchObject({ ok: true, status: 200 });
		expect(result.headers?.['content-type']).toBe('text/plain; charset=utf-8');
		expect(result.ms).toBeLessThan(1000);
		expect(await sim.verifyUrl(here({ token: 'wrong' }))).toMatchObject({
			ok: false,
			status: 401,
			body: '',
		});
		expect(await sim.verifyUrl(here({ receiveid: 'ww000' }))).toMatchObject({
			ok: false,
			status: 401,
		});
		expect(await count(workflowId)).toBe(0);
	});

	it('a signed callback becomes exactly one execution with exactly the expected item', async () => {
		const { sim, rest } = surroundings();
		const before = await count(workflowId);
		const sent = await sim.push(here(), {
			ToUserName: DEMO_CORP.corpid,
			FromUserName: 'zhangsan',
			CreateTime: 1348831860,
			MsgType: 'text',
			Content: '你好 <b>&amp;</b> 😀',
			MsgId: '1234567890123456789',
			AgentID: DEMO_APP.agentid,
		});
		expect(sent.attempts).toEqual([expect.objectContaining({ status: 200, body: '' })]);
		const executions = await rest.waitForExecutions(workflowId, before + 1);
		await settle();
		expect(await count(workflowId)).toBe(before + 1);
		expect(executions.at(-1)?.status).toBe('success');
		expect(itemsOf(executions.at(-1)!, 'WeCom Trigger')).toEqual([
			{
				ToUserName: DEMO_CORP.corpid,
				FromUserName: 'zhangsan',
				CreateTime: '1348831860',
				MsgType: 'text',
				Content: '你好 <b>&amp;</b> 😀',
				MsgId: '1234567890123456789',
				AgentID: String(DEMO_APP.agentid),
				wecom: {
					family: 'message',
					kind: 'text',
					known: true,
					receiveId: DEMO_CORP.corpid,
					agentId: String(DEMO_APP.agentid),
					receivedAt: expect.any(String),
				},
			},
		]);
	});

	it('nested and repeated elements arrive as they are documented', async () => {
		const { sim, rest } = surroundings();
		const before = await count(workflowId);
		await sim.push(here(), { kind: 'template_card_event' });
		await sim.push(here(), { kind: 'create_user' });
		const executions = await rest.waitForExecutions(workflowId, before + 2);
		const [card, user] = executions
			.slice(-2)
			.map((execution) => itemsOf(execution, 'WeCom Trigger')[0]);
		expect(card).toMatchObject({
			Event: 'template_card_event',
			wecom: { kind: 'template_card_event' },
		});
		const selected = (
			card.SelectedItems as { SelectedItem: Array<{ OptionIds: { OptionId: string[] } }> }
		).SelectedItem;
		expect(selected.every(({ OptionIds }) => Array.isArray(OptionIds.OptionId))).toBe(true);
		expect(user).toMatchObject({
			ChangeType: 'create_user',
			wecom: { kind: 'change_contact.create_user', family: 'contact' },
		});
		expect((user.ExtAttr as { Item: unknown[] }).Item).toHaveLength(2);
	});

	it.each([
		['a wrong signature', { tamper: 'signature' }, 401],
		['another token', { tamper: 'token' }, 401],
		['another key', { tamper: 'aesKey' }, 401],
		['another receiver', { tamper: 'receiveid' }, 401],
		['a malformed envelope', { tamper: 'envelope' }, 400],
		['malformed XML declared as XML', { body: '<xml><a>', contentType: 'application/xml' }, 400],
		['text declared as JSON', { body: 'not json', contentType: 'application/json' }, 400],
		['a form', { body: 'a=b', contentType: 'application/x-www-form-urlencoded' }, 400],
	] as const)(
		'%s is refused with an empty body, without an execution, and leaves a line in the log',
		async (_name, options, status) => {
			const { sim, n8n } = surroundings();
			const before = await count(workflowId);
			const logged = n8n.logs().split('WeCom Trigger refused a callback').length;
			const { attempts } = await sim.push(here(), { kind: 'text' }, { ...options, retries: 0 });
			expect(attempts).toEqual([expect.objectContaining({ status, body: '' })]);
			await settle();
			expect(await count(workflowId)).toBe(before);
			expect(n8n.logs().split('WeCom Trigger refused a callback').length).toBe(logged + 1);
		},
	);

	it('what WeCom has signed is delivered although it is not well-formed', async () => {
		const { sim, rest } = surroundings();
		const before = await count(workflowId);
		const { attempts } = await sim.push(here(), { kind: 'text' }, { tamper: 'xml', retries: 0 });
		expect(attempts).toEqual([expect.objectContaining({ status: 200, body: '' })]);
		const executions = await rest.waitForExecutions(workflowId, before + 1);
		expect(itemsOf(executions.at(-1)!, 'WeCom Trigger')[0]).toMatchObject({
			wecom: { notWellFormed: expect.any(String) },
		});
	});

	it('a body of 17 MB is refused with 413, and n8n lives', async () => {
		const { sim, n8n } = surroundings();
		const before = await count(workflowId);
		const body = `<xml><Encrypt>${'A'.repeat(17 * 1024 * 1024)}</Encrypt></xml>`;
		const { attempts } = await sim.push(
			here(),
			{ kind: 'text' },
			{ body, retries: 0, timeoutMs: 20_000 },
		);
		// The answer goes out before the body is in; a busy machine may find the connection closed by then.
		if (attempts[0].status === undefined)
			expect(attempts[0].error).toMatch(/ECONNRESET|EPIPE|socket hang up/);
		else expect(attempts[0].status).toBe(413);
		const chunked = await fetch(`${here().url}?msg_signature=a&timestamp=1&nonce=2`, {
			method: 'POST',
			body: new Blob([body]).stream(),
			duplex: 'half',
		} as RequestInit).then(
			({ status }) => status,
			() => 'connection closed',
		);
		expect([413, 'connection closed']).toContain(chunked);
		await settle();
		expect(await count(workflowId)).toBe(before);
		expect((await http(`${n8n.url}/healthz`)).status).toBe(200);
		expect((await sim.verifyUrl(here())).ok).toBe(true);
	});

	it('a callback that WeCom sends again starts one execution', async () => {
		const { sim, rest } = surroundings();
		const before = await count(workflowId);
		const { attempts } = await sim.push(here(), { kind: 'text' }, { resend: 3 });
		expect(attempts.map(({ status, body }) => [status, body])).toEqual(
			Array.from({ length: 4 }, () => [200, '']),
		);
		await rest.waitForExecutions(workflowId, before + 1);
		await settle();
		expect(await count(workflowId)).toBe(before + 1);
	});

	it('a connection cut before the answer and retried starts one execution', async () => {
		const { sim, rest } = surroundings();
		const before = await count(workflowId);
		const { xml } = await sim.push(here(), { kind: 'text' }, { cutAfterMs: 3 });
		expect((await sim.push(here(), xml)).ok).toBe(true);
		await rest.waitForExecutions(workflowId, before + 1);
		await settle();
		expect(await count(workflowId)).toBe(before + 1);
	});

	it('an n8n that answers later than WeCom waits starts one execution, however often WeCom comes back', async () => {
		const { n8n, sim, rest } = surroundings();
		const before = await count(workflowId);
		// Older n8n answers before it stores anything.
		const unlock = since('2.8') ? await lockDatabase(n8n) : undefined;
		const patience = { timeoutMs: unlock ? 300 : 8 };
		const { attempts, xml } = await sim.push(here(), { kind: 'text' }, patience);
		await unlock?.();
		if (unlock) expect(attempts[0].error).toContain('timed out');
		expect((await sim.push(here(), xml)).attempts.at(-1)!.status).toBe(200);
		await rest.waitForExecutions(workflowId, before + 1);
		await settle();
		expect(await count(workflowId)).toBe(before + 1);
	});

	it('two different events of the same second and sender start two executions', async () => {
		const { sim, rest } = surroundings();
		const before = await count(workflowId);
		const event = (UserID: string) => ({
			ToUserName: DEMO_CORP.corpid,
			FromUserName: 'sys',
			CreateTime: 1403610513,
			MsgType: 'event',
			Event: 'change_contact',
			ChangeType: 'delete_user',
			UserID,
		});
		const pushed = await Promise.all(
			['zhangsan', 'lisi'].map(async (id) => await sim.push(here(), event(id), { resend: 1 })),
		);
		expect(pushed.every(({ ok }) => ok)).toBe(true);
		const executions = await rest.waitForExecutions(workflowId, before + 2);
		await settle();
		expect(await count(workflowId)).toBe(before + 2);
		const ids = executions.slice(-2).map((one) => itemsOf(one, 'WeCom Trigger')[0].UserID);
		expect(ids.sort()).toEqual(['lisi', 'zhangsan']);
	});

	it('50 callbacks at once become 50 executions', async () => {
		const { sim, rest } = surroundings();
		const before = await count(workflowId);
		const results = await Promise.all(
			Array.from({ length: 50 }, (_, index) =>
				sim.push(
					here(),
					{ kind: 'text', fields: { Content: `No ${index}` } },
					{ timeoutMs: 30_000 },
				),
			),
		);
		expect(results.every(({ ok, attempts }) => ok && attempts.length === 1)).toBe(true);
		const executions = (await rest.waitForExecutions(workflowId, before + 50, 60_000)).slice(-50);
		const contents = executions.map((execution) => itemsOf(execution, 'WeCom Trigger')[0].Content);
		expect(new Set(contents)).toEqual(
			new Set(Array.from({ length: 50 }, (_, index) => `No ${index}`)),
		);
		expect(executions.every(({ status }) => status === 'success')).toBe(true);
	});
});

it('starts only on what was chosen', async () => {
	const { sim, rest } = surroundings();
	const workflow = await publishTrigger(surroundings(), 'wecom/chosen', {
		events: ['change_contact'],
		filters: { changeTypes: 'create_user' },
	});
	const here = target(surroundings(), 'wecom/chosen');
	for (const kind of ['text', 'delete_user', 'create_user', 'subscribe']) {
		expect((await sim.push(here, { kind })).attempts).toEqual([
			expect.objectContaining({ status: 200, body: '' }),
		]);
	}
	const executions = await rest.waitForExecutions(workflow.id, 1);
	await settle();
	expect(await count(workflow.id)).toBe(1);
	expect(itemsOf(executions[0], 'WeCom Trigger')[0]).toMatchObject({ ChangeType: 'create_user' });
});

it('works on the test URL too: verification, then one callback', async () => {
	const { sim, rest, n8n, credential } = surroundings();
	const workflow = await rest.createWorkflow({
		name: 'Test URL',
		nodes: [
			{
				name: 'WeCom Trigger',
				type: TRIGGER,
				parameters: { path: 'wecom/test' },
				credentials: uses(credential),
			},
		],
		connections: {},
	});
	const here = target(surroundings(), '', { url: `${n8n.url}/webhook-test/wecom/test` });
	await rest.listenForTestEvent(workflow.id, 'WeCom Trigger', 'POST', 'wecom/test');
	await saveInWecom(async () => await sim.verifyUrl(here));
	expect((await sim.push(here, { kind: 'subscribe' })).ok).toBe(true);
	const [execution] = await rest.waitForExecutions(workflow.id, 1);
	expect(execution.mode).toBe('manual');
	expect(itemsOf(execution, 'WeCom Trigger')[0]).toMatchObject({ Event: 'subscribe' });
});

it('refuses to be published without Token and EncodingAESKey, and says so', async () => {
	const { rest, sim } = surroundings();
	const sendOnly = await rest.createCredential('Send only', 'wecomApi', {
		corpId: DEMO_CORP.corpid,
		corpSecret: DEMO_APP.secret,
		baseUrl: sim.url,
	});
	const workflow = await rest.createWorkflow({
		name: 'Incomplete',
		nodes: [
			{
				name: 'WeCom Trigger',
				type: TRIGGER,
				parameters: { path: 'wecom/incomplete' },
				credentials: uses(sendOnly),
			},
		],
		connections: {},
	});
	const outcome = await rest.activate(workflow.id).then(
		() => 'published',
		(error: Error) => error.message,
	);
	if (outcome === 'published') {
		// n8n registers webhooks after publishing: the reason is then in its log.
		await until(
			'the reason never appeared in the log',
			async () => surroundings().n8n.logs().includes('The WeCom API credential has no Token'),
			{ within: 20_000, every: 100 },
		);
	} else {
		expect(outcome).toContain('The WeCom API credential has no Token');
	}
});

it('keeps every secret out of the log', async () => {
	const logs = surroundings().n8n.logs();
	for (const secret of [DEMO_APP.secret, DEMO_APP.callback.token, DEMO_APP.callback.encodingAesKey])
		expect(logs).not.toContain(secret);
});
