/** Files of AI bots: those a user sends (encrypted, five minutes) and those a bot uploads in chunks. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { count, type BotSide, type Json } from './state.cts';
import { FileAnswer } from '../endpoint.cts';
import { WecomError } from '../errors.cts';
import { now, type State } from '../state.cts';

export interface UserFile {
	filename: string;
	/** The content, or so many bytes of anything. */
	base64?: string;
	size?: number;
}

const PREFIX = '/aibot-media/';
const LIFETIME = 5 * 60_000;
const TYPES = ['file', 'image', 'voice', 'video'];
const MAX_CHUNK = 512 * 1024;
const MAX_CHUNKS = 100;
const MIN_FILE = 5;
/** How many chunks a bot may upload at a time; further ones are answered with "system busy". */
const MAX_PARALLEL = 4;

/** AES-256-CBC; IV = the first 16 bytes of the key; PKCS#7 to 32 bytes. */
export function encryptFile(content: Buffer, key: Buffer): Buffer {
	const pad = 32 - (content.length % 32);
	const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
	return Buffer.concat([
		cipher.update(content),
		cipher.update(Buffer.alloc(pad, pad)),
		cipher.final(),
	]);
}

/** What a message says of a file: `{url, aeskey}` on the long connection; `{url}` for the key of the callback. */
export function serveFile(
	state: State,
	origin: string,
	{ filename, base64 = '', size }: UserFile,
	callbackKey?: string,
): { url: string; aeskey?: string } {
	const plain = size === undefined ? Buffer.from(base64, 'base64') : Buffer.alloc(size, 'x');
	const key = callbackKey ? Buffer.from(`${callbackKey}=`, 'base64') : randomBytes(32);
	const id = randomBytes(16).toString('hex');
	state.botSide.files.set(id, {
		content: encryptFile(plain, key),
		...(!callbackKey && { filename }),
		expiresAt: now(state) + LIFETIME,
	});
	const url = `${origin}${PREFIX}${id}?sign=q-sign-algorithm%3Dsha1`;
	return callbackKey ? { url } : { url, aeskey: key.toString('base64') };
}

export const isBotFile = (path: string): boolean => path.startsWith(PREFIX);

/** What the address of a file answers: the encrypted file, or 403 once its five minutes are over, as the object store does. */
export function fileAnswer(state: State, path: string): FileAnswer {
	const file = state.botSide.files.get(path.slice(PREFIX.length));
	if (!file || file.expiresAt < now(state)) {
		const [status, code] = file ? [403, 'AccessDenied'] : [404, 'NoSuchKey'];
		const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`;
		return new FileAnswer(status, { 'Content-Type': 'application/xml' }, Buffer.from(text));
	}
	const name = file.filename && encodeURIComponent(file.filename);
	return new FileAnswer(
		200,
		{
			'Content-Type': 'application/octet-stream',
			...(name && {
				'Content-Disposition': `attachment; filename="${name}"; filename*=UTF-8''${name}`,
			}),
		},
		file.content,
	);
}

export function uploadInit(state: State, botId: string, body: Json): Json {
	const { uploads } = state.botSide;
	const { type, filename, total_size: totalSize, total_chunks: totalChunks, md5 } = body;
	if (!TYPES.includes(type)) throw new WecomError(846697);
	if (typeof filename !== 'string' || !filename) throw new WecomError(40058, 'missing filename');
	if (!Number.isInteger(totalChunks) || totalChunks < 1 || totalChunks > MAX_CHUNKS)
		throw new WecomError(40058, 'invalid total_chunks');
	if (!Number.isInteger(totalSize) || totalSize < MIN_FILE || totalSize > totalChunks * MAX_CHUNK)
		throw new WecomError(40058, 'invalid total_size');
	count(state, botId, 'upload');
	const upload_id = randomBytes(16).toString('hex');
	uploads.set(upload_id, {
		botId,
		type,
		filename,
		totalSize,
		totalChunks,
		md5,
		chunks: new Map(),
	});
	return { upload_id };
}

/**
 * Keeps a chunk of an upload; one that comes again replaces the first. `parallel` is the number of the bot's chunks under way.
 */
export function uploadChunk(side: BotSide, botId: string, body: Json, parallel: number) {
	const { chunks, totalChunks } = uploadOf(side, botId, body);
	const { chunk_index: index, base64_data: data } = body;
	if (parallel > MAX_PARALLEL) throw new WecomError(-1);
	if (!Number.isInteger(index) || index < 0 || index >= totalChunks) throw new WecomError(846612);
	if (typeof data !== 'string' || !data) throw new WecomError(44001);
	const chunk = Buffer.from(data, 'base64');
	if (chunk.length > MAX_CHUNK) throw new WecomError(846613);
	chunks.set(index, chunk);
}

export function uploadFinish(state: State, botId: string, body: Json): Json {
	const side = state.botSide;
	const { type, filename, totalSize, totalChunks, md5, chunks } = uploadOf(side, botId, body);
	if (chunks.size < totalChunks) throw new WecomError(846616);
	const content = Buffer.concat([...chunks].sort(([a], [b]) => a - b).map(([, chunk]) => chunk));
	if (content.length !== totalSize) throw new WecomError(40058, 'total_size is not the size');
	if (md5 !== undefined && md5 !== createHash('md5').update(content).digest('hex'))
		throw new WecomError(40058, 'md5 mismatch');
	side.uploads.delete(body.upload_id);
	const media_id = `3${randomBytes(48).toString('base64url')}`;
	const createdAt = now(state);
	side.media.set(media_id, { botId, type, filename, content, createdAt });
	return { media_id, type, created_at: String(Math.floor(createdAt / 1000)) };
}

function uploadOf({ uploads }: BotSide, botId: string, { upload_id: id }: Json) {
	const upload = uploads.get(id);
	if (upload?.botId !== botId) throw new WecomError(846611);
	return upload;
}
