/** An invented company, so that the simulator is useful without any set-up. No person, number or key here is real. */
import { DEMO_BOT, DEMO_CALLBACK_BOT } from './bot/data.cts';
import type { App, Department, Member, Seed } from './state.cts';

export const DEMO_CORP = { corpid: 'ww847df3cda447a52c', corpName: '云帆示例科技' };

const SENSITIVE_FIELDS = ['gender', 'avatar', 'qr_code', 'mobile', 'email', 'biz_mail', 'address'];
const N8N_HOSTS = ['localhost:5678', '127.0.0.1:5678'];

/** The company's accounts of WeChat Customer Service. */
export const DEMO_KF_ACCOUNTS = [
	{ open_kfid: 'wkDemoAAAASm4_FhToWMFea0xAFfd3Q1', name: '咨询客服' },
	{ open_kfid: 'wkDemoAAAASm4_FhToWMFea0xAFfd3Q2', name: '售后客服' },
];

/** An app that sees the whole company and has a callback URL. */
export const DEMO_APP: App = {
	agentid: 1000002,
	name: 'n8n 自动化',
	kind: 'app',
	secret: 'RJ5rSYW1cn8gYC9w6NmTvG0cDbqQSzPKRZH047gd6mg',
	enabled: true,
	visible: { users: [], departments: [1], tags: [] },
	trustedIps: [],
	trustedDomains: N8N_HOSTS,
	sensitiveFields: SENSITIVE_FIELDS,
	callback: {
		url: 'http://127.0.0.1:5678/webhook/wecom',
		token: '7MTPSMbJEJ3NST4fCE9V',
		encodingAesKey: 'G6In0X7WIbrYiPgLZI6D8c3JW4kY9vL6gkJK3gkKvfU',
	},
};

/** An app that sees the sales department and one more member, and has no callback URL. */
export const DEMO_SALES_APP: App = {
	agentid: 1000003,
	name: 'Sales desk',
	kind: 'app',
	secret: 'JbpEOL8s9vlNn297lo0gpkYUwqBaX0a4Y70QQ9w8GLE',
	enabled: true,
	visible: { users: ['wangfang'], departments: [4], tags: [] },
	trustedIps: [],
	trustedDomains: N8N_HOSTS,
	sensitiveFields: ['mobile'],
	callback: {
		url: '',
		token: 'oZASWMvv8gCjQG0fMjyR',
		encodingAesKey: 'xwOqqZ5n01oWamJB13qbzb8onzMhF7BxZets3JajEAw',
	},
};

/** The contact-sync helper (通讯录同步): the only secret that may write contacts; it cannot send messages. */
export const DEMO_CONTACTS: App = {
	agentid: 0,
	name: '通讯录同步',
	kind: 'contacts',
	secret: 'oKYWp4aME5UTUKBBb1UOfxukNif03eP6G0JwxR9Qg9I',
	enabled: true,
	visible: { users: [], departments: [1], tags: [] },
	trustedIps: [],
	trustedDomains: [],
	sensitiveFields: [],
	callback: {
		url: '',
		token: 'mzXh8EPKuWW5i9kesyBE',
		encodingAesKey: 'YyKBhy7aylDter4QzLStpdhGx4Ltb6aDjCNxOSxnlPg',
	},
};

const department = (
	id: number,
	name: string,
	name_en: string,
	parentid: number,
	leaders: string[] = [],
): Department => ({
	id,
	name,
	name_en,
	parentid,
	order: 100_000_000 - id,
	department_leader: leaders,
});

const DEPARTMENTS = [
	department(1, DEMO_CORP.corpName, 'Yunfan Demo Technology', 0, ['wangfang']),
	department(2, '研发中心', 'R&D Center', 1, ['LiWei']),
	department(3, '后端组', 'Backend', 2, ['zhaolei']),
	department(4, '销售部', 'Sales', 1, ['chenjing']),
	department(5, '华南区', 'South China', 4),
	department(6, 'Overseas', 'Overseas', 4, ['emma.brown']),
	department(7, '人力资源部', 'Human Resources', 1, ['sunli']),
	department(8, '客户服务部', 'Customer Service', 1, ['huanglei']),
];

/** userid, name, gender, position, departments, status, direct leader. */
type Row = [string, string, '1' | '2', string, number[], number, string?];

const ROWS: Row[] = [
	['wangfang', '王芳', '2', '总经理', [1], 1],
	['LiWei', '李伟', '1', '研发总监', [2, 3], 1, 'wangfang'],
	['zhangsan', '张三', '1', '后端工程师', [3], 1, 'LiWei'],
	['lisi', '李四', '1', '前端工程师', [2], 1, 'LiWei'],
	['zhaolei', '赵磊', '1', '后端组长', [3], 1, 'LiWei'],
	['qianxue', '钱雪', '2', '测试工程师', [2], 1, 'LiWei'],
	['zhoumin', '周敏', '2', '产品经理', [2, 4], 1, 'LiWei'],
	['wu_yong', '吴勇', '1', '运维工程师', [3], 4, 'zhaolei'],
	['zhengkai', '郑凯', '1', '后端工程师', [3], 2, 'zhaolei'],
	['chenjing', '陈静', '2', '销售总监', [4], 1, 'wangfang'],
	['liuyang', '刘洋', '1', '客户经理', [5], 1, 'chenjing'],
	['yangxi', '杨曦', '2', '客户经理', [5], 1, 'chenjing'],
	['xujie', '徐杰', '1', '销售代表', [5], 4, 'chenjing'],
	['machao', '马超', '1', '销售代表', [4], 1, 'chenjing'],
	['emma.brown', 'Emma Brown', '2', 'Account Director', [6], 1, 'chenjing'],
	['john-smith', 'John Smith', '1', 'Account Manager', [6], 1, 'emma.brown'],
	['tanaka@yf', '田中健', '1', 'Account Manager', [6], 1, 'emma.brown'],
	['sunli', '孙丽', '2', '人事经理', [7], 1, 'wangfang'],
	['hexin', '何欣', '2', '招聘专员', [7], 1, 'sunli'],
	['gaoyuan', '高原', '1', '培训专员', [7], 4, 'sunli'],
	['huanglei', '黄磊', '1', '客服主管', [8], 1, 'wangfang'],
	['linna', '林娜', '2', '客服专员', [8], 1, 'huanglei'],
	['guoqiang', '郭强', '1', '客服专员', [8], 1, 'huanglei'],
	['ouyangmn', '欧阳慕南', '2', '客服专员', [8, 7], 1, 'huanglei'],
	['U0025', '罗小𠮷', '2', '实习生', [8], 4, 'huanglei'],
];

const member = (
	[userid, name, gender, position, departments, status, leader]: Row,
	index: number,
): Member => {
	const mail = userid.toLowerCase().replace('@', '.');
	return {
		userid,
		name,
		alias: mail,
		mobile: `1380000${String(index + 1).padStart(4, '0')}`,
		department: departments,
		order: departments.map(() => 0),
		position,
		gender,
		email: `${mail}@mail.yunfan.example`,
		biz_mail: `${mail}@yunfan.example`,
		is_leader_in_dept: departments.map((id) =>
			Number(DEPARTMENTS.find((one) => one.id === id)!.department_leader.includes(userid)),
		),
		direct_leader: leader ? [leader] : [],
		avatar: `https://wework.qpic.example/avatar/${index + 1}/0`,
		thumb_avatar: `https://wework.qpic.example/avatar/${index + 1}/100`,
		telephone: `020-8888${String(index + 1).padStart(4, '0')}`,
		address: '广州市示例路 1 号',
		extattr: { attrs: [{ type: 0, name: '工号', text: { value: `YF${1001 + index}` } }] },
		status,
		qr_code: `https://open.work.weixin.example/wwopen/userQRCode?vcode=demo${index + 1}`,
		external_profile: { external_corp_name: '云帆示例', external_attr: [] },
		external_position: position,
		main_department: departments[0],
	};
};

export const DEMO_SEED: Seed = {
	...DEMO_CORP,
	apps: [DEMO_APP, DEMO_SALES_APP, DEMO_CONTACTS],
	departments: DEPARTMENTS,
	members: ROWS.map(member),
	tags: [
		{ tagid: 1, tagname: '值班', userlist: ['zhangsan', 'linna'], partylist: [] },
		{ tagid: 2, tagname: 'Overseas team', userlist: [], partylist: [6] },
	],
	outsiders: [
		{ name: '访客 (not a customer)', openid: 'oDemoVisitor00000000000000001' },
		{
			name: '客户 何先生',
			openid: 'oDemoCustomer0000000000000001',
			external_userid: 'wmDemoCustomer00000000000000001',
		},
		{
			name: '上下游成员 周帆 (linked company)',
			openid: 'oDemoLinked000000000000000001',
			linked_userid: 'ww5e7d1c2b3a4f6089/zhoufan',
		},
		{
			name: '家长 吴女士 (parent)',
			openid: 'oDemoParent000000000000000001',
			external_userid: 'wmDemoParent0000000000000000001',
			parent_userid: 'demo_parent_1',
		},
	],
	bots: [DEMO_BOT, DEMO_CALLBACK_BOT],
};
