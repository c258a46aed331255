import {
	checkParameters,
	sendable,
	type Checked,
	type CheckOptions,
} from '../../../nodes/Wecom/resources/api/catalog/check';
import { endpoint, facts } from './facts.cts';

const check = async (id: string, values: unknown, options?: CheckOptions) =>
	checkParameters(await endpoint(id), values, options);
const body = async (id: string, values: unknown) => {
	const checked = await check(id, values);
	if (!checked.ok) throw new Error(checked.problems.join('\n'));
	return checked.body;
};
const problems = (checked: Checked) => (checked.ok ? [] : checked.problems);
const sample = (id: string) => facts.find((fact) => fact.id === id)!.sample_request!;
const member = { userid: 'zhangsan', name: 'Zhang San' };

describe('conversion', () => {
	it.each([
		['text of digits to an integer', { main_department: '7' }, { main_department: 7 }],
		[
			'whole numbers as a spreadsheet has them',
			{ order: ['1,200', '3.0', '１２'] },
			{ order: [1200, 3, 12] },
		],
		['a Chinese comma', { direct_leader: 'a、b；c' }, { direct_leader: ['a', 'b', 'c'] }],
		['a word to a flag', { enable: '是' }, { enable: 1 }],
		['a word to a truth value', { to_invite: 'No' }, { to_invite: false }],
		['a negative one', { order: ['-7'] }, { order: [-7] }],
		['an integer to text', { telephone: 7 }, { telephone: '7' }],
		['a truth value to text', { alias: true }, { alias: 'true' }],
		['text to a truth value', { to_invite: 'true' }, { to_invite: true }],
		['0 to a truth value', { to_invite: 0 }, { to_invite: false }],
		['a truth value to a flag', { enable: false }, { enable: 0 }],
		['text with commas to a list', { department: '1, 2,3' }, { department: [1, 2, 3] }],
		['lines to a list', { direct_leader: 'a\nb' }, { direct_leader: ['a', 'b'] }],
		['JSON to a list', { direct_leader: '["a,b", "c"]' }, { direct_leader: ['a,b', 'c'] }],
		['one value to a list', { department: 5 }, { department: [5] }],
		[
			'JSON in the code block of a model',
			{ direct_leader: '```json\n["a","b"]\n```', extattr: '```json\n{"attrs":[]}\n```' },
			{ direct_leader: ['a', 'b'], extattr: { attrs: [] } },
		],
		[
			'what begins with a byte order mark',
			{ alias: '\ufeffx', direct_leader: '\ufeff["a"]' },
			{ alias: 'x', direct_leader: ['a'] },
		],
		['a list of one to its entry', { alias: ['x'], enable: ['1'] }, { alias: 'x', enable: 1 }],
		['an entry that is no JSON', { direct_leader: '[a' }, { direct_leader: ['[a'] }],
		[
			'JSON to an object',
			{ external_profile: '{"external_corp_name": 5}' },
			{ external_profile: { external_corp_name: '5' } },
		],
		[
			'JSON with an ID beyond 2^53, exactly',
			{ external_profile: '{"external_corp_name": 12345678901234567890}' },
			{ external_profile: { external_corp_name: '12345678901234567890' } },
		],
		[
			'JSON of a list of such IDs, exactly',
			{ direct_leader: '[12345678901234567890]' },
			{ direct_leader: ['12345678901234567890'] },
		],
		[
			'one object to a list of objects',
			{ extattr: { attrs: { type: '0', name: 'x' } } },
			{ extattr: { attrs: [{ type: 0, name: 'x' }] } },
		],
		[
			'JSON to a list of objects',
			{ extattr: { attrs: '[{"type": 0, "name": "x"}]' } },
			{ extattr: { attrs: [{ type: 0, name: 'x' }] } },
		],
		[
			'JSON of one object to a list of objects',
			{ extattr: { attrs: '{"type": 0, "name": "x"}' } },
			{ extattr: { attrs: [{ type: 0, name: 'x' }] } },
		],
	])('%s', async (_what, given, sent) => {
		expect(await body('user.create', { ...member, ...given })).toEqual({ ...member, ...sent });
	});

	it('drops null, undefined and empty values where no text belongs', async () => {
		const given = {
			alias: null,
			mobile: undefined,
			enable: '',
			department: '',
			extattr: { attrs: null },
			email: '',
		};
		expect(await body('user.create', { ...member, ...given })).toEqual({
			...member,
			extattr: {},
			email: '',
		});
	});

	it('keeps an empty list, and drops nulls from lists', async () => {
		expect(await body('user.create', { ...member, department: [], order: [1, null, 2] })).toEqual({
			...member,
			department: [],
			order: [1, 2],
		});
	});

	it('leaves values alone that are not in the list of known ones', async () => {
		expect(await body('user.create', { ...member, gender: '3', enable: 9 })).toMatchObject({
			gender: '3',
			enable: 9,
		});
	});

	it('leaves objects alone that are not documented, but for nulls', async () => {
		const records = [{ values: { Title: [{ type: 'text', text: 'x' }], Count: 3, Empty: null } }];
		expect(
			await body('wedoc.smartsheet.add_records', { docid: 'D', sheet_id: 'S', records }),
		).toEqual({
			docid: 'D',
			sheet_id: 'S',
			records: [{ values: { Title: [{ type: 'text', text: 'x' }], Count: 3 } }],
		});
	});

	it('does not change what it was given', async () => {
		const given = { ...member, department: '1,2', extattr: { attrs: null } };
		const copy = structuredClone(given);
		await check('user.create', given);
		expect(given).toEqual(copy);
	});
});

describe('integers beyond 2^53', () => {
	const id = '9007199254740993';
	const given = { ...member, main_department: id, department: ['1', '18446744073709551615'] };

	it('stay exact in a body', async () => {
		const checked = await body('user.create', given);
		const bytes = sendable(checked) as Buffer;
		expect(Buffer.isBuffer(bytes)).toBe(true);
		expect(bytes.toString()).toBe(
			'{"userid":"zhangsan","name":"Zhang San","main_department":9007199254740993,"department":[1,18446744073709551615]}',
		);
	});

	it('stay exact in a query and in text', async () => {
		const query = await check('department.get', { id });
		expect(query).toEqual({ ok: true, query: { id }, body: {}, unchecked: [] });
		expect(await body('user.create', { ...member, alias: 9007199254740993n })).toMatchObject({
			alias: id,
		});
	});

	it('are refused as numbers, which have lost digits already, and beyond 64 bits', async () => {
		expect(
			problems(await check('user.create', { ...member, main_department: 2 ** 53, alias: 2 ** 60 })),
		).toEqual([
			"'main_department' is 9007199254740992, too large for an exact number: pass it as text, in quotes, where WeCom needs an integer",
			"'alias' is 1152921504606846976, too large for an exact number: pass it as text, in quotes, where WeCom needs text",
		]);
		expect(
			problems(await check('user.create', { ...member, main_department: '18446744073709551616' })),
		).toEqual([
			"'main_department' is 18446744073709551616, beyond 64 bits, where WeCom needs an integer",
		]);
	});

	it('leave other bodies as they are', async () => {
		const checked = await body('user.create', { ...member, alias: 'x' });
		expect(sendable(checked)).toBe(checked);
	});

	it('do not disturb the rest of a body', () => {
		const odd = {
			a: ['"', '\n', null, 1.5, true, undefined],
			b: { c: undefined, d: {} },
			e: new Date(0),
		};
		const bytes = sendable({ ...odd, n: 2n } as never) as Buffer;
		expect(JSON.parse(bytes.toString())).toEqual({ ...JSON.parse(JSON.stringify(odd)), n: 2 });
	});
});

describe('problems', () => {
	it('are all reported at once', async () => {
		expect(
			problems(
				await check('user.create', {
					userId: 'a',
					department: [1, 'x'],
					enable: 'perhaps',
					to_invite: 'maybe',
				}),
			),
		).toEqual([
			"'userId' is not a parameter of user.create: did you mean 'userid'?",
			"'department[1]' is 'x' where WeCom needs an integer",
			"'enable' is 'perhaps' where WeCom needs an integer",
			"'to_invite' is 'maybe' where WeCom needs true or false",
			"'userid' (User ID) is missing",
			"'name' (Name) is missing",
		]);
	});

	it.each([
		[{ name: ['a', 'b'] }, "'name' is a list where WeCom needs text"],
		[{ name: { a: 1 } }, "'name' is an object where WeCom needs text"],
		[{ main_department: 1.5 }, "'main_department' is 1.5 where WeCom needs an integer"],
		[{ main_department: '1.5' }, "'main_department' is '1.5' where WeCom needs an integer"],
		[{ main_department: '￥7' }, "'main_department' is '￥7' where WeCom needs an integer"],
		[{ main_department: true }, "'main_department' is true where WeCom needs an integer"],
		[{ main_department: NaN }, "'main_department' is NaN where WeCom needs an integer"],
		[{ department: { a: 1 } }, "'department' is an object where WeCom needs a list"],
		[{ extattr: 'x' }, "'extattr' is 'x' where WeCom needs an object"],
		[{ extattr: '{"attrs": ' }, `'extattr' is '{"attrs": ' where WeCom needs an object`],
		[{ extattr: [1] }, "'extattr' is a list where WeCom needs an object"],
		[{ extattr: { attrs: 'x' } }, "'extattr.attrs' is 'x' where WeCom needs a list of objects"],
		[{ extattr: { attrs: [1] } }, "'extattr.attrs[0]' is 1 where WeCom needs an object"],
		[
			{ alias: ['x', 'y'], extattr: 'y'.repeat(50) },
			"'alias' is a list where WeCom needs text",
			`'extattr' is '${'y'.repeat(40)}...' where WeCom needs an object`,
		],
	])('%j', async (given, ...expected) => {
		expect(problems(await check('user.create', { ...member, ...(given as object) }))).toEqual(
			expected,
		);
	});

	it('of nested fields tell the path; children of an optional object are needed only with it', async () => {
		const base = { msgtype: 'text', agentid: 1 };
		expect((await check('message.send', base)).ok).toBe(true);
		expect(problems(await check('message.send', { ...base, text: {} }))).toEqual([
			"'text.content' (Content) is missing",
		]);
		const articles = [{ title: 'x' }, { titel: 'x' }];
		expect(problems(await check('message.send', { ...base, news: { articles } }))).toEqual([
			"'news.articles[1].titel' is not a parameter of 'news.articles[1]': did you mean 'news.articles[1].title'?",
			"'news.articles[1].title' (Title) is missing",
		]);
	});

	it.each([
		['user.create', 'UserID', "did you mean 'userid'"],
		['user.create', 'user_id', "did you mean 'userid'"],
		['user.create', 'usreid', "did you mean 'userid'"],
		['user.create', 'departments', "did you mean 'department'"],
		['message.send', 'content', "did you mean 'text.content'"],
		['user.get', 'access_token', 'leave it out, the credential adds the token'],
		['user.get', 'somethingelse', 'which takes userid'],
		['getcallbackip', 'anything', 'it takes none'],
	])('%s: %s is not known: %s', async (id, name, expected) => {
		const found = problems(await check(id, { [name]: 'x' }));
		expect(found[0]).toContain(expected);
	});

	it('are none where known ones are converted only: what was not is named', async () => {
		const checked = await check(
			'user.create',
			{ brand_new: { a: 1, b: null }, order: ['2', 'x'], extattr: { attrs: 'no' } },
			{ check: 'convert' },
		);
		expect(checked).toEqual({
			ok: true,
			query: {},
			body: { brand_new: { a: 1 }, order: [2, 'x'], extattr: { attrs: 'no' } },
			unchecked: ['brand_new', 'order[1]', 'extattr.attrs'],
		});
	});

	it('are none where nothing is checked, and nothing is changed', async () => {
		const given = { agentid: '5', button: null, x: '' };
		expect(await check('menu.create', given, { check: 'off' })).toEqual({
			ok: true,
			query: { agentid: '5' },
			body: { button: null, x: '' },
			unchecked: [],
		});
	});

	it('are none for parameters of a documented variant', async () => {
		expect(problems(await check('meeting.cancel', { meetingid: 'm', sub_meetingid: 's' }))).toEqual(
			[],
		);
	});

	it('are none for fields the caller adds itself', async () => {
		const { new_cursor, size, ...period } = sample('oa.getapprovalinfo');
		expect([new_cursor, size]).toEqual(['', 100]);
		expect(problems(await check('oa.getapprovalinfo', period))).toHaveLength(2);
		const notRequired = ['new_cursor', 'size'];
		expect(problems(await check('oa.getapprovalinfo', period, { notRequired }))).toEqual([]);
	});

	it.each([[[1]], ['x'], [null], [7]])('%j is no set of parameters', async (values) => {
		expect(problems(await check('user.get', values))[0]).toMatch(
			/^The parameters of user\.get have to be an object, not /,
		);
	});

	it('are not made by odd keys', async () => {
		const values = JSON.parse('{"userid": "a", "__proto__": {"x": 1}, "constructor": 1}');
		expect(problems(await check('user.get', values))).toHaveLength(2);
		expect(({} as Record<string, unknown>).x).toBeUndefined();
	});
});

describe('query and body', () => {
	it.each([
		['user.get', { userid: 'a' }, { userid: 'a' }, {}],
		['menu.create', { agentid: '5', button: [] }, { agentid: 5 }, { button: [] }],
		['media.upload', { type: 'file' }, { type: 'file' }, {}],
	])('%s', async (id, values, query, sent) => {
		expect(await check(id, values)).toEqual({ ok: true, query, body: sent, unchecked: [] });
	});

	it('leave the file of an upload to the caller', async () => {
		expect(problems(await check('media.upload', { type: 'file', media: 'x' }))).toEqual([
			"'media' is the file itself: it comes from the item's binary data",
		]);
	});
});

describe('exceptions', () => {
	it.each([
		['exmail.account.act_email', { publicemail_id: 1, type: 1 }],
		['wedrive.space_acl_add', { spaceid: 's', auth_info: [{ type: 1, userid: 'a', auth: 7 }] }],
		['externalcontact.groupchat.statistic', { day_begin_time: 1600272000 }],
		[
			'wedoc.smartsheet.add_fields',
			{
				docid: 'd',
				sheet_id: 's',
				fields: [{ field_title: 't', field_type: 'FIELD_TYPE_TEXT' }],
			},
		],
		['security.trustdevice.import', { device_list: [{ system: 'Windows', mac_addr: ['00:11'] }] }],
	])('%s takes a call without fields that are required only sometimes', async (id, values) => {
		expect(problems(await check(id, values))).toEqual([]);
	});

	it.each([
		['meeting.webinar.update', sample('meeting.webinar.update')],
		[
			'meeting.create~advanced',
			{
				admin_userid: 'a',
				title: 't',
				meeting_start: 1,
				meeting_duration: 300,
				reminders: { repeat_until_type: 1 },
			},
		],
	])('%s sends values of the type in the sample as they are', async (id, values) => {
		expect(await body(id, values)).toEqual(values);
	});

	it('convert the text of a form', async () => {
		const media_setting = '{"watermark_type": 1}';
		expect(
			await body('meeting.webinar.update', { ...sample('meeting.webinar.update'), media_setting }),
		).toMatchObject({
			media_setting: { watermark_type: 1 },
		});
		expect(
			await body('wedoc.smartsheet.content_priv.get_sheet_priv', {
				docid: 'd',
				type: 2,
				rule_id_list: 'RULE, 5',
			}),
		).toMatchObject({ rule_id_list: ['RULE', '5'] });
		expect(
			await body('wedoc.smartsheet.content_priv.get_sheet_priv', {
				docid: 'd',
				type: 2,
				rule_id_list: '4, 5',
			}),
		).toMatchObject({ rule_id_list: [4, 5] });
	});
});
