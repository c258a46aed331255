/** The table of an edition: which texts it must have, and what it says. */
import fs from 'node:fs';
import path from 'node:path';
import type ts from 'typescript';
import { textsInData } from './data.cts';
import { SAME } from './rules.cts';
import { packageProgram, textsInCode, type Found, type Table } from './texts.cts';

export const TABLE = 'locales/zh-CN.json';
const file = path.resolve(__dirname, '../..', TABLE);

export const readTable = (): Table => JSON.parse(fs.readFileSync(file, 'utf8')) as Table;

/** Every text that an edition has to say in its own words, with the places where it stands. */
export function neededTexts(program: ts.Program = packageProgram()): Found {
	const found = [...textsInCode(program), ...textsInData()].filter(([text]) => !SAME.has(text));
	return new Map(found);
}

/** Compares the table with the texts that are needed: those it lacks, and entries that no text needs any more. */
export function compare(needed: Found, table: Table): { missing: string[]; dead: string[] } {
	return {
		missing: [...needed.keys()].filter((text) => !table[text]),
		dead: Object.keys(table).filter((text) => !needed.has(text.replace(/\|nodes\/\S+$/, ''))),
	};
}

export function writeTable(table: Table): void {
	const sorted = Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
	fs.writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, '\t')}\n`);
}
