import { DEMO_SUITE, DEMO_TEMPLATE, makeCompanies } from '../../simulator/suite/data.cts';
import type { Suite } from '../../simulator/suite/state.cts';
import { startProvider, until, useProvider, type Provider } from './suite-support.cts';
import { shutDoor, sleep } from '../support/wait.cts';

const simulator = useProvider();
const [first, second] = makeCompanies(3);
const byId = (value: string) => ({ __rl: true, mode: 'id', value });

let provider: Provider;
afterEach(async () => await provider?.stop());
const begin = async (suite?: Suite, parameters?: object) => {
	provider = await startProvider(simulator(), suite);
	await provider.listen(parameters as never);
	return provider;
};
const ticket = async () => await provider.ticket();
const age = (ms: number) => provider.ageCodes(ms);
const calls = (path: string) => simulator().requests.filter((request) => request.path === path);
const send = (company: string) => ({
	resource: 'message',
	operation: 'send',
	company,
	parameters: { toUsers: ['zhangsan'], touser: ['zhangsan'], msgtype: 'text', content: 'hello' },
});

describe.each([
	['third-party app', DEMO_SUITE, 'third-party'],
	['customized app', DEMO_TEMPLATE, 'customized'],
])('a %s', (_name, suite, kind) => {
	it('goes from an empty credential to a message without a token in sight', async () => {
		await begin(suite);
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		const code = simulator().control.authorizations(suite.suiteId)[0].permanentCode!;
		expect(provider.companies()).toEqual({
			[first.corpid]: {
				suiteId: suite.suiteId,
				permanentCode: code,
				agentId: String(first.agentid),
				name: first.name,
				authorizedAt: expect.any(Number),
				changedAt: expect.any(Number),
			},
		});
		expect(provider.items[0]).toMatchObject({
			InfoType: 'create_auth',
			AuthCorpId: first.corpid,
			wecom: {
				family: 'suite',
				kind: 'create_auth',
				exchange: 'done',
				company: { corpId: first.corpid, name: first.name, agentId: String(first.agentid), kind },
			},
		});
		expect(JSON.stringify(provider.items)).not.toContain(code);

		await provider.itemsOf(send(first.corpid));
		expect(simulator().messages).toHaveLength(1);
		expect(simulator().messages[0]).toMatchObject({ corpid: first.corpid });
		await provider.itemsOf(send(first.corpid));
		expect(simulator().control.tokenFetches().companies).toEqual({
			[`${suite.suiteId}/${first.corpid}`]: 1,
		});
	});

	it('takes corp ID and permanent code from the item where the company is not stored', async () => {
		await begin(suite);
		await ticket();
		const run = async (corpid: string) => {
			const { authCode } = await simulator().control.authorize(suite.suiteId, corpid, {
				retries: 0,
			});
			void authCode;
			await until(() => Boolean(provider.companies()[corpid]));
			return { json: { corpid, code: provider.companies()[corpid].permanentCode } };
		};
		const items = [await run(first.corpid), await run(second.corpid)];
		items.push(items[0]);
		provider.store.s1.companies = '';
		await provider.itemsOf({
			...send(''),
			items,
			parameters: {
				...send('').parameters,
				actAsCompany: byId('={{ $json.corpid }}'),
				options: { permanentCode: '={{ $json.code }}' },
			},
		});
		expect(simulator().messages.map(({ corpid }) => corpid)).toEqual([
			first.corpid,
			second.corpid,
			first.corpid,
		]);
		expect(Object.values(simulator().control.tokenFetches().companies)).toEqual([1, 1]);
	});
});

it('a company that is kept elsewhere and authorizes again is sent to with its new Agent ID', async () => {
	await begin();
	await ticket();
	for (const agentid of [1000071, 1000072]) {
		await simulator().control.authorize(DEMO_SUITE.suiteId, first.corpid, { agentid });
		await until(() => provider.companies()[first.corpid]?.agentId === String(agentid));
		const { permanentCode } = provider.companies()[first.corpid];
		await provider.itemsOf({
			resource: 'suite',
			operation: 'forgetCompany',
			company: first.corpid,
		});
		const { parameters } = send('');
		const kept = {
			...send(first.corpid),
			parameters: { ...parameters, options: { permanentCode } },
		};
		await provider.itemsOf(kept);
		await provider.itemsOf(kept);
		expect(provider.companies()).toEqual({});
		expect(simulator().messages.at(-1)).toMatchObject({ agentid });
		await simulator().control.cancelAuth(DEMO_SUITE.suiteId, first.corpid);
	}
	const asked = calls('/cgi-bin/service/v2/get_auth_info');
	expect(asked).toHaveLength(4);
});

describe('tickets', () => {
	it('are stored at once and start nothing, also with All Events', async () => {
		await begin();
		const { ticket: pushed } = await simulator().control.pushTicket(DEMO_SUITE.suiteId);
		expect(provider.stored()).toMatchObject({
			suiteTicket: pushed,
			suiteTicketFor: DEMO_SUITE.suiteId,
		});
		expect(provider.items).toEqual([]);
	});

	it('start the workflow when chosen', async () => {
		await begin(DEMO_SUITE, { events: ['suite_ticket'] });
		await ticket();
		expect(provider.items).toMatchObject([{ InfoType: 'suite_ticket' }]);
	});

	it('never go back to an older one, or to another suite’s', async () => {
		await begin();
		await ticket();
		const { suiteTicket } = provider.stored();
		const push = async (fields: object) =>
			await simulator().control.pushSuite(DEMO_SUITE.suiteId, {
				SuiteId: DEMO_SUITE.suiteId,
				InfoType: 'suite_ticket',
				...fields,
			} as never);
		expect(await push({ TimeStamp: '1000000000', SuiteTicket: 'old' })).toMatchObject({ ok: true });
		expect(
			await push({ SuiteId: 'wwother', TimeStamp: '2000000000', SuiteTicket: 'foreign' }),
		).toMatchObject({
			ok: true,
		});
		expect(provider.stored().suiteTicket).toBe(suiteTicket);
	});
});

describe('authorizations', () => {
	it('that cannot be exchanged reach the workflow, and the next ticket finishes them', async () => {
		await begin();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({
			InfoType: 'create_auth',
			wecom: { exchange: 'failed', reason: 'No suite_ticket received yet' },
		});
		expect(provider.companies()).toEqual({});

		age(11_000);
		await ticket();
		await until(() => provider.items.length === 2);
		expect(provider.items[1]).toMatchObject({
			InfoType: 'create_auth',
			AuthCorpId: first.corpid,
			wecom: {
				kind: 'create_auth',
				exchange: 'done',
				retried: true,
				company: { corpId: first.corpid },
			},
		});
		expect(provider.companies()[first.corpid].permanentCode).toBeTruthy();
	});

	it('that were left behind are finished by the next call, and the ticket after it tells the workflow', async () => {
		await begin();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		age(11_000);
		Object.assign(provider.store.s1, {
			suiteTicket: simulator().control.issueTicket(DEMO_SUITE.suiteId),
			suiteTicketAt: Date.now(),
			suiteTicketFor: DEMO_SUITE.suiteId,
		});
		await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
		expect(Object.keys(provider.companies())).toEqual([first.corpid]);
		age(11_000);
		await ticket();
		await until(() => provider.items.length === 2);
		expect(provider.items[1]).toMatchObject({
			wecom: { exchange: 'done' },
			AuthCorpId: first.corpid,
		});
	});

	it('reach the workflow once, though tickets arrive while they are exchanged', async () => {
		await begin();
		await ticket();
		simulator().control.inject({
			path: '/cgi-bin/service/v2/get_permanent_code',
			times: 1,
			delayMs: 800,
		});
		await provider.authorize(first.corpid);
		age(11_000);
		await ticket();
		await until(() => provider.items.length === 1);
		await ticket();
		expect(provider.stored().pendingAuthCodes).toBe('');
		expect(provider.items).toHaveLength(1);
	});

	it('are written again when another process has overwritten them after the check', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		const { permanentCode } = provider.companies()[first.corpid];
		provider.store.s1.companies = '';
		await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
		expect(provider.companies()[first.corpid]).toMatchObject({ permanentCode, name: first.name });
		// Nobody calls: this process looks by itself, also when a busy one writes what it has read seconds ago.
		for (let time = 0; time < 3; time++) {
			provider.store.s1.companies = '';
			await until('the code is written again', () => provider.companies()[first.corpid], {
				within: 15_000,
			});
		}
		expect(provider.companies()[first.corpid]).toMatchObject({ permanentCode });
		expect(provider.stored().pendingAuthCodes).toBe('');
	}, 60_000);

	it('have their Agent ID back when another process has written what it had read before that was known', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		const stored = provider.companies();
		const { agentId, ...before } = stored[first.corpid];
		expect(agentId).toBe(String(first.agentid));
		const changedAt = Number(before.changedAt) - 1;
		provider.store.s1.companies = JSON.stringify({ [first.corpid]: { ...before, changedAt } });
		await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
		expect(provider.companies()).toEqual(stored);
	});

	it('that another process has changed or forgotten since stay as it has left them', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		const { suiteId, changedAt } = provider.companies()[first.corpid];
		const later = Number(changedAt) + 1;
		for (const version of [{ permanentCode: 'newer' }, {}]) {
			const companies = JSON.stringify({
				[first.corpid]: { suiteId, changedAt: later, ...version },
			});
			provider.store.s1.companies = companies;
			await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
			expect(provider.stored().companies).toBe(companies);
		}
	});

	it('that are withdrawn stay away, though another process brings back what it had read', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		const { companies } = provider.stored();
		await simulator().control.cancelAuth(DEMO_SUITE.suiteId, first.corpid);
		provider.store.s1.companies = companies;
		await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
		expect(provider.companies()).toEqual({});
	});

	it('that are withdrawn at once stay away', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		await simulator().control.cancelAuth(DEMO_SUITE.suiteId, first.corpid);
		await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
		await sleep(4_300);
		expect(provider.companies()).toEqual({});
	}, 15_000);

	it('with a dead code are given up', async () => {
		await begin();
		await ticket();
		await simulator().control.pushSuite(DEMO_SUITE.suiteId, {
			SuiteId: DEMO_SUITE.suiteId,
			InfoType: 'create_auth',
			AuthCode: 'never-issued',
		} as never);
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({
			wecom: { exchange: 'failed', reason: 'The auth code is not valid (40078)' },
		});
		await until(() => provider.stored().pendingAuthCodes === '');
	});

	it('are answered before the exchange, and an unknown Agent ID does not undo them', async () => {
		await begin();
		await ticket();
		const answered = shutDoor();
		simulator().control.inject({
			path: '/cgi-bin/service/v2/get_permanent_code',
			after: answered.opened,
		});
		simulator().control.inject({
			path: '/cgi-bin/service/v2/get_auth_info',
			times: 9,
			errcode: 48002,
		});
		const authorized = simulator().control.authorize(DEMO_SUITE.suiteId, first.corpid);
		expect(await authorized).toMatchObject({ verdict: 'success', attempts: [{}] });
		expect(JSON.parse(provider.stored().pendingAuthCodes)).not.toEqual({});
		expect(provider.companies()).toEqual({});
		answered.open();
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({
			wecom: {
				exchange: 'done',
				company: { name: first.name },
				warning: expect.stringContaining('48002'),
			},
		});
		simulator().control.clearFaults();
		await provider.itemsOf(send(first.corpid));
		expect(simulator().messages).toHaveLength(1);
	});

	it('show the permanent code only on request', async () => {
		await begin(DEMO_SUITE, { suiteOptions: { includePermanentCode: true } });
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		expect(provider.items[0]).toMatchObject({
			wecom: { company: { permanentCode: provider.companies()[first.corpid].permanentCode } },
		});
	});

	it('that change are read again, and forgotten when withdrawn', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		provider.store.s1.companies = String(provider.store.s1.companies).replace(
			first.name,
			'Old Name',
		);
		expect(
			await simulator().control.changeAuth(DEMO_SUITE.suiteId, first.corpid, {}),
		).toMatchObject({ ok: true });
		expect(provider.companies()[first.corpid].name).toBe(first.name);
		expect(provider.items[1]).toMatchObject({
			InfoType: 'change_auth',
			wecom: { company: { name: first.name } },
		});
		expect(await simulator().control.cancelAuth(DEMO_SUITE.suiteId, first.corpid)).toMatchObject({
			ok: true,
		});
		expect(provider.companies()).toEqual({});
		expect(provider.items[2]).toMatchObject({ InfoType: 'cancel_auth' });
	});

	it('of a customized app take a reset secret, and the token that belongs to it', async () => {
		await begin(DEMO_TEMPLATE);
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		await provider.itemsOf(send(first.corpid));
		const before = provider.companies()[first.corpid].permanentCode;
		await simulator().control.resetPermanentCode(DEMO_TEMPLATE.suiteId, first.corpid);
		await until(() => provider.items.length === 2);
		expect(provider.items[1]).toMatchObject({
			InfoType: 'reset_permanent_code',
			wecom: { exchange: 'done' },
		});
		expect(provider.companies()[first.corpid].permanentCode).not.toBe(before);
		await provider.itemsOf(send(first.corpid));
		expect(simulator().messages).toHaveLength(2);
	});
});

describe('the data URL', () => {
	it('takes messages of every stored company and of no other, unless told so', async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
		const push = async () =>
			await simulator().control.pushData(DEMO_SUITE.suiteId, first.corpid, { kind: 'text' });
		await push();
		expect(provider.items[1]).toMatchObject({
			MsgType: 'text',
			wecom: { receiveId: first.corpid },
		});
		const { url } = simulator().control.suiteTarget(DEMO_SUITE.suiteId);
		const { token, encodingAesKey } = DEMO_SUITE.callback;
		const foreign = { url, token, encodingAesKey, receiveid: 'wpForeign' };
		expect((await simulator().control.push(foreign, { kind: 'text' })).ok).toBe(false);
		await provider.stop();
		await provider.listen({ suiteOptions: { acceptAnyCompany: true } });
		foreign.url = simulator().control.suiteTarget(DEMO_SUITE.suiteId).url;
		expect((await simulator().control.push(foreign, { kind: 'text' })).ok).toBe(true);
		expect(provider.items).toHaveLength(3);
	});
});

describe('tokens', () => {
	beforeEach(async () => {
		await begin();
		await ticket();
		await provider.authorize(first.corpid);
		await until(() => provider.items.length === 1);
	});
	const getMember = (company: string) => ({
		resource: 'member',
		operation: 'get',
		company,
		parameters: { userid: byId('zhangsan') },
	});

	it.each([40082, 42009] as const)('of the suite are renewed on %i', async (errcode) => {
		simulator().control.invalidateSuiteToken(DEMO_SUITE.suiteId, { errcode });
		await provider.itemsOf({ resource: 'suite', operation: 'getPreAuthCode' });
		expect(simulator().control.tokenFetches().suites[DEMO_SUITE.suiteId]).toBe(2);
		simulator().control.invalidateSuiteToken(DEMO_SUITE.suiteId, { errcode });
		await provider.itemsOf(getMember(first.corpid));
		expect(simulator().control.tokenFetches().suites[DEMO_SUITE.suiteId]).toBe(3);
	});

	it.each([40014, 42001] as const)('of a company are renewed once on %i', async (errcode) => {
		await provider.itemsOf(getMember(first.corpid));
		simulator().control.invalidateCorpToken(DEMO_SUITE.suiteId, first.corpid, { errcode });
		const items = Array.from({ length: 20 }, () => ({ json: {} }));
		expect(await provider.itemsOf({ ...getMember(first.corpid), items })).toHaveLength(20);
		expect(Object.values(simulator().control.tokenFetches().companies)).toEqual([2]);
	});

	it('of 30 companies in parallel are fetched once each', async () => {
		const companies = simulator().control.addCompanies(30);
		for (const { corpid } of companies) await provider.authorize(corpid);
		await until(() => Object.keys(provider.companies()).length === 31);
		const items = [...companies, ...companies, ...companies].map(({ corpid }) => ({
			json: { corpid },
		}));
		const members = await provider.itemsOf({
			...getMember(''),
			items,
			parameters: {
				userid: byId('zhangsan'),
				actAsCompany: byId('={{ $json.corpid }}'),
				options: { concurrency: 20 },
			},
		});
		expect(members).toHaveLength(90);
		const fetched = simulator().control.tokenFetches();
		expect(Object.values(fetched.companies)).toEqual(Array(30).fill(1));
		expect(fetched.suites[DEMO_SUITE.suiteId]).toBe(1);
		expect(Object.keys(JSON.parse(provider.stored().companyTokens))).toHaveLength(30);
	}, 30_000);

	it('are not asked for again after a refused secret', async () => {
		provider.store.s1.suiteSecret = 'wrong';
		for (let times = 0; times < 3; times++) {
			const { error } = await provider.run({ resource: 'suite', operation: 'getPreAuthCode' });
			expect(error?.message).toBe('The suite secret is wrong (40080)');
		}
		expect(calls('/cgi-bin/service/get_suite_token')).toHaveLength(2);
	});

	it('stay out of errors', async () => {
		simulator().control.inject({
			path: '/cgi-bin/user/get',
			times: 9,
			status: 502,
			rawBody: '<html>',
		});
		const { error, run } = await provider.run(getMember(first.corpid));
		expect(error).toBeDefined();
		const { permanentCode } = provider.companies()[first.corpid];
		const { token } = JSON.parse(provider.stored().companyTokens)[first.corpid];
		for (const secret of [
			permanentCode,
			token,
			provider.suite.suiteSecret,
			provider.stored().suiteAccessToken,
		])
			expect(JSON.stringify(run)).not.toContain(secret);
	}, 15_000);
});
