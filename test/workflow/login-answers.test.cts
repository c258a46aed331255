import { decodeJwt, jwtVerify } from 'jose';
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { DEMO_CORP } from '../../simulator/demo-data.cts';
import { DEMO_SUITE, DEMO_TEMPLATE } from '../../simulator/suite/data.cts';
import { chain, runLoadOptions, runWorkflow } from '../support/harness.cts';
import {
	BROWSER,
	item,
	location,
	LOGIN,
	pageOf,
	REPLACE,
	SECRET,
	SELF,
	types,
	Visitor,
	WXWORK,
	type Setup,
} from './login-support.cts';
import { startProvider, suiteTypes, until, useProvider, type Provider } from './suite-support.cts';
import { credentialOf, WECOM } from './support.cts';

const simulator = useProvider();
const visitorWith = (setup: Partial<Setup> = {}, agent?: string) =>
	new Visitor({ sim: simulator(), ...setup }, agent);

describe('the workflow answers', () => {
	const respond = async (
		parameters: IDataObject,
		json: IDataObject,
		answer = 'workflow',
		between?: IDataObject,
	) =>
		await runWorkflow({
			nodeTypes: types,
			credentialTypes: suiteTypes,
			credentials: {
				c1: {
					...credentialOf(simulator()),
					signLogins: true,
					loginJwtKey: SECRET,
				} as ICredentialDataDecryptedObject,
			},
			nodes: [
				{ name: 'Login', type: LOGIN, parameters: { answer }, disabled: false },
				{ name: 'Between', type: REPLACE, parameters: { json: between ?? {} } as never },
				{
					name: 'WeCom',
					type: WECOM,
					parameters: { resource: 'login', operation: 'respond', ...parameters } as never,
					credentials: { wecomApi: 'c1' },
				},
			],
			connections: between ? chain('Login', 'Between', 'WeCom') : chain('Login', 'WeCom'),
			start: between ? 'Login' : 'WeCom',
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
			const run = await visitorWith({ parameters }).logIn();
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
			expect.stringContaining('You can close this page.'),
		]);
		// Older n8n ends like that after a workflow that failed.
		expect(silent.body).not.toContain('logged in');
		expect((await shown(302, '', { location: 'https://a.example' })).body).toBe('');
		expect((await shown(200, '<p>own</p>')).body).toBe('<p>own</p>');
	});

	it('and where it says nothing of a failed login, the person sees that it failed', async () => {
		const parameters = { answer: 'workflow', options: { onFailure: 'workflow' } };
		const refused = await visitorWith({ parameters }, WXWORK).logIn(
			`outsider:${simulator().state.outsiders[1].openid}`,
		);
		const visitor = visitorWith({ parameters });
		const declined = await visitor.open(await visitor.decide('user:zhangsan', 'deny'));
		const back = await visitor.decide('user:zhangsan');
		simulator().control.inject({ path: '/cgi-bin/auth/getuserinfo', errcode: 40029 });
		const unconfirmed = await visitor.open(back);
		for (const [{ response, result }, status, text] of [
			[refused, 403, 'No access'],
			[declined, 403, 'Login cancelled'],
			[unconfirmed, 401, 'WeCom 40029'],
		] as const) {
			expect(result.workflowData).toHaveLength(1);
			response.status(200).end();
			expect([response.statusCode, response.body]).toEqual([status, expect.stringContaining(text)]);
			expect(response.body).toContain('Log in again');
		}
		const broken = await visitor.open(await visitor.decide('user:zhangsan', 'deny'));
		broken.response.status(500).end('{}');
		expect(broken.response.body).toContain('Something went wrong');
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

	it('with the claims the item has: an outsider belongs to no company', async () => {
		const outsider = { wecom: { ...loggedIn.wecom, kind: 'visitor', subject: 'openid:o1' } };
		const run = await respond({ allowedHosts: 'app.example.com', signJwt: true }, outsider);
		const [{ headers }] = run.responses as unknown as Array<{ headers: Record<string, string> }>;
		const claims = decodeJwt(new URL(headers.location).searchParams.get('token')!);
		expect(claims).toMatchObject({ kind: 'visitor', sub: 'openid:o1' });
		expect(claims).not.toHaveProperty('corpid');
		expect(claims).not.toHaveProperty('userid');
	});

	it('never sends on somebody the trigger refused, whatever nodes in between make of the item', async () => {
		const trigger = { answer: 'workflow', options: { onFailure: 'workflow' } };
		const customer = `outsider:${simulator().state.outsiders[1].openid}`;
		const refused = item(await visitorWith({ parameters: trigger }, WXWORK).logIn(customer));
		expect(refused).toMatchObject({ reason: 'notAllowed', wecom: { family: 'login' } });
		expect(refused.wecom).not.toHaveProperty('subject');

		const url = 'https://app.example.com/';
		const sub = { signJwt: true, subject: 'anybody' };
		for (const more of [{}, { signJwt: true }, sub]) {
			const run = await respond({ allowedHosts: 'app.example.com', url, ...more }, refused);
			expect(run.error?.message).toMatch(/^The login failed, .*'Who May Log In'/);
			expect(run.responses).toEqual([]);
		}
		const issuer = { claims: '{}', jwtOptions: { issuer: 'me' } };
		const signing = { allowedHosts: 'app.example.com', url, ...sub, ...issuer };
		const past = await respond(signing, refused, 'workflow', { userid: 'zhangsan' });
		expect(past.error?.message).toMatch(/^The login failed/);
		expect(past.responses).toEqual([]);
		const fine = await respond(signing, loggedIn, 'workflow', { userid: 'zhangsan' });
		expect(fine.responses).toMatchObject([{ statusCode: 302 }]);
		const page = await respond({ respondWith: 'page', statusCode: 403 }, refused);
		expect(page.responses).toMatchObject([{ statusCode: 403 }]);
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
		[{ allowedHosts: 'a/b' }, /not a host: a\/b/],
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
		provider = await startProvider(simulator(), template);
		await provider.listen();
		await simulator().control.pushTicket(template.suiteId);
		const [first] = simulator().state.providerSide.companies.values();
		await provider.authorize(first.corpid);
		await until(() => provider.companies()[first.corpid]?.agentId !== undefined);
		simulator().control.setSuite(template.suiteId, { trustedDomains: ['127.0.0.1:5678'] });
		return first.corpid;
	};

	it('a third-party app logs members of its companies in, on the web and in the app', async () => {
		const corpid = await begin();
		const parameters = { scope: 'snsapi_privateinfo', options: { readMember: true } };
		for (const agent of [BROWSER, WXWORK]) {
			const visitor = visitorWith({ provider, parameters }, agent);
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
		const visitor = visitorWith({ provider });
		expect(pageOf(await visitor.logIn(`${corpid}/zhangsan`))).toEqual([403, 'No access']);
		const any = visitorWith({ provider, parameters: { options: { acceptAnyCompany: true } } });
		expect(item(await any.logIn(`${corpid}/zhangsan`))).toMatchObject({ corpid });
	});

	it('the companies to choose from are those of the credential', async () => {
		const corpid = await begin(DEMO_TEMPLATE);
		const { searchCompanies } = types[LOGIN].methods.listSearch;
		const node = {
			name: 'Login',
			type: LOGIN,
			parameters: { authentication: 'suite' },
			credentials: { wecomSuiteApi: 's1' },
		};
		const surroundings = { node, nodeTypes: types, credentialTypes: suiteTypes };
		const found = await runLoadOptions(
			{ ...surroundings, credentials: provider.store },
			async function () {
				return await searchCompanies.call(this);
			},
		);
		expect(found.results.map(({ value }) => value)).toEqual([corpid]);
	});

	it('the workflow answers without a company to act as', async () => {
		await begin();
		const { json, error, responses } = await runWorkflow({
			nodeTypes: types,
			credentialTypes: suiteTypes,
			credentials: provider.store,
			nodes: [
				{
					name: 'WeCom',
					type: WECOM,
					parameters: {
						authentication: 'suite',
						resource: 'login',
						operation: 'respond',
						respondWith: 'page',
						title: 'Hi',
					},
					credentials: { wecomSuiteApi: 's1' },
				},
			],
		});
		expect(error).toBeUndefined();
		expect(responses).toHaveLength(1);
		expect(json('WeCom')).toEqual([{ responded: { statusCode: 200 } }]);
	});

	it('a customized app needs a company', async () => {
		await begin(DEMO_TEMPLATE);
		expect(pageOf(await visitorWith({ provider }).open())[0]).toBe(503);
	});

	it("a customized app logs in like a self-built one, with the company's token", async () => {
		const corpid = await begin(DEMO_TEMPLATE);
		simulator().control.setCompanyApp(DEMO_TEMPLATE.suiteId, corpid, {
			trustedDomains: ['127.0.0.1:5678'],
		});
		const parameters = { actAsCompany: { __rl: true, mode: 'id', value: corpid } };
		for (const agent of [BROWSER, WXWORK]) {
			const visitor = visitorWith({ provider, parameters }, agent);
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
