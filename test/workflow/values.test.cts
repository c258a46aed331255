/** What people, spreadsheets, databases and agents give, and what goes out: reports of users of other packages, one by one. */
import type { IDataObject, NodeOperationError } from 'n8n-workflow';
import { binaryItem } from '../support/harness.cts';
import { byId, itemsOf, runWecom, useSimulator, type Run } from './support.cts';

const simulator = useSimulator();

/** The bodies of the calls to an endpoint, in order. */
const bodies = (path: string) =>
	simulator()
		.requests.filter((request) => request.path === `/cgi-bin/${path}`)
		.map(({ body }) => body as IDataObject);
const answer = (path: string, reply: IDataObject) =>
	simulator().control.inject({
		path: `/cgi-bin/${path}`,
		rawBody: JSON.stringify({ errcode: 0, errmsg: 'ok', ...reply }),
		times: 1000,
	});
const failure = async (run: Run) => {
	const { error } = await runWecom(simulator(), run);
	return error as NodeOperationError | undefined;
};
const send = (parameters: IDataObject, more: Partial<Run> = {}): Run => ({
	resource: 'message',
	operation: 'send',
	parameters: { content: 'x', ...parameters },
	...more,
});

it('IDs as JSON text and with 、 reach their people', async () => {
	await itemsOf(simulator(), send({ touser: '={{ \'["zhangsan","lisi"]\' }}' }));
	const to = { sendTo: ['members', 'departments', 'tags'] };
	await itemsOf(
		simulator(),
		send({ ...to, touser: 'zhangsan、lisi', toparty: '2、3', totag: '[1,2]' }),
	);
	expect(bodies('message/send')).toMatchObject([
		{ touser: 'zhangsan|lisi' },
		{ touser: 'zhangsan|lisi', toparty: '2|3', totag: '1|2' },
	]);
});

it('Half a character, as cutting a text leaves it, does not cost the message', async () => {
	const run = send({ touser: 'zhangsan', content: "={{ '早😀'.slice(0, 2) + '安😀' }}" });
	await itemsOf(simulator(), run);
	expect(bodies('message/send').at(-1)).toMatchObject({ text: { content: '早\ufffd安😀' } });
});

describe('A message type that comes from an expression', () => {
	it.each([
		['message', 'send', { touser: 'zhangsan' }, 'message/send'],
		['groupChat', 'sendMessage', { chatid: 'C' }, 'appchat/send'],
	])('is all that %s > %s asks for', async (resource, operation, to, path) => {
		const parameters = { msgtype: "={{ 'markdown' }}", content: '**x**', ...to };
		answer(path, {});
		await itemsOf(simulator(), { resource, operation, parameters });
		expect(bodies(path)).toMatchObject([{ msgtype: 'markdown', markdown: { content: '**x**' } }]);
	});

	it('still asks for what the type needs', async () => {
		const error = await failure(
			send({ touser: 'zhangsan', content: '', msgtype: "={{ 'text' }}" }),
		);
		expect(error?.message).toBe("'Content' is empty");
	});
});

describe('Additional Parameters win over the form, and satisfy it', () => {
	const added = (parameters: IDataObject) => ({
		options: { additionalParameters: JSON.stringify(parameters) },
	});

	it.each<[string, string, IDataObject, IDataObject, string, IDataObject]>([
		[
			'customerService',
			'sendMessage',
			{ open_kfid: byId('wk1'), touser: 'wm1', msgtype: 'text', content: '' },
			{ text: { content: 'from JSON' } },
			'kf/send_msg',
			{ text: { content: 'from JSON' }, msgtype: 'text' },
		],
		[
			'customerService',
			'sendMessage',
			{ open_kfid: byId('wk1'), touser: 'wm1', msgtype: 'image' },
			{ image: { media_id: 'M' } },
			'kf/send_msg',
			{ image: { media_id: 'M' } },
		],
		[
			'customerMessage',
			'sendWelcomeMessage',
			{ welcome_code: 'C', content: '' },
			{ attachments: [{ msgtype: 'image', image: { pic_url: 'https://a.example/p.png' } }] },
			'externalcontact/send_welcome_msg',
			{ attachments: [{ msgtype: 'image', image: { pic_url: 'https://a.example/p.png' } }] },
		],
		[
			'customerMoment',
			'create',
			{ content: 'form', msgtype: 'image' },
			{ text: { content: 'JSON' }, attachments: [{ msgtype: 'image', image: { media_id: 'M' } }] },
			'externalcontact/add_moment_task',
			{ text: { content: 'JSON' }, attachments: [{ msgtype: 'image', image: { media_id: 'M' } }] },
		],
		[
			'customerProduct',
			'create',
			{ description: 'D', price: 1, binaryPropertyNames: '' },
			{ attachments: [{ type: 'image', image: { media_id: 'M' } }] },
			'externalcontact/add_product_album',
			{ attachments: [{ type: 'image', image: { media_id: 'M' } }] },
		],
		[
			'message',
			'send',
			{ touser: 'zhangsan', msgtype: 'file' },
			{ file: { media_id: 'M' }, agentid: 7 },
			'message/send',
			{ file: { media_id: 'M' }, agentid: 7 },
		],
		[
			'message',
			'send',
			{ msgtype: 'template_card', main_title: 'T' },
			{ touser: 'lisi', template_card: { card_action: { type: 1, url: 'https://a.example' } } },
			'message/send',
			{
				touser: 'lisi',
				template_card: {
					card_type: 'text_notice',
					main_title: { title: 'T' },
					card_action: { type: 1, url: 'https://a.example' },
				},
			},
		],
		[
			'smartSheet',
			'appendRecord',
			{ docid: 'D', sheet_id: byId('S'), columns: { mappingMode: 'defineBelow', value: {} } },
			{ records: [{ values: { A: [{ type: 'text', text: 'x' }] } }] },
			'wedoc/smartsheet/add_records',
			{ records: [{ values: { A: [{ type: 'text', text: 'x' }] } }] },
		],
	])('%s > %s: %p with %p', async (resource, operation, parameters, json, path, expected) => {
		answer(path, {});
		const whole = { ...parameters, ...added(json) };
		await itemsOf(simulator(), { resource, operation, parameters: whole });
		expect(bodies(path)).toMatchObject([expected]);
	});
});

describe('Objects are refused by the label of their field', () => {
	const object = '={{ ({ a: 1 }) }}';
	const link = { msgtype: 'link', title: object, url: 'https://a.example' };
	const card = { msgtype: 'template_card', touser: 'zhangsan', card_url: 'https://a.example' };

	it.each<[string, string, string, IDataObject]>([
		[
			'Content',
			'customerService',
			'sendMessage',
			{ open_kfid: byId('wk1'), touser: 'wm1', msgtype: 'text', content: object },
		],
		['Content', 'customerMessage', 'sendWelcomeMessage', { welcome_code: 'C', content: object }],
		[
			'Title',
			'customerMessage',
			'sendWelcomeMessage',
			{ welcome_code: 'C', content: 'x', attachments: { row: [link] } },
		],
		['Title', 'message', 'send', { ...card, main_title: object }],
		[
			'Text',
			'message',
			'send',
			{
				...card,
				card_type: 'button_interaction',
				main_title: 'T',
				button_list: { row: [{ text: object, key: 'k' }] },
			},
		],
		[
			'Source',
			'message',
			'send',
			{ ...card, main_title: 'T', card_options: { source_desc: object } },
		],
		[
			'Video Title',
			'message',
			'send',
			{
				touser: 'a',
				msgtype: 'video',
				mediaFrom: 'mediaId',
				media_id: 'M',
				additionalFields: { videoTitle: object },
			},
		],
	])("'%s' of %s > %s", async (label, resource, operation, parameters) => {
		const error = await failure({ resource, operation, parameters });
		expect(error?.message).toBe(`'${label}' is an object where WeCom needs text`);
	});
});

describe('An approval', () => {
	const TEMPLATE = 'oa/gettemplatedetail';
	const control = (type: string, id: string, config: IDataObject = {}, require = 0) => ({
		property: { control: type, id, title: [{ text: id, lang: 'zh_CN' }], require },
		config,
	});
	const submit = (value: IDataObject): Run => ({
		resource: 'approval',
		operation: 'submit',
		parameters: {
			creator_userid: byId('zhangsan'),
			template_id: 'T1',
			controls: { mappingMode: 'defineBelow', value },
			summary: '采购',
		},
	});
	const useTemplate = (...controls: IDataObject[]) => {
		answer(TEMPLATE, { template_content: { controls } });
		answer('oa/applyevent', { sp_no: '1' });
	};
	const values = () =>
		bodies('oa/applyevent').map(({ apply_data }) =>
			(apply_data as { contents: IDataObject[] }).contents.map(({ value }) => value),
		);
	const inner = [
		{ property: { control: 'Text', id: 'Text-15', title: [{ text: '品名' }], require: 1 } },
		{ property: { control: 'Number', id: 'Number-16', title: [{ text: '数量' }], require: 0 } },
	];

	it('has numbers, amounts and days as WeCom reads them', async () => {
		useTemplate(
			control('Number', 'N'),
			control('Money', 'M'),
			control('Date', 'D', { date: { type: 'day' } }),
			control('DateRange', 'R', { date_range: { type: 'halfday' } }),
			control('DateRange', 'H', { date_range: { type: 'hour' } }),
		);
		await itemsOf(
			simulator(),
			submit({
				N: '1,200',
				M: '￥1,234.50',
				D: '2026/3/5',
				R: ['2026-03-05', '2026-03-06'],
				H: '{"begin":1772674200,"end":1772677800}',
			}),
		);
		await itemsOf(simulator(), submit({ M: '={{ 0.1 + 0.2 }}' }));
		expect(values()).toEqual([
			[
				{ new_number: '1200' },
				{ new_money: '1234.50' },
				{ date: { type: 'day', s_timestamp: '1772640000' } },
				{
					date_range: {
						type: 'halfday',
						new_begin: 1_772_640_000,
						new_end: 1_772_769_600,
						new_duration: 172_800,
					},
				},
				{
					date_range: {
						type: 'hour',
						new_begin: 1_772_674_200,
						new_end: 1_772_677_800,
						new_duration: 3600,
					},
				},
			],
			[{ new_money: '0.30' }],
		]);
		expect((await failure(submit({ N: '十二' })))?.message).toContain("'N' is '十二'");
		expect((await failure(submit({ M: '={{ 1e21 }}' })))?.message).toMatch(/'M' is (?!empty)/);
	});

	it.each<[unknown, string, string]>([
		['2026-03-05~2026-03-06', '2026-03-05T00:00', '2026-03-06T12:00'],
		['2026-03-05 至 2026-03-06', '2026-03-05T00:00', '2026-03-06T12:00'],
		['2026/3/5-2026/3/6', '2026-03-05T00:00', '2026-03-06T12:00'],
		['2026年3月5日到2026年3月6日', '2026-03-05T00:00', '2026-03-06T12:00'],
		[[46086, 46086.5], '2026-03-05T00:00', '2026-03-05T12:00'],
		[['2026/3/5 下午2:00', '2026/3/6 上午9:00'], '2026-03-05T12:00', '2026-03-06T00:00'],
	])('has half days: %p', async (given, begin, end) => {
		useTemplate(control('DateRange', 'R', { date_range: { type: 'halfday' } }));
		await itemsOf(simulator(), submit({ R: given as string }));
		const at = (time: string) => Date.parse(`${time}:00+08:00`) / 1000;
		expect(values()).toMatchObject([[{ date_range: { new_begin: at(begin), new_end: at(end) } }]]);
	});

	it('has tables by the titles of their columns', async () => {
		useTemplate(control('Table', 'T', { table: { children: inner } }));
		await itemsOf(simulator(), submit({ T: [{ 品名: '笔', 数量: 3 }] }));
		await itemsOf(simulator(), submit({ T: '```json\n[{"品名":"笔"}]\n```' }));
		const name = { control: 'Text', id: 'Text-15', title: [], value: { text: '笔' } };
		const count = { control: 'Number', id: 'Number-16', title: [], value: { new_number: '3' } };
		expect(values()).toEqual([
			[{ children: [{ list: [name, count] }] }],
			[{ children: [{ list: [name] }] }],
		]);
		expect((await failure(submit({ T: [{ 数量: 3 }] })))?.message).toBe("'品名' of 'T' is empty");
		expect((await failure(submit({ T: [{ 价: 3 }] })))?.message).toBe("'T' has no column '价'");
		expect((await failure(submit({ T: '笔' })))?.message).toContain('where rows are needed');
	});

	it('has a leave with or without its outermost name', async () => {
		useTemplate(control('Vacation', 'V'));
		const leave = {
			selector: { type: 'single', options: [{ key: '3' }] },
			attendance: { type: 1 },
		};
		await itemsOf(simulator(), submit({ V: JSON.stringify(leave) }));
		await itemsOf(simulator(), submit({ V: `\ufeff${JSON.stringify({ vacation: leave })}` }));
		expect(values()).toEqual([[{ vacation: leave }], [{ vacation: leave }]]);
	});

	it('has a leave, a trip and a table from the parts in the form', async () => {
		const item = [
			{ id: 1, name: [{ text: '年假', lang: 'zh_CN' }] },
			{ id: 2, name: [{ text: '事假', lang: 'zh_CN' }] },
		];
		useTemplate(
			control('Vacation', 'V', { vacation_list: { item } }),
			control('Attendance', 'A', { attendance: { date_range: { type: 'hour' }, type: 3 } }),
			control('DateRange', 'R', { date_range: { type: 'halfday' } }),
			control('Table', 'T', { table: { children: inner } }),
		);
		await itemsOf(
			simulator(),
			submit({
				'V-type': '事假',
				'V-begin': '2026-03-05T00:00:00',
				'V-end': '2026-03-05T12:00:00',
				'A-begin': '2026-03-05T09:30:00+08:00',
				'A-end': '2026-03-05T10:30:00+08:00',
				'R-begin': '2026-03-05',
				'R-end': '2026-03-05',
				'T-Text-15': '笔',
				'T-Number-16': 3,
			}),
		);
		const day = 1_772_640_000;
		const halves = { type: 'halfday', new_begin: day, new_end: day + 43_200, new_duration: 86_400 };
		const hour = {
			type: 'hour',
			new_begin: day + 34_200,
			new_end: day + 37_800,
			new_duration: 3600,
		};
		const name = { control: 'Text', id: 'Text-15', title: [], value: { text: '笔' } };
		const count = { control: 'Number', id: 'Number-16', title: [], value: { new_number: '3' } };
		expect(values()).toEqual([
			[
				{
					vacation: {
						selector: { type: 'single', options: [{ key: '2' }] },
						attendance: { date_range: halves, type: 1 },
					},
				},
				{ attendance: { date_range: hour, type: 3 } },
				{ date_range: halves },
				{ children: [{ list: [name, count] }] },
			],
		]);
		const lacking = { 'V-begin': '2026-03-05', 'V-end': '2026-03-05' };
		expect((await failure(submit(lacking)))?.message).toBe("'V: Leave Type' is empty");
		const half = { 'A-begin': '2026-03-05' };
		expect((await failure(submit(half)))?.message).toMatch(/'A' is (?!empty)/);
	});

	it('takes members by name where only one has it', async () => {
		useTemplate(control('Contact', 'C', { contact: { type: 'multi', mode: 'user' } }));
		await itemsOf(simulator(), submit({ C: '张三, lisi' }));
		expect(values()).toEqual([[{ members: [{ userid: 'zhangsan' }, { userid: 'lisi' }] }]]);
		const run = submit({ C: 'lisi' });
		Object.assign(run.parameters!, {
			creator_userid: byId('张三'),
			use_template_approver: 0,
			node_list: { row: [{ type: 1, apv_rel: 1, userid: ['李四'] }] },
		});
		await itemsOf(simulator(), run);
		expect(bodies('oa/applyevent')[1]).toMatchObject({
			creator_userid: 'zhangsan',
			process: { node_list: [{ userid: ['lisi'] }] },
		});
		const unknown = await failure(submit({ C: '没有人' }));
		expect(unknown?.message).toBe("'C' is '没有人', and no member has that name");
	});

	it('takes a name with a comma in it whole where it is an entry of a list', async () => {
		useTemplate(control('Contact', 'C', { contact: { type: 'multi', mode: 'user' } }));
		const userlist = [
			{ userid: 'wanglei', name: 'Wang, Lei' },
			{ userid: 'lisi', name: '李四' },
		];
		answer('user/simplelist', { userlist });
		for (const given of [
			['Wang, Lei', '@zhaoliu'],
			['李四,zhaoliu', 'lisi'],
		])
			await itemsOf(simulator(), submit({ C: given }));
		const members = (...ids: string[]) => [{ members: ids.map((userid) => ({ userid })) }];
		expect(values()).toEqual([members('wanglei', 'zhaoliu'), members('lisi', 'zhaoliu')]);
	});

	it('takes its values from Additional Parameters', async () => {
		useTemplate(control('Text', 'X'));
		const run = submit({ X: 'from the form' });
		const apply_data = { contents: [{ control: 'Text', id: 'X', value: { text: 'JSON' } }] };
		const summary_list = [{ summary_info: [{ text: 'JSON', lang: 'zh_CN' }] }];
		run.parameters!.options = {
			additionalParameters: JSON.stringify({ apply_data, summary_list }),
		};
		await itemsOf(simulator(), run);
		expect(bodies('oa/applyevent')).toMatchObject([{ apply_data, summary_list }]);
	});
});

describe('A record of a smart sheet', () => {
	const append = (json: IDataObject): Run => ({
		resource: 'smartSheet',
		operation: 'appendRecord',
		parameters: {
			docid: 'D',
			sheet_id: byId('S'),
			columns: { mappingMode: 'autoMapInputData', value: null },
		},
		items: [{ json }],
	});
	const options = [{ id: 'o1', text: '已收货' }];
	beforeEach(() => {
		const column = (id: string, title: string, type: string, more: IDataObject = {}) => ({
			field_id: id,
			field_title: title,
			field_type: `FIELD_TYPE_${type}`,
			...more,
		});
		const fields = [
			column('f1', '链接', 'URL'),
			column('f2', '负责人', 'USER'),
			column('f3', '状态', 'SINGLE_SELECT', { property_single_select: { options } }),
			column('f4', '电话', 'PHONE_NUMBER'),
			column('f5', '标签', 'SELECT', { property_select: { options: [{ id: 'a', text: 'A,B' }] } }),
			column('f6', '日期', 'DATE_TIME', { property_date_time: { format: 'yyyy-mm-dd' } }),
			column('f7', '完成', 'CHECKBOX'),
			column('f8', '关联', 'REFERENCE'),
			column('f9', '图', 'IMAGE'),
			column('f10', '说明', 'TEXT'),
		];
		answer('wedoc/smartsheet/get_fields', { total: fields.length, fields });
		answer('wedoc/smartsheet/add_records', { records: [{ record_id: 'r1' }] });
	});
	const values = () =>
		bodies('wedoc/smartsheet/add_records').map(
			({ records }) => (records as Array<{ values: IDataObject }>)[0].values,
		);

	it.each<[IDataObject, IDataObject]>([
		[
			{ 链接: { text: '官网', link: 'https://e.com' } },
			{ f1: [{ text: '官网', link: 'https://e.com' }] },
		],
		[{ 负责人: { user_id: 'zhangsan' } }, { f2: [{ user_id: 'zhangsan' }] }],
		[{ 负责人: '["zhangsan","lisi"]' }, { f2: [{ user_id: 'zhangsan' }, { user_id: 'lisi' }] }],
		[{ 状态: options[0] }, { f3: options }],
		[{ 标签: 'A,B' }, { f5: [{ id: 'a', text: 'A,B' }] }],
		[{ 标签: ['A,B', 'neu'] }, { f5: [{ id: 'a', text: 'A,B' }, { text: 'neu' }] }],
		[{ 标签: ['neu,x'] }, { f5: [{ text: 'neu,x' }] }],
		[{ 说明: ['x'] }, { f10: [{ type: 'text', text: 'x' }] }],
		[{ 标签: 'neu、A,B' }, { f5: [{ text: 'neu' }, { id: 'a', text: 'A,B' }] }],
		[{ 状态: ['已收货'] }, { f3: options }],
		[{ 图: { image_url: 'https://e.com/1.png' } }, { f9: [{ image_url: 'https://e.com/1.png' }] }],
		[
			{ 图: '```json\n[{"image_url":"https://e.com/1.png"}]\n```' },
			{ f9: [{ image_url: 'https://e.com/1.png' }] },
		],
		[{ 说明: { type: 'text', text: 'x' } }, { f10: [{ type: 'text', text: 'x' }] }],
		[{ 日期: '2026/3/5' }, { f6: '1772640000000' }],
		[{ 日期: 46086 }, { f6: '1772640000000' }],
		[{ 完成: '是', 关联: ['r1'] }, { f7: true }],
		[
			{ '\ufeff说明': 'x', ' 电话 ': '1' },
			{ f10: [{ type: 'text', text: 'x' }], f4: '1' },
		],
	])('%p goes out as %p', async (json, expected) => {
		await itemsOf(simulator(), append(json));
		expect(values()).toEqual([expected]);
	});

	it.each([['链接'], ['负责人'], ['状态'], ['电话'], ['标签'], ['说明']])(
		'refuses an object in %s',
		async (name) => {
			expect((await failure(append({ [name]: { n: 1 } })))?.message).toContain(
				`'${name}' is an object`,
			);
			expect(bodies('wedoc/smartsheet/add_records')).toEqual([]);
		},
	);
});

describe('Limit', () => {
	const list = (limit: unknown): Run => ({
		resource: 'tag',
		operation: 'getAll',
		parameters: { returnAll: false, limit: `={{ ${JSON.stringify(limit)} }}` },
	});

	it('is the default where an expression gives nothing', async () => {
		expect(await itemsOf(simulator(), list(''))).not.toEqual([]);
	});

	it.each(['abc', -1, 0, 1.5, {}])('is no %p', async (limit) => {
		expect((await failure(list(limit)))?.message).toMatch(/'Limit' is (?!empty)/);
	});
});

describe('Fields that are empty', () => {
	const update = (updateFields: IDataObject, options: IDataObject = {}): Run => ({
		resource: 'customer',
		operation: 'update',
		parameters: {
			userid: byId('zhangsan'),
			external_userid: byId('wm1'),
			updateFields,
			options,
		},
	});
	const body = { userid: 'zhangsan', external_userid: 'wm1' };

	it('clear what WeCom has, mobiles by an empty one', async () => {
		for (const none of ['', '={{ [] }}'])
			await itemsOf(simulator(), update({ remark_mobiles: none, remark: '' }));
		const sent = bodies('externalcontact/remark');
		expect(sent.length).toBeGreaterThanOrEqual(2);
		for (const one of sent) expect(one).toEqual({ ...body, remark_mobiles: [''], remark: '' });
	});

	it("are left out with 'Ignore Empty Fields'", async () => {
		const fields = { remark_mobiles: '', remark: '', description: 'D' };
		await itemsOf(simulator(), update(fields, { ignoreEmptyFields: true }));
		expect(bodies('externalcontact/remark').slice(0, 1)).toEqual([{ ...body, description: 'D' }]);
	});
});

describe('A file for WeCom', () => {
	it.each([
		[undefined, 'image/png', 'image', 'image.png'],
		['合同v1.2', 'application/pdf', 'file', '合同v1.2.pdf'],
		['2026.03.05', 'text/csv', 'file', '2026.03.05.csv'],
		['photo', 'image/heic', 'file', 'photo.heic'],
		['a.PDF', 'application/pdf', 'file', 'a.PDF'],
		['map.geojson', 'application/x-unknown', 'file', 'map.geojson'],
		['x.7z', 'application/octet-stream', 'file', 'x.7z'],
		['v1.2', 'application/x-unknown', 'file', 'v1.2'],
	])(
		'named %p of the type %s goes out with an extension',
		async (fileName, mimeType, type, name) => {
			const item = await binaryItem(
				{},
				{ data: { data: Buffer.alloc(50, 1), fileName, mimeType } },
			);
			if (!fileName) {
				delete item.binary!.data.fileExtension;
				delete item.binary!.data.fileName;
			}
			const [{ media_id }] = await itemsOf(simulator(), {
				resource: 'media',
				operation: 'upload',
				parameters: { type },
				items: [item],
			});
			expect(simulator().state.media.get(String(media_id))?.filename).toBe(name);
		},
	);
});

it('attendance of many members over a long time comes in several calls', async () => {
	const useridlist = Array.from({ length: 101 }, (_, index) => `u${index}`);
	answer('checkin/getcheckindata', { checkindata: [{ userid: 'u' }] });
	const found = await itemsOf(simulator(), {
		resource: 'attendance',
		operation: 'getManyRecords',
		parameters: {
			useridlist,
			starttime: '2026-01-01T00:00:00+08:00',
			endtime: '2026-02-15T00:00:00+08:00',
			returnAll: true,
		},
	});
	expect(found).toHaveLength(4);
	const asked = bodies('checkin/getcheckindata');
	expect(asked.map((body) => (body.useridlist as string[]).length)).toEqual([100, 100, 1, 1]);
	const [first, second] = asked as Array<{ starttime: number; endtime: number }>;
	expect(first.endtime - first.starttime).toBe(30 * 86_400);
	expect(second.starttime).toBe(first.endtime + 1);
	expect(second.endtime).toBe(Date.parse('2026-02-15T00:00:00+08:00') / 1000);
});

it('the day of a booking is that day in China', async () => {
	answer('oa/meetingroom/cancel_book', {});
	await itemsOf(simulator(), {
		resource: 'meetingRoom',
		operation: 'cancelBooking',
		parameters: { booking_id: 'b', cancel_date: '2026-03-05' },
	});
	expect(bodies('oa/meetingroom/cancel_book')).toMatchObject([{ cancel_date: 1_772_640_000 }]);
});

it('Who is named twice is one person, in whatever letters', async () => {
	const create = (userlist: string): Run => ({
		resource: 'groupChat',
		operation: 'create',
		parameters: { userlist: `={{ ${JSON.stringify(userlist)} }}` },
	});
	for (const userlist of ['zhangsan,zhangsan', 'zhangsan、ZhangSan', '["zhangsan","zhangsan"]'])
		expect((await failure(create(userlist)))?.message).toMatch(
			/1 in 'Member Names or IDs', a group chat takes 2/,
		);
	expect(bodies('appchat/create')).toEqual([]);
	await itemsOf(simulator(), send({ touser: 'zhangsan,lisi,zhangsan' }));
	expect(bodies('message/send').at(-1)).toMatchObject({ touser: 'zhangsan|lisi' });
});

it('A group chat mentions members and phone numbers, in text and in Markdown', async () => {
	answer('appchat/send', {});
	for (const msgtype of ['text', 'markdown'])
		await itemsOf(simulator(), {
			resource: 'groupChat',
			operation: 'sendMessage',
			parameters: {
				chatid: 'C',
				msgtype,
				content: 'x',
				mentioned_list: 'zhangsan、@all',
				mentioned_mobile_list: '13800000001',
			},
		});
	const mentioned = {
		content: 'x',
		mentioned_list: ['zhangsan', '@all'],
		mentioned_mobile_list: ['13800000001'],
	};
	expect(bodies('appchat/send')).toMatchObject([{ text: mentioned }, { markdown: mentioned }]);
});

it('One object given where WeCom needs a list is a list of one; a list is no object', async () => {
	answer('wedoc/create_form', { formid: 'F' });
	const create = (items: string, more: IDataObject = {}): Run => ({
		resource: 'form',
		operation: 'create',
		parameters: { form_title: 'T', items, additionalFields: more },
	});
	const question = { question_id: 1, title: 'Name?' };
	await itemsOf(simulator(), create(JSON.stringify(question)));
	await itemsOf(simulator(), create(`={{ ${JSON.stringify(question)} }}`));
	const [first, second] = bodies('wedoc/create_form');
	expect(first).toMatchObject({ form_info: { form_question: { items: [question] } } });
	expect(second).toEqual(first);
	expect((await failure(create('[]', { form_setting: '[1]' })))?.message).toBe(
		"'Settings (JSON)' is a list where an object is needed",
	);
});
