/** One sample payload of each callback kind of a self-built app. A new kind is one more row. */
import { randomBytes } from 'node:crypto';
import type { XmlFields } from './xml.cts';

interface Kind {
	doc: number;
	/** Whether it is a message, which has a MsgId; events have none. */
	message?: boolean;
	/** Whether it carries no AgentID, as events about contacts and batch jobs do; those about contacts come from "sys". */
	agentless?: boolean;
	from?: string;
	fields: XmlFields;
}

const message = (MsgType: string, fields: XmlFields): Kind => ({
	doc: 90239,
	message: true,
	fields: { MsgType, ...fields },
});
const event = (Event: string, fields: XmlFields = {}): Kind => ({
	doc: 90240,
	fields: { MsgType: 'event', Event, ...fields },
});
const contact = (ChangeType: string, fields: XmlFields, doc = 90970): Kind => ({
	doc,
	agentless: true,
	from: 'sys',
	fields: { MsgType: 'event', Event: 'change_contact', ChangeType, ...fields },
});

const CARD = { EventKey: 'approve', TaskId: 'task-1', CardType: 'button_interaction' };

const KINDS: Record<string, Kind> = {
	text: message('text', { Content: '你好，企业微信 😀' }),
	image: message('image', {
		PicUrl: 'https://wework.qpic.example/wwpic/1/0',
		MediaId: 'demo-image',
	}),
	voice: message('voice', { MediaId: 'demo-voice', Format: 'amr' }),
	video: message('video', { MediaId: 'demo-video', ThumbMediaId: 'demo-thumb' }),
	location: message('location', {
		Location_X: '23.134',
		Location_Y: '113.320',
		Scale: 20,
		Label: '广州市示例路',
		AppType: 'wxwork',
	}),
	link: message('link', {
		Title: '标题',
		Description: 'A description',
		Url: 'https://yunfan.example/?a=1&b=2',
		PicUrl: 'https://wework.qpic.example/wwpic/2/0',
	}),
	subscribe: event('subscribe'),
	unsubscribe: event('unsubscribe'),
	enter_agent: event('enter_agent', { EventKey: '' }),
	LOCATION: event('LOCATION', {
		Latitude: '23.104',
		Longitude: '113.320',
		Precision: '65.000',
		AppType: 'wxwork',
	}),
	click: event('click', { EventKey: 'MENU_TODAY' }),
	view: event('view', { EventKey: 'https://yunfan.example/report' }),
	template_card_event: event('template_card_event', {
		...CARD,
		SelectedItems: {
			SelectedItem: [
				{ QuestionKey: 'q1', OptionIds: { OptionId: ['a', 'b'] } },
				{ QuestionKey: 'q2', OptionIds: { OptionId: ['c'] } },
			],
		},
	}),
	template_card_menu_event: event('template_card_menu_event', {
		...CARD,
		EventKey: 'mute',
		CardType: 'text_notice',
	}),
	batch_job_result: {
		...event('batch_job_result', {
			BatchJob: { JobId: 'demo-job', JobType: 'sync_user', ErrCode: 0, ErrMsg: 'ok' },
		}),
		agentless: true,
	},
	create_user: contact('create_user', {
		UserID: 'zhaoyun',
		Name: '赵云',
		Department: '2,3',
		MainDepartment: 2,
		IsLeaderInDept: '1,0',
		DirectLeader: 'LiWei',
		Position: '产品经理',
		Mobile: '13800009999',
		Gender: 1,
		Email: 'zhaoyun@mail.yunfan.example',
		BizMail: 'zhaoyun@yunfan.example',
		Status: 4,
		Avatar: 'https://wework.qpic.example/avatar/99/0',
		Alias: 'yun',
		Telephone: '020-123456',
		Address: '广州市',
		ExtAttr: {
			Item: [
				{ Name: '爱好', Type: 0, Text: { Value: '旅游' } },
				{ Name: '主页', Type: 1, Web: { Title: '企业微信', Url: 'https://work.weixin.qq.com' } },
			],
		},
	}),
	update_user: contact('update_user', {
		UserID: 'zhangsan',
		NewUserID: 'zhangsan001',
		Department: '2,3',
	}),
	delete_user: contact('delete_user', { UserID: 'zhangsan' }),
	create_party: contact('create_party', { Id: 20, Name: '新部门', ParentId: 1, Order: 1 }, 90240),
	update_party: contact('update_party', { Id: 20, Name: '改名部门', ParentId: 1 }, 90240),
	delete_party: contact('delete_party', { Id: 20 }, 90240),
	update_tag: contact(
		'update_tag',
		{
			TagId: 1,
			AddUserItems: 'zhangsan,lisi',
			DelUserItems: 'linna',
			AddPartyItems: '1,2',
			DelPartyItems: '3',
		},
		90240,
	),
};

export const sampleKinds = Object.keys(KINDS);

let serial = 0;
/** A new MsgId: 19 digits, so larger than 2^53 as in production, and never repeated. */
const freshMsgId = () => `7${Date.now()}${String(++serial % 100_000).padStart(5, '0')}`;

/** The fields of a fresh callback; `changes` replace or add fields, and remove those set to undefined. */
export function sample(
	app: { corpid: string; agentid: number },
	kind: string,
	changes: XmlFields = {},
): XmlFields {
	const found = KINDS[kind];
	if (!found) throw new Error(`Unknown kind ${kind}; known: ${sampleKinds.join(', ')}`);
	const card = kind.startsWith('template_card');
	return {
		ToUserName: app.corpid,
		FromUserName: found.from ?? 'zhangsan',
		CreateTime: Math.floor(Date.now() / 1000),
		...found.fields,
		...(card && { ResponseCode: randomBytes(32).toString('base64url') }),
		...(found.message && { MsgId: freshMsgId() }),
		...(!found.agentless && { AgentID: app.agentid }),
		...changes,
	};
}
