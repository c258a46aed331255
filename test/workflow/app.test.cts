/** App, JS-SDK and the uploads of Media. */
import { createHash } from 'node:crypto';
import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { DEMO_APP, DEMO_CORP, DEMO_SALES_APP } from '../../simulator/demo-data.cts';
import { binaryBytes, binaryItem, logged, type CredentialStore } from '../support/harness.cts';
import { byId, credentialOf, itemsOf, runWecom, useSimulator, type Run } from './support.cts';

const simulator = useSimulator();
const { agentid } = DEMO_APP;
const items = async (resource: string, operation: string, parameters: IDataObject = {}) =>
	await itemsOf(simulator(), { resource, operation, parameters });
const failure = async (run: Run) => {
	const { error } = await runWecom(simulator(), run);
	return error as NodeApiError | undefined;
};
/** Without those that were refused for the token of an earlier test. */
const sent = (path: string) =>
	simulator().requests.filter((one) => one.path === `/cgi-bin/${path}` && one.errcode !== 40014);
const body = (path: string) => sent(path).at(-1)?.body;

describe('App', () => {
	it('changes what is given, for the app of the credential', async () => {
		const updateFields = { name: '自动化', isreportenter: true, home_url: 'https://a.example' };
		expect(await items('app', 'update', { updateFields })).toEqual([
			{ name: '自动化', isreportenter: 1, home_url: 'https://a.example', success: true },
		]);
		expect(body('agent/set')).toEqual({
			agentid,
			name: '自动化',
			isreportenter: 1,
			home_url: 'https://a.example',
		});
	});

	it('refuses a home page without a scheme, and a credential without Agent ID', async () => {
		const run: Run = {
			resource: 'app',
			operation: 'update',
			parameters: { updateFields: { home_url: 'a.example' } },
		};
		expect((await failure(run))?.message).toBe("'Home Page' is not a web address");
		const store = { c1: { ...credentialOf(simulator()), agentId: '' } as never };
		const menu: Run = { resource: 'app', operation: 'getMenu', store };
		expect((await failure(menu))?.message).toBe('The credential has no Agent ID');
		expect(simulator().requests.filter(({ method }) => method === 'POST')).toEqual([]);
	});

	it('makes a menu of rows, the submenu by the name of its button', async () => {
		const row = [
			{ name: '今日歌曲', type: 'click', key: 'V1001_TODAY_MUSIC' },
			{ name: '菜单', type: 'click', key: 'not sent' },
			{ name: '搜索', type: 'view', url: 'http://www.soso.com/', below: '菜单' },
			{ name: '赞一下我们', type: 'click', key: 'V1001_GOOD', below: '菜单' },
		];
		await items('app', 'setMenu', { menu: { row } });
		expect(sent('menu/create')[0].query.agentid).toBe(String(agentid));
		expect(body('menu/create')).toEqual({
			button: [
				{ type: 'click', name: '今日歌曲', key: 'V1001_TODAY_MUSIC' },
				{
					name: '菜单',
					sub_button: [
						{ type: 'view', name: '搜索', url: 'http://www.soso.com/' },
						{ type: 'click', name: '赞一下我们', key: 'V1001_GOOD' },
					],
				},
			],
		});
	});

	it('takes a menu as JSON', async () => {
		const button = [{ type: 'click', name: 'A', key: 'a' }];
		await items('app', 'setMenu', { menuFrom: 'json', button: JSON.stringify(button) });
		expect(body('menu/create')).toEqual({ button });
	});

	it.each([
		[
			Array(4).fill({ name: 'A', type: 'click', key: 'a' }),
			'4 buttons in the menu, WeCom takes up to 3',
		],
		[
			[{ name: '很长很长的名字', type: 'click' }],
			"The name '很长很长的名字' has 21 bytes, WeCom takes 1 to 16",
		],
		[
			[{ name: 'A', type: 'click', below: 'B' }],
			"The button 'A' is below 'B', which is not in the bar",
		],
		[[], "'Menu' is empty"],
	])('refuses a menu WeCom would refuse (%#)', async (row, message) => {
		const run: Run = { resource: 'app', operation: 'setMenu', parameters: { menu: { row } } };
		expect((await failure(run))?.message).toBe(message);
		expect(sent('menu/create')).toEqual([]);
	});

	it('reads and deletes the menu', async () => {
		expect(await items('app', 'deleteMenu')).toEqual([{ deleted: true }]);
		expect(sent('menu/delete')[0].query.agentid).toBe(String(agentid));
		await items('app', 'getMenu');
		expect(sent('menu/get')[0].query.agentid).toBe(String(agentid));
	});

	it('sets the workbench of one member and of several', async () => {
		const figures = {
			type: 'keydata',
			keydata: { row: [{ key: '待审批', data: '2', jump_url: '' }] },
		};
		await items('app', 'setWorkbenchData', { userid_list: ['zhangsan'], ...figures });
		const keydata = { items: [{ key: '待审批', data: '2' }] };
		expect(body('agent/set_workbench_data')).toEqual({
			agentid,
			userid: 'zhangsan',
			type: 'keydata',
			keydata,
		});
		expect(
			await items('app', 'setWorkbenchData', { userid_list: 'zhangsan,linna', ...figures }),
		).toEqual([{ userid_list: ['zhangsan', 'linna'], success: true }]);
		expect(body('agent/batch_set_workbench_data')).toEqual({
			agentid,
			userid_list: ['zhangsan', 'linna'],
			data: { type: 'keydata', keydata },
		});
	});

	it('sets and reads the template, and reads the data of a member', async () => {
		await items('app', 'setWorkbenchTemplate', {
			type: 'image',
			url: 'https://a.example/i.png',
			jump_url: 'https://a.example',
			replace_user_data: true,
		});
		expect(body('agent/set_workbench_template')).toEqual({
			agentid,
			type: 'image',
			image: { url: 'https://a.example/i.png', jump_url: 'https://a.example' },
			replace_user_data: true,
		});
		expect(await items('app', 'getWorkbenchTemplate')).toEqual([
			expect.objectContaining({ type: 'image', image: expect.anything() }),
		]);
		expect(await items('app', 'getWorkbenchData', { userid: byId('zhangsan') })).toEqual([
			expect.objectContaining({ type: 'keydata', keydata: expect.anything() }),
		]);
		expect(body('agent/get_workbench_data')).toEqual({ agentid, userid: 'zhangsan' });
	});
});

describe('JS-SDK', () => {
	const ticket =
		'bxLdikRXVbTPdHSM05e5u5sUoXNKd8-41ZO3MhKoyN5OfkWITDGgnr2fwJ0m9E8NYzWKVZvdVtaUgWvsdshFKA';
	const signature = (url: string, { nonceStr, timestamp }: IDataObject) =>
		createHash('sha1')
			.update(
				`jsapi_ticket=${ticket}&noncestr=${String(nonceStr)}&timestamp=${String(timestamp)}&url=${url}`,
			)
			.digest('hex');

	it('signs a URL without its fragment for both calls, asking for each ticket once', async () => {
		const run = async () =>
			(await items('jsSdk', 'signUrl', { url: 'https://a.example/?q=订单&b=1#/home' }))[0] as {
				url: string;
				config: IDataObject;
				agentConfig: IDataObject;
			};
		const { url, config, agentConfig } = await run();
		expect(url).toBe('https://a.example/?q=订单&b=1');
		expect(config).toEqual({
			appId: DEMO_CORP.corpid,
			timestamp: expect.any(Number),
			nonceStr: expect.any(String),
			signature: signature(url, config),
		});
		expect(agentConfig).toEqual({
			corpid: DEMO_CORP.corpid,
			agentid: String(agentid),
			timestamp: expect.any(Number),
			nonceStr: expect.any(String),
			signature: signature(url, agentConfig),
		});
		const again = await run();
		expect(again.config.nonceStr).not.toBe(config.nonceStr);
		expect(sent('get_jsapi_ticket')).toHaveLength(1);
		expect(sent('ticket/get').map(({ query }) => query.type)).toEqual(['agent_config']);
	});

	it('signs for one call only, and refuses what is no URL', async () => {
		expect(await items('jsSdk', 'signUrl', { url: 'https://a.example', sign: 'config' })).toEqual([
			{ url: 'https://a.example', config: expect.anything() },
		]);
		const run: Run = { resource: 'jsSdk', operation: 'signUrl', parameters: { url: 'a.example' } };
		expect((await failure(run))?.message).toBe("'URL' is not a web address");
	});

	it('hands out a ticket with its end', async () => {
		const [item] = await items('jsSdk', 'getTicket', { ticket: 'invoice' });
		expect(item).toEqual({
			ticket,
			expiresAt: expect.any(String),
			expiresInSeconds: expect.any(Number),
		});
		expect(sent('ticket/get')[0].query.type).toBe('wx_card');
	});

	it('hands it out also when it cannot be stored, and says so in the log', async () => {
		// No test before has asked for a ticket of this app.
		const c1 = credentialOf(simulator(), DEMO_SALES_APP) as CredentialStore[string];
		const store: CredentialStore = { c1 };
		const run: Run = { resource: 'jsSdk', operation: 'getTicket', store };
		await itemsOf(simulator(), { ...run, parameters: { ticket: 'config' } });
		const kept = store.c1;
		Object.defineProperty(store, 'c1', { get: () => kept, set() {} });
		logged.length = 0;
		const [item] = await itemsOf(simulator(), { ...run, parameters: { ticket: 'agentConfig' } });
		expect(item).toMatchObject({ ticket });
		expect(logged).toMatchObject([
			{ level: 'warn', message: expect.stringMatching(/^A JS-SDK ticket could not be stored: /) },
		]);
		expect(JSON.stringify(logged)).not.toContain(ticket);
	});
});

describe('Media', () => {
	const file = async (fileName: string, mimeType: string, data = Buffer.from('0123456789')) =>
		await binaryItem({}, { data: { data, fileName, mimeType } });

	it('uploads an image for good', async () => {
		const run: Run = { resource: 'media', operation: 'uploadImage' };
		const png = await file('logo.png', 'image/png');
		const [item] = await itemsOf(simulator(), { ...run, items: [png] });
		expect(item).toEqual({ url: expect.stringMatching(/^https:/) });
		expect(simulator().state.images).toHaveLength(1);
		const large = await file('logo.png', 'image/png', Buffer.alloc((2 << 20) + 1));
		expect((await failure({ ...run, items: [large] }))?.description).toContain('to 2 MB');
	});

	it.each([
		['report', undefined, 'report.pdf'],
		['report.PDF', undefined, 'report.PDF'],
		['a.pdf', 'Quarter 1', 'Quarter 1.pdf'],
		['a.pdf', 'as.txt', 'as.txt'],
	])('names a file %p, entered as %p, with its extension', async (own, entered, expected) => {
		const item = await file(own, 'application/pdf');
		item.binary!.data.fileExtension = 'pdf';
		await itemsOf(simulator(), {
			resource: 'media',
			operation: 'upload',
			parameters: entered ? { fileName: entered } : {},
			items: [item],
		});
		const [{ filename }] = [...simulator().state.media.values()].slice(-1);
		expect(filename).toBe(expected);
	});

	it('uploads an attachment for moments', async () => {
		const [item] = await itemsOf(simulator(), {
			resource: 'media',
			operation: 'uploadAttachment',
			parameters: { attachment_type: 2, media_type: 'image' },
			items: [await file('a.png', 'image/png')],
		});
		expect(item).toMatchObject({ media_id: expect.any(String) });
		expect(sent('media/upload_attachment')[0].query).toMatchObject({
			media_type: 'image',
			attachment_type: '2',
		});
	});

	const byUrl = {
		type: 'video',
		url: 'https://a.example/v.mp4',
		filename: 'v.mp4',
		md5: 'd41d8cd98f00b204e9800998ecf8427e',
	};

	it('uploads by URL and waits until WeCom is done', async () => {
		const [item] = await items('media', 'uploadByUrl', byUrl);
		expect(item).toEqual({
			jobid: expect.any(String),
			media_id: expect.any(String),
			created_at: expect.any(String),
		});
		expect(body('media/upload_by_url')).toEqual({ scene: 1, ...byUrl });
		expect(sent('media/get_upload_by_url_result')).toHaveLength(2);
	}, 15_000);

	it('does not wait on request, and reads the result later', async () => {
		const [{ jobid }] = await items('media', 'uploadByUrl', { ...byUrl, wait: false });
		expect(await items('media', 'getUploadResult', { jobid })).toEqual([
			expect.objectContaining({ status: 1 }),
		]);
	});

	it('gives up waiting with the job to ask for, and says why an upload failed', async () => {
		const run = (waitSeconds: number): Run => ({
			resource: 'media',
			operation: 'uploadByUrl',
			parameters: { ...byUrl, waitSeconds },
		});
		const late = await failure(run(1));
		expect(late?.message).toBe('The upload is not finished after 1 seconds');
		expect(late?.description).toContain([...simulator().state.urlUploads.keys()][0]);
		simulator().state.urlUploadEnd = { polls: 0, errcode: 301019 };
		const wrong = await failure(run(30));
		expect(wrong?.message).toBe('WeCom could not take the file from the URL (301019)');
		expect(wrong?.description).toContain('The MD5 is not that of the file.');
	}, 15_000);

	it('downloads a recording in full quality', async () => {
		const run = await runWecom(simulator(), {
			resource: 'media',
			operation: 'downloadHdVoice',
			parameters: { media_id: 'x' },
		});
		const [item] = run.items('WeCom');
		expect(item.json).toMatchObject({ fileName: 'sample.speex', mimeType: 'voice/speex' });
		expect((await binaryBytes(item)).length).toBeGreaterThan(0);
	});
});
