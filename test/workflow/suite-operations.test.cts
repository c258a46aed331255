import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { companyTimings } from '../../nodes/shared/client/client';
import { wecomSuiteApiTest } from '../../nodes/shared/credentials/suiteTest';
import { suite as resource } from '../../nodes/Wecom/resources/suite/suite';
import { listSearch } from '../../nodes/Wecom/resources/lists';
import { logged, runLoadOptions } from '../support/harness.cts';
import {
	DEMO_PROVIDER,
	DEMO_SUITE,
	DEMO_TEMPLATE,
	makeCompanies,
} from '../../simulator/suite/data.cts';
import type { Suite } from '../../simulator/suite/state.cts';
import { startProvider, suiteTypes, until, useProvider, type Provider } from './suite-support.cts';
import { nodeTypes, WECOM } from './support.cts';

/** Nobody brings a company that is missing. */
companyTimings.waits = [10];

const simulator = useProvider();
const [first, second] = makeCompanies(3);

let provider: Provider;
const begin = async (suite: Suite = DEMO_SUITE) => {
	provider = await startProvider(simulator(), suite);
	await provider.listen();
	await simulator().control.pushTicket(suite.suiteId);
	await provider.authorize(first.corpid);
	await until(() => provider.items.length === 1);
};
afterEach(async () => await provider.stop());
const call = async (operation: string, parameters: IDataObject = {}, company?: string) =>
	await provider.itemsOf({ resource: 'suite', operation, parameters, company });
const one = async (...args: Parameters<typeof call>) => (await call(...args))[0];
const failure = async (operation: string, parameters: IDataObject = {}, company?: string) => {
	const { error } = await provider.run({ resource: 'suite', operation, parameters, company });
	return error as Error & { description: string };
};

describe('tokens', () => {
	it.each([
		['getSuiteToken', 'suiteAccessToken'],
		['getProviderToken', 'providerAccessToken'],
	])('%s tells the expiry, the token only on request', async (operation, field) => {
		await begin();
		const plain = await one(operation);
		expect(plain).toEqual({
			valid: true,
			expiresAt: expect.stringMatching(/^\d{4}-/),
			expiresInSeconds: expect.any(Number),
		});
		expect(plain.expiresInSeconds).toBeGreaterThan(7000);
		expect(await one(operation, { includeToken: true })).toMatchObject({
			token: provider.stored()[field],
		});
	});

	it.each([DEMO_SUITE, DEMO_TEMPLATE])('getCorpToken works for $suiteId', async (suite) => {
		await begin(suite);
		const { token } = await one('getCorpToken', { includeToken: true }, first.corpid);
		const stored = JSON.parse(provider.stored().companyTokens) as Record<string, { token: string }>;
		expect(token).toBe(stored[first.corpid].token);
		expect(await failure('getCorpToken', {}, second.corpid)).toMatchObject({
			message: `The company ${second.corpid} is not stored in the credential`,
			description: expect.stringContaining('Import Company'),
		});
	});
});

it('a reply to a callback asks WeCom nothing, so it waits for no company', async () => {
	await begin();
	const { waits } = companyTimings;
	companyTimings.waits = [60_000];
	try {
		const { error } = await provider.run({
			resource: 'callback',
			operation: 'reply',
			company: 'ww-not-stored',
			parameters: {
				content: 'hello',
				additionalFields: { FromUserName: 'zhangsan', ToUserName: 'ww-not-stored' },
			},
		});
		expect(error).toBeUndefined();
	} finally {
		companyTimings.waits = waits;
	}
});

describe('the resource API', () => {
	const api = async (endpoint: string, json: object, options: IDataObject = {}) =>
		await provider.itemsOf({
			resource: 'api',
			operation: 'call',
			company: first.corpid,
			parameters: {
				endpoint: { __rl: true, mode: 'id', value: endpoint },
				inputMode: 'json',
				json: JSON.stringify(json),
				options,
			},
		});

	it('takes the token of the suite, of the provider or of the company, as the endpoint needs it', async () => {
		await begin();
		const { requests } = simulator();
		const queryOf = (path: string) =>
			Object.keys(requests.filter((one) => one.path === path).at(-1)!.query);
		expect(await api('service.get_pre_auth_code', {})).toEqual([
			expect.objectContaining({ pre_auth_code: expect.any(String) }),
		]);
		expect(queryOf('/cgi-bin/service/get_pre_auth_code')).toEqual(['suite_access_token']);
		expect(await api('service.corpid_to_opencorpid', { corpid: first.corpid })).toEqual([
			{ open_corpid: expect.any(String) },
		]);
		expect(queryOf('/cgi-bin/service/corpid_to_opencorpid')).toEqual(['provider_access_token']);
		expect((await api('department.list', {})).length).toBeGreaterThan(0);
		expect(queryOf('/cgi-bin/department/list')).toEqual(['access_token']);
	});

	it.each([
		['suite', ['suite_access_token']],
		['provider', ['provider_access_token']],
		['company', ['access_token']],
		['none', []],
	])('takes the token that is chosen, for an endpoint in no list: %s', async (token, names) => {
		await begin();
		const path = '/cgi-bin/service/brand_new';
		simulator().control.inject({ path, rawBody: '{"errcode":0,"errmsg":"ok"}' });
		await api(`POST ${path}`, {}, { token });
		const { query } = simulator()
			.requests.filter((one) => one.path === path)
			.at(-1)!;
		expect(Object.keys(query)).toEqual(names);
	});

	it('has no token of an app', async () => {
		await begin();
		await expect(api('POST /cgi-bin/x/y', {}, { token: 'app' })).rejects.toMatchObject({
			message: "The token of 'app' needs Authentication 'App'",
		});
	});
});

describe('installing', () => {
	it('goes from the link to the stored company', async () => {
		await begin();
		const { pre_auth_code } = await one('getPreAuthCode');
		expect(await one('setSessionInfo', { pre_auth_code, auth_type: 0 })).toEqual({ success: true });
		const redirect_uri = 'https://app.example.com/installed?a=1&b=2';
		const { url } = await one('buildInstallUrl', { redirect_uri, pre_auth_code, state: 'abc' });
		expect(url).toBe(
			`https://open.work.weixin.qq.com/3rdapp/install?suite_id=${DEMO_SUITE.suiteId}&pre_auth_code=${encodeURIComponent(String(pre_auth_code))}&redirect_uri=https%3A%2F%2Fapp.example.com%2Finstalled%3Fa%3D1%26b%3D2&state=abc`,
		);
		expect((await one('buildInstallUrl', { redirect_uri })).url).toMatch(/pre_auth_code=[^&]+/);
		expect(await failure('buildInstallUrl', { redirect_uri: 'no' })).toMatchObject({
			message: "'Redirect URL' is not a web address",
		});

		const issued = simulator().control.issueAuthCode(
			DEMO_SUITE.suiteId,
			second.corpid,
			{},
		) as unknown;
		const auth_code =
			typeof issued === 'string' ? issued : (issued as { authCode: string }).authCode;
		const got = await one('getPermanentCode', { auth_code });
		const { permanentCode } = provider.companies()[second.corpid];
		expect(got).toMatchObject({
			corpId: second.corpid,
			name: second.name,
			agentId: String(second.agentid),
		});
		expect(JSON.stringify(got)).not.toContain(permanentCode);
		// A code works once: who asks again gets what it was exchanged for.
		expect(await one('getPermanentCode', { auth_code })).toEqual(got);
	});

	describe('an exchanged company', () => {
		afterEach(() => jest.restoreAllMocks());
		const later = (seconds: number) => {
			const now = Date.now() + seconds * 1000;
			jest.spyOn(Date, 'now').mockImplementation(() => now);
		};
		const exchange = async () =>
			await failure('getPermanentCode', {
				auth_code: simulator().control.issueAuthCode(DEMO_SUITE.suiteId, second.corpid),
			});

		it('is written again by the next call while another process may still write what it had read', async () => {
			await begin();
			await exchange();
			for (const seconds of [0, 30]) {
				if (seconds) later(seconds);
				provider.store.s1.companies = '';
				await one('forgetCompany', {}, first.corpid);
				expect(Object.keys(provider.companies())).toContain(second.corpid);
			}
		});

		it('gives way at once to the code that is imported', async () => {
			await begin();
			await exchange();
			const { authorizations } = simulator().state.providerSide;
			const renewed = [...authorizations.values()].find(
				({ company }) => company.corpid === second.corpid,
			)!;
			renewed.permanentCode = 'newer';
			await one('importCompany', { corpId: second.corpid, importedCode: 'newer' });
			await one('getSuiteToken');
			expect(provider.companies()[second.corpid].permanentCode).toBe('newer');
		});

		it('that could not be stored is written again until n8n takes it', async () => {
			await begin();
			const { s1 } = provider.store;
			Object.defineProperty(provider.store, 's1', { get: () => s1, set() {}, configurable: true });
			const auth_code = simulator().control.issueAuthCode(DEMO_SUITE.suiteId, second.corpid);
			logged.length = 0;
			const exchanged = one('getPermanentCode', { auth_code });
			await until(() => JSON.stringify(logged).includes('is written again'));
			Object.defineProperty(provider.store, 's1', { value: s1, writable: true });
			expect(await exchanged).toMatchObject({ corpId: second.corpid });
			expect(provider.companies()).toHaveProperty(second.corpid);
		});
	});

	it.each(['v1', 'v2'])('exchanges with %s and shows the code on request', async (apiVersion) => {
		await begin();
		const issued = simulator().control.issueAuthCode(
			DEMO_SUITE.suiteId,
			second.corpid,
			{},
		) as unknown;
		const auth_code =
			typeof issued === 'string' ? issued : (issued as { authCode: string }).authCode;
		const got = await one('getPermanentCode', {
			auth_code,
			apiVersion,
			includePermanentCode: true,
		});
		expect(got.permanentCode).toBe(provider.companies()[second.corpid].permanentCode);
		expect(got).not.toHaveProperty('access_token');
	});

	it('makes links and codes', async () => {
		await begin();
		expect((await one('getAppQrCode', { result_type: 2 })).qrcode).toMatch(/^https?:/);
		const { run } = await provider.run({ resource: 'suite', operation: 'getAppQrCode' });
		expect(run.data.resultData.runData.WeCom[0].data?.main[0]?.[0].binary?.data).toMatchObject({
			mimeType: expect.stringMatching(/^image\//),
		});
		const link = await one('getCustomizedAppAuthorizationLink', {
			state: 'abc',
			templateid_list: DEMO_TEMPLATE.suiteId,
		});
		expect(link).toMatchObject({ qrcode_url: expect.any(String), expires_in: 864000 });
	});
});

describe('companies', () => {
	it('tell what they authorized', async () => {
		await begin();
		expect(await one('getAuthorizationInfo', {}, first.corpid)).toMatchObject({
			auth_corp_info: { corpid: first.corpid },
			auth_info: { agent: [{ agentid: first.agentid }] },
		});
		expect(await call('getAdmins', {}, first.corpid)).toEqual(first.admins);
	});

	it('are listed, forgotten and imported', async () => {
		await begin();
		const { permanentCode } = provider.companies()[first.corpid];
		expect(await call('getManyCompanies')).toEqual([
			{
				corpId: first.corpid,
				name: first.name,
				agentId: String(first.agentid),
				kind: 'third-party',
			},
		]);
		expect(await one('getManyCompanies', { includePermanentCode: true })).toMatchObject({
			permanentCode,
		});
		expect(await one('forgetCompany', {}, first.corpid)).toEqual({
			deleted: true,
			corpId: first.corpid,
		});
		expect(await one('forgetCompany', {}, first.corpid)).toMatchObject({ deleted: false });
		expect(await call('getManyCompanies')).toEqual([]);

		expect(
			await failure('importCompany', { corpId: first.corpid, importedCode: 'wrong' }),
		).toMatchObject({
			message: 'The permanent code is not valid (40084)',
		});
		expect(provider.companies()).toEqual({});
		const imported = await one('importCompany', {
			corpId: first.corpid,
			importedCode: permanentCode,
		});
		expect(imported).toMatchObject({ corpId: first.corpid, name: first.name });
		expect(provider.companies()[first.corpid].permanentCode).toBe(permanentCode);
	});

	it('are offered in the picker by name, and another suite’s are not', async () => {
		await begin();
		const companies = {
			...provider.companies(),
			other: { suiteId: 'wwother', permanentCode: 'x' },
		};
		provider.store.s1.companies = JSON.stringify(companies);
		const search = async (filter?: string) =>
			await runLoadOptions(
				{
					nodeTypes,
					credentialTypes: suiteTypes,
					credentials: provider.store,
					node: {
						name: 'WeCom',
						type: WECOM,
						parameters: { authentication: 'suite' },
						credentials: { wecomSuiteApi: 's1' },
					},
				},
				async function () {
					return await listSearch.searchCompanies.call(this, filter);
				},
			);
		const found = [{ name: `${first.name} (${first.corpid})`, value: first.corpid }];
		expect((await search()).results).toEqual(found);
		expect((await search(first.name)).results).toEqual(found);
		expect((await search('nobody')).results).toEqual([]);
	});

	it('fill the other pickers with their own people', async () => {
		await begin();
		const { results } = await runLoadOptions(
			{
				nodeTypes,
				credentialTypes: suiteTypes,
				credentials: provider.store,
				node: {
					name: 'WeCom',
					type: WECOM,
					parameters: {
						authentication: 'suite',
						resource: 'member',
						operation: 'get',
						actAsCompany: { __rl: true, mode: 'list', value: first.corpid },
					} as never,
					credentials: { wecomSuiteApi: 's1' },
				},
			},
			async function () {
				return await listSearch.searchMembers.call(this);
			},
		);
		expect(results.map(({ value }) => value)).toContain('zhangsan');
	});
});

describe('people and IDs', () => {
	it('log in through the suite', async () => {
		await begin();
		const redirect_uri = 'http://localhost:5678/login';
		expect((await one('buildLoginUrl', { redirect_uri, where: 'inApp', state: 's1' })).url).toMatch(
			new RegExp(
				`^${simulator().url}/connect/oauth2/authorize\\?appid=${DEMO_SUITE.suiteId}&.*scope=snsapi_base&state=s1#wechat_redirect$`,
			),
		);
		expect((await one('buildLoginUrl', { redirect_uri, where: 'web' })).url).toMatch(
			/login_type=ServiceApp&appid=ww/,
		);
		const issued = simulator().control.issueSuiteCode({
			suiteId: DEMO_SUITE.suiteId,
			corpid: first.corpid,
			userid: 'zhangsan',
			scope: 'snsapi_privateinfo',
			domain: 'localhost:5678',
		} as never) as unknown;
		const code = typeof issued === 'string' ? issued : (issued as { code: string }).code;
		const info = await one('getUserInfo', { code });
		expect(info).toMatchObject({ corpid: first.corpid, userid: 'zhangsan' });
		expect(await one('getUserDetail', { user_ticket: info.user_ticket })).toMatchObject({
			userid: 'zhangsan',
		});
	});

	it('of a third-party app do not log in as those of a self-built one do; those of customized apps do', async () => {
		const run = (operation: string, parameters: IDataObject) => ({
			resource: 'login',
			operation,
			company: first.corpid,
			parameters,
		});
		const build = run('buildAuthorizationUrl', { redirect_uri: 'https://app.example.com/login' });
		const getInfo = run('getUserInfo', { code: 'c' });
		await begin();
		const before = simulator().requests.length;
		for (const [refused, instead] of [
			[build, 'Build Login URL'],
			[getInfo, 'Get User Info'],
		] as const) {
			const { error } = await provider.run(refused);
			expect(error).toMatchObject({
				message: 'A third-party app cannot log people in this way',
				description: `Use the operation '${instead}' of the resource Suite.`,
			});
			expect(resource.operations.map(({ name }) => name)).toContain(instead);
		}
		expect(simulator().requests).toHaveLength(before);
		await provider.stop();

		await begin(DEMO_TEMPLATE);
		const [{ url }] = await provider.itemsOf(build);
		expect(url).toContain(`appid=${first.corpid}&`);
		const { error } = await provider.run(getInfo);
		expect(error?.message).toContain('(40029)');
	});

	it('are converted', async () => {
		await begin();
		expect(await one('convertCorpId', { corpid: first.corpid })).toMatchObject({
			open_corpid: expect.any(String),
		});
		expect(
			await one('convertUserIds', { userid_list: 'zhangsan, nobody' }, first.corpid),
		).toMatchObject({
			open_userid_list: [{ userid: 'zhangsan' }],
			invalid_userid_list: ['nobody'],
		});
	});
});

it('with authentication App the resource says what to choose', async () => {
	await begin();
	const { error } = await provider.run({
		resource: 'suite',
		operation: 'getSuiteToken',
		parameters: { authentication: 'app' },
	});
	expect(error?.description).toMatch(/'Suite'/);
});

it('every row of the resource is reached by a test here or is one plain call', () => {
	const plain = ['convertBotUserIds', 'convertExternalUserIds'];
	for (const { value, endpoint, token } of resource.operations)
		if (plain.includes(value)) expect([endpoint?.[0], token]).toContain('POST');
});

describe('the credential test', () => {
	const test = async (overrides: IDataObject = {}) => {
		const data = { ...provider.store.s1, ...overrides } as ICredentialDataDecryptedObject;
		const request = async ({ url, method, body, headers, qs }: IDataObject) => {
			const query = new URLSearchParams((qs ?? {}) as Record<string, string>);
			const answer = await fetch(`${String(url)}?${query}`, {
				method,
				body,
				headers,
			} as RequestInit);
			return { statusCode: answer.status, body: await answer.text() };
		};
		return await wecomSuiteApiTest.call({ helpers: { request } } as never, {
			id: '',
			name: '',
			type: 'wecomSuiteApi',
			data,
		});
	};

	it('is green when everything is there', async () => {
		await begin();
		expect(await test()).toEqual({ status: 'OK', message: 'Connection successful' });
		expect(await test({ providerCorpId: '', providerSecret: '' })).toMatchObject({ status: 'OK' });
	});

	it.each([
		[{ suiteId: '' }, /^The Suite ID is empty\. Find it in the WeCom provider console/],
		[{ suiteSecret: ' ' }, /^The Suite Secret is empty/],
		[{ token: '' }, /^The Token is empty/],
		[
			{ encodingAesKey: 'short' },
			/^The EncodingAESKey has 5 characters instead of 43\. .*Callback Configuration/,
		],
		[{ providerSecret: '' }, /belong together/],
		[{ suiteTicket: '' }, /^No suite_ticket received yet\. .*press Refresh Ticket/],
		[{ suiteId: 'wwother' }, /^No suite_ticket received yet/],
		[
			{ suiteTicketAt: Date.now() - 31 * 60_000 },
			/^The last suite_ticket is from .* lives for 30 minutes/,
		],
		[{ suiteTicket: 'wrong' }, /^The suite ticket is not valid \(40085\)/],
		[{ suiteSecret: 'wrong' }, /^The suite secret is wrong \(40080\)/],
		[{ providerCorpId: 'ww0' }, /^The Corp ID is not valid \(40013\)/],
		[{ providerSecret: 'wrong' }, /^The secret is wrong \(40091\)/],
		[{ baseUrl: 'qyapi' }, /^The Base URL is not a web address/],
	])('names the missing step: %j', async (overrides, message) => {
		await begin();
		expect(await test(overrides)).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(message),
		});
	});

	it('shows the IP to whitelist', async () => {
		await begin();
		simulator().control.refuseIp(true, { ip: '203.0.113.7' });
		expect((await test()).message).toMatch(/203\.0\.113\.7 \(60020\).*provider console/);
		expect(DEMO_PROVIDER.trustedIps).toEqual([]);
	});
});
