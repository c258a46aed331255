import { exportDirectory, importDirectory } from './export';
import { binaryInput, choice, integer, tagPicker, text, toggle } from '../../engine/fields';
import type { Resource } from '../../engine/operation';

const waitMinutes = integer('waitMinutes', 'Wait Up To (Minutes)', 'How long to wait for the job', {
	default: 5,
	typeOptions: { minValue: 1, maxValue: 60 },
	local: true,
});

/** Jobs over all members or departments at once. */
export const directory: Resource = {
	value: 'directory',
	name: 'Directory',
	operations: [
		{
			value: 'export',
			name: 'Export',
			action: 'Export directory',
			description: 'Read all members or departments the app may see, decrypted, one item each',
			doc: 94849,
			covers: [
				'export.simple_user',
				'export.user',
				'export.department',
				'export.taguser',
				'export.get_result',
			],
			reads: true,
			fields: [
				choice(
					'what',
					'Data',
					'What to export',
					[
						{ name: 'Departments', value: 'department' },
						{ name: 'Member Details', value: 'user' },
						{ name: 'Members', value: 'simple_user' },
						{ name: 'Members with Tag', value: 'taguser' },
					],
					{ default: 'user', local: true },
				),
				tagPicker({ displayOptions: { show: { what: ['taguser'] } } }),
				waitMinutes,
			],
			list: 'data_list',
			run: exportDirectory,
		},
		{
			value: 'import',
			name: 'Import',
			action: 'Import directory',
			description:
				"Create and change members or departments from WeCom's CSV file (contact sync secret)",
			doc: 90980,
			covers: ['batch.syncuser', 'batch.replaceuser', 'batch.replaceparty', 'batch.getresult'],
			fields: [
				choice(
					'kind',
					'Import',
					'What the file is for; replacing deletes what the file lacks',
					[
						{ name: 'Add and Update Members', value: 'syncuser' },
						{ name: 'Replace All Departments', value: 'replaceparty' },
						{ name: 'Replace All Members', value: 'replaceuser' },
					],
					{ local: true },
				),
				binaryInput({ required: false }),
				text('media_id', 'Media ID', 'An uploaded CSV file, instead of binary data', {
					local: true,
				}),
				toggle('to_invite', 'Send Invitations', 'Whether new members are invited to join', {
					default: true,
					displayOptions: { hide: { kind: ['replaceparty'] } },
				}),
				toggle('wait', 'Wait Until Finished', 'Whether to wait and return the result of each row', {
					default: true,
					local: true,
				}),
				{ ...waitMinutes, displayOptions: { show: { wait: [true] } } },
			],
			run: importDirectory,
		},
	],
};
