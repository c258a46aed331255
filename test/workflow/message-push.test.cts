/** Message Push: a group's webhook, against the simulator's rules for it (doc 99110). */
import { createHash } from 'node:crypto';
import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { wecomWebhookApiTest } from '../../nodes/shared/credentials/messagePush';
import { binaryItem } from '../support/harness.cts';
import { itemsOf, runWecom, useSimulator } from './support.cts';

const KEY = '693a91f6-7abc-4bc4-97a0-0ec2d1fa5aaa';
const PNG = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.from('a picture')]);

const simulator = useSimulator();
beforeEach(() => simulator().control.issueToken('webhook-key', { token: KEY, name: 'the group' }));

type Items = Awaited<ReturnType<typeof binaryItem>>[];
const run = (parameters: IDataObject, items?: Items, key = KEY, operation = 'send') => ({
	resource: 'messagePush',
	operation,
	parameters,
	items,
	credential: 'wecomWebhookApi',
	store: { c1: { authKey: key, baseUrl: simulator().url } as never },
});
const push = async (parameters: IDataObject, items?: Items, key?: string) =>
	await itemsOf(simulator(), run(parameters, items, key));
const failure = async (parameters: IDataObject, items?: Items, key?: string) =>
	(await runWecom(simulator(), run(parameters, items, key))).error as NodeApiError | undefined;
const pushed = () => simulator().state.pushed.map(({ body }) => body);

describe('Message Push: Send', () => {
	it('sends text with mentions by user ID and phone number', async () => {
		const items = await push({
			content: '你好',
			mentioned_list: 'zhangsan, @all',
			mentioned_mobile_list: '13800001111',
		});
		expect(items).toEqual([{ sent: true }]);
		expect(pushed()).toEqual([
			{
				msgtype: 'text',
				text: {
					content: '你好',
					mentioned_list: ['zhangsan', '@all'],
					mentioned_mobile_list: ['13800001111'],
				},
			},
		]);
	});

	it.each<[string, IDataObject]>([
		['text', { content: 'x' }],
		['markdown', { content: '**x**' }],
		['markdown_v2', { content: '**x**' }],
		['news', { articles: { row: [{ title: 'T', url: 'https://a.example' }] } }],
		['template_card', { main_title: 'T', card_url: 'https://a.example' }],
	])('takes the type %s from an expression, and what belongs to it', async (type, parameters) => {
		const items = await push({ msgtype: `={{ '${type}' }}`, ...parameters });
		expect(items).toEqual([{ sent: true }]);
		expect(pushed()).toMatchObject([{ msgtype: type, [type]: {} }]);
	});

	it('takes another type for each item from an expression', async () => {
		const items = [{ t: 'text' }, { t: 'markdown' }].map((json) => ({ json }));
		await push({ msgtype: '={{ $json.t }}', content: '={{ $json.t }}' }, items as Items);
		expect(pushed()).toEqual([
			{ msgtype: 'text', text: { content: 'text' } },
			{ msgtype: 'markdown', markdown: { content: 'markdown' } },
		]);
	});

	it('takes the whole URL for the key', async () => {
		const url = `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}`;
		expect(await push({ content: 'x' }, undefined, url)).toEqual([{ sent: true }]);
	});

	it('neither needs the credential of an app nor asks for a token', async () => {
		await push({ content: 'x' });
		expect(simulator().requests.map(({ path }) => path)).toEqual(['/cgi-bin/webhook/send']);
	});

	it('sends both kinds of Markdown, with more room than text', async () => {
		const content = '文'.repeat(1300);
		await push({ msgtype: 'markdown', content });
		await push({ msgtype: 'markdown_v2', content: '| a |\n| - |' });
		expect(pushed()).toEqual([
			{ msgtype: 'markdown', markdown: { content } },
			{ msgtype: 'markdown_v2', markdown_v2: { content: '| a |\n| - |' } },
		]);
		expect((await failure({ msgtype: 'markdown', content: '文'.repeat(1366) }))?.message).toBe(
			"'Content' has 4,098 bytes, WeCom takes 4,096",
		);
	});

	it('splits Markdown on request, by what a message push takes of it', async () => {
		const content = `${'文'.repeat(1000)}\n${'字'.repeat(1000)}`;
		const refused = await failure({ msgtype: 'markdown', content });
		expect(refused?.description).toContain('Split Long Text');
		const additionalFields = { splitLongText: true };
		for (const msgtype of ['markdown', 'markdown_v2'])
			expect(await push({ msgtype, content, additionalFields })).toEqual([
				{ sent: true, messages: 2 },
			]);
		expect(pushed().map((body) => body[body.msgtype].content)).toEqual([
			...[`${'文'.repeat(1000)}\n`, '字'.repeat(1000)],
			...[`${'文'.repeat(1000)}\n`, '字'.repeat(1000)],
		]);
	});

	it('puts an image into the message with its MD5', async () => {
		const file = { data: PNG, fileName: 'a.png', mimeType: 'image/png' };
		await push({ msgtype: 'image' }, [await binaryItem({}, { data: file })]);
		expect(pushed()).toEqual([
			{
				msgtype: 'image',
				image: {
					base64: PNG.toString('base64'),
					md5: createHash('md5').update(PNG).digest('hex'),
				},
			},
		]);
	});

	it.each([
		['a GIF', Buffer.from('GIF89a....'), 'a.gif', 'image/gif', /of the type image\/gif/],
		['more than 2 MB', Buffer.alloc((2 << 20) + 1), 'a.png', 'image/png', /2,097,153 bytes/],
	])('refuses an image that is %s', async (_what, data, fileName, mimeType, message) => {
		const item = await binaryItem({}, { data: { data, fileName, mimeType } });
		expect((await failure({ msgtype: 'image' }, [item]))?.message).toMatch(message);
		expect(pushed()).toEqual([]);
	});

	it.each([
		['file', '报告.pdf', 'application/pdf', 'report.pdf'],
		['voice', 'memo.amr', 'audio/amr', ''],
	])('uploads a %s to the webhook first', async (msgtype, fileName, mimeType, other) => {
		const data = Buffer.from('#!AMR 0123456789');
		const item = await binaryItem({}, { data: { data, fileName, mimeType } });
		await push({ msgtype, additionalFields: { fileName: other } }, [item]);
		const [body] = pushed();
		expect(simulator().state.media.get(body[msgtype].media_id)).toMatchObject({
			filename: other || fileName,
			type: msgtype,
			webhookKey: KEY,
		});
	});

	it('sends news and a card made by form', async () => {
		const article = { title: 'T', description: 'D', url: 'https://a.example', picurl: '' };
		await push({ msgtype: 'news', articles: { row: [article] } });
		await push({
			msgtype: 'template_card',
			card_type: 'text_notice',
			main_title: 'Order 42',
			card_url: 'https://a.example/42',
		});
		expect(pushed()).toEqual([
			{
				msgtype: 'news',
				news: { articles: [{ title: 'T', description: 'D', url: 'https://a.example' }] },
			},
			{
				msgtype: 'template_card',
				template_card: {
					card_type: 'text_notice',
					main_title: { title: 'Order 42' },
					card_action: { type: 1, url: 'https://a.example/42' },
				},
			},
		]);
	});

	it('splits long text, with the mention in the first part only', async () => {
		const [item] = await push({
			content: 'x'.repeat(3000),
			mentioned_list: '@all',
			additionalFields: { splitLongText: true },
		});
		expect(item).toEqual({ sent: true, messages: 2 });
		expect(pushed().map(({ text }) => text.mentioned_list)).toEqual([['@all'], undefined]);
	});

	it('says what the limit is and when it lifts', async () => {
		for (let i = 0; i < 20; i++)
			simulator().state.pushed.push({ key: KEY, at: Date.now(), body: {} });
		const error = await failure({ content: 'x' });
		expect(error?.message).toMatch(/\(45009\)/);
		expect(error?.description).toContain('A webhook takes 20 messages a minute. Wait a minute');
	}, 15_000);

	it('says that the key is wrong without showing it', async () => {
		const wrong = 'aaaaaaaa-0000-4000-8000-bbbbbbbbbbbb';
		const error = await failure({ content: 'x' }, undefined, wrong);
		expect(error?.message).toMatch(/\(93000\)/);
		expect(JSON.stringify([error, error?.description, error?.messages])).not.toContain(wrong);
	});

	it('shows no key when WeCom cannot be reached', async () => {
		const { error } = await runWecom(simulator(), {
			...run({ content: 'x' }),
			store: { c1: { authKey: KEY, baseUrl: 'http://127.0.0.1:1' } as never },
		});
		expect(error?.message).toMatch(/cannot be reached/);
		expect(JSON.stringify(error)).not.toContain(KEY);
	});
});

describe('Message Push: Upload', () => {
	it('gives a media ID for messages of this webhook', async () => {
		const file = { data: Buffer.from('0123456789'), fileName: 'a.txt', mimeType: 'text/plain' };
		const item = await binaryItem({}, { data: file });
		const [uploaded] = await itemsOf(simulator(), run({ type: 'file' }, [item], KEY, 'upload'));
		expect(uploaded).toMatchObject({ type: 'file', media_id: expect.any(String) });
		await push({ msgtype: 'file', mediaFrom: 'mediaId', media_id: uploaded.media_id });
		expect(pushed()[0].file).toEqual({ media_id: uploaded.media_id });
	});
});

describe('the credential test', () => {
	const test = async (data: IDataObject) =>
		await wecomWebhookApiTest.call(
			{
				helpers: {
					request: async ({ method, url, qs }: { method: string; url: string; qs: object }) => {
						const query = new URLSearchParams(qs as Record<string, string>);
						const response = await fetch(`${url}?${query}`, { method });
						return { statusCode: response.status, body: await response.text() };
					},
				},
			} as never,
			{
				id: '',
				name: '',
				type: 'wecomWebhookApi',
				data: { baseUrl: simulator().url, ...data } as never,
			},
		);

	it('is green for a key and a URL WeCom knows, and puts nothing into the group', async () => {
		for (const key of [KEY, `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}`])
			expect((await test({ authKey: key })).status).toBe('OK');
		expect(pushed()).toEqual([]);
		expect(simulator().requests.map(({ path }) => path)).not.toContain('/cgi-bin/webhook/send');
	});

	it.each([
		['', 'The webhook URL is empty'],
		[
			'https://qyapi.weixin.qq.com/cgi-bin/wedoc/smartsheet/webhook?key=x',
			'not that of a message push',
		],
		['https://qyapi.weixin.qq.com/cgi-bin/webhook/send?token=x', 'other characters'],
		['a key', '(93000)'],
		['schlüssel', 'other characters than letters, digits and hyphens'],
	])('is red for "%s"', async (key, message) => {
		const result = await test({ authKey: key });
		expect(result).toEqual({ status: 'Error', message: expect.stringContaining(message) });
	});

	it('is red when the push was removed, and when WeCom is not there', async () => {
		simulator().control.inject({ path: '/cgi-bin/webhook/upload_media', errcode: 93004 });
		expect((await test({ authKey: KEY })).message).toContain('(93004)');
		expect((await test({ authKey: KEY, baseUrl: 'http://127.0.0.1:1' })).status).toBe('Error');
	});
});
