import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';
import type { Bridge, BridgeContext, BridgeFailure } from './bridge';

/** Files of archived messages into binary fields. */

export interface MediaWanted {
	/** Types of files; none means all. */
	types: readonly string[];
	/** The most bytes that a file may have. Larger ones are not downloaded. */
	maxBytes: number;
}

/**
 * Downloads the files that an item lists under `wecom.media` into binary fields `data`, `data_2` ... Each entry of the list then
 * says where its file is, or the reason why it is not there: a file never holds up the messages behind it.
 */
export async function downloadArchiveFiles(
	context: BridgeContext,
	bridge: Bridge,
	json: IDataObject,
	wanted: MediaWanted,
): Promise<IBinaryKeyData> {
	const binary: IBinaryKeyData = {};
	const { media = [] } = json.wecom as { media?: IDataObject[] };
	for (const file of media) {
		const { type, bytes, fileName } = file as { type: string; bytes?: number; fileName: string };
		if (wanted.types.length > 0 && !wanted.types.includes(type)) continue;
		if ((bytes ?? 0) > wanted.maxBytes) {
			file.reason = tooLarge(wanted.maxBytes);
			continue;
		}
		try {
			const data = await bridge.file(file.sdkfileid as string, (file.md5sum as string) ?? '');
			if (data.length > wanted.maxBytes) {
				file.reason = tooLarge(wanted.maxBytes);
				continue;
			}
			const count = Object.keys(binary).length;
			const field = count === 0 ? 'data' : `data_${count + 1}`;
			binary[field] = await context.helpers.prepareBinaryData(data, fileName);
			file.binary = field;
		} catch (error) {
			const { message, description } = error as BridgeFailure;
			file.reason = description ? `${message}. ${description}` : message;
		}
	}
	return binary;
}

const tooLarge = (maxBytes: number): string =>
	`The file is larger than ${Math.round(maxBytes / 1024 / 1024)} MB, the most that is downloaded`;
