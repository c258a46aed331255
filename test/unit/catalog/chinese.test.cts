import { searchEndpoints, summarize } from '../../../nodes/Wecom/resources/api/catalog/catalog';
import { chineseName, chineseNames } from '../../../nodes/Wecom/resources/api/catalog/chinese';
import { allEndpoints } from '../../../nodes/Wecom/resources/api/catalog/load';
import { hasInitial, initialsOf } from '../../../nodes/Wecom/resources/api/catalog/pinyin';
import { MEANINGS } from '../../../nodes/Wecom/resources/api/catalog/rankChinese';

const ids = async (filter: string) => (await searchEndpoints(filter)).results.map(({ id }) => id);
const han = /\p{Script=Han}/gu;

describe('the Chinese names', () => {
	it('are there for every endpoint and category, each its own', async () => {
		const { names, categories, shown } = await chineseNames();
		const endpoints = await allEndpoints();
		expect(Object.keys(names).sort()).toEqual(endpoints.map(({ id }) => id).sort());
		expect(Object.keys(categories).sort()).toEqual(
			[...new Set(endpoints.map(({ category }) => category))].sort(),
		);
		expect(new Set(Object.values(names)).size).toBe(806);
		expect(shown).toBe(false);
	});

	it('have at least one Chinese character and an initial for each', async () => {
		const { names, categories } = await chineseNames();
		const texts = [...Object.values(names), ...Object.values(categories), ...Object.keys(MEANINGS)];
		expect(texts.filter((text) => !text.match(han))).toEqual([]);
		const characters = new Set(texts.join('').match(han));
		expect([...characters].filter((character) => !hasInitial(character))).toEqual([]);
	});

	it('are shown where an edition says so', async () => {
		const names = await chineseNames();
		const [head] = (await allEndpoints()).filter(({ id }) => id === 'user.create');
		expect(summarize(head, names)).toMatchObject({ name: 'Create a Member', category: 'Contacts' });
		expect(summarize(head, { ...names, shown: true })).toMatchObject({
			name: '创建成员',
			category: '通讯录',
		});
	});

	it('say once that an endpoint was replaced', async () => {
		const names = await chineseNames();
		for (const endpoint of await allEndpoints()) {
			const marks = chineseName(names, endpoint).split('旧').length - 1;
			if (endpoint.status !== 'current') expect([endpoint.id, marks]).toEqual([endpoint.id, 1]);
		}
	});
});

describe('searching in Chinese', () => {
	it.each([
		['创建会议', 'meeting.create'],
		['怎么创建会议', 'meeting.create'],
		['预约会议', 'meeting.create'],
		['发消息', 'message.send'],
		['发送 消息', 'message.send'],
		['发送应用消息', 'message.send'],
		['撤回', 'message.recall'],
		['撤回消息', 'message.recall'],
		['群发', 'externalcontact.add_msg_template'],
		['拉群', 'appchat.create'],
		['建群', 'appchat.create'],
		['打卡', 'checkin.getcheckindata'],
		['考勤记录', 'checkin.getcheckindata'],
		['补卡', 'checkin.punch_correction'],
		['离职', 'externalcontact.resigned.transfer_customer'],
		['离职继承', 'externalcontact.resigned.transfer_customer'],
		['请假', 'oa.applyevent'],
		['发起审批', 'oa.applyevent'],
		['审批', 'oa.applyevent'],
		['发邮件', 'exmail.app.compose_send'],
		['发红包', 'mmpay.sendworkwxredpack'],
		['群机器人', 'webhook.send'],
		['机器人', 'webhook.send'],
		['新建部门', 'department.create'],
		['新增员工', 'user.create'],
		['添加成员', 'user.create'],
		['查询成员', 'user.get'],
		['删除成员', 'user.delete'],
		['手机号查userid', 'user.getuserid'],
		['客户详情', 'externalcontact.get'],
		['客户资料', 'externalcontact.get'],
		['打标签', 'externalcontact.mark_tag'],
		['改备注', 'externalcontact.remark'],
		['朋友圈', 'externalcontact.get_moment_list'],
		['欢迎语', 'externalcontact.send_welcome_msg'],
		['发客服消息', 'kf.send_msg'],
		['聊天记录', 'chatdata.sync_msg'],
		['上传文件', 'wedrive.file_upload'],
		['上传素材', 'media.upload'],
		['智能表格添加记录', 'wedoc.smartsheet.add_records'],
		['多维表格记录', 'wedoc.smartsheet.add_records'],
		['预订会议室', 'oa.meetingroom.book'],
		['创建日程', 'oa.schedule.add'],
		['待办', 'todo.get'],
		['花名册', 'hr.get_staff_info'],
		['access_token', 'gettoken'],
		['令牌', 'gettoken'],
		['cjhy', 'meeting.create'],
		['FXX', 'message.send'],
		['dk', 'checkin.getcheckindata'],
		['qj', 'oa.applyevent'],
		['lq', 'appchat.create'],
	])('%s: %s', async (filter, expected) => {
		expect((await ids(filter)).slice(0, 3)).toContain(expected);
	});

	it.each([
		['请假', 'oa.vacation.getuservacationquota'],
		['加好友', 'externalcontact.add_contact_way'],
		['活码', 'externalcontact.groupchat.add_join_way'],
		['离职', 'user.delete'],
		['日报', 'oa.journal.get_record_detail'],
		['日报', 'checkin.getcheckin_daydata'],
		['拉群', 'externalcontact.groupchat.add_join_way'],
		['机器人', 'aibot.response'],
	])('%s finds %s too', async (filter, expected) => {
		expect((await ids(filter)).slice(0, 8)).toContain(expected);
	});

	it('finds each endpoint by its own name first', async () => {
		const { names } = await chineseNames();
		const wrong: string[] = [];
		for (const { id, status } of await allEndpoints()) {
			if (status !== 'current' || !names[id].match(han)) continue;
			if ((await ids(names[id]))[0] !== id) wrong.push(names[id]);
		}
		expect(wrong).toEqual([]);
	});

	it('finds by the name of a category', async () => {
		expect((await searchEndpoints('公费电话')).results[0]).toMatchObject({
			category: 'Business Calls',
		});
		expect((await searchEndpoints('上下游')).results.length).toBeGreaterThan(10);
	});

	it('finds nothing for what nobody offers, and pages through the rest', async () => {
		expect(await searchEndpoints('火箭发射')).toEqual({ results: [] });
		expect(await searchEndpoints('，。')).toEqual({ results: [] });
		const first = await searchEndpoints('获取', 0, 20);
		expect(first.next).toBe(20);
	});

	it('leaves English words as they are: initials come after them', async () => {
		expect((await ids('user'))[0]).toMatch(/^user\./);
		expect(await ids('xyzzy')).toEqual([]);
	});
});

it('reads characters with two readings either way', () => {
	expect(initialsOf('重命名文档', 'cmm')).toBe(0);
	expect(initialsOf('创建 userid', 'cj')).toBe(0);
	expect(initialsOf('创建会议', 'hy')).toBe(2);
	expect(initialsOf('创建会议', 'hyx')).toBe(-1);
});
