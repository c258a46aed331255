import { DEMO_APP, DEMO_CONTACTS, DEMO_CORP, DEMO_SALES_APP } from '../demo-data.cts';
import { useSimulator, type Json } from './api.cts';

const api = useSimulator();
const getToken = async (corpid = DEMO_CORP.corpid, corpsecret = DEMO_APP.secret) =>
	(await (await fetch(api.url('gettoken', { corpid, corpsecret }))).json()) as Json;
const call = async (access_token: string) =>
	(await (await fetch(api.url('get_api_domain_ip', { access_token }))).json()) as Json;

describe('gettoken', () => {
	it('gives the same token while it is valid and a new one afterwards', async () => {
		const first = await getToken();
		expect(first).toEqual({
			errcode: 0,
			errmsg: 'ok',
			access_token: expect.any(String),
			expires_in: 7200,
		});
		expect(first.access_token.length).toBeLessThanOrEqual(512);
		expect((await getToken()).access_token).toBe(first.access_token);

		api.sim.control.advanceClock(7201 * 1000);
		expect((await call(first.access_token)).errcode).toBe(42001);
		const second = await getToken();
		expect(second.access_token).not.toBe(first.access_token);
		expect((await call(second.access_token)).errcode).toBe(0);
	});

	it('gives each app its own token and counts the calls per app', async () => {
		const tokens = [
			await api.token(),
			await api.token(DEMO_SALES_APP.secret),
			await api.token(DEMO_CONTACTS.secret),
			await api.token(),
		];
		expect(new Set(tokens).size).toBe(3);
		expect(api.sim.control.tokenCalls(DEMO_APP.agentid)).toBe(2);
		expect(api.sim.control.tokenCalls(DEMO_SALES_APP.agentid)).toBe(1);
	});

	it.each([40014, 42001] as const)(
		'after an early end calls get %i and gettoken gives a new token',
		async (errcode) => {
			const old = await api.token();
			api.sim.control.invalidateToken(DEMO_APP.agentid, { errcode });
			expect(await call(old)).toMatchObject({ errcode, ip_list: [] });
			const renewed = await api.token();
			expect(renewed).not.toBe(old);
			expect((await call(renewed)).errcode).toBe(0);
		},
	);

	it.each([
		[40013, 'ww0000000000000000', DEMO_APP.secret],
		[40001, DEMO_CORP.corpid, 'wrong'],
		[41002, '', DEMO_APP.secret],
		[41004, DEMO_CORP.corpid, ''],
	])('answers %i for corpid "%s"', async (errcode, corpid, secret) => {
		expect(await getToken(corpid, secret)).toMatchObject({ errcode });
	});

	it('answers 50003 for a disabled app, also to calls with its earlier token', async () => {
		const token = await api.token();
		api.sim.control.setApp(DEMO_APP.agentid, { enabled: false });
		expect((await getToken()).errcode).toBe(50003);
		expect((await call(token)).errcode).toBe(50003);
	});

	it('blocks an address for an hour after five wrong secrets', async () => {
		for (let i = 0; i < 5; i++)
			expect((await getToken(undefined, `wrong${i}`)).errcode).toBe(40001);
		expect((await getToken()).errcode).toBe(45009);
		api.sim.control.setCallerIp('198.51.100.9');
		expect((await getToken()).errcode).toBe(0);
		api.sim.control.setCallerIp();
		api.sim.control.advanceClock(3_600_001);
		expect((await getToken()).errcode).toBe(0);
	});

	it('called with POST misses its parameters', async () => {
		const answer = await fetch(
			api.url('gettoken', { corpid: DEMO_CORP.corpid, corpsecret: DEMO_APP.secret }),
			{ method: 'POST' },
		);
		expect(await answer.json()).toMatchObject({ errcode: 41002 });
	});
});

describe('every call', () => {
	it('reports failures with HTTP 200 in the real format', async () => {
		const { errmsg } = await call('nonsense');
		const format =
			/^invalid access_token, hint: \[\d{16}_\d+_[0-9a-f]{32}\], from ip: 127\.0\.0\.1, more info at (\S+)$/;
		expect(errmsg).toMatch(format);
		expect(format.exec(errmsg)![1]).toBe('https://open.work.weixin.qq.com/devtool/query?e=40014');
	});

	it('needs the token in the query', async () => {
		const body = JSON.stringify({ access_token: await api.token(), userid: 'zhangsan' });
		const answer = await fetch(api.url('user/convert_to_openid', {}), { method: 'POST', body });
		expect(await answer.json()).toMatchObject({ errcode: 41001 });
	});

	it('answers an unknown path with an HTML 404', async () => {
		const answer = await fetch(api.url('no/such/thing', {}));
		expect(answer.status).toBe(404);
		expect(answer.headers.get('content-type')).toBe('text/html');
	});

	it('refuses an address that is not trusted, while gettoken goes on', async () => {
		api.sim.control.refuseIp(true, { ip: '203.0.113.7' });
		expect((await getToken()).errcode).toBe(0);
		const refused = await api.get('user/get', { userid: 'zhangsan' });
		expect(refused.errcode).toBe(60020);
		expect(refused.errmsg).toContain('from ip: 203.0.113.7,');
		api.sim.control.refuseIp(false);
		expect((await api.get('user/get', { userid: 'zhangsan' })).errcode).toBe(0);
	});

	it('checks the trusted addresses of the app', async () => {
		api.sim.control.setApp(DEMO_APP.agentid, { trustedIps: ['198.51.100.1'] });
		expect((await api.get('get_api_domain_ip')).errcode).toBe(60020);
		api.sim.control.setCallerIp('198.51.100.1');
		expect((await api.get('get_api_domain_ip')).ip_list).toHaveLength(2);
		expect((await api.get('getcallbackip')).ip_list).toContain('127.0.0.1');
	});
});
