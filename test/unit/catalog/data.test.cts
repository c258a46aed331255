import fs from 'node:fs';
import path from 'node:path';
import { EXCEPTIONS } from '../../../nodes/Wecom/resources/api/catalog/exceptions';
import type { CatalogField, Endpoint } from '../../../nodes/Wecom/resources/api/catalog/format';
import { allEndpoints, withFields } from '../../../nodes/Wecom/resources/api/catalog/load';
import { dataDir, endpoint, facts, walk, type FactEndpoint, type FactField } from './facts.cts';

const files = fs.readdirSync(dataDir);
const text = (file: string) => fs.readFileSync(path.join(dataDir, file), 'utf8');
const cjk = /[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]/;
const apiHost = 'https://qyapi.weixin.qq.com';

let catalog: Endpoint[];
beforeAll(async () => {
	catalog = await Promise.all((await allEndpoints()).map(withFields));
});

describe('the catalog and the facts', () => {
	it('have the same 806 endpoints', () => {
		expect(catalog).toHaveLength(806);
		const sorted = (list: Array<{ id: string }>) => list.map(({ id }) => id).sort();
		expect(sorted(catalog)).toEqual(sorted(facts));
	});

	const describeFact = (fact: FactEndpoint) => ({
		name: fact.name,
		category: fact.category,
		subcategory: fact.subcategory,
		method: fact.method,
		host: fact.host === apiHost ? undefined : fact.host,
		path: fact.path,
		doc: fact.doc,
		token: fact.token,
		status: fact.status,
		list: fact.list ?? undefined,
		partial: saysMore(fact) || undefined,
		paging: howItPages(fact),
		upload: fact.upload?.field,
		download: fact.download || undefined,
		xml: fact.content_type === 'text/xml' || undefined,
	});

	it('agree on what an endpoint is and how it is called', () => {
		for (const fact of facts) {
			const own = catalog.find(({ id }) => id === fact.id)!;
			const known = Object.keys(describeFact(fact)) as Array<keyof Endpoint>;
			const described = Object.fromEntries(known.map((key) => [key, own[key]]));
			expect({ id: fact.id, ...described }).toEqual({ id: fact.id, ...describeFact(fact) });
		}
	});

	it('agree on every field: name, place, type, whether it is required', () => {
		let count = 0;
		const lines = (fields: Array<CatalogField | FactField>) =>
			[...walk<CatalogField | FactField>(fields)].map(
				([path, { in: place, type, required }]) =>
					`${path} ${place ?? ''} ${type} ${required ? 'required' : 'optional'}`,
			);
		for (const { id, params } of facts) {
			const own = lines(catalog.find((it) => it.id === id)!.fields);
			count += own.length;
			expect([id, ...own]).toEqual([id, ...lines(params)]);
		}
		expect(count).toBe(4586);
	});

	it('agree on known values, as far as the catalog lists them', () => {
		for (const { id, params } of facts) {
			const known = new Map(walk<FactField>(params));
			for (const [path, { options }] of walk<CatalogField>(
				catalog.find((it) => it.id === id)!.fields,
			)) {
				if (!options) continue;
				const values = options.map(({ value }) => value);
				const documented = known.get(path)!.enum ?? [];
				expect([id, path, ...[...values].sort()]).toEqual([id, path, ...[...documented].sort()]);
			}
		}
	});
});

/** The fixture also knows how the simulator pages, which nobody has to know to call WeCom. */
function howItPages({ paging }: FactEndpoint) {
	if (!paging) return undefined;
	const { default_limit: _default, over_limit: _over, ...rest } = paging;
	return rest;
}

/** Whether a reply holds more than its list, how it goes on, and counts. */
function saysMore({ list, response = [], paging }: FactEndpoint): boolean {
	if (!list) return false;
	const going = Object.values((paging?.response ?? {}) as Record<string, string>);
	const unimportant = new Set([
		...['errcode', 'errmsg', 'ver', 'total', 'total_count', 'total_cnt', 'count'],
		...going.map((path) => path.split('.').pop()!),
	]);
	let level = response;
	for (const name of list.split('.')) {
		if (level.some((field) => field.name !== name && !unimportant.has(field.name))) return true;
		level = level.find((field) => field.name === name)?.fields ?? [];
	}
	return false;
}

describe('names and texts', () => {
	const all = () =>
		catalog.flatMap(({ id, fields }) =>
			[...walk<CatalogField>(fields)].map(([path, field]) => ({ id, path, field })),
		);

	it('are English throughout', () => {
		for (const file of files) expect(cjk.exec(text(file))).toBeNull();
	});

	it('are plain text of a length that fits a form', () => {
		for (const { id, path, field } of all()) {
			const where = `${id} ${path}`;
			expect([where, field.label]).toEqual([where, expect.stringMatching(/^\S(.{0,38}\S)?$/)]);
			expect([where, field.help]).toEqual([where, expect.stringMatching(/^(\S.{0,118}\S)?$/)]);
			expect(field.help).not.toMatch(/ {2}|<[a-z/]|\.$(?<!\. .*\.|etc\.)/);
			for (const { label } of field.options ?? []) expect(label).toMatch(/^\S(.{0,58}\S)?$/);
		}
	});

	it('tell the fields of one level apart', () => {
		const siblings = (fields: CatalogField[], where: string) => {
			const labels = fields.map(({ label }) => label);
			expect([where, ...new Set(labels)]).toEqual([where, ...labels]);
			for (const { name, fields: own } of fields) if (own) siblings(own, `${where}.${name}`);
		};
		for (const { id, fields } of catalog) siblings(fields, id);
	});

	it('tell endpoints apart', () => {
		const names = catalog.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		const ids = catalog.map(({ id }) => id.toLowerCase());
		expect(new Set(ids).size).toBe(ids.length);
	});

	it('have no dots in field names, since dots stand for nesting', () => {
		for (const { field } of all()) expect(field.name).toMatch(/^\w+$/);
	});
});

describe('the files', () => {
	it('are small: 500 kB in all', () => {
		const size = files.reduce((sum, file) => sum + fs.statSync(path.join(dataDir, file)).size, 0);
		expect(size).toBeLessThanOrEqual(500_000);
	});

	it('are one per category, with the endpoints of that category, and the list of endpoints', () => {
		const slug = (category: string) =>
			category
				.toLowerCase()
				.replace(/[^a-z0-9]+/g, '-')
				.replace(/-$/, '');
		const categories = [...new Set(catalog.map(({ category }) => category))];
		expect([...files].sort()).toEqual(
			['endpoints.json', ...categories.map((it) => `${slug(it)}.json`)].sort(),
		);
		for (const category of categories) {
			const having = catalog.filter((it) => it.category === category && it.fields.length > 0);
			const listed = Object.keys(JSON.parse(text(`${slug(category)}.json`)));
			expect([category, ...listed.sort()]).toEqual([
				category,
				...having.map(({ id }) => id).sort(),
			]);
		}
	});

	it('have a line per endpoint and per field, so that a change shows as one', () => {
		for (const file of files) {
			for (const line of text(file).split('\n')) expect(line.length).toBeLessThan(2000);
		}
		const lines = files.flatMap((file) => text(file).split('\n'));
		expect(lines.filter((line) => /^ *\["/.test(line))).toHaveLength(806 + 4586);
	});
});

describe('the exceptions', () => {
	it.each(Object.entries(EXCEPTIONS.REQUIRED_ONLY_SOMETIMES))(
		'%s: fields that are marked as required',
		async (id, paths) => {
			const fields = new Map(walk<CatalogField>((await endpoint(id)).fields));
			for (const entry of paths) {
				const named = entry.endsWith('*')
					? [...fields]
							.filter(([path]) => path.startsWith(entry.slice(0, -1)))
							.map(([, field]) => field)
					: [fields.get(entry)];
				expect([entry, named.length > 0 && named.every(Boolean)]).toEqual([entry, true]);
				if (!entry.endsWith('*')) expect([entry, named[0]!.required]).toEqual([entry, true]);
			}
		},
	);

	it.each(Object.entries(EXCEPTIONS.ALSO_TAKES))(
		'%s: fields with another type',
		async (id, types) => {
			const fields = new Map(walk<CatalogField>((await endpoint(id)).fields));
			for (const [path, type] of Object.entries(types)) {
				expect([path, fields.get(path)?.type]).toEqual([path, expect.any(String)]);
				expect(fields.get(path)!.type).not.toBe(type);
			}
		},
	);
});
