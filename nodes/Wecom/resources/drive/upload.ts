import type { IDataObject } from 'n8n-workflow';
import type { FileContent } from '../../../shared/client/files';
import { failureInFile } from '../../../shared/protocol/reply';
import { mapAtOnce } from '../../../shared/util/atOnce';
import { toBinaryItem, withExtension } from '../../engine/binary';
import { downloadLink } from '../../engine/download';
import type { ItemOutput, ItemContext } from '../../engine/operation';
import { replyItem } from '../../engine/output';
import { problem } from '../../engine/problem';
import { collectParameters } from '../../engine/parameters';

/** Files of the drive: up in one piece or in parts (doc 97880, 98004), and down (doc 97881). */

const WHOLE_MAX_BYTES = 10 << 20;
const PART_BYTES = 2 << 20;
/** n8n holds the file in memory, once as bytes and part by part as text. */
const MAX_BYTES = 1 << 30;

/** Uploads the binary data of the item, in parts above 10 MB. */
export async function uploadToDrive(item: ItemContext): Promise<IDataObject> {
	const file = await fileOf(item);
	const { skip_push_card, ...place } = collectParameters(item);
	const target = { ...place, file_name: file.fileName };
	if (file.data.length > WHOLE_MAX_BYTES) {
		return await uploadParts(
			item,
			{ ...target, ...(skip_push_card === undefined ? {} : { skip_push_card }) },
			file.data,
		);
	}
	const body = { ...target, file_base64_content: file.data.toString('base64') };
	return { ...replyItem(await post(item, 'file_upload', body)), file_name: file.fileName };
}

async function fileOf(item: ItemContext): Promise<FileContent> {
	const { context, get, itemIndex } = item;
	const field = get('binaryPropertyName', 'data');
	const { fileName, fileExtension, mimeType } = context.helpers.assertBinaryData(itemIndex, field);
	const data = await context.helpers.getBinaryDataBuffer(itemIndex, field);
	if (data.length === 0 || data.length > MAX_BYTES) {
		throw problem(
			item,
			`The file in '${field}' has ${data.length.toLocaleString('en')} bytes`,
			'Upload files from 1 byte to 1 GB.',
		);
	}
	const { fileName: wanted } = get<IDataObject>('additionalFields', {});
	const name = withExtension(String(wanted || fileName || 'file'), fileExtension, mimeType);
	return { data, mimeType, fileName: name };
}

async function uploadParts(
	item: ItemContext,
	target: IDataObject,
	data: Buffer,
): Promise<IDataObject> {
	const parts = Array.from({ length: Math.ceil(data.length / PART_BYTES) }, (_, index) =>
		data.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
	);
	const begun = await post(item, 'file_upload_init', {
		...target,
		size: data.length,
		block_sha: blockDigests(parts),
	});
	const { hit_exist: known, upload_key, fileid } = begun;
	// WeCom has these very bytes already.
	if (known === true) return { fileid, file_name: target.file_name };
	await mapAtOnce(
		parts.map((part, index) => ({ part, index: index + 1 })),
		async ({ part, index }) =>
			await post(
				item,
				'file_upload_part',
				{ upload_key, index, file_base64_content: part.toString('base64') },
				true,
			),
	);
	return {
		...replyItem(await post(item, 'file_upload_finish', { upload_key })),
		file_name: target.file_name,
	};
}

const post = async (
	{ client, itemIndex }: ItemContext,
	endpoint: string,
	body: IDataObject,
	repeatable = false,
) =>
	await client.call(
		{ method: 'POST', path: `/cgi-bin/wedrive/${endpoint}`, body, repeatable, timeout: 120_000 },
		itemIndex,
	);

/** The file behind an ID, over the link and the cookie that WeCom hands out for it. */
export async function downloadFromDrive(item: ItemContext): Promise<ItemOutput> {
	const sent = collectParameters(item);
	const link = await post(item, 'file_download', sent, true);
	const { data, headers } = await downloadLink(item, {
		url: String(link.download_url),
		headers: { cookie: `${String(link.cookie_name)}=${String(link.cookie_value)}` },
		what: 'The file of the drive',
		todo: 'A link works for two hours and for one file. Run the node again, and check that the app may download the file.',
	});
	const info = await post(item, 'file_info', sent, true);
	const { file_name, file_size } = (info.file_info ?? {}) as IDataObject;
	const fileName = String(file_name ?? 'file');
	const refused = failureInFile({}, data);
	if (refused && Number(file_size) !== data.length)
		throw problem(
			item,
			`The drive refused the download: ${String(refused.errmsg)} (${String(refused.errcode)})`,
			'A link works for two hours and for one file. Run the node again.',
		);
	const mimeType = String(headers['content-type'] ?? 'application/octet-stream').split(';')[0];
	return await toBinaryItem(item, { data, fileName, mimeType }, fileName);
}

/**
 * What WeCom compares the parts with (doc 98004): for each part the state of SHA-1 behind it, its words in little-endian
 * hexadecimal; for the last one the SHA-1 of the whole file. Node.js does not show the state, so it is computed here.
 */
export function blockDigests(parts: Buffer[]): string[] {
	const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
	const total = parts.reduce((sum, part) => sum + part.length, 0);
	return parts.map((part, index) => {
		if (index < parts.length - 1) {
			absorb(state, part);
			return words(state, (buffer, word, at) => buffer.writeUInt32LE(word, at));
		}
		const padding = Buffer.alloc((part.length % 64 < 56 ? 64 : 128) - (part.length % 64));
		padding[0] = 0x80;
		padding.writeBigUInt64BE(BigInt(total) * 8n, padding.length - 8);
		absorb(state, Buffer.concat([part, padding]));
		return words(state, (buffer, word, at) => buffer.writeUInt32BE(word, at));
	});
}

function words(
	state: Uint32Array,
	write: (buffer: Buffer, word: number, at: number) => void,
): string {
	const buffer = Buffer.alloc(20);
	state.forEach((word, index) => write(buffer, word, index * 4));
	return buffer.toString('hex');
}

/** SHA-1 (FIPS 180-4) over whole blocks of 64 bytes. */
function absorb(state: Uint32Array, data: Buffer): void {
	const w = new Int32Array(80);
	let [h0, h1, h2, h3, h4] = new Int32Array(state);
	for (let at = 0; at < data.length; at += 64) {
		for (let t = 0; t < 16; t++) w[t] = data.readInt32BE(at + t * 4);
		for (let t = 16; t < 80; t++) {
			const x = w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16];
			w[t] = (x << 1) | (x >>> 31);
		}
		let [a, b, c, d, e] = [h0, h1, h2, h3, h4];
		for (let t = 0; t < 80; t++) {
			let f: number;
			if (t < 20) f = ((b & c) | (~b & d)) + 0x5a827999;
			else if (t < 40) f = (b ^ c ^ d) + 0x6ed9eba1;
			else if (t < 60) f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
			else f = (b ^ c ^ d) + 0xca62c1d6;
			const next = (((a << 5) | (a >>> 27)) + f + e + w[t]) | 0;
			e = d;
			d = c;
			c = (b << 30) | (b >>> 2);
			b = a;
			a = next;
		}
		h0 = (h0 + a) | 0;
		h1 = (h1 + b) | 0;
		h2 = (h2 + c) | 0;
		h3 = (h3 + d) | 0;
		h4 = (h4 + e) | 0;
	}
	state.set([h0, h1, h2, h3, h4]);
}
