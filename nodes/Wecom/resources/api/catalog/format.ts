import type { Paging } from '../../../../shared/client/paging';

/**
 * The format of the catalog's data, one line per endpoint and per field.
 *
 * `data/endpoints.json`, by category: id, name, subcategory ('' for none), method, number of the official page, and
 * what differs from the default (see `Extras`; left out when nothing does). The path is the id with slashes, below
 * /cgi-bin, unless given:
 *
 *     "Contacts": [
 *     ["user.create", "Create a Member", "Members", "POST", 90195, {"token": "suite"}]]
 *
 * `data/<category>.json`, by endpoint (left out when it has no fields): WeCom's name of the field, type, label, then
 * what there is of help (text), known values with their labels (object) and fields of its own (array):
 *
 *     "user.create": [
 *      ["userid", "str!", "User ID", "Unique, 1-64 bytes"],
 *      ["gender", "str", "Gender", {"1": "Male", "2": "Female"}],
 *      ["extattr", "obj", "Extended Attributes", [
 *       ["attrs", "obj[]", "Attributes"]]]]
 *
 * Types are str, int, num, bool, obj and file, with `[]` for lists and `!` for required ones. Fields travel in the
 * query of GET calls and in the body of POST calls; `query:` before the type says otherwise. A required field within
 * an optional object is needed only when that object is given. Known values are suggestions: WeCom may accept others.
 */

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'binary';
export type FieldType = ScalarType | `${ScalarType}[]`;
export type FieldPlace = 'query' | 'body' | 'multipart';

export interface CatalogField {
	name: string;
	type: FieldType;
	required: boolean;
	/** Where fields of the first level travel; theirs go with them. */
	in?: FieldPlace;
	label: string;
	/** One sentence or phrase, '' when label and type say it all. */
	help: string;
	options?: Array<{ value: string | number; label: string }>;
	fields?: CatalogField[];
}

/** Which kind of token the call needs; `none` includes calls that carry their own secret. */
export type TokenKind = 'corp' | 'suite' | 'provider' | 'model' | 'device' | 'webhook-key' | 'none';
export type EndpointStatus = 'current' | 'legacy' | 'deprecated';

interface Extras {
	/** Default: `/cgi-bin/user/create` for the id `user.create`. */
	path?: string;
	/** Default: corp. */
	token?: TokenKind;
	/** Default: current. */
	status?: EndpointStatus;
	/** Default: the API host of the credential. */
	host?: string;
	/** Dotted path of the reply's array that holds the results. */
	list?: string;
	/** Whether the reply says more than that array, such as a title or a second list. */
	partial?: true;
	paging?: Paging;
	/** Name of the multipart field that takes the file. */
	upload?: string;
	/** Whether the reply is a file. */
	download?: true;
	/** Whether request and reply are XML. */
	xml?: true;
	/** Whether the call needs a client certificate. */
	certificate?: true;
	/** Whether a POST call only reads, so that it may be repeated and calls may overlap. */
	reads?: true;
}

/** An endpoint without its fields: all that lists and searches need. */
export interface EndpointHead extends Extras {
	id: string;
	name: string;
	category: string;
	subcategory: string;
	method: 'GET' | 'POST';
	path: string;
	/** Number of the official page. */
	doc: number;
	token: TokenKind;
	status: EndpointStatus;
}

export interface Endpoint extends EndpointHead {
	fields: CatalogField[];
	/** The fields of the other endpoints with the same method and path. */
	variants?: CatalogField[][];
}

export type EndpointsFile = Record<string, EndpointRow[]>;
export type FieldsFile = Record<string, FieldRow[]>;
type EndpointRow = [
	id: string,
	name: string,
	subcategory: string,
	method: EndpointHead['method'],
	doc: number,
	extras?: Extras,
];
type FieldRow = [name: string, type: string, label: string, ...FieldPart[]];
type FieldPart = string | Record<string, string> | FieldRow[];

const TYPES: Record<string, ScalarType> = {
	str: 'string',
	int: 'integer',
	num: 'number',
	bool: 'boolean',
	obj: 'object',
	file: 'binary',
};

/** The page of the official documentation. */
export const docUrl = (doc: number): string =>
	`https://developer.work.weixin.qq.com/document/path/${doc}`;

export const decodeEndpoints = (file: EndpointsFile): EndpointHead[] =>
	Object.entries(file).flatMap(([category, rows]) =>
		rows.map(([id, name, subcategory, method, doc, extras]) => ({
			id,
			name,
			category,
			subcategory,
			method,
			path: `/cgi-bin/${id.replaceAll('.', '/')}`,
			doc,
			token: 'corp' as const,
			status: 'current' as const,
			...extras,
		})),
	);

export const decodeFields = (file: FieldsFile, { id, method }: EndpointHead): CatalogField[] =>
	(file[id] ?? []).map((row) => decodeField(row, method === 'GET' ? 'query' : 'body'));

function decodeField([name, code, label, ...parts]: FieldRow, place?: FieldPlace): CatalogField {
	const [, elsewhere, short, list, mark] = /^(?:(\w+):)?(\w+)(\[\])?(!)?$/.exec(code)!;
	const field: CatalogField = {
		name,
		type: `${TYPES[short]}${list === undefined ? '' : '[]'}` as FieldType,
		required: mark === '!',
		label,
		help: '',
	};
	if (place) field.in = short === 'file' ? 'multipart' : ((elsewhere as FieldPlace) ?? place);
	for (const part of parts) {
		if (typeof part === 'string') field.help = part;
		else if (Array.isArray(part)) field.fields = part.map((child) => decodeField(child));
		else field.options = decodeOptions(part, short === 'int');
	}
	return field;
}

const decodeOptions = (labels: Record<string, string>, numeric: boolean) =>
	Object.entries(labels).map(([value, label]) => ({
		value: numeric ? Number(value) : value,
		label,
	}));
