/** Texts of which neither their form nor their place tells whether they are some. */

/** What is a text although it is a single word, and neither a property nor a parameter says so; by file. */
export const SHORT_TEXTS: Record<string, string[]> = {
	'nodes/shared/callback/events/index.ts': ['On {0}{1}'],
	'nodes/shared/protocol/errors.ts': ['More: {0}{1}'],
	'nodes/Wecom/engine/checks.ts': [' and '],
	'nodes/Wecom/resources/api/call.ts': ['Also: {0}. '],
	'nodes/Wecom/resources/api/catalog/convert.ts': ['a file'],
	'nodes/Wecom/resources/api/catalog/form.ts': [' of', ' with'],
	'nodes/Wecom/resources/app.ts': ['Figures', 'List', 'Picture', 'Web Page'],
	'nodes/Wecom/resources/callback/reply.ts': [' or '],
	'nodes/Wecom/resources/customer/customerMessage.ts': ['a month'],
	'nodes/Wecom/resources/customer/customerTag.ts': ['{0} Tag'],
	'nodes/Wecom/resources/message/content.ts': [
		'Article {0} ',
		'Author',
		'Content',
		'Description',
		'Entry {0} ',
		'Link',
		'Name',
		'Page',
		'Summary',
		'Title',
		'Value',
	],
	'nodes/Wecom/resources/smartSheet/records.ts': [' or '],
	'nodes/WecomTrigger/properties.ts': ['Bot {0}'],
};

/** What looks like a text and is none: markup, styles, headers, names of functions, expressions without words. */
export const NOT_TEXTS: RegExp[] = [
	/^\s*(\{\d\})?<(?!b>)|^ ?[\w-]+="/,
	/^[\w.#:*@()[\]]+(,[\w.#:()[\]]+)*\{|[;:][\w-]+:[^ ]+;/,
	/^(text|multipart)\/|^Content-|^jsapi_ticket=|^font:|^button\{|'none'|'self'|'sha256-/,
	/\bsetHeader\b/,
	/^\/\S+$|^(smart sheet|qr code)$/,
	/^=\{\{(?!.*"all )/,
];

/** Names that are the same in every language: the only texts an edition may leave as they are. */
export const SAME = new Set([
	'AMR',
	'API',
	'EncodingAESKey',
	'GIF',
	'HTTP {0}',
	'ID',
	'JPG',
	'JS-SDK',
	'JSON',
	'MP4',
	'Markdown',
	'Markdown V2',
	'Nonce',
	'PNG',
	'Secret',
	'Token',
	'URL',
]);
