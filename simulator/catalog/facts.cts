/** The facts of all documented endpoints (`test/fixtures/catalog-facts.json`), read when they are first asked for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TokenKind } from '../tokens.cts';

export type Json = Record<string, any>;

export interface Field {
	name: string;
	/** `string`, `integer`, `number`, `boolean`, `object`, `binary`, or one of them with `[]`. */
	type: string;
	required: boolean;
	enum?: Array<string | number>;
	fields?: Field[];
}

export interface Param extends Field {
	in: 'query' | 'body' | 'multipart';
}

export interface ResponseField {
	name: string;
	type: string;
	fields?: ResponseField[];
}

export interface PagingFacts {
	style: 'cursor' | 'offset';
	/** Names of the parameters. */
	request: { cursor?: string; offset?: string; limit?: string };
	/** Names of the answer's fields; `has_more`, `is_last` and `ending` say whether there is another page. */
	response: {
		cursor?: string;
		offset?: string;
		has_more?: string;
		is_last?: string;
		ending?: string;
		total?: string;
	};
	max_limit?: number;
	default_limit?: number;
	/** A limit above `max_limit` counts as the default, instead of being refused. */
	over_limit?: 'default';
	cursor_type?: 'integer';
}

export interface Facts {
	/** `<path with dots>`, with `~<variant>` when several share a path. */
	id: string;
	name: string;
	category: string;
	subcategory: string;
	method: 'GET' | 'POST';
	host: string;
	path: string;
	doc: number;
	token: TokenKind | 'none';
	status: 'current' | 'legacy' | 'deprecated';
	/** Where the answer's items are, as a dot path. */
	list: string | null;
	paging: PagingFacts | null;
	upload: { field: string; content_type: string } | null;
	download: boolean;
	content_type: string | null;
	params: Param[];
	response?: ResponseField[];
	sample_request: Json | null;
	sample_response: Json | null;
	/** The same endpoint with bodies of another shape. */
	variants?: Array<{ params: Param[]; sample_request: Json | null }>;
	more_sample_responses?: Json[];
}

let byPath: Map<string, Facts[]> | undefined;

/** The facts by path; more than one where variants share a path. */
export function catalogFacts(): Map<string, Facts[]> {
	if (byPath) return byPath;
	const file = join(__dirname, '../../test/fixtures/catalog-facts.json');
	const { endpoints } = JSON.parse(readFileSync(file, 'utf8')) as { endpoints: Facts[] };
	byPath = new Map();
	for (const facts of endpoints) byPath.set(facts.path, [...(byPath.get(facts.path) ?? []), facts]);
	return byPath;
}
