import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Lab, text, withCompiler } from './support.cts';

withCompiler()('accidents', () => {
	let lab: Lab;

	beforeEach(() => {
		lab = new Lab();
		lab.store.addKey(1);
		lab.store.add(...Array.from({ length: 20 }, (_, i) => ({ content: text(`t${i}`) })));
	});
	afterEach(async () => await lab.stop());

	const twenty = Array.from({ length: 20 }, (_, i) => String(i + 1));
	const seqs = async (query = 'after=0') => (await lab.page(query)).messages.map(({ seq }) => seq);

	test.each([
		['the network fails', 'GetChatData ret 10001'],
		['an answer is not understood', 'GetChatData ret 10002'],
		['an answer is empty', 'GetChatData garbage'],
		['an answer is cut off', 'GetChatData json {"errcode":0,"chatda'],
		['the library crashes while it asks', 'GetChatData abort'],
		['the library crashes while it decrypts', 'DecryptData abort'],
	])('%s: asked again, nobody notices', async (_what, accident) => {
		lab.store.script(accident, accident);
		await lab.start();
		expect(await seqs()).toEqual(twenty);
	});

	test('an end without a list is an end', async () => {
		lab.store.script('GetChatData json {"errcode":0,"errmsg":"ok"}');
		await lab.start();
		expect(await lab.page('after=0')).toEqual({ messages: [], next: '0', more: false });
	});

	test('a message at which the library crashes every time comes without content', async () => {
		lab.store.add({ content: 'CRASH', msgid: 'poison' }, { content: text('behind it') });
		await lab.start();
		const { messages } = await lab.page('after=0');
		expect(messages).toHaveLength(22);
		expect(messages[20]).toMatchObject({ msgid: 'poison', failed: { code: 'crashed' } });
		expect(messages[21].message).toMatchObject({ text: { content: 'behind it' } });
		// Known from then on: no more crash.
		const { restarts } = await lab.health();
		expect((await lab.page('after=0')).messages).toHaveLength(22);
		expect((await lab.health()).restarts).toEqual(restarts);
	});

	test('a call that hangs is ended by the watchdog', async () => {
		await lab.start({ WATCHDOG_SECONDS: '1' });
		lab.store.script('GetChatData sleep 60000');
		const started = Date.now();
		expect(await seqs()).toEqual(twenty);
		expect(Date.now() - started).toBeLessThan(45_000);
		expect((await lab.health()).lastError).toMatchObject({
			code: 'sdk_crashed',
			message: expect.stringContaining('within 1 seconds'),
		});
	});

	test('a killed worker is started again', async () => {
		await lab.start();
		await seqs();
		for (const pid of lab.bridge.workers()) process.kill(pid, 'SIGKILL');
		expect(await seqs()).toEqual(twenty);
	});

	test('pages that are too large are asked for in smaller pieces', async () => {
		const tooLarge = 'GetChatData json {"errcode":301058,"errmsg":"too large"}';
		lab.store.script(tooLarge, tooLarge, tooLarge);
		await lab.start();
		const first = await lab.page('after=0&limit=16');
		expect(first).toMatchObject({ next: '2', more: true });
		expect(await seqs('after=2')).toHaveLength(2);
		expect(await lab.health()).toMatchObject({ state: 'ok', lastError: { code: 'too_large' } });
	});

	test('too often: a pause, during which WeCom is not asked', async () => {
		lab.store.script(
			'GetChatData json {"errcode":45009,"errmsg":"reach max api daily quota limit"}',
		);
		await lab.start();
		const answer = await lab.ask('/v1/messages?after=0');
		expect(answer.status).toBe(503);
		expect(Number(answer.headers['retry-after'])).toBeGreaterThan(30);
		expect(answer.json()).toMatchObject({
			error: { code: 'rate_limited', todo: expect.stringContaining('POLL_SECONDS') },
		});
		expect(await lab.failure('/v1/messages?after=0')).toMatchObject({ code: 'rate_limited' });
		expect((await lab.health()).state).toBe('failing');
		await lab.bridge.stop();
		expect(lab.store.counts()[0].calls).toBe(1);
	});

	test.each([
		[301052, 'archive_expired', 'has expired'],
		[301053, 'archive_not_enabled', 'not enabled'],
		[301111, 'sdk_too_old', 'old version'],
		[301116, 'third_party', 'third party'],
		[40001, 'wrong_secret', 'secret'],
		[99999, 'unknown_code', '99999'],
	])('WeCom refuses with %i: %s', async (errcode, code, words) => {
		lab.store.script(`GetChatData json {"errcode":${errcode},"errmsg":"WeCom's words"}`);
		await lab.start();
		const failure = await lab.failure('/v1/messages?after=0');
		expect(failure).toMatchObject({ status: 502, code });
		expect(failure.message).toContain(words);
		expect(failure.message).toContain("WeCom's words");
		expect(failure.todo).not.toBe('');
		expect(await lab.health()).toMatchObject({ message: failure.message, lastError: { code } });
		expect(await seqs()).toEqual(twenty);
		expect(await lab.health()).toMatchObject({ state: 'ok', lastError: { code } });
	});

	test('the library refuses the secret: said at the first question, and a new secret needs no restart', async () => {
		await lab.start({ STAND_IN_SECRET: 'another-secret' });
		const failure = await lab.failure('/v1/messages?after=0');
		expect(failure).toMatchObject({
			status: 502,
			code: 'bad_parameter',
			message: expect.stringContaining('Init 10000'),
		});
		expect((await lab.health()).state).toBe('refused');
		lab.secret('another-secret');
		expect(await seqs()).toEqual(twenty);
	});

	test('an address that WeCom does not trust is named, with either of its two codes', async () => {
		const wecom = createServer((request, response) => {
			const refused = request.url?.startsWith('/cgi-bin/msgaudit/');
			response.end(
				JSON.stringify(
					refused
						? {
								errcode: 60020,
								errmsg:
									'not allow to access from your ip, hint: [1], from ip: 203.0.113.9, more info at https://open',
							}
						: { errcode: 0, access_token: 'token' },
				),
			);
		});
		await new Promise<void>((resolve) => wecom.listen(0, '127.0.0.1', resolve));
		try {
			await lab.start({ WECOM_API: `http://127.0.0.1:${(wecom.address() as AddressInfo).port}` });
			lab.store.script(
				'GetChatData json {"errcode":301042,"errmsg":"ip not in whitelist, from ip: 203.0.113.7"}',
				'GetChatData ret 10009',
			);
			expect(await lab.failure('/v1/messages?after=0')).toMatchObject({
				code: 'untrusted_ip',
				todo: expect.stringMatching(/The address is 203\.0\.113\.7\.$/),
			});
			expect(await lab.failure('/v1/messages?after=0')).toMatchObject({
				code: 'untrusted_ip',
				todo: expect.stringMatching(/The address is 203\.0\.113\.9\.$/),
			});
		} finally {
			wecom.close();
		}
	});

	test('everything that the library gave is given back', async () => {
		lab.store.addFile('file', Buffer.alloc(1_200_000, 7));
		await lab.start();
		lab.store.script('GetMediaData ret 10001', 'DecryptData ret 10006', 'GetChatData ret 10001');
		await seqs();
		await lab.ask('/v1/media', { body: { sdkfileid: 'file' } });
		await lab.bridge.stop();
		const counts = lab.store.counts();
		expect(counts).toHaveLength(2);
		for (const left of counts)
			expect(left).toMatchObject({ handles: 0, slices: 0, media: 0, races: 0 });
	});

	test('a library that needs four megabytes of stack is no crash', async () => {
		await lab.start({ STAND_IN_STACK: String(4 << 20) });
		expect(await seqs()).toEqual(twenty);
		expect((await lab.health()).restarts.messages).toBe(0);
	});
});
