import type { IBinaryData, IWebhookFunctions } from 'n8n-workflow';

const FILE = Buffer.from('bytes');
const stored = { id: 'filesystem-v2:1', data: 'filesystem-v2' };
const context = {
	helpers: { prepareBinaryData: async () => stored },
} as unknown as IWebhookFunctions;

/** What becomes of a file on an n8n that is newer or older. */
async function keep(isNewer: boolean, ...how: Array<string | undefined>): Promise<IBinaryData> {
	let kept: Promise<IBinaryData> | undefined;
	jest.isolateModules(() => {
		jest.doMock('../../../nodes/shared/util/release', () => ({ IS_NEWER_N8N: isNewer }));
		const { keepFile } =
			require('../../../nodes/shared/util/keepFile') as typeof import('../../../nodes/shared/util/keepFile');
		kept = keepFile(context, FILE, ...how);
	});
	return await kept!;
}

it('n8n keeps a file', async () => {
	expect(await keep(true, 'a.jpg')).toBe(stored);
});

it.each([
	[['照片.JPG', undefined], { mimeType: 'image/jpeg', fileExtension: 'jpg', fileType: 'image' }],
	[[undefined, 'video/mp4'], { mimeType: 'video/mp4', fileExtension: 'mp4', fileType: 'video' }],
	[['photo.jpeg', undefined], { mimeType: 'image/jpeg', fileExtension: 'jpeg', fileType: 'image' }],
	[['v1.dwg', undefined], { mimeType: 'application/octet-stream', fileExtension: 'dwg' }],
	[['name', 'text/csv'], { mimeType: 'text/csv', fileExtension: 'csv', fileType: 'text' }],
])('older n8n would lose it, so it travels in the item: %j', async (how, expected) => {
	const [fileName] = how;
	expect(await keep(false, ...how)).toEqual({
		data: FILE.toString('base64'),
		fileSize: '1 kB',
		...(fileName && { fileName }),
		...expected,
	});
});
