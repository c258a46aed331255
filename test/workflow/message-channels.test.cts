/** Ways of sending besides Message: Send, and what becomes of a card that was sent. */
import type { IDataObject, NodeApiError } from 'n8n-workflow';
import type { Field } from '../../nodes/Wecom/engine/operation';
import { message } from '../../nodes/Wecom/resources/message/message';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { binaryItem } from '../support/harness.cts';
import { byId, itemsOf, runWecom, useSimulator } from './support.cts';

const simulator = useSimulator();
type Items = Awaited<ReturnType<typeof binaryItem>>[];

/** What arrived, without what was refused for the token of an earlier test. */
const bodies = (path: string) =>
	simulator()
		.requests.filter((one) => one.path === `/cgi-bin/${path}` && one.errcode !== 40014)
		.map(({ body }) => body as IDataObject);

describe('Message: Send to School', () => {
	const school = async (parameters: IDataObject) =>
		await runWecom(simulator(), { resource: 'message', operation: 'sendToSchool', parameters });

	it('sends to parents, students and departments; who was left out is data', async () => {
		const run = await school({
			recv_scope: 2,
			to_parent_userid: 'parent_userid1,parent_userid2',
			to_party: '7',
			content: '明天放假',
			additionalFields: { enable_id_trans: true },
		});
		expect(run.json('WeCom')).toEqual([
			{
				invalid_parent_userid: ['parent_userid1'],
				invalid_student_userid: ['student_userid1'],
				invalid_party: ['party1'],
				sent: true,
				warning:
					'Not sent to unknown or out-of-reach parents: parent_userid1. Not sent to unknown or out-of-reach students: student_userid1. Not sent to unknown or out-of-reach departments: party1.',
			},
		]);
		expect(bodies('externalcontact/message/send')).toEqual([
			{
				agentid: DEMO_APP.agentid,
				recv_scope: 2,
				toall: 0,
				to_parent_userid: ['parent_userid1', 'parent_userid2'],
				to_party: ['7'],
				msgtype: 'text',
				text: { content: '明天放假' },
				enable_id_trans: 1,
			},
		]);
	});

	it('sends a mini program with its cover', async () => {
		const thumb_media_id = simulator().control.addMedia({ filename: 'a.png', type: 'image' });
		await school({
			toall: true,
			msgtype: 'miniprogram',
			appid: 'APPID',
			title: '欢迎报名夏令营',
			thumb_media_id,
			pagepath: 'PAGE_PATH',
		});
		expect(bodies('externalcontact/message/send')[0]).toMatchObject({
			toall: 1,
			miniprogram: {
				appid: 'APPID',
				title: '欢迎报名夏令营',
				thumb_media_id,
				pagepath: 'PAGE_PATH',
			},
		});
	});

	it('needs a recipient, and no mini program in news', async () => {
		expect((await school({ content: 'x' })).error?.message).toBe('The message has no recipient');
		const row = [{ title: 'T', appid: 'wx1', pagepath: '/' }];
		const { error } = await school({ toall: true, msgtype: 'news', articles: { row } });
		expect((error as NodeApiError).description).toContain('only app messages open mini programs');
		expect(bodies('externalcontact/message/send')).toEqual([]);
	});
});

describe('Message: Update Template Card', () => {
	const update = async (parameters: IDataObject) =>
		await itemsOf(simulator(), {
			resource: 'message',
			operation: 'updateTemplateCard',
			parameters,
		});

	it('greys out the button for some members', async () => {
		const [item] = await update({
			response_code: 'CODE',
			replace_name: '已批准',
			userids: ['userid1', 'userid2'],
			additionalFields: { partyids: '2,3' },
		});
		expect(item).toEqual({
			invaliduser: ['userid1', 'userid2'],
			updated: true,
			warning: 'Not sent to unknown or out-of-reach members: userid1, userid2.',
		});
		expect(bodies('message/update_template_card')).toEqual([
			{
				agentid: DEMO_APP.agentid,
				response_code: 'CODE',
				button: { replace_name: '已批准' },
				atall: 0,
				userids: ['userid1', 'userid2'],
				partyids: [2, 3],
			},
		]);
	});

	it('puts a new card in its place, for everyone', async () => {
		await update({
			response_code: 'CODE',
			msgtype: 'template_card',
			card_type: 'button_interaction',
			main_title: 'Done',
			button_list: { row: [{ text: 'Yes', key: 'yes' }] },
			atall: true,
			additionalFields: { replace_text: '已提交' },
		});
		expect(bodies('message/update_template_card')).toEqual([
			{
				agentid: DEMO_APP.agentid,
				response_code: 'CODE',
				atall: 1,
				template_card: {
					card_type: 'button_interaction',
					main_title: { title: 'Done' },
					button_list: [{ text: 'Yes', key: 'yes', style: 1 }],
					replace_text: '已提交',
				},
			},
		]);
	});
});

it('offers Replacement Text only with a new card', () => {
	const { displayOptions } = (
		message.operations
			.find(({ value }) => value === 'updateTemplateCard')!
			.fields.find(({ name }) => name === 'additionalFields')!.options as Field[]
	).find(({ name }) => name === 'replace_text')!;
	expect(displayOptions).toEqual({ show: { '/msgtype': ['template_card'] } });
});

describe('Group Chat', () => {
	const chat = async (operation: string, parameters: IDataObject, items?: Items) =>
		await runWecom(simulator(), { resource: 'groupChat', operation, parameters, items });

	it('creates and changes a chat', async () => {
		const created = await chat('create', {
			name: '项目群',
			userlist: 'userid1,userid2',
			owner: byId('userid1'),
			chatid: 'CHATID',
		});
		expect(created.json('WeCom')).toEqual([{ chatid: 'CHATID' }]);
		expect(bodies('appchat/create')).toEqual([
			{ name: '项目群', userlist: ['userid1', 'userid2'], owner: 'userid1', chatid: 'CHATID' },
		]);
		const changed = await chat('update', { chatid: 'CHATID', del_user_list: ['userid2'] });
		expect(changed.json('WeCom')).toEqual([{ chatid: 'CHATID', success: true }]);
		expect(bodies('appchat/update')).toEqual([{ chatid: 'CHATID', del_user_list: ['userid2'] }]);
	});

	it.each([
		[{ userlist: 'a' }, "1 in 'Member Names or IDs', a group chat takes 2 to 2,000"],
		[{ userlist: 'a,b', chatid: 'no-hyphen' }, "'Chat ID' is 'no-hyphen', which is not a valid ID"],
		[{ userlist: 'a,b', name: '名'.repeat(51) }, "'Name' has 51 characters, WeCom takes 50"],
	])('refuses what WeCom would refuse or cut (%#)', async (parameters, message) => {
		expect((await chat('create', parameters)).error?.message).toBe(message);
		expect(bodies('appchat/create')).toEqual([]);
	});

	it('sends text with mentions, Markdown, a text card counted in bytes, and files', async () => {
		const chatid = 'CHATID';
		const run = await chat('sendMessage', {
			chatid,
			content: '你的快递已到',
			mentioned_list: 'zhangsan,@all',
			additionalFields: { safe: true },
		});
		expect(run.json('WeCom')).toEqual([{ chatid, sent: true }]);
		await chat('sendMessage', { chatid, msgtype: 'markdown', content: '**bold**' });
		const item = await binaryItem({}, { data: { data: '0123456789', fileName: 'a.pdf' } });
		await chat('sendMessage', { chatid, msgtype: 'file' }, [item]);
		expect(bodies('appchat/send')).toEqual([
			{
				chatid,
				msgtype: 'text',
				text: { content: '你的快递已到', mentioned_list: ['zhangsan', '@all'] },
				safe: 1,
			},
			{ chatid, msgtype: 'markdown', markdown: { content: '**bold**' } },
			{ chatid, msgtype: 'file', file: { media_id: expect.any(String) } },
		]);
		const card = { msgtype: 'textcard', description: 'D', url: 'https://a.example' };
		const { error } = await chat('sendMessage', { chatid, ...card, title: '题'.repeat(43) });
		expect(error?.message).toBe("'Title' has 129 bytes, WeCom takes 128");
	});

	it('says how many parts of a split text went out', async () => {
		const parameters = {
			chatid: 'CHATID',
			content: 'x'.repeat(3000),
			additionalFields: { splitLongText: true },
		};
		expect((await chat('sendMessage', parameters)).json('WeCom')).toEqual([
			{ chatid: 'CHATID', sent: true, messages: 2 },
		]);
	});
});
