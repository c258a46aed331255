import {
	additionalFields,
	binaryInput,
	choice,
	integer,
	rows,
	text,
	toggle,
} from '../../engine/fields';
import type { Field } from '../../engine/operation';

/**
 * The form of a message's content, for every way of sending. What WeCom wants inside the object that is named like the message type
 * has a path below `part`; the sending operation puts that object in its place.
 */

const toApps = { hide: { resource: ['messagePush'] } };
const toMembers = { show: { resource: ['message'], operation: ['send'] } };
const toSchool = { show: { operation: ['sendToSchool'] } };
const notToSchool = { hide: { operation: ['sendToSchool'] } };

/** One list for all ways of sending; a type that only some have says which. A channel knows its own types, too: expressions choose any. */
export const messageType: Field = choice(
	'msgtype',
	'Message Type',
	'What to send',
	[
		{ name: 'File', value: 'file' },
		{ name: 'Image', value: 'image' },
		{
			name: 'Markdown',
			value: 'markdown',
			description: 'Shown in WeCom only, not in WeChat',
			displayOptions: notToSchool,
		},
		{
			name: 'Markdown V2',
			value: 'markdown_v2',
			description: 'With tables, lists and images, without colors and mentions',
			displayOptions: { show: { resource: ['messagePush'] } },
		},
		{ name: 'Mini Program', value: 'miniprogram', displayOptions: toSchool },
		{ name: 'Mini Program Notice', value: 'miniprogram_notice', displayOptions: toMembers },
		{ name: 'News', value: 'news', description: 'Articles that open web pages' },
		{
			name: 'News Stored in WeCom',
			value: 'mpnews',
			description: 'Articles with their text',
			displayOptions: toApps,
		},
		{
			name: 'Template Card',
			value: 'template_card',
			displayOptions: { hide: { operation: ['sendMessage', 'sendToSchool'] } },
		},
		{ name: 'Text', value: 'text' },
		{
			name: 'Text Card',
			value: 'textcard',
			displayOptions: { hide: { ...notToSchool.hide, ...toApps.hide } },
		},
		{ name: 'Video', value: 'video', displayOptions: toApps },
		{ name: 'Voice', value: 'voice' },
	],
	{ default: 'text', local: true },
);

const cover = text(
	'thumb_media_id',
	'Cover Image',
	'The binary field with a JPG or PNG, or the media ID of one',
	{ default: 'data', required: true },
);

const articles = rows(
	'articles',
	'Articles',
	'Article',
	[
		text('title', 'Title', 'Up to 128 bytes', { required: true }),
		text('description', 'Description', 'Up to 512 bytes'),
		text('url', 'Link', 'Opened by a click, with http:// or https://'),
		text('picurl', 'Picture URL', 'JPG or PNG, best 1068 by 455 pixels'),
		text('appid', 'App ID', 'App messages only: a mini program to open instead of the link'),
		text('pagepath', 'Page', 'Path of the page in the mini program'),
	],
	{
		path: 'part.articles',
		required: true,
		description: 'For an expression use Additional Parameters, as news.articles',
	},
);

const storedArticles = rows(
	'storedArticles',
	'Articles',
	'Article',
	[
		text('title', 'Title', 'Up to 128 bytes', { required: true }),
		cover,
		text('content', 'Content', 'HTML, up to 666 kB', { required: true, typeOptions: { rows: 4 } }),
		text('author', 'Author', 'Up to 64 bytes'),
		text('content_source_url', 'Source Link', "Opened by 'Read More'"),
		text('digest', 'Summary', 'Up to 512 bytes'),
	],
	{
		path: 'part.articles',
		required: true,
		description: 'For an expression use Additional Parameters, as mpnews.articles',
	},
);

const notice: Field[] = [
	text('noticeDescription', 'Description', '4 to 12 characters', { path: 'part.description' }),
	text('page', 'Page', 'Path of the page that a click opens; none when empty', {
		path: 'part.page',
	}),
	rows(
		'content_item',
		'Entries',
		'Entry',
		[text('key', 'Name', 'Up to 10 characters'), text('value', 'Value', 'Up to 30 characters')],
		{ path: 'part.content_item', description: 'Up to 10 lines of the notice' },
	),
	toggle('emphasis_first_item', 'Emphasize First Entry', 'Whether to enlarge the first entry', {
		path: 'part.emphasis_first_item',
	}),
];

/** A field of the content, and the types that have it: all of them, also those a way of sending has not, so that one description serves all ways. */
type FieldOfTypes = [types: string[], field: Field];

const CONTENT: FieldOfTypes = [
	['text', 'markdown', 'markdown_v2'],
	text(
		'content',
		'Content',
		'Up to 2,048 bytes, Markdown of a message push 4,096; text takes HTML links',
		{
			path: 'part.content',
			required: true,
			typeOptions: { rows: 4 },
		},
	),
];

const CARDS_AND_ARTICLES: FieldOfTypes[] = [
	[
		['textcard', 'miniprogram_notice', 'miniprogram'],
		text('title', 'Title', 'Up to 128 characters; 4 to 12 in a mini program notice', {
			path: 'part.title',
			required: true,
		}),
	],
	[
		['textcard'],
		text('description', 'Description', 'Up to 512 characters', {
			path: 'part.description',
			required: true,
			typeOptions: { rows: 3 },
		}),
	],
	[
		['textcard'],
		text('url', 'Link', 'Opened by a click; with https:// or http://, up to 2,048 bytes', {
			path: 'part.url',
			required: true,
			placeholder: 'e.g. https://example.com/orders/42',
		}),
	],
	[['news'], articles],
	[['mpnews'], storedArticles],
];

const MINI_PROGRAMS: FieldOfTypes[] = [
	[
		['miniprogram_notice', 'miniprogram'],
		text('appid', 'App ID', 'A mini program that is linked to the app', {
			path: 'part.appid',
			required: true,
		}),
	],
	...notice.map((field): FieldOfTypes => [['miniprogram_notice'], field]),
	[['miniprogram'], { ...cover, name: 'thumb_media_id', path: 'part.thumb_media_id' }],
	[
		['miniprogram'],
		text('pagepath', 'Page', 'Path of the page to open', {
			path: 'part.pagepath',
			required: true,
		}),
	],
];

/** Where the file of the message comes from. */
const mediaFrom = choice(
	'mediaFrom',
	'File From',
	'Where the file comes from',
	[
		{ name: 'Binary Data', value: 'binary', description: 'Uploaded first' },
		{ name: 'Media ID', value: 'mediaId', description: 'Uploaded within the last three days' },
	],
	{ local: true },
);

const shown = (msgtype: string[]) => ({ displayOptions: { show: { msgtype } } });

/** The file of a message of one of these types. */
function fileFields(msgtype: string[]): Field[] {
	const from = (source: string) => ({
		displayOptions: { show: { msgtype, mediaFrom: [source] } },
	});
	return [
		{ ...mediaFrom, ...shown(msgtype) },
		binaryInput(from('binary')),
		text('media_id', 'Media ID', 'From Media > Upload or from a received message', {
			path: 'part.media_id',
			required: true,
			...from('mediaId'),
		}),
	];
}

export interface ContentForm {
	types: string[];
	/** Whether images are part of the message, so that they have no media ID. */
	inlineImages?: true;
	/** Fields beside the content, and the types that have them, by default text alone. */
	mentions?: Field[];
	mentionedIn?: string[];
}

/** All fields of the content but those of template cards. */
export function contentFields({
	types,
	inlineImages,
	mentions = [],
	mentionedIn = ['text'],
}: ContentForm): Field[] {
	const all = [
		CONTENT,
		...mentions.map((field): FieldOfTypes => [mentionedIn, field]),
		...CARDS_AND_ARTICLES,
		...MINI_PROGRAMS,
	];
	return [
		...all
			.filter(([wanted]) => wanted.some((type) => types.includes(type)))
			.map(([wanted, field]) => ({ ...field, ...shown(wanted) })),
		...(inlineImages
			? [...fileFields(['file', 'video', 'voice']), binaryInput(shown(['image']))]
			: fileFields(['file', 'video', 'voice', 'image'])),
	];
}

const forTypes = (...msgtype: string[]) => ({
	displayOptions: { show: { '/msgtype': msgtype } },
	local: true as const,
});

export const videoTexts: Field[] = [
	text('videoDescription', 'Video Description', 'Up to 512 bytes', forTypes('video')),
	text('videoTitle', 'Video Title', 'Up to 128 bytes', forTypes('video')),
];

export const translateIds = toggle(
	'enable_id_trans',
	'Translate IDs',
	'Whether WeCom replaces $userName=ID$ and $departmentName=ID$ with names',
	{ convert: 'flag', displayOptions: { hide: { '/resource': ['groupChat', 'messagePush'] } } },
);
const forApps = { displayOptions: translateIds.displayOptions };

/** One collection for all ways of sending; each field is there where it means something. */
export const MORE_CONTENT = additionalFields([
	text('btntxt', 'Button Text', 'Up to 4 characters', {
		placeholder: 'e.g. More',
		...forTypes('textcard'),
	}),
	toggle(
		'enable_duplicate_check',
		'Check for Duplicates',
		'Whether WeCom drops a message that was sent with the same content before',
		{ convert: 'flag', ...forApps },
	),
	toggle(
		'safe',
		'Confidential',
		'Whether the message cannot be shared and is shown with a watermark',
		{
			convert: 'flag',
			displayOptions: { hide: { '/operation': ['sendToSchool'], '/resource': ['messagePush'] } },
		},
	),
	integer(
		'duplicate_check_interval',
		'Duplicate Check Interval',
		"How many seconds back 'Check for Duplicates' looks, up to 14,400",
		{ typeOptions: { minValue: 1, maxValue: 14400 }, default: 1800, ...forApps },
	),
	text('fileName', 'File Name', 'The name the recipient sees, with its extension', {
		placeholder: 'e.g. report.pdf',
		...forTypes('file', 'image', 'video', 'voice'),
	}),
	toggle(
		'splitLongText',
		'Split Long Text',
		'Whether to send what is too long as several messages',
		forTypes('text', 'markdown', 'markdown_v2'),
	),
	translateIds,
	...videoTexts,
]);

/** Ids as typed: a mention of everyone is an ID, too, so that no list can offer them all. */
export const mention = (
	name: string,
	displayName: string,
	ids: string,
	convert: 'stringList' | 'phones' = 'stringList',
): Field =>
	text(name, displayName, `Comma-separated ${ids}, or @all for everyone`, {
		path: `part.${name}`,
		convert,
	});
