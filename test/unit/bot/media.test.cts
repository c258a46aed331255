import { createCipheriv, randomBytes } from 'node:crypto';
import { downloadMedia, mediaOf, mediaTimings } from '../../../nodes/shared/bot/media';
import { decryptBytes } from '../../../nodes/shared/callback/crypto';

const key = randomBytes(32);
function encrypted(content: Buffer, withKey = key): Buffer {
	const pad = 32 - (content.length % 32);
	const cipher = createCipheriv('aes-256-cbc', withKey, withKey.subarray(0, 16)).setAutoPadding(
		false,
	);
	return Buffer.concat([
		cipher.update(content),
		cipher.update(Buffer.alloc(pad, pad)),
		cipher.final(),
	]);
}

it.each([0, 1, 15, 16, 31, 32, 33, 100_000])('decrypts %i bytes', (size) => {
	const content = randomBytes(size);
	expect(decryptBytes(key, encrypted(content))).toEqual(content);
});

it('tells a wrong key, a cut file and no file from a right one', () => {
	const file = encrypted(Buffer.alloc(100, 'x'));
	expect(decryptBytes(Buffer.alloc(32, 1), file)).toBeUndefined();
	expect(decryptBytes(key.subarray(1), file)).toBeUndefined();
	expect(decryptBytes(key, file.subarray(0, 40))).toBeUndefined();
	expect(decryptBytes(key, Buffer.alloc(0))).toBeUndefined();
});

it('finds files wherever they are', () => {
	const image = { url: 'https://a' };
	const message = {
		msgtype: 'mixed',
		mixed: { msg_item: [{ text: { content: 'x' } }, { msgtype: 'image', image }] },
		quote: {
			msgtype: 'mixed',
			mixed: { msg_item: [{ image: { url: 'https://b', aeskey: 'k' } }] },
		},
	};
	expect(mediaOf(message)).toEqual([
		{ path: 'mixed.msg_item[1].image', type: 'image', url: 'https://a' },
		{ path: 'quote.mixed.msg_item[0].image', type: 'image', url: 'https://b', aeskey: 'k' },
	]);
	const file = { url: 'https://f' };
	expect(mediaOf({ msgtype: 'file', file, quote: { video: { url: 'https://v' } } })).toEqual([
		{ path: 'file', type: 'file', url: 'https://f' },
		{ path: 'quote.video', type: 'video', url: 'https://v' },
	]);
	expect(
		mediaOf({ image: {}, file: null, video: 'x', mixed: { msg_item: [null] } } as never),
	).toEqual([]);
});

describe('downloadMedia', () => {
	beforeEach(() => void (mediaTimings.scale = 0.001));
	afterEach(() => void (mediaTimings.scale = 1));
	const png = Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64');
	const replies: Record<string, () => unknown> = {
		'https://own': () => ({
			statusCode: 200,
			headers: { 'content-disposition': 'filename="报.pdf"' },
			body: encrypted(png),
		}),
		'https://callback': () => ({
			statusCode: 200,
			headers: {},
			body: encrypted(png, Buffer.alloc(32, 7)),
		}),
		'https://gone': () => ({ statusCode: 403, headers: {}, body: Buffer.from('<Error/>') }),
		'https://down': () => {
			throw Object.assign(new Error('connect https://down?sign=secret'), { code: 'ECONNREFUSED' });
		},
	};
	const context = {
		helpers: {
			httpRequest: async ({ url }: { url: string }) => replies[url](),
			prepareBinaryData: async (data: Buffer, fileName?: string, mimeType = 'x/y') => {
				if (fileName === 'full.txt') throw new Error('disk full');
				return {
					data: data.toString('base64'),
					mimeType,
					fileName,
					fileExtension: mimeType.split('/')[1],
				};
			},
		},
	} as never;

	it('takes the key of the file, else that of the callback, and names what has no name', async () => {
		const { binary, media } = await downloadMedia(
			context,
			{
				file: { url: 'https://own', aeskey: key.toString('base64') },
				image: { url: 'https://callback' },
			},
			Buffer.alloc(32, 7),
		);
		expect(media).toEqual([
			{ path: 'image', type: 'image', binary: 'data', fileName: 'image.png' },
			{ path: 'file', type: 'file', binary: 'data_2', fileName: '报.pdf' },
		]);
		expect(Object.keys(binary)).toEqual(['data', 'data_2']);
		expect(binary.data.data).toBe(png.toString('base64'));
	});

	it.each([
		[
			{ url: 'https://gone' },
			expect.stringContaining('The file could not be downloaded (HTTP 403). '),
		],
		[
			{ url: 'https://down' },
			expect.stringContaining('The file could not be downloaded (ECONNREFUSED). '),
		],
		[
			{ url: 'https://callback' },
			expect.stringContaining('The file could not be decrypted: its key does not fit. '),
		],
		[
			{ url: 'https://own', aeskey: 'short' },
			expect.stringContaining('The file could not be decrypted: its key does not fit. '),
		],
	])('leaves the reason: %j', async (file, reason) => {
		expect(await downloadMedia(context, { file }, key)).toEqual({
			binary: {},
			media: [{ path: 'file', type: 'file', reason }],
		});
	});

	const refused = (statusCode: number) => ({ statusCode, headers: {}, body: Buffer.from('') });
	const cut = () => {
		throw Object.assign(new Error('cut'), { code: 'ECONNRESET' });
	};
	it.each([
		['503', () => refused(503)],
		['429', () => refused(429)],
		['a cut connection', cut],
	])('waits %s out', async (_what, fault) => {
		let requests = 0;
		replies['https://flaky'] = () =>
			++requests < 3 ? fault() : { statusCode: 200, headers: {}, body: encrypted(png) };
		const { media } = await downloadMedia(context, { file: { url: 'https://flaky' } }, key);
		expect(media).toEqual([expect.objectContaining({ binary: 'data' })]);
		expect(requests).toBe(3);
	});

	it('gives up after a few tries, and at once where trying again is no use', async () => {
		let requests = 0;
		const reasonOf = async (status: number) => {
			replies['https://never'] = () => {
				requests++;
				return refused(status);
			};
			const { media } = await downloadMedia(context, { file: { url: 'https://never' } }, key);
			return media[0].reason;
		};
		expect(await reasonOf(503)).toContain('The file could not be downloaded (HTTP 503). ');
		expect(requests).toBe(4);
		expect(await reasonOf(403)).toContain('The file could not be downloaded (HTTP 403). ');
		expect(requests).toBe(5);
	});

	it.each([
		['ftypheic', 'image/heic'],
		['ftypmif1', 'image/heic'],
		['ftypavif', 'image/avif'],
		['ftypisom', 'video/mp4'],
	])('knows %s by its first bytes', async (brand, mimeType) => {
		const content = Buffer.from(`\0\0\0\x18${brand}`, 'latin1');
		replies['https://shot'] = () => ({ statusCode: 200, headers: {}, body: encrypted(content) });
		const { binary } = await downloadMedia(context, { image: { url: 'https://shot' } }, key);
		expect(binary.data.mimeType).toBe(mimeType);
	});

	it('decodes a name that is encoded where it should be plain', async () => {
		const name = encodeURIComponent('测试 文件(1).pdf');
		replies['https://named'] = () => ({
			statusCode: 200,
			headers: { 'content-disposition': `attachment; filename="${name}"` },
			body: encrypted(png),
		});
		const { media } = await downloadMedia(context, { file: { url: 'https://named' } }, key);
		expect(media[0].fileName).toBe('测试 文件(1).pdf');
	});

	it('says so without any key, and when n8n cannot store the file', async () => {
		const { media } = await downloadMedia(context, { file: { url: 'https://own' } });
		expect(media[0].reason).toBe('The message has no key for the file');
		replies['https://full'] = () => ({
			statusCode: 200,
			headers: { 'content-disposition': 'filename=full.txt' },
			body: encrypted(png),
		});
		const { media: full } = await downloadMedia(context, { file: { url: 'https://full' } }, key);
		expect(full[0].reason).toBe('n8n could not store the file: disk full');
	});
});
