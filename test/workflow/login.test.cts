import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, importSPKI, jwtVerify } from 'jose';
import type { IDataObject } from 'n8n-workflow';
import { onceStoredTimings } from '../../nodes/WecomLoginTrigger/onceStored';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { logged, type WebhookRun } from '../support/harness.cts';
import {
	BROWSER,
	item,
	location,
	pageOf,
	SECRET,
	SELF,
	Visitor,
	wecom,
	WXWORK,
	type Setup,
} from './login-support.cts';
import { useSimulator } from './support.cts';
import { sleep, until } from '../support/wait.cts';

jest.mock('../../nodes/shared/callback/ownCalls', () => ({
	...jest.requireActual<object>('../../nodes/shared/callback/ownCalls'),
	DELIVER_AGAIN_AFTER_MS: [30, 30, 30],
}));
const timings = { ...onceStoredTimings };
afterEach(() => Object.assign(onceStoredTimings, timings));

const simulator = useSimulator();
beforeEach(() => (logged.length = 0));
const visitorWith = (setup: Partial<Setup> = {}, agent?: string) =>
	new Visitor({ sim: simulator(), ...setup }, agent);

describe('opening the URL', () => {
	it('leads to the web login outside WeCom, to OAuth inside it and in WeChat', async () => {
		const web = new URL(location(await visitorWith().open()));
		expect(web.origin + web.pathname).toBe(`${simulator().url}/wwlogin/sso/login`);
		expect(Object.fromEntries(web.searchParams)).toEqual({
			login_type: 'CorpApp',
			appid: DEMO_CORP.corpid,
			agentid: String(DEMO_APP.agentid),
			redirect_uri: SELF,
			state: expect.stringMatching(/^[a-zA-Z0-9]{1,128}$/),
			lang: 'en',
		});
		const zh = await visitorWith().open({}, { 'accept-language': 'zh-CN,zh;q=0.9' });
		expect(new URL(location(zh)).searchParams.get('lang')).toBe('zh');

		const scope = 'snsapi_privateinfo';
		for (const agent of [WXWORK, 'Mozilla/5.0 (iPhone) MicroMessenger/8.0.50']) {
			const inApp = new URL(location(await visitorWith({ parameters: { scope } }, agent).open()));
			expect(inApp.origin + inApp.pathname).toBe(`${simulator().url}/connect/oauth2/authorize`);
			expect(inApp.hash).toBe('#wechat_redirect');
			expect(Object.fromEntries(inApp.searchParams)).toMatchObject({
				appid: DEMO_CORP.corpid,
				agentid: String(DEMO_APP.agentid),
				scope,
			});
		}
		for (const [loginPage, agent, path] of [
			['web', WXWORK, '/wwlogin/sso/login'],
			['inApp', BROWSER, '/connect/oauth2/authorize'],
		]) {
			const link = location(await visitorWith({ parameters: { loginPage } }, agent).open());
			expect(new URL(link).pathname).toBe(path);
		}
	});

	it("leads to WeCom's own hosts unless the API is on this machine", async () => {
		for (const baseUrl of ['https://qyapi.weixin.qq.com', 'https://proxy.example.com', '']) {
			const setup = { credential: { baseUrl } };
			expect(location(await visitorWith(setup).open())).toMatch(
				/^https:\/\/login\.work\.weixin\.qq\.com\/wwlogin\/sso\/login\?/,
			);
			expect(location(await visitorWith(setup, WXWORK).open())).toMatch(
				/^https:\/\/open\.weixin\.qq\.com\/connect\/oauth2\/authorize\?/,
			);
		}
		expect(simulator().requests).toEqual([]);
	});

	it('sends nobody off without Agent ID or secret: a page, and the reason in the log', async () => {
		for (const [credential, reason] of [
			[{ agentId: '' }, /Agent ID/],
			[{ corpSecret: '' }, /secret/],
		] as const) {
			const parameters = { scope: 'snsapi_privateinfo' };
			const run = await visitorWith({ credential, parameters }, WXWORK).open();
			expect(pageOf(run)).toEqual([503, 'Login is not set up']);
			expect(logged.at(-1)?.message).toMatch(reason);
		}
	});

	it('knows the file that proves the domain, under its own name only', async () => {
		const options = {
			verificationFile: 'WW_verify_a1B2c3D4e5F6g7H8.txt',
			verificationContent: 'a1B2c3D4e5F6g7H8',
		};
		const visitor = visitorWith({ parameters: { options } });
		for (const file of ['WW_verify_a1B2c3D4e5F6g7H8.txt', '/WW_verify_a1B2c3D4e5F6g7H8.txt']) {
			const { response } = await visitor.open({ file });
			expect([response.statusCode, response.body]).toEqual([200, 'a1B2c3D4e5F6g7H8']);
			expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
		}
		for (const file of ['WW_verify_x.txt', '', '../WW_verify_a1B2c3D4e5F6g7H8.txt'])
			expect((await visitor.open({ file })).response.statusCode).toBe(404);
		expect((await visitorWith().open({ file: '' })).response.statusCode).toBe(404);
	});
});

describe('coming back', () => {
	it('starts the workflow with who it is, and shows a page', async () => {
		const run = await visitorWith().logIn();
		expect(item(run)).toEqual({
			userid: 'zhangsan',
			corpid: DEMO_CORP.corpid,
			wecom: {
				family: 'login',
				kind: 'member',
				subject: 'zhangsan',
				granted: [],
				loginUrl: SELF,
				page: 'web',
				scope: 'snsapi_base',
				returnTo: '',
				nonce: '',
				receivedAt: expect.stringMatching(/^\d{4}-/),
			},
		});
		expect(run.response.statusCode).toBe(200);
		expect(run.response.headers['content-type']).toContain('text/html');
		expect(run.response.body).toContain('You are logged in');
		expect(run.response.headers['set-cookie']).toContain('Max-Age=0');
		const parameters = { pageText: 'Die Tür ist <b>offen</b>.' };
		const own = await visitorWith({ parameters }).logIn();
		expect(own.response.body).toContain('Die Tür ist &#60;b&#62;offen&#60;/b&#62;.');
	});

	it('with the details the person shared, and the record of the member; tickets stay here', async () => {
		const parameters = { scope: 'snsapi_privateinfo', options: { readMember: true } };
		const run = await visitorWith({ parameters }, WXWORK).logIn();
		expect(item(run)).toMatchObject({
			userid: 'zhangsan',
			mobile: '13800000003',
			biz_mail: 'zhangsan@yunfan.example',
			gender: '1',
			member: { name: '张三', position: '后端工程师' },
			wecom: { scope: 'snsapi_privateinfo', page: 'inApp' },
		});
		expect(wecom(run).granted).toEqual(expect.arrayContaining(['mobile', 'email', 'avatar']));
		for (const secret of [...simulator().state.tickets.keys(), ...simulator().state.codes.keys()])
			expect(JSON.stringify(run.result)).not.toContain(secret);
		expect(JSON.stringify(run.result)).not.toMatch(/ticket|errcode/);
	});

	it('goes on without what cannot be read, and says so', async () => {
		simulator().control.inject({ path: '/cgi-bin/auth/getuserdetail', times: 9, errcode: 84014 });
		simulator().control.inject({ path: '/cgi-bin/user/get', times: 9, errcode: 60011 });
		const parameters = { scope: 'snsapi_privateinfo', options: { readMember: true } };
		const run = await visitorWith({ parameters }, WXWORK).logIn();
		expect(item(run)).toMatchObject({ userid: 'zhangsan', member: {} });
		expect(wecom(run).warning).toMatch(/Details.*\(84014\).*member.*\(60011\)/);
	});

	it.each([
		[0, 'visitor', 'openid:oDemoVisitor00000000000000001', undefined],
		[1, 'customer', 'external_userid:wmDemoCustomer00000000000000001', undefined],
		[2, 'linkedMember', 'ww5e7d1c2b3a4f6089/zhoufan', 'ww5e7d1c2b3a4f6089'],
		[3, 'parent', 'parent_userid:demo_parent_1', undefined],
	])('tells the kind of outsider %i: %s', async (index, kind, subject, corpid) => {
		const who = `outsider:${simulator().state.outsiders[index].openid}`;
		const refused = await visitorWith({}, WXWORK).logIn(who);
		expect(pageOf(refused)).toEqual([403, 'No access']);
		const parameters = {
			who: [kind],
			answer: 'redirect',
			redirectUrl: 'https://app.example.com',
			signJwt: true,
		};
		const credential = { signLogins: true, loginJwtKey: SECRET };
		const run = await visitorWith({ parameters, credential }, WXWORK).logIn(who);
		expect(wecom(run)).toMatchObject({ kind, subject });
		expect(item(run).corpid).toBe(corpid);
		const token = new URL(run.response.headers.location).searchParams.get('token')!;
		expect(decodeJwt(token)).toMatchObject({ kind, sub: subject });
		expect(decodeJwt(token).corpid).toBe(corpid);
		expect(pageOf(await visitorWith({ parameters: { who: [kind] } }, WXWORK).logIn())).toEqual([
			403,
			'No access',
		]);
	});

	it.each([
		['an old spelling', { UserId: 'zhangsan' }, 'member', 'zhangsan'],
		[
			'an old spelling beside a customer',
			{ OpenId: 'oX', external_userid: 'wm1' },
			'customer',
			'external_userid:wm1',
		],
		['a student', { student_userid: 's1' }, 'student', 'student_userid:s1'],
	])('understands %s', async (_what, reply, kind, subject) => {
		const visitor = visitorWith({ parameters: { who: [kind] } }, WXWORK);
		const back = await visitor.decide('user:zhangsan');
		const rawBody = JSON.stringify({ errcode: 0, errmsg: 'ok', ...reply });
		simulator().control.inject({ path: '/cgi-bin/auth/getuserinfo', rawBody });
		expect(wecom(await visitor.open(back))).toMatchObject({ kind, subject });
	});

	it('lets nobody in whom the reply does not name', async () => {
		const rawBody = '{"errcode":0,"errmsg":"ok","DeviceId":"d1"}';
		const parameters = { who: ['member', 'visitor'], options: { onFailure: 'workflow' } };
		const visitor = visitorWith({ parameters }, WXWORK);
		const back = await visitor.decide('user:zhangsan');
		simulator().control.inject({ path: '/cgi-bin/auth/getuserinfo', rawBody });
		const run = await visitor.open(back);
		expect(run.response.statusCode).toBe(403);
		expect(item(run)).toMatchObject({
			error: expect.stringMatching(/names nobody/),
			reason: 'notAllowed',
		});
	});
});

describe('a login whose execution n8n', () => {
	const parameters = { answer: 'redirect', redirectUrl: 'https://app.example.com/in' };

	it('cannot store has not happened: the person begins anew, and nobody is sent on', async () => {
		for (const setup of [{}, { parameters }]) {
			const run = await visitorWith({ ...setup, failsToStore: true }).logIn();
			expect(run.response.statusCode).toBe(500);
			expect(run.response.headers.location).toBeUndefined();
			expect(run.response.body).toContain('Log in again');
			expect(run.response.body).not.toContain('of n8n');
		}
		expect(JSON.stringify(logged)).toContain(
			'a login of zhangsan came to nothing: n8n could not store the execution',
		);
	});

	describe('fails to store after the person was sent on', () => {
		/** How often n8n fails; what it has stored, and what became a failed execution. */
		const logInWhile = async (failures: number) => {
			onceStoredTimings.wait = 20;
			const stored: unknown[] = [];
			const failed: Error[] = [];
			const fails = () => failures-- > 0;
			const server = createServer(async (request, response) => {
				const own = visitorWith({ ...setup, storesAfter: 0 });
				await own
					.open({}, request.headers as Record<string, string>)
					.then((run) => void (failures < 0 && stored.push(item(run))))
					.catch((error: Error) => failed.push(error));
				response.end();
			});
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
			const socket = {
				localAddress: '127.0.0.1',
				localPort: (server.address() as AddressInfo).port,
			};
			const request = { socket, url: '/login', headers: {} } as unknown as IncomingMessage;
			const setup = { parameters, failsToStore: fails, storesAfter: 100, request };
			logged.length = 0;
			const { response } = await visitorWith(setup).logIn();
			expect(response.headers.location).toBe(parameters.redirectUrl);
			return { stored, failed, close: () => server.close() };
		};

		it('comes again from memory, once', async () => {
			const { stored, failed, close } = await logInWhile(3);
			await until(() => stored.length > 0);
			await sleep(300);
			expect(stored).toMatchObject([{ userid: 'zhangsan' }]);
			expect(failed).toEqual([]);
			close();
		});

		it('becomes a failed execution and a line in the log when nothing helps', async () => {
			const { stored, failed, close } = await logInWhile(99);
			await until(() => failed.length > 0);
			expect(failed[0].message).toBe('A login could not start this workflow: zhangsan');
			expect(JSON.stringify(logged)).toContain(failed[0].message);
			expect(stored).toEqual([]);
			close();
		});
	});

	it('takes no number of a stranger for a login', async () => {
		const run = await visitorWith({ parameters }).open(
			{},
			{ 'x-wecom-kit-delivery': 'f'.repeat(64) },
		);
		expect(run.response.statusCode).toBe(302);
		expect(run.result).toEqual({ noWebhookResponse: true });
	});

	it('has stored sends the person on, with nothing of what n8n answers', async () => {
		const { response } = await visitorWith({ parameters }).logIn();
		expect(response.statusCode).toBe(302);
		expect(response.headers).toMatchObject({ location: 'https://app.example.com/in' });
		expect(response.headers['content-type']).toBeUndefined();
		expect(response.body ?? '').toBe('');
	});
});

describe('a login that fails', () => {
	it('declined: a page with a link to begin anew', async () => {
		const visitor = visitorWith({ parameters: { answer: 'redirect', allowedHosts: 'a.example' } });
		const wish = { return_to: 'https://a.example/x', nonce: 'n1' };
		const run = await visitor.open(await visitor.decide('user:zhangsan', 'deny', wish));
		expect(pageOf(run)).toEqual([403, 'Login cancelled']);
		expect(run.response.body).toContain(
			`${SELF}?return_to=https%3A%2F%2Fa.example%2Fx&#38;nonce=n1`,
		);
		expect(visitor.jar.size).toBe(0);
	});

	it('reused, forged, stale, or in another browser: refused before WeCom is asked', async () => {
		const visitor = visitorWith();
		const back = await visitor.decide('user:zhangsan');
		const calls = () =>
			simulator().requests.filter(
				({ path, errcode }) => path.includes('getuserinfo') && errcode === 0,
			).length;
		expect(item(await visitor.open(back))).toMatchObject({ userid: 'zhangsan' });
		expect(calls()).toBe(1);
		expect(pageOf(await visitor.open(back))).toEqual([409, 'Please start again']);

		const other = visitorWith();
		const theirs = await other.decide('user:lisi');
		expect(pageOf(await visitor.open(theirs))).toEqual([400, 'This link is not valid']);
		for (const state of ['', 'abc', 'f'.repeat(72), `${theirs.state.slice(0, -1)}x`])
			expect(pageOf(await other.open({ ...theirs, state }))).toEqual([
				400,
				'This link is not valid',
			]);
		const { jar } = other;
		const cookies = new Map(jar);
		jar.clear();
		expect(pageOf(await other.open(theirs))).toEqual([400, 'Please start again']);
		for (const [name, value] of cookies) jar.set(name, value);

		jest.useFakeTimers({ now: Date.now() + 16 * 60_000, doNotFake: ['setImmediate', 'nextTick'] });
		try {
			expect(pageOf(await other.open(theirs))).toEqual([410, 'Please start again']);
		} finally {
			jest.useRealTimers();
		}
		expect(calls()).toBe(1);
	});

	it.each([
		['the page', {}],
		['a redirect', { answer: 'redirect', redirectUrl: 'https://app.example.com/' }],
	])(
		'a browser that asks twice gets %s twice: one execution, one question to WeCom',
		async (_what, parameters) => {
			const visitor = visitorWith({ parameters });
			const back = await visitor.decide('user:zhangsan');
			const cookie = [...visitor.jar].map((pair) => pair.join('=')).join('; ');
			const asked = () =>
				simulator().requests.filter(
					({ path, errcode }) => path.includes('getuserinfo') && errcode === 0,
				).length;
			const before = asked();
			const both = await Promise.all([visitor.open(back), visitor.open(back, { cookie })]);
			const [first, ...others] = [...both, await visitor.open(back, { cookie })];
			expect(item(first)).toMatchObject({ userid: 'zhangsan' });
			for (const { result, response } of others) {
				expect(result.workflowData).toBeUndefined();
				expect([response.statusCode, response.body, response.headers.location]).toEqual([
					first.response.statusCode,
					first.response.body,
					first.response.headers.location,
				]);
			}
			expect(asked()).toBe(before + 1);
			expect(pageOf(await visitor.open({ ...back, code: 'other' }, { cookie }))).toEqual([
				409,
				'Please start again',
			]);
		},
	);

	it.each([
		['a used code', 40029, [401, 'Login not confirmed']],
		['another domain', 50001, [502, 'Login is not available']],
		['an IP WeCom does not trust', 60020, [502, 'Login is not available']],
	])('refused by WeCom for %s: its code, and nothing of the server', async (_, errcode, page) => {
		const visitor = visitorWith();
		const back = await visitor.decide('user:zhangsan');
		simulator().control.inject({ path: '/cgi-bin/auth/getuserinfo', times: 9, errcode });
		const run = await visitor.open(back);
		expect(pageOf(run)).toEqual(page);
		expect(run.response.body).toContain(`WeCom ${errcode}`);
		expect(run.response.body).not.toMatch(/127\.0\.0\.1(?!:5678)|hint|Trusted/);
		expect(logged.at(-1)?.message).toContain(`(${errcode})`);
		expect(JSON.stringify(logged)).not.toContain(back.code);
	});

	it('starts the workflow where it wants to know, except for forged ones', async () => {
		const parameters = { options: { onFailure: 'workflow' } };
		const visitor = visitorWith({ parameters });
		const declined = await visitor.open(await visitor.decide('user:zhangsan', 'deny'));
		expect(declined.response.statusCode).toBe(403);
		expect(item(declined)).toMatchObject({
			error: 'The person did not allow the login',
			reason: 'declined',
			wecom: { family: 'login', page: 'web' },
		});
		const back = await visitor.decide('user:zhangsan');
		simulator().control.inject({ path: '/cgi-bin/auth/getuserinfo', times: 9, errcode: 40029 });
		const refused = await visitor.open(back);
		expect(item(refused)).toMatchObject({ errcode: 40029, reason: 'refused' });
		expect(item(refused).description).toMatch(/five minutes|5 minutes/);
		expect(pageOf(await visitor.open({ code: 'x', state: 'f'.repeat(72) }))[0]).toBe(400);
		expect(pageOf(await visitor.open(back))[0]).toBe(409);
		simulator().control.clearFaults();
		const outsider = visitorWith({ parameters }, WXWORK);
		const notAllowed = await outsider.logIn(`outsider:${simulator().state.outsiders[1].openid}`);
		expect(item(notAllowed)).toMatchObject({
			error: expect.stringContaining('customer'),
			reason: 'notAllowed',
			external_userid: simulator().state.outsiders[1].external_userid,
			wecom: { kind: 'customer' },
		});
	});

	it('of strangers start a few executions an hour, however many they are; people WeCom names always do', async () => {
		const parameters = { who: ['visitor'], options: { onFailure: 'workflow' } };
		const visitor = visitorWith({ parameters });
		simulator().control.inject({ path: '/cgi-bin/auth/getuserinfo', times: 99, errcode: 40029 });
		logged.length = 0;
		const runs: WebhookRun[] = [];
		for (let visit = 0; visit < 10; visit++) {
			const { state } = await visitor.decide('user:zhangsan');
			runs.push(await visitor.open({ state, code: `made-up-${visit}` }));
		}
		expect(runs.every(({ response }) => response.statusCode === runs[0].response.statusCode)).toBe(
			true,
		);
		expect(runs.filter(({ result }) => result.workflowData)).toHaveLength(5);
		expect(logged.filter(({ message }) => message.includes('starts no workflow'))).toHaveLength(5);
		simulator().control.clearFaults();
		expect(item(await visitor.open(await visitor.decide('user:zhangsan')))).toMatchObject({
			reason: 'notAllowed',
		});
	});

	it('too slow: starts the workflow once, and the link to begin anew knows the target', async () => {
		const parameters = {
			answer: 'redirect',
			allowedHosts: 'a.example',
			options: { onFailure: 'workflow' },
		};
		const visitor = visitorWith({ parameters });
		const back = await visitor.decide('user:zhangsan', 'allow', {
			return_to: 'https://a.example/x',
		});
		jest.useFakeTimers({ now: Date.now() + 16 * 60_000, doNotFake: ['setImmediate', 'nextTick'] });
		try {
			const run = await visitor.open(back);
			expect(run.response.statusCode).toBe(410);
			expect(run.response.body).toContain('?return_to=https%3A%2F%2Fa.example%2Fx');
			expect(item(run)).toMatchObject({ reason: 'expired', error: 'The login took too long' });
			expect(pageOf(await visitor.open(back))[0]).toBe(409);
		} finally {
			jest.useRealTimers();
		}
	});

	it('something unforeseen is a page, not an exception', async () => {
		const run = await visitorWith({ store: {} }).open();
		expect(pageOf(run)).toEqual([500, 'Something went wrong']);
		expect(logged.at(-1)).toMatchObject({
			level: 'error',
			message: expect.stringMatching(/could not answer/),
		});
	});
});

describe('where the person goes', () => {
	const redirecting = (more: IDataObject = {}) => ({
		answer: 'redirect',
		redirectUrl: 'https://app.example.com/start',
		allowedHosts: 'wiki.example.com, http://localhost:3000',
		...more,
	});
	const sentTo = (run: WebhookRun) => {
		expect(run.response.statusCode).toBe(302);
		expect(item(run)).toMatchObject({ userid: 'zhangsan' });
		return run.response.headers.location;
	};

	it('to return_to on an allowed host, else to the usual URL', async () => {
		const parameters = redirecting();
		expect(sentTo(await visitorWith({ parameters }).logIn())).toBe('https://app.example.com/start');
		for (const return_to of [
			'https://wiki.example.com/页?a=1',
			'http://localhost:3000/',
			'https://app.example.com/deep',
		]) {
			const run = await visitorWith({ parameters }).logIn('user:zhangsan', {
				return_to,
				nonce: 'n',
			});
			expect(sentTo(run)).toBe(new URL(return_to).href);
			expect(wecom(run)).toMatchObject({ returnTo: new URL(return_to).href, nonce: 'n' });
		}
	});

	it.each([
		'//evil.example',
		'https:evil.example',
		'https://app.example.com@evil.example',
		'https://app.example.com\\@evil.example',
		'http://app.example.com/start',
		'javascript:alert(1)',
	])('never elsewhere: %s', async (return_to) => {
		const run = await visitorWith({ parameters: redirecting() }).open({ return_to });
		expect(pageOf(run)).toEqual([400, 'This link is not valid']);
		expect(run.response.headers.location).toBeUndefined();
	});

	it('a page has no return_to, and a nonce has limits', async () => {
		const run = await visitorWith().open({ return_to: 'https://app.example.com/' });
		expect(pageOf(run)[0]).toBe(400);
		for (const nonce of ['a'.repeat(201), 'a b', 'é'])
			expect(pageOf(await visitorWith().open({ nonce }))[0]).toBe(400);
	});

	it('with a JWT that jose accepts: HS256 and RS256', async () => {
		const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
		const spki = String(publicKey.export({ type: 'spki', format: 'pem' }));
		const parameters = redirecting({ signJwt: true, jwtOptions: { audience: 'wiki' } });
		for (const [loginJwtKey, key] of [
			[SECRET, new TextEncoder().encode(SECRET)],
			[pem.replaceAll('\n', ''), await importSPKI(spki, 'RS256')],
		] as const) {
			const visitor = visitorWith({ parameters, credential: { signLogins: true, loginJwtKey } });
			const run = await visitor.logIn('user:zhangsan', { nonce: 'from-the-app' });
			const token = new URL(sentTo(run)).searchParams.get('token')!;
			const { payload } = await jwtVerify(token, key, { issuer: SELF, audience: 'wiki' });
			expect(payload).toMatchObject({
				sub: 'zhangsan',
				kind: 'member',
				userid: 'zhangsan',
				corpid: DEMO_CORP.corpid,
				nonce: 'from-the-app',
			});
			expect(JSON.stringify(run.result)).not.toContain(token);
		}
		const without = await visitorWith({ parameters }).logIn();
		expect(pageOf(without)[0]).toBe(503);
	});
});
