/** From the archive into n8n: the trigger with n8n-core's own context, the bridge, the stand-in. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject } from 'n8n-workflow';
import { readTimings } from '../../nodes/WecomChatArchiveTrigger/read';
import { sleep, until as settled } from '../../test/support/wait.cts';
import { binaryBytes } from '../../test/support/harness.cts';
import { bridgeEnvironment, startBridge } from '../stand-in/running-bridge.cts';
import { FakeN8n, type Outcome } from './reading-n8n.cts';
import { Lab, samples, text, withCompiler } from './support.cts';

Object.assign(readTimings, {
	wait: 1,
	retryFirst: 10,
	retryMost: 200,
	recheck: 100,
	patience: 60_000,
});

const until = async (what: string, condition: () => boolean, within = 60_000) =>
	await settled(what, condition, { within });

withCompiler()('reading the archive in n8n', () => {
	let lab: Lab;
	let n8n: FakeN8n;

	beforeEach(async () => {
		lab = new Lab();
		lab.store.addKey(1);
		await lab.start();
		n8n = new FakeN8n(lab.bridge.url, lab.bridge.token);
	});
	afterEach(async () => {
		await n8n.stop();
		await lab.stop();
	});

	const texts = (count: number, name = 't') =>
		Array.from({ length: count }, (_, i) => ({ content: text(`${name}${i}`) }));
	const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1));

	test('every message once, in order, in batches', async () => {
		lab.store.add(...texts(25));
		await n8n.start({ options: { batchSize: 10 } });
		await until('all messages', () => n8n.seqs.length >= 25);
		expect(n8n.seqs).toEqual(numbers(25));
		expect([...n8n.executions.values()].map(({ length }) => length)).toEqual([10, 10, 5]);
		expect([...n8n.executions.keys()][0]).toMatch(/^wecom-archive:wf1\/node-0:\d+:0-10$/);
		await until('the position', () => n8n.position.after === '25' && n8n.position.to === '25');
		lab.store.add(...texts(1, 'later'));
		await until('the next one', () => n8n.seqs.length === 26);
	});

	test('the position is stored before n8n gets the batch, and moves by its answer only', async () => {
		lab.store.add(...texts(3));
		const seen: IDataObject[] = [];
		let answers = 0;
		n8n.outcome = () => {
			seen.push({ ...n8n.position });
			return answers++ < 2 ? 'not stored' : 'success';
		};
		await n8n.start();
		await until('the third try', () => n8n.seqs.length === 3);
		expect(seen).toEqual(
			Array.from({ length: 3 }, () => expect.objectContaining({ after: '0', to: '3' })),
		);
	});

	const messages = Number(process.env.WECOM_KIT_ARCHIVE_MESSAGES ?? 3000);
	test(`n8n, bridge and worker are killed at random: ${messages} messages are ${messages} items`, async () => {
		lab.store.fill(
			messages,
			samples.map(({ plain }) => plain),
		);
		const port = new URL(lab.bridge.url).port;
		const env = bridgeEnvironment(lab.store, { PORT: port });
		const counts = { n8n: 0, bridge: 0, worker: 0, refused: 0 };
		let restarting: Promise<unknown> | undefined;
		const killBridge = async () => {
			await lab.bridge.stop('SIGKILL');
			lab.bridge = await startBridge(env);
		};
		n8n.killed = () => {
			counts.n8n++;
			setTimeout(() => void n8n.start({ options: { batchSize: 50 } }, { activation: 'init' }), 20);
		};
		/** Both kinds of death come for certain, early; whatever else happens is chance. */
		const certain: Outcome[] = ['success', 'killed before', 'success', 'killed after'];
		n8n.outcome = (): Outcome => {
			const next = certain.shift();
			if (next) return next;
			const chance = Math.random();
			if (chance < 0.06) return 'killed before';
			if (chance < 0.12) return 'killed after';
			if (chance < 0.18) {
				counts.refused++;
				return 'not stored';
			}
			if (chance < 0.2 && !restarting) {
				counts.bridge++;
				restarting = killBridge().finally(() => (restarting = undefined));
			} else if (chance < 0.24 && !restarting) {
				for (const pid of lab.bridge.workers()) process.kill(pid, 'SIGKILL');
				counts.worker++;
			}
			return 'success';
		};
		await n8n.start({ options: { batchSize: 50 } });
		await until('all messages', () => new Set(n8n.seqs).size >= messages, 600_000);
		n8n.outcome = () => 'success';
		await restarting;
		await until('the end of the archive', () => n8n.position.after === String(messages));
		expect(n8n.seqs).toHaveLength(messages);
		expect(new Set(n8n.seqs).size).toBe(messages);
		expect([...n8n.seqs].sort((a, b) => Number(a) - Number(b))).toEqual(numbers(messages));
		expect(counts.n8n).toBeGreaterThan(1);
		expect(n8n.duplicates).toBeGreaterThan(0);
	}, 700_000);

	test('after a restart in the middle exactly the same messages are read again, although there are more by now', async () => {
		lab.store.add(...texts(3));
		n8n.outcome = () => 'killed after';
		await n8n.start();
		await until('the kill', () => n8n.executions.size === 1);
		lab.store.add(...texts(4, 'more'));
		n8n.outcome = () => 'success';
		await n8n.start({}, { activation: 'init' });
		await until('the rest', () => n8n.seqs.length >= 7);
		expect([...n8n.executions.keys()].map((key) => key.split(':').pop())).toEqual(['0-3', '3-7']);
		expect(n8n.duplicates).toBe(1);
	});

	test('a restart gives nothing again, also when n8n keeps no executions', async () => {
		lab.store.add(...texts(3));
		await n8n.start();
		await until('the end', () => n8n.position?.after === '3');
		await n8n.stop();
		n8n.executions.clear();
		await n8n.start({}, { activation: 'init' });
		lab.store.add(...texts(1, 'new'));
		await until('the new one', () => n8n.seqs.length > 0);
		expect(n8n.seqs).toEqual(['4']);
	});

	/** n8n of several mains: the leader that steps down closes its triggers, the one that takes over opens them. */
	test.each([
		['closes before the new one opens', 0],
		['closes after the new one has opened', 1],
		['reads on for a while beside the new one', 30],
	])('the leader changes, and the old one %s: every message once', async (_how, beside) => {
		const options = { batchSize: 7 };
		let leader = await n8n.start({ options });
		const change = async () => {
			if (beside === 0) await leader.closeFunction?.();
			const next = await n8n.start({ options }, { activation: 'leadershipChange' });
			for (let turn = 0; turn < beside; turn++) {
				lab.store.fill(
					1,
					texts(1).map(({ content }) => content),
				);
				await sleep(15);
			}
			await leader.closeFunction?.();
			leader = next;
		};
		for (let round = 0; round < 3; round++) {
			lab.store.fill(
				10,
				texts(10).map(({ content }) => content),
			);
			await change();
		}
		const all = 30 + 3 * beside;
		await until('the end of the archive', () => n8n.position.after === String(all));
		expect([...n8n.seqs].sort((a, b) => Number(a) - Number(b))).toEqual(numbers(all));
		expect(n8n.reports).toEqual([]);
	});

	test('a key that is missing is reported once, and added later nothing is missing', async () => {
		lab.store.add(...texts(2));
		const key = lab.store.addKey(2, { heldBack: true });
		lab.store.add(
			{ content: text('sealed'), version: 2 },
			{ content: text('behind it'), version: 1 },
		);
		await n8n.start();
		await until('the report', () => n8n.reports.length > 0);
		expect(n8n.seqs).toEqual(['1', '2']);
		await sleep(500);
		expect(n8n.reports).toEqual([
			expect.stringMatching(
				/message 3 on.*key version 2.*no file 2\.pem.*\| Put the private key of version 2 there as 2\.pem/,
			),
		]);
		lab.store.writeKey(2, key);
		await until('the rest', () => n8n.seqs.length === 4);
		expect(n8n.seqs).toEqual(numbers(4));
	});

	test('messages that cannot be decrypted: without content, or stopping before them', async () => {
		lab.store.addKey(2);
		lab.store.add(
			{ content: text('one'), version: 1 },
			{ content: text('two'), version: 2, claims: 1 },
			{ content: text('three'), version: 1 },
		);
		await n8n.start({ events: ['text'] });
		await until('all', () => n8n.seqs.length === 3);
		expect(n8n.items[1].json).toMatchObject({
			msgid: 'two',
			wecom: { failed: { code: 'wrong_key' } },
		});
		await n8n.stop();
		const strict = new FakeN8n(lab.bridge.url, lab.bridge.token);
		await strict.start({ options: { undecryptable: 'stop' } });
		await until('the report', () => strict.reports.length > 0);
		expect(strict.seqs).toEqual(['1']);
		expect(strict.reports[0]).toContain('Message 2 cannot be decrypted');
		await strict.stop();
	});

	test('start from: new messages, a position, another choice later', async () => {
		lab.store.add(...texts(5));
		await n8n.start({ startFrom: 'new' });
		expect(n8n.position).toMatchObject({ after: '5', to: '5' });
		lab.store.add(...texts(1, 'new'));
		await until('the new one', () => n8n.seqs.length === 1);
		await n8n.stop();
		await n8n.start({ startFrom: 'position', position: '4' });
		await until('from there', () => n8n.seqs.length === 3);
		expect(n8n.seqs).toEqual(['6', '5', '6']);
		await n8n.stop();
		await expect(n8n.start({ startFrom: 'position', position: 'x' })).rejects.toThrow(
			"'Position' is not the seq of a message",
		);
	});

	test('the archive of another company begins anew', async () => {
		lab.store.add(...texts(5));
		await n8n.start();
		await until('all', () => n8n.position?.after === '5');
		await n8n.stop();
		await lab.bridge.stop();
		await lab.start({ CORP_ID: 'wwanother' });
		n8n.stored.archive.bridgeUrl = lab.bridge.url;
		await n8n.start();
		await until('all again', () => n8n.seqs.length === 10);
	});

	test('a credential that is made anew goes on where the last one was', async () => {
		lab.store.add(...texts(3));
		n8n.outcome = () => {
			// As n8n does it: the static data is saved with every emit.
			n8n.staticData = { 'node:Archive': { position: { ...n8n.position } } };
			return 'success';
		};
		await n8n.start({ options: { batchSize: 1 } });
		await until('all', () => n8n.seqs.length === 3);
		await n8n.stop();
		delete n8n.stored.archive.positions;
		n8n.executions.clear();
		await n8n.start({ options: { batchSize: 1 } });
		lab.store.add(...texts(1, 'new'));
		await until('the new one', () => n8n.seqs.includes('4'));
		expect(n8n.seqs).not.toContain('2');
	});

	test('what passes the filters reaches n8n, the rest moves the position', async () => {
		readTimings.store = 0;
		lab.store.add(...samples.map(({ plain }) => ({ content: plain })));
		await n8n.start({ events: ['image', 'file'], options: { batchSize: 5 } });
		await until('the end', () => n8n.position?.after === String(samples.length));
		readTimings.store = 60_000;
		expect(n8n.items.map(({ json }) => json.msgtype)).toEqual(['image', 'file']);
	});

	test('files are downloaded, chosen by type and size; one that cannot be had holds nobody up', async () => {
		const md5 = lab.store.addFile('photo', Buffer.from('a photo'));
		lab.store.addFile('clip', Buffer.from('a clip'));
		const message = (msgtype: string, content: object) => ({
			content: { msgid: msgtype, action: 'send', msgtype, [msgtype]: content },
		});
		const nested = JSON.stringify({ sdkfileid: 'photo', md5sum: md5, filesize: 7 });
		lab.store.add(
			message('image', { sdkfileid: 'photo', md5sum: md5, filesize: 7 }),
			message('video', { sdkfileid: 'clip', md5sum: '', filesize: 6 }),
			message('file', { sdkfileid: 'photo', filename: 'large.zip', filesize: 3 << 20 }),
			message('emotion', { sdkfileid: 'expired1', type: 2 }),
			message('mixed', {
				item: [
					{ type: 'image', content: nested },
					{ type: 'image', content: nested },
				],
			}),
			message('voice', { sdkfileid: 'photo', md5sum: '0'.repeat(32) }),
		);
		await n8n.start({
			options: {
				downloadMedia: true,
				mediaLimit: 2,
				mediaTypes: ['image', 'file', 'emotion', 'voice'],
			},
		});
		await until('all', () => n8n.items.length === 6);
		const [image, video, file, emotion, mixed, voice] = n8n.items;
		const media = (item: typeof image) => (item.json.wecom as { media: IDataObject[] }).media;
		expect((await binaryBytes(image, 'data')).toString()).toBe('a photo');
		expect(image.binary!.data).toMatchObject({ fileName: 'image.jpg', mimeType: 'image/jpeg' });
		expect(media(image)).toMatchObject([{ binary: 'data', sdkfileid: 'photo' }]);
		expect(video.binary).toBeUndefined();
		expect(media(file)[0].reason).toContain('larger than 2 MB');
		expect(media(emotion)[0].reason).toContain('older than five days');
		expect(Object.keys(mixed.binary!)).toEqual(['data', 'data_2']);
		expect(media(voice)[0].reason).toContain('MD5');
	});

	test('n8n away for a week: what can be lost is said on the first item', async () => {
		lab.store.add(...texts(1));
		await n8n.start();
		await until('the end', () => n8n.position?.after === '1');
		await n8n.stop();
		const positions = JSON.parse(String(n8n.stored.archive.positions));
		for (const position of Object.values(positions))
			(position as { at: number }).at -= 7 * 24 * 3600_000;
		n8n.stored.archive.positions = JSON.stringify(positions);
		lab.store.add(...texts(2, 'later'));
		await n8n.start({}, { activation: 'init' });
		await until('the rest', () => n8n.seqs.length === 3);
		const gaps = n8n.items.map(
			({ json }) => (json.wecom as IDataObject).gap as { from: number; to: number } | undefined,
		);
		expect(gaps.map(Boolean)).toEqual([false, true, false]);
		expect(gaps[1]!.to - gaps[1]!.from).toBeGreaterThan(1.9 * 24 * 3600_000);
		// Once it has caught up there is no gap any more.
		lab.store.add(...texts(1, 'new'));
		await until('the new one', () => n8n.seqs.length === 4);
		expect((n8n.items[3].json.wecom as IDataObject).gap).toBeUndefined();
	});

	test('a test run takes the next messages and does not move the position', async () => {
		lab.store.add(...texts(2));
		const emitted: unknown[] = [];
		const run = await n8n.start(
			{},
			{ mode: 'manual', activation: 'manual', emit: (data) => void emitted.push(data) },
		);
		await run.manualTriggerFunction!();
		expect(emitted).toEqual([
			[
				[
					expect.objectContaining({ json: expect.objectContaining({ msgid: 't0' }) }),
					expect.anything(),
				],
			],
		]);
		expect(n8n.stored.archive.positions).toBeUndefined();
	});

	test('a test run that is stopped while it waits ends', async () => {
		const run = await n8n.start({}, { mode: 'manual', activation: 'manual' });
		const ended = run.manualTriggerFunction!();
		await sleep(200);
		await run.closeFunction!();
		await ended;
	});

	describe('what is wrong is said when the workflow is published', () => {
		let server: Server | undefined;
		afterEach(() => server?.close());
		const serve = async (headers: Record<string, string>) => {
			server = createServer((_request, response) => response.writeHead(200, headers).end('{}'));
			await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
			return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		};
		const refusal = async (change: (credential: IDataObject) => unknown) => {
			await change(n8n.stored.archive as IDataObject);
			const error = (await n8n.start().catch((caught: unknown) => caught)) as Error & {
				description?: string;
			};
			return `${error.message} | ${error.description}`;
		};

		test.each([
			['no URL', { bridgeUrl: '' }, /Bridge URL is missing.*\| Enter where/],
			['no scheme', { bridgeUrl: 'bridge:8080' }, /does not begin with 'http/],
			['no token', { bridgeToken: '' }, /Bridge Token is missing/],
			['a short token', { bridgeToken: 'x'.repeat(31) }, /has 31 characters.*under 32/],
			[
				'a wrong token',
				{ bridgeToken: 'x'.repeat(32) },
				/does not accept the Bridge Token \| Copy the token/,
			],
			[
				'nobody there',
				{ bridgeUrl: 'http://127.0.0.1:9' },
				/cannot be reached at http:\/\/127\.0\.0\.1:9 \(nothing listens at that address\) \| Check that the bridge runs/,
			],
		])('%s', async (_what, change, words) => {
			expect(await refusal((credential) => Object.assign(credential, change))).toMatch(words);
		});

		test('something else at that address, or a bridge of another version', async () => {
			expect(await refusal(async (it) => (it.bridgeUrl = await serve({})))).toMatch(
				/is not the chat archive bridge: HTTP 200 \| Check the Bridge URL/,
			);
			server?.close();
			expect(
				await refusal(
					async (it) => (it.bridgeUrl = await serve({ 'wecom-chat-archive-bridge': '2' })),
				),
			).toMatch(/speaks version 2, and these nodes speak version 1 \| Update the older/);
		});

		test('a bridge that is not ready', async () => {
			lab.store.writeKey(2, 'hello');
			expect(await refusal(() => {})).toMatch(
				/^2\.pem holds no private key in PEM format \| Make a pair/,
			);
		});

		test('when n8n itself starts, the bridge is waited for', async () => {
			lab.store.add(...texts(1));
			await lab.bridge.stop();
			await n8n.start({}, { activation: 'init' });
			await sleep(200);
			lab.bridge = await startBridge(
				bridgeEnvironment(lab.store, { PORT: new URL(lab.bridge.url).port }),
			);
			await until('the message', () => n8n.seqs.length === 1);
		});
	});
});
