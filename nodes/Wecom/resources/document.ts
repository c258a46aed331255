import { additionalFields, choice, integer, json, moment, rows, text, toggle } from '../fields';
import type { Field, Resource } from '../operation';

const docid = text('docid', 'Document ID', 'From Create or a callback; the app must have access', {
	required: true,
});
const formid = text('formid', 'Form ID', 'From Create or a callback', { required: true });
const place: Field[] = [
	text('fatherid', 'Folder ID', 'Folder of the drive to put it into; the space ID for its root'),
	text('spaceid', 'Space ID', 'Space of the drive to put it into; needs a folder'),
];

/** A part of each row that has one value only. */
const always = (name: string, value: number): Field => ({
	displayName: name,
	name,
	type: 'hidden',
	default: value,
	as: 'integer',
});

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
			call: ['POST', '/cgi-bin/wedoc/create_doc'],
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
					{ as: 'integer' },
				),
				text('doc_name', 'Name', 'Up to 255 characters, Chinese ones count as two', {
					required: true,
				}),
				additionalFields([
					text('admin_users', 'Admin User IDs', 'Comma-separated; who may manage it', {
						as: 'stringList',
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
			call: ['POST', '/cgi-bin/wedoc/del_doc'],
			fields: [docid],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get document',
			description: 'Read name, type and dates of a document',
			doc: 97734,
			call: ['POST', '/cgi-bin/wedoc/get_doc_base_info'],
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
			call: ['POST', '/cgi-bin/wedoc/document/get'],
			reads: true,
			fields: [docid],
		},
		{
			value: 'getRange',
			name: 'Get Spreadsheet Range',
			action: 'Get range of spreadsheet',
			description: 'Read the cells of a spreadsheet, one item per row',
			doc: 97661,
			call: ['POST', '/cgi-bin/wedoc/spreadsheet/get_sheet_range_data'],
			reads: true,
			fields: [
				docid,
				text('sheet_id', 'Sheet ID', 'From Get Spreadsheet Sheets', { required: true }),
				text('range', 'Range', 'In A1 notation', { required: true, placeholder: 'e.g. A1:D100' }),
			],
			list: 'data.result.rows',
		},
		{
			value: 'getSheets',
			name: 'Get Spreadsheet Sheets',
			action: 'Get sheets of spreadsheet',
			description: 'List the sheets of a spreadsheet with their sizes',
			doc: 97711,
			call: ['POST', '/cgi-bin/wedoc/spreadsheet/get_sheet_properties'],
			reads: true,
			fields: [docid],
			list: 'properties',
		},
		{
			value: 'rename',
			name: 'Rename',
			action: 'Rename document',
			description: 'Give a document this app has created another name',
			doc: 97736,
			call: ['POST', '/cgi-bin/wedoc/rename_doc'],
			fields: [
				docid,
				text('new_name', 'New Name', 'Up to 255 characters, Chinese ones count as two', {
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
			call: ['POST', '/cgi-bin/wedoc/doc_share'],
			reads: true,
			fields: [docid],
		},
		{
			value: 'updateContent',
			name: 'Update Content',
			action: 'Update content of document',
			description: 'Insert, replace or delete text, images and tables of a document',
			doc: 97626,
			call: ['POST', '/cgi-bin/wedoc/document/batch_update'],
			fields: [
				docid,
				json('requests', 'Changes (JSON)', 'List of changes, done in order', {
					required: true,
					placeholder: '[{"insert_text": {"text": "Hello", "location": {"index": 0}}}]',
				}),
			],
			returns: ({ docid: id }) => ({ docid: id, success: true }),
		},
		{
			value: 'updateMembers',
			name: 'Update Members',
			action: 'Update members of document',
			description: 'Give members access to a document, or take it away',
			doc: 97781,
			call: ['POST', '/cgi-bin/wedoc/mod_doc_member'],
			fields: [
				docid,
				rows('update_file_member_list', 'Members to Add', 'Member', [
					text('userid', 'User ID', 'Who gets access', { required: true }),
					choice(
						'auth',
						'Permission',
						'What the member may do',
						[
							{ name: 'Manage', value: 7 },
							{ name: 'Read', value: 1 },
							{ name: 'Read and Write', value: 2, description: 'Smart sheets only' },
						],
						{ as: 'integer' },
					),
					always('type', 1),
				]),
				rows('del_file_member_list', 'Members to Remove', 'Member', [
					text('userid', 'User ID', 'Who loses access'),
					text('tmp_external_userid', 'External User ID', 'For people outside: their temporary ID'),
					always('type', 1),
				]),
			],
			returns: ({ docid: id }) => ({ docid: id, success: true }),
		},
		{
			value: 'updateSpreadsheet',
			name: 'Update Spreadsheet',
			action: 'Update spreadsheet',
			description: 'Write cells, add or delete sheets, rows and columns of a spreadsheet',
			doc: 101168,
			call: ['POST', '/cgi-bin/wedoc/spreadsheet/batch_update'],
			fields: [
				docid,
				json('requests', 'Changes (JSON)', 'List of changes, such as update_range_request', {
					required: true,
				}),
			],
		},
	],
};

export const form: Resource = {
	value: 'form',
	name: 'Form',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create form',
			description: 'Create a form to collect answers with',
			doc: 97462,
			call: ['POST', '/cgi-bin/wedoc/create_form'],
			fields: [
				text('form_title', 'Title', 'What people see above the form', {
					required: true,
					path: 'form_info.form_title',
				}),
				rows(
					'items',
					'Questions',
					'Question',
					[
						integer('question_id', 'Question ID', 'Number of its own, from 1', { default: 1 }),
						integer('pos', 'Position', 'From 1', { default: 1 }),
						text('title', 'Question', 'What is asked', { required: true }),
						choice(
							'reply_type',
							'Answer Type',
							'How it is answered',
							[
								{ name: 'Date', value: 11 },
								{ name: 'Department', value: 18 },
								{ name: 'Drop-Down', value: 15 },
								{ name: 'Duration', value: 22 },
								{ name: 'File', value: 10 },
								{ name: 'Image', value: 9 },
								{ name: 'Location', value: 5 },
								{ name: 'Member', value: 19 },
								{ name: 'Multiple Choice', value: 3 },
								{ name: 'Signature', value: 17 },
								{ name: 'Single Choice', value: 2 },
								{ name: 'Text', value: 1 },
								{ name: 'Time', value: 14 },
							],
							{ as: 'integer', default: 1 },
						),
						toggle('must_reply', 'Required', 'Whether it must be answered'),
						always('status', 1),
						json(
							'option_item',
							'Choices (JSON)',
							'For choices, such as [{"key": 1, "value": "Yes", "status": 1}]',
						),
					],
					{ required: true, path: 'form_info.form_question.items' },
				),
				additionalFields([
					text('form_desc', 'Description', 'Shown below the title', {
						path: 'form_info.form_desc',
					}),
					json('form_setting', 'Settings (JSON)', 'Who may answer and when', {
						path: 'form_info.form_setting',
					}),
					...place,
				]),
			],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete form',
			description: 'Remove a form this app has created',
			doc: 97735,
			call: ['POST', '/cgi-bin/wedoc/del_doc'],
			fields: [formid],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get form',
			description: 'Read the questions of a form, and the "repeated_id" its answers need',
			doc: 97817,
			call: ['POST', '/cgi-bin/wedoc/get_form_info'],
			reads: true,
			fields: [formid],
			pick: 'form_info',
		},
		{
			value: 'getAnswers',
			name: 'Get Answers',
			action: 'Get answers of form',
			description: 'Read answers by their IDs, up to 100',
			doc: 97819,
			call: ['POST', '/cgi-bin/wedoc/get_form_answer'],
			reads: true,
			fields: [
				text('repeated_id', 'Round ID', 'The "repeated_id", from Get', { required: true }),
				text('answer_ids', 'Answer IDs', 'Comma-separated, from Get Submissions', {
					as: 'integerList',
					required: true,
				}),
			],
			list: 'answer.answer_list',
		},
		{
			value: 'getSubmissions',
			name: 'Get Submissions',
			action: 'Get submissions of form',
			description: 'List who has answered a form and when',
			doc: 97818,
			call: ['POST', '/cgi-bin/wedoc/get_form_statistic'],
			reads: true,
			fixed: { req_type: 2 },
			fields: [
				text('repeated_id', 'Round ID', 'The "repeated_id", from Get', { required: true }),
				moment('start_time', 'From', 'First day', { required: true }),
				moment('end_time', 'Until', 'Last day', { required: true }),
			],
			list: 'submit_users',
			paging: {
				style: 'cursor',
				request: { cursor: 'cursor', limit: 'limit' },
				response: { cursor: 'cursor', has_more: 'has_more' },
				max_limit: 10000,
			},
		},
	],
};
