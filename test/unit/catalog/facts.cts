import fs from 'node:fs';
import path from 'node:path';
import { findEndpoint } from '../../../nodes/Wecom/resources/api/catalog/catalog';
import type { Endpoint } from '../../../nodes/Wecom/resources/api/catalog/format';

/** What is known about the server API, independent of the catalog in `nodes/Wecom/resources/api/catalog/data`. */
export interface FactField {
	name: string;
	in?: string;
	type: string;
	required: boolean;
	enum?: Array<string | number>;
	fields?: FactField[];
}

export interface FactEndpoint {
	id: string;
	name: string;
	category: string;
	subcategory: string;
	method: string;
	host: string;
	path: string;
	doc: number;
	token: string;
	status: string;
	list: string | null;
	paging: Record<string, unknown> | null;
	upload: { field: string } | null;
	download: boolean;
	content_type: string | null;
	params: FactField[];
	response?: FactField[];
	sample_request: Record<string, unknown> | null;
	variants?: Array<{ sample_request?: Record<string, unknown> | null }>;
}

export const root = path.resolve(__dirname, '../../..');
export const dataDir = path.join(root, 'nodes/Wecom/resources/api/catalog/data');

export const facts = (
	JSON.parse(fs.readFileSync(path.join(root, 'test/fixtures/catalog-facts.json'), 'utf8')) as {
		endpoints: FactEndpoint[];
	}
).endpoints;

/** The endpoint of the catalog, which has to be there. */
export async function endpoint(id: string): Promise<Endpoint> {
	const found = await findEndpoint(id);
	if (!found) throw new Error(`The catalog has no ${id}`);
	return found;
}

/** Every field of a tree with its dotted path. */
export function* walk<T extends { name: string; fields?: T[] }>(
	fields: T[],
	prefix = '',
): Generator<[path: string, field: T]> {
	for (const field of fields) {
		yield [prefix + field.name, field];
		if (field.fields) yield* walk(field.fields, `${prefix}${field.name}.`);
	}
}
