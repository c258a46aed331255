/** The tables in the user's documents say what the code says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resources } from '../../../nodes/Wecom/resources';
import { callbackKinds } from '../../../nodes/shared/callback/events';
import { docsFile, readmes, renderDocs, withOverview } from '../../../scripts/operations-docs.cts';
import { repoRoot } from '../../support/paths.cts';

const read = (file: string) => readFileSync(join(repoRoot, file), 'utf8');

it('docs/operations.md is up to date (if not: node -r tsx/cjs scripts/operations-docs.cts)', () => {
	expect(readFileSync(docsFile, 'utf8')).toBe(renderDocs());
});

it.each(readmes)('%s has the overview of operations (if not: the same script)', (file) => {
	const text = read(file);
	expect(text).toBe(withOverview(text));
});

it('docs/operations.md names every operation with its page', () => {
	const text = renderDocs();
	const missing = resources
		.flatMap(({ operations }) => operations)
		.filter(
			({ name, doc }) => !text.includes(`| ${name} |`) || !text.includes(`/document/path/${doc})`),
		);
	expect(missing).toEqual([]);
});

it('docs/events.md lists every kind of callback', () => {
	const text = read('docs/events.md');
	const missing = callbackKinds.filter(
		({ kind, name }) => !text.includes(`\`${kind}\``) || !text.includes(name),
	);
	expect(missing.map(({ kind }) => kind)).toEqual([]);
});
