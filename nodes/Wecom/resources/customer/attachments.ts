import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';
import { uploadRequest } from '../../../shared/client/files';
import { readBinary, type MediaKind } from '../../engine/binary';
import { choice, rows, text } from '../../engine/fields';
import { byteLength, withCommas } from '../../../shared/util/text';
import { withoutEmpty } from '../../engine/convert';
import { splitIds } from '../../engine/ids';
import type { Field, ItemContext } from '../../engine/operation';
import { keepFields } from '../../engine/output';
import { problem } from '../../engine/problem';

/** Text and attachments of what customers get (docs 92135, 92137, 92366, 95094): the form, and what WeCom expects of it. */

/** Where a file is stored before it is used: moments and products have stores of their own (doc 95098). */
export type Store = 'message' | 'moment' | 'product';
const ATTACHMENT_TYPES: Record<Exclude<Store, 'message'>, number> = { moment: 1, product: 2 };

const KINDS: INodePropertyOptions[] = [
	{ name: 'File', value: 'file' },
	{ name: 'Image', value: 'image' },
	{ name: 'Link', value: 'link' },
	{ name: 'Mini Program', value: 'miniprogram' },
	{ name: 'Video', value: 'video' },
];
const FILES = ['file', 'image', 'video', 'miniprogram'];

export const contentField = (most: number): Field =>
	text('content', 'Content', `The text, up to ${withCommas(most)} bytes`, {
		typeOptions: { rows: 4 },
		local: true,
	});

/** Where a file comes from: binary data, uploaded first, or an earlier upload. Shown by `show`. */
export const fileSource = (show: Record<string, string[]>): Field[] => [
	choice(
		'mediaFrom',
		'File From',
		'Where the file, or the cover, comes from',
		[
			{ name: 'Binary Data', value: 'binary', description: 'Uploaded first' },
			{ name: 'Media ID', value: 'mediaId', description: 'Uploaded within the last three days' },
		],
		{ displayOptions: { show }, local: true },
	),
	text('binaryPropertyName', 'Input Data Field Name', 'The binary field with the file', {
		default: 'data',
		displayOptions: { show: { ...show, mediaFrom: ['binary'] } },
		local: true,
	}),
	text('media_id', 'Media ID', 'From Media > Upload', {
		displayOptions: { show: { ...show, mediaFrom: ['mediaId'] } },
		local: true,
	}),
];

const show = (...msgtype: string[]) => ({ displayOptions: { show: { msgtype } } });

export const attachmentsField = (description: string): Field =>
	rows(
		'attachments',
		'Attachments',
		'Attachment',
		[
			choice('msgtype', 'Type', 'What to attach', KINDS, { default: 'image' }),
			...fileSource({ msgtype: FILES }),
			text('title', 'Title', 'Up to 128 bytes, 64 for mini programs', show('link', 'miniprogram')),
			text('url', 'Link', 'With https:// or http://, up to 2,048 bytes', show('link')),
			text('desc', 'Description', 'Up to 512 bytes', show('link')),
			text('picurl', 'Picture URL', 'Shown with the link', show('link')),
			text('appid', 'App ID', 'A mini program linked to the company', show('miniprogram')),
			text('page', 'Page', 'Path in the mini program', show('miniprogram')),
		],
		{ description, local: true },
	);

/** A moment shows up to nine images, or one video, or one link with a cover (doc 95094). */
export const momentAttachment: Field[] = [
	choice(
		'msgtype',
		'Attachment',
		'What to show below the text',
		[
			{ name: 'Images', value: 'image', description: 'Up to nine' },
			{ name: 'Link', value: 'link' },
			{ name: 'None', value: 'none' },
			{ name: 'Video', value: 'video', description: 'MP4, up to 30 seconds' },
		],
		{ default: 'none', local: true },
	),
	text(
		'binaryPropertyNames',
		'Input Data Field Names',
		'Binary fields with the images, the video or the cover, comma-separated',
		{ default: 'data', ...show('image', 'link', 'video'), local: true },
	),
	text('title', 'Title', 'Up to 128 bytes', { ...show('link'), local: true }),
	text('url', 'Link', 'With https:// or http://', { ...show('link'), local: true }),
];

function entriesOf(item: ItemContext, store: 'message' | 'moment'): IDataObject[] {
	if (store === 'message') {
		const { row = [] } = item.get<{ row?: IDataObject | IDataObject[] }>('attachments', {});
		return [row].flat();
	}
	const msgtype = item.get('msgtype', 'none');
	if (msgtype === 'none') return [];
	return splitIds(item.get<unknown>('binaryPropertyNames', 'data')).map((binaryPropertyName) => ({
		msgtype,
		binaryPropertyName,
		title: item.get('title'),
		url: item.get('url'),
	}));
}

/** The media ID of a row or form that `fileSource` offers; a file of the item is uploaded first. */
export async function attachmentMediaId(
	item: ItemContext,
	kind: MediaKind,
	{ mediaFrom, binaryPropertyName, media_id }: IDataObject,
	store: Store = 'message',
): Promise<string> {
	if (mediaFrom === 'mediaId') {
		const id = String(media_id ?? '').trim();
		if (id) return id;
		throw problem(item, "'Media ID' is empty", 'Upload the file first, or choose binary data.');
	}
	const file = await readBinary(item, kind, { field: String(binaryPropertyName || 'data') });
	const request =
		store === 'message'
			? uploadRequest('/cgi-bin/media/upload', { type: kind }, file)
			: uploadRequest(
					'/cgi-bin/media/upload_attachment',
					{ media_type: kind, attachment_type: ATTACHMENT_TYPES[store] },
					file,
				);
	return String((await item.client.call(request, item.itemIndex)).media_id);
}

export interface Rules {
	store: 'message' | 'moment';
	/** The most the text may have. */
	bytes: number;
	/** The most attachments. */
	attachments: number;
}

/** The parameters that hold the content of a message, of which there must be one at least. */
const CONTENTS = ['text', 'attachments', 'image', 'link', 'miniprogram', 'file', 'video'];

/**
 * `text` and `attachments` as entered, without what Additional Parameters (`added`) give. All is checked before the first file goes
 * out.
 */
export async function readContent(
	item: ItemContext,
	{ store, bytes, attachments: most }: Rules,
	added: IDataObject,
): Promise<IDataObject> {
	const content = added.text ? '' : item.get('content');
	const isGiven = CONTENTS.some((name) => name !== 'text' && added[name] !== undefined);
	const entries = isGiven ? [] : entriesOf(item, store);
	if (content.trim() === '' && entries.length === 0 && !isGiven && !added.text) {
		throw problem(item, 'There is nothing to send', "Fill in 'Content', or add an attachment.");
	}
	refuseLonger(item, 'Content', content, bytes);
	const single = store === 'moment' && entries[0]?.msgtype !== 'image';
	if (entries.length > (single ? 1 : most)) {
		throw problem(
			item,
			`There are ${entries.length} attachments, WeCom takes ${single ? 1 : most}`,
			'Leave some of them out.',
		);
	}
	entries.forEach((entry) => checkEntry(item, entry));
	const attachments = await Promise.all(
		entries.map(async (entry) => {
			const msgtype = String(entry.msgtype ?? 'image');
			return { msgtype, [msgtype]: await attachment(item, msgtype, entry, store) };
		}),
	);
	return {
		...(content && { text: { content } }),
		...(attachments.length > 0 && { attachments }),
	};
}

const LABELS: Record<string, string> = {
	title: 'Title',
	url: 'Link',
	desc: 'Description',
	picurl: 'Picture URL',
	appid: 'App ID',
	page: 'Page',
};
export const BYTES: Record<string, number> = { title: 128, url: 2048, desc: 512, picurl: 2048 };

function checkEntry(item: ItemContext, entry: IDataObject): void {
	const mini = entry.msgtype === 'miniprogram';
	if (!mini && entry.msgtype !== 'link') return;
	for (const name of mini ? ['title', 'appid', 'page'] : ['title', 'url']) {
		if (String(entry[name] ?? '').trim() === '') {
			throw problem(
				item,
				`'${LABELS[name]}' of an attachment is empty`,
				mini
					? 'Mini programs need a title, an app ID and a page.'
					: 'Links need a title and a link.',
			);
		}
	}
	for (const [name, most] of Object.entries(BYTES)) {
		refuseLonger(
			item,
			LABELS[name],
			String(entry[name] ?? ''),
			mini && name === 'title' ? 64 : most,
		);
	}
}

async function attachment(
	item: ItemContext,
	type: string,
	entry: IDataObject,
	store: 'message' | 'moment',
): Promise<IDataObject> {
	const filled = (...names: string[]) => withoutEmpty(keepFields(entry, names));
	if (type === 'miniprogram') {
		const pic_media_id = await attachmentMediaId(item, 'image', entry, store);
		return { ...filled('title', 'appid', 'page'), pic_media_id };
	}
	if (type !== 'link')
		return { media_id: await attachmentMediaId(item, type as MediaKind, entry, store) };
	return store === 'moment'
		? { ...filled('title', 'url'), media_id: await attachmentMediaId(item, 'image', entry, store) }
		: filled('title', 'url', 'desc', 'picurl');
}

export function refuseLonger(item: ItemContext, label: string, value: string, most: number): void {
	const size = byteLength(value);
	if (size <= most) return;
	throw problem(
		item,
		`'${label}' has ${size.toLocaleString('en')} bytes, WeCom takes ${most.toLocaleString('en')}`,
		'Shorten it.',
	);
}
