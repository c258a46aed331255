import type { IDataObject } from 'n8n-workflow';
import { downloadFile, uploadRequest } from '../../shared/api/files';
import { MEDIA_KINDS, readBinary, toBinaryItem, type MediaKind } from '../binary';
import { binaryInput } from '../fields';
import type { Field, ItemOutput, OperationCall, Resource } from '../operation';
import { toItem } from '../reply';

const fileName: Field = {
	displayName: 'File Name',
	name: 'fileName',
	type: 'string',
	default: '',
	placeholder: 'e.g. report.pdf',
	description:
		'The name the recipient sees, with its extension; leave empty for the name of the binary data',
	local: true,
};

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
				{
					displayName: 'Media ID',
					name: 'media_id',
					type: 'string',
					default: '',
					required: true,
					description: 'Media IDs are valid for three days',
				},
				{
					displayName: 'Put Output in Field',
					name: 'outputPropertyName',
					type: 'string',
					default: 'data',
					required: true,
					hint: 'The name of the output field to put the file in',
					description: 'Name of the binary field for the file',
					local: true,
				},
			],
			run: download,
		},
		{
			value: 'upload',
			name: 'Upload',
			action: 'Upload media',
			description: 'Store a file for three days and get its media ID',
			doc: 90253,
			covers: ['media.upload'],
			fields: [
				{
					displayName: 'Type',
					name: 'type',
					type: 'options',
					options: Object.entries(MEDIA_KINDS).map(([value, { name, accepts, maxBytes }]) => ({
						name,
						value,
						description: `${accepts[0].toUpperCase()}${accepts.slice(1)}, up to ${maxBytes >> 20} MB`,
					})),
					default: 'file',
					description: 'What the file is to be used as',
				},
				binaryInput(),
				fileName,
			],
			run: upload,
		},
	],
};

async function upload(call: OperationCall): Promise<IDataObject> {
	const kind = call.get<MediaKind>('type', 'file');
	const file = await readBinary(call, kind, call.get('fileName'));
	return toItem(
		await call.client.call(
			uploadRequest('/cgi-bin/media/upload', { type: kind }, file),
			call.itemIndex,
		),
	);
}

async function download(call: OperationCall): Promise<ItemOutput> {
	const { client, itemIndex, get } = call;
	const media_id = get('media_id').trim();
	const file = await downloadFile(
		client,
		{ method: 'GET', path: '/cgi-bin/media/get', qs: { media_id } },
		itemIndex,
	);
	return await toBinaryItem(call, file, media_id);
}
