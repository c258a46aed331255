import type { IDataObject } from 'n8n-workflow';
import { collect } from '../../shared/client/paging';
import { mapAtOnce } from '../../shared/util/atOnce';
import { wantedCount } from '../engine/runRow';
import { filters, moment, text, toggle } from '../engine/fields';
import type { ItemContext, Resource } from '../engine/operation';
import { collectParameters } from '../engine/parameters';

/** Needs the app among "apps that may call the API" of Journal (汇报) in the admin console. */
export const journal: Resource = {
	value: 'journal',
	name: 'Journal',
	operations: [
		{
			value: 'get',
			name: 'Get',
			action: 'Get journal',
			description: 'Read one journal with its fields, readers and comments',
			doc: 93394,
			endpoint: ['POST', '/cgi-bin/oa/journal/get_record_detail'],
			reads: true,
			fields: [
				text('journaluuid', 'Journal ID', 'The "journaluuid", from Get Many', { required: true }),
			],
			pick: 'info',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many journals',
			description: 'List the journals submitted within up to a month',
			doc: 93393,
			covers: ['oa.journal.get_record_list', 'oa.journal.get_record_detail'],
			reads: true,
			fields: [
				moment('starttime', 'After', 'Start of the period', { required: true }),
				moment('endtime', 'Before', 'End of the period', {
					required: true,
				}),
				toggle(
					'details',
					'Include Details',
					'Whether to read each one as Get does, which takes a call for each',
					{ local: true },
				),
				filters([
					text('creator', 'Creator', 'User ID of the author', { local: true }),
					text('department', 'Department ID', 'Department of the author', { local: true }),
					text('template_id', 'Template ID', 'Only journals of this template', { local: true }),
				]),
			],
			list: 'journaluuid_list',
			run: getJournals,
		},
		{
			value: 'getStatistics',
			name: 'Get Statistics',
			action: 'Get journal statistics',
			description: 'Read who has submitted a journal and who has not, within up to a year',
			doc: 93395,
			endpoint: ['POST', '/cgi-bin/oa/journal/get_stat_list'],
			reads: true,
			fields: [
				text('template_id', 'Template ID', 'From a journal that Get has read', { required: true }),
				moment('starttime', 'After', 'Start of the period', { required: true }),
				moment('endtime', 'Before', 'End of the period', { required: true }),
			],
			list: 'stat_list',
		},
	],
};

/** The IDs by time and filter (doc 93393), and the journals behind them if wanted. */
async function getJournals(item: ItemContext): Promise<IDataObject[]> {
	const { client, get, itemIndex } = item;
	const chosen = get<IDataObject>('filters', {});
	const conditions = ['creator', 'department', 'template_id']
		.filter((key) => String(chosen[key] ?? '') !== '')
		.map((key) => ({ key, value: String(chosen[key]) }));
	const body = { cursor: 0, ...collectParameters(item), filters: conditions };
	const read = async (path: string, more: IDataObject) =>
		await client.call({ method: 'POST', path, body: more, repeatable: true }, itemIndex);
	const found = await collect(
		async (page) => await read('/cgi-bin/oa/journal/get_record_list', { ...body, ...page }),
		'journaluuid_list',
		{
			style: 'cursor',
			request: { cursor: 'cursor', limit: 'limit' },
			response: { cursor: 'next_cursor', ending: 'endflag' },
		},
		wantedCount(item),
	);
	const journals = found.map(({ value }) => ({ journaluuid: String(value) }));
	if (!get<boolean>('details', false)) return journals;
	return await mapAtOnce(journals, async ({ journaluuid }) => {
		const { info } = await read('/cgi-bin/oa/journal/get_record_detail', { journaluuid });
		return info as IDataObject;
	});
}
