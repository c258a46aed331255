import { DEMO_PROVIDER, DEMO_SUITE, DEMO_TEMPLATE } from '../suite/data.cts';
import { useSuites } from './suite-api.cts';

const api = useSuites();
const MINUTE = 60_000;
const GET = 'service/get_suite_token';
const request = (changes = {}) => ({
	suite_id: DEMO_SUITE.suiteId,
	suite_secret: DEMO_SUITE.suiteSecret,
	suite_ticket: api.sim.control.issueTicket(DEMO_SUITE.suiteId),
	...changes,
});

describe('get_suite_token', () => {
	it('gives the same token while it is valid, without errcode', async () => {
		const first = await api.post(GET, request());
		expect(first).toEqual({ suite_access_token: expect.any(String), expires_in: 7200 });
		expect(await api.post(GET, request())).toEqual(first);
		const token = { suite_access_token: first.suite_access_token };
		expect((await api.get('service/get_pre_auth_code', token)).errcode).toBe(0);

		api.sim.control.advanceClock(7201 * 1000);
		expect((await api.get('service/get_pre_auth_code', token)).errcode).toBe(42009);
		const second = await api.post(GET, request());
		expect(second.suite_access_token).not.toBe(first.suite_access_token);
		expect(api.sim.control.tokenFetches().suites).toEqual({ [DEMO_SUITE.suiteId]: 3 });
	});

	it.each([
		[41021, { suite_id: '' }],
		[41024, { suite_secret: '' }],
		[41023, { suite_ticket: '' }],
		[40083, { suite_id: 'ww0000000000000000' }],
		[40080, { suite_secret: DEMO_TEMPLATE.suiteSecret }],
		[40085, { suite_ticket: 'never pushed' }],
	])('answers %i', async (errcode, changes) => {
		expect(await api.post(GET, request(changes))).toMatchObject({ errcode });
		expect(api.sim.control.tokenFetches().suites).toEqual({});
	});

	it('takes a ticket of this suite for 30 minutes, also after newer ones', async () => {
		const old = request();
		const foreign = { suite_ticket: api.sim.control.issueTicket(DEMO_TEMPLATE.suiteId) };
		expect((await api.post(GET, request(foreign))).errcode).toBe(40085);
		api.sim.control.advanceClock(29 * MINUTE);
		const next = request();
		expect((await api.post(GET, old)).errcode).toBeUndefined();
		api.sim.control.advanceClock(1 * MINUTE);
		expect((await api.post(GET, old)).errcode).toBe(40085);
		expect((await api.post(GET, next)).errcode).toBeUndefined();
	});

	it.each([
		[41022, 'missing', undefined],
		[40082, 'made up', undefined],
		[40082, 'ended', 40082],
		[42009, 'ended', 42009],
	] as const)('calls get %i with a token that is %s', async (errcode, how, ending) => {
		const suite_access_token = how === 'ended' ? await api.suiteToken() : how;
		if (ending) api.sim.control.invalidateSuiteToken(DEMO_SUITE.suiteId, { errcode: ending });
		const query: Record<string, string> = how === 'missing' ? {} : { suite_access_token };
		expect((await api.get('service/get_pre_auth_code', query)).errcode).toBe(errcode);
		expect(await api.suiteToken()).not.toBe(suite_access_token);
	});

	it('keeps two suites apart', async () => {
		const [mine, template] = [await api.suiteToken(), await api.suiteToken(DEMO_TEMPLATE)];
		expect(template).not.toBe(mine);
		api.sim.control.invalidateSuiteToken(DEMO_TEMPLATE.suiteId);
		expect(await api.suiteToken()).toBe(mine);
		expect(await api.suiteToken(DEMO_TEMPLATE)).not.toBe(template);
	});
});

describe('the IP whitelist', () => {
	it('of a suite refuses its calls with the address', async () => {
		const suite_access_token = await api.suiteToken();
		api.sim.control.setSuite(DEMO_SUITE.suiteId, { trustedIps: ['198.51.100.7'] });
		const refused = await api.post(GET, request());
		expect(refused.errcode).toBe(60020);
		expect(refused.errmsg).toContain('from ip: 127.0.0.1,');
		const call = async () => await api.get('service/get_pre_auth_code', { suite_access_token });
		expect((await call()).errcode).toBe(60020);
		api.sim.control.setCallerIp('198.51.100.7');
		expect((await call()).errcode).toBe(0);
	});

	it('of the provider and of refuseIp', async () => {
		const corpid = api.sim.control.addCompanies(1)[0].corpid;
		const access_token = await api.corpToken(corpid);
		api.sim.control.refuseIp(true, { ip: '203.0.113.9' });
		expect((await api.post(GET, request())).errmsg).toContain('from ip: 203.0.113.9,');
		const user = await api.get('user/get', { access_token, userid: 'boss' });
		expect(user).toMatchObject({ errcode: 60020 });
		api.sim.control.refuseIp(false);
		api.sim.control.setProvider({ trustedIps: ['198.51.100.7'] });
		const body = { corpid: DEMO_PROVIDER.corpid, provider_secret: DEMO_PROVIDER.secret };
		expect((await api.post('service/get_provider_token', body)).errcode).toBe(60020);
		expect((await api.post(GET, request())).errcode).toBeUndefined();
	});
});

describe('get_provider_token', () => {
	it('gives the same token while it is valid, without errcode', async () => {
		const body = { corpid: DEMO_PROVIDER.corpid, provider_secret: DEMO_PROVIDER.secret };
		const first = await api.post('service/get_provider_token', body);
		expect(first).toEqual({ provider_access_token: expect.any(String), expires_in: 7200 });
		expect(await api.providerToken()).toBe(first.provider_access_token);
		expect(api.sim.control.tokenFetches().provider).toBe(2);
		api.sim.control.invalidateProviderToken({ errcode: 42001 });
		const query = { provider_access_token: first.provider_access_token };
		const old = await api.post('service/corpid_to_opencorpid', { corpid: 'x' }, query);
		expect(old.errcode).toBe(42001);
		expect(await api.providerToken()).not.toBe(first.provider_access_token);
	});

	it('refuses a wrong corpid and a wrong secret', async () => {
		const { corpid, secret: provider_secret } = DEMO_PROVIDER;
		const post = async (body: object) =>
			(await api.post('service/get_provider_token', body)).errcode as number;
		expect(await post({ corpid: DEMO_SUITE.suiteId, provider_secret })).toBe(40013);
		expect(await post({ corpid, provider_secret: 'wrong' })).toBe(40091);
		expect(await post({ provider_secret })).toBe(41002);
	});
});

describe('ids and links', () => {
	it('corpid_to_opencorpid knows the companies that authorized', async () => {
		const [company] = api.sim.control.addCompanies(1);
		const query = { provider_access_token: await api.providerToken() };
		const convert = async () =>
			await api.post('service/corpid_to_opencorpid', { corpid: company.corpid }, query);
		expect((await convert()).errcode).toBe(40013);
		await api.permanentCode(company.corpid);
		const { open_corpid } = await convert();
		expect(open_corpid).toMatch(/^wp.{30}$/);
		expect((await convert()).open_corpid).toBe(open_corpid);
	});

	it('get_customized_auth_url makes a link that authorizes templates, with state', async () => {
		const [company] = api.sim.control.addCompanies(1);
		const query = { provider_access_token: await api.providerToken() };
		const link = async (state: string, ...templateid_list: string[]) =>
			await api.post('service/get_customized_auth_url', { state, templateid_list }, query);
		expect((await link('a-b', DEMO_TEMPLATE.suiteId)).errcode).toBe(84025);
		expect((await link('a', DEMO_SUITE.suiteId)).errcode).toBe(842003);
		expect((await link('a', 'dk0000')).errcode).toBe(84020);
		expect((await link('a', ...Array<string>(10).fill('dk0000'))).errcode).toBe(842004);
		const made = await link('shop7', DEMO_TEMPLATE.suiteId);
		expect(made).toMatchObject({ errcode: 0, expires_in: 864_000 });

		const page = await fetch(made.qrcode_url);
		expect(await page.text()).toContain(company.name);
		const body = new URLSearchParams({ corpid: company.corpid, decision: 'allow' });
		const done = await fetch(made.qrcode_url, { method: 'POST', body });
		expect(await done.text()).toContain('create_auth: success');
		expect(api.receiver.last('State')).toBe('shop7');
		const token = { suite_access_token: await api.suiteToken(DEMO_TEMPLATE) };
		const auth_code = api.receiver.last('AuthCode');
		const answer = await api.post('service/v2/get_permanent_code', { auth_code }, token);
		expect(answer).toMatchObject({ errcode: 0, state: 'shop7' });
		api.sim.control.advanceClock(864_001_000);
		await expect(api.sim.control.scanAuthUrl(made.qrcode_url, company.corpid)).rejects.toThrow(
			'expired',
		);
	});

	it('get_app_qrcode gives a picture or a link, of third-party apps', async () => {
		const query = { suite_access_token: await api.suiteToken() };
		const path = 'service/get_app_qrcode';
		const body = { suite_id: DEMO_SUITE.suiteId, state: 'poster1' };
		const { qrcode } = await api.post(path, { ...body, result_type: 2 }, query);
		const [push] = await api.sim.control.scanAuthUrl(
			qrcode,
			api.sim.control.addCompanies(1)[0].corpid,
		);
		expect(push).toMatchObject({ ok: true, infoType: 'create_auth' });
		expect(api.receiver.last('State')).toBe('poster1');
		const image = await fetch(`${api.sim.url}/cgi-bin/${path}?${new URLSearchParams(query)}`, {
			method: 'POST',
			body: JSON.stringify(body),
		});
		expect(image.headers.get('content-type')).toBe('image/png');
		expect(
			Buffer.from(await image.arrayBuffer())
				.subarray(1, 4)
				.toString(),
		).toBe('PNG');
		const other = await api.post(path, { suite_id: 'ww00' }, query);
		expect(other.errcode).toBe(48003);
		const template = { suite_access_token: await api.suiteToken(DEMO_TEMPLATE) };
		expect((await api.post(path, { suite_id: DEMO_TEMPLATE.suiteId }, template)).errcode).toBe(
			60214,
		);
	});
});
