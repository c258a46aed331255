/** The tables in the user's documents say what the code says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '../../../nodes/Wecom/operation';
import { resources } from '../../../nodes/Wecom/resources';
import { callbackKinds } from '../../../nodes/shared/callback/events';
import { repoRoot } from '../../support/paths.cts';

const read = (file: string) => readFileSync(join(repoRoot, file), 'utf8');

describe.each(['README.md', 'docs/README.zh-CN.md'])('%s', (file) => {
	/** `Resource | Operation` -> the rest of the row. */
	const rows = new Map<string, string>(
		[...read(file).matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| (.+) \|$/gm)].map(
			([, resource, operation, , link]) => [`${resource} | ${operation}`, link],
		),
	);
	const operations = resources.flatMap((resource) =>
		resource.operations.map((operation): [string, Operation] => [
			`${resource.name} | ${operation.name}`,
			operation,
		]),
	);

	it.each(operations)('has a row for %s', (key, { value, doc }) => {
		const link = rows.get(key);
		expect(link).toBeDefined();
		expect(link).toContain(value === 'call' ? 'api.md' : `/document/path/${doc}`);
	});

	it('has no row for an operation that is gone', () => {
		const known = new Set(operations.map(([key]) => key));
		const names = new Set(resources.map(({ name }) => name));
		const stale = [...rows.keys()].filter(
			(key) => names.has(key.split(' | ')[0]) && !known.has(key),
		);
		expect(stale).toEqual([]);
	});
});

it('docs/events.md lists every kind of callback', () => {
	const text = read('docs/events.md');
	const missing = callbackKinds.filter(
		({ kind, name }) => !text.includes(`\`${kind}\``) || !text.includes(name),
	);
	expect(missing.map(({ kind }) => kind)).toEqual([]);
});
