import type { FileContent } from '../../shared/client/files';
import { extensionOf } from '../../shared/util/fileTypes';
import { ItemOutput, type ItemContext } from './operation';
import { emptyField, problem } from './problem';

/** The four kinds of media and what WeCom takes of each (doc 90253). */
export const MEDIA_KINDS = {
	image: {
		name: 'Image',
		maxBytes: 10 << 20,
		accepts: 'JPG or PNG',
		types: /^image\/(jpeg|jpg|png)$/,
		extensions: /\.(jpe?g|png)$/i,
	},
	voice: {
		name: 'Voice',
		maxBytes: 2 << 20,
		accepts: 'AMR, up to 60 seconds',
		types: /^audio\/(amr|x-amr|amr-nb)$/,
		extensions: /\.amr$/i,
	},
	video: {
		name: 'Video',
		maxBytes: 10 << 20,
		accepts: 'MP4',
		types: /^video\/mp4$/,
		extensions: /\.mp4$/i,
	},
	file: { name: 'File', maxBytes: 20 << 20, accepts: 'any type', types: /./, extensions: /./ },
} as const;

export type MediaKind = keyof typeof MEDIA_KINDS;

interface MediaRule {
	maxBytes: number;
	/** What WeCom takes, in words for an error message. */
	accepts: string;
	types: RegExp;
	extensions: RegExp;
}

const MIN_BYTES = 6;

interface Wanted {
	/** Its name in WeCom instead of its own. */
	fileName?: unknown;
	/** The binary field, if not that of the form. */
	field?: string;
	/** What WeCom takes, where that differs from other files of the kind. */
	rule?: MediaRule;
}

/** The file in a binary field of the item, checked against what WeCom takes before anything is sent. */
export async function readBinary(
	item: ItemContext,
	kind: MediaKind,
	{
		fileName,
		field = item.get('binaryPropertyName', 'data'),
		rule = MEDIA_KINDS[kind],
	}: Wanted = {},
): Promise<FileContent> {
	const { context, itemIndex } = item;
	if (!field.trim()) throw emptyField(item, 'Input Data Field Name');
	const {
		mimeType,
		fileName: ownName,
		fileExtension,
	} = context.helpers.assertBinaryData(itemIndex, field);
	const data = await context.helpers.getBinaryDataBuffer(itemIndex, field);
	const name = withExtension(String(fileName || ownName || kind), fileExtension, mimeType);
	if (data.length < MIN_BYTES || data.length > rule.maxBytes) {
		throw problem(
			item,
			`The file in '${field}' has ${data.length.toLocaleString('en')} bytes`,
			`WeCom takes ${kind === 'file' ? '' : `${kind} `}files from ${MIN_BYTES} bytes to ${rule.maxBytes >> 20} MB.`,
		);
	}
	if (!rule.types.test(mimeType) && !rule.extensions.test(name)) {
		throw problem(
			item,
			`The file in '${field}' is of the type ${mimeType}`,
			`As ${kind} WeCom takes ${rule.accepts}. Convert it, or send it as a file.`,
		);
	}
	return { data, fileName: name, mimeType };
}

/** The end of a name that tells a type: `.2` of "v1.2" does not. */
const EXTENSION = /\.(?=[a-z0-9]*[a-z])[a-z0-9]{1,5}$/i;

/**
 * A file's name with the extension of its type: WeCom tells the kind of a file by it, and the recipient's device opens it by it.
 */
export function withExtension(name: string, extension?: string, mimeType = ''): string {
	if (EXTENSION.test(name)) return name;
	// n8n takes the 2 of "v1.2" for the extension.
	const own = extension && /[a-z]/i.test(extension) ? extension : undefined;
	if (own && name.toLowerCase().endsWith(`.${own.toLowerCase()}`)) return name;
	const known = own ?? extensionOf(mimeType);
	return known ? `${name}.${known}` : name;
}

/** A downloaded file as an item with binary data. */
export async function toBinaryItem(
	item: ItemContext,
	file: FileContent,
	fallbackName: string,
	field = item.get('outputPropertyName', 'data'),
): Promise<ItemOutput> {
	const { context } = item;
	const fileName = file.fileName || fallbackName;
	const binary = await context.helpers.prepareBinaryData(file.data, fileName, file.mimeType);
	const json = {
		fileName: binary.fileName ?? fileName,
		mimeType: binary.mimeType,
		bytes: file.data.length,
	};
	return new ItemOutput({ json, binary: { [field]: binary } });
}
