import { Lab, samples, text, withCompiler } from './support.cts';

withCompiler()('messages', () => {
	let lab: Lab;

	beforeEach(() => {
		lab = new Lab();
		lab.store.addKey(1);
	});
	afterEach(async () => await lab.stop());

	test('every type, three key versions, digits beyond 2^53, exactly as WeCom wrote them', async () => {
		for (const version of [2, 3]) lab.store.addKey(version);
		lab.store.add(...samples.map(({ plain }, i) => ({ content: plain, version: (i % 3) + 1 })));
		const big = 2n ** 63n + 12345n;
		lab.store.add({ seq: big, content: text('big') });
		await lab.start();
		const answer = await lab.ask('/v1/messages');
		expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
		for (const { plain } of samples) expect(answer.text).toContain(`"message":${plain}}`);
		expect(answer.text).toContain('8014785094970253457');
		const { messages, next, more } = answer.json<Awaited<ReturnType<Lab['page']>>>();
		expect(messages.map(({ keyVersion }) => keyVersion).slice(0, 4)).toEqual(['1', '2', '3', '1']);
		expect({ count: messages.length, next, more }).toEqual({
			count: samples.length + 1,
			next: String(big),
			more: false,
		});
		const after = await lab.page(`after=${big - 1n}`);
		expect(after.messages.map(({ seq, msgid }) => [seq, msgid])).toEqual([[String(big), 'big']]);
		expect(await lab.page(`after=${2n ** 64n - 1n}`)).toEqual({
			messages: [],
			next: String(2n ** 64n - 1n),
			more: false,
		});
	});

	test('a stretch is read again exactly: after, until, limit', async () => {
		lab.store.add(
			...Array.from({ length: 10 }, (_, i) => ({ seq: BigInt(i * 3 + 1), content: text(`t${i}`) })),
		);
		await lab.start();
		const seqs = async (query: string) => {
			const { messages, next, more } = await lab.page(query);
			return [messages.map(({ seq }) => Number(seq)), Number(next), more];
		};
		expect(await seqs('limit=3')).toEqual([[1, 4, 7], 7, true]);
		expect(await seqs('after=7&until=16&limit=2')).toEqual([[10, 13], 13, true]);
		expect(await seqs('after=13&until=16&limit=2')).toEqual([[16], 16, false]);
		expect(await seqs('after=7&until=16&limit=3')).toEqual([[10, 13, 16], 16, false]);
		expect(await seqs('after=7&until=17')).toEqual([[10, 13, 16], 16, false]);
		// Nobody is waited for when the end of the stretch is known.
		const started = Date.now();
		expect(await seqs('after=28&until=40&wait=30')).toEqual([[], 28, false]);
		expect(Date.now() - started).toBeLessThan(25_000);
	});

	test('a plaintext with raw control characters is read, nothing dropped; what is no JSON comes as text', async () => {
		lab.store.add(
			{ msgid: 'a', content: '{"msgid":"a","text":{"content":"a\u0001b\nc\\n\u0000d\\"\u001f"}}' },
			{ msgid: 'b', content: 'no JSON at all' },
		);
		await lab.start();
		const { messages } = await lab.page('after=0');
		expect(messages[0].message).toEqual({
			msgid: 'a',
			text: { content: 'a\u0001b\nc\n\u0000d"\u001f' },
		});
		expect(messages[1]).toMatchObject({
			msgid: 'b',
			failed: { code: 'not_json' },
			text: 'no JSON at all',
		});
	});

	test('a message that comes while somebody waits is there at the next question to WeCom', async () => {
		lab.store.add({ content: text('first') });
		await lab.start();
		await lab.page('after=0');
		const waiting = lab.page('after=1&wait=20');
		await expect(
			Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 500, 'waits'))]),
		).resolves.toBe('waits');
		lab.store.add({ content: text('late') });
		const added = Date.now();
		expect((await waiting).messages.map(({ seq }) => seq)).toEqual(['2']);
		// POLL_SECONDS is 1 here.
		expect(Date.now() - added).toBeLessThan(15_000);
	});

	test('many who wait at the end ask WeCom no more often than one', async () => {
		lab.store.add({ content: text('first') });
		await lab.start();
		await Promise.all(Array.from({ length: 8 }, async () => await lab.page('after=1&wait=3')));
		await lab.bridge.stop();
		// Each asks once at the beginning, then together once a second: eight by themselves would come to 32.
		expect(lab.store.counts()[0].calls).toBeLessThan(32);
	});

	test('the newest position, over gaps', async () => {
		await lab.start();
		expect((await lab.ask('/v1/position')).json()).toEqual({ seq: '0' });
		const seqs = [5n, 6n, 1000n, 1_000_000n, 1_000_007n];
		lab.store.add(...seqs.map((seq) => ({ seq, content: text(`t${seq}`) })));
		expect((await lab.ask('/v1/position')).json()).toEqual({ seq: '1000007' });
	});

	test('a reader that was away for more than five days is told what it can have missed', async () => {
		lab.store.add({ content: text('first') });
		await lab.start();
		const day = 24 * 3600_000;
		const { gap } = await lab.page(`after=0&since=${Date.now() - 7 * day}`);
		expect(((gap?.to ?? 0) - (gap?.from ?? 0)) / day).toBeCloseTo(2, 1);
		expect((await lab.page(`after=0&since=${Date.now() - 4 * day}`)).gap).toBeUndefined();
	});

	test('a key that is missing stops before its message and says which; added, it goes on without a restart', async () => {
		lab.store.add({ content: text('one') });
		const privateKey = lab.store.addKey(2, { heldBack: true });
		lab.store.add({ content: text('two'), version: 2 }, { content: text('three'), version: 1 });
		await lab.start();
		const first = await lab.page('after=0&wait=20');
		expect(first.messages.map(({ seq }) => seq)).toEqual(['1']);
		expect(first).toMatchObject({
			next: '1',
			more: false,
			missingKey: { seq: '2', version: '2', reason: 'missing' },
		});
		expect(first.missingKey?.message).toContain('there is no file 2.pem');
		expect(first.missingKey?.todo).toContain('2.pem');
		// The answer comes at once although the reader would wait: only a person can help.
		expect(await lab.page('after=1&wait=20')).toMatchObject({
			messages: [],
			next: '1',
			missingKey: { seq: '2' },
		});
		expect(await lab.health()).toMatchObject({
			state: 'missing_key',
			todo: first.missingKey?.todo,
			keyVersions: ['1'],
		});
		lab.store.writeKey(2, privateKey);
		const rest = await lab.page('after=1');
		expect(rest.messages.map(({ seq }) => seq)).toEqual(['2', '3']);
		expect(rest.missingKey).toBeUndefined();
		expect(await lab.health()).toMatchObject({ state: 'ok', keyVersions: ['1', '2'] });
	});

	test('a wrong key stops the same way, and the right one heals it', async () => {
		const right = lab.store.addKey(2);
		lab.store.addKey(3);
		lab.store.add({ content: text('one'), version: 2 }, { content: text('two'), version: 2 });
		const wrong = lab.store.addKey(9, { heldBack: true });
		lab.store.writeKey(2, wrong);
		await lab.start();
		const stopped = await lab.page('after=0');
		expect(stopped).toMatchObject({
			messages: [],
			missingKey: { seq: '1', version: '2', reason: 'wrong' },
		});
		expect(stopped.missingKey?.message).toContain('the key in 2.pem does not open them');
		lab.store.writeKey(2, right);
		expect((await lab.page('after=0')).messages).toHaveLength(2);
	});

	test('a single message that cannot be decrypted comes without content, the others with it', async () => {
		lab.store.addKey(2);
		lab.store.add(
			{ content: text('one'), version: 1 },
			{ content: text('sealed with another key'), version: 2, claims: 1 },
			{ content: text('three'), version: 1 },
		);
		await lab.start();
		const { messages, next } = await lab.page('after=0');
		expect(messages.map(({ failed }) => failed?.code)).toEqual([undefined, 'wrong_key', undefined]);
		expect(messages[1].message).toBeUndefined();
		expect(next).toBe('3');
		lab.store.script('DecryptData ret 10006', 'DecryptData ret 10006');
		expect((await lab.page('after=0&limit=1')).messages[0].failed).toMatchObject({
			code: 'decrypt_failed',
		});
		// A decryption that fails once is repeated.
		lab.store.script('DecryptData ret 10008');
		expect((await lab.page('after=0&limit=1')).messages[0].failed).toBeUndefined();
	});
});
