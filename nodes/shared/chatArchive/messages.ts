import type { IDataObject } from 'n8n-workflow';
import { parseJson } from '../callback/json';
import type { ArchivedMessage } from './bridge';

/** Messages of the chat archive as items (doc 91774). */

/** A file in a message. */
export interface ArchiveMedia {
	/** Where in the message: 'image', 'mixed.item[1].content', 'info.items[0].content'. */
	path: string;
	/** 'image', 'voice', 'video', 'file', 'emotion', 'meeting_voice_call', 'voip_doc_share', or whatever WeCom calls it. */
	type: string;
	sdkfileid: string;
	md5sum?: string;
	bytes?: number;
	fileName: string;
}

const MAX_DEPTH = 12;
/** What has no msgtype: somebody changed the company they are logged in for. */
const SWITCH = 'switch';

/** 'text', 'image', 'revoke', 'switch': the msgtype, or the action of what is no message. */
export const archiveKindOf = ({ msgtype, action }: IDataObject): string =>
	textOf(msgtype) || textOf(action) || 'unknown';

/** Everybody a message is from or to. */
export const peopleOf = ({ from, tolist, user }: IDataObject): string[] =>
	[from, ...(Array.isArray(tolist) ? tolist : []), user].map(textOf).filter(Boolean);

/** Whether people outside the company take part. */
export const isExternal = ({ msgid }: { msgid?: unknown }): boolean =>
	textOf(msgid).endsWith('_external');

/**
 * WeCom's fields at the top level, and under `wecom` what is known about the message. A message that could not be decrypted has
 * `wecom.failed` and no fields but its msgid.
 */
export function archiveItem(archived: ArchivedMessage, parseNested = false): IDataObject {
	const { seq, msgid, keyVersion, failed, text } = archived;
	if (!archived.message) return { msgid, wecom: { seq, keyVersion, failed, text } };
	const { message } = archived;
	const parsed = withParsedContents(message) as IDataObject;
	return {
		...(parseNested ? parsed : message),
		wecom: {
			seq,
			keyVersion,
			kind: archiveKindOf(message),
			external: isExternal({ msgid: message.msgid ?? msgid }),
			chat: chatOf(message),
			media: mediaOf(parsed) as unknown as IDataObject[],
		},
	};
}

/** Of all messages of one conversation the same ID: that of the group, else the people in it, in alphabetical order. */
function chatOf(message: IDataObject): IDataObject | undefined {
	const roomid = textOf(message.roomid);
	if (roomid) return { type: 'group', id: roomid };
	if (archiveKindOf(message) === SWITCH) return undefined;
	return { type: 'single', id: [...new Set(peopleOf(message))].sort().join('|') };
}

/** Forwarded and mixed contents are JSON as text inside of JSON: the same message with all of it read. */
function withParsedContents(value: unknown, depth = 0): unknown {
	if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
	if (Array.isArray(value)) return value.map((one) => withParsedContents(one, depth + 1));
	const entries = Object.entries(value).map(([name, child]) => {
		// Only beside a type: what people wrote stays text, whatever it looks like.
		const nested =
			name === 'content' && typeof child === 'string' && nestedType(value as IDataObject);
		const read = nested ? parseJson(child as string) : undefined;
		return [name, withParsedContents(read?.ok ? read.value : child, depth + 1)];
	});
	return Object.fromEntries(entries);
}

/** The type of a part: 'image' of `image` and of `ChatRecordImage`. */
const nestedType = ({ type, msg_type }: IDataObject): string =>
	textOf(type ?? msg_type)
		.replace(/^ChatRecord/, '')
		.toLowerCase();

/** All files of a message whose contents are parsed, wherever they are in it. */
function mediaOf(value: unknown, path = '', type = '', depth = 0): ArchiveMedia[] {
	if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return [];
	if (Array.isArray(value))
		return value.flatMap((one, index) => mediaOf(one, `${path}[${index}]`, type, depth + 1));
	const own = value as IDataObject;
	const files = textOf(own.sdkfileid) ? [mediaFrom(own, path, type)] : [];
	const inside = Object.entries(own).flatMap(([name, child]) => {
		const as = name === 'content' ? nestedType(own) || type : name;
		return mediaOf(child, path ? `${path}.${name}` : name, as, depth + 1);
	});
	return [...files, ...inside];
}

const EXTENSIONS: Record<string, string> = { image: 'jpg', voice: 'amr', video: 'mp4' };

function mediaFrom(content: IDataObject, path: string, type: string): ArchiveMedia {
	const { filesize, voice_size: voiceSize, imagesize: imageSize } = content;
	const bytes = Number(filesize ?? voiceSize ?? imageSize);
	const md5sum = textOf(content.md5sum);
	return {
		path,
		type,
		sdkfileid: textOf(content.sdkfileid),
		...(md5sum && { md5sum }),
		...(bytes > 0 && { bytes }),
		fileName: textOf(content.filename) || `${type}${extensionOf(content, type)}`,
	};
}

/** The extension for a file, which has no name of its own. An emotion is a GIF (1) or a PNG (2). */
function extensionOf(content: IDataObject, type: string): string {
	const extension =
		textOf(content.fileext) ||
		(type === 'emotion' ? (Number(content.type) === 2 ? 'png' : 'gif') : EXTENSIONS[type]);
	return extension ? `.${extension}` : '';
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
