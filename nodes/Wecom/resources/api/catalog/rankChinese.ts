import { chineseName, type ChineseNames } from './chinese';
import type { EndpointHead } from './format';
import { initialsOf } from './pinyin';
import { byVerb } from './rank';

/** What people call things that WeCom's pages, and so the names here, call otherwise; the best meaning first. */
export const MEANINGS: Record<string, string[]> = {
	个人信息: ['获取成员'],
	主管: ['部门', '成员'],
	云盘: ['微盘'],
	人事: ['花名册', '成员'],
	任务: ['待办', '任务'],
	入职: ['创建成员', '邀请成员'],
	公司: ['企业'],
	公告: ['发送应用消息'],
	加人: ['创建成员', '添加标签成员'],
	加好友: ['「联系我」方式', '客户'],
	加群: ['进群方式', '更新群聊'],
	发公告: ['发送应用消息'],
	发卡片: ['发送应用消息', '模板卡片'],
	发图片: ['发送应用消息', '上传图片'],
	发文件: ['发送应用消息', '上传临时素材'],
	发朋友圈: ['创建朋友圈发表任务'],
	发消息: ['发送应用消息', '发送群聊消息', '发送群机器人消息', '发送客服消息'],
	发群消息: ['发送群聊消息', '发送群机器人消息'],
	发信息: ['发送应用消息'],
	发通知: ['发送应用消息', '发送学校通知'],
	发送消息: ['发送应用消息', '发送群聊消息', '发送群机器人消息', '发送客服消息'],
	发邮件: ['发送邮件'],
	发起审批: ['提交审批'],
	发红包: ['发放企业红包'],
	周报: ['汇报'],
	外勤: ['打卡'],
	外部联系人: ['客户', '外部联系人'],
	外部群: ['客户群'],
	多维表格: ['智能表格'],
	好友: ['客户'],
	入群: ['进群', '入群'],
	工作表: ['子表', '工作表'],
	建群: ['创建群聊'],
	开会: ['创建会议'],
	微信客服: ['客服'],
	忙闲: ['日程', '会议室预定'],
	报销: ['提交审批', '电子发票'],
	拉群: ['创建群聊', '进群方式'],
	拉人: ['更新群聊', '邀请成员'],
	推送: ['发送应用消息', '发送群机器人消息', '推送'],
	排班: ['打卡排班'],
	收款: ['收款', '收款订单'],
	改备注: ['更新客户备注'],
	文件上传: ['上传临时素材', '上传微盘文件'],
	日报: ['汇报', '打卡日报'],
	月报: ['汇报', '打卡月报'],
	机器人: ['发送群机器人消息', '机器人'],
	权限: ['权限', '可见范围'],
	标记: ['打标签', '标记'],
	加标签: ['给客户打标签', '添加标签成员'],
	模板消息: ['发送应用消息', '模板卡片'],
	活码: ['「联系我」方式', '进群方式'],
	渠道码: ['「联系我」方式'],
	消息推送: ['发送群机器人消息', '发送应用消息'],
	消息存档: ['会话记录', '会话存档'],
	申请: ['提交审批', '申请'],
	登陆: ['登录'],
	短信: ['发送应用消息'],
	离职: ['转接离职成员的客户', '离职成员', '删除成员'],
	员工: ['成员'],
	离职继承: ['转接离职成员的客户', '离职成员'],
	在职继承: ['转接在职成员的客户', '在职成员'],
	继承: ['转接'],
	签到: ['打卡记录', '打卡'],
	组织架构: ['部门'],
	组织: ['部门'],
	网盘: ['微盘'],
	群活码: ['进群方式'],
	群发消息: ['创建企业群发', '群发'],
	群二维码: ['进群方式'],
	群聊天: ['群聊'],
	考勤: ['打卡'],
	聊天记录: ['会话记录', '会话存档', '会话消息'],
	表格: ['智能表格记录', '智能表格', '在线表格'],
	请假: ['假期', '提交审批'],
	调休: ['假期', '提交审批'],
	加班: ['提交审批', '打卡'],
	出差: ['提交审批'],
	年假: ['假期'],
	转账: ['付款'],
	转人工: ['变更客服会话状态'],
	转接客服: ['变更客服会话状态'],
	离职员工: ['离职成员'],
	约会议: ['创建会议'],
	预约会议: ['创建会议'],
	订会议室: ['预定会议室'],
	问卷: ['收集表'],
	表单: ['收集表'],
	附件: ['附件', '上传临时素材'],
	图片: ['上传图片', '图片'],
	文件: ['微盘文件', '素材', '文件'],
	通知: ['发送应用消息', '通知'],
	通讯录同步: ['导入成员', '全量覆盖'],
	领导: ['部门', '成员'],
	令牌: ['access_token'],
	凭证: ['凭证', 'access_token'],
	手机号: ['按手机号获取userid', '手机号'],
	身份: ['登录用户身份'],
	扫码: ['二维码', '登录用户身份'],
	昵称: ['获取客户', '昵称'],
	头像: ['获取成员', '获取客户'],
};

/** Words of one meaning: names and what is typed are compared with the first of each. */
const SAME: Array<[string, RegExp]> = [
	['创建', /新建|新增|添加|增加|建立/g],
	['更新', /修改|编辑|变更|调整/g],
	['获取', /查询|读取|查看|查找|搜索|检索|拉取/g],
	['删除', /移除|去掉/g],
	['预定', /预订/g],
	['模板', /模版/g],
	['账号', /帐号|账户|帐户/g],
	['成员', /员工|人员|职员|同事|用户/g],
	['群聊', /群会话|聊天群/g],
	['消息', /信息/g],
];
/** Verbs of one character, as people begin what they type. */
const SHORT_VERBS: Array<[RegExp, string]> = [
	[/^发(?!送|放|起|票|布|表)/, '发送'],
	[/^[建加](?!群)/, '创建'],
	[/^改/, '更新'],
	[/^[查看读](?!询|找|看)/, '获取'],
	[/^删(?!除)/, '删除'],
];
const FILLERS = /企业微信|企微|怎么|如何|怎样|接口|一个|一下|我要|我想|的|吗|API/gi;

/** What people add to the name of a thing they want to read. */
const ENDINGS = /(详情|详细|信息|资料|数据|内容|列表|清单|名单)+$/;

/** How much of a typed text has to be found. */
const ENOUGH = 0.6;

interface Meaning {
	text: string;
	weight: number;
}

/** The endpoints that fit what somebody typed in Chinese, best first. */
export function rankChinese(
	endpoints: EndpointHead[],
	names: ChineseNames,
	filter: string,
): EndpointHead[] {
	const meanings = meaningsOf(filter);
	return sortByScore(endpoints, names, (endpoint) => {
		const texts = textsOf(names, endpoint);
		return Math.max(...meanings.map(({ text, weight }) => weight * scoreOf(texts, text)));
	});
}

/** The endpoints whose Chinese name, or another word for it, has these initials in pinyin: `cjhy` for 创建会议. */
export function rankInitials(
	endpoints: EndpointHead[],
	names: ChineseNames,
	typed: string,
): EndpointHead[] {
	const words = Object.keys(MEANINGS).filter((word) => initialsOf(word, typed) === 0);
	const meant = words.flatMap((word) => rankChinese(endpoints, names, word).slice(0, 5));
	const named = sortByScore(endpoints, names, (endpoint) => {
		const name = plain(chineseName(names, endpoint));
		const at = initialsOf(name, typed);
		if (at < 0) return 0;
		return (at === 0 ? 2 : 1) + typed.length / name.length;
	});
	const isWhole = ({ id }: EndpointHead) => plain(names.names[id] ?? '').length === typed.length;
	return [...new Set([...named.filter(isWhole), ...meant, ...named])];
}

function sortByScore(
	endpoints: EndpointHead[],
	names: ChineseNames,
	scoring: (endpoint: EndpointHead) => number,
): EndpointHead[] {
	const lengthOf = ({ id }: EndpointHead) => (names.names[id] ?? '').length;
	return endpoints
		.map((endpoint) => ({ endpoint, score: scoring(endpoint) }))
		.filter(({ score }) => score > 0)
		.sort(
			(a, b) =>
				+(a.endpoint.status !== 'current') - +(b.endpoint.status !== 'current') ||
				b.score - a.score ||
				lengthOf(a.endpoint) - lengthOf(b.endpoint) ||
				byVerb(a.endpoint, b.endpoint),
		)
		.map(({ endpoint }) => endpoint);
}

/** What a typed text may stand for: itself, then what people mean by words in it. */
function meaningsOf(filter: string): Meaning[] {
	const typed = plain(filter.replace(FILLERS, ''));
	const found: Meaning[] = [{ text: typed, weight: 1 }];
	const add = (text: string, weight: number) => {
		if (text && !found.some((one) => one.text === text)) found.push({ text, weight });
	};
	const words = Object.keys(MEANINGS)
		.filter((word) => typed.includes(word))
		.sort((a, b) => b.length - a.length);
	const [longest] = words;
	if (longest) {
		// What is meant by the whole text counts more than the text itself.
		const isWhole = longest === typed;
		MEANINGS[longest].forEach((meaning, at) =>
			add(typed.replace(longest, plain(meaning)), (isWhole ? 1.5 : 0.95) - at * 0.1),
		);
	}
	for (const { text, weight } of [...found]) {
		const [verb] = SHORT_VERBS.filter(([short]) => short.test(text));
		if (verb) add(text.replace(...verb), weight * 0.97);
	}
	add(typed.replace(ENDINGS, ''), 0.8);
	for (const { text, weight } of [...found]) add(common(text), weight * 0.95);
	return found;
}

interface Texts {
	name: string;
	/** The name in the first words of each meaning. */
	commonName: string;
	/** Category and English words beside it. */
	rest: string;
}

function textsOf(names: ChineseNames, endpoint: EndpointHead): Texts {
	const name = plain(chineseName(names, endpoint));
	const { id, path, name: english, category } = endpoint;
	return {
		name,
		commonName: common(name),
		rest: plain(`${names.categories[category] ?? ''} ${english} ${id} ${path}`),
	};
}

/** From 0 for nothing to 2 for the whole name: how much of a text is found, in how few pieces, and how much of the name it is. */
function scoreOf({ name, commonName, rest }: Texts, text: string): number {
	if (text === '') return 0;
	if (name === text) return 2;
	const inName = Math.max(coverage(name, text), coverage(commonName, text));
	const within = inName >= ENOUGH ? inName : 0.6 * coverage(name + rest, text);
	if (within < ENOUGH * 0.6) return 0;
	const begins = name.startsWith(text.slice(0, 2)) || commonName.startsWith(text.slice(0, 2));
	return within + (begins ? 0.1 : 0) + 0.2 * Math.min(1, text.length / name.length);
}

/** The part of `text` that stands in `own`, in pieces of at least two characters; more pieces count less. */
function coverage(own: string, text: string): number {
	if (text.length === 1) return own.includes(text) ? 1 : 0;
	let found = 0;
	let pieces = 0;
	for (let at = 0; at < text.length; ) {
		let end = at + 1;
		while (end < text.length && own.includes(text.slice(at, end + 1))) end++;
		if (end - at > 1) {
			found += end - at;
			pieces++;
		}
		at = end;
	}
	return found / text.length - Math.max(0, pieces - 1) * 0.03;
}

/** Without spaces and signs, in small letters. */
const plain = (text: string): string =>
	text
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[\s「」“”"'（）()，,。、·]/g, '');

const common = (text: string): string =>
	SAME.reduce((shorter, [word, others]) => shorter.replace(others, word), text);
