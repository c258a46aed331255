/** n8n loads all nodes and credentials when it starts, also those that nobody uses: what only runs later is loaded later. */
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { repoRoot } from '../../support/paths.cts';

/** The build works these out and packs their outcome as JSON. */
const PREBUILT = /^nodes\/\w+\/(prebuilt|properties)\.ts$/;

const { n8n } = JSON.parse(fs.readFileSync(path.join(repoRoot, 'package.json'), 'utf8')) as {
	n8n: Record<'credentials' | 'nodes', string[]>;
};
const entries = [...n8n.credentials, ...n8n.nodes].map((file) =>
	file.replace(/^dist\//, '').replace(/\.js$/, '.ts'),
);

/** The files of the package that a file loads at once: not what it imports in a function, nor types alone. */
function loadedAtOnce(file: string): string[] {
	const text = fs.readFileSync(path.join(repoRoot, file), 'utf8');
	return ts
		.createSourceFile(file, text, ts.ScriptTarget.Latest)
		.statements.filter(ts.isImportDeclaration)
		.filter(({ importClause }) => !importClause?.isTypeOnly)
		.map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text)
		.filter((name) => name.startsWith('.'))
		.map((name) => path.posix.join(path.posix.dirname(file), name))
		.map(
			(name) =>
				[`${name}.ts`, `${name}/index.ts`].find((it) => fs.existsSync(path.join(repoRoot, it)))!,
		);
}

it('loads few files, and none that calls WeCom or handles what it sends', () => {
	const loaded = new Set(entries);
	for (const file of loaded)
		if (!PREBUILT.test(file)) loadedAtOnce(file).forEach((next) => loaded.add(next));
	const more = [...loaded].filter((file) => !entries.includes(file) && !PREBUILT.test(file));
	expect(more.length).toBeGreaterThan(3);
	expect(more.length).toBeLessThan(15);
	expect(
		more.filter(
			(file) => !/^nodes\/(shared\/(credentials|protocol|util)|\w+)\/\w+\.ts$/.test(file),
		),
	).toEqual([]);
});
