import type {
	IDataObject,
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { WecomClient } from '../../../shared/client/client';
import { collect } from '../../../shared/client/paging';
import { parseReplyJson } from '../../../shared/protocol/reply';
import type { Field, ItemContext } from '../../engine/operation';
import {
	idChosen,
	isEmpty,
	isOn,
	toDay,
	toNumber,
	toText,
	toTimestamp,
} from '../../engine/convert';
import { toIds, toTexts } from '../../engine/ids';
import { isDayOnly } from '../../engine/dates';
import { problem } from '../../engine/problem';
import { docid } from '../document';
import { sheet } from './fields';
import { isObject } from '../../../shared/util/isObject';
import { jsonIn, plain } from '../../../shared/util/values';

/** The columns of a smart sheet as a form, and its cells in both directions (doc 99907, 101157, 101158). */

export interface Column {
	id: string;
	title: string;
	/** Without `FIELD_TYPE_`, such as `SINGLE_SELECT`. */
	type: string;
	options: Array<{ id: string; text: string }>;
	/** A date without a time. */
	isDay: boolean;
}

const MAX_PAGE = 1000;
export const RECORD_PAGES = {
	style: 'offset',
	request: { offset: 'offset', limit: 'limit' },
	max_limit: MAX_PAGE,
} as const;

/** The types of columns that WeCom fills itself. */
const READ_ONLY = [
	'CREATED_USER',
	'MODIFIED_USER',
	'CREATED_TIME',
	'MODIFIED_TIME',
	'AUTONUMBER',
	'FORMULA',
	// WeCom drops what is written here.
	'REFERENCE',
];
/** Lists that are shortened for reading. All others stay as they are, so that they can be written back. */
const SHORTENED = ['TEXT', 'SELECT', 'SINGLE_SELECT', 'USER', 'URL', 'AUTONUMBER'];
const NUMBERS = ['NUMBER', 'PROGRESS', 'CURRENCY', 'PERCENTAGE'];
const TEXTS = ['PHONE_NUMBER', 'EMAIL', 'BARCODE'];
/** The types of columns by which a record can be found. */
const MATCHED = ['TEXT', 'NUMBER', 'DATE_TIME', 'SINGLE_SELECT', 'URL', 'USER', ...TEXTS];
const HINTS: Record<string, string> = {
	SELECT: 'options',
	USER: 'user IDs',
	URL: 'link',
};

const known = new WeakMap<WecomClient, Map<string, Promise<Column[]>>>();

/** The columns of a sheet, read once per execution. */
export async function columnsOf(
	client: WecomClient,
	{ docid, sheet_id }: { docid: string; sheet_id: string },
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
		{ ...RECORD_PAGES, response: { total: 'total' } },
		Infinity,
	);
	return fields.map((field) => ({
		id: String(field.field_id),
		title: String(field.field_title),
		type: String(field.field_type).replace('FIELD_TYPE_', ''),
		options: optionsOf(field),
		isDay: isDayFormat(field),
	}));
}

function optionsOf({ property_single_select, property_select }: IDataObject): Column['options'] {
	const property = (property_single_select ?? property_select) as
		| { options?: Column['options'] }
		| undefined;
	return property?.options ?? [];
}

/** Whether dates are shown without a time, as their format says. */
function isDayFormat({ property_date_time }: IDataObject): boolean {
	const { format } = (property_date_time ?? {}) as { format?: string };
	return format !== undefined && !/h/i.test(format);
}

/** The form of the sheet that was chosen. */
export async function getSmartSheetColumns(
	this: ILoadOptionsFunctions,
): Promise<ResourceMapperFields> {
	// n8n's own way to read a locator refuses an ID where it expects an address.
	const chosen = (field: Field) => idChosen(field, this.getNodeParameter(field.name, ''));
	const client = await WecomClient.open(this);
	const place = { docid: chosen(docid), sheet_id: chosen(sheet()) };
	const columns = await columnsOf(client, place);
	return { fields: columns.filter(({ type }) => !READ_ONLY.includes(type)).map(toFormField) };
}

/** What a cell counts as when records are matched on its column. */
export const cellKey = (cell: unknown, { type }: Column): string => {
	const plain = simpleCell(cell, type);
	return typeof plain === 'string' ? plain.trim() : JSON.stringify(plain);
};

function toFormField({ title, type, options }: Column): ResourceMapperField {
	const field: ResourceMapperField = {
		id: title,
		displayName: HINTS[type] ? `${title} (${HINTS[type]})` : title,
		required: false,
		defaultMatch: false,
		canBeUsedToMatch: MATCHED.includes(type),
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
	place: { docid: string; sheet_id: string },
): Promise<IDataObject> {
	const { client, context, get, itemIndex } = item;
	const mapper = get<{ mappingMode?: string; value?: IDataObject }>('columns', {} as never);
	const columns = await columnsOf(client, place, itemIndex);
	const byItem = mapper.mappingMode === 'autoMapInputData';
	const given = (byItem ? context.getInputData()[itemIndex].json : mapper.value) ?? {};
	const cells: IDataObject = {};
	const named = columnsNamed(columns, Object.keys(given));
	for (const [name, value] of Object.entries(given)) {
		const column = named.get(name);
		if (!column) {
			if (byItem) continue;
			const titles = columns.map(({ title }) => title).join(', ');
			throw problem(
				item,
				`The sheet has no column '${name}'`,
				`Its columns are: ${titles}. Refresh the list of columns in the form.`,
			);
		}
		// Columns that WeCom fills are skipped: a record that was read from the sheet has them, too.
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

/**
 * The columns that names stand for, by title or ID. A heading of a file may have a byte order mark before it, spaces around it or
 * full-width characters in it: the first such name means a column that has none of its own.
 */
function columnsNamed(columns: Column[], names: string[]): Map<string, Column> {
	const named = new Map<string, Column>();
	const exact = names.map((name) => columns.find(({ id, title }) => title === name || id === name));
	const free = new Set(columns.filter((column) => !exact.includes(column)));
	for (const [index, name] of names.entries()) {
		const column = exact[index] ?? [...free].find(({ title }) => plain(title) === plain(name));
		if (!column) continue;
		free.delete(column);
		named.set(name, column);
	}
	return named;
}

/** One value as the column wants it (catalog: smart sheet cell values). WeCom's own form, a list of objects, is taken as it is. */
function toCell(item: ItemContext, column: Column, value: unknown): unknown {
	const { type, title } = column;
	if (NUMBERS.includes(type)) return toNumber(item, fieldOf(column), value);
	if (type === 'CHECKBOX') return isOn(item, title, value);
	if (type === 'DATE_TIME') {
		const isDay = column.isDay || isDayOnly(value);
		return String((isDay ? toDay : toTimestamp)(item, title, value) * 1000);
	}
	if (isCell(value) && value.length > 0) return value;
	if (isOwnForm(type, value)) return [value];
	if (type in OWN_FORM) refuseObjects(item, column, value);
	return ofPlain(item, column, value);
}

/** The cell for a value that is no object; a list of one, where the column holds one. */
function ofPlain(item: ItemContext, column: Column, given: unknown): unknown {
	const { type, title } = column;
	const isListOfOne = Array.isArray(given) && given.length === 1 && typeof given[0] !== 'object';
	// In these columns a list is the value, and each of its entries stays as it is.
	const holdsList = ['SELECT', 'USER'].includes(type);
	const value: unknown = isListOfOne && !holdsList ? given[0] : given;
	if (TEXTS.includes(type)) return toText(item, title, value);
	if (type === 'TEXT') return [{ type: 'text', text: toText(item, title, value) }];
	if (type === 'URL') {
		const link = toText(item, title, value);
		return [{ type: 'url', text: link, link }];
	}
	if (type === 'USER') return toIds(item, title, value).map((user_id) => ({ user_id }));
	if (type === 'SINGLE_SELECT') return [option(column, toText(item, title, value).trim())];
	if (type === 'SELECT') return optionsIn(item, column, value);
	return wholeCell(item, column, value);
}

const fieldOf = ({ title }: Column): Field => ({
	name: title,
	displayName: title,
	type: 'number',
	default: '',
});

/** The fields by which an object is known as WeCom's own form of a cell. */
const OWN_FORM: Record<string, string[]> = {
	TEXT: ['text'],
	URL: ['link'],
	USER: ['user_id', 'tmp_external_userid'],
	SINGLE_SELECT: ['id', 'text'],
	SELECT: ['id', 'text'],
};

const isOwnForm = (type: string, value: unknown): boolean =>
	isObject(value) && (OWN_FORM[type] ?? []).some((name) => !isEmpty(value[name]));

/** An object that WeCom does not know would become a new option or a member of that name. */
function refuseObjects(item: ItemContext, { type, title }: Column, value: unknown): void {
	const isDate = (one: unknown) => typeof (one as { toJSON?: unknown }).toJSON === 'function';
	const isThing = (one: unknown) => typeof one === 'object' && one !== null && !isDate(one);
	if (![value].flat().some(isThing)) return;
	throw problem(
		item,
		`'${title}' is an object where the column needs ${HINTS[type] ?? (type === 'TEXT' ? 'text' : 'an option')}`,
		`Let the expression give one value of it, or WeCom's own form with ${OWN_FORM[type].join(' or ')}.`,
	);
}

/** The options that a text or list names; the name of one may have a comma in it. */
function optionsIn(item: ItemContext, column: Column, value: unknown): IDataObject[] {
	const names = column.options.map(({ text }) => text);
	return toTexts(item, column.title, value, names).map((one) => option(column, one));
}

/** An option: named by its ID where the column has it, else by its text, which adds a new option. */
function option({ options }: Column, wanted: string): IDataObject {
	const found = options.find(({ id, text }) => text === wanted || id === wanted);
	return found ? { id: found.id, text: found.text } : { text: wanted };
}

/** WeCom's own form of a cell: a list of objects. */
const isCell = (value: unknown): value is IDataObject[] =>
	Array.isArray(value) && value.every((entry) => typeof entry === 'object' && entry !== null);

function wholeCell(item: ItemContext, { title, type }: Column, value: unknown): unknown {
	const cell: unknown = typeof value === 'string' ? parseReplyJson(jsonIn(value)) : value;
	if (isCell(cell)) return cell;
	// One object is a list of one.
	if (isObject(cell)) return [cell];
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
