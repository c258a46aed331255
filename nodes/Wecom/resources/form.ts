import { additionalFields, addressed, json, moment, text } from '../engine/fields';
import type { Field, Resource } from '../engine/operation';
import { DOCUMENT_ADDRESS, place } from './document';

const formid: Field = {
	...addressed(
		'formid',
		'Form',
		'The ID that Create or a callback gives, or its address in the browser',
		[DOCUMENT_ADDRESS, 'e.g. https://doc.weixin.qq.com/forms/AbCd', 'e.g. AbCd'],
	),
	default: { mode: 'id', value: '' },
};

export const form: Resource = {
	value: 'form',
	name: 'Form',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create form',
			description: 'Create a form from a list of questions',
			doc: 97462,
			endpoint: ['POST', '/cgi-bin/wedoc/create_form'],
			fields: [
				text('form_title', 'Title', 'What people see above the form', {
					required: true,
					path: 'form_info.form_title',
				}),
				json(
					'items',
					'Questions (JSON)',
					'List of questions; reply_type 1 is text, 2 a single choice',
					{
						required: true,
						convert: 'jsonList',
						path: 'form_info.form_question.items',
						placeholder:
							'[{"question_id": 1, "pos": 1, "title": "Name?", "reply_type": 1, "status": 1, "must_reply": true}]',
					},
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
			endpoint: ['POST', '/cgi-bin/wedoc/del_doc'],
			fields: [formid],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get form',
			description: 'Read the questions of a form, and the round ID that its answers need',
			doc: 97817,
			endpoint: ['POST', '/cgi-bin/wedoc/get_form_info'],
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
			endpoint: ['POST', '/cgi-bin/wedoc/get_form_answer'],
			reads: true,
			fields: [
				text('repeated_id', 'Round ID', 'The "repeated_id", from Get', { required: true }),
				text('answer_ids', 'Answer IDs', 'Comma-separated, from Get Submissions', {
					convert: 'integerList',
					required: true,
				}),
			],
			list: 'answer.answer_list',
			whole: true,
		},
		{
			value: 'getSubmissions',
			name: 'Get Submissions',
			action: 'Get submissions of form',
			description: 'List who has answered a form and when',
			doc: 97818,
			endpoint: ['POST', '/cgi-bin/wedoc/get_form_statistic'],
			reads: true,
			fixed: { req_type: 2 },
			fields: [
				text('repeated_id', 'Round ID', 'The "repeated_id", from Get', { required: true }),
				moment('start_time', 'Start', 'First day of the period', {
					required: true,
					convert: 'day',
				}),
				moment('end_time', 'End', 'Last day of the period', { required: true, convert: 'day' }),
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
