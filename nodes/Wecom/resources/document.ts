import { additionalFields, addressed, choice, json, text } from '../engine/fields';
import type { Field, Resource } from '../engine/operation';

/** The last part of the path is the ID. */
export const DOCUMENT_ADDRESS = String.raw`//doc\.weixin\.qq\.com/[^?#]*?([\w-]+)/?(?:[?#]|$)`;

export const docid = addressed(
	'docid',
	'Document',
	'Its address in the browser, or the ID that Create, Share or a callback gives. The app must have created it or have access.',
	[DOCUMENT_ADDRESS, 'e.g. https://doc.weixin.qq.com/smartsheet/s3_AbCd', 'e.g. s3_AbCd'],
);
export const place: Field[] = [
	text('fatherid', 'Folder ID', 'Folder of the drive to put it into; the space ID for its root'),
	text('spaceid', 'Space ID', 'Space of the drive to put it into; needs a folder'),
];

/** Documents, spreadsheets and smart sheets as files; what is in a smart sheet is a resource of its own. */
export const document: Resource = {
	value: 'document',
	name: 'Document',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create document',
			description: 'Create a document, spreadsheet or smart sheet; keep the ID it returns',
			doc: 97460,
			endpoint: ['POST', '/cgi-bin/wedoc/create_doc'],
			fields: [
				choice(
					'doc_type',
					'Type',
					'What to create',
					[
						{ name: 'Document', value: 3 },
						{ name: 'Smart Sheet', value: 10 },
						{ name: 'Spreadsheet', value: 4 },
					],
					{ convert: 'integer' },
				),
				text('doc_name', 'Name', 'Up to 255 characters; Chinese ones count as two', {
					required: true,
				}),
				additionalFields([
					text('admin_users', 'Admin User IDs', 'Comma-separated; who may manage it', {
						convert: 'stringList',
					}),
					...place,
				]),
			],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete document',
			description: 'Remove a document this app has created',
			doc: 97735,
			endpoint: ['POST', '/cgi-bin/wedoc/del_doc'],
			fields: [docid],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get document',
			description: 'Read name, type and dates of a document',
			doc: 97734,
			endpoint: ['POST', '/cgi-bin/wedoc/get_doc_base_info'],
			reads: true,
			fields: [docid],
			pick: 'doc_base_info',
		},
		{
			value: 'getContent',
			name: 'Get Content',
			action: 'Get content of document',
			description: 'Read the text and structure of a document',
			doc: 101161,
			endpoint: ['POST', '/cgi-bin/wedoc/document/get'],
			reads: true,
			fields: [docid],
		},
		{
			value: 'rename',
			name: 'Rename',
			action: 'Rename document',
			description: 'Change the name of a document that this app has created',
			doc: 97736,
			endpoint: ['POST', '/cgi-bin/wedoc/rename_doc'],
			fields: [
				docid,
				text('new_name', 'New Name', 'Up to 255 characters; Chinese ones count as two', {
					required: true,
				}),
			],
			returns: ({ docid: id }) => ({ docid: id, success: true }),
		},
		{
			value: 'share',
			name: 'Share',
			action: 'Get link to document',
			description: 'Get the link that opens a document',
			doc: 97733,
			endpoint: ['POST', '/cgi-bin/wedoc/doc_share'],
			reads: true,
			fields: [docid],
		},
		{
			value: 'updateContent',
			name: 'Update Content',
			action: 'Update content of document',
			description: 'Insert, replace or delete text, images and tables of a document',
			doc: 97626,
			endpoint: ['POST', '/cgi-bin/wedoc/document/batch_update'],
			fields: [
				docid,
				json('requests', 'Changes (JSON)', 'List of changes, made in order', {
					required: true,
					convert: 'jsonList',
					placeholder: '[{"insert_text": {"text": "Hello", "location": {"index": 0}}}]',
				}),
			],
			returns: ({ docid: id }) => ({ docid: id, success: true }),
		},
	],
};
