import { createHash } from 'node:crypto';
import { useSimulator, type Json } from './api.cts';

const api = useSimulator();
const KEY = 'a-key';
beforeEach(() => api.sim.control.issueToken('webhook-key', { token: KEY }));

const post = async (path: string, body: string | Buffer | FormData, headers: object = {}) => {
	const url = `${api.sim.url}/cgi-bin/webhook/${path}`;
	const response = await fetch(url, {
		method: 'POST',
		body,
		headers: { ...headers },
	} as RequestInit);
	return (await response.json()) as Json;
};
const send = async (body: Json, key = KEY) => await post(`send?key=${key}`, JSON.stringify(body));
const errcode = async (body: Json, key?: string) => (await send(body, key)).errcode as number;
const upload = async (type: string, data: string, key = KEY) => {
	const form = new FormData();
	form.append('media', new Blob([data]), 'a.txt');
	return await post(`upload_media?key=${key}&type=${type}`, form);
};

const text = { msgtype: 'text', text: { content: 'x' } };

describe('a message push', () => {
	it('takes 20 messages a minute', async () => {
		for (let i = 0; i < 20; i++) expect(await errcode(text)).toBe(0);
		expect(await errcode(text)).toBe(45009);
		api.sim.control.issueToken('webhook-key', { token: 'another' });
		expect(await errcode(text, 'another')).toBe(0);
		api.sim.control.advanceClock(60_001);
		expect(await errcode(text)).toBe(0);
	});

	it('checks an image byte by byte', async () => {
		const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2]);
		const image = (bytes: Buffer, md5 = createHash('md5').update(bytes).digest('hex')) => ({
			msgtype: 'image',
			image: { base64: bytes.toString('base64'), md5 },
		});
		expect(await errcode(image(png))).toBe(0);
		expect(await errcode(image(png, 'd41d8cd98f00b204e9800998ecf8427e'))).toBe(301019);
		expect(await errcode(image(Buffer.from('GIF89a')))).toBe(40004);
		expect(await errcode(image(Buffer.concat([png, Buffer.alloc(2 << 20)])))).toBe(93018);
	});

	it.each([
		[{ msgtype: 'video' }, 40008],
		[{ msgtype: 'text' }, 93017],
		[{ msgtype: 'text', text: { content: 'x'.repeat(2049) } }, 40058],
		[{ msgtype: 'markdown', markdown: { content: 'x'.repeat(4096) } }, 0],
		[{ msgtype: 'markdown_v2', markdown_v2: { content: 'x'.repeat(4097) } }, 40058],
		[{ msgtype: 'news', news: { articles: [] } }, 45008],
		[{ msgtype: 'template_card', template_card: { card_type: 'vote_interaction' } }, 40058],
	])('has limits for each type (%#)', async (body, expected) => {
		expect(await errcode(body)).toBe(expected);
	});

	it('sends only what was uploaded for it', async () => {
		expect((await upload('video', '0123456789')).errcode).toBe(40005);
		expect((await upload('file', '01234')).errcode).toBe(40006);
		expect((await post(`upload_media?key=${KEY}&type=file`, '')).errcode).toBe(44001);
		expect((await post('upload_media?key=wrong&type=file', '')).errcode).toBe(93000);
		const { media_id } = await upload('file', '0123456789');
		expect(await errcode({ msgtype: 'file', file: { media_id } })).toBe(0);
		api.sim.control.issueToken('webhook-key', { token: 'another' });
		expect(await errcode({ msgtype: 'file', file: { media_id } }, 'another')).toBe(40007);
		const apps = api.sim.control.addMedia({ filename: 'a.txt', type: 'file' });
		expect(await errcode({ msgtype: 'file', file: { media_id: apps } })).toBe(40007);
	});
});
