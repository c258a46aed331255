/**
 * Writes what items look like (`nodes/Wecom/__schema__`) for the operations people use most, from WeCom's tables of answers, so
 * that n8n can offer fields before a node has run: `node -r tsx/cjs scripts/schemas.cts`. A test says when they are out of date.
 */
import fs from 'node:fs';
import path from 'node:path';
import { coveredEndpoints } from '../nodes/Wecom/resources/api';
import { findOperation } from '../nodes/Wecom/resources';
import factsFile from '../test/fixtures/catalog-facts.json';

/** `<resource>.<operation>`: what a person maps fields of. */
const OPERATIONS = [
	'approval.get',
	'approval.getLeaveBalance',
	'approval.getLeaveTypes',
	'attendance.getRecords',
	'attendance.getDailyReports',
	'calendar.create',
	'department.get',
	'department.getAll',
	'document.create',
	'document.get',
	'driveFile.getAll',
	'driveFile.get',
	'form.get',
	'journal.get',
	'meeting.create',
	'meeting.get',
	'meetingRoom.book',
	'meetingRoom.getAll',
	'meetingRoom.getBookings',
	'member.get',
	'schedule.create',
	'schedule.getAll',
	'smartSheet.getFields',
	'smartSheet.getSheets',
	'tag.get',
	'tag.getAll',
];

interface FactField {
	name: string;
	type: string;
	fields?: FactField[];
}
interface Fact {
	id: string;
	response?: FactField[];
}
const facts = factsFile.endpoints as unknown as Fact[];

interface Schema {
	type: string;
	properties?: Record<string, Schema>;
	items?: Schema;
}

export const schemaDir = path.resolve(__dirname, '../nodes/Wecom/__schema__/v1.0.0');

/** File (relative to `schemaDir`) -> text. */
export function renderSchemas(): Map<string, string> {
	return new Map(
		OPERATIONS.map((id) => {
			const [resource, name] = id.split('.');
			const schema = { ...schemaOf(itemFields(resource, name)), version: 1 };
			return [`${resource}/${name}.json`, `${JSON.stringify(schema, undefined, '\t')}\n`];
		}),
	);
}

/** The fields of an item, from the table of WeCom's answer. */
function itemFields(resource: string, name: string): FactField[] {
	const operation = findOperation(resource, name);
	if (!operation) throw new Error(`There is no operation ${resource}.${name}`);
	const [id] = coveredEndpoints(operation);
	let fields = facts.find((fact) => fact.id === id)?.response ?? [];
	const { list, pick, simplify } = operation;
	for (const key of (list ?? pick)?.split('.') ?? []) {
		fields = fields.find((field) => field.name === key)?.fields ?? [];
	}
	const shown = fields.filter(({ name: one }) => one !== 'errcode' && one !== 'errmsg');
	if (shown.length === 0) throw new Error(`The answer to ${resource}.${name} is not documented`);
	return Array.isArray(simplify) ? shown.filter((field) => simplify.includes(field.name)) : shown;
}

function schemaOf(fields: FactField[]): Schema {
	const properties = [...fields]
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.map((field) => [field.name, typeSchema(field.type, field.fields ?? [])] as const);
	return { type: 'object', properties: Object.fromEntries(properties) };
}

function typeSchema(type: string, fields: FactField[]): Schema {
	if (type.endsWith('[]')) return { type: 'array', items: typeSchema(type.slice(0, -2), fields) };
	return type === 'object' && fields.length > 0 ? schemaOf(fields) : { type };
}

if (require.main === module) {
	fs.rmSync(path.dirname(schemaDir), { recursive: true, force: true });
	for (const [file, text] of renderSchemas()) {
		const target = path.join(schemaDir, file);
		fs.mkdirSync(path.dirname(target), { recursive: true });
		fs.writeFileSync(target, text);
	}
}
