import type { IDataObject, ResourceMapperField } from 'n8n-workflow';
import { isObject } from '../../../../shared/util/isObject';
import { isAlwaysRequired } from './exceptions';
import type { CatalogField, Endpoint } from './format';

/** Objects are shown field by field down to this level, when they do not bring too many of them. */
const MAX_LEVELS = 2;
const MAX_FIELDS = { required: 40, optional: 30 };
/** The editor cuts off what is longer, hint and all: its form has 154 pixels for the name of a field, 12 pixels high. */
export const MAX_LABEL = 25;
/** A Chinese character is as wide as two Latin ones. */
export const labelWidth = (text: string): number =>
	[...text].reduce((width, character) => width + (character > '\u2e7f' ? 2 : 1), 0);
const fits = (label: string) => labelWidth(label) <= MAX_LABEL;

/** Objects have no form of their own in n8n: their fields get dotted ids, deep ones are entered as JSON. */
export function endpointFields(endpoint: Endpoint): ResourceMapperField[] {
	const entries = entriesOf(endpoint, endpoint.fields, {
		id: '',
		path: [],
		required: true,
		level: 0,
	});
	const labels = entries.map(({ path }) => path.join(': '));
	const fields = entries.map((entry) => formField(entry, shortLabel(entry.path, labels)));
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
	/** The labels of the objects around it, from the outside in. */
	path: string[];
	/** Whether everything above is needed, so that needed fields are needed always. */
	required: boolean;
	level: number;
}

/** A field of the form, with its own label at the end of its path. */
interface Entry extends Pick<Parent, 'id' | 'path' | 'required'> {
	field: CatalogField;
}

function entriesOf(endpoint: Endpoint, fields: CatalogField[], parent: Parent): Entry[] {
	return fields
		.filter((field) => field.type !== 'binary')
		.flatMap((field) => {
			const id = parent.id + field.name;
			const path = [...parent.path, field.label];
			const required = parent.required && field.required && isNeeded(endpoint, id);
			if (!opensUp(field, parent.level, required)) return [{ field, id, path, required }];
			const level = parent.level + 1;
			return entriesOf(endpoint, field.fields!, { id: `${id}.`, path, required, level });
		});
}

/**
 * The label of a field: as much of its path, from the end, as there is room for, as long as it still tells the field from all
 * others.
 */
function shortLabel(path: string[], all: string[]): string {
	const ends = path.map((_, index) => path.slice(index).join(': '));
	const isAlone = (end: string) =>
		all.filter((label) => label === end || label.endsWith(`: ${end}`)).length === 1;
	return ends.find((end) => fits(end) && isAlone(end)) ?? ends[0];
}

/**
 * Whether the form has to demand a field. Cursor and page size follow from how much is wanted, and an empty first cursor could
 * not be entered.
 */
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

function formField({ field, id, required }: Entry, label: string): ResourceMapperField {
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

/** The form has no place for help: what matters most goes behind the label, where there is room. */
function withHint({ type, help, fields }: CatalogField, label: string): string {
	const hints = type.startsWith('object')
		? jsonHints(type === 'object[]', fields)
		: [...(type.endsWith('[]') ? ['Comma-separated', 'List'] : []), ...beginnings(help)];
	return hints.map((hint) => `${label} (${hint})`).find(fits) ?? label;
}

/**
 * Where a help text may be cut: between clauses, but not within a list such as "PNG, JPG or GIF", of which the first would look
 * like the only one.
 */
const CUT = /,(?! (?:[^\s;]+ ){0,3}(?:or|and) )(?= )|;(?= )| in seconds/g;
/** Beginnings that say something else without the rest: one of several codes, or a value that comes with a condition. */
const MISLEADING = /\bmax$|^(Default|Give|If|Max|One of|Required|Set|When)\b|^\d+(:| (?!to ))/;

/** A help text and the clauses it begins with, the longest first. No hint is better than a wrong one. */
function beginnings(help: string): string[] {
	const cut = [...help.matchAll(CUT)].map(({ index }) => help.slice(0, index)).reverse();
	return [help, ...cut.filter((beginning) => !MISLEADING.test(beginning))].filter(Boolean);
}

/** The keys a JSON field takes, needed ones first, in ever fewer words. */
function jsonHints(isList: boolean, fields: CatalogField[] = []): string[] {
	const what = isList ? 'JSON list' : 'JSON';
	const names = [...fields].sort((a, b) => +b.required - +a.required).map(({ name }) => name);
	const some = names.map((_, left) => {
		const keys = names.slice(0, names.length - left).join(', ');
		return `${what}${isList ? ' of' : ' with'} ${keys}${left > 0 ? ', ...' : ''}`;
	});
	return [...some, what];
}
