/** Approval, journal and rooms: what is more than one call. */
import type { IDataObject } from 'n8n-workflow';
import { getApprovalControls } from '../../nodes/Wecom/resources/approval/form';
import { listSearch } from '../../nodes/Wecom/resources/lists';
import { runLoadOptions } from '../support/harness.cts';
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
const TEMPLATE = '/cgi-bin/oa/gettemplatedetail';

const zh = (text: string) => [{ text, lang: 'zh_CN' }];
const control = (
	type: string,
	id: string,
	title: string,
	config: IDataObject = {},
	require = 0,
) => ({
	property: { control: type, id, title: zh(title), require, un_print: 0 },
	config,
});
const CONTROLS = [
	control('Text', 'Text-1', '事由', {}, 1),
	control('Number', 'Number-1', '天数'),
	control('Money', 'Money-1', '金额'),
	control('Date', 'Date-1', '日期', { date: { type: 'hour' } }),
	control('Selector', 'Selector-1', '类别', {
		selector: {
			type: 'single',
			options: [
				{ key: 'option-1', value: zh('交通') },
				{ key: 'option-2', value: zh('住宿') },
				{ key: 'option-5', value: zh('机票,火车票') },
			],
		},
	}),
	control('Selector', 'Selector-2', '标签', {
		selector: {
			type: 'multi',
			options: [
				{ key: 'option-3', value: zh('加急') },
				{ key: 'option-4', value: zh('涉外') },
				{ key: 'option-6', value: zh('a, b') },
			],
		},
	}),
	control('Contact', 'Contact-1', '同行人', { contact: { type: 'multi', mode: 'user' } }),
	control('Contact', 'Contact-2', '部门', { contact: { type: 'single', mode: 'department' } }),
	control('File', 'File-1', '附件'),
	control('RelatedApproval', 'Related-1', '关联审批单'),
	control('Location', 'Location-1', '位置'),
	control('Tips', 'Tips-1', '说明'),
];
const useTemplate = (...controls: typeof CONTROLS) =>
	simulator().control.inject({
		path: TEMPLATE,
		times: 5,
		rawBody: JSON.stringify({
			errcode: 0,
			errmsg: 'ok',
			template_names: zh('报销'),
			template_content: { controls: controls.length > 0 ? controls : CONTROLS },
		}),
	});
const lastBody = (path: string) =>
	simulator()
		.requests.filter((request) => request.path === path)
		.at(-1)?.body as IDataObject | undefined;

const loadOptions = async <T,>(
	parameters: IDataObject,
	run: Parameters<typeof runLoadOptions>[1],
) =>
	(await runLoadOptions(
		{
			nodeTypes,
			credentialTypes,
			credentials: { c1: credentialOf(simulator()) as never },
			node: {
				name: 'WeCom',
				type: WECOM,
				parameters: parameters as never,
				credentials: { wecomApi: 'c1' },
			},
		},
		run as never,
	)) as T;

describe('Approval > Submit', () => {
	const submit = (values: IDataObject, more: IDataObject = {}) => ({
		resource: 'approval',
		operation: 'submit',
		parameters: {
			creator_userid: byId('zhangsan'),
			template_id: 'T1',
			controls: { mappingMode: 'defineBelow', value: values },
			use_template_approver: 1,
			summary: '报销\n出差',
			...more,
		},
	});

	it('offers the controls of the template as a form', async () => {
		useTemplate();
		const { fields } = await loadOptions<{ fields: Array<IDataObject> }>(
			{ resource: 'approval', operation: 'submit', template_id: 'T1' },
			async function () {
				return await getApprovalControls.call(this);
			},
		);
		expect(fields.map(({ id, type, required }) => [id, type, required])).toEqual([
			['Text-1', 'string', true],
			['Number-1', 'number', false],
			['Money-1', 'number', false],
			['Date-1', 'dateTime', false],
			['Selector-1', 'options', false],
			['Selector-2', 'string', false],
			['Contact-1', 'string', false],
			['Contact-2', 'string', false],
			['File-1', 'string', false],
			['Related-1', 'string', false],
			['Location-1', 'object', false],
		]);
		expect(fields[4].options).toEqual([
			{ name: '交通', value: 'option-1' },
			{ name: '住宿', value: 'option-2' },
			{ name: '机票,火车票', value: 'option-5' },
		]);
	});

	it('offers times, leaves and tables part by part, and members by name', async () => {
		useTemplate(
			control('Vacation', 'V', '请假', {
				vacation_list: { item: [{ id: 1, name: zh('年假') }] },
			}),
			control('DateRange', 'R', '时长', {}, 1),
			control('Table', 'T', '明细', {
				table: { children: [control('Text', 'Text-9', '品名', {}, 1)] },
			}),
			control('Contact', 'C', '交接人', { contact: { type: 'single', mode: 'user' } }),
			{
				property: {
					control: 'Text',
					id: 'X',
					title: [
						{ text: 'Reason', lang: 'en' },
						{ text: '原因', lang: 'zh_CN' },
					],
				},
			} as never,
		);
		const { fields } = await loadOptions<{ fields: Array<IDataObject> }>(
			{
				resource: 'approval',
				operation: 'submit',
				template_id: {
					__rl: true,
					mode: 'url',
					value: `https://a.example/frame#a/${'T'.repeat(40)}`,
				},
			},
			async function () {
				return await getApprovalControls.call(this);
			},
		);
		expect(lastBody(TEMPLATE)).toEqual({ template_id: 'T'.repeat(40) });
		expect(
			fields.map(({ id, displayName, type, required }) => [id, displayName, type, required]),
		).toEqual([
			['V-type', '请假: Leave Type (options)', 'options', false],
			['V-begin', '请假: Begin (date)', 'dateTime', false],
			['V-end', '请假: End (date)', 'dateTime', false],
			['R-begin', '时长: Begin (date)', 'dateTime', true],
			['R-end', '时长: End (date)', 'dateTime', true],
			['T-Text-9', '明细: 品名 (text)', 'string', false],
			['T', '明细 (all rows as JSON)', 'array', false],
			['C', '交接人', 'options', false],
			['X', '原因 (text)', 'string', false],
		]);
		expect(fields[0].options).toEqual([{ name: '年假', value: '1' }]);
		expect(fields[7].options).toContainEqual({
			name: expect.stringContaining('张三'),
			value: 'zhangsan',
		});
	});

	it('sends every control as WeCom documents it', async () => {
		useTemplate();
		const location = {
			location: { latitude: '30.5', longitude: '104', title: 'A', address: 'B', time: 1605690460 },
		};
		await itemsOf(
			simulator(),
			submit({
				'Text-1': '去北京',
				'Number-1': 3,
				'Money-1': 700.5,
				'Date-1': '2026-01-31T09:30:00Z',
				'Selector-1': 'option-2',
				'Selector-2': '加急, option-4',
				'Contact-1': 'lisi, wangwu',
				'Contact-2': '2',
				'File-1': 'm1,m2',
				'Related-1': '202011180001',
				'Location-1': JSON.stringify(location),
			}),
		);
		const body = lastBody('/cgi-bin/oa/applyevent')!;
		expect(body).toMatchObject({
			creator_userid: 'zhangsan',
			template_id: 'T1',
			use_template_approver: 1,
			summary_list: [{ summary_info: zh('报销') }, { summary_info: zh('出差') }],
		});
		const contents = (body.apply_data as { contents: IDataObject[] }).contents;
		expect(contents.map(({ id, value }) => [id, value])).toEqual([
			['Text-1', { text: '去北京' }],
			['Number-1', { new_number: '3' }],
			['Money-1', { new_money: '700.5' }],
			['Date-1', { date: { type: 'hour', s_timestamp: '1769851800' } }],
			['Selector-1', { selector: { type: 'single', options: [{ key: 'option-2' }] } }],
			[
				'Selector-2',
				{ selector: { type: 'multi', options: [{ key: 'option-3' }, { key: 'option-4' }] } },
			],
			['Contact-1', { members: [{ userid: 'lisi' }, { userid: 'wangwu' }] }],
			['Contact-2', { departments: [{ openapi_id: '2' }] }],
			['File-1', { files: [{ file_id: 'm1' }, { file_id: 'm2' }] }],
			['Related-1', { related_approval: [{ sp_no: '202011180001' }] }],
			['Location-1', location],
		]);
	});

	it('takes options with a comma in their names, and a number as summary', async () => {
		useTemplate();
		const values = { 'Text-1': 'x', 'Selector-1': '机票,火车票', 'Selector-2': 'a, b' };
		await itemsOf(simulator(), submit(values, { summary: '={{ 2026 }}' }));
		const body = lastBody('/cgi-bin/oa/applyevent')!;
		expect(body.summary_list).toEqual([{ summary_info: zh('2026') }]);
		const { contents } = body.apply_data as { contents: IDataObject[] };
		expect(contents.slice(1).map(({ value }) => value)).toEqual([
			{ selector: { type: 'single', options: [{ key: 'option-5' }] } },
			{ selector: { type: 'multi', options: [{ key: 'option-6' }] } },
		]);
	});

	it('names the fields of the template when one is not there', async () => {
		useTemplate();
		const values = { 'Text-1': 'x', 'Text-9': 'lost', 'Text-8': '' };
		const { error } = await runWecom(simulator(), submit(values));
		expect(error?.message).toBe("The template has no field 'Text-9'");
		expect((error as { description?: string }).description).toContain('Text-1 (事由), Number-1');
		expect(lastBody('/cgi-bin/oa/applyevent')).toBeUndefined();
	});

	it('takes steps of its own instead of those of the template', async () => {
		useTemplate();
		const node_list = {
			row: [
				{ type: 1, apv_rel: 2, userid: 'lisi,wangwu' },
				{ type: 2, userid: 'zhaoliu' },
			],
		};
		await itemsOf(simulator(), submit({ 'Text-1': 'x' }, { use_template_approver: 0, node_list }));
		expect(lastBody('/cgi-bin/oa/applyevent')).toMatchObject({
			use_template_approver: 0,
			process: {
				node_list: [
					{ type: 1, apv_rel: 2, userid: ['lisi', 'wangwu'] },
					{ type: 2, userid: ['zhaoliu'] },
				],
			},
		});
	});

	it.each([
		['a required control that is empty', {}, {}, "'事由' is empty"],
		[
			'an option that is not there',
			{ 'Text-1': 'x', 'Selector-1': '餐饮' },
			{},
			"'类别' has no option '餐饮'",
		],
		[
			'what is no date',
			{ 'Text-1': 'x', 'Date-1': 'soon' },
			{},
			"'日期' is 'soon', which is not a date",
		],
		['too many files', { 'Text-1': 'x', 'File-1': 'a,b,c,d,e,f,g' }, {}, "'附件' has 7 files"],
		[
			'text where a control has a structure',
			{ 'Text-1': 'x', 'Location-1': 'here' },
			{},
			"'位置' is not a JSON object",
		],
		['no summary', { 'Text-1': 'x' }, { summary: '={{ null }}' }, "'Summary' does not fit"],
		[
			'several of which one may be chosen',
			{ 'Text-1': 'x', 'Selector-1': '交通,住宿' },
			{},
			"'类别' has no option '交通,住宿'",
		],
		[
			'a summary that is too long',
			{ 'Text-1': 'x' },
			{ summary: 'x'.repeat(21) },
			"'Summary' does not fit",
		],
	])('refuses %s', async (_name, values, more, message) => {
		useTemplate();
		const { error } = await runWecom(simulator(), submit(values, more));
		expect(error?.message).toBe(message);
		expect((error as { description?: string }).description).toBeTruthy();
		expect(lastBody('/cgi-bin/oa/applyevent')).toBeUndefined();
	});
});

describe.each([
	[
		'approval',
		'/cgi-bin/oa/getapprovalinfo',
		'/cgi-bin/oa/getapprovaldetail',
		'sp_no',
		'new_cursor',
		{ starttime: '1769816000', endtime: '1769817000' },
	],
	[
		'journal',
		'/cgi-bin/oa/journal/get_record_list',
		'/cgi-bin/oa/journal/get_record_detail',
		'journaluuid',
		'cursor',
		{ starttime: 1769816000, endtime: 1769817000 },
	],
] as const)('%s > Get Many', (resource, listPath, detailPath, id, cursor, times) => {
	const run = (parameters: IDataObject) => ({
		resource,
		operation: 'getAll',
		parameters: { starttime: '1769816000', endtime: '1769817000', ...parameters },
	});
	const numbers = Array.from({ length: 230 }, (_, index) => `20260131${index}`);

	it('pages through the numbers and filters', async () => {
		simulator().control.setList(listPath, numbers as never, { pageSize: 100 });
		const found = await itemsOf(
			simulator(),
			run({ returnAll: true, filters: { creator: 'zhangsan', template_id: '' } }),
		);
		expect(found).toEqual(numbers.map((number) => ({ [id]: number })));
		const first = simulator().requests.find(({ path }) => path === listPath)!.body as IDataObject;
		expect(first).toMatchObject({ ...times, filters: [{ key: 'creator', value: 'zhangsan' }] });
		expect(first[cursor]).toBe(cursor === 'cursor' ? 0 : '');
	});

	it('reads each of them if wanted, in order', async () => {
		simulator().control.setList(listPath, numbers as never, { pageSize: 100 });
		const found = await itemsOf(simulator(), run({ limit: 11, details: true }));
		expect(found).toHaveLength(11);
		const asked = simulator()
			.requests.filter(({ path }) => path === detailPath)
			.map(({ body }) => (body as IDataObject)[id]);
		expect([...asked].sort()).toEqual(numbers.slice(0, 11).sort());
	});
});

it('lists meeting rooms to choose from', async () => {
	simulator().control.setList('/cgi-bin/oa/meetingroom/list', [
		{ meetingroom_id: 2, name: '18F' },
		{ meetingroom_id: 1, name: '17F' },
	]);
	const { results } = await loadOptions<{ results: IDataObject[] }>(
		{ resource: 'meetingRoom', operation: 'get' },
		async function () {
			return await listSearch.searchMeetingRooms.call(this);
		},
	);
	expect(results).toEqual([
		{ name: '17F', value: '1' },
		{ name: '18F', value: '2' },
	]);
});

it('sends additional parameters over the form, object by object', async () => {
	await itemsOf(simulator(), {
		resource: 'calendar',
		operation: 'create',
		parameters: {
			summary: 'Team',
			color: '#2e7d32',
			options: {
				additionalParameters: '{"calendar":{"description":"x","color":"#FF3030"},"agentid":1}',
			},
		},
	});
	expect(lastBody('/cgi-bin/oa/calendar/add')).toEqual({
		calendar: { summary: 'Team', color: '#FF3030', description: 'x' },
		agentid: 1,
	});
});

it.each([
	['form', 'getAnswers', '/cgi-bin/wedoc/get_form_answer', 'answer.answer_list'],
	['calendar', 'get', '/cgi-bin/oa/calendar/get', 'calendar_list'],
	['schedule', 'get', '/cgi-bin/oa/schedule/get', 'schedule_list'],
	['customerService', 'getCustomers', '/cgi-bin/kf/customer/batchget', 'customer_list'],
	['customer', 'getPendingIds', '/cgi-bin/idconvert/batch/external_userid_to_pending_id', 'result'],
	['attendance', 'getMemberRules', '/cgi-bin/checkin/getcheckinoption', 'info'],
	['driveFile', 'move', '/cgi-bin/wedrive/file_move', 'file_list.item'],
	['smartSheet', 'addColumns', '/cgi-bin/wedoc/smartsheet/add_fields', 'fields'],
])('%s > %s returns everything that was named', async (resource, operation, path, list) => {
	const entries = Array.from({ length: 60 }, (_, id) => ({ id }));
	const answer = (found: object[]) => {
		const [outer, inner] = list.split('.');
		const body = { errcode: 0, errmsg: 'ok', [outer]: inner ? { [inner]: found } : found };
		simulator().control.inject({ path, rawBody: JSON.stringify(body) });
	};
	const parameters = {
		...{ repeated_id: 'R1', answer_ids: '1,2', cal_id_list: 'c1', schedule_id_list: 's1' },
		...{ external_userid_list: 'wm1', external_userid: 'wm1', useridlist: ['lisi'] },
		...{ datetime: '2026-01-31', fileid: 'F1,F2', fatherid: 'D1', docid: 'D1' },
		...{ sheet_id: byId('s1'), fields: { row: [{ field_title: 'A' }] } },
	};
	const run = { resource, operation, parameters };
	answer(entries);
	expect(await itemsOf(simulator(), run)).toEqual(entries);
	answer([]);
	const writes = ['move', 'addColumns'].includes(operation);
	expect(await itemsOf(simulator(), run)).toEqual(writes ? [{ success: true }] : []);
});

it.each<[string, string, IDataObject, string, IDataObject]>([
	[
		'toDo',
		'update',
		{ todo_id: 'T1', attendees: { row: [{ userid: 'lisi', status: 0 }] } },
		'/cgi-bin/todo/update',
		{ todo_id: 'T1', attendees: [{ userid: 'lisi', status: 0 }] },
	],
	[
		'driveFile',
		'updateSharing',
		{ fileid: 'F1' },
		'/cgi-bin/wedrive/file_setting',
		{ fileid: 'F1', auth_scope: 1 },
	],
	[
		'smartSheet',
		'addSheet',
		{ docid: 'D1', title: 'Orders' },
		'/cgi-bin/wedoc/smartsheet/add_sheet',
		{ docid: 'D1', properties: { title: 'Orders' } },
	],
])('%s > %s sends nothing that was not entered', async (resource, operation, form, path, sent) => {
	await itemsOf(simulator(), { resource, operation, parameters: form });
	expect(lastBody(path)).toEqual(sent);
});

it.each([
	['toDo', { todo_id: 'T1' }, "'State' and 'Attendees' are empty"],
	[
		'approval',
		{ userid: byId('lisi'), vacation_id: 1, leftduration: '={{ "" }}' },
		"'Seconds Left' is empty",
	],
])('%s > Update needs something to change', async (resource, parameters, message) => {
	const operation = resource === 'toDo' ? 'update' : 'updateLeaveBalance';
	const { error } = await runWecom(simulator(), { resource, operation, parameters });
	expect(error?.message).toBe(message);
	const calls = simulator().requests.filter(({ path }) => path !== '/cgi-bin/gettoken');
	expect(calls).toEqual([]);
});

it.each([
	['attendance', 'getDailyReports', '/cgi-bin/checkin/getcheckin_daydata', 'starttime'],
	['attendance', 'getMonthlyReports', '/cgi-bin/checkin/getcheckin_monthdata', 'endtime'],
	['attendance', 'getMemberRules', '/cgi-bin/checkin/getcheckinoption', 'datetime'],
	['attendance', 'getSchedules', '/cgi-bin/checkin/getcheckinschedulist', 'starttime'],
	['form', 'getSubmissions', '/cgi-bin/wedoc/get_form_statistic', 'end_time'],
	[
		'customerAcquisition',
		'getStatistic',
		'/cgi-bin/externalcontact/customer_acquisition/statistic',
		'start_time',
	],
])('%s > %s takes days as they are in China', async (resource, operation, path, name) => {
	const day = '2026-01-31T00:00:00';
	const parameters = {
		...{ starttime: day, endtime: day, start_time: day, end_time: day, datetime: day },
		...{ useridlist: ['lisi'], repeated_id: 'R1', link_id: byId('ca1') },
	};
	await itemsOf(simulator(), { resource, operation, parameters });
	expect(lastBody(path)![name]).toBe(Date.parse('2026-01-31T00:00:00+08:00') / 1000);
});

describe('Schedule > Update', () => {
	const PATH = '/cgi-bin/oa/schedule';
	const [START, END] = [1800000000, 1800003600];
	const RULE = {
		is_custom_repeat: 1,
		repeat_interval: 2,
		repeat_day_of_week: [3],
		repeat_day_of_month: [],
	};
	const REMINDERS = {
		is_remind: 1,
		is_repeat: 1,
		remind_before_event_secs: 3600,
		remind_time_diffs: [0, -3600],
		repeat_type: 1,
		repeat_until: 1606976813,
		timezone: 8,
		...RULE,
	};
	const KNOWN = {
		schedule_id: 'S1',
		cal_id: 'C1',
		status: 0,
		admins: ['lisi'],
		attendees: [
			{ userid: 'lisi', response_status: 2 },
			{ userid: 'wangwu', response_status: 0 },
		],
		summary: 'Review',
		description: 'Quarter',
		location: '10F',
		is_whole_day: 0,
		start_time: 1,
		end_time: 2,
		reminders: { ...REMINDERS, exclude_time_list: [{ start_time: 1 }] },
	};
	const update = async (parameters: IDataObject, schedule_list: object[] = [KNOWN]) => {
		const rawBody = JSON.stringify({ errcode: 0, errmsg: 'ok', schedule_list });
		simulator().control.inject({ path: `${PATH}/get`, rawBody });
		const { error } = await runWecom(simulator(), {
			resource: 'schedule',
			operation: 'update',
			parameters: { schedule_id: 'S1', start_time: START, end_time: END, ...parameters },
		});
		if (error) throw error;
		return lastBody(`${PATH}/update`)!;
	};
	const STAYS = {
		schedule_id: 'S1',
		admins: ['lisi'],
		summary: 'Review',
		description: 'Quarter',
		location: '10F',
		is_whole_day: 0,
		start_time: START,
		end_time: END,
		reminders: REMINDERS,
	};

	it('keeps what the form leaves out', async () => {
		expect(await update({})).toEqual({ skip_attendees: 1, op_mode: 0, schedule: STAYS });
		expect(lastBody(`${PATH}/get`)).toEqual({ schedule_id_list: ['S1'] });
	});

	it('changes what the form holds, and empties what was left empty there', async () => {
		const additionalFields = { description: '', remind_before_event_secs: 300, repeat_type: 0 };
		expect(await update({ summary: 'New', additionalFields })).toMatchObject({
			schedule: { ...STAYS, summary: 'New', description: '', reminders: expect.anything() },
		});
		expect((lastBody(`${PATH}/update`)!.schedule as IDataObject).reminders).toEqual({
			is_remind: 1,
			is_repeat: 1,
			remind_before_event_secs: 300,
			repeat_type: 0,
			repeat_until: 1606976813,
			timezone: 8,
		});
	});

	it.each(['', 0, '0'])('repeats for ever when the end is none: %j', async (repeat_until) => {
		await update({ additionalFields: { repeat_until } });
		const { reminders } = lastBody(`${PATH}/update`)!.schedule as IDataObject;
		const { repeat_until: _end, ...rest } = REMINDERS;
		expect(reminders).toEqual(rest);
	});

	it('replaces attendees only by others, and their admins with them', async () => {
		expect(await update({ skip_attendees: false, attendees: ['wangwu'] })).toMatchObject({
			skip_attendees: 0,
			schedule: { admins: [], attendees: [{ userid: 'wangwu' }] },
		});
		expect(await update({ skip_attendees: false, attendees: '={{ [] }}' })).toMatchObject({
			skip_attendees: 0,
			schedule: { admins: ['lisi'], attendees: [{ userid: 'lisi' }, { userid: 'wangwu' }] },
		});
	});

	it('takes one repetition out of the rule, and leaves the later ones in it', async () => {
		const { schedule: one } = await update({ op_mode: 1, op_start_time: START });
		expect(one).toEqual({
			...STAYS,
			reminders: { is_remind: 1, remind_before_event_secs: 3600, remind_time_diffs: [0, -3600] },
		});
		const { schedule: later } = await update({ op_mode: 2, op_start_time: START });
		expect(later).toEqual(STAYS);
	});

	it('refuses a schedule that is not there', async () => {
		await expect(update({}, [])).rejects.toMatchObject({
			message: "WeCom has no schedule 'S1'",
		});
		expect(lastBody(`${PATH}/update`)).toBeUndefined();
	});
});

it('Calendar > Update leaves the subscribers alone unless told otherwise', async () => {
	const update = async (more: IDataObject) =>
		await itemsOf(simulator(), {
			resource: 'calendar',
			operation: 'update',
			parameters: { cal_id: 'C1', summary: 'Team', ...more },
		});
	await update({});
	expect(lastBody('/cgi-bin/oa/calendar/update')).toMatchObject({ skip_public_range: 1 });
	await update({ skip_public_range: false });
	expect(lastBody('/cgi-bin/oa/calendar/update')).toMatchObject({ skip_public_range: 0 });
});
