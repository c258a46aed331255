import { DEMO_APP, DEMO_CORP } from '../demo-data.cts';
import { startSimulator } from '../server.cts';
import { DEMO_SUITE, DEMO_TEMPLATE, makeCompanies, PROVIDER_SEED } from '../suite/data.cts';
import { useSuites } from './suite-api.cts';

const api = useSuites();
const [A, B] = PROVIDER_SEED.companies;
const text = (agentid: number, touser = 'zhangsan') => ({
	touser,
	agentid,
	msgtype: 'text',
	text: { content: 'hello' },
});

describe('an authorized company', () => {
	it('has its own people and departments', async () => {
		const [a, b] = [await api.corpToken(A.corpid), await api.corpToken(B.corpid, DEMO_TEMPLATE)];
		const user = async (access_token: string, userid: string) =>
			await api.get('user/get', { access_token, userid });
		expect((await user(a, 'zhangsan')).name).toBe(`张三 (${A.name})`);
		expect((await user(b, 'zhangsan')).name).toBe(`张三 (${B.name})`);
		expect((await user(a, `user${A.agentid}`)).errcode).toBe(0);
		expect((await user(b, `user${A.agentid}`)).errcode).toBe(60111);
		expect((await user(a, 'wangfang')).errcode).toBe(60111);
		const { department } = await api.get('department/list', { access_token: a });
		expect(department.map(({ name }: { name: string }) => name)).toEqual([
			A.name,
			'销售部',
			'技术部',
		]);
	});

	it('gets messages of its own app, kept with its corpid', async () => {
		const [a, b] = [await api.corpToken(A.corpid), await api.corpToken(B.corpid)];
		const send = async (access_token: string, agentid: number) =>
			await api.post('message/send', text(agentid), { access_token });
		const sent = await send(a, A.agentid);
		expect(sent.errcode).toBe(0);
		await send(b, B.agentid);
		expect(api.sim.messages).toMatchObject([
			{ corpid: A.corpid, agentid: A.agentid, recipients: ['zhangsan'] },
			{ corpid: B.corpid, agentid: B.agentid },
		]);
		expect(await send(a, B.agentid)).toMatchObject({ errcode: 301002 });
		expect(await send(a, 77)).toMatchObject({ errcode: 40056 });
		const agent = { access_token: a, agentid: String(B.agentid) };
		expect((await api.get('agent/get', agent)).errcode).toBe(301002);
		expect(api.sim.messages).toHaveLength(2);
		await api.post('message/recall', { msgid: sent.msgid }, { access_token: a });
		expect(api.sim.messages[0].recalled).toBe(true);
		const logged = api.sim.requests.filter(({ path }) => path === '/cgi-bin/message/send');
		expect(logged.map(({ corpid }) => corpid)).toEqual([A.corpid, B.corpid, A.corpid, A.corpid]);
		expect(logged[0].query.access_token).toBe(DEMO_SUITE.name);
	});

	it('leaves the demo company alone', async () => {
		await api.corpToken(A.corpid);
		const { access_token } = await api.get('gettoken', {
			corpid: DEMO_CORP.corpid,
			corpsecret: DEMO_APP.secret,
		});
		const sent = await api.post('message/send', text(DEMO_APP.agentid), { access_token });
		expect(sent.errcode).toBe(0);
		expect(api.sim.messages[0].corpid).toBeUndefined();
		expect((await api.post('agent/get_admin_list', {}, { access_token })).errcode).toBe(0);
	});

	it('can have apps of two suites', async () => {
		const first = await api.corpToken(A.corpid);
		const second = await api.corpToken(A.corpid, DEMO_TEMPLATE);
		const [mine, template] = api.sim.control.authorizations();
		expect(template.agentid).not.toBe(mine.agentid);
		const send = async (access_token: string, agentid: number) =>
			(await api.post('message/send', text(agentid), { access_token })).errcode as number;
		expect(await send(second, template.agentid)).toBe(0);
		expect(await send(second, mine.agentid)).toBe(301002);
		await api.sim.control.cancelAuth(DEMO_SUITE.suiteId, A.corpid);
		expect(await send(first, mine.agentid)).toBe(40014);
		expect(await send(second, template.agentid)).toBe(0);
	});

	it('tells admins, permissions and open userids', async () => {
		const access_token = await api.corpToken(A.corpid);
		const admins = await api.post('agent/get_admin_list', {}, { access_token });
		expect(admins).toEqual({ errcode: 0, errmsg: 'ok', admin: A.admins });
		const { app_permissions } = await api.post('agent/get_permissions', {}, { access_token });
		expect(app_permissions).toContain('contact:base:base');
		const convert = async (userid_list: string[], token = access_token) =>
			await api.post('batch/userid_to_openuserid', { userid_list }, { access_token: token });
		const converted = await convert(['boss', 'nobody']);
		expect(converted).toMatchObject({
			errcode: 0,
			open_userid_list: [{ userid: 'boss', open_userid: expect.stringMatching(/^wo/) }],
			invalid_userid_list: ['nobody'],
		});
		const other = await convert(['boss'], await api.corpToken(B.corpid));
		expect(other.open_userid_list[0].open_userid).not.toBe(
			converted.open_userid_list[0].open_userid,
		);
		expect((await convert(Array<string>(1001).fill('x'))).errcode).toBe(40032);
		await api.sim.control.changeAuth(DEMO_SUITE.suiteId, A.corpid, { authMode: 1 });
		expect((await api.post('agent/get_admin_list', {}, { access_token })).admin).toEqual([]);
	});

	it('takes no other token, and the clock is the same for all', async () => {
		const access_token = await api.corpToken(A.corpid);
		const suite_access_token = await api.suiteToken();
		const wrong = await api.get('user/get', { access_token: suite_access_token, userid: 'boss' });
		expect(wrong.errcode).toBe(40014);
		api.sim.control.advanceClock(7_200_001);
		const late = await api.get('user/get', { access_token, userid: 'boss' });
		expect(late.errcode).toBe(42001);
	});
});

describe('thirty companies', () => {
	it('work in parallel, with one fetch each', async () => {
		const companies = api.sim.control.addCompanies(30);
		expect(companies.map(({ corpid }) => corpid)).toEqual(
			makeCompanies(30, 4).map(({ corpid }) => corpid),
		);
		expect(new Set(companies.map(({ corpid }) => corpid)).size).toBe(30);
		await Promise.all(
			companies.map(async ({ corpid, agentid }) => {
				const access_token = await api.corpToken(corpid);
				await api.post('message/send', text(agentid, `user${agentid}`), { access_token });
			}),
		);
		const sent = api.sim.messages.map(({ corpid, agentid }) => `${corpid} ${agentid}`).sort();
		expect(sent).toEqual(companies.map(({ corpid, agentid }) => `${corpid} ${agentid}`).sort());
		const { companies: fetches } = api.sim.control.tokenFetches();
		expect(Object.keys(fetches)).toHaveLength(30);
		expect(new Set(Object.values(fetches))).toEqual(new Set([1]));
	});
});

describe('logging in', () => {
	const REDIRECT = 'http://localhost:5678/in';
	const open = async (path: string, query: Record<string, string>, form?: object) =>
		await fetch(`${api.sim.url}${path}?${new URLSearchParams(query)}`, {
			method: form ? 'POST' : 'GET',
			body: form && new URLSearchParams(form as Record<string, string>),
			redirect: 'manual',
		});
	const info = async (code: string, suite = DEMO_SUITE) =>
		await api.get('service/auth/getuserinfo3rd', {
			suite_access_token: await api.suiteToken(suite),
			code,
		});

	it('to a third-party app goes by its suite id', async () => {
		await api.permanentCode(A.corpid);
		const query = {
			appid: DEMO_SUITE.suiteId,
			redirect_uri: REDIRECT,
			response_type: 'code',
			scope: 'snsapi_privateinfo',
			state: 'x1',
		};
		const page = await (await open('/connect/oauth2/authorize', query)).text();
		expect(page).toContain(`${A.corpid}/boss`);
		expect(page).not.toContain(B.corpid);
		const form = { who: `${A.corpid}/boss`, decision: 'allow' };
		const { headers } = await open('/connect/oauth2/authorize', query, form);
		const target = new URL(headers.get('location')!);
		expect(target.searchParams.get('state')).toBe('x1');
		const code = target.searchParams.get('code')!;
		const who = await info(code);
		expect(who).toMatchObject({
			errcode: 0,
			corpid: A.corpid,
			userid: 'boss',
			open_userid: expect.stringMatching(/^wo/),
			user_ticket: expect.any(String),
			expires_in: 1800,
		});
		expect((await info(code)).errcode).toBe(40029);
		const detail = async (user_ticket: string) =>
			await api.post(
				'service/auth/getuserdetail3rd',
				{ user_ticket },
				{ suite_access_token: await api.suiteToken() },
			);
		expect(await detail(who.user_ticket)).toEqual({
			errcode: 0,
			errmsg: 'ok',
			corpid: A.corpid,
			userid: 'boss',
			name: 'boss',
			gender: '2',
			avatar: expect.any(String),
			qr_code: expect.any(String),
		});
		expect((await detail('wrong')).errcode).toBe(84015);
		api.sim.control.advanceClock(1_800_000);
		expect((await detail(who.user_ticket)).errcode).toBe(84014);

		const login = { ...query, login_type: 'ServiceApp' };
		const second = await open('/wwlogin/sso/login', login, form);
		const other = new URL(second.headers.get('location')!).searchParams.get('code')!;
		expect(await info(other)).not.toHaveProperty('user_ticket');
		const foreign = await open('/wwlogin/sso/login', {
			...login,
			redirect_uri: 'https://evil.example/',
		});
		expect(await foreign.text()).toContain('-31020');
	});

	it('codes of the control are of a suite, and templates are barred', async () => {
		const outsider = { suiteId: DEMO_SUITE.suiteId, corpid: A.corpid, openid: 'oOutside' };
		const answer = await info(api.sim.control.issueSuiteCode(outsider));
		expect(answer).toEqual({ errcode: 0, errmsg: 'ok', openid: 'oOutside' });
		const code = api.sim.control.issueSuiteCode(outsider);
		expect((await info(code, DEMO_TEMPLATE)).errcode).toBe(60214);
		api.sim.control.advanceClock(300_000);
		expect((await info(code)).errcode).toBe(40029);
	});

	it('to a customized app goes by corpid and agentid', async () => {
		const access_token = await api.corpToken(A.corpid, DEMO_TEMPLATE);
		const query = {
			appid: A.corpid,
			agentid: String(A.agentid),
			redirect_uri: REDIRECT,
			response_type: 'code',
			scope: 'snsapi_base',
		};
		const form = { who: 'user:lisi', decision: 'allow' };
		const { headers } = await open('/connect/oauth2/authorize', query, form);
		const code = new URL(headers.get('location')!).searchParams.get('code')!;
		expect(await api.get('auth/getuserinfo', { access_token, code })).toMatchObject({
			errcode: 0,
			userid: 'lisi',
		});
	});
});

it('without suites in the seed the catalog serves the endpoints', async () => {
	const sim = await startSimulator();
	try {
		const answer = await fetch(`${sim.url}/cgi-bin/service/get_suite_token`, {
			method: 'POST',
			body: JSON.stringify({ suite_id: 'wwx', suite_secret: 'x', suite_ticket: 'x' }),
		});
		expect(await answer.json()).toMatchObject({ suite_access_token: expect.any(String) });
		await expect(sim.control.pushTicket('wwx')).rejects.toThrow('PROVIDER_SEED');
	} finally {
		await sim.stop();
	}
});
