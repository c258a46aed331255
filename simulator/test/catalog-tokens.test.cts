import { TOKEN_RULES, type IssuedKind } from '../tokens.cts';
import { useSimulator, type Json } from './api.cts';
import { DOWNLOAD } from '../catalog/answers.cts';
import {
	allFacts,
	call,
	catalogServed,
	completeBody,
	factsOf,
	isXml,
	send,
} from './catalog-calls.cts';

const api = useSimulator();

describe('tokens', () => {
	it('of another kind are refused by every endpoint', async () => {
		const others = {
			access_token: api.sim.control.issueToken('suite'),
			suite_access_token: api.sim.control.issueToken('corp'),
			provider_access_token: api.sim.control.issueToken('suite'),
			device_access_token: api.sim.control.issueToken('model'),
			model_access_token: api.sim.control.issueToken('device'),
			key: api.sim.control.issueToken('provider'),
		};
		const codes: Record<string, Set<number>> = {};
		for (const facts of catalogServed) {
			if (isXml(facts)) continue;
			const { json } = await call(api.sim, facts, completeBody(facts), { token: { ...others } });
			(codes[facts.token] ??= new Set()).add(json.errcode);
		}
		expect(
			Object.fromEntries(Object.entries(codes).map(([kind, set]) => [kind, [...set]])),
		).toEqual({
			none: [0],
			corp: [40014],
			suite: [40082],
			provider: [40014],
			device: [40106],
			model: [710400],
			'webhook-key': [840001],
		});
	});

	it.each([
		['suite', 'service.get_pre_auth_code', 41022, 42009],
		['provider', 'service.corpid_to_opencorpid', 41001, 42001],
		['device', 'openhw.device.gen_login_qrcode', 41001, 42021],
		['model', 'openhw.model.register_sn', 710403, 710401],
		['webhook-key', 'webhook.send', 93000, 0],
	] as Array<[IssuedKind, string, number, number]>)(
		'of the kind %s can be missing, expire and end',
		async (kind, id, missing, expired) => {
			const facts = factsOf(id);
			expect(facts.token).toBe(kind);
			const { query, wrong } = TOKEN_RULES[kind];
			const body: Json = facts.sample_request ?? completeBody(facts);
			const errcode = async (token: Record<string, string>) =>
				(await call(api.sim, facts, body, { token })).json.errcode as number;
			expect(await errcode({})).toBe(missing);
			expect(await errcode({ [query]: 'made up' })).toBe(wrong);
			const token = api.sim.control.issueToken(kind);
			expect(await errcode({ [query]: token })).toBe(0);
			api.sim.control.advanceClock(7_200_001);
			expect(await errcode({ [query]: token })).toBe(expired);
			const next = api.sim.control.issueToken(kind, { token: 'my own' });
			expect(next).toBe('my own');
			api.sim.control.endTokens(kind, { errcode: 40082 });
			expect(await errcode({ [query]: next })).toBe(40082);
			api.sim.control.issueToken(kind, { token: 'my own' });
			expect(await errcode({ [query]: next })).toBe(0);
		},
	);

	it('handed out by an endpoint work, and stay the same while they are valid', async () => {
		const suite = factsOf('service.get_suite_token');
		const get = async () =>
			(await call(api.sim, suite, suite.sample_request!)).json.suite_access_token as string;
		const token = { suite_access_token: await get() };
		expect(await get()).toBe(token.suite_access_token);
		const corpToken = factsOf('service.get_corp_token');
		const answer = await call(api.sim, corpToken, corpToken.sample_request!, { token });
		const { access_token } = answer.json as { access_token: string };
		const list = factsOf('kf.account.list');
		expect((await call(api.sim, list, {}, { token: { access_token } })).json.errcode).toBe(0);
		api.sim.control.endTokens('suite');
		expect(await get()).not.toBe(token.suite_access_token);
		api.sim.control.invalidateToken();
		const refused = await call(api.sim, list, {}, { token: { access_token } });
		expect(refused.json.errcode).toBe(40014);
	});
});

describe('files', () => {
	const uploads = catalogServed.filter(({ upload, token }) => upload && token !== 'corp');

	it('are taken in the field of the facts and need a name', async () => {
		expect(uploads.map(({ id }) => id)).toEqual(['service.media.upload']);
		for (const facts of [...uploads, factsOf('chatdata.upload_media')]) {
			const params = completeBody(facts);
			const { json } = await call(api.sim, facts, params);
			expect(json).toEqual(facts.sample_response ?? expect.objectContaining({ errcode: 0 }));
			const other = await call(api.sim, facts, params, { field: 'other' });
			expect(other.json.errcode).toBe(44001);
			expect((await call(api.sim, facts, params, { file: '' })).json.errcode).toBe(44001);
			expect((await call(api.sim, facts, {})).json.errcode).toBe(40058);
		}
	});

	it('come as a download', async () => {
		const facts = factsOf('media.get.jssdk');
		const { status, headers, content } = await call(api.sim, facts, { media_id: 'x' });
		expect(status).toBe(200);
		expect(headers).toMatchObject({
			'content-type': 'voice/speex',
			'content-disposition': 'attachment; filename="sample.speex"',
		});
		expect(content).toEqual(DOWNLOAD);
		expect((await call(api.sim, facts, {})).json.errcode).toBe(41006);
	});
});

describe('payment endpoints of api.mch.weixin.qq.com', () => {
	const xml = (fields: Record<string, unknown>) =>
		`<xml>${Object.entries(fields)
			.map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
			.join('\n')}</xml>`;

	it('read and write XML', async () => {
		const payments = allFacts.filter(isXml);
		expect(payments).toHaveLength(4);
		for (const facts of payments) {
			const url = api.sim.url + facts.path;
			const body = completeBody(facts);
			const paid = await send(url, { method: 'POST', body: xml(body) });
			expect(paid.headers['content-type']).toContain('text/xml');
			expect(paid.content.toString()).toContain('<return_code><![CDATA[SUCCESS]]></return_code>');
			const { nonce_str, ...rest } = body;
			const failed = await send(url, { method: 'POST', body: xml(rest) });
			expect(nonce_str).toBe('text');
			expect(failed.content.toString()).toContain('missing nonce_str');
		}
	});
});
