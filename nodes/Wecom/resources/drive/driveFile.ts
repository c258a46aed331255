import { downloadFromDrive, uploadToDrive } from './upload';
import { additionalFields, binaryInput, choice, text, toggle } from '../../engine/fields';
import type { Resource } from '../../engine/operation';
import { spaceid, driveMembers, drivePost } from './fields';

const fatherid = text(
	'fatherid',
	'Folder ID',
	'The "fileid" of the folder; the space ID for the root',
	{
		required: true,
	},
);
const fileid = text('fileid', 'File ID', 'The "fileid", from Get Many or Upload', {
	required: true,
});
const fileIds = text('fileid', 'File IDs', 'Comma-separated', {
	required: true,
	convert: 'stringList',
});
const withFile = {
	returns: ({ fileid: id }: { fileid?: unknown }) => ({ fileid: id as string, success: true }),
};

/** Only spaces and files the app has created, or where it was made a member (doc 93654). */
export const driveFile: Resource = {
	value: 'driveFile',
	name: 'Drive File',
	operations: [
		{
			value: 'addMembers',
			name: 'Add Members',
			action: 'Add members to file of drive',
			description: 'Give members or departments access to a file',
			doc: 93658,
			...drivePost('file_acl_add'),
			fields: [fileid, driveMembers('gets access', true)],
			...withFile,
		},
		{
			value: 'createFolder',
			name: 'Create Folder',
			action: 'Create folder in drive',
			description: 'Add a folder, or an empty document or spreadsheet',
			doc: 97882,
			...drivePost('file_create'),
			fields: [
				spaceid,
				fatherid,
				choice(
					'file_type',
					'Type',
					'What to create',
					[
						{ name: 'Folder', value: 1 },
						{ name: 'Document', value: 3 },
						{ name: 'Spreadsheet', value: 4 },
					],
					{ convert: 'integer' },
				),
				text('file_name', 'Name', 'Up to 255 characters; Chinese ones count as two', {
					required: true,
				}),
			],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete files of drive',
			description: 'Move files or folders to the recycle bin',
			doc: 97885,
			...drivePost('file_delete'),
			fields: [fileIds],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'download',
			name: 'Download',
			action: 'Download file from drive',
			description: 'Get a file as binary data; not for folders and online documents',
			doc: 97881,
			covers: ['wedrive.file_download', 'wedrive.file_info'],
			reads: true,
			fields: [
				fileid,
				text('outputPropertyName', 'Put Output in Field', 'The binary field for the file', {
					default: 'data',
					required: true,
					local: true,
				}),
			],
			run: downloadFromDrive,
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get file of drive',
			description: 'Read name, size and dates of a file',
			doc: 97886,
			...drivePost('file_info'),
			reads: true,
			fields: [fileid],
			pick: 'file_info',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many files of drive',
			description: 'List a folder',
			doc: 93657,
			...drivePost('file_list'),
			reads: true,
			fields: [
				spaceid,
				fatherid,
				choice(
					'sort_type',
					'Sort By',
					'Order of the files',
					[
						{ name: 'Changed, Newest First', value: 6 },
						{ name: 'Changed, Oldest First', value: 5 },
						{ name: 'Name, A to Z', value: 1 },
						{ name: 'Name, Z to A', value: 2 },
						{ name: 'Size, Largest First', value: 4 },
						{ name: 'Size, Smallest First', value: 3 },
					],
					{ convert: 'integer' },
				),
			],
			list: 'file_list.item',
			paging: {
				style: 'offset',
				request: { offset: 'start', limit: 'limit' },
				response: { offset: 'next_start', has_more: 'has_more' },
				max_limit: 1000,
			},
		},
		{
			value: 'getPermissions',
			name: 'Get Permissions',
			action: 'Get permissions of file of drive',
			description: 'Read who may see a file and how it is protected',
			doc: 97891,
			...drivePost('get_file_permission'),
			reads: true,
			fields: [fileid],
		},
		{
			value: 'move',
			name: 'Move',
			action: 'Move files of drive',
			description: 'Put files or folders into another folder',
			doc: 97884,
			...drivePost('file_move'),
			fields: [
				fileIds,
				fatherid,
				toggle(
					'replace',
					'Replace',
					'Whether to overwrite files of the same name, which are renamed otherwise',
				),
			],
			list: 'file_list.item',
			whole: true,
		},
		{
			value: 'removeMembers',
			name: 'Remove Members',
			action: 'Remove members from file of drive',
			description: 'Take access to a file away from members or departments',
			doc: 97888,
			...drivePost('file_acl_del'),
			fields: [fileid, driveMembers('loses access', false)],
			...withFile,
		},
		{
			value: 'rename',
			name: 'Rename',
			action: 'Rename file of drive',
			description: 'Change the name of a file or folder',
			doc: 97883,
			...drivePost('file_rename'),
			fields: [fileid, text('new_name', 'New Name', 'With its extension', { required: true })],
			pick: 'file',
		},
		{
			value: 'share',
			name: 'Share',
			action: 'Get link to file of drive',
			description: 'Get the link that opens a file',
			doc: 97890,
			...drivePost('file_share'),
			reads: true,
			fields: [fileid],
		},
		{
			value: 'updateSharing',
			name: 'Update Sharing',
			action: 'Update sharing of file of drive',
			description: 'Choose who may open the link to a file',
			doc: 97889,
			...drivePost('file_setting'),
			fields: [
				fileid,
				choice(
					'auth_scope',
					'Open To',
					'Who may open the link',
					[
						{ name: 'Company', value: 2 },
						{ name: 'Company, With Approval', value: 4 },
						{ name: 'Everyone', value: 3 },
						{ name: 'Everyone, With Approval', value: 5 },
						{ name: 'Members of the File', value: 1 },
					],
					{ convert: 'integer', default: 1 },
				),
				choice(
					'auth',
					'Permission',
					'What they may do',
					[
						{ name: 'Leave as It Is', value: '' },
						{ name: 'Download', value: 1 },
						{ name: 'Preview', value: 4, description: 'Professional edition only' },
					],
					{ convert: 'integer' },
				),
			],
			...withFile,
		},
		{
			value: 'upload',
			name: 'Upload',
			action: 'Upload file to drive',
			description: 'Store binary data as a file; above 10 MB in parts',
			doc: 97880,
			covers: [
				'wedrive.file_upload',
				'wedrive.file_upload_init',
				'wedrive.file_upload_part',
				'wedrive.file_upload_finish',
			],
			fields: [
				spaceid,
				fatherid,
				binaryInput(),
				additionalFields([
					text(
						'fileName',
						'File Name',
						'With its extension; that of the binary data when left out',
						{
							local: true,
						},
					),
					toggle(
						'skip_push_card',
						'Without Notice',
						'Whether to skip the notice about large files in WeCom',
					),
				]),
			],
			run: uploadToDrive,
		},
	],
};
