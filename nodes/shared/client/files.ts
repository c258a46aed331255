import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import type { WecomClient } from './client';
import type { ApiRequest, Download } from './request';

/** Files to and from WeCom: multipart uploads (doc 90253) and downloads with Range (doc 90254). */

export interface FileContent {
	data: Buffer;
	/** What the recipient sees, with its extension. */
	fileName: string;
	mimeType: string;
}

/** WeCom sends at most this much in one piece (doc 90254). */
const CHUNK_BYTES = 20 * 1024 * 1024;
const TOO_LARGE_FOR_ONE_PIECE = 830002;
const TIMEOUT_MS = 120_000;

/** The request for a multipart upload of one file. The whole body is one buffer, so that it can be sent a second time. */
export function uploadRequest(
	path: string,
	qs: IDataObject,
	file: FileContent,
	partName = 'media',
): ApiRequest {
	const boundary = `wecom-${createHash('sha256').update(file.data).digest('hex').slice(0, 32)}`;
	// The file name goes out as plain UTF-8: WeCom does not read the encoded forms (limits of doc 90253).
	const fileName = oneLine(file.fileName).replace(/"/g, '%22');
	const head = [
		`--${boundary}`,
		`Content-Disposition: form-data; name="${partName}"; filename="${fileName}"; filelength=${file.data.length}`,
		`Content-Type: ${oneLine(file.mimeType)}`,
		'',
		'',
	].join('\r\n');
	return {
		method: 'POST',
		path,
		qs,
		body: Buffer.concat([Buffer.from(head), file.data, Buffer.from(`\r\n--${boundary}--\r\n`)]),
		contentType: `multipart/form-data; boundary=${boundary}`,
		// A second upload only makes a second media ID.
		repeatable: true,
		timeout: TIMEOUT_MS,
	};
}

/** A line break would begin another header. */
const oneLine = (text: string) => text.replace(/[\r\n]+/g, ' ');

/** A whole file: in one piece where WeCom allows it, else in pieces of 20 MB. */
export async function downloadFile(
	client: WecomClient,
	request: ApiRequest,
	itemIndex?: number,
): Promise<FileContent> {
	const patient = { timeout: TIMEOUT_MS, ...request };
	let first: Download;
	try {
		first = await client.download(patient, itemIndex);
	} catch (error) {
		if ((error as { context?: IDataObject }).context?.errcode !== TOO_LARGE_FOR_ONE_PIECE)
			throw error as Error;
		first = await downloadChunk(client, patient, 0, itemIndex);
	}
	const pieces = [first.data];
	const size = totalSize(first.headers);
	for (let start = first.data.length; start < size; ) {
		const { data } = await downloadChunk(client, patient, start, itemIndex);
		if (data.length === 0) break;
		pieces.push(data);
		start += data.length;
	}
	return {
		data: Buffer.concat(pieces),
		fileName: fileNameOf(first.headers),
		mimeType: String(first.headers['content-type'] ?? 'application/octet-stream')
			.split(';')[0]
			.trim(),
	};
}

async function downloadChunk(
	client: WecomClient,
	request: ApiRequest,
	start: number,
	itemIndex?: number,
): Promise<Download> {
	const headers = { ...request.headers, range: `bytes=${start}-${start + CHUNK_BYTES - 1}` };
	return await client.download({ ...request, headers }, itemIndex);
}

/** Total size from `Content-Range: bytes 0-99/1234`, 0 when the file came whole. */
function totalSize(headers: IDataObject): number {
	return Number(/\/(\d+)\s*$/.exec(String(headers['content-range'] ?? ''))?.[1] ?? 0);
}

/** The name in Content-Disposition: the encoded form first, else the plain one, read as UTF-8 and decoded; '' when there is none. */
export function fileNameOf(headers: IDataObject): string {
	const disposition = String(headers['content-disposition'] ?? '');
	const encoded = /filename\*\s*=\s*(?:utf-8)?''([^;\s]+)/i.exec(disposition)?.[1];
	const decoded = encoded && percentDecoded(encoded);
	if (decoded) return baseName(decoded);
	const plain = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/i.exec(disposition);
	const name = repaired((plain?.[1] ?? plain?.[2] ?? '').trim());
	// Some of WeCom's servers encode the plain form as well.
	return baseName((/%[0-9a-f]{2}/i.test(name) && percentDecoded(name)) || name);
}

function percentDecoded(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}

/** HTTP headers arrive as Latin-1: bytes that are valid UTF-8 were meant as such. */
function repaired(text: string): string {
	const bytes = Buffer.from(text, 'latin1');
	if (bytes.toString('latin1') !== text) return text;
	const utf8 = bytes.toString('utf8');
	return utf8.includes('\ufffd') ? text : utf8;
}

const baseName = (name: string) => name.replace(/^.*[\\/]/, '');
