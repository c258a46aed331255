import { NodeApiError } from 'n8n-workflow';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { binaryItem } from '../support/harness.cts';
import { credentialOf, itemsOf, runWecom, useSimulator } from './support.cts';

const simulator = useSimulator();
const send = (parameters: object, items?: Awaited<ReturnType<typeof binaryItem>>[]) => ({
	resource: 'message',
	operation: 'send',
	parameters: { touser: ['zhangsan'], ...parameters },
	items,
});
const sent = () => simulator().messages.map(({ body }) => body);
const failure = async (parameters: object, items?: Awaited<ReturnType<typeof binaryItem>>[]) =>
	(await runWecom(simulator(), send(parameters, items))).error as NodeApiError | undefined;

describe('Message: Send', () => {
	it('sends text to people, departments and tags', async () => {
		const [item] = await itemsOf(
			simulator(),
			send({
				content: '你好 😀',
				sendTo: ['members', 'departments', 'tags'],
				touser: ['zhangsan', 'linna'],
				toparty: ['2'],
				totag: '1',
			}),
		);
		expect(item).toEqual({ msgid: expect.any(String) });
		expect(sent()).toEqual([
			{
				touser: 'zhangsan|linna',
				toparty: '2',
				totag: '1',
				msgtype: 'text',
				agentid: DEMO_APP.agentid,
				text: { content: '你好 😀' },
			},
		]);
	});

	it.each([
		['an array', '={{ ["zhangsan", "linna"] }}'],
		['text with |', '={{ "zhangsan|linna" }}'],
		['text with commas', '={{ "zhangsan, linna" }}'],
	])('takes recipients from an expression: %s', async (_name, touser) => {
		await itemsOf(simulator(), send({ content: 'x', touser }));
		expect(sent()[0].touser).toBe('zhangsan|linna');
	});

	it.each([
		[{}, { touser: 'zhangsan' }],
		[{ sendTo: ['departments'] }, { toparty: '2' }],
		[{ sendTo: '={{ "tags, Departments" }}' }, { toparty: '2', totag: '1' }],
		[{ sendTo: '={{ ["everyone", "tags"] }}' }, { touser: '@all' }],
	])('sends to what is chosen at Send To alone: %p', async (chosen, to) => {
		const lists = { touser: ['zhangsan'], toparty: ['2'], totag: ['1'] };
		await itemsOf(simulator(), send({ content: 'x', ...lists, ...chosen }));
		const [{ touser, toparty, totag }] = sent();
		expect({ touser, toparty, totag }).toEqual({
			...{ touser: undefined, toparty: undefined, totag: undefined },
			...to,
		});
	});

	it('sends to everyone and sets the switches', async () => {
		await itemsOf(
			simulator(),
			send({
				content: 'x',
				sendTo: ['everyone'],
				additionalFields: {
					safe: true,
					enable_id_trans: true,
					enable_duplicate_check: true,
					duplicate_check_interval: 60,
				},
			}),
		);
		expect(sent()).toEqual([
			expect.objectContaining({
				touser: '@all',
				safe: 1,
				enable_id_trans: 1,
				enable_duplicate_check: 1,
				duplicate_check_interval: 60,
			}),
		]);
	});

	it('sends a number from an expression as the text it is in a message', async () => {
		await itemsOf(simulator(), send({ content: '={{ 42 }}' }));
		expect(sent()[0].text).toEqual({ content: '42' });
	});

	it('sends Markdown and a text card', async () => {
		await itemsOf(simulator(), send({ msgtype: 'markdown', content: '**bold**' }));
		await itemsOf(
			simulator(),
			send({
				msgtype: 'textcard',
				title: 'T',
				description: 'D',
				url: 'https://a.example/?q=1',
				additionalFields: { btntxt: '更多' },
			}),
		);
		expect(sent()).toEqual([
			expect.objectContaining({ msgtype: 'markdown', markdown: { content: '**bold**' } }),
			expect.objectContaining({
				msgtype: 'textcard',
				textcard: { title: 'T', description: 'D', url: 'https://a.example/?q=1', btntxt: '更多' },
			}),
		]);
	});

	it.each([
		['image', 'photo.png', 'image/png'],
		['file', '报告.pdf', 'application/pdf'],
		['video', 'clip.mp4', 'video/mp4'],
		['voice', 'memo.amr', 'audio/amr'],
	])('uploads and sends %s from binary data', async (msgtype, fileName, mimeType) => {
		const input = await binaryItem(
			{},
			{ data: { data: Buffer.from('0123456789'), fileName, mimeType } },
		);
		await itemsOf(
			simulator(),
			send({ msgtype, additionalFields: { videoTitle: 'My clip' } }, [input]),
		);
		const [body] = sent();
		const stored = simulator().state.media.get(body[msgtype].media_id);
		expect(stored).toMatchObject({ filename: fileName, type: msgtype });
		if (msgtype === 'video') expect(body.video.title).toBe('My clip');
	});

	it('sends an uploaded file again by its media ID', async () => {
		const media_id = simulator().control.addMedia({ filename: 'a.pdf', type: 'file' });
		await itemsOf(simulator(), send({ msgtype: 'file', mediaFrom: 'mediaId', media_id }));
		expect(sent()[0].file).toEqual({ media_id });
	});

	it('keeps partial failures as data, with a warning', async () => {
		const [item] = await itemsOf(
			simulator(),
			send({ content: 'x', touser: ['zhangsan', 'NoBody'] }),
		);
		expect(item).toEqual({
			msgid: expect.any(String),
			invaliduser: 'nobody',
			warning: 'Not sent to unknown or out-of-reach members: nobody.',
		});
	});

	it('fails when nobody can be reached', async () => {
		expect((await failure({ content: 'x', touser: ['nobody'] }))?.message).toMatch(/\(81013\)/);
	});

	it('refuses text WeCom would cut, and splits it on request, in order', async () => {
		const content = `${'企业微信消息'.repeat(120)}\n${'第二部分'.repeat(100)}`;
		const refused = await failure({ content });
		expect(refused?.message).toBe("'Content' has 3,361 bytes, WeCom takes 2,048");
		expect(refused?.description).toContain('Split Long Text');

		const [item] = await itemsOf(
			simulator(),
			send({ content, additionalFields: { splitLongText: true } }),
		);
		expect(
			sent()
				.map(({ text }) => text.content)
				.join(''),
		).toBe(content);
		expect(simulator().messages.every(({ truncated }) => !truncated)).toBe(true);
		expect(item.msgids).toEqual(simulator().messages.map(({ msgid }) => msgid));
		expect(item.msgid).toBe((item.msgids as string[])[0]);
	});

	it('says what went out when a later part fails', async () => {
		const { control, messages } = simulator();
		const push = messages.push.bind(messages);
		messages.push = (...received) => {
			control.inject({ path: '/cgi-bin/message/send', errcode: 45001, times: 1 });
			return push(...received);
		};
		const error = await failure({
			content: 'x'.repeat(3000),
			additionalFields: { splitLongText: true },
		});
		expect(error?.message).toMatch(/\(45001\)/);
		expect(error?.description).toContain(
			`1 of 2 parts were sent before (message IDs ${messages[0].msgid})`,
		);
	});

	it.each([
		[{ content: 'x', touser: [] }, 'The message has no recipient'],
		[{ content: '  ' }, "'Content' is empty"],
		[
			{ msgtype: 'textcard', title: 'T', description: 'D', url: 'a.example' },
			"'Link' is not a web address",
		],
		[
			{ msgtype: 'textcard', title: 'T'.repeat(129), description: 'D', url: 'https://a.example' },
			"'Title' has 129 characters, WeCom takes 128",
		],
		[
			{ content: 'x', touser: Array.from({ length: 1001 }, (_, i) => `u${i}`) },
			"1001 entries in 'touser', WeCom takes 1000 in one message",
		],
	])('refuses what WeCom would refuse or cut (%#)', async (parameters, message) => {
		expect((await failure(parameters))?.message).toBe(message);
		expect(sent()).toHaveLength(0);
	});

	const PNG = { data: Buffer.from('0123456789'), fileName: 'cover.png', mimeType: 'image/png' };

	it('sends news that open web pages and mini programs', async () => {
		const row = [
			{ title: 'A', description: 'D', url: 'https://a.example', picurl: '', appid: '' },
			{ title: 'B', appid: 'wx8bd80126147df384', pagepath: '/index' },
		];
		await itemsOf(simulator(), send({ msgtype: 'news', articles: { row } }));
		expect(sent()[0].news).toEqual({
			articles: [
				{ title: 'A', description: 'D', url: 'https://a.example' },
				{ title: 'B', appid: 'wx8bd80126147df384', pagepath: '/index' },
			],
		});
	});

	it('sends stored news with a cover that is uploaded first, or was before', async () => {
		const known = simulator().control.addMedia({ filename: 'a.png', type: 'image' });
		const row = [
			{ title: 'A', thumb_media_id: 'picture', content: '<b>a</b>', digest: 'In short' },
			{ title: 'B', thumb_media_id: known, content: 'b' },
		];
		const item = await binaryItem({}, { picture: PNG });
		await itemsOf(simulator(), send({ msgtype: 'mpnews', storedArticles: { row } }, [item]));
		const [first, second] = sent()[0].mpnews.articles;
		expect(simulator().state.media.get(first.thumb_media_id)?.filename).toBe('cover.png');
		expect(first).toMatchObject({ title: 'A', content: '<b>a</b>', digest: 'In short' });
		expect(second).toEqual({ title: 'B', thumb_media_id: known, content: 'b' });
	});

	it('sends a mini program notice, without the Agent ID as documented', async () => {
		await itemsOf(
			simulator(),
			send({
				msgtype: 'miniprogram_notice',
				appid: 'wx123123123123123',
				title: '会议室预订成功通知',
				noticeDescription: '4月27日 16:16',
				page: 'pages/index',
				emphasis_first_item: true,
				content_item: { row: [{ key: '会议室', value: '402' }] },
			}),
		);
		expect(sent()).toEqual([
			{
				touser: 'zhangsan',
				msgtype: 'miniprogram_notice',
				miniprogram_notice: {
					appid: 'wx123123123123123',
					page: 'pages/index',
					title: '会议室预订成功通知',
					description: '4月27日 16:16',
					emphasis_first_item: true,
					content_item: [{ key: '会议室', value: '402' }],
				},
			},
		]);
	});

	it('leaves the length of a notice to WeCom where it puts in names', async () => {
		const long = { title: '$userName=zhangsan$ 的会议', noticeDescription: '$departmentName=2$' };
		const parameters = { msgtype: 'miniprogram_notice', appid: 'wx1', ...long };
		expect((await failure(parameters))?.message).toContain('a mini program notice takes 4 to 12');
		await itemsOf(
			simulator(),
			send({ ...parameters, additionalFields: { enable_id_trans: true } }),
		);
		expect(sent()[0]).toMatchObject({
			enable_id_trans: 1,
			miniprogram_notice: { title: long.title, description: long.noticeDescription },
		});
		const plain = { ...parameters, title: '通知', additionalFields: { enable_id_trans: true } };
		expect((await failure(plain))?.message).toContain("'Title' has 2 characters");
	});

	it.each([
		['text_notice', { card_url: 'https://a.example' }],
		['news_notice', { card_url: 'https://a.example', card_image: 'https://a.example/i.png' }],
		['button_interaction', { button_list: { row: [{ text: 'Yes', key: 'yes' }] } }],
		['vote_interaction', { option_list: { row: [{ text: 'Rice' }, { text: 'Noodles' }] } }],
		[
			'multiple_interaction',
			{
				select_list: {
					row: [{ title: 'Size', option_list: { row: [{ text: 'S' }, { text: 'L' }] } }],
				},
			},
		],
	])('sends the template card %s made by form', async (card_type, card) => {
		const [item] = await itemsOf(
			simulator(),
			send({ msgtype: 'template_card', card_type, main_title: 'Lunch?', ...card }),
		);
		expect(sent()[0].template_card).toMatchObject({ card_type, main_title: { title: 'Lunch?' } });
		const answered = card_type.endsWith('interaction');
		expect(item).toEqual({
			msgid: expect.any(String),
			...(answered && { response_code: expect.any(String) }),
		});
	});

	it('takes the type from an expression, and of the form only what belongs to it', async () => {
		const run = (msgtype: string) =>
			send({
				msgtype,
				content: 'x',
				emphasis_first_item: true,
				// n8n wants every required field of every type then.
				...{ title: 'T', description: 'D', url: 'U', appid: 'A', media_id: 'M', card_url: 'C' },
			});
		await itemsOf(simulator(), run("={{ 'text' }}"));
		expect(sent()[0]).toMatchObject({ msgtype: 'text', text: { content: 'x' } });
		expect(Object.keys(sent()[0].text)).toEqual(['content']);
		const { error } = await runWecom(simulator(), run("={{ 'taskcard' }}"));
		expect(error?.message).toBe("'Message Type' is 'taskcard', which is not one of its choices");
	});

	it('adds parameters the form does not offer, also inside the content', async () => {
		const additionalParameters = '{"safe": 1, "text": {"future": true}}';
		await itemsOf(simulator(), send({ content: 'x', options: { additionalParameters } }));
		expect(sent()[0]).toMatchObject({ safe: 1, text: { content: 'x', future: true } });
	});

	const notice = { msgtype: 'miniprogram_notice', appid: 'wx1' };
	it.each([
		[{ ...notice, title: '通知' }, "'Title' has 2 characters, a mini program notice takes 4 to 12"],
		[
			{ ...notice, title: '会议室预订通知', sendTo: ['everyone'] },
			'A mini program notice cannot go to everyone',
		],
		[{ msgtype: 'news', articles: {} }, "'Articles' is empty"],
		[{ msgtype: 'news', articles: { row: [{ title: 'T' }] } }, 'Article 1 has no link'],
		[
			{ msgtype: 'news', articles: { row: [{ title: 'T', url: 'a.example' }] } },
			"'Article 1 Link' is not a web address",
		],
		[
			{ msgtype: 'news', articles: { row: Array(9).fill({ title: 'T', url: 'https://a' }) } },
			'9 articles, WeCom takes 8',
		],
		[
			{ msgtype: 'news', articles: { row: [{ title: '题'.repeat(43), url: 'https://a' }] } },
			"Article 1 'Title' has 129 bytes, WeCom takes 128",
		],
		[
			{
				msgtype: 'mpnews',
				storedArticles: { row: [{ title: 'T', thumb_media_id: 'data', content: 'C' }] },
			},
			"'Cover Image' names 'data', which is not a binary field of the item",
		],
		[{ msgtype: 'file', mediaFrom: 'mediaId', media_id: ' ' }, "'Media ID' is empty"],
		[
			{ msgtype: 'template_card', main_title: 'x', card_url: 'a.example' },
			"'Card Link' is not a web address",
		],
	])('refuses other content WeCom would refuse (%#)', async (parameters, message) => {
		expect((await failure(parameters))?.message).toBe(message);
		expect(sent()).toHaveLength(0);
	});

	it('needs the Agent ID', async () => {
		const run = await runWecom(simulator(), {
			...send({ content: 'x' }),
			store: { c1: { ...credentialOf(simulator()), agentId: '' } as never },
		});
		expect(run.error?.message).toBe('The credential has no Agent ID');
	});
});

describe('Message: Recall', () => {
	it('takes a message back', async () => {
		const [{ msgid }] = await itemsOf(simulator(), send({ content: 'oops' }));
		expect(
			await itemsOf(simulator(), {
				resource: 'message',
				operation: 'recall',
				parameters: { msgid },
			}),
		).toEqual([{ msgid, recalled: true }]);
		expect(simulator().messages[0].recalled).toBe(true);
	});
});
