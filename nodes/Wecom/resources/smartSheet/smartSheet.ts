import type { IDataObject } from 'n8n-workflow';
import { collect } from '../../../shared/client/paging';
import { wantedCount } from '../../engine/runRow';
import { choice, filters, integer, json, rows, text, toggle } from '../../engine/fields';
import type { Operation, ItemContext, Resource } from '../../engine/operation';
import { columns, sheet } from './fields';
import { columnsOf, RECORD_PAGES, simpleRecord } from './records';
import {
	BASE,
	BY_TITLE,
	GET_RECORDS,
	RECORD_LIST,
	sheetOf,
	upsertRecord,
	writeRecord,
} from './write';
import { collectParameters } from '../../engine/parameters';
import { docid } from '../document';

const recordId = text('record_id', 'Record ID', 'The "record_id" of the record', {
	required: true,
});
const TYPES: Array<[string, string]> = [
	['Checkbox', 'CHECKBOX'],
	['Currency', 'CURRENCY'],
	['Date', 'DATE_TIME'],
	['Email', 'EMAIL'],
	['File', 'ATTACHMENT'],
	['Image', 'IMAGE'],
	['Link', 'URL'],
	['Location', 'LOCATION'],
	['Member', 'USER'],
	['Multiple Select', 'SELECT'],
	['Number', 'NUMBER'],
	['Percentage', 'PERCENTAGE'],
	['Phone Number', 'PHONE_NUMBER'],
	['Progress', 'PROGRESS'],
	['Single Select', 'SINGLE_SELECT'],
	['Text', 'TEXT'],
];

const operation = (row: Omit<Operation, 'call'> & { path?: string }): Operation => {
	const { path, ...rest } = row;
	return { ...rest, ...(path && { endpoint: ['POST', `${BASE}/${path}`] }) };
};

export const smartSheet: Resource = {
	value: 'smartSheet',
	name: 'Smart Sheet',
	operations: [
		operation({
			value: 'addColumns',
			name: 'Add Columns',
			action: 'Add columns to smart sheet',
			description: 'Add columns to a sheet',
			doc: 99904,
			path: 'add_fields',
			fields: [
				docid,
				sheet(),
				rows(
					'fields',
					'Columns',
					'Column',
					[
						text('field_title', 'Title', 'Name of the column', { required: true }),
						choice(
							'field_type',
							'Type',
							'What the column holds',
							TYPES.map(([name, value]) => ({ name, value: `FIELD_TYPE_${value}` })),
							{ default: 'FIELD_TYPE_TEXT' },
						),
						json(
							'properties',
							'Properties (JSON)',
							'Such as {"property_number": {"decimal_places": 2}}',
							{
								spread: true,
							},
						),
					],
					{ required: true },
				),
			],
			list: 'fields',
			whole: true,
		}),
		operation({
			value: 'addSheet',
			name: 'Add Sheet',
			action: 'Add sheet to smart sheet document',
			description: 'Add a sheet to a document',
			doc: 99896,
			path: 'add_sheet',
			fields: [
				docid,
				text('title', 'Title', 'Name of the sheet', { path: 'properties.title' }),
				integer('index', 'Position', 'Its place, starting at 0', {
					path: 'properties.index',
					default: '',
				}),
			],
			pick: 'properties',
		}),
		operation({
			value: 'appendRecord',
			name: 'Append Record',
			action: 'Append record to smart sheet',
			description: 'Add a record with the values of the item',
			doc: 99907,
			covers: ['wedoc.smartsheet.add_records'],
			fields: [docid, sheet(), columns('add')],
			run: async (item) => await writeRecord(item, 'add_records'),
		}),
		operation({
			value: 'appendOrUpdateRecord',
			name: 'Append or Update Record',
			action: 'Append or update record of smart sheet',
			description: 'Update the record with the same value in a column, or add one if there is none',
			doc: 99909,
			covers: [
				'wedoc.smartsheet.get_records',
				'wedoc.smartsheet.update_records',
				'wedoc.smartsheet.add_records',
			],
			fields: [docid, sheet(), columns('upsert')],
			run: upsertRecord,
		}),
		operation({
			value: 'deleteColumns',
			name: 'Delete Columns',
			action: 'Delete columns of smart sheet',
			description: 'Remove columns with all they hold',
			doc: 99905,
			path: 'delete_fields',
			fields: [
				docid,
				sheet(),
				text('field_ids', 'Column IDs', 'Comma-separated, from Get Columns', {
					convert: 'stringList',
					required: true,
				}),
			],
			returns: () => ({ deleted: true }),
		}),
		operation({
			value: 'deleteRecords',
			name: 'Delete Records',
			action: 'Delete records of smart sheet',
			description: 'Remove records, up to 500 at once',
			doc: 99908,
			path: 'delete_records',
			fields: [
				docid,
				sheet(),
				text('record_ids', 'Record IDs', 'Comma-separated', {
					convert: 'stringList',
					required: true,
				}),
			],
			returns: () => ({ deleted: true }),
		}),
		operation({
			value: 'deleteSheet',
			name: 'Delete Sheet',
			action: 'Delete sheet of smart sheet document',
			description: 'Remove a sheet with all it holds',
			doc: 99899,
			path: 'delete_sheet',
			fields: [docid, sheet()],
			returns: () => ({ deleted: true }),
		}),
		operation({
			value: 'getColumns',
			name: 'Get Columns',
			action: 'Get columns of smart sheet',
			description: 'List the columns of a sheet with their types',
			doc: 101157,
			path: 'get_fields',
			reads: true,
			fields: [docid, sheet()],
			list: 'fields',
			paging: { ...RECORD_PAGES, response: { total: 'total' } },
			simplify: ['field_id', 'field_title', 'field_type'],
		}),
		operation({
			value: 'getManyRecords',
			name: 'Get Many Records',
			action: 'Get many records of smart sheet',
			description: 'List the records of a sheet',
			doc: 101158,
			covers: ['wedoc.smartsheet.get_records'],
			reads: true,
			fields: [
				docid,
				sheet(),
				filters([
					text('field_titles', 'Columns', 'Comma-separated titles; all when left out', {
						convert: 'textList',
					}),
					json('filter_spec', 'Filter (JSON)', "WeCom's filter_spec; not together with Sort"),
					text('record_ids', 'Record IDs', 'Comma-separated; only these records', {
						convert: 'stringList',
					}),
					json('sort', 'Sort (JSON)', 'Such as [{"field_title": "Date", "desc": true}]', {
						convert: 'jsonList',
					}),
					text('view_id', 'View ID', 'Only the records of this view'),
				]),
			],
			list: 'records',
			simplify: true,
			run: getRecords,
		}),
		operation({
			value: 'getManySheets',
			name: 'Get Many Sheets',
			action: 'Get many sheets of smart sheet document',
			description: 'List the sheets of a document',
			doc: 101154,
			path: 'get_sheet',
			reads: true,
			fields: [
				docid,
				toggle(
					'need_all_type_sheet',
					'All Types',
					'Whether to list dashboards and help pages, too',
				),
			],
			list: 'sheet_list',
		}),
		operation({
			value: 'updateRecord',
			name: 'Update Record',
			action: 'Update record of smart sheet',
			description: 'Change the values of a record; columns left out stay as they are',
			doc: 99909,
			covers: ['wedoc.smartsheet.update_records'],
			fields: [docid, sheet(), recordId, columns('update')],
			run: async (item) => await writeRecord(item, 'update_records'),
		}),
		operation({
			value: 'renameSheet',
			name: 'Rename Sheet',
			action: 'Rename sheet of smart sheet document',
			description: 'Change the name of a sheet',
			doc: 99898,
			path: 'update_sheet',
			fields: [
				docid,
				sheet({ path: 'properties.sheet_id' }),
				text('title', 'Title', 'The new name', { required: true, path: 'properties.title' }),
			],
			returns: ({ properties }) => ({ ...(properties as IDataObject), success: true }),
		}),
	],
};

/** `get_records` (doc 101158), with plain values if wanted. */
async function getRecords(item: ItemContext): Promise<IDataObject[]> {
	const { client, get, itemIndex } = item;
	const body: IDataObject = { key_type: BY_TITLE, ...collectParameters(item) };
	const path = GET_RECORDS;
	const fetch = async (page: IDataObject) =>
		await client.call(
			{ method: 'POST', path, body: { ...body, ...page }, repeatable: true },
			itemIndex,
		);
	const records = await collect(fetch, 'records', RECORD_LIST, wantedCount(item));
	if (!get<boolean>('simplify', true)) return records;
	const names = await columnsOf(client, sheetOf(body), itemIndex);
	return records.map((record) => simpleRecord(record, names));
}
