import { generateKeyPairSync } from 'node:crypto';
import { importSPKI, jwtVerify, errors } from 'jose';
import {
	allowedTarget,
	readJwtKey,
	readOrigins,
	signJwt,
	withJwt,
	type JwtKey,
} from '../../../nodes/shared/login/handover';

const ORIGINS = readOrigins(
	'app.example.com, http://localhost:3000; https://wiki.example.com:8443',
).origins;

describe('allowed hosts', () => {
	it('are https unless they say otherwise; what is no host is named', () => {
		expect(ORIGINS).toEqual([
			'https://app.example.com',
			'http://localhost:3000',
			'https://wiki.example.com:8443',
		]);
		expect(
			readOrigins('a.example/path, *.b.example, user@c.example, https://, ok.example'),
		).toEqual({
			origins: ['https://ok.example'],
			wrong: ['a.example/path', '*.b.example', 'user@c.example', 'https://'],
		});
		expect(readOrigins(undefined)).toEqual({ origins: [], wrong: [] });
	});
});

describe('targets', () => {
	it.each([
		['https://app.example.com', 'https://app.example.com/'],
		['https://app.example.com/a?b=c#d', 'https://app.example.com/a?b=c#d'],
		['HTTPS://APP.EXAMPLE.COM/A', 'https://app.example.com/A'],
		['https://app.example.com:443/', 'https://app.example.com/'],
		['https://app.example.com:', 'https://app.example.com/'],
		['http://localhost:3000/x', 'http://localhost:3000/x'],
		['https://wiki.example.com:8443/页', 'https://wiki.example.com:8443/%E9%A1%B5'],
		// Another way to write the same host: every browser opens that one.
		['https://app。example。com/', 'https://app.example.com/'],
	])('%s is allowed', (address, opened) => {
		expect(allowedTarget(address, ORIGINS)?.href).toBe(opened);
	});

	it.each([
		'',
		'/',
		'/path',
		'path',
		'//evil.example',
		'///evil.example',
		'\\\\evil.example',
		'/\\evil.example',
		'https:evil.example',
		'https:/evil.example',
		'https:///evil.example',
		'https:\\\\evil.example',
		'https://evil.example',
		'https://app.example.com.evil.example',
		'https://evil.example/app.example.com',
		'https://evil.example#app.example.com',
		'https://evil.example?https://app.example.com',
		'https://app.example.com@evil.example',
		'https://app.example.com:pw@evil.example',
		'https://user@app.example.com',
		'https://app.example.com\\@evil.example',
		'https://evil.example\\.app.example.com',
		'https://app.example.com%40evil.example',
		'https://app.example.com%00.evil.example',
		'https://app.example.com:444',
		'http://app.example.com',
		'http://localhost:3001',
		'https://localhost:3000',
		'https://xapp.example.com',
		'https://app.example.comx',
		'https://ａpp.example.com.evil.example',
		'https://аpp.example.com', // a Cyrillic a
		'https://app.exam\tple.com',
		'https://app.example.com\n',
		' https://app.example.com',
		'\u0000https://app.example.com',
		'\u200bhttps://app.example.com',
		'ht\ntps://app.example.com',
		'javascript:alert(1)',
		'javascript://app.example.com/%0aalert(1)',
		'data:text/html,x',
		'ftp://app.example.com',
		'blob:https://app.example.com/x',
		`https://app.example.com/${'a'.repeat(1000)}`,
		`https://app.example.com/${'页'.repeat(200)}`,
	])('%j is refused', (address) => {
		expect(allowedTarget(address, ORIGINS)).toBeUndefined();
	});
});

const SECRET = 'a secret of the application, 36 bytes';
const rsa = generateKeyPairSync('rsa', {
	modulusLength: 2048,
	publicKeyEncoding: { type: 'spki', format: 'pem' },
	privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const usable = (entered: string): JwtKey => {
	const key = readJwtKey(entered);
	if ('lack' in key) throw new Error(key.lack);
	return key;
};
const handover = {
	issuer: 'https://n8n.example.com/webhook/login',
	subject: 'zhangsan',
	target: new URL('https://app.example.com/in?a=1#top'),
	nonce: 'n-1',
	options: {},
	claims: { kind: 'member', userid: 'zhangsan', iss: 'never this one' },
};
const tokenOf = (url: URL) => url.searchParams.get('token')!;

describe('the JWT, read with jose', () => {
	it('HS256: every claim, nothing more', async () => {
		const url = withJwt(usable(SECRET), handover);
		expect(url.href).toMatch(/^https:\/\/app\.example\.com\/in\?a=1&token=[\w.-]+#top$/);
		const { payload, protectedHeader } = await jwtVerify(
			tokenOf(url),
			new TextEncoder().encode(SECRET),
			{ issuer: handover.issuer, audience: 'https://app.example.com', subject: 'zhangsan' },
		);
		expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
		expect(payload).toEqual({
			iss: handover.issuer,
			sub: 'zhangsan',
			aud: 'https://app.example.com',
			iat: expect.any(Number),
			nbf: payload.iat,
			exp: payload.iat! + 60,
			jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
			nonce: 'n-1',
			kind: 'member',
			userid: 'zhangsan',
		});
		const again = withJwt(usable(SECRET), handover);
		expect(tokenOf(again)).not.toBe(tokenOf(url));
	});

	it('RS256, also from a key whose line breaks got lost on the way', async () => {
		const publicKey = await importSPKI(rsa.publicKey, 'RS256');
		for (const entered of [
			rsa.privateKey,
			rsa.privateKey.replaceAll('\n', ''),
			rsa.privateKey.replaceAll('\n', ' '),
			rsa.privateKey.replaceAll('\n', '\\n'),
		]) {
			const url = withJwt(usable(entered), handover);
			const { payload } = await jwtVerify(tokenOf(url), publicKey, { algorithms: ['RS256'] });
			expect(payload.sub).toBe('zhangsan');
		}
	});

	it('options: audience, issuer, time, name and place', async () => {
		const options = {
			audience: 'wiki',
			issuer: 'us',
			expiresIn: 300,
			parameter: 'id_token',
			place: 'fragment',
		};
		for (const [hash, start] of [
			['', '#id_token='],
			['#/route', '#/route?id_token='],
			['#a=1', '#a=1&id_token='],
		]) {
			const target = new URL(`https://app.example.com/in${hash}`);
			const url = withJwt(usable(SECRET), { ...handover, target, options });
			expect(url.search).toBe('');
			expect(url.hash.startsWith(start)).toBe(true);
			const { payload } = await jwtVerify(
				url.hash.slice(start.length),
				new TextEncoder().encode(SECRET),
				{ issuer: 'us', audience: 'wiki' },
			);
			expect(payload.exp! - payload.iat!).toBe(300);
		}
	});

	it.each([
		['query', '#token=FOREIGN', /^\?token=[\w.-]+$/, ''],
		['query', '#/route?token=FOREIGN&tab=1', /^\?token=[\w.-]+$/, '#/route?tab=1'],
		['fragment', '?token=FOREIGN#token=FOREIGN', /^$/, '#token='],
		['fragment', '#a=1&%74oken=FOREIGN', /^$/, '#a=1&token='],
		['fragment', '#/route?token=FOREIGN', /^$/, '#/route?token='],
		['fragment', '#token', /^$/, '#token='],
		['fragment', '#mytoken=2', /^$/, '#mytoken=2&token='],
	])('in the %s, %s: no token but ours is left', (place, rest, search, hash) => {
		const target = new URL(`https://app.example.com/in${rest}`);
		const url = withJwt(usable(SECRET), { ...handover, target, options: { place } });
		expect(url.href).not.toContain('FOREIGN');
		expect(url.search).toMatch(search);
		expect(url.hash.startsWith(hash)).toBe(true);
		expect(url.href.match(/[?&#]token=/g)).toHaveLength(1);
	});

	it.each([
		['', ''],
		['?', ''],
		['?a=1&flag&b=x%20y+z&c=~(1)&&d', '?a=1&flag&b=x%20y+z&c=~(1)&&d'],
		['?token=old&a=%2F/&token', '?a=%2F/'],
		['?a=1&%74oken=old&mytoken=2', '?a=1&mytoken=2'],
		['?token=old', ''],
	])('leaves the rest of the query as it is written: %j', (search, rest) => {
		const target = new URL(`https://app.example.com/in${search}#top`);
		const url = withJwt(usable(SECRET), { ...handover, target });
		const start = `https://app.example.com/in${rest}${rest ? '&' : '?'}token=`;
		expect(url.href.startsWith(start)).toBe(true);
		expect(url.href.slice(start.length)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+#top$/);
	});

	it('is refused by jose when it is changed, stale or for somebody else', async () => {
		const key = usable(SECRET);
		const secret = new TextEncoder().encode(SECRET);
		const token = tokenOf(withJwt(key, handover));
		const [head, body, signature] = token.split('.');
		const other = Buffer.from(body, 'base64url').toString().replace('zhangsan', 'wangfang');
		const forged = `${head}.${Buffer.from(other).toString('base64url')}.${signature}`;
		await expect(jwtVerify(forged, secret)).rejects.toThrow(errors.JWSSignatureVerificationFailed);
		await expect(jwtVerify(token, secret, { audience: 'https://evil.example' })).rejects.toThrow(
			errors.JWTClaimValidationFailed,
		);
		await expect(jwtVerify(signJwt(key, { exp: 1 }), secret)).rejects.toThrow(errors.JWTExpired);
	});
});

describe('the key', () => {
	const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
	const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const pem = (key: typeof small.privateKey) =>
		String(key.export({ type: 'pkcs8', format: 'pem' }));
	it.each([
		['', /empty/],
		[undefined, /empty/],
		['too short', /9 characters/],
		[rsa.publicKey, /no unencrypted private key/],
		[pem(small.privateKey), /2048 bits/],
		[pem(ec.privateKey), /no RSA/],
		['-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----', /no RSA/],
		['-----BEGIN ENCRYPTED PRIVATE KEY-----AAAA-----END ENCRYPTED PRIVATE KEY-----', /unencrypted/],
	])('case %#: says what is wrong, without the key', (entered, lack) => {
		const read = readJwtKey(entered);
		expect(read).toEqual({ lack: expect.stringMatching(lack) });
		if (entered) expect(JSON.stringify(read)).not.toContain(entered);
	});
});
