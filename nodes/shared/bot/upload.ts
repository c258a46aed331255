import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import { tooLarge, type BotFailure } from './errors';

/** Files that go up over a long connection, in parts (doc 101833). */

/** A file to be sent over the connection. */
export interface BotFile {
	data: Buffer;
	fileName: string;
	type: 'file' | 'image' | 'voice' | 'video';
}

const CHUNK_BYTES = 512 * 1024;
const MAX_CHUNKS = 100;
const MIN_BYTES = 5;
const PART_TRIES = 3;
const UPLOADS_AT_A_TIME = 3;

/** Uploads a file, a few parts at a time; `request` sends a frame and gives the body of its answer. */
export async function uploadFile(
	{ data, fileName, type }: BotFile,
	request: (cmd: string, body: IDataObject) => Promise<IDataObject>,
): Promise<{ media_id: string }> {
	const chunks = Math.ceil(data.length / CHUNK_BYTES);
	if (data.length < MIN_BYTES || chunks > MAX_CHUNKS)
		throw tooLarge(fileName, MAX_CHUNKS * CHUNK_BYTES);
	const send = async (step: string, body: IDataObject) =>
		await request(`aibot_upload_media_${step}`, body);
	const { upload_id } = await send('init', {
		type,
		filename: fileName,
		total_size: data.length,
		total_chunks: chunks,
		md5: createHash('md5').update(data).digest('hex'),
	});
	let next = 0;
	// WeCom keeps what has arrived for half an hour, over a new connection too, and takes a part twice.
	const sendPart = async (part: IDataObject, triesLeft = PART_TRIES): Promise<void> => {
		try {
			await send('chunk', { upload_id, ...part });
		} catch (error) {
			if (triesLeft <= 1 || (error as BotFailure).errcode !== undefined) throw error as Error;
			await sendPart(part, triesLeft - 1);
		}
	};
	const sendParts = async () => {
		for (let index = next++; index < chunks; index = next++) {
			const part = data.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
			const base64_data = part.toString('base64');
			await sendPart({ chunk_index: index, base64_data });
		}
	};
	await Promise.all(Array.from({ length: UPLOADS_AT_A_TIME }, sendParts));
	const { media_id } = await send('finish', { upload_id });
	return { media_id: String(media_id) };
}
