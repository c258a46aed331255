/** An invented provider with two suites, and as many companies as one wants. No person, number or key here is real. */
import { createHash } from 'node:crypto';
import type { Department, Member, Outsider } from '../state.cts';
import type { Company, Provider, ProviderSeed, Suite } from './state.cts';

const N8N_HOSTS = ['localhost:5678', '127.0.0.1:5678'];

export const DEMO_PROVIDER: Provider = {
	corpid: 'ww5d1f0a7be6c94382',
	secret: 'pV8kR2nXw4qZsT6yB1mLcJ9hG3fD7aE5uN0oPiQxYtWvSdKzCrMbHlAjFgUe',
	trustedIps: [],
};

/** A third-party app. */
export const DEMO_SUITE: Suite = {
	suiteId: 'ww3b9e1c7a5f2d8046',
	suiteSecret: 'ldAE_H9anCRN21GKXVfdQ7rT4wYzB6mP1sJ8kUoEi3g',
	name: 'n8n 云端应用',
	callback: {
		url: 'http://127.0.0.1:5678/webhook/suite',
		token: 'uG4nT7kQ2xWz9LbV',
		encodingAesKey: 'qK3vX8mB5nR1tY6wZ0cP4sD7fH2jL9gA3eU6iO1rT5k',
	},
	dataUrl: '',
	trustedIps: [],
	trustedDomains: N8N_HOSTS,
};

/** A template of customized apps (代开发). */
export const DEMO_TEMPLATE: Suite = {
	suiteId: 'dk7c2f4b8e0d6a1953',
	suiteSecret: 'wN5rY8tK1pZ4xC7vB0mQ3sD6fG9hJ2lA5eU8iO1rT4o',
	name: 'n8n 代开发模板',
	callback: {
		url: 'http://127.0.0.1:5678/webhook/template',
		token: 'hR6pM3sJ9dFy1CxE',
		encodingAesKey: 'zM7bV2nC5xK8lJ1hG4fD9sA6pO3iU0yT7rE2wQ5mN8k',
	},
	dataUrl: '',
	trustedIps: [],
	trustedDomains: N8N_HOSTS,
};

/** Makes `count` companies, numbered from `from` on. A corpid has the form a provider sees: encrypted, `wp…` (doc 95652). */
export const makeCompanies = (count: number, from = 1): Company[] =>
	Array.from({ length: count }, (_, index) => {
		const number = from + index;
		const id = createHash('sha256').update(`company ${number}`).digest('base64url').slice(0, 30);
		return {
			corpid: `wp${id}`,
			name: `示例企业 ${String(number).padStart(2, '0')}`,
			agentid: 1_000_100 + number,
			admins: [
				{ userid: 'boss', auth_type: 1 },
				{ userid: 'zhangsan', auth_type: 0 },
			],
		};
	});

/** A provider with both suites and three companies, for `startSimulator({ seed: PROVIDER_SEED })`. */
export const PROVIDER_SEED: Required<ProviderSeed> = {
	provider: DEMO_PROVIDER,
	suites: [DEMO_SUITE, DEMO_TEMPLATE],
	companies: makeCompanies(3),
};

const department = (id: number, name: string, parentid: number): Department => ({
	id,
	name,
	name_en: '',
	parentid,
	order: 100_000_000 - id,
	department_leader: id === 1 ? ['boss'] : [],
});

/** userid, name, gender, position, department. The last userid is in no other company. */
const people = ({ agentid }: Company): Array<[string, string, string, string, number]> => [
	['boss', '王总', '2', '总经理', 1],
	['zhangsan', '张三', '1', '客户经理', 2],
	['lisi', '李四', '1', '工程师', 3],
	[`user${agentid}`, '赵敏', '2', '工程师', 3],
];

/** The people of a company, with its admins, who need not be among them. */
export function companyDirectory(company: Company): {
	departments: Department[];
	members: Member[];
	outsiders: Outsider[];
} {
	const rows = people(company);
	for (const { userid } of company.admins) {
		if (!rows.some(([known]) => known === userid)) rows.push([userid, userid, '0', '管理员', 1]);
	}
	return {
		departments: [
			department(1, company.name, 0),
			department(2, '销售部', 1),
			department(3, '技术部', 1),
		],
		members: rows.map((row, index) => member(company, row, index)),
		outsiders: [{ name: '访客', openid: `o${company.corpid.slice(2)}visitor` }],
	};
}

const member = (
	company: Company,
	[userid, name, gender, position, departmentId]: ReturnType<typeof people>[number],
	index: number,
): Member => ({
	userid,
	name: `${name} (${company.name})`,
	alias: '',
	mobile: `139${String(company.agentid % 10_000).padStart(4, '0')}${String(index + 1).padStart(4, '0')}`,
	department: [departmentId],
	order: [0],
	position,
	gender,
	email: `${userid}@mail.${company.agentid}.example`,
	biz_mail: `${userid}@${company.agentid}.example`,
	is_leader_in_dept: [userid === 'boss' ? 1 : 0],
	direct_leader: userid === 'boss' ? [] : ['boss'],
	avatar: `https://wework.qpic.example/avatar/${company.agentid}/${index + 1}/0`,
	thumb_avatar: `https://wework.qpic.example/avatar/${company.agentid}/${index + 1}/100`,
	telephone: '',
	address: '',
	extattr: { attrs: [] },
	status: 1,
	qr_code: `https://open.work.weixin.example/wwopen/userQRCode?vcode=${company.agentid}${userid}`,
	external_profile: {},
	external_position: position,
	main_department: departmentId,
});
