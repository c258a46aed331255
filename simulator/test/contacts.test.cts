import { DEMO_CONTACTS, DEMO_SALES_APP } from '../demo-data.cts';
import { useSimulator } from './api.cts';

const api = useSimulator();
const sync = DEMO_CONTACTS.secret;
const sales = DEMO_SALES_APP.secret;
const NEW = { userid: 'new.one', name: '新成员', mobile: '13911112222', department: [2, 3] };

describe('reading members', () => {
	it('user/get ignores the case of the userid and returns all fields', async () => {
		const member = await api.get('user/get', { userid: 'ZHANGSAN' });
		expect(member).toMatchObject({
			errcode: 0,
			userid: 'zhangsan',
			name: '张三',
			department: [3],
			status: 1,
			gender: '1',
		});
		for (const field of [
			'mobile',
			'email',
			'biz_mail',
			'avatar',
			'extattr',
			'external_profile',
			'main_department',
			'direct_leader',
		]) {
			expect(member).toHaveProperty(field);
		}
	});

	it.each([
		['user/get', { userid: 'nobody' }, 60111],
		['user/get', {}, 41009],
		['user/list', { department_id: '999' }, 60003],
		['user/list', {}, 60127],
		['user/list', { department_id: 'x' }, 60123],
		['department/get', { id: '999' }, 60003],
	])('%s %j answers %i', async (path, query, errcode) => {
		expect((await api.get(path, query as Record<string, string>)).errcode).toBe(errcode);
	});

	it('user/simplelist lists direct members, with fetch_child also those below', async () => {
		const direct = await api.get('user/simplelist', { department_id: '4' });
		const all = await api.get('user/simplelist', { department_id: '4', fetch_child: '1' });
		expect(direct.userlist.map((one: { userid: string }) => one.userid)).toEqual([
			'zhoumin',
			'chenjing',
			'machao',
		]);
		expect(all.userlist).toHaveLength(9);
		expect(Object.keys(all.userlist[0])).toEqual(['userid', 'name', 'department']);
		expect((await api.get('user/list', { department_id: '4' })).userlist[0]).toHaveProperty(
			'mobile',
		);
	});

	it('an app sees only its visible range (60011)', async () => {
		expect((await api.get('user/get', { userid: 'zhangsan' }, sales)).errcode).toBe(60011);
		expect((await api.get('user/get', { userid: 'wangfang' }, sales)).errcode).toBe(0);
		expect((await api.get('user/list', { department_id: '2' }, sales)).errcode).toBe(60011);
		const { department } = await api.get('department/list', {}, sales);
		expect(department.map((one: { id: number }) => one.id)).toEqual([4, 5, 6]);
	});

	it('user/list_id pages with a cursor, one row per membership', async () => {
		const rows: unknown[] = [];
		let cursor = '';
		let calls = 0;
		do {
			const page = await api.post('user/list_id', { cursor, limit: 10 });
			rows.push(...page.dept_user);
			cursor = page.next_cursor;
			calls++;
		} while (cursor);
		expect(calls).toBe(3);
		expect(rows).toHaveLength(28);
		expect(rows).toContainEqual({ userid: 'LiWei', department: 3 });
		expect((await api.post('user/list_id', { cursor: '!!' })).errcode).toBe(50100);
		expect((await api.post('user/list_id', { limit: 10001 })).errcode).toBe(40058);
	});

	it('finds a userid by mobile and by email', async () => {
		expect((await api.post('user/getuserid', { mobile: '+86 13800000003' })).userid).toBe(
			'zhangsan',
		);
		expect((await api.post('user/getuserid', { mobile: '13000000000' })).errcode).toBe(46004);
		expect(
			(await api.post('user/get_userid_by_email', { email: 'Zhangsan@yunfan.example' })).userid,
		).toBe('zhangsan');
		expect(
			(await api.post('user/get_userid_by_email', { email: 'zhangsan@mail.yunfan.example' }))
				.errcode,
		).toBe(46004);
		expect(
			(
				await api.post('user/get_userid_by_email', {
					email: 'zhangsan@mail.yunfan.example',
					email_type: 2,
				})
			).userid,
		).toBe('zhangsan');
	});

	it('converts to an openid that stays the same, not for members who are not activated', async () => {
		const { openid } = await api.post('user/convert_to_openid', { userid: 'zhangsan' });
		expect(openid).toMatch(/^o.{27}$/);
		expect((await api.post('user/convert_to_openid', { userid: 'ZhangSan' })).openid).toBe(openid);
		expect((await api.post('user/convert_to_openid', { userid: 'wu_yong' })).errcode).toBe(43004);
	});

	it('a POST endpoint called with GET misses its parameters', async () => {
		expect((await api.get('user/convert_to_openid', { userid: 'zhangsan' })).errcode).toBe(41009);
	});
});

describe('writing members', () => {
	it('creates, updates and deletes', async () => {
		expect(await api.post('user/create', NEW, sync)).toEqual({ errcode: 0, errmsg: 'created' });
		expect(await api.get('user/get', { userid: 'new.one' })).toMatchObject({
			department: [2, 3],
			order: [0, 0],
			status: 4,
			main_department: 2,
		});
		const update = {
			userid: 'NEW.one',
			name: 'Renamed',
			mobile: '13911113333',
			department: [5],
			enable: 0,
		};
		expect(await api.post('user/update', update, sync)).toEqual({ errcode: 0, errmsg: 'updated' });
		expect(await api.get('user/get', { userid: 'new.one' })).toMatchObject({
			userid: 'new.one',
			name: 'Renamed',
			mobile: '13911113333',
			department: [5],
			main_department: 5,
			status: 2,
		});
		expect(await api.get('user/delete', { userid: 'new.one' }, sync)).toEqual({
			errcode: 0,
			errmsg: 'deleted',
		});
		expect((await api.get('user/get', { userid: 'new.one' })).errcode).toBe(60111);
	});

	it('only the contact-sync secret may write, and it cannot send messages', async () => {
		expect((await api.post('user/create', NEW)).errcode).toBe(48002);
		expect(
			(
				await api.post(
					'message/send',
					{ msgtype: 'text', touser: '@all', text: { content: 'x' } },
					sync,
				)
			).errcode,
		).toBe(48002);
	});

	it.each([
		[60102, { userid: 'ZhangSan' }],
		[60104, { mobile: '13800000003' }],
		[60106, { email: 'zhangsan@mail.yunfan.example' }],
		[60145, { biz_mail: 'zhangsan@yunfan.example' }],
		[60103, { mobile: 'abc' }],
		[60105, { email: 'not-an-email' }],
		[60129, { mobile: '', email: '' }],
		[60112, { name: '' }],
		[60112, { name: '长'.repeat(65) }],
		[41009, { userid: '' }],
		[40003, { userid: '-starts-wrong' }],
		[60132, { is_leader_in_dept: [1] }],
		[60257, { direct_leader: ['lisi', 'zhangsan'] }],
		[60111, { direct_leader: ['nobody'] }],
		[60110, { department: Array.from({ length: 101 }, (_, i) => i + 1) }],
	])('user/create answers %i for %j', async (errcode, change) => {
		const answer = await api.post('user/create', { ...NEW, ...change }, sync);
		expect(answer.errcode).toBe(errcode);
	});

	it('creates departments that do not exist, and puts members without one under "other"', async () => {
		const created = await api.post('user/create', { ...NEW, department: [2, 77] }, sync);
		expect(created.created_department_list.department_info).toEqual([
			{ name: expect.any(String), id: 77 },
		]);
		await api.post(
			'user/create',
			{ userid: 'loner', name: 'L', email: 'loner@mail.example' },
			sync,
		);
		const { department } = await api.get('user/get', { userid: 'loner' });
		expect((await api.get('department/get', { id: String(department[0]) })).department.name).toBe(
			'其他（待设置部门）',
		);
	});

	it('ignores a new mobile for an active member', async () => {
		expect(
			(
				await api.post(
					'user/update',
					{ userid: 'zhangsan', mobile: '13955556666', position: 'Lead' },
					sync,
				)
			).errcode,
		).toBe(0);
		expect(await api.get('user/get', { userid: 'zhangsan' })).toMatchObject({
			mobile: '13800000003',
			position: 'Lead',
		});
		expect(
			(await api.post('user/update', { userid: 'zhangsan', department: [999] }, sync)).errcode,
		).toBe(60003);
	});

	it('batchdelete deletes all or none', async () => {
		expect(
			(await api.post('user/batchdelete', { useridlist: ['lisi', 'nobody'] }, sync)).errcode,
		).toBe(60111);
		expect((await api.get('user/get', { userid: 'lisi' })).errcode).toBe(0);
		expect(
			(await api.post('user/batchdelete', { useridlist: ['lisi', 'ZHANGSAN'] }, sync)).errcode,
		).toBe(0);
		expect((await api.get('user/get', { userid: 'zhangsan' })).errcode).toBe(60111);
		expect(
			(await api.post('user/batchdelete', { useridlist: Array(201).fill('lisi') }, sync)).errcode,
		).toBe(40032);
	});

	it('drops fields of a wrong type and warns', async () => {
		const warned = await api.post(
			'user/create',
			{ ...NEW, department: '[1, 2]', position: 5 },
			sync,
		);
		expect(warned).toMatchObject({ errcode: 0, errmsg: 'created. Warning: wrong json format. ' });
		expect((await api.get('user/get', { userid: 'new.one' })).position).toBe('');
		const broken = await api.post('user/create', '{"userid": "x",', sync);
		expect(broken.errcode).toBe(41009);
		expect(broken.errmsg).toMatch(/^Warning: wrong json format\. missing userid, hint/);
	});
});

describe('departments', () => {
	it('lists the tree or the part below an id', async () => {
		expect((await api.get('department/list')).department).toHaveLength(8);
		const { department } = await api.get('department/list', { id: '4' });
		expect(department.map((one: { id: number }) => one.id)).toEqual([4, 5, 6]);
		expect(department[0]).toMatchObject({
			name: '销售部',
			name_en: 'Sales',
			parentid: 1,
			department_leader: ['chenjing'],
		});
		const simple = await api.get('department/simplelist', { id: '2' });
		expect(simple.department_id).toEqual([
			{ id: 2, parentid: 1, order: 99999998 },
			{ id: 3, parentid: 2, order: 99999997 },
		]);
	});

	it('creates, moves and deletes', async () => {
		const { id, errmsg } = await api.post('department/create', { name: '法务', parentid: 1 }, sync);
		expect([id, errmsg]).toEqual([9, 'created']);
		expect(
			(await api.post('department/update', { id, parentid: 7, name: 'Legal' }, sync)).errmsg,
		).toBe('updated');
		expect((await api.get('department/get', { id: '9' })).department).toMatchObject({
			parentid: 7,
			name: 'Legal',
		});
		expect((await api.get('department/delete', { id: '9' }, sync)).errmsg).toBe('deleted');
		expect((await api.get('department/get', { id: '9' })).errcode).toBe(60003);
	});

	it.each([
		['create', { name: '销售部', parentid: 1 }, 60008],
		['create', { name: 'x', parentid: 1, id: 2 }, 60008],
		['create', { name: 'x', parentid: 1, id: 1 }, 60123],
		['create', { name: 'x', parentid: 999 }, 60004],
		['create', { name: 'x' }, 60004],
		['create', { parentid: 1 }, 60001],
		['create', { name: 'a:b', parentid: 1 }, 60009],
		['create', { name: '长'.repeat(65), parentid: 1 }, 60001],
		['update', { id: 999, name: 'x' }, 60003],
		['update', { id: 4, parentid: 5 }, 60010],
		['update', { id: 4, name: '研发中心' }, 60008],
	])('department/%s %j answers %i', async (action, body, errcode) => {
		expect((await api.post(`department/${action}`, body, sync)).errcode).toBe(errcode);
	});

	it.each([
		['1', 60007],
		['4', 60006],
		['5', 60005],
		['999', 60003],
	])('department/delete %s answers %i', async (id, errcode) => {
		expect((await api.get('department/delete', { id }, sync)).errcode).toBe(errcode);
	});

	it('allows 15 levels', async () => {
		let parentid = 1;
		for (let level = 2; level <= 15; level++)
			parentid = (await api.post('department/create', { name: 'deep', parentid }, sync)).id;
		expect((await api.post('department/create', { name: 'deep', parentid }, sync)).errcode).toBe(
			81002,
		);
	});
});
