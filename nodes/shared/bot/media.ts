import {
	sleep,
	type IBinaryData,
	type IBinaryKeyData,
	type IDataObject,
	type ITriggerFunctions,
	type IWebhookFunctions,
} from 'n8n-workflow';
import { networkCode } from '../protocol/errors';
import { fileNameOf } from '../client/files';
import { decryptBytes } from '../callback/crypto';
import { isObject } from '../util/isObject';
import { keepFile } from '../util/keepFile';

/** The files in messages to an AI bot: encrypted, on an address that lives five minutes (doc 101834). */

export type BotMediaType = 'image' | 'file' | 'video';

export interface BotMedia {
	/** Where in the message: 'image', 'mixed.msg_item[1].image', 'quote.file'. */
	path: string;
	type: BotMediaType;
	url: string;
	/** Base64, over a long connection only; a callback's files take the EncodingAESKey. */
	aeskey?: string;
}

export interface DownloadedMedia {
	binary: IBinaryKeyData;
	/** For each file the binary field it is in, or why it is in none. */
	media: IDataObject[];
}

const TYPES: readonly BotMediaType[] = ['image', 'file', 'video'];
const TIMEOUT_MS = 120_000;
/** Changed by tests only. */
export const mediaTimings = { scale: 1 };

type Helpers = (IWebhookFunctions | ITriggerFunctions)['helpers'];

/** All files of a message, those of the quoted message last. */
export function mediaOf(body: IDataObject, prefix = ''): BotMedia[] {
	const mixed = isObject(body.mixed) ? body.mixed : {};
	const own = TYPES.flatMap((type) => {
		const content = body[type];
		if (!isObject(content) || typeof content.url !== 'string' || !content.url) return [];
		const { url, aeskey } = content;
		return [{ path: prefix + type, type, url, ...(typeof aeskey === 'string' && { aeskey }) }];
	});
	const parts = Array.isArray(mixed.msg_item) ? mixed.msg_item : [];
	const mixedIn = parts.flatMap((part, index) =>
		isObject(part) ? mediaOf(part, `${prefix}mixed.msg_item[${index}].`) : [],
	);
	const quoted = isObject(body.quote) && !prefix ? mediaOf(body.quote, 'quote.') : [];
	return [...own, ...mixedIn, ...quoted];
}

/**
 * Downloads and decrypts all files of a message into binary fields `data`, `data_2` ... A file that cannot be had leaves its
 * reason instead. `callbackKey` is for files without a key of their own.
 */
export async function downloadMedia(
	context: IWebhookFunctions | ITriggerFunctions,
	body: IDataObject,
	callbackKey?: Buffer,
): Promise<DownloadedMedia> {
	const files = mediaOf(body);
	const fetched = await Promise.all(files.map((file) => fetchFile(context, file, callbackKey)));
	const binary: IBinaryKeyData = {};
	const media: IDataObject[] = [];
	for (const [index, result] of fetched.entries()) {
		const { path, type } = files[index];
		const kept = 'reason' in result ? result : await keep(context, type, result);
		if ('reason' in kept) {
			media.push({ path, type, reason: kept.reason });
			continue;
		}
		const count = Object.keys(binary).length;
		const field = count === 0 ? 'data' : `data_${count + 1}`;
		binary[field] = kept;
		media.push({ path, type, binary: field, fileName: kept.fileName });
	}
	return { binary, media };
}

/** The types of files by their first bytes, for files without a name. */
const SIGNATURES: Array<[RegExp, string]> = [
	[/^\x89PNG\r\n/, 'image/png'],
	[/^\xff\xd8\xff/, 'image/jpeg'],
	[/^GIF8/, 'image/gif'],
	[/^RIFF....WEBP/s, 'image/webp'],
	[/^....ftypavi[fs]/s, 'image/avif'],
	[/^....ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)/s, 'image/heic'],
	[/^....ftyp/s, 'video/mp4'],
	[/^%PDF-/, 'application/pdf'],
];

async function keep(
	context: IWebhookFunctions | ITriggerFunctions,
	type: BotMediaType,
	{ data, fileName }: { data: Buffer; fileName: string },
): Promise<IBinaryData | { reason: string }> {
	const head = data.toString('latin1', 0, 16);
	const mimeType = fileName ? undefined : SIGNATURES.find(([start]) => start.test(head))?.[1];
	try {
		const kept = await keepFile(context, data, fileName || undefined, mimeType);
		const extension = kept.fileExtension ? `.${kept.fileExtension}` : '';
		return { ...kept, fileName: kept.fileName ?? type + extension };
	} catch (error) {
		return { reason: `n8n could not store the file: ${(error as Error).message}` };
	}
}

async function fetchFile(
	{ helpers }: IWebhookFunctions | ITriggerFunctions,
	{ url, aeskey }: BotMedia,
	callbackKey?: Buffer,
): Promise<{ data: Buffer; fileName: string } | { reason: string }> {
	const key = aeskey ? Buffer.from(aeskey, 'base64') : callbackKey;
	if (!key) return { reason: 'The message has no key for the file' };
	const reply = await askPatiently(helpers, url);
	if ('reason' in reply) return reply;
	const data = decryptBytes(key, Buffer.from(reply.body));
	return data
		? { data, fileName: fileNameOf(reply.headers) }
		: { reason: `The file could not be decrypted: its key does not fit. ${CHECK_KEY}` };
}

const SEND_AGAIN = 'Links to files work for five minutes, so the person has to send it again.';
const CHECK_CONNECTION = `${SEND_AGAIN} If it stays, check that the n8n server may open HTTPS connections to WeCom's file servers (firewall, proxy, DNS).`;
const CHECK_KEY =
	'In callback mode, check that the EncodingAESKey in the credential is the one in the settings of the bot.';

/** The link lives for five minutes and the message cannot be asked for again: a passing fault is waited out. */
const PAUSES_MS = [500, 1_500, 4_000];

interface FileReply {
	body: Buffer;
	headers: IDataObject;
	statusCode: number;
}

async function askPatiently(
	helpers: Helpers,
	url: string,
	tries = 0,
): Promise<FileReply | { reason: string }> {
	const outcome = await askOnce(helpers, url);
	if (!('reason' in outcome) || !outcome.passing || tries === PAUSES_MS.length) return outcome;
	await sleep(mediaTimings.scale * PAUSES_MS[tries]);
	return await askPatiently(helpers, url, tries + 1);
}

async function askOnce(
	helpers: Helpers,
	url: string,
): Promise<FileReply | { reason: string; passing: boolean }> {
	try {
		const reply = (await helpers.httpRequest({
			url,
			encoding: 'arraybuffer',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			timeout: TIMEOUT_MS,
		})) as FileReply;
		const { statusCode } = reply;
		if (statusCode === 200) return reply;
		const passing = statusCode === 429 || statusCode >= 500;
		const todo = passing ? CHECK_CONNECTION : SEND_AGAIN;
		return { reason: `The file could not be downloaded (HTTP ${statusCode}). ${todo}`, passing };
	} catch (error) {
		// The address is a secret for as long as it lives, and the error holds it.
		const code = networkCode(error) ?? 'no answer';
		return {
			reason: `The file could not be downloaded (${code}). ${CHECK_CONNECTION}`,
			passing: true,
		};
	}
}
