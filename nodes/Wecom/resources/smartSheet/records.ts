import type {
	IDataObject,
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { WecomClient } from '../../../shared/client/client';
import { collect } from '../../../shared/client/paging';
import type { ItemContext } from '../../engine/operation';
import { problem, splitIds, toTimestamp } from '../../engine/parameters';

/** The columns of a smart sheet as a form, and its cells in both directions (doc 99907, 101157, 101158). */

export interface Column {
	id: string;
	title: string;
	/** Without `FIELD_TYPE_`, such as `SINGLE_SELECT`. */
	type: string;
	options: Array<{ id: string; text: string }>;
}

const MAX_PAGE = 1000;
export const PAGES = {
	style: 'offset',
	request: { offset: 'offset', limit: 'limit' },
	max_limit: MAX_PAGE,
} as const;

/** Filled by WeCom itself. */
const READ_ONLY = [
	'CREATED_USER',
	'MODIFIED_USER',
	'CREATED_TIME',
	'MODIFIED_TIME',
	'AUTONUMBER',
	'FORMULA',
];
/** Lists that are shortened for reading. All others stay as they are, so that they can be written back. */
const SHORTENED = ['TEXT', 'SELECT', 'SINGLE_SELECT', 'USER', 'URL', 'AUTONUMBER'];
const NUMBERS = ['NUMBER', 'PROGRESS', 'CURRENCY', 'PERCENTAGE'];
const CHECKED = ['true', '1', 'yes'];
const UNCHECKED = ['false', '0', 'no'];
const TEXTS = ['PHONE_NUMBER', 'EMAIL', 'BARCODE'];
const HINTS: Record<string, string> = {
	SELECT: 'options',
	USER: 'user IDs',
	URL: 'link',
	REFERENCE: 'record IDs',
};

const known = new WeakMap<WecomClient, Map<string, Promise<Column[]>>>();

/** The columns of a sheet, read once per execution. */
export async function columnsOf(
	client: WecomClient,
	docid: string,
	sheet_id: string,
	itemIndex?: number,
): Promise<Column[]> {
	const sheets = known.get(client) ?? new Map<string, Promise<Column[]>>();
	known.set(client, sheets);
	const key = `${docid}/${sheet_id}`;
	const columns = sheets.get(key) ?? readColumns(client, { docid, sheet_id }, itemIndex);
	sheets.set(key, columns);
	columns.catch(() => sheets.delete(key));
	return await columns;
}

async function readColumns(
	client: WecomClient,
	sheet: IDataObject,
	itemIndex?: number,
): Promise<Column[]> {
	const path = '/cgi-bin/wedoc/smartsheet/get_fields';
	const fetch = async (page: IDataObject) =>
		await client.call(
			{ method: 'POST', path, body: { ...sheet, ...page }, repeatable: true },
			itemIndex,
		);
	const fields = await collect(
		fetch,
		'fields',
		{ ...PAGES, response: { total: 'total' } },
		Infinity,
	);
	return fields.map((field) => ({
		id: String(field.field_id),
		title: String(field.field_title),
		type: String(field.field_type).replace('FIELD_TYPE_', ''),
		options: optionsOf(field),
	}));
}

function optionsOf({ property_single_select, property_select }: IDataObject): Column['options'] {
	const property = (property_single_select ?? property_select) as
		| { options?: Column['options'] }
		| undefined;
	return property?.options ?? [];
}

/** The form of the sheet that was chosen. */
export async function getSmartSheetColumns(
	this: ILoadOptionsFunctions,
): Promise<ResourceMapperFields> {
	const value = (name: string) =>
		String(this.getNodeParameter(name, '', { extractValue: true }) as string);
	const client = await WecomClient.open(this);
	const columns = await columnsOf(client, value('docid'), value('sheet_id'));
	return { fields: columns.filter(({ type }) => !READ_ONLY.includes(type)).map(toFormField) };
}

function toFormField({ title, type, options }: Column): ResourceMapperField {
	const field: ResourceMapperField = {
		id: title,
		displayName: HINTS[type] ? `${title} (${HINTS[type]})` : title,
		required: false,
		defaultMatch: false,
		display: true,
		type: 'string',
	};
	if (NUMBERS.includes(type)) return { ...field, type: 'number' };
	if (type === 'CHECKBOX') return { ...field, type: 'boolean' };
	if (type === 'DATE_TIME') return { ...field, type: 'dateTime' };
	if (type === 'SINGLE_SELECT') {
		return {
			...field,
			type: 'options',
			options: options.map(({ text }) => ({ name: text, value: text })),
		};
	}
	return type === 'TEXT' || type in HINTS || TEXTS.includes(type)
		? field
		: { ...field, type: 'array' };
}

/** The cells of a record to write, from the mapper's values or the item itself. */
export async function cellsOf(
	item: ItemContext,
	docid: string,
	sheet_id: string,
): Promise<IDataObject> {
	const { client, context, get, itemIndex } = item;
	const mapper = get<{ mappingMode?: string; value?: IDataObject }>('columns', {} as never);
	const columns = await columnsOf(client, docid, sheet_id, itemIndex);
	const byItem = mapper.mappingMode === 'autoMapInputData';
	const given = (byItem ? context.getInputData()[itemIndex].json : mapper.value) ?? {};
	const cells: IDataObject = {};
	for (const [name, value] of Object.entries(given)) {
		const column = columns.find(({ id, title }) => title === name || id === name);
		if (!column) {
			if (byItem) continue;
			const titles = columns.map(({ title }) => title).join(', ');
			throw problem(
				item,
				`The sheet has no column '${name}'`,
				`Its columns are: ${titles}. Refresh the list of columns in the form.`,
			);
		}
		if (value === undefined || value === null || READ_ONLY.includes(column.type)) continue;
		// Only text can be made empty.
		if (typeof value === 'string' && value.trim() === '' && column.type !== 'TEXT') continue;
		cells[column.id] = toCell(item, column, value) as IDataObject[string];
	}
	if (Object.keys(cells).length === 0) {
		throw problem(
			item,
			'There is no value for any column',
			'Fill in a column, or give the input fields the names of the columns.',
		);
	}
	return cells;
}

const wrongValue = (
	item: ItemContext,
	title: string,
	value: unknown,
	wanted: string,
	todo: string,
) => {
	const shown = typeof value === 'object' ? JSON.stringify(value) : String(value);
	return problem(item, `'${title}' holds '${shown}' where the column needs ${wanted}`, todo);
};

/** One value as the column wants it (catalog: smart sheet cell values). Lists and objects are taken as WeCom's own form. */
function toCell(item: ItemContext, column: Column, value: unknown): unknown {
	const { type, title } = column;
	if (NUMBERS.includes(type)) {
		const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
		if (Number.isFinite(number)) return number;
		throw wrongValue(item, title, value, 'a number', 'Enter digits only.');
	}
	if (type === 'CHECKBOX') {
		const word = String(value).trim().toLowerCase();
		if (CHECKED.includes(word)) return true;
		if (UNCHECKED.includes(word)) return false;
		throw wrongValue(item, title, value, 'true or false', 'Also 1 or 0, and yes or no, are taken.');
	}
	if (type === 'DATE_TIME') return String(toTimestamp(item, title, value) * 1000);
	if (isCell(value) && value.length > 0) return value;
	if (TEXTS.includes(type)) return String(value);
	if (type === 'TEXT')
		return [
			{ type: 'text', text: typeof value === 'object' ? JSON.stringify(value) : String(value) },
		];
	if (type === 'URL') return [{ type: 'url', text: String(value), link: String(value) }];
	if (type === 'USER') return splitIds(value).map((user_id) => ({ user_id }));
	if (type === 'REFERENCE') return splitIds(value);
	if (type === 'SINGLE_SELECT') return [option(column, String(value))];
	if (type === 'SELECT') return splitIds(value).map((one) => option(column, one));
	return wholeCell(item, column, value);
}

/** By the ID of an option that is there, else by its text, which adds it. */
function option({ options }: Column, wanted: string): IDataObject {
	const found = options.find(({ id, text }) => text === wanted || id === wanted);
	return found ? { id: found.id, text: found.text } : { text: wanted };
}

/** WeCom's own form of a cell: a list of objects. */
const isCell = (value: unknown): value is IDataObject[] =>
	Array.isArray(value) && value.every((entry) => typeof entry === 'object' && entry !== null);

function wholeCell(item: ItemContext, { title, type }: Column, value: unknown): unknown {
	try {
		const cell: unknown = typeof value === 'string' ? JSON.parse(value) : value;
		if (isCell(cell)) return cell;
	} catch {
		// Said below.
	}
	throw problem(
		item,
		`'${title}' is not a JSON list of objects`,
		`A column of the type ${type} takes the list that WeCom documents for it: https://developer.work.weixin.qq.com/document/path/99907.`,
	);
}

/** A record with plain values by the titles of the columns: texts, numbers, dates as ISO text, names of options, user IDs. */
export function simpleRecord(record: IDataObject, columns: Column[]): IDataObject {
	const values = (record.values ?? {}) as IDataObject;
	const types = new Map(columns.map(({ title, type }) => [title, type]));
	const plain = Object.entries(values).map(([title, cell]) => [
		title,
		simpleCell(cell, types.get(title)),
	]);
	return { record_id: record.record_id, ...(Object.fromEntries(plain) as IDataObject) };
}

function simpleCell(cell: unknown, type = ''): unknown {
	if (/_TIME$/.test(type) && /^\d+$/.test(String(cell)))
		return new Date(Number(cell)).toISOString();
	if (!Array.isArray(cell) || !SHORTENED.includes(type)) return cell;
	const entries = cell as Array<IDataObject | string>;
	if (type === 'URL') return (entries[0] as IDataObject | undefined)?.link ?? '';
	const inner = entries.map((entry) =>
		typeof entry === 'object' ? (entry.text ?? entry.user_id) : entry,
	);
	// External members have no ID that could be written.
	if (inner.includes(undefined)) return cell;
	if (type === 'TEXT' || type === 'AUTONUMBER') return inner.join('');
	if (type === 'SINGLE_SELECT') return inner[0] ?? '';
	return inner;
}
