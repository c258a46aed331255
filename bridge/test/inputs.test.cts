import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { http } from '../../test/support/http.cts';
import { bridgeEnvironment, PROGRAM } from '../stand-in/running-bridge.cts';
import { compileStandIn } from '../stand-in/stand-in.cts';
import { Lab, text, withCompiler } from './support.cts';

withCompiler()('what is given to the bridge', () => {
	let lab: Lab;

	beforeEach(() => {
		lab = new Lab();
		lab.store.addKey(1);
		lab.store.add({ content: text('one') });
	});
	afterEach(async () => await lab.stop());

	const refusesToStart = (env: Record<string, string>) => {
		const ended = spawnSync(process.execPath, [PROGRAM], {
			env: { ...bridgeEnvironment(lab.store), ...env },
			encoding: 'utf8',
			timeout: 20_000,
		});
		expect(ended.status).toBe(2);
		expect(ended.stdout).toBe('');
		return ended.stderr;
	};

	test('a bad token, address or number: a sentence, and no bridge', () => {
		const file = join(lab.store.folder, 'short');
		writeFileSync(file, `${'x'.repeat(31)}\n`);
		expect(refusesToStart({ BRIDGE_TOKEN_FILE: file })).toMatch(
			/^The token in BRIDGE_TOKEN_FILE has 31 characters and needs at least 32\. Make one with /,
		);
		writeFileSync(file, 'with spaces '.repeat(4));
		expect(refusesToStart({ BRIDGE_TOKEN_FILE: file })).toContain('holds spaces');
		expect(refusesToStart({ BRIDGE_TOKEN_FILE: '' })).toContain('BRIDGE_TOKEN_FILE is not set');
		expect(refusesToStart({ BRIDGE_TOKEN_FILE: join(lab.store.folder, 'none') })).toContain(
			'cannot be read (ENOENT)',
		);
		expect(refusesToStart({ PORT: '70000' })).toContain(
			'PORT is "70000". Set it to a whole number from 0 to 65535.',
		);
		expect(refusesToStart({ POLL_SECONDS: 'soon' })).toContain('POLL_SECONDS is "soon"');
		expect(refusesToStart({ HOST: '203.0.113.1' })).toContain('cannot listen on 203.0.113.1');
	});

	test('an unknown command, --help and --version', () => {
		const run = (...args: string[]) =>
			spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
		expect(run('strat').stderr).toContain('There is no command "strat"');
		expect(run('--help').stdout).toContain('ARCHIVE_SECRET_FILE');
		const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8'));
		expect(run('--version').stdout).toBe(`${version}\n`);
	});

	const otherLibrary = (change: (bytes: Buffer) => Buffer) => {
		const path = join(lab.store.folder, 'other.so');
		writeFileSync(path, change(readFileSync(compileStandIn())));
		return path;
	};
	const pem = (type: 'rsa' | 'rsa-pss' | 'ec', bits = 2048, passphrase?: string) =>
		generateKeyPairSync(
			type as 'rsa',
			{
				modulusLength: bits,
				...(type === 'ec' && { namedCurve: 'P-256' }),
				publicKeyEncoding: { type: 'spki', format: 'pem' },
				privateKeyEncoding: {
					type: 'pkcs8',
					format: 'pem',
					...(passphrase && { cipher: 'aes-256-cbc', passphrase }),
				},
			} as Parameters<typeof generateKeyPairSync>[1] as never,
		) as unknown as { publicKey: string; privateKey: string };

	/** Each: what is done, the state, what is said, and what makes it right again without a restart. */
	const cases: Array<[string, string, RegExp, () => Record<string, string>]> = [
		[
			'no library',
			'sdk_missing',
			/SDK_PATH does not exist/,
			() => ({ SDK_PATH: '/nowhere/lib.so' }),
		],
		['no path of a library', 'sdk_missing', /SDK_PATH is not set/, () => ({ SDK_PATH: '' })],
		[
			'a folder as library',
			'sdk_missing',
			/names a folder/,
			() => ({ SDK_PATH: lab.store.folder }),
		],
		[
			'the Windows library',
			'sdk_unloadable',
			/for Windows/,
			() => ({ SDK_PATH: otherLibrary(() => Buffer.from('MZ'.padEnd(200, 'x'))) }),
		],
		[
			'the packed library',
			'sdk_unloadable',
			/packed archive/,
			() => ({ SDK_PATH: otherLibrary(() => Buffer.from([0x1f, 0x8b, 8, 0])) }),
		],
		[
			'a text as library',
			'sdk_unloadable',
			/not a library for Linux/,
			() => ({ SDK_PATH: otherLibrary(() => Buffer.from('<html>')) }),
		],
		[
			'a library for another processor',
			'sdk_unloadable',
			/is the library for (arm64|x86 \(64 bits\)), and this machine is (x86 \(64 bits\)|arm64)/,
			() => ({
				SDK_PATH: otherLibrary(
					(bytes) => (bytes.writeUInt16LE(process.arch === 'x64' ? 183 : 62, 18), bytes),
				),
			}),
		],
		[
			'half a library',
			'sdk_unloadable',
			/cannot be loaded/,
			() => ({ SDK_PATH: otherLibrary((bytes) => bytes.subarray(0, 5000)) }),
		],
		['no corp ID', 'not_configured', /CORP_ID is not set/, () => ({ CORP_ID: '' })],
		[
			'no secret',
			'not_configured',
			/ARCHIVE_SECRET_FILE is not set/,
			() => ({ ARCHIVE_SECRET_FILE: '' }),
		],
		[
			'an unreadable secret',
			'not_configured',
			/ARCHIVE_SECRET_FILE cannot be read \(ENOENT\)/,
			() => ({ ARCHIVE_SECRET_FILE: '/nowhere' }),
		],
		[
			'an empty secret',
			'not_configured',
			/ARCHIVE_SECRET_FILE is empty/,
			() => (lab.secret(''), {}),
		],
		[
			'no folder of keys',
			'not_configured',
			/KEYS_DIR cannot be read/,
			() => ({ KEYS_DIR: '/nowhere' }),
		],
		['a wrong proxy', 'not_configured', /PROXY is not an address/, () => ({ PROXY: 'proxy:3128' })],
		[
			'a key without a version',
			'not_configured',
			/no private key in the folder of KEYS_DIR: the name of private\.pem is not a version/,
			() => (
				rmSync(join(lab.store.keysDir, '1.pem')),
				lab.store.writeKey('private', pem('rsa').privateKey),
				{}
			),
		],
		[
			'two keys of one version',
			'not_configured',
			/^01\.pem and 1\.pem are both the key of version 1/,
			() => (lab.store.writeKey('01', pem('rsa').privateKey), {}),
		],
		[
			'a key that is not RSA',
			'not_configured',
			/2\.pem is not an RSA key \(ec\)/,
			() => (lab.store.writeKey(2, pem('ec').privateKey), {}),
		],
		[
			'an RSA key of 1024 bits',
			'not_configured',
			/2\.pem has 1024 bits/,
			() => (lab.store.writeKey(2, pem('rsa', 1024).privateKey), {}),
		],
		[
			'a public key',
			'not_configured',
			/2\.pem holds a public key/,
			() => (lab.store.writeKey(2, pem('rsa').publicKey), {}),
		],
		[
			'a key with a passphrase',
			'not_configured',
			/2\.pem is protected by a passphrase/,
			() => (lab.store.writeKey(2, pem('rsa', 2048, 'x').privateKey), {}),
		],
		[
			'something else as key',
			'not_configured',
			/2\.pem holds no private key/,
			() => (lab.store.writeKey(2, 'hello'), {}),
		],
	];
	test.each(cases)('%s: %s, and nothing is half-started', async (_what, state, words, prepare) => {
		bridgeEnvironment(lab.store);
		await lab.start(prepare());
		const failure = await lab.failure('/v1/messages?after=0');
		expect(failure.status).toBe(503);
		expect(failure.message).toMatch(words);
		expect(failure.todo).toMatch(/\.$|2048$|1\.pem$/);
		const health = await lab.health();
		expect(health).toMatchObject({ api: 1, state, message: failure.message, todo: failure.todo });
		expect(await lab.failure('/v1/media', { body: { sdkfileid: 'x' } })).toMatchObject({
			status: 503,
			message: failure.message,
		});
		expect(lab.bridge.workers()).toEqual([]);
	});

	test('what was wrong is mended without a restart', async () => {
		lab.store.writeKey('01', pem('rsa').privateKey);
		const library = join(lab.store.folder, 'later', 'libWeWorkFinanceSdk_C.so');
		await lab.start({ SDK_PATH: library });
		expect((await lab.health()).state).toBe('not_configured');
		rmSync(join(lab.store.keysDir, '01.pem'));
		expect((await lab.health()).state).toBe('sdk_missing');
		mkdirSync(join(library, '..'));
		writeFileSync(library, readFileSync(compileStandIn()));
		expect(await lab.health('?check=true')).toMatchObject({
			state: 'ok',
			keyVersions: ['1'],
			sdk: { md5: expect.stringMatching(/^[0-9a-f]{32}$/) },
		});
		expect((await lab.page('after=0')).messages).toHaveLength(1);
	});

	test('questions: who asks, and what for', async () => {
		await lab.start();
		const { url, token } = lab.bridge;
		for (const authorization of ['', 'Bearer x', token, `Bearer ${token}x`, `Basic ${token}`]) {
			const answer = await http(`${url}/v1/messages`, { headers: { authorization } });
			expect(answer.status).toBe(401);
			expect(answer.headers['wecom-chat-archive-bridge']).toBe('1');
			expect(answer.json()).toMatchObject({ error: { code: 'unauthorized' } });
		}
		for (const query of [
			'after=-1',
			'after=1.5',
			'after=18446744073709551616',
			'until=x',
			'limit=0',
			'limit=1001',
			'limit=x',
			'wait=56',
			'since=x',
		]) {
			expect(await lab.failure(`/v1/messages?${query}`)).toMatchObject({
				status: 400,
				code: 'bad_request',
				message: expect.stringContaining(query.split('=')[0]),
			});
		}
		for (const path of ['/v2/messages', '/', '/v1/messages/x']) {
			expect(await lab.failure(path)).toMatchObject({
				status: 404,
				message: expect.stringContaining('speaks version 1'),
			});
		}
		expect(await lab.failure('/v1/messages', { method: 'DELETE' })).toMatchObject({ status: 404 });
	});

	test('bodies', async () => {
		await lab.start();
		const media = async (body: unknown) => await lab.failure('/v1/media', { body });
		expect(await media('sdkfileid=x')).toMatchObject({
			status: 400,
			message: 'The body is not JSON.',
		});
		expect(await media('[]')).toMatchObject({
			status: 400,
			message: 'The body is not a JSON object.',
		});
		expect(await media({})).toMatchObject({
			status: 400,
			message: expect.stringContaining('sdkfileid'),
		});
		expect(await media({ sdkfileid: 'a b' })).toMatchObject({ status: 400 });
		expect(await media({ sdkfileid: 'x', md5sum: 'x' })).toMatchObject({
			status: 400,
			message: expect.stringContaining('md5sum'),
		});
		expect(await media({ sdkfileid: 'x'.repeat(70_000) })).toMatchObject({
			status: 413,
			message: 'The body is larger than 64 KB.',
		});
	});

	test('more than 32 readers at once are asked to come back', async () => {
		await lab.start();
		const waiting = Array.from({ length: 32 }, async () => await lab.page('after=1&wait=3'));
		// All of them are being answered once this one is.
		await lab.health();
		const answer = await lab.ask('/v1/messages?after=0');
		expect(answer.status).toBe(429);
		expect(answer.headers['retry-after']).toBe('5');
		expect(await lab.health()).toMatchObject({ state: 'ok' });
		await Promise.all(waiting);
		expect((await lab.page('after=0')).messages).toHaveLength(1);
	});

	test('"health" says how the running bridge is and what to do', async () => {
		await lab.start();
		const env = { ...bridgeEnvironment(lab.store), PORT: new URL(lab.bridge.url).port };
		const ask = (more: Record<string, string> = {}, ...options: string[]) =>
			spawnSync(process.execPath, [PROGRAM, 'health', ...options], {
				env: { ...env, ...more },
				encoding: 'utf8',
			});
		expect(ask({}, '--quick')).toMatchObject({
			status: 0,
			stdout: 'ok: Settings, keys and library are in place. WeCom has not been asked yet. \n',
		});
		expect(ask()).toMatchObject({ status: 0, stdout: 'ok: The bridge reads the archive. \n' });
		expect(ask({}, '--slow').stderr).toContain('There is no command "health --slow"');
		// What WeCom refuses is found out by asking it, not by waiting for the next reader.
		lab.store.script('GetChatData json {"errcode":301053,"errmsg":"not enabled"}');
		expect(ask({}, '--quick')).toMatchObject({ status: 0 });
		expect(ask()).toMatchObject({
			status: 1,
			stdout: expect.stringMatching(/^refused: The chat archive .* is not enabled.*Enable it/),
		});
		expect(ask({}, '--quick')).toMatchObject({ status: 1 });
		expect(ask()).toMatchObject({ status: 0 });
		lab.store.writeKey(2, 'hello');
		expect(ask()).toMatchObject({
			status: 1,
			stdout: expect.stringContaining('not_configured: 2.pem holds no private key'),
		});
		expect(ask({ PORT: '1' })).toMatchObject({
			status: 1,
			stdout: expect.stringContaining('There is no answer'),
		});
	});

	test('an empty archive: health says what can be behind it', async () => {
		const empty = new Lab();
		empty.store.addKey(1);
		try {
			await empty.start();
			expect(await empty.health('?check=true')).toMatchObject({
				state: 'ok',
				message: expect.stringContaining('no messages of the last five days'),
				todo: expect.stringContaining('choose the members'),
			});
			expect((await empty.page('after=0')).messages).toEqual([]);
			expect((await empty.health()).todo).not.toBe('');
			empty.store.add({ content: text('one') });
			await empty.page('after=0');
			expect(await empty.health()).toMatchObject({ todo: '' });
		} finally {
			await empty.stop();
		}
	});

	test('a key that was missing is not missed any more once it is there', async () => {
		const key = lab.store.addKey(2, { heldBack: true });
		lab.store.add({ content: text('two'), version: 2 });
		await lab.start();
		await lab.page('after=0');
		expect(await lab.health()).toMatchObject({ state: 'missing_key' });
		lab.store.writeKey(2, key);
		expect(await lab.health()).toMatchObject({ state: 'ok', keyVersions: ['1', '2'] });
	});

	test('what failed with a file is over when WeCom answers', async () => {
		await lab.start();
		lab.store.script(...Array.from({ length: 5 }, () => 'GetMediaData ret 10001'));
		await lab.failure('/v1/media', { body: { sdkfileid: 'x' } });
		expect(await lab.health()).toMatchObject({ state: 'failing', lastError: { code: 'network' } });
		expect(await lab.health('?check=true')).toMatchObject({
			state: 'ok',
			lastError: { code: 'network' },
		});
	});

	test('nothing secret is in the log, in the answers or in what the system shows of the processes', async () => {
		await lab.start({
			STAND_IN_SECRET: 'another-secret',
			PROXY: 'http://user:proxy-password@127.0.0.1:1',
		});
		const seen = [
			JSON.stringify(await lab.failure('/v1/messages?after=0')),
			JSON.stringify(await lab.health('?check=true')),
			lab.bridge.log(),
		];
		lab.secret('another-secret');
		await lab.page('after=0');
		for (const pid of [lab.bridge.child.pid, ...lab.bridge.workers()])
			seen.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
		for (const secret of [
			'another-secret',
			'secret-of-the-archive',
			lab.bridge.token,
			'proxy-password',
			'PRIVATE KEY',
		])
			for (const text of seen) expect(text).not.toContain(secret);
	});
});
