import { DEMO_APP, DEMO_CONTACTS, DEMO_CORP, DEMO_SALES_APP } from '../demo-data.cts';
import { useSimulator, type Json } from './api.cts';

const api = useSimulator();
const OAUTH = {
	appid: DEMO_CORP.corpid,
	redirect_uri: 'http://localhost:5678/webhook/login?x=1',
	response_type: 'code',
	scope: 'snsapi_privateinfo',
	state: 'abc123',
	agentid: String(DEMO_APP.agentid),
};
const WEB = {
	login_type: 'CorpApp',
	appid: DEMO_CORP.corpid,
	agentid: String(DEMO_APP.agentid),
	redirect_uri: 'http://localhost:5678/webhook/login',
	state: 'a-b_c',
};
const page = (path: string, query: Json) => `${api.sim.url}${path}?${new URLSearchParams(query)}`;
const oauth = '/connect/oauth2/authorize';
const web = '/wwlogin/sso/login';

async function decide(path: string, query: Json, form: Json): Promise<URLSearchParams> {
	const answer = await fetch(page(path, query), {
		method: 'POST',
		body: new URLSearchParams(form),
		redirect: 'manual',
	});
	expect(answer.status).toBe(302);
	const target = new URL(answer.headers.get('location')!);
	expect(target.origin + target.pathname).toBe('http://localhost:5678/webhook/login');
	return target.searchParams;
}
const allow = (path: string, query: Json, who = 'user:zhangsan') =>
	decide(path, query, { decision: 'allow', who });
const userInfo = async (code: string, secret?: string) =>
	await api.get('auth/getuserinfo', { code }, secret);

describe('authorization page', () => {
	it('shows the members and both buttons', async () => {
		const html = await (await fetch(page(oauth, OAUTH))).text();
		expect(html).toContain('张三 (zhangsan)');
		expect(html).toContain('value="allow"');
		expect(html).toContain('value="deny"');
	});

	it('redirects with code and state; the code gives the details once', async () => {
		const back = await allow(oauth, OAUTH);
		expect([back.get('state'), back.get('x')]).toEqual(['abc123', '1']);
		const info = await userInfo(back.get('code')!);
		expect(info).toEqual({
			errcode: 0,
			errmsg: 'ok',
			userid: 'zhangsan',
			user_ticket: expect.any(String),
		});
		expect((await userInfo(back.get('code')!)).errcode).toBe(40029);

		const detail = await api.post('auth/getuserdetail', { user_ticket: info.user_ticket });
		expect(detail).toMatchObject({
			errcode: 0,
			userid: 'zhangsan',
			gender: '1',
			mobile: '13800000003',
			biz_mail: 'zhangsan@yunfan.example',
		});
		expect(detail).not.toHaveProperty('name');
	});

	it('Deny goes back without a code', async () => {
		const back = await decide(oauth, OAUTH, { decision: 'deny', who: 'user:zhangsan' });
		expect([back.get('code'), back.get('state')]).toEqual([null, 'abc123']);
	});

	it.each([
		['appid', 'ww0', '40013'],
		['response_type', 'token', '40058'],
		['scope', 'snsapi_userinfo', '40058'],
		['state', 'a-b', '84025'],
		['state', 'a'.repeat(129), '84025'],
		['agentid', '9', '40056'],
		['redirect_uri', 'http://localhost:5679/x', '50001'],
		['redirect_uri', 'http://evil.example/', '50001'],
		['redirect_uri', 'javascript:alert(1)', '50001'],
	])('refuses a wrong %s "%s" with a page that says %s', async (name, value, text) => {
		for (const method of ['GET', 'POST']) {
			const answer = await fetch(page(oauth, { ...OAUTH, [name]: value }), {
				method,
				redirect: 'manual',
			});
			expect(answer.status).toBe(200);
			expect(await answer.text()).toContain(`class="error">${text} `);
		}
	});

	it('gives no ticket for snsapi_base, nor without agentid', async () => {
		const silent = await allow(oauth, { ...OAUTH, scope: 'snsapi_base' });
		expect(await userInfo(silent.get('code')!)).toEqual({
			errcode: 0,
			errmsg: 'ok',
			userid: 'zhangsan',
		});
		const { agentid, ...without } = OAUTH;
		expect(agentid).toBeDefined();
		const back = await allow(oauth, without);
		expect(await userInfo(back.get('code')!)).not.toHaveProperty('user_ticket');
	});

	it('people outside the company have an openid, customers also an external_userid', async () => {
		const [visitor, customer] = api.sim.state.outsiders;
		const first = await allow(oauth, OAUTH, `outsider:${visitor.openid}`);
		expect(await userInfo(first.get('code')!)).toEqual({
			errcode: 0,
			errmsg: 'ok',
			openid: visitor.openid,
		});
		const second = await allow(oauth, OAUTH, `outsider:${customer.openid}`);
		expect((await userInfo(second.get('code')!)).external_userid).toBe(customer.external_userid);
	});

	it('members of linked companies have a CorpId/userid, parents a parent_userid and an external_userid', async () => {
		const [, , linked, parent] = api.sim.state.outsiders;
		const first = await allow(oauth, OAUTH, `outsider:${linked.openid}`);
		expect(await userInfo(first.get('code')!)).toEqual({
			errcode: 0,
			errmsg: 'ok',
			userid: linked.linked_userid,
		});
		const second = await allow(oauth, OAUTH, `outsider:${parent.openid}`);
		expect(await userInfo(second.get('code')!)).toEqual({
			errcode: 0,
			errmsg: 'ok',
			external_userid: parent.external_userid,
			parent_userid: parent.parent_userid,
		});
	});

	it('opens inside WeCom and WeChat, not in another browser', async () => {
		const open = async (agent: string) =>
			await (await fetch(page(oauth, OAUTH), { headers: { 'user-agent': agent } })).text();
		expect(await open('Mozilla/5.0 (X11; Linux x86_64) Chrome/140')).toContain('WeCom client');
		for (const app of ['wxwork/4.1.38 MicroMessenger/7.0.1', 'MicroMessenger/8.0.50'])
			expect(await open(`Mozilla/5.0 (iPhone) ${app}`)).toContain('value="allow"');
	});

	it('shows only members in the visible range', async () => {
		const query = { ...OAUTH, agentid: String(DEMO_SALES_APP.agentid) };
		expect(await (await fetch(page(oauth, query))).text()).not.toContain('zhangsan');
		const answer = await fetch(page(oauth, query), {
			method: 'POST',
			body: new URLSearchParams({ decision: 'allow', who: 'user:zhangsan' }),
		});
		expect(await answer.text()).toContain('60021');
	});
});

describe('web login', () => {
	it('gives a code without a ticket, and keeps any state', async () => {
		const back = await allow(web, WEB);
		expect(back.get('state')).toBe('a-b_c');
		expect(await userInfo(back.get('code')!)).toEqual({
			errcode: 0,
			errmsg: 'ok',
			userid: 'zhangsan',
		});
	});

	it.each([
		['login_type', 'X', '-31040'],
		['appid', 'X', '-31027'],
		['agentid', '9', '-31028'],
		['redirect_uri', '', '-31035'],
		['redirect_uri', 'http://evil.example/', '-31020'],
	])('refuses a wrong %s "%s" with %s', async (name, value, text) => {
		expect(await (await fetch(page(web, { ...WEB, [name]: value }))).text()).toContain(text);
	});
});

describe('codes and tickets', () => {
	it('a code of another app or an old one is invalid', async () => {
		const code = api.sim.control.issueCode({ userid: 'machao', agentid: DEMO_APP.agentid });
		expect((await userInfo(code, DEMO_SALES_APP.secret)).errcode).toBe(40029);
		api.sim.control.advanceClock(5 * 60_000 + 1);
		expect((await userInfo(code)).errcode).toBe(40029);
		expect((await userInfo('unknown')).errcode).toBe(40029);
		expect((await api.get('auth/getuserinfo')).errcode).toBe(41008);
		const elsewhere = api.sim.control.issueCode({ userid: 'machao', domain: 'other.example' });
		expect((await userInfo(elsewhere)).errcode).toBe(50001);
	});

	it('tickets end, and belong to one app that shows only the selected fields', async () => {
		const code = () =>
			api.sim.control.issueCode({
				userid: 'machao',
				scope: 'snsapi_privateinfo',
				agentid: DEMO_SALES_APP.agentid,
			});
		const { user_ticket } = await userInfo(code(), DEMO_SALES_APP.secret);
		expect((await api.post('auth/getuserdetail', { user_ticket })).errcode).toBe(84015);
		expect(await api.post('auth/getuserdetail', { user_ticket }, DEMO_SALES_APP.secret)).toEqual({
			errcode: 0,
			errmsg: 'ok',
			userid: 'machao',
			gender: '0',
			mobile: '13800000014',
		});
		api.sim.control.advanceClock(1_800_001);
		expect(
			(await api.post('auth/getuserdetail', { user_ticket }, DEMO_SALES_APP.secret)).errcode,
		).toBe(84014);
		expect((await api.post('auth/getuserdetail', { user_ticket: 'x' })).errcode).toBe(84015);
	});
});

describe('second verification', () => {
	it('the code gives a tfa_code that unlocks once', async () => {
		const code = api.sim.control.issueCode({ userid: 'machao', agentid: DEMO_APP.agentid });
		const { userid, tfa_code } = await api.post('auth/get_tfa_info', { code });
		expect(userid).toBe('machao');
		expect((await api.post('user/tfa_succ', { userid: 'lisi', tfa_code })).errcode).toBe(40207);
		expect((await api.post('user/tfa_succ', { userid, tfa_code })).errcode).toBe(0);
		expect((await api.post('user/tfa_succ', { userid, tfa_code })).errcode).toBe(40207);
		expect((await api.post('auth/get_tfa_info', { code })).errcode).toBe(40029);
		expect(api.sim.state.verified).toEqual(['machao']);
	});

	it('only the contact-sync secret lets somebody in who joins', async () => {
		expect((await api.get('user/authsucc', { userid: 'gaoyuan' })).errcode).toBe(48002);
		const { secret } = DEMO_CONTACTS;
		expect((await api.get('user/authsucc', { userid: 'gaoyuan' }, secret)).errcode).toBe(0);
		expect((await api.get('user/authsucc', { userid: 'nobody' }, secret)).errcode).toBe(60111);
		expect(api.sim.state.verified).toEqual(['gaoyuan']);
	});
});
