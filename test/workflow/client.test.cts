import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { byId, credentialOf, itemsOf, runWecom, useSimulator, type Run } from './support.cts';

const simulator = useSimulator();
const getMember: Run = {
	resource: 'member',
	operation: 'get',
	parameters: { userid: byId('zhangsan') },
};
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ json: { index } }));
const tokenCalls = () => simulator().control.tokenCalls(DEMO_APP.agentid);
const callsOf = (path: string) => simulator().requests.filter((request) => request.path === path);

// Every test has settings of its own, since tokens are remembered per settings.
let secret = 0;
beforeEach(() => {
	simulator().control.setApp(DEMO_APP.agentid, { secret: `secret-${++secret}` });
});
const store = () => ({
	c1: { ...credentialOf(simulator()), corpSecret: `secret-${secret}` } as never,
});

describe('tokens', () => {
	it('are fetched once for 100 items, stored, and used again by the next execution', async () => {
		const credentials = store();
		await itemsOf(simulator(), { ...getMember, items: many(100), store: credentials });
		expect(callsOf('/cgi-bin/user/get')).toHaveLength(100);
		expect(tokenCalls()).toBe(1);
		expect(credentials.c1).toMatchObject({
			accessToken: expect.any(String),
			accessTokenFor: expect.stringMatching(/^[0-9a-f]{64}$/),
			refreshGuard: '',
		});
		await itemsOf(simulator(), { ...getMember, store: credentials });
		expect(tokenCalls()).toBe(1);
	});

	it('are fetched once for two workflows that start at the same time', async () => {
		const credentials = store();
		await Promise.all(
			[0, 1].map(() => itemsOf(simulator(), { ...getMember, items: many(20), store: credentials })),
		);
		expect(tokenCalls()).toBe(1);
	});

	it.each([40014, 42001] as const)('are renewed once when WeCom reports %i', async (errcode) => {
		const credentials = store();
		await itemsOf(simulator(), { ...getMember, store: credentials });
		const before = (credentials.c1 as Record<string, unknown>).accessToken;
		simulator().control.invalidateToken(DEMO_APP.agentid, { errcode });
		const items = await itemsOf(simulator(), { ...getMember, items: many(40), store: credentials });
		expect(items).toHaveLength(40);
		expect(tokenCalls()).toBe(2);
		expect((credentials.c1 as Record<string, unknown>).accessToken).not.toBe(before);
	});

	it('are renewed for all items at once where the credential holds none yet', async () => {
		await itemsOf(simulator(), { ...getMember, store: store() });
		simulator().control.invalidateToken(DEMO_APP.agentid);
		const items = await itemsOf(simulator(), { ...getMember, items: many(8), store: store() });
		expect(items).toHaveLength(8);
		expect(tokenCalls()).toBe(2);
	});

	it('that another process has renewed meanwhile are taken from n8n, without asking WeCom', async () => {
		const credentials = store();
		await itemsOf(simulator(), { ...getMember, store: credentials });
		simulator().control.invalidateToken(DEMO_APP.agentid, { errcode: 42001 });
		const answer = await fetch(
			`${simulator().url}/cgi-bin/gettoken?corpid=${DEMO_CORP.corpid}&corpsecret=secret-${secret}`,
		);
		const { access_token } = (await answer.json()) as { access_token: string };
		const running = itemsOf(simulator(), { ...getMember, items: many(3), store: credentials });
		// The execution holds the old token by now; what follows is what another n8n process would store.
		Object.assign(credentials.c1, { accessToken: access_token });
		await running;
		expect(tokenCalls()).toBe(2);
	});

	it('are not used after the secret has changed', async () => {
		const credentials = store();
		await itemsOf(simulator(), { ...getMember, store: credentials });
		Object.assign(credentials.c1, { corpSecret: 'wrong' });
		const { error } = await runWecom(simulator(), { ...getMember, store: credentials });
		expect(error?.message).toBe('The secret is wrong (40001)');
	});

	it('are not asked for again and again with a wrong secret: WeCom would block the IP', async () => {
		const credentials = {
			c1: { ...credentialOf(simulator()), corpSecret: `never-right-${secret}` } as never,
		};
		const run = await runWecom(simulator(), {
			...getMember,
			items: many(30),
			store: credentials,
			onError: 'continueRegularOutput',
		});
		expect(run.json('WeCom')).toHaveLength(30);
		expect(run.json('WeCom')[29]).toMatchObject({
			error: { message: 'The secret is wrong (40001)' },
		});
		expect(callsOf('/cgi-bin/gettoken')).toHaveLength(1);
	});
});

describe('errors', () => {
	it('name the untrusted IP and the place to trust it', async () => {
		simulator().control.refuseIp(true, { ip: '203.0.113.7' });
		const { error } = await runWecom(simulator(), { ...getMember, store: store() });
		expect(error?.message).toBe('WeCom does not trust the IP 203.0.113.7 (60020)');
		expect((error as { description?: string }).description).toContain("Company's Trusted IP");
	});

	it('hold neither secret nor token, wherever they come from', async () => {
		const credentials = store();
		const texts: string[] = [];
		const faults = [
			{ errcode: 48002 },
			{ status: 502, rawBody: '<html>' },
			{ drop: true },
			{ rawBody: 'no json' },
		];
		for (const fault of faults) {
			simulator().control.inject({ path: '/cgi-bin/message/recall', times: 9, ...fault });
			const run = await runWecom(simulator(), {
				resource: 'message',
				operation: 'recall',
				parameters: { msgid: 'x' },
				store: credentials,
			});
			expect(run.error).toBeDefined();
			texts.push(
				JSON.stringify(run.run),
				String(run.error?.stack),
				JSON.stringify((run.error as { cause?: unknown }).cause ?? ''),
			);
			simulator().control.clearFaults();
		}
		const unreachable = {
			c1: { ...(credentials.c1 as object), baseUrl: 'http://127.0.0.1:9' } as never,
		};
		const run = await runWecom(simulator(), { ...getMember, store: unreachable });
		expect(run.error?.message).toBe(
			'WeCom cannot be reached at http://127.0.0.1:9 (nothing listens at that address)',
		);
		texts.push(JSON.stringify(run.run), String(run.error?.stack));
		const { accessToken } = credentials.c1 as Record<string, string>;
		expect(accessToken.length).toBeGreaterThan(20);
		for (const text of texts) {
			expect(text).not.toContain(accessToken);
			expect(text).not.toContain(`secret-${secret}`);
		}
	});

	it('stop at the item, which they name', async () => {
		const items = [
			{ json: { id: 'zhangsan' } },
			{ json: { id: 'nobody' } },
			{ json: { id: 'linna' } },
		];
		const run = await runWecom(simulator(), {
			...getMember,
			parameters: { userid: byId('={{ $json.id }}') },
			items,
			store: store(),
		});
		expect(run.error?.message).toBe('The member does not exist (60111)');
		expect((run.error as { context?: object }).context).toMatchObject({
			itemIndex: 1,
			errcode: 60111,
		});
	});

	it('become items with Continue On Fail, in order and paired', async () => {
		const ids = ['zhangsan', 'nobody', 'linna', 'nobody2'];
		const run = await runWecom(simulator(), {
			...getMember,
			parameters: { userid: byId('={{ $json.id }}') },
			items: ids.map((id) => ({ json: { id } })),
			store: store(),
			onError: 'continueRegularOutput',
		});
		const output = run.items('WeCom');
		expect(
			output.map(({ json }) => json.userid ?? (json.error as { errcode: number }).errcode),
		).toEqual(['zhangsan', 60111, 'linna', 60111]);
		expect(output[1].json).toEqual({
			error: {
				message: 'The member does not exist (60111)',
				description: expect.any(String),
				errcode: 60111,
			},
		});
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2, 3].map((item) => ({ item })),
		);
	});

	it('go to the error output when there is one', async () => {
		const ids = ['zhangsan', 'nobody'];
		const run = await runWecom(simulator(), {
			...getMember,
			parameters: { userid: byId('={{ $json.id }}') },
			items: ids.map((id) => ({ json: { id } })),
			store: store(),
			onError: 'continueErrorOutput',
		});
		expect(run.json('WeCom', 0).map(({ userid }) => userid)).toEqual(['zhangsan']);
		expect(run.json('WeCom', 1)).toEqual([
			{
				error: {
					message: 'The member does not exist (60111)',
					description: expect.any(String),
					errcode: 60111,
				},
			},
		]);
	});
});

describe('retries', () => {
	it('repeat a reading call while WeCom is busy', async () => {
		simulator().control.inject({ path: '/cgi-bin/user/get', errcode: -1, times: 2 });
		expect(await itemsOf(simulator(), { ...getMember, store: store() })).toHaveLength(1);
		expect(callsOf('/cgi-bin/user/get')).toHaveLength(3);
	});

	it('repeat a reading call after a broken connection', async () => {
		simulator().control.inject({ path: '/cgi-bin/user/get', drop: true, times: 1 });
		expect(await itemsOf(simulator(), { ...getMember, store: store() })).toHaveLength(1);
	});

	it('give up after three, with a next step', async () => {
		simulator().control.inject({ path: '/cgi-bin/user/get', errcode: -1, times: 99 });
		const { error } = await runWecom(simulator(), { ...getMember, store: store() });
		expect(error?.message).toMatch(/\(-1\)/);
		expect(callsOf('/cgi-bin/user/get')).toHaveLength(4);
	}, 20_000);

	it('never repeat a message when it is not known whether it went out', async () => {
		for (const fault of [{ errcode: -1 }, { drop: true }, { status: 502, rawBody: '<html>' }]) {
			simulator().control.reset();
			simulator().control.setApp(DEMO_APP.agentid, { secret: `secret-${secret}` });
			simulator().control.inject({ path: '/cgi-bin/message/send', times: 1, ...fault });
			const run = await runWecom(simulator(), {
				resource: 'message',
				operation: 'send',
				parameters: { touser: ['zhangsan'], content: 'x' },
				store: store(),
			});
			expect(run.error).toBeDefined();
			expect(callsOf('/cgi-bin/message/send').length).toBeLessThanOrEqual(1);
		}
	});

	it.each([
		['corp/apply_mass_call_ticket', {}],
		['miniprogram/jscode2session', { js_code: 'CODE', grant_type: 'authorization_code' }],
	])('never repeat GET %s, which spends what can be had once', async (endpoint, parameters) => {
		const path = `/cgi-bin/${endpoint}`;
		simulator().control.inject({ path, drop: true, times: 1 });
		const run = await runWecom(simulator(), {
			resource: 'api',
			operation: 'call',
			parameters: {
				endpoint: byId(`GET ${path}`),
				inputMode: 'json',
				json: JSON.stringify(parameters),
			},
			store: store(),
		});
		expect(run.error).toBeDefined();
		expect(callsOf(path).length).toBeLessThanOrEqual(1);
	});

	it('repeat a message that the rate limit has kept back', async () => {
		simulator().control.rateLimit('/cgi-bin/message/send', { times: 1 });
		await itemsOf(simulator(), {
			resource: 'message',
			operation: 'send',
			parameters: { touser: ['zhangsan'], content: 'x' },
			store: store(),
		});
		expect(simulator().messages).toHaveLength(1);
	});
});

describe('items at once', () => {
	const slow = () => simulator().control.inject({ path: '*', delayMs: 600, times: 1000 });

	it('reads several, writes one after the other', async () => {
		const credentials = store();
		await itemsOf(simulator(), { ...getMember, store: credentials });
		slow();
		const start = Date.now();
		await itemsOf(simulator(), { ...getMember, items: many(10), store: credentials });
		expect(Date.now() - start).toBeLessThan(10 * 600);

		await itemsOf(simulator(), {
			resource: 'message',
			operation: 'send',
			store: credentials,
			parameters: { touser: ['zhangsan'], content: '={{ $json.index }}' },
			items: many(6),
		});
		expect(simulator().messages.map(({ body }) => body.text.content)).toEqual([
			'0',
			'1',
			'2',
			'3',
			'4',
			'5',
		]);
	});

	it('keep the order of the output when answers overtake each other', async () => {
		const ids = ['zhangsan', 'linna', 'wangfang'];
		const credentials = store();
		await itemsOf(simulator(), { ...getMember, store: credentials });
		simulator().control.inject({ path: '/cgi-bin/user/get', delayMs: 150, times: 1 });
		const items = await itemsOf(simulator(), {
			...getMember,
			parameters: { userid: byId('={{ $json.id }}') },
			items: ids.map((id) => ({ json: { id } })),
			store: credentials,
		});
		expect(items.map(({ userid }) => userid)).toEqual(ids);
	});
});
