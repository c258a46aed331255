import { NodeApiError } from 'n8n-workflow';
import { DEMO_APP } from '../simulator/demo-data.cts';
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
			send({ content: '你好 😀', touser: ['zhangsan', 'linna'], toparty: ['2'], totag: '1' }),
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

	it('sends to everyone and sets the switches', async () => {
		await itemsOf(
			simulator(),
			send({
				content: 'x',
				toAll: true,
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
