import { createHash } from 'node:crypto';
import { WecomApi } from '../../../credentials/WecomApi.credentials';
import { TokenFailure } from '../../../nodes/shared/protocol/errors';
import {
	fingerprint,
	holdsValidToken,
	obtainToken,
	type HttpRequest,
} from '../../../nodes/shared/credentials/tokens';

let corp = 0;
const settings = (overrides = {}) => ({
	corpId: `ww${++corp}`,
	corpSecret: 'not-a-real-one',
	baseUrl: 'http://127.0.0.1:1',
	...overrides,
});

/** A gettoken that answers in turn with the given replies, and counts. */
function gettoken(...replies: object[]) {
	const calls: Array<Record<string, unknown>> = [];
	const request: HttpRequest = async (options) => {
		calls.push(options as unknown as Record<string, unknown>);
		const reply = replies[Math.min(calls.length, replies.length) - 1];
		if (reply instanceof Error) throw reply;
		return { statusCode: 200, body: JSON.stringify(reply) };
	};
	return { request, calls };
}
const issue = (token: string, expires_in = 7200) => ({
	errcode: 0,
	errmsg: 'ok',
	access_token: token,
	expires_in,
});

describe('fingerprint', () => {
	it('is a hash of base URL, Corp ID and Secret, whatever spaces were pasted along', () => {
		const plain = { corpId: 'ww1', corpSecret: 's', baseUrl: 'https://qyapi.weixin.qq.com' };
		expect(fingerprint(plain)).toBe(
			createHash('sha256')
				.update(JSON.stringify([plain.baseUrl, 'ww1', 's']))
				.digest('hex'),
		);
		expect(
			fingerprint({ corpId: ' ww1\n', corpSecret: 's ', baseUrl: 'https://qyapi.weixin.qq.com/ ' }),
		).toBe(fingerprint(plain));
		expect(fingerprint({ corpId: 'ww1', corpSecret: 's' })).toBe(fingerprint(plain));
	});

	it.each(['corpId', 'corpSecret', 'baseUrl'])('changes with %s', (field) => {
		const plain = { corpId: 'ww1', corpSecret: 's', baseUrl: 'https://a.example' };
		expect(fingerprint({ ...plain, [field]: 'https://b.example' })).not.toBe(fingerprint(plain));
	});
});

describe('holdsValidToken', () => {
	const base = { corpId: 'ww1', corpSecret: 's' };
	const good = {
		...base,
		accessToken: 'T',
		accessTokenExpiresAt: Date.now() + 60_000,
		accessTokenFor: fingerprint(base),
	};
	it('accepts a token for these settings that has not expired', () =>
		expect(holdsValidToken(good)).toBe(true));
	it('refuses an expired one', () =>
		expect(holdsValidToken({ ...good, accessTokenExpiresAt: Date.now() - 1 })).toBe(false));
	it('refuses one for another secret', () =>
		expect(holdsValidToken({ ...good, corpSecret: 'other' })).toBe(false));
	it('refuses none', () => expect(holdsValidToken({ ...good, accessToken: '' })).toBe(false));
});

describe('obtainToken', () => {
	it('asks once for any number of callers, and not again while the token is valid', async () => {
		const { request, calls } = gettoken(issue('T1'), issue('T2'));
		const credentials = settings();
		const tokens = await Promise.all(
			Array.from({ length: 50 }, () => obtainToken({ ...credentials }, request)),
		);
		tokens.push(await obtainToken(credentials, request));
		expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['T1']));
		expect(calls).toHaveLength(1);
		expect(calls[0]).toMatchObject({
			url: 'http://127.0.0.1:1/cgi-bin/gettoken',
			qs: { corpid: credentials.corpId },
		});
	});

	it('returns exactly the fields to store, the expiry a few seconds early', async () => {
		const credentials = settings();
		const before = Date.now();
		const token = await obtainToken(credentials, gettoken(issue('T1')).request);
		expect(Object.keys(token).sort()).toEqual([
			'accessToken',
			'accessTokenExpiresAt',
			'accessTokenFor',
		]);
		expect(token.accessTokenFor).toBe(fingerprint(credentials));
		expect(Number(token.accessTokenExpiresAt) - before).toBeGreaterThanOrEqual(7190_000);
		expect(Number(token.accessTokenExpiresAt) - before).toBeLessThan(7200_000);
	});

	it('still stores a token that WeCom gives back shortly before its end', async () => {
		const token = await obtainToken(settings(), gettoken(issue('T1', 5)).request);
		expect(Number(token.accessTokenExpiresAt)).toBeGreaterThan(Date.now() + 4000);
	});

	it('asks again for a refused token, once for many callers', async () => {
		const { request, calls } = gettoken(issue('T1'), issue('T2'));
		const credentials = settings();
		await obtainToken(credentials, request);
		const again = async () => await obtainToken({ ...credentials }, request, 'T1');
		const tokens = await Promise.all([again(), again()]);
		expect(tokens.map(({ accessToken }) => accessToken)).toEqual(['T2', 'T2']);
		expect((await again()).accessToken).toBe('T2');
		expect(calls).toHaveLength(2);
	});

	it('does not ask on and on when WeCom keeps giving out the token it refuses', async () => {
		const { request, calls } = gettoken(issue('T1'));
		const credentials = settings();
		await obtainToken(credentials, request);
		for (let i = 0; i < 5; i++)
			expect((await obtainToken(credentials, request, 'T1')).accessToken).toBe('T1');
		expect(calls).toHaveLength(2);
	});

	it.each([40001, 40013, 50003])(
		'does not repeat a request refused with %i: WeCom would block the IP',
		async (errcode) => {
			const { request, calls } = gettoken({ errcode, errmsg: 'no' });
			const credentials = settings();
			for (let i = 0; i < 3; i++) {
				await expect(obtainToken(credentials, request)).rejects.toThrow(`(${errcode})`);
			}
			expect(calls).toHaveLength(1);
			await expect(
				obtainToken({ ...credentials, corpSecret: 'corrected' }, gettoken(issue('T9')).request),
			).resolves.toMatchObject({
				accessToken: 'T9',
			});
		},
	);

	it('asks again after WeCom was busy', async () => {
		const { request, calls } = gettoken({ errcode: -1, errmsg: 'system busy' }, issue('T1'));
		const credentials = settings();
		await expect(obtainToken(credentials, request)).rejects.toThrow('(-1)');
		await expect(obtainToken(credentials, request)).resolves.toMatchObject({ accessToken: 'T1' });
		expect(calls).toHaveLength(2);
	});

	it('tells of an unreachable host without the request, which holds the secret', async () => {
		const leaky = Object.assign(new Error('connect ECONNREFUSED ?corpsecret=not-a-real-one'), {
			code: 'ECONNREFUSED',
			config: { params: { corpsecret: 'not-a-real-one' } },
		});
		const error = await obtainToken(settings(), gettoken(leaky).request).catch(
			(e: unknown) => e as TokenFailure,
		);
		expect(error).toBeInstanceOf(TokenFailure);
		expect((error as TokenFailure).message).toBe(
			'WeCom cannot be reached at http://127.0.0.1:1 (nothing listens at that address)',
		);
		expect(
			JSON.stringify(error) + String((error as Error).stack) + String((error as Error).cause),
		).not.toContain('not-a-real-one');
	});

	it('tells of a host that is not WeCom', async () => {
		const request: HttpRequest = async () => ({
			statusCode: 502,
			body: '<html>Bad gateway</html>',
		});
		await expect(obtainToken(settings(), request)).rejects.toThrow(
			"answered HTTP 502 without WeCom's JSON",
		);
		await expect(obtainToken(settings(), gettoken({ hello: 'world' }).request)).rejects.toThrow(
			"without WeCom's JSON",
		);
	});
});

describe('the credential', () => {
	const credential = new WecomApi();
	const run = (credentials: object, request: HttpRequest) =>
		credential.preAuthentication.call(
			{ helpers: { httpRequest: request } } as never,
			credentials as never,
		);

	it('stores nothing while the stored token is good', async () => {
		const credentials = settings();
		const { request, calls } = gettoken(issue('T1'));
		const stored = await run(credentials, request);
		expect(stored).toMatchObject({ accessToken: 'T1', refreshGuard: '' });
		expect(await run({ ...credentials, ...stored }, request)).toEqual({});
		expect(calls).toHaveLength(1);
	});

	it('adds the token to the query and keeps the rest', async () => {
		const options = {
			url: 'https://qyapi.weixin.qq.com/x',
			qs: { userid: 'u' },
			headers: { a: 'b' },
		};
		const authenticate = credential.authenticate as (
			credentials: object,
			options: object,
		) => Promise<object>;
		expect(await authenticate({ accessToken: 'T1' }, options)).toEqual({
			...options,
			qs: { userid: 'u', access_token: 'T1' },
		});
	});

	it('masks every stored secret, and keeps the guard out of the mask so that it stays empty', () => {
		const byName = new Map(credential.properties.map((property) => [property.name, property]));
		for (const name of ['corpSecret', 'token', 'encodingAesKey', 'accessToken', 'accessTokenFor']) {
			expect(byName.get(name)?.typeOptions?.password).toBe(true);
		}
		expect(byName.get('refreshGuard')).toMatchObject({
			type: 'hidden',
			default: '',
			typeOptions: { expirable: true },
		});
		expect(byName.get('refreshGuard')?.typeOptions?.password).toBeUndefined();
	});
});
