/** "Fetch Messages" and "Download Media" of the WeCom Trigger, against the simulator. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { claimTimings } from '../../nodes/shared/customerService/claim';
import { getCustomerServiceAccounts } from '../../nodes/WecomTrigger/customerService/form';
import { DEMO_APP, DEMO_CORP, DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import type { KfMessage } from '../../simulator/state.cts';
import { DEMO_SUITE, makeCompanies, PROVIDER_SEED } from '../../simulator/suite/data.cts';
import { startSimulator } from '../../simulator/server.cts';
import { binaryBytes, logged, runLoadOptions, type CredentialStore } from '../support/harness.cts';
import { lockStore } from '../support/harness-credentials.cts';
import { startIntake, type Intake, type IntakeOptions } from './intake-support.cts';
import { suiteCredential, until } from './suite-support.cts';
import { credentialOf, credentialTypes, nodeTypes, TRIGGER, useSimulator } from './support.cts';
import { sleep } from '../support/wait.cts';

const sim = useSimulator();
const [{ open_kfid: KF }, { open_kfid: OTHER }] = DEMO_KF_ACCOUNTS;
const SYNC = '/cgi-bin/kf/sync_msg';
const fetchMessages = { triggerOptions: { fetchMessages: true } };

/** There is no other process. */
claimTimings.settle = 20;

let running: Intake[] = [];
const start = async (options: IntakeOptions = { parameters: fetchMessages }) => {
	const intake = await startIntake(sim(), options);
	running.push(intake);
	return intake;
};
beforeEach(() => {
	logged.length = 0;
});
afterEach(async () => {
	jest.restoreAllMocks();
	await Promise.all(running.map(async ({ stop }) => await stop()));
	running = [];
});

const say = (content: string, more: Partial<KfMessage> = {}): Partial<KfMessage> => ({
	msgtype: 'text',
	text: { content },
	...more,
});
const texts = (items: IDataObject[]) => items.map(({ text }) => (text as IDataObject)?.content);
const said = ({ items }: Intake) => texts(items());
const pulls = () => sim().requests.filter(({ path, errcode }) => path === SYNC && errcode === 0);
const push = async (
	intake: Intake,
	messages: Array<Partial<KfMessage>>,
	options = {},
	account = KF,
) => await sim().control.kfMessage(intake.target, account, messages, options);
/** A callback without a new message. */
const notify = async (intake: Intake, options = {}) =>
	await sim().push(intake.target, sim().control.kfNotice(KF), options);
const ago = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;
/** An account that has been read before: Start From does not matter any more. */
const begun = async (options?: IntakeOptions) => {
	const intake = await start(options);
	await push(intake, [say('first')]);
	await until(() => Boolean(intake.positions()[KF]));
	return intake;
};
const warnings = () => logged.filter(({ level }) => level === 'warn').map(({ message }) => message);

describe('fetched messages', () => {
	const { items: samples } = JSON.parse(
		readFileSync(join(__dirname, '../fixtures/kf-sync-msg-samples.json'), 'utf8'),
	) as { items: Array<Partial<KfMessage>> };

	it('are one item each, of every type and event WeCom documents, fields as in its documentation', async () => {
		const intake = await start();
		const { ok, messages } = await push(intake, samples);
		expect(ok).toBe(true);
		const items = intake.items();
		expect(items).toHaveLength(24);
		expect(intake.executions).toHaveLength(1);
		for (const [index, { wecom, ...item }] of items.entries()) {
			const sent = messages[index];
			expect(item).toEqual(sent);
			const event = sent.event as IDataObject | undefined;
			expect(wecom).toEqual({
				family: 'customerService',
				kind: 'kf_msg_or_event',
				event: 'kf_msg_or_event',
				known: true,
				receiveId: DEMO_CORP.corpid,
				agentId: String(DEMO_APP.agentid),
				receivedAt: expect.any(String),
				type: event?.event_type ?? sent.msgtype,
				from: event ? 'system' : 'customer',
				openKfId: event?.open_kfid ?? KF,
				...(event?.event_type !== 'servicer_status_change' && {
					externalUserId: event?.external_userid ?? sent.external_userid,
				}),
			});
		}
		expect(pulls()).toHaveLength(1);
		expect(pulls()[0].body).toMatchObject({ open_kfid: KF, token: expect.any(String) });
	});

	it('do not come without the option: the callback itself is the item', async () => {
		const intake = await start({});
		await push(intake, [say('hi')]);
		expect(intake.items()[0]).toMatchObject({ OpenKfId: KF, Token: expect.any(String) });
		expect(pulls()).toHaveLength(0);
	});

	it('go on where the last ones ended, over pages and empty pages', async () => {
		const intake = await begun();
		sim().control.setKfPages({ pageSize: 2, emptyPages: 2 });
		await push(
			intake,
			['a', 'b', 'c', 'd', 'e'].map((one) => say(one)),
		);
		expect(said(intake)).toEqual(['first', 'a', 'b', 'c', 'd', 'e']);
		expect(intake.executions).toHaveLength(2);
		expect(pulls()).toHaveLength(1 + 2 + 3);
		const cursors = pulls().map(({ body }) => (body as IDataObject).cursor);
		expect(cursors[0]).toBeUndefined();
		expect(new Set(cursors).size).toBe(6);
	});

	it('start no execution when there are none', async () => {
		const intake = await begun();
		const writes = intake.positions()[KF].at;
		expect((await notify(intake)).attempts).toMatchObject([{ status: 200, body: '' }]);
		expect(intake.executions).toHaveLength(1);
		expect(intake.positions()[KF].at).toBe(writes);
	});

	it('go to every workflow with a position of its own', async () => {
		const one = await begun();
		const two = await begun({ parameters: fetchMessages, store: one.store });
		const [message] = sim().control.addKfMessages(KF, [say('for both')]);
		await notify(one);
		await notify(two);
		expect(one.items().at(-1)).toMatchObject(message);
		expect(two.items().at(-1)).toMatchObject(message);
		await until(() => one.positions()[KF].cursor === two.positions()[KF].cursor);
	});
});

describe('the first time', () => {
	const backlog = () =>
		sim().control.addKfMessages(KF, [
			say('two days ago', { send_time: ago(2 * 86_400) }),
			say('an hour ago', { send_time: ago(3_600) }),
		]);

	it('only new messages come, among them the one that caused the callback', async () => {
		const intake = await start();
		backlog();
		await push(intake, [say('just now', { send_time: ago(2) })]);
		expect(said(intake)).toEqual(['just now']);
		await push(intake, [say('next')]);
		expect(said(intake)).toEqual(['just now', 'next']);
	});

	it('all that WeCom still has with Fetch From "Three Days Ago"', async () => {
		const intake = await start({
			parameters: { triggerOptions: { fetchMessages: true, startFrom: 'threeDays' } },
		});
		sim().control.addKfMessages(KF, [say('too old', { send_time: ago(4 * 86_400) })]);
		backlog();
		await push(intake, [say('now')]);
		expect(said(intake)).toEqual(['two days ago', 'an hour ago', 'now']);
	});
});

describe('the time of publishing', () => {
	/** As if the workflow had been published so long ago. */
	const publishedAgo = (intake: Intake, seconds: number) => {
		const reader = Object.keys(JSON.parse(String(intake.store.c1.kfCursorTokens)) as object)[0];
		intake.store.c1.kfCursorTokens = JSON.stringify({ [reader]: { since: ago(seconds), at: 1 } });
	};
	const since = (intake: Intake) => intake.positions()['']?.since;

	it('is where the first reading begins, although n8n was away for the first callbacks', async () => {
		const intake = await start();
		await intake.publish();
		publishedAgo(intake, 7_200);
		sim().control.addKfMessages(KF, [
			say('before', { send_time: ago(7_300) }),
			say('while n8n was away', { send_time: ago(3_600) }),
		]);
		await push(intake, [say('later')]);
		expect(said(intake)).toEqual(['while n8n was away', 'later']);
	});

	it('stays when n8n starts or the workflow is edited, and begins anew when it is published again', async () => {
		const intake = await start();
		await intake.publish('init');
		expect(Math.abs(since(intake)! - ago(0))).toBeLessThan(15);
		publishedAgo(intake, 1_000);
		for (const mode of ['init', 'update', 'leadershipChange', 'manual'] as const) {
			await intake.publish(mode);
			expect(since(intake)).toBeLessThan(ago(500));
		}
		await intake.publish('activate');
		expect(since(intake)).toBeGreaterThan(ago(500));
	});

	it('is not stored where nothing is fetched, nor for a test', async () => {
		const intake = await start({ parameters: {} });
		await intake.publish();
		intake.n8n.parameters = { ...fetchMessages, events: ['text'] };
		await intake.publish();
		intake.n8n.parameters = fetchMessages;
		await intake.publish('manual');
		expect(intake.positions()).toEqual({});
	});

	it('is stored later when the database is locked, and counts meanwhile', async () => {
		const intake = await start();
		const open = lockStore((written) => written.includes('kfCursorTokens'));
		await intake.publish();
		expect(intake.positions()).toEqual({});
		sim().control.addKfMessages(KF, [say('at once')]);
		const notice = { ...sim().control.kfNotice(KF), CreateTime: ago(-3_600) };
		await sim().push(intake.target, notice);
		expect(said(intake)).toEqual(['at once']);
		open();
		await until(() => since(intake) !== undefined);
	});
});

describe('nothing is lost and nothing comes twice', () => {
	it('when the position cannot be stored: it is written again until it is, and the next reading knows it', async () => {
		const intake = await begun();
		const before = intake.positions()[KF].cursor;
		const open = lockStore();
		await push(intake, [say('while it was locked')]);
		await until(() => warnings().some((line) => line.includes('and writes it again')));
		await push(intake, [say('and then')]);
		expect(said(intake)).toEqual(['first', 'while it was locked', 'and then']);
		const [third, second] = pulls()
			.map(({ body }) => (body as IDataObject).cursor)
			.reverse();
		expect(third).not.toBe(second);
		expect(intake.positions()[KF].cursor).toBe(before);
		open();
		await until(() => intake.positions()[KF].cursor !== before);
		// Nothing of what has come is read again by a process that starts now.
		const restarted = { ...intake.positions()[KF] };
		await push(intake, [say('last')]);
		expect(pulls().at(-1)!.body).toMatchObject({ cursor: restarted.cursor });
		expect(said(intake).at(-1)).toBe('last');
	});

	it('when callbacks overlap', async () => {
		const intake = await begun();
		sim().control.inject({ path: SYNC, delayMs: 400, times: 3 });
		const pushed = await Promise.all(
			Array.from({ length: 6 }, async (_, index) => {
				await sleep(index * 60);
				return await push(intake, [say(`m${index}`)]);
			}),
		);
		expect(pushed.map(({ attempts }) => attempts.map(({ status }) => status))).toEqual(
			Array.from({ length: 6 }, () => [200]),
		);
		expect(said(intake).sort()).toEqual(['first', 'm0', 'm1', 'm2', 'm3', 'm4', 'm5']);
		// One for the first callback, then one that serves all who came meanwhile, perhaps one for a straggler.
		expect(pulls().length).toBeLessThanOrEqual(1 + 3);
	});

	it('when n8n cannot store the execution: the position stays, the retry brings the messages', async () => {
		const intake = await begun();
		const before = intake.positions()[KF].cursor;
		intake.n8n.failures = 2;
		const { attempts } = await push(intake, [say('kept')], { retries: 1 });
		expect(attempts.map(({ status }) => status)).toEqual([500, 500]);
		expect(intake.positions()[KF].cursor).toBe(before);
		await notify(intake);
		await until(() => said(intake).length > 1);
		expect(said(intake)).toEqual(['first', 'kept']);
		await until(() => intake.positions()[KF].cursor !== before);
	});

	it('a callback whose messages an earlier reading has taken waits for what becomes of them', async () => {
		const intake = await begun();
		intake.n8n.storingMs = 2_500;
		intake.n8n.failures = 1;
		const taken = push(intake, [say('taken')], { retries: 0 });
		await until(() => pulls().length > 1);
		// It reads on one second later, finds nothing more, and n8n has stored nothing yet.
		const { attempts } = await notify(intake, { retries: 0 });
		expect(attempts[0].status !== 200 || said(intake).includes('taken')).toBe(true);
		expect((await taken).attempts[0].status).not.toBe(200);
		await notify(intake);
		await until(() => said(intake).includes('taken'));
		expect(said(intake)).toEqual(['first', 'taken']);
	});

	it('when n8n cannot store one of several that overlap: none is acknowledged by mistake', async () => {
		const intake = await begun();
		intake.n8n.storingMs = 300;
		intake.n8n.failures = 2;
		const pushed = await Promise.all(
			['a', 'b', 'c'].map(async (one, index) => {
				await sleep(index * 50);
				const { attempts } = await push(intake, [say(one)], { retries: 0 });
				return { isAcknowledged: attempts[0].status === 200, isSaid: said(intake).includes(one) };
			}),
		);
		// The first reading fails; whether the other two share one depends on when they come.
		expect(pushed[0].isAcknowledged).toBe(false);
		for (const { isAcknowledged, isSaid } of pushed) expect(isSaid || !isAcknowledged).toBe(true);
		await until(() => said(intake).length === 4);
		expect(said(intake).sort()).toEqual(['a', 'b', 'c', 'first']);
	});

	it('when a reading begins before n8n has failed to store the one before: both come', async () => {
		const intake = await begun();
		intake.n8n.storingMs = 300;
		intake.n8n.failures = 1;
		await Promise.all([
			push(intake, [say('a')], { retries: 0 }),
			sleep(100).then(async () => await push(intake, [say('b')], { retries: 0 })),
		]);
		await until(() => said(intake).length === 3);
		expect(said(intake).sort()).toEqual(['a', 'b', 'first']);
	});

	it('when the position could not be stored: what comes again is known', async () => {
		const intake = await begun();
		const before = String(intake.store.c1.kfCursorTokens);
		await push(intake, [say('once')]);
		await until(() => intake.store.c1.kfCursorTokens !== before);
		intake.store.c1.kfCursorTokens = before;
		await push(intake, [say('twice')]);
		expect(said(intake)).toEqual(['first', 'once', 'twice']);
	});

	it('when a page fails: what was read goes out, WeCom is asked to come back, the rest follows', async () => {
		const intake = await begun();
		sim().control.setKfPages({ pageSize: 2 });
		sim().control.inject({ path: SYNC, delayMs: 0, times: 1 });
		sim().control.inject({ path: SYNC, errcode: 48002, times: 1 });
		const { attempts } = await push(
			intake,
			['a', 'b', 'c'].map((one) => say(one)),
		);
		expect(attempts.map(({ status }) => status)).toEqual([503, 200]);
		expect(intake.executions.map((items) => texts(items.map(({ json }) => json)))).toEqual([
			['first'],
			['a', 'b'],
			['c'],
		]);
	});

	it('when reading takes longer than WeCom waits: it is told to come back in time, one execution has it all', async () => {
		const intake = await begun();
		sim().control.setKfPages({ pageSize: 1 });
		sim().control.inject({ path: SYNC, delayMs: 1_500, times: 4 });
		const { attempts } = await push(
			intake,
			['a', 'b', 'c', 'd'].map((one) => say(one)),
		);
		expect(attempts[0].status).toBe(503);
		expect(attempts[0].ms).toBeGreaterThan(3_000);
		expect(attempts.at(-1)!.status).toBe(200);
		expect(said(intake)).toEqual(['first', 'a', 'b', 'c', 'd']);
		expect(intake.executions).toHaveLength(2);
	}, 20_000);

	it('when there is more than one execution should hold: WeCom is asked to come back for the rest', async () => {
		const intake = await begun();
		const backlog = Array.from({ length: 10_500 }, (_, index) => say(String(index)));
		const { attempts } = await push(intake, backlog, { timeoutMs: 60_000 });
		expect(attempts.map(({ status }) => status)).toEqual([503, 200]);
		expect(intake.executions.map(({ length }) => length)).toEqual([1, 10_000, 500]);
		expect(new Set(said(intake)).size).toBe(10_501);
	}, 120_000);

	it('when the workflow is to reply and takes long: the answer is empty and in time, the messages count as read', async () => {
		const intake = await begun();
		const { cursor } = intake.positions()[KF];
		intake.n8n.parameters = { ...fetchMessages, responseMode: 'responseNode' };
		intake.n8n.storingMs = 5_500;
		const { attempts } = await push(intake, [say('slow')]);
		expect(attempts).toMatchObject([{ status: 200, body: '' }]);
		await until(() => intake.positions()[KF].cursor !== cursor);
	}, 15_000);

	it('when the Token of the callback is not valid any more', async () => {
		const intake = await begun();
		sim().control.addKfMessages(KF, [say('late')]);
		const notice = { ...sim().control.kfNotice(KF), Token: 'ENCended' };
		expect((await sim().push(intake.target, notice)).ok).toBe(true);
		expect(said(intake)).toEqual(['first', 'late']);
	});

	it('when the stored cursor is refused: it goes on from the time of the last reading', async () => {
		const intake = await begun();
		await sim().control.kfMessage(intake.target, KF, [say('second')]);
		const [[reader, position]] = Object.entries(
			JSON.parse(String(intake.store.c1.kfCursorTokens)) as object,
		);
		intake.store.c1.kfCursorTokens = JSON.stringify({
			[reader]: { ...position, cursor: 'nonsense' },
		});
		await push(intake, [say('third')]);
		expect(said(intake)).toEqual(['first', 'second', 'third']);
	});

	it('in a test run, which leaves the position alone', async () => {
		const intake = await begun();
		const { cursor } = intake.positions()[KF];
		intake.n8n.mode = 'manual';
		await push(intake, [say('seen in the editor')]);
		intake.n8n.mode = 'webhook';
		expect(intake.positions()[KF].cursor).toBe(cursor);
		await push(intake, [say('and now')]);
		expect(said(intake)).toEqual(['first', 'seen in the editor', 'seen in the editor', 'and now']);
	});
});

describe('filters', () => {
	it('on accounts: others are acknowledged and not read', async () => {
		const intake = await start({
			parameters: { ...fetchMessages, filters: { openKfIds: [OTHER] } },
		});
		expect(await push(intake, [say('no')])).toMatchObject({ ok: true });
		expect(pulls()).toHaveLength(0);
		await push(intake, [say('yes')], {}, OTHER);
		expect(said(intake)).toEqual(['yes']);
	});

	it('on accounts of an expression, with commas', async () => {
		const filters = { openKfIds: `={{ "wkNone, ${OTHER}" }}` };
		const intake = await start({ parameters: { ...fetchMessages, filters } });
		await push(intake, [say('no')]);
		await push(intake, [say('yes')], {}, OTHER);
		expect(said(intake)).toEqual(['yes']);
	});

	it('on types: others are read and left out', async () => {
		const types = { kfTypes: ['image', 'enter_session'] };
		const intake = await start({ parameters: { ...fetchMessages, filters: types } });
		const image = { msgtype: 'image', image: { media_id: 'x' } };
		const enter = { msgtype: 'event', event: { event_type: 'enter_session', open_kfid: KF } };
		await push(intake, [say('no'), image, enter]);
		expect(intake.items().map(({ wecom }) => (wecom as IDataObject).type)).toEqual([
			'image',
			'enter_session',
		]);
	});

	it('offer the accounts by name', async () => {
		const list = async (source: string) =>
			await runLoadOptions(
				{
					nodeTypes,
					credentialTypes,
					credentials: { c1: credentialOf(sim()) } as CredentialStore,
					node: {
						name: 'WeCom Trigger',
						type: TRIGGER,
						parameters: { source },
						credentials: { wecomApi: 'c1' },
					},
				},
				getCustomerServiceAccounts,
			);
		expect(await list('app')).toEqual([
			{ name: '咨询客服', value: KF },
			{ name: '售后客服', value: OTHER },
		]);
		expect(await list('suite')).toMatchObject([
			{ name: 'The accounts of companies cannot be listed here', value: '' },
		]);
	});
});

describe('files', () => {
	const JPG = Buffer.from([0xff, 0xd8, 0xff, 1, 2, 3, 4]);
	const addImage = (more = {}) =>
		sim().control.addMedia({
			filename: '照片.jpg',
			type: 'image',
			contentType: 'image/jpeg',
			base64: JPG.toString('base64'),
			...more,
		});
	const image = (MediaId: string) => ({ kind: 'image', fields: { MediaId } });
	const parameters = { triggerOptions: { downloadMedia: true } };
	const only = ({ executions }: Intake) => executions[0][0];
	const errorOf = (intake: Intake) => (only(intake).json.wecom as IDataObject).mediaError;

	it('of an app message become binary data with name and MIME type', async () => {
		const intake = await start({ parameters });
		await sim().push(intake.target, image(addImage()));
		expect(only(intake).binary!.data).toMatchObject({
			fileName: '照片.jpg',
			mimeType: 'image/jpeg',
			fileExtension: 'jpg',
		});
		expect(await binaryBytes(only(intake))).toEqual(JPG);
	});

	it('get a name and a type where WeCom sends none', async () => {
		const intake = await start({ parameters });
		await sim().push(
			intake.target,
			image(addImage({ filename: '', contentType: 'application/octet-stream' })),
		);
		expect(only(intake).binary!.data).toMatchObject({
			fileName: 'image.jpg',
			mimeType: 'image/jpeg',
		});
	});

	it('are left alone without the option', async () => {
		const intake = await start({});
		await sim().push(intake.target, image(addImage()));
		expect(only(intake).binary).toBeUndefined();
		expect(sim().requests).toEqual([]);
	});

	it('that cannot be had leave the item as it is, with the reason', async () => {
		const intake = await start({ parameters });
		expect((await sim().push(intake.target, image('gone'))).ok).toBe(true);
		expect(only(intake).json).toMatchObject({ MsgType: 'image', MediaId: 'gone' });
		expect(only(intake).binary).toBeUndefined();
		expect(errorOf(intake)).toEqual({
			message: 'The media ID is not valid (40007)',
			description: expect.stringContaining('media_id'),
			mediaId: 'gone',
		});
	});

	it('that are too slow do not delay the answer beyond WeCom’s patience', async () => {
		const intake = await start({ parameters });
		sim().control.inject({ path: '/cgi-bin/media/get', delayMs: 6_000 });
		const { ok, attempts } = await sim().push(intake.target, image(addImage()));
		expect(ok).toBe(true);
		expect(attempts).toHaveLength(1);
		expect(errorOf(intake)).toMatchObject({
			message: 'The file did not arrive in time',
			description: expect.stringContaining('Media > Download'),
		});
	}, 15_000);

	it('of customer service messages come too, each with its item', async () => {
		const intake = await start({
			parameters: { triggerOptions: { fetchMessages: true, downloadMedia: true } },
		});
		const voice = sim().control.addMedia({
			filename: 'v.amr',
			type: 'voice',
			contentType: 'audio/amr',
			base64: Buffer.from('#!AMR\nx').toString('base64'),
		});
		const report = sim().control.addMedia({
			filename: '报告.pdf',
			contentType: 'application/pdf',
			size: 99,
		});
		await push(intake, [
			{ msgtype: 'image', image: { media_id: addImage() } },
			say('no file'),
			{ msgtype: 'voice', voice: { media_id: voice } },
			{ msgtype: 'file', file: { media_id: report } },
			{ msgtype: 'video', video: { media_id: 'gone' } },
		]);
		const [items] = intake.executions;
		expect(items.map(({ binary }) => binary?.data.fileName)).toEqual([
			'照片.jpg',
			undefined,
			'v.amr',
			'报告.pdf',
			undefined,
		]);
		expect(await binaryBytes(items[3])).toHaveLength(99);
		expect(items[4].json.wecom).toMatchObject({ mediaError: { mediaId: 'gone' } });
		expect(items[1].json.wecom).not.toHaveProperty('mediaError');
	});
});

it('a provider’s suite fetches with the token of the company the callback is about', async () => {
	const platform = await startSimulator({ seed: PROVIDER_SEED });
	const [company] = makeCompanies(1);
	const store = { c1: suiteCredential(platform, DEMO_SUITE) } as CredentialStore;
	const intake = await startIntake(platform, {
		parameters: { source: 'suite', triggerOptions: { fetchMessages: true, downloadMedia: true } },
		store,
		credential: 'wecomSuiteApi',
	});
	try {
		const { control } = platform;
		control.setSuite(DEMO_SUITE.suiteId, {
			callback: { ...DEMO_SUITE.callback, url: intake.target.url },
		});
		await control.pushTicket(DEMO_SUITE.suiteId);
		await control.authorize(DEMO_SUITE.suiteId, company.corpid);
		await until(() => String(store.c1.companies).includes(company.corpid));
		const target = control.dataTarget(DEMO_SUITE.suiteId, company.corpid);
		const { corpid } = company;
		const messages = [say('to a company'), { msgtype: 'file', file: { media_id: 'gone' } }];
		expect(await control.kfMessage(target, KF, messages, { corpid })).toMatchObject({ ok: true });
		const [text, file] = intake.executions.at(-1)!.map(({ json }) => json);
		expect(text).toMatchObject({ text: { content: 'to a company' }, wecom: { receiveId: corpid } });
		expect(file.wecom).toMatchObject({
			mediaError: { message: 'The media ID is not valid (40007)' },
		});
		expect(platform.requests.find(({ path }) => path === SYNC)).toMatchObject({ corpid });
		await until(() => Boolean(intake.positions()[KF]));
	} finally {
		await intake.stop();
		await platform.stop();
	}
});

// The last one: it leaves somebody behind who tries again.
describe('nothing can be fetched', () => {
	const refused = async (intake: Intake) => {
		sim().control.refuseIp(true, { ip: '203.0.113.7' });
		const message = say('while it failed', { send_time: ago(30) });
		const { attempts } = await push(intake, [message]);
		expect(attempts.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
		expect(intake.items()).toEqual([]);
		sim().control.refuseIp(false);
	};

	it('the log says why; when it works again the messages come without another callback', async () => {
		const intake = await start();
		sim().control.addKfMessages(KF, [say('an hour ago', { send_time: ago(3_600) })]);
		await refused(intake);
		expect(warnings()[0]).toMatch(
			/did not fetch all messages of wkDemo.*: WeCom does not trust the IP 203\.0\.113\.7 \(60020\)\. Add 203/,
		);
		await until('the messages', () => said(intake).length > 0, { within: 25_000 });
		expect(said(intake)).toEqual(['while it failed']);
		await until(() => intake.positions()[KF].since === undefined);
	}, 30_000);

	it('the first time: what came since the first callback is not taken for old later', async () => {
		const intake = await start();
		await refused(intake);
		const later = { ...sim().control.kfNotice(KF), CreateTime: ago(-3_600) };
		await sim().push(intake.target, later);
		expect(said(intake)).toEqual(['while it failed']);
	});
});
