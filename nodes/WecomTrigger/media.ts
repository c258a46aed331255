import {
	sleep,
	type IDataObject,
	type INodeExecutionData,
	type INodeProperties,
	type IWebhookFunctions,
} from 'n8n-workflow';
import type { WecomClient } from '../shared/client/client';
import { downloadFile, type FileContent } from '../shared/client/files';
import { keepFile } from '../shared/util/keepFile';
import type { Delivery } from './delivery';

/** "Download Media": the files of received messages become binary data, as far as WeCom's time limit allows. */

/** The file of a message: what to ask for, and what kind of file it is. */
interface MediaReference {
	id: string;
	type: string;
}

/** The binary field of the file. */
const FIELD = 'data';
const AT_ONCE = 4;
const EXTENSIONS: Record<string, string> = { image: 'jpg', voice: 'amr', video: 'mp4' };

/** The file of an app's message (doc 90239) or of a customer service message (doc 94670). */
function mediaOf(message: IDataObject): MediaReference | undefined {
	const type = String(message.MsgType ?? message.msgtype ?? '');
	if (!['image', 'voice', 'video', 'file'].includes(type)) return undefined;
	const id = message.MediaId ?? (message[type] as IDataObject | undefined)?.media_id;
	return typeof id === 'string' && id.trim() ? { id: id.trim(), type } : undefined;
}

export const mediaOption: INodeProperties = {
	displayName: 'Download Media',
	name: 'downloadMedia',
	type: 'boolean',
	default: true,
	description:
		"Whether to put the image, voice, video or file of a message into the binary field 'data'. Files that take longer than WeCom waits are left out.",
};

const wantsMedia = (context: IWebhookFunctions) =>
	Boolean(context.getNodeParameter('triggerOptions.downloadMedia', false));

/**
 * Adds the files of received messages to their items, if the option is on. What has not arrived by `until` (milliseconds since the
 * epoch), or fails, leaves the item as it is, with the reason under `wecom.mediaError`. Never throws.
 */
export async function attachMedia(
	{ context, source, opened }: Delivery,
	items: INodeExecutionData[],
	until: number,
): Promise<void> {
	const found = items.flatMap((item) => {
		const media = mediaOf(item.json);
		return media ? [{ item, media }] : [];
	});
	if (found.length === 0 || !wantsMedia(context)) return;
	let client: Promise<WecomClient> | undefined;
	const download = async (media_id: string, timeout: number): Promise<FileContent> => {
		client ??= source.openClient(context, opened.receiveId);
		const request = { method: 'GET' as const, path: '/cgi-bin/media/get', timeout };
		return await downloadFile(await client, { ...request, qs: { media_id } });
	};
	const worker = async () => {
		for (let next = found.shift(); next; next = found.shift()) {
			const { item, media } = next;
			try {
				const file = await inTime(until, async (timeout) => await download(media.id, timeout));
				item.binary = { ...item.binary, [FIELD]: await toBinary(context, file, media) };
			} catch (error) {
				const wecom = item.json.wecom as IDataObject;
				item.json.wecom = { ...wecom, mediaError: describe(error as Error, media) };
			}
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

class TooLate extends Error {
	readonly description =
		'WeCom waits five seconds for the answer to a callback, so slow and large files are left out. Get the file in the workflow with Media > Download of the WeCom node: the media ID is valid for three days.';
}

async function inTime<T>(until: number, work: (timeout: number) => Promise<T>): Promise<T> {
	const left = until - Date.now();
	const tooLate = new TooLate('The file did not arrive in time');
	if (left <= 0) throw tooLate;
	const result = work(left);
	const ended = await Promise.race([result.then(() => true), sleep(left)]);
	if (ended === true) return await result;
	result.catch(() => {});
	throw tooLate;
}

async function toBinary(
	context: IWebhookFunctions,
	{ data, fileName, mimeType }: FileContent,
	{ type }: MediaReference,
) {
	const name = fileName || [type, EXTENSIONS[type]].filter(Boolean).join('.');
	const known = mimeType === 'application/octet-stream' ? undefined : mimeType;
	return await keepFile(context, data, name, known);
}

function describe(error: Error & { description?: unknown }, { id }: MediaReference): IDataObject {
	const { message, description } = error;
	return {
		message,
		...(typeof description === 'string' && description ? { description } : {}),
		mediaId: id,
	};
}
