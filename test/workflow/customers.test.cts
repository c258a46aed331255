import type { IDataObject, INodeExecutionData, NodeApiError } from 'n8n-workflow';
import type { Part } from '../../simulator/multipart.cts';
import { binaryItem, runLoadOptions } from '../support/harness.cts';
import {
	byId,
	credentialOf,
	credentialTypes,
	itemsOf,
	nodeTypes,
	runWecom,
	useSimulator,
	WECOM,
} from './support.cts';

const simulator = useSimulator();
const CONTACT = '/cgi-bin/externalcontact';

const call = (
	resource: string,
	operation: string,
	parameters: IDataObject = {},
	items?: INodeExecutionData[],
) => ({ resource, operation, parameters, items });
const sentTo = (path: string) => simulator().requests.filter((request) => request.path === path);
const bodyOf = (path: string) => sentTo(path)[0]?.body as IDataObject;
const apiCalls = () => simulator().requests.filter(({ path }) => path !== '/cgi-bin/gettoken');
const failure = async (run: ReturnType<typeof call>) =>
	(await runWecom(simulator(), run)).error as NodeApiError | undefined;
const image = async (names = ['data']) =>
	await binaryItem(
		{},
		Object.fromEntries(
			names.map((name) => [
				name,
				{ data: '0123456789', fileName: `${name}.png`, mimeType: 'image/png' },
			]),
		),
	);
const rows = (...row: IDataObject[]) => ({ row });
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

describe('Customer', () => {
	const followers = Array.from({ length: 5 }, (_, index) => ({ userid: `u${index}` }));

	it('Get brings the members of all pages in one item, simplified or raw', async () => {
		simulator().control.setList(`${CONTACT}/get`, followers, { pageSize: 2 });
		const get = (simplify: boolean) =>
			itemsOf(simulator(), call('customer', 'get', { external_userid: byId('wm1'), simplify }));
		const [flat] = await get(true);
		expect(flat).toMatchObject({ name: '李四', type: 2, follow_user: followers });
		expect(Object.keys(flat).length).toBeLessThanOrEqual(10);
		expect(sentTo(`${CONTACT}/get`)).toHaveLength(3);
		const [raw] = await get(false);
		expect(raw).toEqual({
			external_contact: expect.objectContaining({ corp_full_name: '腾讯科技有限公司' }),
			follow_user: followers,
		});
	});

	it('Get Many gives IDs, none for a member without customers, and fails on anything else', async () => {
		const list = call('customer', 'getAll', { userid: byId('zhangsan'), returnAll: true });
		expect(await itemsOf(simulator(), list)).toEqual([
			{ external_userid: 'woAJ2GCAAAXtWyujaWJHDDGi0mACAAA' },
			{ external_userid: 'wmqfasd1e1927831291723123109rAAA' },
		]);
		const { control } = simulator();
		control.inject({ path: `${CONTACT}/list`, errcode: 84061 });
		expect(await itemsOf(simulator(), list)).toEqual([]);
		control.inject({ path: `${CONTACT}/list`, errcode: 60111 });
		expect((await failure(list))?.message).toMatch(/\(60111\)/);
	});

	it('Get Many with Details pages through, flat or raw', async () => {
		const entries = Array.from({ length: 130 }, (_, index) => ({
			external_contact: { external_userid: `wm${index}`, name: `N${index}`, external_profile: {} },
			follow_info: { userid: 'zhangsan', tag_id: ['et1'] },
		}));
		simulator().control.setList(`${CONTACT}/batch/get_by_user`, entries);
		const details = (parameters: IDataObject) =>
			itemsOf(
				simulator(),
				call('customer', 'getManyWithDetails', { userid_list: ['zhangsan'], ...parameters }),
			);
		const warning = 'Customers of members without a license are left out: lisi.';
		const flat = await details({ returnAll: true });
		expect(flat).toHaveLength(130);
		expect(flat[129]).toEqual({
			external_userid: 'wm129',
			name: 'N129',
			follow_info: { userid: 'zhangsan', tag_id: ['et1'] },
			warning,
		});
		expect(await details({ limit: 1, simplify: false })).toEqual([{ ...entries[0], warning }]);
	});

	it('Get Members and Get Many of acquisition links name the IDs', async () => {
		expect(await itemsOf(simulator(), call('customer', 'getMembers', { returnAll: true }))).toEqual(
			[{ userid: 'zhangsan' }, { userid: 'lissi' }],
		);
		simulator().control.setList(`${CONTACT}/customer_acquisition/list_link`, ['ca1', 'ca2']);
		expect(await itemsOf(simulator(), call('customerAcquisition', 'getAll', { limit: 1 }))).toEqual(
			[{ link_id: 'ca1' }],
		);
	});
});

describe('Customer Message', () => {
	const sender = byId('zhangsan');
	const create = (parameters: IDataObject, items?: INodeExecutionData[]) =>
		call(
			'customerMessage',
			'createBulkMessage',
			{ chat_type: 'single', external_userid: 'wm1', ...parameters },
			items,
		);

	it('sends text and every kind of attachment, files uploaded first', async () => {
		const { control } = simulator();
		const video = control.addMedia({ filename: 'clip.mp4', type: 'video' });
		const [item] = await itemsOf(
			simulator(),
			create(
				{
					external_userid: 'wm1, wm2',
					content: '你好',
					attachments: rows(
						{ msgtype: 'image', mediaFrom: 'binary', binaryPropertyName: 'photo' },
						{ msgtype: 'link', title: 'T', url: 'https://a.example', desc: 'D', picurl: '' },
						{
							msgtype: 'miniprogram',
							title: 'M',
							appid: 'wx8',
							page: '/p',
							binaryPropertyName: 'photo',
						},
						{ msgtype: 'video', mediaFrom: 'mediaId', media_id: video },
						{ msgtype: 'file', binaryPropertyName: 'photo' },
					),
					allow_select: true,
				},
				[await image(['photo'])],
			),
		);
		expect(item).toMatchObject({ msgid: expect.any(String), fail_list: expect.any(Array) });
		const body = bodyOf(`${CONTACT}/add_msg_template`);
		const uploaded = [...simulator().state.media.values()].filter(
			({ filename }) => filename === 'photo.png',
		);
		expect(uploaded.map(({ type }) => type).sort()).toEqual(['file', 'image', 'image']);
		const media_id = expect.any(String);
		expect(body).toEqual({
			chat_type: 'single',
			external_userid: ['wm1', 'wm2'],
			allow_select: true,
			text: { content: '你好' },
			attachments: [
				{ msgtype: 'image', image: { media_id } },
				{ msgtype: 'link', link: { title: 'T', url: 'https://a.example', desc: 'D' } },
				{
					msgtype: 'miniprogram',
					miniprogram: { title: 'M', appid: 'wx8', page: '/p', pic_media_id: media_id },
				},
				{ msgtype: 'video', video: { media_id: video } },
				{ msgtype: 'file', file: { media_id } },
			],
		});
		const { image: first } = (body.attachments as IDataObject[])[0];
		expect(simulator().state.media.get((first as IDataObject).media_id as string)?.type).toBe(
			'image',
		);
	});

	it.each([
		['={{ "ids" }}', { external_userid: ['wm1'] }],
		['={{ "tags" }}', { tag_filter: { group_list: [{ tag_list: ['et1'] }] } }],
		['={{ "all" }}', {}],
	])(
		'goes to whom an expression says, though the form then has all lists: %s',
		async (to, wanted) => {
			const group_list = rows({ tag_list: ['et1'] });
			await itemsOf(simulator(), create({ content: 'x', sender, to, group_list }));
			const [{ body }] = sentTo(`${CONTACT}/add_msg_template`);
			const { external_userid, tag_filter } = body as IDataObject;
			expect({
				...(external_userid && { external_userid }),
				...(tag_filter && { tag_filter }),
			}).toEqual(wanted);
		},
	);

	it('goes to a group that an expression chooses', async () => {
		const parameters = { chat_type: '={{ "group" }}', external_userid: '', chat_id_list: 'wr1' };
		await itemsOf(simulator(), create({ ...parameters, content: 'x', sender }));
		const [{ body }] = sentTo(`${CONTACT}/add_msg_template`);
		expect(body).toMatchObject({ chat_type: 'group', chat_id_list: ['wr1'] });
	});

	it.each([
		[{ content: ' ' }, 'There is nothing to send'],
		[{ content: '={{ null }}' }, 'There is nothing to send'],
		[{ content: '={{ $json.none }}' }, 'There is nothing to send'],
		[{ content: '字'.repeat(1334) }, "'Content' has 4,002 bytes, WeCom takes 4,000"],
		[{ content: 'x', chat_type: 'group', chat_id_list: 'wr1' }, "'Sender' is empty"],
		[{ content: 'x', external_userid: '={{ "" }}' }, 'Nobody is chosen to get the message'],
		[{ content: 'x', external_userid: '={{ [] }}', sender }, 'Nobody is chosen to get the message'],
		[{ content: 'x', to: 'tags', sender }, "'Tags' is empty"],
		[{ content: 'x', to: 'tags', group_list: rows() }, "'Tags' is empty"],
		[
			{ content: 'x', to: 'tags', sender, group_list: rows({ tag_list: '={{ [] }}' }) },
			"'Tag Names or IDs' is empty",
		],
		[{ content: 'x', to: 'all' }, "'Sender' is empty"],
		[
			{ content: 'x', to: '={{ "" }}', external_userid: '={{ [] }}', sender },
			'Nobody is chosen to get the message',
		],
		[
			{ content: 'x', external_userid: Array.from({ length: 10_001 }, (_, i) => `wm${i}`).join() },
			"'External User IDs' has 10,001 entries, WeCom takes 10,000",
		],
		[{ attachments: rows({ msgtype: 'link', title: 'T' }) }, "'Link' of an attachment is empty"],
		[
			{
				attachments: rows({
					msgtype: 'miniprogram',
					title: 'T'.repeat(65),
					appid: 'wx',
					page: 'p',
				}),
			},
			"'Title' has 65 bytes, WeCom takes 64",
		],
		[
			{ attachments: rows(...Array<IDataObject>(10).fill({ msgtype: 'image' })) },
			'There are 10 attachments, WeCom takes 9',
		],
	])('refuses before anything is sent (%#)', async (parameters, message) => {
		expect((await failure(create(parameters)))?.message).toBe(message);
		expect(apiCalls()).toEqual([]);
	});

	it.each([
		[
			'by tags',
			{ to: 'tags', group_list: rows({ tag_list: ['et1', 'et2'] }, { tag_list: ['et3'] }) },
			{ tag_filter: { group_list: [{ tag_list: ['et1', 'et2'] }, { tag_list: ['et3'] }] } },
		],
		['to all customers of a member', { to: 'all', sender }, { sender: 'zhangsan' }],
		[
			'to groups',
			{ chat_type: 'group', chat_id_list: 'wr1', sender },
			{ sender: 'zhangsan', chat_type: 'group', chat_id_list: ['wr1'], allow_select: undefined },
		],
	])('goes out %s', async (_name, parameters, wanted) => {
		await itemsOf(simulator(), create({ content: 'x', ...parameters }));
		expect(bodyOf(`${CONTACT}/add_msg_template`)).toEqual({
			chat_type: 'single',
			allow_select: false,
			text: { content: 'x' },
			...wanted,
		});
	});

	it('sends numbers in a link as text', async () => {
		const link = { msgtype: 'link', title: '={{ 20260101 }}', url: 'https://a.example' };
		await itemsOf(simulator(), create({ attachments: rows({ ...link, desc: '={{ 0 }}' }) }));
		expect(bodyOf(`${CONTACT}/add_msg_template`).attachments).toEqual([
			{ msgtype: 'link', link: { title: '20260101', url: 'https://a.example', desc: '0' } },
		]);
	});

	it('refuses a file of the wrong kind and a missing media ID', async () => {
		const attached = (row: IDataObject) => create({ attachments: rows(row) });
		const items = [await image()];
		expect((await failure({ ...attached({ msgtype: 'video' }), items }))?.description).toContain(
			'As video WeCom takes MP4',
		);
		expect(
			(await failure(attached({ msgtype: 'file', mediaFrom: 'mediaId', media_id: ' ' })))?.message,
		).toBe("'Media ID' is empty");
		expect(sentTo(`${CONTACT}/add_msg_template`)).toEqual([]);
	});

	it('welcomes a customer', async () => {
		expect(
			await itemsOf(
				simulator(),
				call('customerMessage', 'sendWelcomeMessage', {
					welcome_code: 'CODE',
					content: 'Welcome!',
					options: { additionalParameters: '{"text":{"content":"Hi"}}' },
				}),
			),
		).toEqual([{ success: true }]);
		// Additional parameters win over the form.
		expect(bodyOf(`${CONTACT}/send_welcome_msg`)).toEqual({
			welcome_code: 'CODE',
			text: { content: 'Hi' },
		});
	});

	it('keeps a template with one attachment under its own name', async () => {
		await itemsOf(
			simulator(),
			call('customerMessage', 'updateGroupWelcomeTemplate', {
				template_id: 'msg1',
				content: '%NICKNAME%, hello',
				attachments: rows({ msgtype: 'link', title: 'T', url: 'https://a.example' }),
			}),
		);
		expect(bodyOf(`${CONTACT}/group_welcome_template/edit`)).toEqual({
			template_id: 'msg1',
			text: { content: '%NICKNAME%, hello' },
			link: { title: 'T', url: 'https://a.example' },
		});
		await itemsOf(
			simulator(),
			call('customerMessage', 'createGroupWelcomeTemplate', { content: 'Hello', notify: false }),
		);
		expect(bodyOf(`${CONTACT}/group_welcome_template/add`)).toEqual({
			text: { content: 'Hello' },
			notify: 0,
		});
		const link = { msgtype: 'link', title: 'T', url: 'https://a.example' };
		expect(
			(
				await failure(
					call('customerMessage', 'createGroupWelcomeTemplate', { attachments: rows(link, link) }),
				)
			)?.message,
		).toBe('There are 2 attachments, WeCom takes 1');
	});

	it('asks for a month of bulk messages at most', async () => {
		const list = (start_time: string, end_time: string) =>
			call('customerMessage', 'getManyBulkMessages', { chat_type: 'single', start_time, end_time });
		expect((await failure(list(daysAgo(400), daysAgo(360))))?.message).toBe(
			'The dates span 40 days, WeCom gives 31 at once',
		);
		expect((await failure(list(daysAgo(1), daysAgo(3))))?.message).toBe("'End' is before 'Start'");
		await itemsOf(simulator(), list(daysAgo(400), daysAgo(370)));
		expect(sentTo(`${CONTACT}/get_groupmsg_list_v2`)).not.toEqual([]);
	});
});

/** What was uploaded to the store for attachments. */
const uploads = () =>
	sentTo('/cgi-bin/media/upload_attachment')
		.filter(({ errcode }) => errcode === 0)
		.map(({ query: { media_type, attachment_type }, body }) => ({
			media_type,
			attachment_type,
			file: (body as Part[])[0].parameters.filename,
		}))
		.sort((a, b) => String(a.file).localeCompare(String(b.file)));

describe('Customer Moment', () => {
	const create = (parameters: IDataObject, items?: INodeExecutionData[]) =>
		call('customerMoment', 'create', parameters, items);

	it('uploads images to the store of moments and limits who sees it', async () => {
		const [item] = await itemsOf(
			simulator(),
			create(
				{
					content: 'Hello',
					msgtype: 'image',
					binaryPropertyNames: 'one, two',
					additionalFields: { user_list: ['zhangsan'], department_list: ['2'], tag_list: ['et1'] },
				},
				[await image(['one', 'two'])],
			),
		);
		expect(item).toEqual({ jobid: 'xxxx' });
		expect(uploads()).toEqual(
			['one', 'two'].map((name) => ({
				media_type: 'image',
				attachment_type: '1',
				file: `${name}.png`,
			})),
		);
		const shown = { msgtype: 'image', image: { media_id: expect.any(String) } };
		expect(bodyOf(`${CONTACT}/add_moment_task`)).toEqual({
			text: { content: 'Hello' },
			attachments: [shown, shown],
			visible_range: {
				sender_list: { user_list: ['zhangsan'], department_list: [2] },
				external_contact_list: { tag_list: ['et1'] },
			},
		});
	});

	it('shows a link with its cover, or text alone', async () => {
		await itemsOf(
			simulator(),
			create({ msgtype: 'link', title: 'T', url: 'https://a.example' }, [await image()]),
		);
		await itemsOf(simulator(), create({ content: 'Text', msgtype: 'none' }));
		const [link, text] = sentTo(`${CONTACT}/add_moment_task`).map(({ body }) => body);
		expect(link).toEqual({
			attachments: [
				{
					msgtype: 'link',
					link: { title: 'T', url: 'https://a.example', media_id: expect.any(String) },
				},
			],
		});
		expect(text).toEqual({ text: { content: 'Text' } });
	});

	it.each([
		['video', 'a,b', 'There are 2 attachments, WeCom takes 1'],
		['image', 'a,b,c,d,e,f,g,h,i,j', 'There are 10 attachments, WeCom takes 9'],
	])('refuses too many: %s', async (msgtype, binaryPropertyNames, message) => {
		expect((await failure(create({ msgtype, binaryPropertyNames })))?.message).toBe(message);
		expect(apiCalls()).toEqual([]);
	});
});

describe('Customer Product', () => {
	it('uploads the pictures to the store of products', async () => {
		simulator();
		const items = [await image(['front', 'back'])];
		const product = { description: 'Tea', price: 19900, binaryPropertyNames: 'front,back' };
		const [item] = await itemsOf(
			simulator(),
			call('customerProduct', 'create', { ...product, product_sn: 'A1' }, items),
		);
		expect(item).toEqual({ product_id: expect.any(String) });
		expect(uploads()).toMatchObject([{ attachment_type: '2' }, { attachment_type: '2' }]);
		const picture = { type: 'image', image: { media_id: expect.any(String) } };
		expect(bodyOf(`${CONTACT}/add_product_album`)).toEqual({
			description: 'Tea',
			price: 19900,
			product_sn: 'A1',
			attachments: [picture, picture],
		});
	});

	it('updates without pictures, and checks pictures and price', async () => {
		const product = { product_id: byId('p1'), description: 'Tea', price: 1 };
		expect(await itemsOf(simulator(), call('customerProduct', 'update', product))).toEqual([
			{ product_id: 'p1', success: true },
		]);
		expect(bodyOf(`${CONTACT}/update_product_album`)).not.toHaveProperty('attachments');
		expect(
			(await failure(call('customerProduct', 'create', { ...product, binaryPropertyNames: '' })))
				?.message,
		).toBe('A product has 0 pictures');
		expect(
			(await failure(call('customerProduct', 'update', { ...product, price: '={{ "" }}' })))
				?.message,
		).toBe("'Price' is empty");
		expect(
			(
				await failure(
					call('customerProduct', 'update', { product_id: byId('p1'), description: 'Tea' }),
				)
			)?.message,
		).toBe("'Price' is empty");
		expect(
			(await failure(call('customerProduct', 'update', { ...product, price: 5_000_001 })))?.message,
		).toBe('The price of 5000001 fen is out of range');
	});
});

describe('what WeCom would refuse or ignore', () => {
	const member = byId('zhangsan');
	const customer = byId('wm1');
	const owners = { userid_list: ['zhangsan'] };
	it.each([
		[
			'customer',
			'tag',
			{ userid: member, external_userid: customer },
			"'Tag Names or IDs to Add' and 'Tag Names or IDs to Remove' are empty",
		],
		[
			'customer',
			'update',
			{ userid: member, external_userid: customer, updateFields: { remark: '名'.repeat(21) } },
			"'Remark' has 21 characters, WeCom takes 20",
		],
		[
			'customerTag',
			'create',
			{ tag: rows({ name: 'A' }) },
			"'Tag Group Name' and 'Tag Group' are empty",
		],
		['customerTag', 'delete', {}, "'Tag IDs' and 'Tag Group IDs' are empty"],
		[
			'customerContactWay',
			'create',
			{ type: 1, scene: 2, user: ['a', 'b'] },
			'A contact way to one member has 2 members',
		],
		[
			'customerAcquisition',
			'create',
			{ link_name: 'x', user_list: Array.from({ length: 501 }, (_, i) => `u${i}`) },
			"'Member Names or IDs' has 501 entries, WeCom takes 500",
		],
		[
			'customerStatistic',
			'getContactsPerDay',
			{ start_time: daysAgo(3), end_time: daysAgo(2) },
			"'Member Names or IDs' and 'Department Names or IDs' are empty",
		],
		[
			'customerStatistic',
			'getGroupsByDay',
			{ ...owners, day_begin_time: daysAgo(200), day_end_time: daysAgo(190) },
			'WeCom has no statistics of these days',
		],
		[
			'customerStatistic',
			'getGroupsByOwner',
			{ ...owners, day_begin_time: daysAgo(2), day_end_time: daysAgo(0) },
			'WeCom has no statistics of these days',
		],
		[
			'customerWordRule',
			'create',
			{ rule_name: 'r', word_list: 'a,b', intercept_type: 1 },
			"'Member Names or IDs' and 'Department Names or IDs' are empty",
		],
	] as const)('%s.%s (%#)', async (resource, operation, parameters, message) => {
		const error = await failure(call(resource, operation, parameters as unknown as IDataObject));
		expect(error?.message).toBe(message);
		expect(error?.description).toBeTruthy();
		expect(apiCalls()).toEqual([]);
	});
});

describe('pickers', () => {
	type Search = (this: never, filter?: string) => Promise<{ results: IDataObject[] }>;
	const search = async (list: string, parameters: IDataObject = {}, filter?: string) => {
		const { listSearch } = nodeTypes[WECOM].methods as unknown as {
			listSearch: Record<string, Search>;
		};
		const node = {
			name: 'WeCom',
			type: WECOM,
			parameters: parameters as never,
			credentials: { wecomApi: 'c1' },
		};
		const credentials = { c1: credentialOf(simulator()) as never };
		const { results } = await runLoadOptions(
			{ node, nodeTypes, credentialTypes, credentials },
			async function () {
				return await listSearch[`search${list}`].call(this as never, filter);
			},
		);
		return results;
	};

	it('offers customers by remark, name and company', async () => {
		const found = await search('Customers');
		expect(found).toContainEqual({
			name: '李部长 / 李四 @ 腾讯',
			value: 'woAJ2GCAAAXtWyujaWJHDDGi0mACHAAA',
		});
		expect(bodyOf(`${CONTACT}/batch/get_by_user`).userid_list).toEqual(['zhangsan', 'lissi']);
	});

	it('offers the customers of the chosen member', async () => {
		const parameters = { resource: 'customer', operation: 'tag', userid: byId('linna') };
		await search('MemberCustomers', parameters);
		expect(bodyOf(`${CONTACT}/batch/get_by_user`).userid_list).toEqual(['linna']);
		expect(sentTo(`${CONTACT}/get_follow_user_list`)).toEqual([]);
	});

	it('offers tags with their groups, without deleted ones', async () => {
		expect(await search('CorpTags')).toEqual([{ name: 'GOURP_NAME / NAME1', value: 'TAG_ID1' }]);
		expect(await search('CorpTagGroups')).toEqual([{ name: 'GOURP_NAME', value: 'TAG_GROUPID1' }]);
	});

	it('offers the tags of the chosen strategy', async () => {
		const { control } = simulator();
		const path = `${CONTACT}/get_strategy_tag_list`;
		const tag = [{ id: 't7', name: 'Gold' }];
		control.setList(path, [{ group_id: 'g7', group_name: 'Level', tag }]);
		const create = { operation: 'createInStrategy', strategy_id: byId(7) };
		expect(await search('CorpTagGroups', { resource: 'customerTag', ...create })).toEqual([
			{ name: 'Level', value: 'g7' },
		]);
		const update = { resource: 'customerTag', operation: 'updateInStrategy' };
		expect(await search('CorpTags', update)).toEqual([{ name: 'Level / Gold', value: 't7' }]);
		const answered = sentTo(path).filter(({ errcode }) => errcode === 0);
		expect(answered.map(({ body }) => body)).toEqual([{ strategy_id: 7 }, {}]);
	});

	it.each([
		['CustomerGroups', 'groupchat/list', { chat_id: 'wr1' }, 'wr1', '销售客服群'],
		['ContactWays', 'list_contact_way', { config_id: 'c1' }, 'c1', expect.any(String)],
		['AcquisitionLinks', 'customer_acquisition/list_link', 'ca1', 'ca1', 'LINK_NAME'],
		['CustomerStrategies', 'customer_strategy/list', { strategy_id: 7 }, '7', 'NAME'],
		['Products', 'get_product_album_list', { product_id: 'p1', description: 'Tea' }, 'p1', 'Tea'],
		['SensitiveWordRules', 'get_intercept_rule_list', { rule_id: 'r1', rule_name: 'R' }, 'r1', 'R'],
	])('offers %s by name', async (list, path, entry, value, name) => {
		simulator().control.setList(`${CONTACT}/${path}`, [entry]);
		expect(await search(list)).toEqual([{ name, value }]);
	});

	it('offers customer service accounts and groups of questions', async () => {
		const { control } = simulator();
		const accounts = Array.from({ length: 130 }, (_, i) => ({
			open_kfid: `wk${i}`,
			name: `A${i}`,
		}));
		control.setList('/cgi-bin/kf/account/list', accounts);
		expect(await search('ServiceAccounts', {}, 'A129')).toEqual([{ name: 'A129', value: 'wk129' }]);
	});
});

it('Customer Statistic takes days as they are in China', async () => {
	const day = daysAgo(3).slice(0, 10);
	await itemsOf(
		simulator(),
		call('customerStatistic', 'getGroupsByDay', {
			userid_list: ['zhangsan'],
			day_begin_time: `${day}T00:00:00`,
			day_end_time: `${day}T00:00:00`,
		}),
	);
	const midnight = Date.parse(`${day}T00:00:00+08:00`) / 1000;
	expect(bodyOf(`${CONTACT}/groupchat/statistic_group_by_day`)).toMatchObject({
		day_begin_time: midnight,
		day_end_time: midnight,
	});
});

it('Acquisition Link > Update keeps the name when none is given', async () => {
	const update = { link_id: byId('ca1'), user_list: ['zhangsan'] };
	await itemsOf(simulator(), call('customerAcquisition', 'update', update));
	expect(bodyOf(`${CONTACT}/customer_acquisition/update_link`)).toEqual({
		link_id: 'ca1',
		range: { user_list: ['zhangsan'] },
	});
});

it('Contact Way: only Create says whether it is exclusive or temporary', async () => {
	const settings = { user: ['zhangsan'], is_temp: true, is_exclusive: true };
	const additionalFields = { is_temp: true, is_exclusive: true };
	await itemsOf(simulator(), call('customerContactWay', 'create', settings));
	expect(bodyOf(`${CONTACT}/add_contact_way`)).toMatchObject({ is_temp: true, is_exclusive: true });
	const update = { config_id: byId('c1'), ...settings, additionalFields };
	await itemsOf(simulator(), call('customerContactWay', 'update', update));
	expect(bodyOf(`${CONTACT}/update_contact_way`)).toEqual({ config_id: 'c1', user: ['zhangsan'] });
});
