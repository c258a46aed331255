import { generateKeyPairSync } from 'node:crypto';
import { importSPKI, jwtVerify } from 'jose';
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { WecomLoginTrigger } from '../../nodes/WecomLoginTrigger/WecomLoginTrigger.node';
import { DEMO_APP, DEMO_CORP } from '../simulator/demo-data.cts';
import { DEMO_SUITE, DEMO_TEMPLATE, PROVIDER_SEED } from '../simulator/suite-data.cts';
import { startSimulator, type Simulator } from '../simulator/server.cts';
import {
	chain,
	logged,
	runWebhook,
	runWorkflow,
	type CredentialStore,
	type WebhookRun,
} from '../support/harness.cts';
import { startProvider, suiteTypes, until, type Provider } from './suite-support.cts';
import { credentialOf, nodeTypes, WECOM } from './support.cts';

const LOGIN = 'n8n-nodes-wecom-kit.wecomLoginTrigger';
const types = { ...nodeTypes, [LOGIN]: new WecomLoginTrigger() };
const SELF = 'http://127.0.0.1:5678/webhook/wecom-login';
const WXWORK =
	'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 wxwork/4.1.38 MicroMessenger/7.0.1';
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
const SECRET = 'the secret of the application, at least 32 bytes';

let sim: Simulator;
beforeAll(async () => {
	sim = await startSimulator({ seed: PROVIDER_SEED });
});
beforeEach(() => {
	sim.control.reset();
	logged.length = 0;
});
afterAll(async () => await sim.stop());

interface Setup {
	parameters?: IDataObject;
	credential?: IDataObject;
	/** A suite's credential in its store, instead of the app's. */
	provider?: Provider;
	/** Other stored credentials. */
	store?: CredentialStore;
}

let nodes = 0;
/** A login trigger with a browser in front of it: cookies and all. */
class Visitor {
	readonly jar = new Map<string, string>();
	private readonly id = `login-${++nodes}`;

	constructor(
		private readonly setup: Setup = {},
		private readonly agent = BROWSER,
	) {}

	async open(query: Record<string, string> = {}, headers: Record<string, string> = {}) {
		const { parameters = {}, credential, provider } = this.setup;
		const store: CredentialStore = this.setup.store ??
			provider?.store ?? {
				c1: { ...credentialOf(sim), ...credential } as ICredentialDataDecryptedObject,
			};
		const run = await runWebhook({
			nodeTypes: types,
			credentialTypes: suiteTypes,
			credentials: store,
			node: {
				name: 'Login',
				id: this.id,
				type: LOGIN,
				webhookId: 'hook',
				parameters: {
					...(provider && { authentication: 'suite' }),
					...parameters,
				} as never,
				credentials: provider ? { wecomSuiteApi: 's1' } : { wecomApi: 'c1' },
			},
			call: {
				method: 'GET',
				query,
				headers: {
					'user-agent': this.agent,
					cookie: [...this.jar].map((pair) => pair.join('=')).join('; '),
					...headers,
				},
			},
		});
		const cookie = run.response.headers['set-cookie'];
		if (cookie) {
			const [name, value] = cookie.split(';')[0].split('=');
			if (cookie.includes('Max-Age=0')) this.jar.delete(name);
			else this.jar.set(name, value);
		}
		return run;
	}

	/** Opens the URL and decides on WeCom's page; the query WeCom sends the person back with. */
	async decide(who: string, decision = 'allow', query: Record<string, string> = {}) {
		const link = location(await this.open(query));
		const answer = await fetch(link, {
			method: 'POST',
			body: new URLSearchParams({ who, decision }),
			headers: { 'user-agent': this.agent },
			redirect: 'manual',
		});
		if (answer.status !== 302) throw new Error(await answer.text());
		const back = new URL(answer.headers.get('location')!);
		expect(back.origin + back.pathname).toBe(SELF);
		return Object.fromEntries(back.searchParams);
	}

	async logIn(who = 'user:zhangsan', query?: Record<string, string>) {
		return await this.open(await this.decide(who, 'allow', query));
	}
}

function location({ response, result }: WebhookRun): string {
	expect([response.statusCode, result]).toEqual([302, { noWebhookResponse: true }]);
	return response.headers.location;
}
const item = ({ result }: WebhookRun) => result.workflowData?.[0][0].json as IDataObject;
const wecom = (run: WebhookRun) => item(run).wecom as IDataObject;
/** A page of the trigger's own, and no execution. */
function pageOf(run: WebhookRun): [number, string] {
	expect(run.result.workflowData).toBeUndefined();
	expect(run.response.headers['content-security-policy']).toContain("default-src 'none'");
	return [run.response.statusCode, /<h1>(.*)<\/h1>/.exec(String(run.response.body))![1]];
}

describe('opening the URL', () => {
	it('leads to the web login outside WeCom, to OAuth inside it and in WeChat', async () => {
		const web = new URL(location(await new Visitor().open()));
		expect(web.origin + web.pathname).toBe(`${sim.url}/wwlogin/sso/login`);
		expect(Object.fromEntries(web.searchParams)).toEqual({
			login_type: 'CorpApp',
			appid: DEMO_CORP.corpid,
			agentid: String(DEMO_APP.agentid),
			redirect_uri: SELF,
			state: expect.stringMatching(/^[a-zA-Z0-9]{1,128}$/),
			lang: 'en',
		});
		const zh = await new Visitor().open({}, { 'accept-language': 'zh-CN,zh;q=0.9' });
		expect(new URL(location(zh)).searchParams.get('lang')).toBe('zh');

		const scope = 'snsapi_privateinfo';
		for (const agent of [WXWORK, 'Mozilla/5.0 (iPhone) MicroMessenger/8.0.50']) {
			const inApp = new URL(location(await new Visitor({ parameters: { scope } }, agent).open()));
			expect(inApp.origin + inApp.pathname).toBe(`${sim.url}/connect/oauth2/authorize`);
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
			const link = location(await new Visitor({ parameters: { loginPage } }, agent).open());
			expect(new URL(link).pathname).toBe(path);
		}
	});

	it("leads to WeCom's own hosts unless the API is on this machine", async () => {
		for (const baseUrl of ['https://qyapi.weixin.qq.com', 'https://proxy.example.com', '']) {
			const setup = { credential: { baseUrl } };
			expect(location(await new Visitor(setup).open())).toMatch(
				/^https:\/\/login\.work\.weixin\.qq\.com\/wwlogin\/sso\/login\?/,
			);
			expect(location(await new Visitor(setup, WXWORK).open())).toMatch(
				/^https:\/\/open\.weixin\.qq\.com\/connect\/oauth2\/authorize\?/,
			);
		}
		expect(sim.requests).toEqual([]);
	});

	it('sends nobody off without Agent ID or secret: a page, and the reason in the log', async () => {
		for (const [credential, reason] of [
			[{ agentId: '' }, /Agent ID/],
			[{ corpSecret: '' }, /secret/],
		] as const) {
			const parameters = { scope: 'snsapi_privateinfo' };
			const run = await new Visitor({ credential, parameters }, WXWORK).open();
			expect(pageOf(run)).toEqual([503, 'Login is not set up']);
			expect(logged.at(-1)?.message).toMatch(reason);
		}
	});

	it('knows the file that proves the domain, under its own name only', async () => {
		const options = {
			verificationFile: 'WW_verify_a1B2c3D4e5F6g7H8.txt',
			verificationContent: 'a1B2c3D4e5F6g7H8',
		};
		const visitor = new Visitor({ parameters: { options } });
		for (const file of ['WW_verify_a1B2c3D4e5F6g7H8.txt', '/WW_verify_a1B2c3D4e5F6g7H8.txt']) {
			const { response } = await visitor.open({ file });
			expect([response.statusCode, response.body]).toEqual([200, 'a1B2c3D4e5F6g7H8']);
			expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
		}
		for (const file of ['WW_verify_x.txt', '', '../WW_verify_a1B2c3D4e5F6g7H8.txt'])
			expect((await visitor.open({ file })).response.statusCode).toBe(404);
		expect((await new Visitor().open({ file: '' })).response.statusCode).toBe(404);
	});
});

describe('coming back', () => {
	it('starts the workflow with who it is, and shows a page', async () => {
		const run = await new Visitor().logIn();
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
		expect(run.result.noWebhookResponse).toBe(true);
		expect(run.response.statusCode).toBe(200);
		expect(run.response.body).toContain('You are logged in');
		expect(run.response.headers['set-cookie']).toContain('Max-Age=0');
		const parameters = { pageText: 'Die Tür ist <b>offen</b>.' };
		const own = await new Visitor({ parameters }).logIn();
		expect(own.response.body).toContain('Die Tür ist &#60;b&#62;offen&#60;/b&#62;.');
	});

	it('with the details the person shared, and the record of the member; tickets stay here', async () => {
		const parameters = { scope: 'snsapi_privateinfo', options: { readMember: true } };
		const run = await new Visitor({ parameters }, WXWORK).logIn();
		expect(item(run)).toMatchObject({
			userid: 'zhangsan',
			mobile: '13800000003',
			biz_mail: 'zhangsan@yunfan.example',
			gender: '1',
			member: { name: '张三', position: '后端工程师' },
			wecom: { scope: 'snsapi_privateinfo', page: 'inApp' },
		});
		expect(wecom(run).granted).toEqual(expect.arrayContaining(['mobile', 'email', 'avatar']));
		for (const secret of [...sim.state.tickets.keys(), ...sim.state.codes.keys()])
			expect(JSON.stringify(run.result)).not.toContain(secret);
		expect(JSON.stringify(run.result)).not.toMatch(/ticket|errcode/);
	});

	it('goes on without what cannot be read, and says so', async () => {
		sim.control.inject({ path: '/cgi-bin/auth/getuserdetail', times: 9, errcode: 84014 });
		sim.control.inject({ path: '/cgi-bin/user/get', times: 9, errcode: 60011 });
		const parameters = { scope: 'snsapi_privateinfo', options: { readMember: true } };
		const run = await new Visitor({ parameters }, WXWORK).logIn();
		expect(item(run)).toMatchObject({ userid: 'zhangsan', member: {} });
		expect(wecom(run).warning).toMatch(/Details.*\(84014\).*member.*\(60011\)/);
	});

	it.each([
		[0, 'visitor', 'openid:oDemoVisitor00000000000000001'],
		[1, 'customer', 'external_userid:wmDemoCustomer00000000000000001'],
		[2, 'linkedMember', 'ww5e7d1c2b3a4f6089/zhoufan'],
		[3, 'parent', 'parent_userid:demo_parent_1'],
	])('tells the kind of outsider %i: %s', async (index, kind, subject) => {
		const who = `outsider:${sim.state.outsiders[index].openid}`;
		const refused = await new Visitor({}, WXWORK).logIn(who);
		expect(pageOf(refused)).toEqual([403, 'No access']);
		const run = await new Visitor({ parameters: { who: [kind] } }, WXWORK).logIn(who);
		expect(wecom(run)).toMatchObject({ kind, subject });
		expect(pageOf(await new Visitor({ parameters: { who: [kind] } }, WXWORK).logIn())).toEqual([
			403,
			'No access',
		]);
	});
});

describe('a login that fails', () => {
	it('declined: a page with a link to begin anew', async () => {
		const visitor = new Visitor({ parameters: { answer: 'redirect', allowedHosts: 'a.example' } });
		const wish = { return_to: 'https://a.example/x', nonce: 'n1' };
		const run = await visitor.open(await visitor.decide('user:zhangsan', 'deny', wish));
		expect(pageOf(run)).toEqual([403, 'Login cancelled']);
		expect(run.response.body).toContain(
			`${SELF}?return_to=https%3A%2F%2Fa.example%2Fx&#38;nonce=n1`,
		);
		expect(visitor.jar.size).toBe(0);
	});

	it('reused, forged, stale, or in another browser: refused before WeCom is asked', async () => {
		const visitor = new Visitor();
		const back = await visitor.decide('user:zhangsan');
		const calls = () =>
			sim.requests.filter(({ path, errcode }) => path.includes('getuserinfo') && errcode === 0)
				.length;
		expect(item(await visitor.open(back))).toMatchObject({ userid: 'zhangsan' });
		expect(calls()).toBe(1);
		expect(pageOf(await visitor.open(back))).toEqual([409, 'Please start again']);

		const other = new Visitor();
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
		['a used code', 40029, [401, 'Login not confirmed']],
		['another domain', 50001, [502, 'Login is not available']],
		['an IP WeCom does not trust', 60020, [502, 'Login is not available']],
	])('refused by WeCom for %s: its code, and nothing of the server', async (_, errcode, page) => {
		const visitor = new Visitor();
		const back = await visitor.decide('user:zhangsan');
		sim.control.inject({ path: '/cgi-bin/auth/getuserinfo', times: 9, errcode });
		const run = await visitor.open(back);
		expect(pageOf(run)).toEqual(page);
		expect(run.response.body).toContain(`WeCom ${errcode}`);
		expect(run.response.body).not.toMatch(/127\.0\.0\.1(?!:5678)|hint|Trusted/);
		expect(logged.at(-1)?.message).toContain(`(${errcode})`);
		expect(JSON.stringify(logged)).not.toContain(back.code);
	});

	it('starts the workflow where it wants to know, except for forged ones', async () => {
		const parameters = { options: { onFailure: 'workflow' } };
		const visitor = new Visitor({ parameters });
		const declined = await visitor.open(await visitor.decide('user:zhangsan', 'deny'));
		expect(declined.response.statusCode).toBe(403);
		expect(item(declined)).toMatchObject({
			error: 'The person did not allow the login',
			reason: 'declined',
			wecom: { family: 'login', page: 'web' },
		});
		const back = await visitor.decide('user:zhangsan');
		sim.control.inject({ path: '/cgi-bin/auth/getuserinfo', times: 9, errcode: 40029 });
		const refused = await visitor.open(back);
		expect(item(refused)).toMatchObject({ errcode: 40029, reason: 'refused' });
		expect(item(refused).description).toMatch(/five minutes|5 minutes/);
		expect(pageOf(await visitor.open({ code: 'x', state: 'f'.repeat(72) }))[0]).toBe(400);
		expect(pageOf(await visitor.open(back))[0]).toBe(409);
		sim.control.clearFaults();
		const outsider = new Visitor({ parameters }, WXWORK);
		const notAllowed = await outsider.logIn(`outsider:${sim.state.outsiders[1].openid}`);
		expect(item(notAllowed)).toMatchObject({
			error: expect.stringContaining('customer'),
			reason: 'notAllowed',
			external_userid: sim.state.outsiders[1].external_userid,
			wecom: { kind: 'customer' },
		});
	});

	it('something unforeseen is a page, not an exception', async () => {
		const run = await new Visitor({ store: {} }).open();
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
		expect(sentTo(await new Visitor({ parameters }).logIn())).toBe('https://app.example.com/start');
		for (const return_to of [
			'https://wiki.example.com/页?a=1',
			'http://localhost:3000/',
			'https://app.example.com/deep',
		]) {
			const run = await new Visitor({ parameters }).logIn('user:zhangsan', {
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
		const run = await new Visitor({ parameters: redirecting() }).open({ return_to });
		expect(pageOf(run)).toEqual([400, 'This link is not valid']);
		expect(run.response.headers.location).toBeUndefined();
	});

	it('a page has no return_to, and a nonce has limits', async () => {
		const run = await new Visitor().open({ return_to: 'https://app.example.com/' });
		expect(pageOf(run)[0]).toBe(400);
		for (const nonce of ['a'.repeat(201), 'a b', 'é'])
			expect(pageOf(await new Visitor().open({ nonce }))[0]).toBe(400);
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
			const visitor = new Visitor({ parameters, credential: { loginJwtKey } });
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
		const without = await new Visitor({ parameters }).logIn();
		expect(pageOf(without)[0]).toBe(503);
	});
});

describe('the workflow answers', () => {
	const respond = async (parameters: IDataObject, json: IDataObject, answer = 'workflow') =>
		await runWorkflow({
			nodeTypes: types,
			credentialTypes: suiteTypes,
			credentials: {
				c1: { ...credentialOf(sim), loginJwtKey: SECRET } as ICredentialDataDecryptedObject,
			},
			nodes: [
				{ name: 'Login', type: LOGIN, parameters: { answer }, disabled: false },
				{
					name: 'WeCom',
					type: WECOM,
					parameters: { resource: 'login', operation: 'respond', ...parameters } as never,
					credentials: { wecomApi: 'c1' },
				},
			],
			connections: chain('Login', 'WeCom'),
			start: 'WeCom',
			items: [{ json }, { json: { second: true } }],
		});
	const loggedIn = {
		userid: 'zhangsan',
		corpid: DEMO_CORP.corpid,
		wecom: {
			kind: 'member',
			subject: 'zhangsan',
			returnTo: 'https://app.example.com/deep',
			nonce: 'n1',
			loginUrl: SELF,
		},
	};

	it('the trigger waits, and covers what n8n would show of a workflow that fails or says nothing', async () => {
		const parameters = { answer: 'workflow' };
		const shown = async (status: number, body?: string, headers: Record<string, string> = {}) => {
			const run = await new Visitor({ parameters }).logIn();
			expect(run.result.noWebhookResponse).toBeUndefined();
			expect(item(run)).toMatchObject({ userid: 'zhangsan' });
			expect(run.response.headersSent).toBe(false);
			expect(run.response.headers['set-cookie']).toContain('Max-Age=0');
			for (const [name, value] of Object.entries(headers)) run.response.setHeader(name, value);
			run.response.status(status).end(body);
			return run.response;
		};
		const failed = await shown(500, '{"message":"Error in workflow"}');
		expect([failed.statusCode, failed.body]).toEqual([
			500,
			expect.stringContaining('Something went wrong'),
		]);
		const silent = await shown(200);
		expect([silent.statusCode, silent.body]).toEqual([
			200,
			expect.stringContaining('You are logged in'),
		]);
		expect((await shown(302, '', { location: 'https://a.example' })).body).toBe('');
		expect((await shown(200, '<p>own</p>')).body).toBe('<p>own</p>');
	});

	it('with a redirect and a JWT', async () => {
		const run = await respond({ allowedHosts: 'app.example.com', signJwt: true }, loggedIn);
		expect(run.error).toBeUndefined();
		expect(run.responses).toHaveLength(1);
		const [{ statusCode, headers, body }] = run.responses as unknown as Array<{
			statusCode: number;
			headers: Record<string, string>;
			body: string;
		}>;
		expect([statusCode, body]).toEqual([302, '']);
		const url = new URL(headers.location);
		expect(url.origin + url.pathname).toBe('https://app.example.com/deep');
		const token = url.searchParams.get('token')!;
		const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET), {
			issuer: SELF,
			audience: 'https://app.example.com',
			subject: 'zhangsan',
		});
		expect(payload).toMatchObject({ nonce: 'n1', kind: 'member', corpid: DEMO_CORP.corpid });
		expect(run.json('WeCom')).toEqual([
			{ ...loggedIn, responded: { statusCode: 302, url: 'https://app.example.com/deep' } },
			{ second: true },
		]);
		expect(JSON.stringify(run.json('WeCom'))).not.toContain(token);
	});

	it('with a page, as text', async () => {
		const parameters = {
			respondWith: 'page',
			title: '<Hi>',
			text: 'one\ntwo & three',
			statusCode: 403,
		};
		const run = await respond(parameters, loggedIn);
		const [{ statusCode, body }] = run.responses as unknown as Array<{
			statusCode: number;
			body: string;
		}>;
		expect(statusCode).toBe(403);
		expect(body).toContain('<h1>&#60;Hi&#62;</h1>');
		expect(body).toContain('<p>one</p>\n<p>two &#38; three</p>');
	});

	it.each([
		[{ allowedHosts: '={{ "" }}' }, /names no host/],
		[{ allowedHosts: 'a/b' }, /no host: a\/b/],
		[{ allowedHosts: 'other.example' }, /'URL' does not lead/],
		[{ allowedHosts: 'app.example.com', url: '//evil.example' }, /'URL' does not lead/],
		[
			{ allowedHosts: 'app.example.com', signJwt: true, subject: '={{ "" }}' },
			/'Subject' is empty/,
		],
		[{ allowedHosts: 'app.example.com', signJwt: true, claims: '[1]' }, /'Claims' is not/],
		[{ allowedHosts: 'app.example.com', signJwt: true, claims: '{' }, /'Claims' is not/],
	])('refuses %j', async (parameters, message) => {
		const run = await respond(parameters, loggedIn);
		expect(run.error?.message).toMatch(message);
		expect(run.responses).toEqual([]);
	});

	it('says so when the trigger does not wait', async () => {
		const run = await respond({ respondWith: 'page' }, loggedIn, 'page');
		expect(run.error?.message).toMatch(/'Login' does not wait/);
	});
});

describe('with a suite', () => {
	let provider: Provider;
	afterEach(async () => await provider.stop());
	const begin = async (template = DEMO_SUITE) => {
		provider = await startProvider(sim, template);
		await provider.listen();
		await sim.control.pushTicket(template.suiteId);
		const [first] = sim.state.providerSide.companies.values();
		await provider.authorize(first.corpid);
		await until(() => provider.companies()[first.corpid]?.agentId !== undefined);
		sim.control.setSuite(template.suiteId, { trustedDomains: ['127.0.0.1:5678'] });
		return first.corpid;
	};

	it('a third-party app logs members of its companies in, on the web and in the app', async () => {
		const corpid = await begin();
		const parameters = { scope: 'snsapi_privateinfo', options: { readMember: true } };
		for (const agent of [BROWSER, WXWORK]) {
			const visitor = new Visitor({ provider, parameters }, agent);
			const link = new URL(location(await visitor.open()));
			expect(link.searchParams.get('appid')).toBe(DEMO_SUITE.suiteId);
			expect(link.searchParams.has('agentid')).toBe(false);
			const run = await visitor.logIn(`${corpid}/zhangsan`);
			expect(item(run)).toMatchObject({
				corpid,
				userid: 'zhangsan',
				open_userid: expect.any(String),
				member: { userid: 'zhangsan' },
				wecom: { kind: 'member', subject: `${corpid}/zhangsan`, suiteId: DEMO_SUITE.suiteId },
			});
			if (agent === WXWORK) expect(item(run).avatar).toEqual(expect.any(String));
			expect(JSON.stringify(run.result)).not.toMatch(/ticket/);
		}
	});

	it('not members of companies that never authorized it, unless they are kept elsewhere', async () => {
		const corpid = await begin();
		provider.store.s1 = { ...provider.store.s1, companies: '' };
		const visitor = new Visitor({ provider });
		expect(pageOf(await visitor.logIn(`${corpid}/zhangsan`))).toEqual([403, 'No access']);
		const any = new Visitor({ provider, parameters: { options: { acceptAnyCompany: true } } });
		expect(item(await any.logIn(`${corpid}/zhangsan`))).toMatchObject({ corpid });
	});

	it("a customized app logs in like a self-built one, with the company's token", async () => {
		const corpid = await begin(DEMO_TEMPLATE);
		sim.control.setCompanyApp(DEMO_TEMPLATE.suiteId, corpid, {
			trustedDomains: ['127.0.0.1:5678'],
		});
		const parameters = { actAsCompany: { __rl: true, mode: 'id', value: corpid } };
		for (const agent of [BROWSER, WXWORK]) {
			const visitor = new Visitor({ provider, parameters }, agent);
			const link = new URL(location(await visitor.open()));
			expect(link.searchParams.get('appid')).toBe(corpid);
			expect(link.searchParams.get('agentid')).toMatch(/^\d+$/);
			const run = await visitor.logIn('user:zhangsan');
			expect(item(run)).toMatchObject({
				corpid,
				userid: 'zhangsan',
				wecom: { subject: 'zhangsan' },
			});
		}
	});
});
