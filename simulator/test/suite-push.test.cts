import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../test/support/wait.cts';
import { DEMO_PROVIDER, DEMO_SUITE, DEMO_TEMPLATE, PROVIDER_SEED } from '../suite/data.cts';
import { useSuites } from './suite-api.cts';

const api = useSuites();
const [A] = PROVIDER_SEED.companies;
const { suiteId } = DEMO_SUITE;
const control = () => api.sim.control;

describe('suite_ticket', () => {
	it('is pushed to the suite, encrypted for it', async () => {
		const before = Math.floor(Date.now() / 1000);
		const push = await control().pushTicket(suiteId);
		expect(push).toMatchObject({
			ok: true,
			verdict: 'success',
			late: false,
			infoType: 'suite_ticket',
			suiteId,
		});
		const [{ xml, ...rest }] = api.receiver.received;
		expect(rest).toEqual({
			method: 'POST',
			toUserName: suiteId,
			agentid: '',
			receiveid: suiteId,
			signatureOk: true,
			path: '/suite',
		});
		expect(api.receiver.last('SuiteId')).toBe(suiteId);
		expect(api.receiver.last('InfoType')).toBe('suite_ticket');
		expect(api.receiver.last('SuiteTicket')).toBe(push.ticket);
		const stamp = Number(api.receiver.last('TimeStamp'));
		expect(stamp).toBeGreaterThanOrEqual(before);
		expect(stamp).toBeLessThanOrEqual(Date.now() / 1000);
		expect((await control().pushTicket(suiteId)).ticket).not.toBe(push.ticket);
	});

	it('comes again and again, for two suites at once, until stopped', async () => {
		control().startTickets(suiteId, 40);
		control().startTickets(DEMO_TEMPLATE.suiteId, 60);
		const tickets = (id: string) =>
			control()
				.suitePushes(id)
				.filter(({ ok }) => ok).length;
		const both = () => [tickets(suiteId), tickets(DEMO_TEMPLATE.suiteId)];
		await until(() => both().every((count) => count > 2), { within: 15_000 });
		control().stopTickets();
		// What was under way when it stopped still arrives.
		await delay(300);
		const counts = both();
		await delay(200);
		expect(both()).toEqual(counts);
		const values = api.receiver.received.map(({ xml }) => /SuiteTicket>(.*?)</.exec(xml)![1]);
		expect(new Set(api.receiver.received.map(({ xml }) => xml)).size).toBe(values.length);
	});

	it('ends with reset', async () => {
		control().startTickets(suiteId, 20);
		control().reset();
		await delay(80);
		expect(control().suitePushes()).toEqual([]);
	});
});

describe('the verdict', () => {
	it.each([
		['answer', { body: '' }],
		['answer', { body: '"success"' }],
		['answer', { body: 'success\n' }],
		['status', { status: 500 }],
	])('is %s for %j', async (verdict, answer) => {
		Object.assign(api.receiver.answer, answer);
		const push = await control().pushTicket(suiteId, { retries: 0 });
		expect(push).toMatchObject({ ok: false, verdict, late: false });
		expect(control().suitePushes()).toHaveLength(1);
	});

	it('is failed without a server, and repeats the same ticket on a retry', async () => {
		control().setSuite(suiteId, {
			callback: { ...DEMO_SUITE.callback, url: 'http://127.0.0.1:1/' },
		});
		const push = await control().pushTicket(suiteId);
		expect(push).toMatchObject({ ok: false, verdict: 'failed' });
		expect(push.attempts).toHaveLength(4);
		control().setSuite(suiteId, {
			callback: { ...DEMO_SUITE.callback, url: `${api.receiver.url}/suite` },
		});
		api.receiver.answer.status = 503;
		await control().pushTicket(suiteId, { retries: 1 });
		const [first, second] = api.receiver.received;
		expect(second.xml).toBe(first.xml);
	});

	it('is late after 1,000 ms for an authorization, after 5,000 ms for a ticket', async () => {
		api.receiver.answer.delayMs = 1050;
		const [quick, ticket] = await Promise.all([
			control().authorize(suiteId, A.corpid),
			control().pushTicket(suiteId),
		]);
		expect(quick).toMatchObject({ ok: false, verdict: 'success', late: true });
		expect(quick.ms).toBeGreaterThan(1000);
		expect(ticket).toMatchObject({ ok: true, late: false });
		const options = { timeoutMs: 100, retries: 0 };
		const cut = await control().authorize(suiteId, A.corpid, options);
		expect(cut).toMatchObject({ ok: false, verdict: 'timeout' });
	});
});

describe('URLs', () => {
	it.each([
		[undefined, DEMO_PROVIDER.corpid],
		['provider', DEMO_PROVIDER.corpid],
		['suite', suiteId],
	] as const)('are verified with the receiveid of the %s', async (receiveid, expected) => {
		const result = await control().verifySuiteUrl(suiteId, { receiveid });
		expect(result.ok).toBe(true);
		expect(api.receiver.received).toMatchObject([
			{ method: 'GET', receiveid: expected, signatureOk: true, path: '/suite' },
		]);
	});

	it('are saved when the command and the data URL pass', async () => {
		const [url, dataUrl] = [`${api.receiver.url}/suite/command`, `${api.receiver.url}/suite/data`];
		expect((await control().saveSuiteCallback(suiteId, { url, dataUrl })).ok).toBe(true);
		expect(api.receiver.received.map(({ path }) => path)).toEqual([
			'/suite/command',
			'/suite/data',
		]);
		const bad = await control().saveSuiteCallback(suiteId, { dataUrl: 'http://127.0.0.1:1/' });
		expect(bad.ok).toBe(false);
		expect(control().suiteTarget(suiteId)).toMatchObject({ url, receiveid: suiteId });
		control().issueAuthCode(suiteId, A.corpid);
		expect(control().dataTarget(suiteId, A.corpid).url).toBe(dataUrl);
	});
});

describe('other callbacks', () => {
	it('of a company go to the data URL, encrypted for the company', async () => {
		control().setSuite(suiteId, { dataUrl: `${api.receiver.url}/suite/data` });
		expect(() => control().dataTarget(suiteId, A.corpid)).toThrow('has not authorized');
		control().issueAuthCode(suiteId, A.corpid);
		const message = { kind: 'text', fields: { Content: 'hi' } };
		const result = await control().pushData(suiteId, A.corpid, message);
		expect(result.ok).toBe(true);
		expect(api.receiver.received).toMatchObject([
			{
				toUserName: A.corpid,
				receiveid: A.corpid,
				agentid: String(A.agentid),
				path: '/suite/data',
			},
		]);
		expect(api.receiver.last('ToUserName')).toBe(A.corpid);
		expect(api.receiver.last('AgentID')).toBe(String(A.agentid));
	});

	it('of a customized app go to a URL of its own', async () => {
		control().issueAuthCode(DEMO_TEMPLATE.suiteId, A.corpid);
		const callback = { ...DEMO_TEMPLATE.callback, url: `${api.receiver.url}/template/app` };
		control().setCompanyApp(DEMO_TEMPLATE.suiteId, A.corpid, { callback });
		await control().pushData(DEMO_TEMPLATE.suiteId, A.corpid, { kind: 'enter_agent' });
		expect(api.receiver.received).toMatchObject([
			{ path: '/template/app', receiveid: A.corpid, signatureOk: true },
		]);
	});

	it('of any InfoType go to the command URL', async () => {
		const fields = { InfoType: 'change_contact', AuthCorpId: A.corpid, ChangeType: 'create_user' };
		const push = await control().pushSuite(suiteId, fields);
		expect(push).toMatchObject({ ok: true, infoType: 'change_contact', corpid: A.corpid });
		expect(api.receiver.last('SuiteId')).toBe(suiteId);
		expect(api.receiver.last('ChangeType')).toBe('create_user');
	});
});

describe('over HTTP', () => {
	const call = async (method: string, ...args: unknown[]) => {
		const url = `${api.sim.url}/_control/${method}`;
		return (await (await fetch(url, { method: 'POST', body: JSON.stringify(args) })).json()) as {
			ok: boolean;
			result: any;
			error?: string;
		};
	};

	it('everything can be called', async () => {
		const { result: companies } = await call('addCompanies', 30);
		expect(companies).toHaveLength(30);
		const pushed = await call('authorize', suiteId, companies[29].corpid, { state: 'x' });
		expect(pushed.result).toMatchObject({ ok: true, verdict: 'success' });
		expect((await call('pushTicket', suiteId)).result.ticket).toEqual(expect.any(String));
		expect((await call('authorizations')).result).toMatchObject([
			{ corpid: companies[29].corpid, pending: true },
		]);
		expect((await call('suitePushes')).result).toHaveLength(2);
		expect((await call('tokenFetches')).result).toEqual({
			provider: 0,
			suites: {},
			companies: {},
		});
		expect(await call('pushTicket', 'ww00')).toMatchObject({ ok: false });
	});
});

it('faults work on the provider side too', async () => {
	control().inject({ path: '/cgi-bin/service/v2/get_permanent_code', errcode: -1 });
	const auth_code = control().issueAuthCode(suiteId, A.corpid);
	const query = { suite_access_token: await api.suiteToken() };
	const exchange = async () =>
		await api.post('service/v2/get_permanent_code', { auth_code }, query);
	expect((await exchange()).errcode).toBe(-1);
	expect((await exchange()).errcode).toBe(0);
});
