import { DEMO_SUITE, DEMO_TEMPLATE, PROVIDER_SEED } from '../suite/data.cts';
import { useSuites } from './suite-api.cts';
import type { Json } from './api.cts';

const api = useSuites();
const [A, B] = PROVIDER_SEED.companies;
const V2 = 'service/v2/get_permanent_code';

const exchange = async (auth_code: string, suite = DEMO_SUITE, path = V2) =>
	await api.post(path, { auth_code }, { suite_access_token: await api.suiteToken(suite) });
const corpToken = async (auth_corpid: string, permanent_code: string, suite = DEMO_SUITE) =>
	await api.post(
		'service/get_corp_token',
		{ auth_corpid, permanent_code },
		{ suite_access_token: await api.suiteToken(suite) },
	);
const getToken = async (corpid: string, corpsecret: string) =>
	await api.get('gettoken', { corpid, corpsecret });
const domainIps = async (access_token: string) =>
	(await api.get('get_api_domain_ip', { access_token })).errcode as number;

describe('authorization from the market', () => {
	it('pushes create_auth, whose code gives the permanent code once', async () => {
		const push = await api.sim.control.authorize(DEMO_SUITE.suiteId, A.corpid, { state: 's1' });
		expect(push).toMatchObject({ ok: true, verdict: 'success', late: false, corpid: A.corpid });
		expect(push.authCode).toMatch(/^.{64,512}$/);
		expect(api.receiver.last('AuthCode')).toBe(push.authCode);
		expect(api.receiver.received[0].xml).not.toContain('AuthCorpId');

		const answer = await exchange(push.authCode);
		expect(answer).toEqual({
			errcode: 0,
			errmsg: 'ok',
			permanent_code: expect.any(String),
			auth_corp_info: { corpid: A.corpid, corp_name: A.name },
			auth_user_info: expect.objectContaining({ userid: 'boss', open_userid: expect.any(String) }),
			state: 's1',
		});
		expect((await exchange(push.authCode)).errcode).toBe(40078);
		expect(api.sim.control.authorizations()).toEqual([
			expect.objectContaining({
				suiteId: DEMO_SUITE.suiteId,
				corpid: A.corpid,
				agentid: A.agentid,
				permanentCode: answer.permanent_code,
				pending: false,
			}),
		]);
	});

	it('has codes that are wrong, of another suite, or 10 minutes old', async () => {
		expect((await exchange('x'.repeat(64))).errcode).toBe(40078);
		expect((await exchange('')).errcode).toBe(84076);
		const code = api.sim.control.issueAuthCode(DEMO_SUITE.suiteId, A.corpid);
		expect((await exchange(code, DEMO_TEMPLATE)).errcode).toBe(40078);
		expect(api.sim.control.authorizations()[0]).toMatchObject({ pending: true });
		api.sim.control.advanceClock(600_000);
		expect((await exchange(code)).errcode).toBe(40078);
		const next = await exchange(api.sim.control.issueAuthCode(DEMO_SUITE.suiteId, A.corpid));
		expect(next.permanent_code).toEqual(expect.any(String));
		const again = await exchange(api.sim.control.issueAuthCode(DEMO_SUITE.suiteId, A.corpid));
		expect(again.permanent_code).toBe(next.permanent_code);
	});

	it('may tell nothing of the admin', async () => {
		const { authCode } = await api.sim.control.authorize(DEMO_SUITE.suiteId, A.corpid, {
			admin: '',
			authMode: 1,
		});
		const answer = await exchange(authCode);
		expect(Object.keys(answer)).toEqual(['errcode', 'errmsg', 'permanent_code', 'auth_corp_info']);
	});
});

describe('get_permanent_code v1 and get_auth_info', () => {
	it('v1 has the token and everything else, and no errcode', async () => {
		const code = api.sim.control.issueAuthCode(DEMO_SUITE.suiteId, A.corpid);
		const answer = await exchange(code, DEMO_SUITE, 'service/get_permanent_code');
		expect(answer.errcode).toBeUndefined();
		expect(answer).toMatchObject({
			expires_in: 7200,
			auth_corp_info: { corpid: A.corpid, corp_type: 'verified' },
			auth_info: { agent: [{ agentid: A.agentid, is_customized_app: false }] },
		});
		expect(await domainIps(answer.access_token)).toBe(0);
		const { access_token } = await corpToken(A.corpid, answer.permanent_code);
		expect(access_token).toBe(answer.access_token);
	});

	it('v1 of a template has no token', async () => {
		const code = api.sim.control.issueAuthCode(DEMO_TEMPLATE.suiteId, A.corpid);
		const answer = await exchange(code, DEMO_TEMPLATE, 'service/get_permanent_code');
		expect(answer).not.toHaveProperty('access_token');
		expect(answer.permanent_code).toEqual(expect.any(String));
	});

	it.each([
		[DEMO_SUITE, 1, false],
		[DEMO_TEMPLATE, 0, true],
	])('get_auth_info tells agentid and privilege (%#)', async (suite, level, customized) => {
		const permanent_code = await api.permanentCode(A.corpid, suite);
		const query = { suite_access_token: await api.suiteToken(suite) };
		const body = { auth_corpid: A.corpid, permanent_code };
		const v2 = await api.post('service/v2/get_auth_info', body, query);
		expect(v2.errcode).toBe(0);
		expect(v2.auth_info.agent).toEqual([
			expect.objectContaining({
				agentid: A.agentid,
				is_customized_app: customized,
				auth_mode: 0,
				privilege: expect.objectContaining({ level, allow_party: [1] }),
			}),
		]);
		const v1 = await api.post('service/get_auth_info', body, query);
		expect({ errcode: 0, errmsg: 'ok', ...v1 }).toEqual(v2);
		expect(v1.errcode).toBeUndefined();
		api.sim.control.leaveOutErrcode(true);
		expect((await api.post('service/v2/get_auth_info', body, query)).errcode).toBeUndefined();
		const wrong = { auth_corpid: B.corpid, permanent_code };
		expect((await api.post('service/v2/get_auth_info', wrong, query)).errcode).toBe(40084);
	});
});

describe("a company's token", () => {
	it('of a third-party app comes from get_corp_token only', async () => {
		const code = await api.permanentCode(A.corpid);
		const first = await corpToken(A.corpid, code);
		expect(first).toEqual({ access_token: expect.any(String), expires_in: 7200 });
		expect(await corpToken(A.corpid, code)).toEqual(first);
		expect((await getToken(A.corpid, code)).errcode).toBe(40001);
		expect(api.sim.control.tokenFetches().companies).toEqual({
			[`${DEMO_SUITE.suiteId}/${A.corpid}`]: 2,
		});
		api.sim.control.invalidateCorpToken(DEMO_SUITE.suiteId, A.corpid, { errcode: 42001 });
		expect(await domainIps(first.access_token)).toBe(42001);
		const { access_token } = await corpToken(A.corpid, code);
		expect(access_token).not.toBe(first.access_token);
		expect(await domainIps(access_token)).toBe(0);
		api.sim.control.advanceClock(7_200_001);
		expect(await domainIps(access_token)).toBe(42001);
	});

	it('of a customized app comes from gettoken only', async () => {
		const code = await api.permanentCode(A.corpid, DEMO_TEMPLATE);
		expect((await corpToken(A.corpid, code, DEMO_TEMPLATE)).errcode).toBe(40084);
		const { access_token, errcode } = await getToken(A.corpid, code);
		expect(errcode).toBe(0);
		expect(await domainIps(access_token)).toBe(0);
		expect((await getToken(B.corpid, code)).errcode).toBe(40001);
		expect(api.sim.control.tokenFetches().companies).toEqual({
			[`${DEMO_TEMPLATE.suiteId}/${A.corpid}`]: 1,
		});
	});

	it.each<[number, (code: string) => [string, string]]>([
		[40013, (code) => ['ww0000000000000000', code]],
		[40084, () => [A.corpid, 'wrong']],
		[40084, (code) => [B.corpid, code]],
		[84054, (code) => ['', code]],
		[41025, () => [A.corpid, '']],
	])('get_corp_token answers %i (%#)', async (errcode, parameters) => {
		const code = await api.permanentCode(A.corpid);
		await api.permanentCode(B.corpid);
		expect((await corpToken(...parameters(code))).errcode).toBe(errcode);
	});
});

describe('reset, change and cancel', () => {
	it('a reset ends the old secret when the new one is fetched', async () => {
		const old = await api.permanentCode(A.corpid, DEMO_TEMPLATE);
		const push = await api.sim.control.resetPermanentCode(DEMO_TEMPLATE.suiteId, A.corpid);
		expect(push).toMatchObject({ ok: true, infoType: 'reset_permanent_code' });
		expect((await getToken(A.corpid, old)).errcode).toBe(0);
		const { permanent_code } = await exchange(api.receiver.last('AuthCode'), DEMO_TEMPLATE);
		expect(permanent_code).not.toBe(old);
		expect((await getToken(A.corpid, old)).errcode).toBe(40001);
		expect((await getToken(A.corpid, permanent_code)).errcode).toBe(0);
	});

	it('a change can disable the app and narrow what it sees', async () => {
		const access_token = await api.corpToken(A.corpid);
		const push = await api.sim.control.changeAuth(DEMO_SUITE.suiteId, A.corpid, {
			visible: { users: [], departments: [2], tags: [] },
			permissions: ['contact:base:base', 'doc:base:base'],
		});
		expect(push.ok).toBe(true);
		expect(api.receiver.last('AuthCorpId')).toBe(A.corpid);
		const permissions = await api.post('agent/get_permissions', {}, { access_token });
		expect(permissions.app_permissions).toEqual(['contact:base:base', 'doc:base:base']);
		const user = async (userid: string) =>
			(await api.get('user/get', { access_token, userid })).errcode as number;
		expect([await user('zhangsan'), await user('lisi')]).toEqual([0, 60011]);
		await api.sim.control.changeAuth(DEMO_SUITE.suiteId, A.corpid, { enabled: false });
		expect(await user('zhangsan')).toBe(50003);
	});

	it.each([DEMO_SUITE, DEMO_TEMPLATE])(
		'a cancellation ends tokens and codes (%#)',
		async (suite) => {
			const code = await api.permanentCode(A.corpid, suite);
			const pending = api.sim.control.issueAuthCode(suite.suiteId, A.corpid);
			const access_token = await api.corpToken(A.corpid, suite);
			const push = await api.sim.control.cancelAuth(suite.suiteId, A.corpid);
			expect(push).toMatchObject({ ok: true, infoType: 'cancel_auth' });
			expect(api.receiver.last('AuthCorpId')).toBe(A.corpid);
			expect(api.sim.control.authorizations()).toEqual([]);
			expect(await domainIps(access_token)).toBe(40014);
			expect((await exchange(pending, suite)).errcode).toBe(40078);
			const refused: Json =
				suite === DEMO_SUITE ? await corpToken(A.corpid, code) : await getToken(A.corpid, code);
			expect(refused.errcode).toBe(suite === DEMO_SUITE ? 40084 : 40001);

			expect(await api.permanentCode(A.corpid, suite)).not.toBe(code);
			expect(await domainIps(access_token)).toBe(40014);
		},
	);
});

describe("authorization on the provider's site", () => {
	const install = async (changes: Record<string, string> = {}, form?: Record<string, string>) => {
		const query = { suite_access_token: await api.suiteToken() };
		const { pre_auth_code } = await api.get('service/get_pre_auth_code', query);
		const parameters = {
			suite_id: DEMO_SUITE.suiteId,
			pre_auth_code,
			redirect_uri: 'http://localhost:5678/done?x=1',
			state: 'abc',
			...changes,
		};
		const url = `${api.sim.url}/3rdapp/install?${new URLSearchParams(parameters)}`;
		const body = form && new URLSearchParams(form);
		return await fetch(url, { method: form ? 'POST' : 'GET', body, redirect: 'manual' });
	};

	it('gives the code with the redirect and pushes nothing', async () => {
		expect(await (await install()).text()).toContain(A.name);
		const { status, headers } = await install({}, { corpid: A.corpid, decision: 'allow' });
		expect(status).toBe(302);
		const target = new URL(headers.get('location')!);
		expect(target.searchParams.get('x')).toBe('1');
		expect(target.searchParams.get('expires_in')).toBe('600');
		expect(target.searchParams.get('state')).toBe('abc');
		expect(api.receiver.received).toEqual([]);
		const answer = await exchange(target.searchParams.get('auth_code')!);
		expect(answer.auth_corp_info.corpid).toBe(A.corpid);
		const denied = await install({}, { corpid: A.corpid, decision: 'deny' });
		expect(denied.headers.get('location')).not.toContain('auth_code');
	});

	it('refuses a wrong suite, pre_auth_code, state or address', async () => {
		const text = async (changes: Record<string, string>) => await (await install(changes)).text();
		expect(await text({ suite_id: 'ww00' })).toContain('40083');
		expect(await text({ pre_auth_code: 'wrong' })).toContain('40077');
		expect(await text({ state: 'a-b' })).toContain('84025');
		expect(await text({ redirect_uri: 'nowhere' })).toContain('50001');
		expect(await text({ suite_id: DEMO_TEMPLATE.suiteId })).toContain('40077');
	});

	it('takes options for the session while the pre_auth_code lives', async () => {
		const query = { suite_access_token: await api.suiteToken() };
		const { pre_auth_code, expires_in } = await api.get('service/get_pre_auth_code', query);
		expect(expires_in).toBe(1200);
		const set = async (code: string, auth_type: number) =>
			(
				await api.post(
					'service/set_session_info',
					{ pre_auth_code: code, session_info: { auth_type } },
					query,
				)
			).errcode as number;
		expect(await set(pre_auth_code, 1)).toBe(0);
		expect(await set(pre_auth_code, 2)).toBe(40058);
		expect(await set('wrong', 0)).toBe(40077);
		api.sim.control.advanceClock(1_200_000);
		expect(await set(pre_auth_code, 0)).toBe(42007);
		const template = { suite_access_token: await api.suiteToken(DEMO_TEMPLATE) };
		expect((await api.get('service/get_pre_auth_code', template)).errcode).toBe(60214);
	});
});
