import type { IDataObject, INodeExecutionData, NodeApiError } from 'n8n-workflow';
import { binaryItem } from '../support/harness.cts';
import { byId, itemsOf, runWecom, useSimulator } from './support.cts';

const simulator = useSimulator();
const account = byId('wk1');
const call = (operation: string, parameters: IDataObject, items?: INodeExecutionData[]) => ({
	resource: 'customerService',
	operation,
	parameters: { open_kfid: account, ...parameters },
	items,
});
const bodies = (path: string) =>
	simulator()
		.requests.filter((request) => request.path === path && request.errcode === 0)
		.map(({ body }) => body as IDataObject);
const failure = async (run: ReturnType<typeof call>) =>
	(await runWecom(simulator(), run)).error as NodeApiError | undefined;
const send = (parameters: IDataObject, items?: INodeExecutionData[]) =>
	call('sendMessage', { touser: 'wm1', ...parameters }, items);
const file = async (fileName: string, mimeType: string) =>
	await binaryItem({}, { data: { data: '0123456789', fileName, mimeType } });
const MENU = {
	head_content: 'How may I help?',
	menu: {
		row: [
			{ type: 'click', id: '101', content: 'Order' },
			{ type: 'view', url: 'https://a.example', content: 'Shop', id: '' },
			{ type: 'miniprogram', appid: 'wx1', pagepath: '/p.html', content: 'App' },
			{ type: 'text', content: 'or just write' },
		],
	},
	tail_content: '',
};
const MENU_SENT = {
	head_content: 'How may I help?',
	list: [
		{ type: 'click', click: { id: '101', content: 'Order' } },
		{ type: 'view', view: { url: 'https://a.example', content: 'Shop' } },
		{ type: 'miniprogram', miniprogram: { appid: 'wx1', pagepath: '/p.html', content: 'App' } },
		{ type: 'text', text: { content: 'or just write' } },
	],
};

describe('Send Message', () => {
	const sent = () => bodies('/cgi-bin/kf/send_msg');

	it.each([
		['text', { content: '您好' }, { content: '您好' }],
		[
			'ca_link',
			{ link_url: 'https://work.weixin.qq.com/ca/1' },
			{ link_url: 'https://work.weixin.qq.com/ca/1' },
		],
		[
			'location',
			{ name: 'Tower', address: '', latitude: '23.10647', longitude: '113.32446' },
			{ name: 'Tower', latitude: 23.10647, longitude: 113.32446 },
		],
		['msgmenu', MENU, MENU_SENT],
	])('%s', async (msgtype, form, content) => {
		expect(await itemsOf(simulator(), send({ msgtype, ...form }))).toEqual([{ msgid: 'MSG_ID' }]);
		expect(sent()).toEqual([{ touser: 'wm1', open_kfid: 'wk1', msgtype, [msgtype]: content }]);
	});

	it('sends numbers in a menu as text', async () => {
		const row = [
			{ type: 'click', id: '={{ 101 }}', content: '={{ 5 }}' },
			{ type: 'text', content: '={{ 0 }}' },
		];
		await itemsOf(simulator(), send({ msgtype: 'msgmenu', menu: { row } }));
		expect(sent()[0].msgmenu).toEqual({
			list: [
				{ type: 'click', click: { id: '101', content: '5' } },
				{ type: 'text', text: { content: '0' } },
			],
		});
	});

	it.each([
		['image', 'photo.png', 'image/png', {}, 'media_id'],
		['voice', 'memo.amr', 'audio/amr', {}, 'media_id'],
		['video', 'clip.mp4', 'video/mp4', {}, 'media_id'],
		['file', '报告.pdf', 'application/pdf', {}, 'media_id'],
		['link', 'cover.png', 'image/png', { title: 'T', url: 'https://a.example' }, 'thumb_media_id'],
		[
			'miniprogram',
			'cover.png',
			'image/png',
			{ appid: 'wx1', pagepath: '/p.html' },
			'thumb_media_id',
		],
	])('%s, its file uploaded first', async (msgtype, name, type, form, field) => {
		await itemsOf(simulator(), send({ msgtype, ...form }, [await file(name, type)]));
		const { [msgtype]: content } = sent()[0] as Record<string, IDataObject>;
		expect(content).toMatchObject(form);
		const media = simulator().state.media.get(content[field] as string);
		expect(media).toMatchObject({
			filename: name,
			type: field === 'media_id' ? msgtype : 'image',
		});
	});

	it('sends an uploaded file by its media ID', async () => {
		await itemsOf(simulator(), send({ msgtype: 'file', mediaFrom: 'mediaId', media_id: 'M1' }));
		expect(sent()[0].file).toEqual({ media_id: 'M1' });
	});

	it.each([
		[{ msgtype: 'text', content: '  ' }, "'Content' is empty"],
		[{ msgtype: 'text', content: '={{ null }}' }, "'Content' is empty"],
		[{ msgtype: 'text', content: '={{ $json.none }}' }, "'Content' is empty"],
		[
			{ msgtype: 'text', content: '字'.repeat(683) },
			"'Content' has 2,049 bytes, WeCom takes 2,048",
		],
		[{ msgtype: 'link', title: 'T' }, "'Link' is empty"],
		[
			{ msgtype: 'miniprogram', appid: 'a', pagepath: 'p', title: 'x'.repeat(65) },
			"'Title' has 65 bytes, WeCom takes 64",
		],
		[{ msgtype: 'location', latitude: '91', longitude: '0' }, "There is no place at '91', '0'"],
		[
			{ msgtype: 'location', latitude: 'here', longitude: '0' },
			"'Latitude' is 'here' where WeCom needs a number",
		],
		[{ msgtype: 'msgmenu' }, 'The menu has 0 entries to tap'],
		[
			{ msgtype: 'msgmenu', menu: { row: Array(11).fill({ type: 'click', content: 'x' }) } },
			'The menu has 11 entries to tap',
		],
		[
			{ msgtype: 'msgmenu', menu: { row: [{ type: 'view', content: 'x' }] } },
			"'Link' of a menu entry is empty",
		],
	])('refuses before anything is sent (%#)', async (parameters, message) => {
		expect((await failure(send(parameters as IDataObject)))?.message).toBe(message);
		expect(sent()).toEqual([]);
	});

	it('says how often and how long one may answer', async () => {
		simulator().control.inject({ path: '/cgi-bin/kf/send_msg', errcode: 95001 });
		const error = await failure(send({ msgtype: 'text', content: 'x' }));
		expect(error?.message).toMatch(/\(95001\)/);
		expect(error?.description).toMatch(/up to five can be sent within 48 hours/);
	});
});

it('Send Event Message takes text or a menu', async () => {
	const onEvent = (parameters: IDataObject) => ({
		...call('sendEventMessage', {}),
		parameters: { code: 'CODE', ...parameters },
	});
	await itemsOf(simulator(), onEvent({ msgtype: 'msgmenu', ...MENU }));
	await itemsOf(
		simulator(),
		onEvent({
			msgtype: 'text',
			content: 'Hi',
			options: { additionalParameters: '{"msgid":"my-1"}' },
		}),
	);
	expect(bodies('/cgi-bin/kf/send_msg_on_event')).toEqual([
		{ code: 'CODE', msgtype: 'msgmenu', msgmenu: MENU_SENT },
		{ code: 'CODE', msgtype: 'text', text: { content: 'Hi' }, msgid: 'my-1' },
	]);
});

describe('Get Messages', () => {
	const path = '/cgi-bin/kf/sync_msg';
	const list = (parameters: IDataObject) => itemsOf(simulator(), call('getMessages', parameters));
	beforeEach(() => {
		const messages = Array.from({ length: 25 }, (_, i) => ({ msgid: `m${i}`, msgtype: 'text' }));
		simulator().control.setList(path, messages, { pageSize: 10 });
	});

	it('goes through the pages and hands out the cursor to go on with', async () => {
		const all = await list({
			returnAll: true,
			token: 'ENC',
			options: { additionalParameters: '{"voice_format":1}' },
		});
		expect(all.map(({ msgid }) => msgid)).toEqual(Array.from({ length: 25 }, (_, i) => `m${i}`));
		const requests = bodies(path);
		expect(requests).toHaveLength(3);
		expect(requests[0]).toEqual({ open_kfid: 'wk1', token: 'ENC', voice_format: 1, limit: 1000 });
		expect(requests[1].cursor).toBe(all[9].next_cursor);
	});

	it('goes on behind the last message it gave', async () => {
		const first = await list({ limit: 7 });
		const cursor = first[6].next_cursor;
		const next = await list({ limit: 30, cursor });
		expect(next.map(({ msgid }) => msgid)[0]).toBe('m7');
		expect(next).toHaveLength(18);
		expect(await list({ cursor: next[17].next_cursor })).toEqual([]);
	});
});

it.each([
	[
		'transferSession',
		{ external_userid: 'wm1', service_state: 3 },
		"'Servicer' is empty",
		'/cgi-bin/kf/service_state/trans',
		{ servicer_userid: byId('zhangsan') },
	],
	[
		'recommendMemberOrGroup',
		{ external_userid: 'wm1', type: 1, wording: 'Hi' },
		"'User ID' is empty",
		'/cgi-bin/kf/customer/upgrade_service',
		{ userid: 'zhangsan' },
	],
	[
		'recommendMemberOrGroup',
		{ external_userid: 'wm1', type: 2 },
		"'Customer Group ID' is empty",
		'/cgi-bin/kf/customer/upgrade_service',
		{ chat_id: 'wr1' },
	],
])(
	'%s needs someone to hand the customer to (%#)',
	async (operation, form, message, path, chosen) => {
		expect((await failure(call(operation, form)))?.message).toBe(message);
		expect(bodies(path)).toEqual([]);
		await itemsOf(simulator(), call(operation, { ...form, ...chosen }));
		expect(bodies(path)).toHaveLength(1);
	},
);

it('up to 20 departments are added as servicers at once, up to 100 removed', async () => {
	const department_id_list = Array.from({ length: 21 }, (_, index) => index + 1);
	const run = (operation: string) => ({
		...call(operation, { department_id_list }),
		resource: 'customerServiceAccount',
	});
	expect((await failure(run('addServicers')))?.message).toBe(
		"'Department Names or IDs' has 21 entries, WeCom takes 20",
	);
	expect(bodies('/cgi-bin/kf/servicer/add')).toEqual([]);
	await itemsOf(simulator(), run('removeServicers'));
	expect(bodies('/cgi-bin/kf/servicer/del')).toHaveLength(1);
});
