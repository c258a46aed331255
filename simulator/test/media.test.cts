import { get } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { useSimulator, type Json } from './api.cts';

const api = useSimulator();
const MB = 1024 * 1024;
const PNG = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.alloc(100)]);

/** A multipart body by hand, so that header bytes are exactly these. */
async function upload(
	type: string,
	content: Buffer,
	disposition: string,
	path = 'media/upload',
): Promise<Json> {
	const body = Buffer.concat([
		Buffer.from(
			`--b0\r\nContent-Disposition: ${disposition}\r\nContent-Type: text/plain\r\n\r\n`,
			'utf8',
		),
		content,
		Buffer.from('\r\n--b0--\r\n'),
	]);
	const answer = await fetch(api.url(path, { access_token: await api.token(), type }), {
		method: 'POST',
		body,
		headers: { 'Content-Type': 'multipart/form-data; boundary=b0' },
	});
	return (await answer.json()) as Json;
}
const named = (filename: string) => `form-data; name="media";filename="${filename}"; filelength=6`;

/** With node:http, because fetch decodes header bytes its own way. */
async function download(media_id: string, headers: Record<string, string> = {}) {
	const url = api.url('media/get', { access_token: await api.token(), media_id });
	return await new Promise<{ status?: number; headers: IncomingHttpHeaders; content: Buffer }>(
		(resolve, reject) => {
			get(url, { headers, agent: false }, (response) => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('end', () =>
					resolve({
						status: response.statusCode,
						headers: response.headers,
						content: Buffer.concat(chunks),
					}),
				);
			}).on('error', reject);
		},
	);
}

describe('media/upload', () => {
	it('stores the file with its raw UTF-8 name', async () => {
		const answer = await upload(
			'file',
			Buffer.from('中文内容\r\n--b'),
			named('报表 "Q1".txt'.replaceAll('"', '\\"')),
		);
		expect(answer).toEqual({
			errcode: 0,
			errmsg: 'ok',
			type: 'file',
			media_id: expect.any(String),
			created_at: expect.stringMatching(/^\d{10}$/),
		});
		const stored = api.sim.state.media.get(answer.media_id)!;
		expect(stored).toMatchObject({
			filename: '报表 "Q1".txt',
			contentType: 'text/plain',
			filelength: '6',
		});
		expect(stored.content.toString()).toBe('中文内容\r\n--b');
	});

	it('understands the form that fetch makes', async () => {
		const form = new FormData();
		form.append('media', new Blob([PNG], { type: 'image/png' }), '图.png');
		const answer = await fetch(
			api.url('media/upload', { access_token: await api.token(), type: 'image' }),
			{ method: 'POST', body: form },
		);
		const { media_id } = (await answer.json()) as Json;
		expect(api.sim.state.media.get(media_id)).toMatchObject({
			filename: '图.png',
			contentType: 'image/png',
		});
	});

	it.each([
		['filename* only', 'file', 10, 'form-data; name="media"; filename*=UTF-8\'\'a.txt', 44001],
		['no filename', 'file', 10, 'form-data; name="media"', 44001],
		['another part name', 'file', 10, 'form-data; name="file"; filename="a.txt"', 44001],
		['empty', 'file', 0, named('a.txt'), 44001],
		['five bytes', 'file', 5, named('a.txt'), 40006],
		['unknown type', 'gif', 10, named('a.gif'), 40005],
		['an image that is none', 'image', 10, named('a.gif'), 40004],
		['a voice that is no AMR', 'voice', 10, named('a.mp3'), 40004],
		['image over 10 MB', 'image', 10 * MB + 1, named('a.png'), 45001],
		['voice over 2 MB', 'voice', 2 * MB + 1, named('a.amr'), 45001],
		['video over 10 MB', 'video', 10 * MB + 1, named('a.mp4'), 45001],
		['file over 20 MB', 'file', 20 * MB + 1, named('a.zip'), 45001],
		['six bytes', 'file', 6, named('a.txt'), 0],
		['voice of 2 MB', 'voice', 2 * MB, named('a.amr'), 0],
	])('%s', async (_name, type, size, disposition, errcode) => {
		expect((await upload(type, Buffer.alloc(size), disposition)).errcode).toBe(errcode);
	});

	it('a body that is not multipart is an empty file', async () => {
		expect((await api.post('media/upload', { a: 1 }, undefined, { type: 'file' })).errcode).toBe(
			44001,
		);
	});
});

describe('media/uploadimg', () => {
	it('takes any part name and gives a URL', async () => {
		expect(
			(await upload('', PNG, 'form-data; name="x"; filename="a.png"', 'media/uploadimg')).url,
		).toMatch(/^https:/);
		expect(
			(await upload('', Buffer.alloc(2 * MB + 1), named('a.png'), 'media/uploadimg')).errcode,
		).toBe(40009);
	});
});

describe('media/get', () => {
	it('sends the bytes, the type and the raw UTF-8 name', async () => {
		const { media_id } = await upload('image', PNG, named('照片.png'));
		const file = await download(media_id);
		expect(file.status).toBe(200);
		expect(file.content.equals(PNG)).toBe(true);
		expect(file.headers['content-type']).toBe('text/plain');
		// Node reads header bytes as latin1; as UTF-8 they are the name.
		expect(Buffer.from(file.headers['content-disposition']!, 'latin1').toString('utf8')).toBe(
			'attachment; filename="照片.png"',
		);
		api.sim.control.setDisposition('rfc5987');
		expect((await download(media_id)).headers['content-disposition']).toBe(
			`attachment; filename*=UTF-8''${encodeURIComponent('照片.png')}`,
		);
	});

	it('answers an unknown or expired id with JSON and HTTP 200', async () => {
		expect((await api.get('media/get', { media_id: 'x' })).errcode).toBe(40007);
		expect((await api.get('media/get')).errcode).toBe(41006);
		const media_id = api.sim.control.addMedia({ filename: 'a.txt', base64: 'YWJj' });
		expect((await download(media_id)).content.toString()).toBe('abc');
		api.sim.control.advanceClock(3 * 24 * 3_600_000 + 1);
		expect((await api.get('media/get', { media_id })).errcode).toBe(40007);
	});

	it('needs Range chunks of at most 20 MB for larger files', async () => {
		const media_id = api.sim.control.addMedia({ filename: 'big.mp4', size: 25 * MB });
		expect((await api.get('media/get', { media_id })).errcode).toBe(830002);
		const first = await download(media_id, { Range: `bytes=0-${20 * MB - 1}` });
		const rest = await download(media_id, { Range: `bytes=${20 * MB}-${25 * MB - 1}` });
		expect([first.status, first.content.length, first.headers['content-range']]).toEqual([
			206,
			20 * MB,
			`bytes 0-${20 * MB - 1}/${25 * MB}`,
		]);
		expect(rest.content.length).toBe(5 * MB);
		const tooMuch = await download(media_id, { Range: `bytes=0-${20 * MB}` });
		expect(JSON.parse(tooMuch.content.toString()).errcode).toBe(830002);
		const beyond = await download(media_id, { Range: `bytes=${25 * MB}-` });
		expect(JSON.parse(beyond.content.toString()).errcode).toBe(40146);
	});
});
