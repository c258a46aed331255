/** Files that a bot uploads in chunks over the long connection. */
import { createHash } from 'node:crypto';
import type { BotControl } from '../bot/control.cts';
import { DEMO_BOT } from '../bot/data.cts';
import { useSimulator, type Json } from './api.cts';
import { useClients } from './bot-client.cts';

const api = useSimulator();
const { subscribed } = useClients(api);
const { botId } = DEMO_BOT;
const DAY = 24 * 60 * 60_000;
const md5 = (content: Buffer) => createHash('md5').update(content).digest('hex');
let bots: BotControl;
beforeEach(() => void ({ bots } = api.sim));

const content = Buffer.alloc(700_000, 'video');
const init = { type: 'video', filename: 'v.mp4', total_size: 700_000, total_chunks: 2 };
const chunk = (upload_id: string, chunk_index: number) => ({
	upload_id,
	chunk_index,
	base64_data: content
		.subarray(chunk_index * 524_288, (chunk_index + 1) * 524_288)
		.toString('base64'),
});

it('checks the beginning', async () => {
	const client = await subscribed();
	const code = async (body: Json) => await client.code('aibot_upload_media_init', body);
	expect(await code({ ...init, type: 'music' })).toBe(846697);
	expect(await code({ ...init, filename: '' })).toBe(40058);
	expect(await code({ ...init, total_chunks: 101 })).toBe(40058);
	expect(await code({ ...init, total_chunks: 1 })).toBe(40058);
	expect(await code({ ...init, total_size: 0 })).toBe(40058);
});

it('checks chunks, size and md5, then gives a media_id for this type and bot, for three days', async () => {
	const client = await subscribed();
	const start = async (more: Json = {}) => {
		const { body } = await client.call('aibot_upload_media_init', { ...init, ...more });
		return body.upload_id as string;
	};
	const put = async (body: Json) => await client.code('aibot_upload_media_chunk', body);
	const end = async (upload_id: string) =>
		await client.call('aibot_upload_media_finish', { upload_id });
	const id = await start({ md5: md5(content) });
	expect(await put(chunk('other', 0))).toBe(846611);
	expect(await put({ ...chunk(id, 0), chunk_index: 2 })).toBe(846612);
	expect(await put({ ...chunk(id, 0), base64_data: '' })).toBe(44001);
	const big = Buffer.alloc(524_289).toString('base64');
	expect(await put({ ...chunk(id, 0), base64_data: big })).toBe(846613);
	expect(await put(chunk(id, 1))).toBe(0);
	expect((await end(id)).errcode).toBe(846616);
	expect(await put(chunk(id, 0))).toBe(0);
	expect(await put(chunk(id, 0))).toBe(0);
	const { body } = await end(id);
	expect(body).toEqual({
		media_id: expect.any(String),
		type: 'video',
		created_at: expect.any(String),
	});
	expect((await end(id)).errcode).toBe(846611);

	const wrong = await start({ md5: md5(Buffer.from('other')) });
	await put(chunk(wrong, 0));
	await put(chunk(wrong, 1));
	expect((await end(wrong)).errcode).toBe(40058);

	api.sim.bots.addChat('lisi');
	const send = async (msgtype: string) =>
		await client.code('aibot_send_msg', {
			chatid: 'lisi',
			msgtype,
			[msgtype]: { media_id: body.media_id },
		});
	expect(await send('file')).toBe(40007);
	expect(await send('video')).toBe(0);
	const { reqId } = await bots.say(botId, { from: 'lisi', text: 'again' });
	const again = { msgtype: 'video', video: { media_id: body.media_id } };
	expect(await client.code('aibot_respond_msg', again, reqId)).toBe(0);
	api.sim.control.advanceClock(3 * DAY + 1);
	expect(await send('video')).toBe(40007);
});

it('refuses more than four chunks at a time', async () => {
	const client = await subscribed();
	const { body } = await client.call('aibot_upload_media_init', { ...init, total_chunks: 6 });
	bots.inject({ cmd: 'aibot_upload_media_chunk', delayMs: 30, times: 6 });
	const small = (index: number) => ({
		upload_id: body.upload_id,
		chunk_index: index,
		base64_data: 'eA==',
	});
	const six = [0, 1, 2, 3, 4, 5];
	const codes = await Promise.all(
		six.map(async (n) => await client.code('aibot_upload_media_chunk', small(n), `c-${n}`)),
	);
	expect(codes.filter((code) => code === -1).length).toBeGreaterThan(0);
	expect(bots.connections(botId).parallelChunks).toBe(6);
});
