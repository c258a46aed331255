import type { IDataObject } from 'n8n-workflow';
import { templateId } from './form';
import { submitApproval } from './submit';
import { wantedCount } from '../../engine/runRow';
import {
	choice,
	departmentPicker,
	filters,
	ids,
	integer,
	memberPicker,
	moment,
	rows,
	text,
	toggle,
} from '../../engine/fields';
import type { ItemContext, Resource } from '../../engine/operation';
import { collect } from '../../../shared/client/paging';
import { mapAtOnce } from '../../../shared/util/atOnce';
import { collectParameters } from '../../engine/parameters';

const approvalNumber = text('sp_no', 'Approval Number', 'The "sp_no" of the approval', {
	required: true,
	placeholder: 'e.g. 202001010001',
});

/** Needs the app among "apps that may call the API" of Approval in the admin console. */
export const approval: Resource = {
	value: 'approval',
	name: 'Approval',
	operations: [
		{
			value: 'get',
			name: 'Get',
			action: 'Get approval',
			description: 'Read one approval with its form, its steps and comments',
			doc: 91983,
			endpoint: ['POST', '/cgi-bin/oa/getapprovaldetail'],
			reads: true,
			fields: [approvalNumber],
			pick: 'info',
		},
		{
			value: 'getLeaveBalance',
			name: 'Get Leave Balance',
			action: 'Get leave balance of a member',
			description: 'Read how much of each kind of leave a member has left, in seconds',
			doc: 93376,
			endpoint: ['POST', '/cgi-bin/oa/vacation/getuservacationquota'],
			reads: true,
			fields: [memberPicker()],
			list: 'lists',
		},
		{
			value: 'getLeaveTypes',
			name: 'Get Leave Types',
			action: 'Get leave types',
			description: 'List the kinds of leave the company has set up',
			doc: 93375,
			endpoint: ['GET', '/cgi-bin/oa/vacation/getcorpconf'],
			fields: [],
			list: 'lists',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many approvals',
			description: 'List the approvals submitted within up to 31 days',
			doc: 91816,
			covers: ['oa.getapprovalinfo', 'oa.getapprovaldetail'],
			reads: true,
			fields: [
				moment('starttime', 'After', 'Start of the period', {
					required: true,
					convert: 'timestampText',
				}),
				moment('endtime', 'Before', 'End of the period', {
					required: true,
					convert: 'timestampText',
				}),
				toggle(
					'details',
					'Include Details',
					'Whether to read each one as Get does, which takes a call for each',
					{ local: true },
				),
				filters([
					text('creator', 'Creator', 'User ID of the person who submitted it', { local: true }),
					text('department', 'Department ID', 'Department of the person who submitted it', {
						local: true,
					}),
					choice(
						'record_type',
						'Record Type',
						'Kind of approval',
						[
							{ name: 'Business Trip', value: '3' },
							{ name: 'Leave', value: '1' },
							{ name: 'Meeting Room', value: '7' },
							{ name: 'Outside Work', value: '4' },
							{ name: 'Overtime', value: '5' },
							{ name: 'Punch Correction', value: '2' },
							{ name: 'Red Packet Expenses', value: '9' },
							{ name: 'Refund', value: '8' },
							{ name: 'Shift Change', value: '6' },
						],
						{ local: true },
					),
					choice(
						'sp_status',
						'Status',
						'State of the approval',
						[
							{ name: 'Approved', value: '2' },
							{ name: 'Deleted', value: '7' },
							{ name: 'Paid', value: '10' },
							{ name: 'Pending', value: '1' },
							{ name: 'Rejected', value: '3' },
							{ name: 'Withdrawn', value: '4' },
							{ name: 'Withdrawn After Approval', value: '6' },
						],
						{ local: true },
					),
					text('template_id', 'Template ID', 'Only approvals of this template', { local: true }),
				]),
			],
			list: 'sp_no_list',
			run: getApprovals,
		},
		{
			value: 'getOwnFlowStatus',
			name: 'Get Own Flow Status',
			action: 'Get status of an approval of your own flow',
			description: "Read the state of an approval the app started with WeCom's approval engine",
			doc: 90269,
			endpoint: ['POST', '/cgi-bin/corp/getopenapprovaldata'],
			reads: true,
			fields: [
				text('thirdNo', 'Your Number', 'The number your app gave the approval', {
					required: true,
				}),
			],
			pick: 'data',
		},
		{
			value: 'getTemplate',
			name: 'Get Template',
			action: 'Get approval template',
			description: 'Read the controls of a template, for example their IDs',
			doc: 91982,
			endpoint: ['POST', '/cgi-bin/oa/gettemplatedetail'],
			reads: true,
			fields: [templateId],
		},
		{
			value: 'submit',
			name: 'Submit',
			action: 'Submit approval',
			description: 'Submit an approval on behalf of a member, with the fields of its template',
			doc: 91853,
			covers: ['oa.applyevent'],
			fields: [
				memberPicker({
					displayName: 'Submitted By',
					name: 'creator_userid',
					description: 'The member on whose behalf it is submitted',
				}),
				templateId,
				{
					displayName: 'Fields',
					name: 'controls',
					type: 'resourceMapper',
					noDataExpression: true,
					default: { mappingMode: 'defineBelow', value: null },
					description:
						'Separate several members, options or IDs with commas. For half days, a time from 12:00 on means the afternoon. Rows of a table: [{"Item": "Taxi", "Amount": 35}].',
					displayOptions: { hide: { template_id: [''] } },
					local: true,
					typeOptions: {
						loadOptionsDependsOn: ['template_id.value'],
						resourceMapper: {
							resourceMapperMethod: 'getApprovalControls',
							mode: 'add',
							fieldWords: { singular: 'field', plural: 'fields' },
							addAllFields: true,
							supportAutoMap: false,
						},
					},
				},
				choice(
					'use_template_approver',
					'Approvers',
					'Who decides',
					[
						{
							name: 'As in the Template',
							value: 1,
							description: 'The template must not let the person choose approvers',
						},
						{ name: 'Define Below', value: 0 },
					],
					{ convert: 'integer' },
				),
				rows(
					'node_list',
					'Steps',
					'Step',
					[
						choice(
							'type',
							'Step Type',
							'What the members of the step do',
							[
								{ name: 'Approve', value: 1 },
								{ name: 'Get a Copy', value: 2 },
								{ name: 'Handle', value: 3 },
							],
							{ convert: 'integer' },
						),
						ids('userid', 'Members', 'getMembers', 100, {
							description: 'Choose, or give IDs or names by an expression',
							required: true,
						}),
						choice(
							'apv_rel',
							'Several Members',
							'How several members of a step decide',
							[
								{ name: 'All of Them', value: 1 },
								{ name: 'Any of Them', value: 2 },
								{ name: 'One After the Other', value: 3 },
							],
							{ convert: 'integer' },
						),
					],
					{
						path: 'process.node_list',
						displayOptions: { show: { use_template_approver: [0] } },
					},
				),
				text('summary', 'Summary', 'Up to three lines of 20 characters for lists and notices', {
					typeOptions: { rows: 3 },
					required: true,
					local: true,
				}),
				departmentPicker({
					name: 'choose_department',
					required: false,
					description: "For which it is submitted; the member's main department when empty",
				}),
			],
			run: submitApproval,
		},
		{
			value: 'updateLeaveBalance',
			name: 'Update Leave Balance',
			action: 'Update leave balance of a member',
			description: 'Set how much of one kind of leave a member has left',
			doc: 93377,
			endpoint: ['POST', '/cgi-bin/oa/vacation/setoneuserquota'],
			fields: [
				memberPicker(),
				integer('vacation_id', 'Leave Type ID', 'From Get Leave Types', { required: true }),
				integer(
					'leftduration',
					'Seconds Left',
					'Multiple of 8,640 (0.1 day) for leave by the day, of 360 (0.1 hour) for leave by the hour',
					{ required: true, default: '' },
				),
				choice(
					'time_attr',
					'Counted By',
					'As the leave type is set up',
					[
						{ name: 'Day', value: 0 },
						{ name: 'Hour', value: 1 },
					],
					{ convert: 'integer' },
				),
				text('remarks', 'Remark', 'Shown in the history of the balance, up to 200 characters'),
			],
			returns: ({ userid, vacation_id }) => ({ userid, vacation_id, success: true }),
		},
	],
};

const FILTERS = ['template_id', 'creator', 'department', 'sp_status', 'record_type'];

/** The numbers by time and filter (doc 91816), and the approvals behind them if wanted. */
async function getApprovals(item: ItemContext): Promise<IDataObject[]> {
	const { client, get, itemIndex } = item;
	const chosen = get<IDataObject>('filters', {});
	const conditions = FILTERS.filter((key) => String(chosen[key] ?? '') !== '').map((key) => ({
		key,
		value: String(chosen[key]),
	}));
	const body = { new_cursor: '', ...collectParameters(item), filters: conditions };
	const read = async (path: string, more: IDataObject) =>
		await client.call({ method: 'POST', path, body: more, repeatable: true }, itemIndex);
	const numbers = await collect(
		async (page) => await read('/cgi-bin/oa/getapprovalinfo', { ...body, ...page }),
		'sp_no_list',
		{
			style: 'cursor',
			request: { cursor: 'new_cursor', limit: 'size' },
			response: { cursor: 'new_next_cursor' },
			max_limit: 100,
		},
		wantedCount(item),
	);
	const found = numbers.map(({ value }) => ({ sp_no: String(value) }));
	if (!get<boolean>('details', false)) return found;
	return await mapAtOnce(found, async ({ sp_no }) => {
		const { info } = await read('/cgi-bin/oa/getapprovaldetail', { sp_no });
		return info as IDataObject;
	});
}
