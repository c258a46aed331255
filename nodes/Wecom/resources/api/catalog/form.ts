import type { IDataObject, ResourceMapperField } from 'n8n-workflow';
import { isObject } from '../../../../shared/util/isObject';
import { isAlwaysRequired } from './exceptions';
import type { CatalogField, Endpoint } from './format';

/** Objects are shown field by field down to this level, when they do not bring too many of them. */
const MAX_LEVELS = 2;
const MAX_FIELDS = { required: 40, optional: 30 };
/** The editor cuts what is longer off, hint and all. */
const MAX_LABEL = 52;

/** Objects have no form of their own in n8n: their fields get dotted ids, deep ones are entered as JSON. */
export function endpointFields(endpoint: Endpoint): ResourceMapperField[] {
	const fields = fieldsOf(endpoint, endpoint.fields, {
		id: '',
		label: '',
		required: true,
		level: 0,
	});
	const count = new Map<string, number>();
	for (const { displayName } of fields) count.set(displayName, (count.get(displayName) ?? 0) + 1);
	for (const field of fields) {
		if (count.get(field.displayName)! > 1) field.displayName += ` [${field.id}]`;
	}
	return fields;
}

/** Turns dotted ids back into objects and drops empty values. */
export function nest(values: IDataObject): IDataObject {
	const groups = new Map<string, { own?: unknown; inner: Array<[string, unknown]> }>();
	for (const [id, value] of Object.entries(values)) {
		if (value === null || value === undefined) continue;
		const dot = id.indexOf('.');
		const name = dot > 0 ? id.slice(0, dot) : id;
		const group = groups.get(name) ?? { inner: [] };
		groups.set(name, group);
		if (dot > 0) group.inner.push([id.slice(dot + 1), value]);
		else group.own = value;
	}
	// fromEntries makes every name an own property, `__proto__` too, so that nothing reaches a prototype.
	const entries = [...groups].map(([name, { own, inner }]) => {
		if (inner.length === 0) return [name, own];
		const object = nest(Object.fromEntries(inner) as IDataObject);
		return [name, isObject(own) ? { ...own, ...object } : object];
	});
	return Object.fromEntries(entries) as IDataObject;
}

interface Parent {
	id: string;
	label: string;
	/** Whether everything above is needed, so that needed fields are needed always. */
	required: boolean;
	level: number;
}

function fieldsOf(
	endpoint: Endpoint,
	fields: CatalogField[],
	parent: Parent,
): ResourceMapperField[] {
	return fields
		.filter((field) => field.type !== 'binary')
		.flatMap((field) => {
			const id = parent.id + field.name;
			const required = parent.required && field.required && isNeeded(endpoint, id);
			if (!opensUp(field, parent.level, required)) {
				return [formField(field, id, parent.label + field.label, required)];
			}
			return fieldsOf(endpoint, field.fields!, {
				id: `${id}.`,
				label: `${parent.label}${field.label}: `,
				required,
				level: parent.level + 1,
			});
		});
}

/** Cursor and page size come from how much is wanted; an empty first cursor could not be entered anyway. */
function isNeeded({ id: endpointId, paging }: Endpoint, id: string): boolean {
	return !Object.values(paging?.request ?? {}).includes(id) && isAlwaysRequired(endpointId, id);
}

function opensUp(field: CatalogField, level: number, required: boolean): boolean {
	if (field.type !== 'object' || !field.fields || level >= MAX_LEVELS) return false;
	return countFields(field, level) <= MAX_FIELDS[required ? 'required' : 'optional'];
}

const countFields = ({ type, fields }: CatalogField, level: number): number =>
	type === 'object' && fields && level < MAX_LEVELS
		? fields.reduce((sum, field) => sum + countFields(field, level + 1), 0)
		: 1;

function formField(
	field: CatalogField,
	id: string,
	label: string,
	required: boolean,
): ResourceMapperField {
	const type = widget(field);
	return {
		id,
		displayName: withHint(field, label),
		type,
		required,
		display: true,
		removed: !required,
		defaultMatch: false,
		canBeUsedToMatch: false,
		...(type === 'options'
			? { options: field.options!.map(({ value, label: name }) => ({ name, value })) }
			: {}),
	};
}

/** Lists of plain values are text, with commas or as JSON: n8n's list widget would insist on JSON. */
function widget({ type, options }: CatalogField): NonNullable<ResourceMapperField['type']> {
	if (type === 'object[]') return 'array';
	if (type === 'object') return 'object';
	if (type.endsWith('[]')) return 'string';
	if (options) return 'options';
	return type === 'integer' || type === 'number'
		? 'number'
		: type === 'boolean'
			? 'boolean'
			: 'string';
}

/** The form has no place for help: what matters goes behind the label. */
function withHint({ type, help, fields }: CatalogField, label: string): string {
	if (type.startsWith('object')) {
		const room = MAX_LABEL - label.length - ' ()'.length;
		return `${label} (${jsonHint(type === 'object[]', fields, room)})`;
	}
	const list = type.endsWith('[]') ? 'Comma-separated' : '';
	const full = [list, help].filter(Boolean).join('. ');
	const hint = label.length + full.length <= MAX_LABEL ? full : list;
	return hint ? `${label} (${hint})` : label;
}

/** The keys a JSON field takes, needed ones first, as many as there is room for. */
function jsonHint(isList: boolean, fields: CatalogField[] | undefined, room: number): string {
	const what = isList ? 'JSON list' : 'JSON';
	const names = [...(fields ?? [])]
		.sort((a, b) => +b.required - +a.required)
		.map(({ name }) => name);
	for (let count = names.length; count > 0; count--) {
		const keys = names.slice(0, count).join(', ');
		const more = count < names.length ? ', ...' : '';
		const hint = `${what}${isList ? ' of' : ' with'} ${keys}${more}`;
		if (hint.length <= room) return hint;
	}
	return what;
}
