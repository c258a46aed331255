/** Media types and the extensions of their files. Of two types with the same extension the first one is the right one. */
const EXTENSIONS: Record<string, string> = {
	'application/gzip': 'gz',
	'application/json': 'json',
	'application/msword': 'doc',
	'application/pdf': 'pdf',
	'application/vnd.ms-excel': 'xls',
	'application/vnd.ms-powerpoint': 'ppt',
	'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
	'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
	'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
	'application/xml': 'xml',
	'application/zip': 'zip',
	'audio/amr': 'amr',
	'audio/mpeg': 'mp3',
	'audio/wav': 'wav',
	'image/avif': 'avif',
	'image/bmp': 'bmp',
	'image/gif': 'gif',
	'image/heic': 'heic',
	'image/jpeg': 'jpg',
	'image/jpg': 'jpg',
	'image/png': 'png',
	'image/webp': 'webp',
	'text/calendar': 'ics',
	'text/csv': 'csv',
	'text/html': 'html',
	'text/markdown': 'md',
	'text/plain': 'txt',
	'text/xml': 'xml',
	'video/mp4': 'mp4',
	'video/quicktime': 'mov',
};

/** The extension of a media type, without a dot; undefined for one that is not common. */
export const extensionOf = (mimeType: string): string | undefined =>
	EXTENSIONS[mimeType.split(';')[0].trim().toLowerCase()];

/** The media type of an extension; undefined for one that is not common. */
export function mimeTypeOf(extension: string): string | undefined {
	const usual = extension === 'jpeg' ? 'jpg' : extension;
	return Object.keys(EXTENSIONS).find((mimeType) => EXTENSIONS[mimeType] === usual);
}
