import {
	BINARY_ENCODING,
	type IBinaryData,
	type ITriggerFunctions,
	type IWebhookFunctions,
} from 'n8n-workflow';
import { extensionOf, mimeTypeOf } from './fileTypes';
import { IS_NEWER_N8N } from './release';

const SHOWN = ['audio', 'image', 'text', 'video'] as const;

/**
 * A file that a trigger has received, as binary data of its item. Of the files of an execution that a webhook starts, older n8n keeps
 * the first and deletes all others once it has ended, those of executions beside it included: there the bytes travel in the item.
 */
export async function keepFile(
	{ helpers }: IWebhookFunctions | ITriggerFunctions,
	data: Buffer,
	fileName?: string,
	mimeType?: string,
): Promise<IBinaryData> {
	if (IS_NEWER_N8N) return await helpers.prepareBinaryData(data, fileName, mimeType);
	const named = /\.(\w+)$/.exec(fileName ?? '')?.[1]?.toLowerCase() ?? '';
	const type = mimeType ?? mimeTypeOf(named) ?? 'application/octet-stream';
	const fileExtension = named || extensionOf(type);
	const fileType = SHOWN.find((kind) => type.startsWith(`${kind}/`));
	return {
		data: data.toString(BINARY_ENCODING),
		mimeType: type,
		fileSize: `${Math.ceil(data.length / 1000)} kB`,
		...(fileName && { fileName }),
		...(fileExtension && { fileExtension }),
		...(fileType && { fileType }),
	};
}
