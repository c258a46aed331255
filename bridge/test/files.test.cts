import { createHash, randomBytes } from 'node:crypto';
import { Lab, withCompiler } from './support.cts';

withCompiler()('files', () => {
	const part = 512 * 1024;
	let lab: Lab;

	beforeEach(async () => {
		lab = new Lab();
		lab.store.addKey(1);
		await lab.start();
	});
	afterEach(async () => await lab.stop());

	const get = async (sdkfileid: string, md5sum?: string) =>
		await lab.ask('/v1/media', { body: { sdkfileid, md5sum } });

	test.each([
		['empty', 0],
		['small', 5],
		['exactly two parts', 2 * part],
		['four parts and a bit', 4 * part + 123],
	])('%s', async (_name, size) => {
		const content = randomBytes(size);
		const md5 = lab.store.addFile('file', content);
		const answer = await get('file', md5.toUpperCase());
		expect(answer.status).toBe(200);
		expect(answer.headers['content-type']).toBe('application/octet-stream');
		expect(answer.body.equals(content)).toBe(true);
	});

	test('goes on at the part that failed, also over a crash, and messages do not wait for it', async () => {
		const content = randomBytes(20 * part + 7);
		lab.store.addFile('file', content);
		const fine = Array.from({ length: 5 }, () => 'GetMediaData sleep 0');
		lab.store.script(
			...fine,
			'GetMediaData ret 10003',
			...fine,
			'GetMediaData abort',
			...fine,
			'GetMediaData sleep 400',
		);
		const file = get('file');
		await lab.page('after=0');
		const { body } = await file;
		expect(createHash('md5').update(body).digest('hex')).toBe(
			createHash('md5').update(content).digest('hex'),
		);
		expect((await lab.health()).restarts).toEqual({ messages: 0, files: 1 });
	});

	test('a file that does not fit its MD5 never looks like a whole one', async () => {
		lab.store.addFile('file', randomBytes(part * 3));
		await expect(get('file', '0'.repeat(32))).rejects.toThrow();
	});

	test('what WeCom refuses comes as an answer that says why', async () => {
		expect(await lab.failure('/v1/media', { body: { sdkfileid: 'expired1' } })).toMatchObject({
			status: 422,
			code: 'expired',
			message: expect.stringContaining('five days'),
		});
		expect(await lab.failure('/v1/media', { body: { sdkfileid: 'unknown' } })).toMatchObject({
			status: 422,
			code: 'wrong_file_id',
		});
		// Nothing is wrong with the bridge then.
		expect((await lab.health()).state).toBe('ok');
	});
});
