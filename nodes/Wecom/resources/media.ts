import { sleep, type IDataObject } from 'n8n-workflow';
import { downloadFile, uploadRequest } from '../../shared/client/files';
import { MEDIA_KINDS, readBinary, toBinaryItem, type MediaKind } from '../engine/binary';
import { binaryInput, choice, text, toggle } from '../engine/fields';
import type { ItemOutput, ItemContext, Resource } from '../engine/operation';
import { replyItem } from '../engine/output';
import { emptyField, problem } from '../engine/problem';
import { collectParameters } from '../engine/parameters';

export const fileName = text(
	'fileName',
	'File Name',
	'With its extension; that of the binary data when empty',
	{ placeholder: 'e.g. report.pdf', local: true },
);

const output = text('outputPropertyName', 'Put Output in Field', 'The binary field for the file', {
	default: 'data',
	required: true,
	local: true,
});

const jobId = text('jobid', 'Job ID', 'From Upload by URL, valid for an hour', { required: true });

export const media: Resource = {
	value: 'media',
	name: 'Media',
	operations: [
		{
			value: 'download',
			name: 'Download',
			action: 'Download media',
			description: 'Get the file behind a media ID, such as one from a received message',
			doc: 90254,
			covers: ['media.get'],
			reads: true,
			fields: [
				text('media_id', 'Media ID', 'Media IDs are valid for three days', { required: true }),
				output,
			],
			run: async (item) => await download(item, '/cgi-bin/media/get'),
		},
		{
			value: 'downloadHdVoice',
			name: 'Download HD Voice',
			action: 'Download HD voice',
			description: 'Get a recording of the JS-SDK in full quality, as Speex',
			doc: 90255,
			covers: ['media.get.jssdk'],
			reads: true,
			fields: [
				text('media_id', 'Media ID', 'From uploadVoice in the JS-SDK', { required: true }),
				output,
			],
			run: async (item) => await download(item, '/cgi-bin/media/get/jssdk'),
		},
		{
			value: 'getUploadResult',
			name: 'Get Upload Result',
			action: 'Get result of upload by URL',
			description: 'Read whether an upload by URL is finished',
			doc: 96219,
			endpoint: ['POST', '/cgi-bin/media/get_upload_by_url_result'],
			reads: true,
			fields: [jobId],
		},
		{
			value: 'upload',
			name: 'Upload',
			action: 'Upload media',
			description: 'Store a file for three days and get its media ID',
			doc: 90253,
			covers: ['media.upload'],
			fields: [
				choice(
					'type',
					'Type',
					'What the file is used as',
					Object.entries(MEDIA_KINDS).map(([value, { name, accepts, maxBytes }]) => ({
						name,
						value,
						description: `${accepts[0].toUpperCase()}${accepts.slice(1)}, up to ${maxBytes >> 20} MB`,
					})),
					{ default: 'file' },
				),
				binaryInput(),
				fileName,
			],
			run: upload,
		},
		{
			value: 'uploadAttachment',
			name: 'Upload Attachment',
			action: 'Upload attachment',
			description: 'Store a file for moments or product albums (needs customer contact rights)',
			doc: 95098,
			covers: ['media.upload_attachment'],
			fields: [
				choice('attachment_type', 'Used In', 'Where the file will appear', [
					{ name: 'Moments', value: 1 },
					{ name: 'Product Albums', value: 2 },
				]),
				choice(
					'media_type',
					'Type',
					'What the file is used as',
					[
						{ name: 'File', value: 'file' },
						{ name: 'Image', value: 'image' },
						{ name: 'Video', value: 'video' },
					],
					{ default: 'image' },
				),
				binaryInput(),
				fileName,
			],
			run: uploadAttachment,
		},
		{
			value: 'uploadByUrl',
			name: 'Upload by URL',
			action: 'Upload media by URL',
			description: 'Have WeCom download up to 200 MB for welcome messages of customer groups',
			doc: 96219,
			covers: ['media.upload_by_url', 'media.get_upload_by_url_result'],
			fields: [
				choice('type', 'Type', 'What the file is used as', [
					{ name: 'File', value: 'file' },
					{ name: 'Video', value: 'video', description: 'MP4' },
				]),
				text('url', 'URL', 'Must be public, on a server that supports range requests', {
					required: true,
				}),
				text('filename', 'File Name', 'The name people see, up to 128 bytes', { required: true }),
				text('md5', 'MD5', 'Checksum of the file, 32 hexadecimal digits', { required: true }),
				toggle('wait', 'Wait Until Finished', 'Whether to wait for the media ID', {
					default: true,
					local: true,
				}),
				{
					displayName: 'Wait Up To (Seconds)',
					name: 'waitSeconds',
					type: 'number',
					typeOptions: { minValue: 1, maxValue: 3600 },
					default: 300,
					description: 'Seconds after which the operation gives up',
					displayOptions: { show: { wait: [true] } },
					local: true,
				},
			],
			fixed: { scene: 1 },
			run: uploadByUrl,
		},
		{
			value: 'uploadImage',
			name: 'Upload Image',
			action: 'Upload image',
			description: 'Store a picture of up to 2 MB permanently and get its URL, for use in WeCom',
			doc: 90256,
			covers: ['media.uploadimg'],
			fields: [binaryInput()],
			run: uploadImage,
		},
	],
};

async function upload(item: ItemContext): Promise<IDataObject> {
	const type = item.get<MediaKind>('type', 'file');
	const file = await readBinary(item, type, { fileName: item.get('fileName') });
	const request = uploadRequest('/cgi-bin/media/upload', { type }, file);
	return replyItem(await item.client.call(request, item.itemIndex));
}

async function uploadAttachment(item: ItemContext): Promise<IDataObject> {
	const media_type = item.get<MediaKind>('media_type', 'image');
	const file = await readBinary(item, media_type, { fileName: item.get('fileName') });
	const qs = { media_type, attachment_type: item.get('attachment_type', '1') };
	const request = uploadRequest('/cgi-bin/media/upload_attachment', qs, file);
	return replyItem(await item.client.call(request, item.itemIndex));
}

async function uploadImage(item: ItemContext): Promise<IDataObject> {
	const rule = { ...MEDIA_KINDS.image, maxBytes: 2 << 20 };
	const file = await readBinary(item, 'image', { rule });
	// An app may upload a thousand images a day, so none is uploaded again just because its answer was lost.
	const request = { ...uploadRequest('/cgi-bin/media/uploadimg', {}, file), repeatable: false };
	return replyItem(await item.client.call(request, item.itemIndex));
}

async function download(item: ItemContext, path: string): Promise<ItemOutput> {
	const { client, itemIndex, get } = item;
	const media_id = String(get('media_id')).trim();
	if (!media_id) throw emptyField(item, 'Media ID');
	const file = await downloadFile(client, { method: 'GET', path, qs: { media_id } }, itemIndex);
	return await toBinaryItem(item, file, media_id);
}

const FINISHED = 2;
const FAILED = 3;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

/** WeCom fetches the file on its own time: asked again and again, ever less often, until it is done (doc 96219). */
async function uploadByUrl(item: ItemContext): Promise<IDataObject> {
	const { client, get, itemIndex } = item;
	const body = collectParameters(item);
	const post = async (endpoint: string, sent: IDataObject, repeatable: boolean) =>
		await client.call(
			{ method: 'POST', path: `/cgi-bin/media/${endpoint}`, body: sent, repeatable },
			itemIndex,
		);
	const { jobid } = await post('upload_by_url', body, false);
	if (!get<boolean>('wait', true)) return { jobid };

	const seconds = get<number>('waitSeconds', 300);
	const until = Date.now() + seconds * 1000;
	for (let wait = FIRST_WAIT_MS; Date.now() < until; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
		await sleep(Math.min(wait, Math.max(0, until - Date.now())));
		const reply = await post('get_upload_by_url_result', { jobid }, true);
		const detail = (reply.detail ?? {}) as IDataObject;
		if (Number(reply.status) === FINISHED)
			return { jobid, media_id: detail.media_id, created_at: detail.created_at };
		if (Number(reply.status) === FAILED)
			throw problem(
				item,
				`WeCom could not take the file from the URL (${String(detail.errcode)})`,
				`${REASONS[Number(detail.errcode)] ?? 'Check the URL and the MD5.'} WeCom said: "${String(detail.errmsg)}".`,
			);
	}
	throw problem(
		item,
		`The upload is not finished after ${seconds} seconds`,
		`WeCom is still working on it: use Get Upload Result with the job '${String(jobid)}' within an hour, or raise 'Wait Up To (Seconds)'.`,
	);
}

const REASONS: Record<number, string> = {
	830001: 'The URL is not one WeCom accepts.',
	830003: 'WeCom could not download from the URL: it must be public and serve parts of files.',
	45001: 'The file has more than 200 MB.',
	301019: 'The MD5 is not that of the file.',
};
