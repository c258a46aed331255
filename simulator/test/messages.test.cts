import { DEMO_APP, DEMO_CONTACTS, DEMO_SALES_APP } from '../demo-data.cts';
import { useSimulator, type Json } from './api.cts';

const api = useSimulator();
const base = { agentid: DEMO_APP.agentid, touser: 'zhangsan' };
const text = { ...base, msgtype: 'text', text: { content: 'hello' } };
const send = async (body: unknown, secret?: string) => await api.post('message/send', body, secret);
const media = (type: string) => api.sim.control.addMedia({ filename: 'a.bin', type, size: 10 });

describe('message/send', () => {
	it('delivers, records and answers with a msgid', async () => {
		const answer = await send(text);
		expect(answer).toEqual({ errcode: 0, errmsg: 'ok', msgid: expect.any(String) });
		expect(api.sim.messages).toEqual([
			expect.objectContaining({
				msgid: answer.msgid,
				agentid: DEMO_APP.agentid,
				msgtype: 'text',
				recipients: ['zhangsan'],
				truncated: false,
				body: text,
			}),
		]);
	});

	it('accepts every message type', async () => {
		const card = {
			card_type: 'text_notice',
			main_title: { title: 'T' },
			card_action: { type: 1, url: 'https://a.example' },
		};
		const button = {
			card_type: 'button_interaction',
			task_id: 'task-1',
			button_list: [{ text: 'Yes', key: 'yes' }],
		};
		const url = 'https://a.example';
		const parts: Record<string, Json> = {
			text: { content: 'x' },
			markdown: { content: '**x**' },
			image: { media_id: media('image') },
			voice: { media_id: media('voice') },
			video: { media_id: media('video') },
			file: { media_id: media('file') },
			textcard: { title: 't', description: 'd', url },
			news: { articles: [{ title: 't', url }] },
			mpnews: { articles: [{ title: 't', thumb_media_id: media('image'), content: '<p>x</p>' }] },
			miniprogram_notice: { appid: 'wx1', title: '会议通知' },
		};
		for (const [msgtype, part] of Object.entries(parts))
			expect((await send({ ...base, msgtype, [msgtype]: part })).errmsg).toBe('ok');
		expect(
			(await send({ ...base, msgtype: 'template_card', template_card: card })).response_code,
		).toBeUndefined();
		expect(
			(await send({ ...base, msgtype: 'template_card', template_card: button })).response_code,
		).toEqual(expect.any(String));
		expect(api.sim.messages).toHaveLength(12);
	});

	it.each([
		['unknown type', { msgtype: 'fax' }, 40008],
		['no type', { msgtype: undefined }, 40008],
		['no content', { text: {} }, 44004],
		['no recipient', { touser: '' }, 82001],
		['all invalid', { touser: 'nobody|noone' }, 81013],
		['1001 users', { touser: Array(1001).fill('zhangsan').join('|') }, 40032],
		['101 departments', { toparty: Array(101).fill('1').join('|') }, 82002],
		['101 tags', { totag: Array(101).fill('1').join('|') }, 82003],
		['no agentid', { agentid: undefined }, 41011],
		['another app', { agentid: DEMO_SALES_APP.agentid }, 301002],
		['unknown app', { agentid: 9 }, 40056],
		['markdown too long', { msgtype: 'markdown', markdown: { content: '长'.repeat(683) } }, 40058],
		['media missing', { msgtype: 'image', image: {} }, 41006],
		['media unknown', { msgtype: 'image', image: { media_id: 'x' } }, 40007],
		[
			'card without title',
			{ msgtype: 'textcard', textcard: { description: 'd', url: 'https://a' } },
			41016,
		],
		[
			'card without description',
			{ msgtype: 'textcard', textcard: { title: 't', url: 'https://a' } },
			41033,
		],
		[
			'card without url',
			{ msgtype: 'textcard', textcard: { title: 't', description: 'd' } },
			41010,
		],
		[
			'url without scheme',
			{ msgtype: 'textcard', textcard: { title: 't', description: 'd', url: 'a.example' } },
			45034,
		],
		['no articles', { msgtype: 'news', news: { articles: [] } }, 45008],
		[
			'nine articles',
			{ msgtype: 'news', news: { articles: Array(9).fill({ title: 't', url: 'https://a' }) } },
			45008,
		],
		[
			'confidential news',
			{ msgtype: 'news', safe: 1, news: { articles: [{ title: 't', url: 'https://a' }] } },
			40074,
		],
		['unknown card', { msgtype: 'template_card', template_card: { card_type: 'x' } }, 40058],
		[
			'card without task_id',
			{ msgtype: 'template_card', template_card: { card_type: 'button_interaction' } },
			42014,
		],
		[
			'card without buttons',
			{
				msgtype: 'template_card',
				template_card: { card_type: 'button_interaction', task_id: 't' },
			},
			40016,
		],
		[
			'notice to @all',
			{
				touser: '@all',
				msgtype: 'miniprogram_notice',
				miniprogram_notice: { appid: 'wx', title: '会议通知' },
			},
			40058,
		],
	])('%s', async (_name, change, errcode) => {
		expect((await send({ ...text, ...change })).errcode).toBe(errcode);
		expect(api.sim.messages).toEqual([]);
	});

	it('lists invalid recipients in lower case and still succeeds', async () => {
		const answer = await send({
			...text,
			touser: 'ZhangSan|NoBody|NOONE',
			toparty: '6|999',
			totag: '1|77',
		});
		expect(answer).toMatchObject({
			errcode: 0,
			invaliduser: 'nobody|noone',
			invalidparty: '999',
			invalidtag: '77',
		});
		expect(api.sim.messages[0].recipients.sort()).toEqual([
			'emma.brown',
			'john-smith',
			'linna',
			'tanaka@yf',
			'zhangsan',
		]);
	});

	it('@all reaches the visible range only', async () => {
		await send({ ...text, touser: '@all' });
		await send({ ...text, touser: '@all', agentid: DEMO_SALES_APP.agentid }, DEMO_SALES_APP.secret);
		expect(api.sim.messages.map(({ recipients }) => recipients.length)).toEqual([25, 10]);
		const outside = await send(
			{ ...text, touser: 'zhangsan|machao', agentid: DEMO_SALES_APP.agentid },
			DEMO_SALES_APP.secret,
		);
		expect(outside.invaliduser).toBe('zhangsan');
	});

	it('cuts text at 2048 bytes on a character boundary', async () => {
		expect((await send({ ...text, text: { content: `ab${'长'.repeat(700)}` } })).errcode).toBe(0);
		const [message] = api.sim.messages;
		expect(message.truncated).toBe(true);
		expect(message.body.text.content).toBe(`ab${'长'.repeat(682)}`);
		await send({ ...text, text: { content: 'x'.repeat(2048) } });
		expect(api.sim.messages[1].truncated).toBe(false);
	});

	it('suppresses a repeated request only with the duplicate check, within the interval', async () => {
		const checked = { ...text, enable_duplicate_check: 1, duplicate_check_interval: 60 };
		const first = await send(checked);
		expect((await send(checked)).msgid).toBe(first.msgid);
		expect(api.sim.messages).toHaveLength(1);
		api.sim.control.advanceClock(61_000);
		expect((await send(checked)).msgid).not.toBe(first.msgid);
		await send(text);
		await send(text);
		expect(api.sim.messages).toHaveLength(4);
	});

	it('drops an agentid of the wrong type and warns', async () => {
		const answer = await send({ ...text, agentid: String(DEMO_APP.agentid) });
		expect(answer.errcode).toBe(41011);
		expect(answer.errmsg).toMatch(/^Warning: wrong json format\. /);
		expect((await send({ ...text, safe: '0' })).errmsg).toBe('ok. Warning: wrong json format. ');
	});

	it('interactive cards need a callback URL', async () => {
		const card = { card_type: 'vote_interaction', task_id: 't' };
		const body = {
			touser: 'machao',
			agentid: DEMO_SALES_APP.agentid,
			msgtype: 'template_card',
			template_card: card,
		};
		expect((await send(body, DEMO_SALES_APP.secret)).errcode).toBe(43012);
	});

	it('called with GET misses its parameters', async () => {
		expect((await api.get('message/send', { touser: 'zhangsan' })).errcode).toBe(40008);
	});
});

describe('message/recall', () => {
	it('recalls within 24 hours, by the app that sent it', async () => {
		const { msgid } = await send(text);
		expect((await api.post('message/recall', { msgid }, DEMO_SALES_APP.secret)).errcode).toBe(
			40058,
		);
		expect((await api.post('message/recall', { msgid: 'x' })).errcode).toBe(40058);
		expect((await api.post('message/recall', {})).errcode).toBe(40063);
		expect((await api.post('message/recall', { msgid }, DEMO_CONTACTS.secret)).errcode).toBe(48002);
		expect(api.sim.messages[0].recalled).toBe(false);
		expect(await api.post('message/recall', { msgid })).toEqual({ errcode: 0, errmsg: 'ok' });
		expect(api.sim.messages[0].recalled).toBe(true);

		const late = await send(text);
		api.sim.control.advanceClock(24 * 3_600_000 + 1);
		expect((await api.post('message/recall', { msgid: late.msgid })).errcode).toBe(40058);
	});
});
