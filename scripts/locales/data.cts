/** The texts in the data that ships beside the code: what to do about errors, and the labels of the catalog's fields. */
import fs from 'node:fs';
import path from 'node:path';
import { wordsFor, type Found, type Table } from './texts.cts';

type Words = (text: string) => string;
type Row = unknown[];

const root = path.resolve(__dirname, '../..');
const ERRORS = 'nodes/shared/protocol/errorTable.json';
const CATALOG = 'nodes/Wecom/resources/api/catalog/data';
const ENDPOINTS = `${CATALOG}/endpoints.json`;
/**
 * The Chinese names of the endpoints. Every edition has them to search in; the build of the Chinese one switches their display
 * on.
 */
const CHINESE_NAMES = 'nodes/Wecom/resources/api/catalog/chinese.json';

/** The data files with texts, by their path in the checkout and in the build. */
const dataFiles = () => [
	ERRORS,
	...fs
		.readdirSync(path.join(root, CATALOG))
		.map((name) => `${CATALOG}/${name}`)
		.filter((file) => file !== ENDPOINTS),
];

/** Every text in the data. */
export function textsInData(): Found {
	const found: Found = new Map();
	for (const file of dataFiles()) {
		reworded(file, read(path.join(root, file)), (text) => {
			if (/[A-Za-z]{2}/.test(text)) found.set(text, [...(found.get(text) ?? []), file]);
			return text;
		});
	}
	return found;
}

/** Puts the words of the table into the data of a build. A text without an entry stays as it is. */
export function translateData(build: string, table: Table): void {
	for (const file of dataFiles()) {
		const target = path.join(build, file);
		const data = reworded(file, read(target), (text) => wordsFor(table, text, file) || text);
		fs.writeFileSync(target, JSON.stringify(data));
	}
	const names = path.join(build, CHINESE_NAMES);
	fs.writeFileSync(names, JSON.stringify({ ...read(names), shown: true }));
}

const read = (file: string) => JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, Row>;

function reworded(file: string, data: Record<string, Row>, words: Words): Record<string, Row> {
	const reword =
		file === ERRORS
			? errorRow
			: (rows: Row, to: Words) => rows.map((it) => fieldRow(it as Row, to));
	return Object.fromEntries(Object.entries(data).map(([key, row]) => [key, reword(row, words)]));
}

/** A row of the table of errors: what happened, what to do, and the class, of which the first two are texts. */
const errorRow = ([what, todo, ...rest]: Row, words: Words): Row => [
	words(what as string),
	words(todo as string),
	...rest,
];

/**
 * A row of a catalog's field: name, type, label, then as far as there are any help, the labels of known values, and fields of its
 * own.
 */
function fieldRow([name, type, label, ...parts]: Row, words: Words): Row {
	const reworded = parts.map((part) => {
		if (typeof part === 'string') return words(part);
		if (Array.isArray(part)) return part.map((row) => fieldRow(row as Row, words));
		const labels = Object.entries(part as Record<string, string>);
		return Object.fromEntries(labels.map(([value, text]) => [value, words(text)]));
	});
	return [name, type, words(label as string), ...reworded];
}
