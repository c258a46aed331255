import type { IDataObject } from 'n8n-workflow';
import { WecomClient } from '../../../shared/client/client';
import { collect } from '../../../shared/client/paging';
import { isEmpty } from '../../engine/convert';
import type { ItemContext } from '../../engine/operation';
import { collectParameters } from '../../engine/parameters';
import { problem } from '../../engine/problem';
import { cellKey, cellsOf, columnsOf, RECORD_PAGES, simpleRecord, type Column } from './records';

/** Records that are added to a smart sheet or changed in it (docs 99907, 99909). */

export const BASE = '/cgi-bin/wedoc/smartsheet';
export const GET_RECORDS = `${BASE}/get_records`;
export const RECORD_LIST = {
	...RECORD_PAGES,
	response: { offset: 'next', total: 'total', has_more: 'has_more' },
};

const BY_ID = 'CELL_VALUE_KEY_TYPE_FIELD_ID';
export const BY_TITLE = 'CELL_VALUE_KEY_TYPE_FIELD_TITLE';

/** `add_records`, `update_records` (doc 99907, 99909) with one record; Additional Parameters may give several. */
export async function writeRecord(
	item: ItemContext,
	endpoint: string,
): Promise<IDataObject | IDataObject[]> {
	const { client, itemIndex } = item;
	const { record_id, ...sent } = collectParameters(item);
	const path = `${BASE}/${endpoint}`;
	if (sent.records !== undefined) {
		const body = { key_type: BY_TITLE, ...sent };
		const { records = [] } = await client.call({ method: 'POST', path, body }, itemIndex);
		return records as IDataObject[];
	}
	const sheet = sheetOf(sent);
	const values = await cellsOf(item, sheet);
	return await write(item, sent, { ...(record_id !== undefined && { record_id }), values });
}

interface Sheet {
	docid: string;
	sheet_id: string;
}

export const sheetOf = ({ docid, sheet_id }: IDataObject): Sheet => ({
	docid: String(docid),
	sheet_id: String(sheet_id),
});

/** One record, changed where it has an ID and added otherwise; as the item shows it. */
async function write(
	{ client, itemIndex }: ItemContext,
	sent: IDataObject,
	record: IDataObject & { values: IDataObject },
): Promise<IDataObject> {
	const path = `${BASE}/${record.record_id === undefined ? 'add' : 'update'}_records`;
	const body = { key_type: BY_ID, records: [record], ...sent };
	const reply = await client.call({ method: 'POST', path, body }, itemIndex);
	const [written] = (reply.records ?? []) as IDataObject[];
	const columns = await columnsOf(client, sheetOf(sent), itemIndex);
	const values = titled(record.values, columns);
	return simpleRecord({ ...record, ...written, values }, columns);
}

const titled = (values: IDataObject, names: Array<{ id: string; title: string }>): IDataObject =>
	Object.fromEntries(
		Object.entries(values).map(([id, cell]) => [
			names.find((one) => one.id === id)?.title ?? id,
			cell,
		]),
	);

/** The records of a sheet by what they have in one column: read once per execution, then kept up to date. */
interface Keys {
	records: Promise<Map<string, string>>;
	/** The writing of the item before. Items wait for it, so that two with the same key do not both add a record. */
	last: Promise<unknown>;
}

const known = new WeakMap<WecomClient, Map<string, Keys>>();

/** Changes the record that has the item's value in the chosen column, the first one if there are several, or adds one. */
export async function upsertRecord(item: ItemContext): Promise<IDataObject> {
	const { client, itemIndex } = item;
	const sent = collectParameters(item);
	const sheet = sheetOf(sent);
	const column = keyColumn(item, await columnsOf(client, sheet, itemIndex));
	const values = await cellsOf(item, sheet);
	if (isEmpty(values[column.id]))
		throw problem(
			item,
			`'${column.title}' is empty`,
			'The records are matched on this column: give it a value, or filter out the items without one.',
		);
	const keys = keysOf(item, sheet, column);
	const key = cellKey(values[column.id], column);
	const done = keys.last.then(async () => {
		const records = await keys.records;
		const record_id = records.get(key);
		const written = await write(item, sent, { ...(record_id && { record_id }), values });
		if (written.record_id) records.set(key, String(written.record_id));
		return { ...written, action: record_id ? 'updated' : 'appended' };
	});
	keys.last = done.catch(() => {});
	return await done;
}

function keyColumn(item: ItemContext, columns: Column[]): Column {
	const { matchingColumns = [] } = item.get<{ matchingColumns?: string[] | null }>('columns', {});
	const [wanted, ...more] = matchingColumns ?? [];
	const column = columns.find(({ id, title }) => title === wanted || id === wanted);
	if (column && more.length === 0) return column;
	throw problem(
		item,
		wanted === undefined || more.length > 0
			? `${more.length > 0 ? 'Several columns are' : 'No column is'} chosen to match on`
			: `The sheet has no column '${wanted}'`,
		"Choose one under 'Column to match on': records are found by it.",
	);
}

function keysOf({ client, itemIndex }: ItemContext, sheet: Sheet, column: Column): Keys {
	const sheets = known.get(client) ?? new Map<string, Keys>();
	known.set(client, sheets);
	const name = [sheet.docid, sheet.sheet_id, column.id].join('/');
	const keys = sheets.get(name) ?? {
		records: readKeys(client, sheet, column, itemIndex),
		last: Promise.resolve(),
	};
	sheets.set(name, keys);
	keys.records.catch(() => sheets.delete(name));
	return keys;
}

async function readKeys(
	client: WecomClient,
	sheet: Sheet,
	column: Column,
	itemIndex: number,
): Promise<Map<string, string>> {
	const body = { ...sheet, key_type: BY_TITLE, field_titles: [column.title] };
	const fetch = async (page: IDataObject) =>
		await client.call(
			{ method: 'POST', path: GET_RECORDS, body: { ...body, ...page }, repeatable: true },
			itemIndex,
		);
	const records = await collect(fetch, 'records', RECORD_LIST, Infinity);
	const found = new Map<string, string>();
	for (const { record_id, values } of records) {
		const cell = ((values ?? {}) as IDataObject)[column.title];
		const key = cellKey(cell, column);
		if (!isEmpty(cell) && !found.has(key)) found.set(key, String(record_id));
	}
	return found;
}
