/** "Fetch Messages" and "Download Media" in a real n8n. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import type { KfMessage } from '../../simulator/state.cts';
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import {
	fillCredentialField,
	openCredential,
	openNode,
	openWorkflow,
	saveCredential,
} from '../support/editor.cts';
import { outputItems } from '../support/execution.cts';
import { http } from '../support/http.cts';
import { BROWSER_ID } from '../support/n8n-rest.cts';
import { itemsOf, publishTrigger, target, TRIGGER, useN8n, uses } from './support.cts';
import { sleep, until } from '../support/wait.cts';

const surroundings = useN8n();
const [{ open_kfid: KF }, { open_kfid: OTHER }] = DEMO_KF_ACCOUNTS;
const SYNC = '/cgi-bin/kf/sync_msg';
const PATIENCE = { within: 20_000, every: 100 };

const say = (content: string): Partial<KfMessage> => ({ msgtype: 'text', text: { content } });

/** A published trigger on a path of its own. */
async function listen(path: string, options: object = {}, parameters: object = {}) {
	const { sim, rest } = surroundings();
	const { id } = await publishTrigger(surroundings(), path, {
		events: ['kf_msg_or_event', 'image'],
		triggerOptions: { fetchMessages: true, ...options },
		...parameters,
	});
	const here = target(surroundings(), path);
	const executions = async (count: number) => {
		const all = await rest.waitForExecutions(id, count);
		return all.map((execution) => outputItems(execution, 'WeCom Trigger'));
	};
	return {
		id,
		here,
		executions,
		push: async (messages: Array<Partial<KfMessage>>, more = {}, account = KF) =>
			await sim.control.kfMessage(here, account, messages, more),
		said: async (count: number) =>
			(await executions(count)).map((items) =>
				items.map(({ json }) => (json.text as IDataObject).content),
			),
		/** How far it has read the account. */
		position: async () => {
			const { data } = await rest.rawCredential(surroundings().credential.id);
			const all = JSON.parse(String(data.kfCursorTokens || '{}')) as Record<string, IDataObject>;
			const [, found] =
				Object.entries(all).find(([key]) => key.startsWith(id) && key.endsWith(KF)) ?? [];
			// Without a time it is a claim alone.
			return found?.at ? found : undefined;
		},
	};
}

beforeEach(() => surroundings().sim.control.reset());

it('every documented message and event becomes an item of one execution', async () => {
	const { items: samples } = JSON.parse(
		readFileSync(join(__dirname, '../fixtures/kf-sync-msg-samples.json'), 'utf8'),
	) as { items: Array<Partial<KfMessage>> };
	const { push, id, position } = await listen('kf/samples');
	const { attempts, messages } = await push(samples);
	expect(attempts).toMatchObject([{ status: 200, body: '' }]);
	const [execution] = await surroundings().rest.waitForExecutions(id, 1);
	const items = itemsOf(execution, 'WeCom Trigger');
	expect(items.map(({ wecom, ...item }) => item)).toEqual(messages);
	expect(items.map(({ wecom }) => (wecom as IDataObject).type)).toEqual(
		samples.map(({ msgtype, event }) => (event as IDataObject)?.event_type ?? msgtype),
	);
	await until('the position was not stored', async () => (await position()) ?? false, {
		within: 5_000,
		every: 100,
	});
	const { rest, credential } = surroundings();
	const shown = JSON.stringify((await rest.getCredential(credential.id)).data);
	expect(shown).not.toContain(KF);
});

it('overlapping callbacks: no message is lost, none comes twice', async () => {
	const { sim } = surroundings();
	const { push, said } = await listen('kf/overlap');
	await push([say('first')]);
	sim.control.inject({ path: SYNC, delayMs: 300, times: 2 });
	const pushed = await Promise.all(
		['a', 'b', 'c', 'd', 'e'].map(async (one, index) => {
			await sleep(index * 80);
			return await push([say(one)]);
		}),
	);
	expect(pushed.every(({ ok, attempts }) => ok && attempts.length === 1)).toBe(true);
	await sleep(1_000);
	expect((await said(2)).flat()).toEqual(['first', 'a', 'b', 'c', 'd', 'e']);
});

it('goes on where it was after a power cut in the middle of reading', async () => {
	const { sim, rest, n8n } = surroundings();
	const { push, said, position, here } = await listen('kf/restart');
	sim.control.addKfMessages(KF, [
		{ ...say('an hour ago'), send_time: Math.floor(Date.now() / 1000) - 3_600 },
	]);
	await push([say('first')]);
	await until('the position was not stored', async () => (await position()) ?? false, {
		within: 5_000,
		every: 100,
	});

	const asked = () => sim.requests.filter(({ path }) => path === SYNC).length;
	const before = asked();
	sim.control.inject({ path: SYNC, delayMs: 3_000 });
	const cut = push([say('second')], { retries: 0 });
	await until('it never asked', () => asked() > before, { within: 20_000, every: 100 });
	await n8n.kill();
	expect((await cut).ok).toBe(false);
	sim.control.addKfMessages(KF, [say('while it was away')]);
	await n8n.start();
	await rest.login();
	await rest.waitForWebhook('POST', 'kf/restart');
	expect((await sim.push(here, sim.control.kfNotice(KF))).ok).toBe(true);
	expect(await said(2)).toEqual([['first'], ['second', 'while it was away']]);
}, 180_000);

it('a backlog that takes longer than WeCom waits: it is asked to come back, the execution has all', async () => {
	const { sim } = surroundings();
	const { push, said, position } = await listen('kf/slow');
	await push([say('first')]);
	sim.control.setKfPages({ pageSize: 1 });
	sim.control.inject({ path: SYNC, delayMs: 1_500, times: 4 });
	const { attempts } = await push(['a', 'b', 'c', 'd'].map(say));
	expect(attempts[0]).toMatchObject({ status: 503, body: '' });
	expect(attempts[0].ms).toBeLessThan(5_000);
	expect(attempts.at(-1)!.status).toBe(200);
	expect(await said(2)).toEqual([['first'], ['a', 'b', 'c', 'd']]);
	const before = (await position())!.cursor;
	await push([say('e')]);
	await until('the position was not stored', async () => (await position())!.cursor !== before, {
		within: 5_000,
		every: 100,
	});
	expect((await said(3)).at(-1)).toEqual(['e']);
	expect(surroundings().n8n.logs()).not.toContain('Cannot set headers');
});

it('a failure is told in the log with what to do, and costs no message', async () => {
	const { sim, n8n, rest } = surroundings();
	const { push, said, id } = await listen('kf/failure');
	sim.control.refuseIp(true, { ip: '203.0.113.9' });
	expect((await push([say('waiting')], { retries: 0 })).attempts).toMatchObject([{ status: 503 }]);
	await until(
		'nothing in the log',
		async () => /did not fetch all messages of wkDemo\w+.*203\.0\.113\.9/.test(n8n.logs()),
		{ within: 5_000, every: 100 },
	);
	expect(await rest.listExecutions({ workflowId: id })).toEqual([]);
	sim.control.refuseIp(false);
	// Nobody calls: the trigger itself tries again.
	expect(await said(1)).toEqual([['waiting']]);
}, 60_000);

it('reads only the accounts of the filter, which the form offers by name', async () => {
	const { sim, rest, credential } = surroundings();
	const options = await rest.dynamicParameters<Array<{ name: string; value: string }>>('options', {
		nodeType: TRIGGER,
		methodName: 'getCustomerServiceAccounts',
		path: 'parameters.filters.openKfIds',
		parameters: { source: 'app' },
		credentials: uses(credential),
	});
	expect(options.map(({ value }) => value)).toEqual([KF, OTHER]);
	const { push, said } = await listen('kf/filter', {}, { filters: { openKfIds: [OTHER] } });
	expect((await push([say('no')])).ok).toBe(true);
	await push([say('yes')], {}, OTHER);
	expect(await said(1)).toEqual([['yes']]);
	const asked = sim.requests.filter(({ path }) => path === SYNC);
	expect(asked.map(({ body }) => (body as IDataObject).open_kfid)).toEqual([OTHER]);
});

describe('files', () => {
	const JPG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2_000, 7)]);
	const addImage = () =>
		surroundings().sim.control.addMedia({
			filename: '照片.jpg',
			type: 'image',
			contentType: 'image/jpeg',
			base64: JPG.toString('base64'),
		});

	/** As the editor downloads it; older n8n has it in the item. */
	async function bytes({ id, data }: { id?: string; data?: string }): Promise<Buffer> {
		if (!id) return Buffer.from(data!, 'base64');
		const { n8n, rest } = surroundings();
		const url = `${n8n.url}/rest/binary-data?id=${encodeURIComponent(id)}&action=download&fileName=x&mimeType=image/jpeg`;
		const headers = { 'browser-id': BROWSER_ID, cookie: `n8n-auth=${rest.sessionCookie}` };
		const { status, body } = await http(url, { headers });
		expect(status).toBe(200);
		return body;
	}

	it('become binary data that outlives the callback; a failing one leaves its item', async () => {
		const { sim } = surroundings();
		const { push, executions, here } = await listen('kf/files', { downloadMedia: true });
		await push([
			{ msgtype: 'image', image: { media_id: addImage() } },
			{ msgtype: 'image', image: { media_id: addImage() } },
			{ msgtype: 'voice', voice: { media_id: 'gone' } },
		]);
		await sim.push(here, { kind: 'image', fields: { MediaId: addImage() } });
		await sim.push(here, { kind: 'image', fields: { MediaId: 'gone' } });
		const [[image, second, voice], [appImage], [failed]] = await executions(3);
		for (const item of [image, second, appImage]) {
			const file = item.binary!.data;
			expect(file).toMatchObject({ fileName: '照片.jpg', mimeType: 'image/jpeg' });
			expect(await bytes(file)).toEqual(JPG);
		}
		for (const item of [voice, failed]) {
			expect(item.binary).toBeUndefined();
			expect(item.json.wecom).toMatchObject({
				mediaError: { message: 'The media ID is not valid (40007)', mediaId: 'gone' },
			});
		}
	});
});

browserOrSkip()('in the editor', () => {
	it('the options are there, the accounts are chosen by name; saving the credential leaves the positions alone', async () => {
		const { n8n, credential } = surroundings();
		const { id, push, position } = await listen(
			'kf/editor',
			{ downloadMedia: true },
			{ filters: { openKfIds: [] } },
		);
		await push([say('first')]);
		const stored = await until('no position', async () => (await position()) ?? false, PATIENCE);
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const loaded = page.waitForResponse((response) =>
				response.url().includes('/dynamic-node-parameters/options'),
			);
			const trigger = await openNode(page, 'WeCom Trigger');
			await trigger.getByText('Fetch Messages').waitFor();
			await trigger.getByText('Download Media').waitFor();
			await screenshot(page, 'trigger-customer-service');
			await loaded;
			await page.waitForTimeout(500);
			const list = trigger.getByTestId('parameter-input-openKfIds').locator('input').first();
			// Element Plus lays the chosen tags over the input.
			await list.click({ force: true });
			const accounts = page.locator('.option-headline:visible');
			await accounts.filter({ hasText: DEMO_KF_ACCOUNTS[0].name }).waitFor();
			await screenshot(page, 'trigger-accounts');

			await openCredential(page, credential.id);
			await push([say('second')]);
			const isNew = async () => (await position())?.at !== stored.at;
			await until('no new position', isNew, PATIENCE);
			const newer = await position();
			await fillCredentialField(page, 'agentId', '1000002 ');
			await saveCredential(page);
			expect(await position()).toEqual(newer);
		});
	});
});
