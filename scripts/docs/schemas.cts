/**
 * What items look like (`nodes/Wecom/__schema__`) for the operations people use most, from WeCom's tables of answers, so that n8n
 * can offer fields before a node has run.
 */
import { coveredEndpoints } from '../../nodes/Wecom/resources/api/api';
import { findOperation } from '../../nodes/Wecom/resources';
import factsFile from '../../test/fixtures/catalog-facts.json';

/**
 * The operations whose fields people map most, as `<resource>.<operation>`. Their rows say where the items are in WeCom's answer.
 */
const OPERATIONS = [
	'approval.get',
	'approval.getLeaveBalance',
	'approval.getLeaveTypes',
	'attendance.getManyRecords',
	'attendance.getDailyReports',
	'calendar.create',
	'customer.getManyServed',
	'customerContactWay.create',
	'customerContactWay.get',
	'customerGroup.get',
	'customerGroup.getAll',
	'customerMessage.getBulkMessageResults',
	'customerMessage.getBulkMessageTasks',
	'customerService.getCustomers',
	'customerService.getSession',
	'department.get',
	'department.getAll',
	'document.create',
	'document.get',
	'driveFile.getAll',
	'driveFile.get',
	'form.get',
	'groupChat.get',
	'journal.get',
	'login.getUserDetail',
	'meeting.create',
	'meeting.get',
	'meetingRoom.book',
	'meetingRoom.getAll',
	'meetingRoom.getBookings',
	'member.get',
	'member.getByEmail',
	'member.getByMobile',
	'schedule.create',
	'schedule.getAll',
	'smartSheet.getColumns',
	'smartSheet.getManySheets',
	'tag.get',
	'tag.getAll',
];

/** The items of operations that do more than a row can say: fields from these places of the answer, and some of their own. */
export const MADE_ITEMS: Record<string, { from?: string[]; own?: FactField[] }> = {
	'approval.getAll': { own: [{ name: 'sp_no', type: 'string' }] },
	'approval.submit': { from: [''] },
	'customer.get': { from: ['external_contact', ''] },
	'customer.getAll': { own: [{ name: 'external_userid', type: 'string' }] },
	'customer.getManyWithDetails': {
		from: ['external_contact_list.external_contact', 'external_contact_list'],
		own: [{ name: 'warning', type: 'string' }],
	},
	'customer.getMembers': { own: [{ name: 'userid', type: 'string' }] },
	'customerMessage.createBulkMessage': { from: [''], own: [{ name: 'warning', type: 'string' }] },
	'customerService.getMessages': {
		from: ['msg_list'],
		own: [{ name: 'next_cursor', type: 'string' }],
	},
	'customerService.sendMessage': { from: [''] },
	'driveFile.upload': { from: [''], own: [{ name: 'file_name', type: 'string' }] },
	'groupChat.create': { from: [''] },
	'groupChat.sendMessage': {
		own: [
			{ name: 'chatid', type: 'string' },
			{ name: 'messages', type: 'integer' },
			{ name: 'sent', type: 'boolean' },
		],
	},
	'jsSdk.getTicket': {
		own: [
			{ name: 'expiresAt', type: 'string' },
			{ name: 'expiresInSeconds', type: 'integer' },
			{ name: 'ticket', type: 'string' },
		],
	},
	'journal.getAll': { own: [{ name: 'journaluuid', type: 'string' }] },
	'login.getUserInfo': { from: [''] },
	'media.upload': { from: [''] },
	'media.uploadAttachment': { from: [''] },
	'media.uploadImage': { from: [''] },
	'member.getAll': { from: ['userlist'] },
	'message.send': {
		from: [''],
		own: [
			{ name: 'msgids', type: 'string[]' },
			{ name: 'warning', type: 'string' },
		],
	},
	'messagePush.send': {
		own: [
			{ name: 'messages', type: 'integer' },
			{ name: 'sent', type: 'boolean' },
		],
	},
};

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

/** The folder of the schemas, which holds nothing else. */
export const SCHEMA_DIR = 'nodes/Wecom/__schema__/v1.0.0';

/** Every schema as text, by its file below `SCHEMA_DIR`. */
export function renderSchemas(): Map<string, string> {
	return new Map(
		[...OPERATIONS, ...Object.keys(MADE_ITEMS)].map((id) => {
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
	const answer = facts.find((fact) => fact.id === id)?.response ?? [];
	const { list, pick, simplify } = operation;
	const { from = [], own = [] } = MADE_ITEMS[`${resource}.${name}`] ?? {
		from: [list ?? pick ?? ''],
	};
	const shown = from
		.flatMap((place) => fieldsAt(answer, place))
		.filter(({ name: one }) => one !== 'errcode' && one !== 'errmsg')
		.filter((field) => !Array.isArray(simplify) || simplify.includes(field.name));
	const fields = [...shown, ...own];
	if (fields.length === 0) throw new Error(`The answer to ${resource}.${name} is not documented`);
	return fields;
}

const fieldsAt = (answer: FactField[], place: string): FactField[] =>
	place
		.split('.')
		.filter(Boolean)
		.reduce((fields, key) => fields.find(({ name }) => name === key)?.fields ?? [], answer);

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
