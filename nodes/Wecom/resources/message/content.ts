import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import { uploadRequest } from '../../../shared/client/files';
import { MEDIA_KINDS, readBinary, type MediaKind } from '../../engine/binary';
import { cardFrom } from './card';
import type { ItemContext } from '../../engine/operation';
import { toText, withoutEmpty } from '../../engine/convert';
import { collectParameters } from '../../engine/parameters';
import { emptyField, problem } from '../../engine/problem';
import { checkLengths, type LengthLimit, type LengthUnit } from './limits';
import { splitMarkdown, splitText } from '../../../shared/util/split';

/** The content of a message as WeCom takes it: limits checked that WeCom would enforce by cutting, files uploaded, text split. */

/** A way of sending: where to, and what differs there (docs 90236, 90248, 91609, 99110). */
export interface Channel {
	path: string;
	/** The message types it has. */
	types: string[];
	uploadPath: string;
	/** Most bytes of Markdown. */
	markdownBytes: number;
	/** What the lengths of a text card count in. */
	cardUnit: LengthUnit;
	/** Whether articles may open mini programs. */
	miniPrograms?: true;
	/** Whether images go into the message itself instead of being uploaded. */
	inlineImages?: true;
}

export const UPLOAD_PATH = '/cgi-bin/media/upload';

const TEXT_BYTES = 2048;
const MAX_ARTICLES = 8;

/** The form of one message, read once. */
export interface MessageForm {
	item: ItemContext;
	channel: Channel;
	type: string;
	/** What the form and Additional Parameters hold for the type, in WeCom's names. */
	part: IDataObject;
	/** The parameters that are sent beside the content. */
	rest: IDataObject;
	more: IDataObject;
}

/** Reads the form of a message. Additional Parameters are in it: they win over the form. */
export function readMessage(item: ItemContext, channel: Channel): MessageForm {
	const type = item.get('msgtype', 'text');
	if (!channel.types.includes(type))
		throw problem(
			item,
			`There is no message type '${type}' here`,
			`Use one of ${channel.types.join(', ')}.`,
		);
	const { part = {}, ...rest } = collectParameters(item, type);
	const more = item.get<IDataObject>('additionalFields', {});
	return { item, channel, type, part: part as IDataObject, rest, more };
}

/** The content of a message as WeCom takes it. */
type ToContent = (form: MessageForm) => IDataObject | Promise<IDataObject>;

const CONTENTS: Record<string, ToContent> = {
	text: words,
	markdown: words,
	markdown_v2: words,
	textcard: textCard,
	news: (form) => ({ ...form.part, articles: news(form) }),
	mpnews: async (form) => ({ ...form.part, articles: await storedNews(form) }),
	miniprogram: miniProgram,
	miniprogram_notice: notice,
	template_card: ({ item, part }) => cardFrom(item, { more: part }),
	image: media,
	voice: media,
	video: media,
	file: media,
};

/** The contents of the messages that a form becomes: more than one only for split text. */
export async function contents(form: MessageForm): Promise<IDataObject[]> {
	const content = await CONTENTS[form.type](form);
	return isSplit(form) ? inParts(form, content) : [content];
}

const isWords = ({ type }: MessageForm) => CONTENTS[type] === words;
const isSplit = (form: MessageForm) => isWords(form) && form.more.splitLongText === true;
const mostBytes = ({ type, channel }: MessageForm) =>
	type === 'text' ? TEXT_BYTES : channel.markdownBytes;

/** Text and Markdown. */
function words(form: MessageForm): IDataObject {
	const { item, part } = form;
	const content = toText(item, 'Content', part.content);
	if (content.trim() === '') throw emptyField(item, 'Content');
	const todo = "Shorten it, or add the field 'Split Long Text'.";
	if (!isSplit(form))
		checkLengths(item, part, [['content', 'Content', mostBytes(form), 'bytes']], { todo });
	return { ...part, content };
}

function inParts(form: MessageForm, content: IDataObject): IDataObject[] {
	const split = form.type === 'text' ? splitText : splitMarkdown;
	const parts = split(String(content.content), mostBytes(form));
	// Only the first part carries the mention.
	return parts.map((one, index) => (index === 0 ? { ...content, content: one } : { content: one }));
}

async function miniProgram({ item, channel, part }: MessageForm): Promise<IDataObject> {
	checkLengths(item, part, [['title', 'Title', 64, 'bytes']]);
	return { ...part, thumb_media_id: await cover(item, channel, part.thumb_media_id) };
}

function textCard({ item, channel: { cardUnit }, part, more }: MessageForm): IDataObject {
	const card = { ...withoutEmpty({ btntxt: more.btntxt }), ...part };
	checkLengths(item, card, [
		['title', 'Title', 128, cardUnit],
		['description', 'Description', 512, cardUnit],
		['url', 'Link', 2048, 'bytes'],
		['btntxt', 'Button Text', 4, 'characters'],
	]);
	checkLink(item, 'Link', card.url);
	return card;
}

const ARTICLE: LengthLimit[] = [
	['title', 'Title', 128, 'bytes'],
	['description', 'Description', 512, 'bytes'],
	['url', 'Link', 2048, 'bytes'],
	['picurl', 'Picture URL', 2048, 'bytes'],
	['pagepath', 'Page', 128, 'bytes'],
	['author', 'Author', 64, 'bytes'],
	['content', 'Content', 666 * 1024, 'bytes'],
	['digest', 'Summary', 512, 'bytes'],
];

function news({ item, channel: { miniPrograms }, part }: MessageForm): IDataObject[] {
	return articlesOf(item, part, (article, where) => {
		if (miniPrograms && article.appid && article.pagepath) return;
		if (article.appid || article.pagepath || !article.url)
			throw problem(
				item,
				`${where}has no link`,
				miniPrograms
					? "Fill in 'Link', or both 'App ID' and 'Page' of a mini program."
					: "Fill in 'Link', and leave 'App ID' and 'Page' empty: only app messages open mini programs.",
			);
		checkLink(item, `${where}Link`, article.url);
	});
}

/** The articles of a form, checked; `verify` is asked for each. */
export function articlesOf(
	item: ItemContext,
	part: IDataObject,
	verify: (article: IDataObject, where: string) => void = () => {},
): IDataObject[] {
	const articles = [part.articles ?? []].flat() as IDataObject[];
	if (!articles.every((article) => typeof article === 'object' && article !== null)) {
		const todo = 'Give a list of objects, each with the fields of an article.';
		throw problem(item, "'Articles' has something that is not an article", todo);
	}
	if (articles.length > MAX_ARTICLES) {
		const todo = 'Send the rest in another message.';
		throw problem(item, `${articles.length} articles, WeCom takes ${MAX_ARTICLES}`, todo);
	}
	articles.forEach((article, index) => {
		const where = `Article ${index + 1} `;
		checkLengths(item, article, ARTICLE, { where });
		verify(article, where);
	});
	return articles;
}

async function storedNews({ item, channel, part }: MessageForm): Promise<IDataObject[]> {
	const stored: IDataObject[] = [];
	for (const article of articlesOf(item, part)) {
		const thumb_media_id = await cover(item, channel, article.thumb_media_id);
		stored.push({ ...article, thumb_media_id });
	}
	return stored;
}

/** The media ID of a cover: of a binary field with that name, else it is a media ID itself. */
async function cover(item: ItemContext, channel: Channel, value: unknown): Promise<string> {
	const name = toText(item, 'Cover Image', value).trim();
	const { binary } = item.context.getInputData()[item.itemIndex];
	if (binary?.[name]) return await uploaded(item, 'image', '', channel.uploadPath, name);
	if (/^[\w-]{20,}$/.test(name)) return name;
	throw problem(
		item,
		`'Cover Image' names '${name}', which is not a binary field of the item`,
		'Enter the name of a binary field with a JPG or PNG, or the media ID of an uploaded image.',
	);
}

/**
 * Placeholders such as `$userName=ID$`. Nobody knows how long the name is that WeCom puts in, so texts with them are not
 * measured.
 */
const TRANSLATED = /\$\w+=[^$]+\$/;

function notice({ item, part, more }: MessageForm): IDataObject {
	const translates = more.enable_id_trans === true;
	for (const [field, label] of [
		['title', 'Title'],
		['description', 'Description'],
	]) {
		const content = String(part[field] ?? '');
		const { length } = [...content];
		if (translates && TRANSLATED.test(content)) continue;
		if (content && (length < 4 || length > 12))
			throw problem(
				item,
				`'${label}' has ${length} characters, a mini program notice takes 4 to 12`,
				'Put the details into the entries.',
			);
	}
	const entries = [part.content_item ?? []].flat() as IDataObject[];
	if (entries.length > 10)
		throw problem(item, `${entries.length} entries, WeCom takes 10`, 'Leave some out.');
	entries.forEach((entry, index) =>
		checkLengths(
			item,
			entry,
			[
				['key', 'Name', 10, 'characters'],
				['value', 'Value', 30, 'characters'],
			],
			{ where: `Entry ${index + 1} ` },
		),
	);
	return part;
}

async function media({ item, channel, type, part, more }: MessageForm): Promise<IDataObject> {
	const kind = type as MediaKind;
	const isInline = kind === 'image' && channel.inlineImages;
	if (isInline) return part.base64 ? part : { ...(await inlineImage(item)), ...part };
	const about =
		kind === 'video'
			? withoutEmpty({ title: more.videoTitle, description: more.videoDescription })
			: {};
	checkLengths(item, { ...about, ...part }, [
		['title', 'Video Title', 128, 'bytes'],
		['description', 'Video Description', 512, 'bytes'],
	]);
	const media_id =
		String(part.media_id ?? '').trim() ||
		(await mediaId(item, kind, String(more.fileName ?? ''), channel.uploadPath));
	return { ...about, ...part, media_id };
}

/** The bytes in Base64 with the MD5 of what they were before (doc 99110). */
async function inlineImage(item: ItemContext): Promise<IDataObject> {
	const rule = { ...MEDIA_KINDS.image, maxBytes: 2 << 20 };
	const { data } = await readBinary(item, 'image', { rule });
	return {
		base64: data.toString('base64'),
		md5: createHash('md5').update(data).digest('hex'),
	};
}

/** The media ID of the form, or of the file in the item after its upload. */
export async function mediaId(
	item: ItemContext,
	kind: MediaKind,
	fileName: string,
	uploadPath?: string,
): Promise<string> {
	if (item.get('mediaFrom', 'binary') !== 'mediaId')
		return await uploaded(item, kind, fileName, uploadPath);
	const id = String(item.get('media_id')).trim();
	if (id) return id;
	throw problem(
		item,
		"'Media ID' is empty",
		`Upload the ${MEDIA_KINDS[kind].name.toLowerCase()} first, or send it from binary data.`,
	);
}

async function uploaded(
	item: ItemContext,
	kind: MediaKind,
	fileName: string,
	uploadPath = UPLOAD_PATH,
	field?: string,
): Promise<string> {
	const file = await readBinary(item, kind, { fileName, field });
	const request = uploadRequest(uploadPath, { type: kind }, file);
	return String((await item.client.call(request, item.itemIndex)).media_id);
}

export function checkLink(item: ItemContext, label: string, url: unknown): void {
	if (/^https?:\/\//i.test(String(url))) return;
	throw problem(
		item,
		`'${label}' is not a web address`,
		'Enter the whole URL, beginning with https:// or http://.',
	);
}
