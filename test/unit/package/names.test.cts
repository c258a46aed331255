import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.cts';

/** Every exported name of the package's sources, with the files that export it. */
function exportedNames(): Map<string, string[]> {
	const names = new Map<string, string[]>();
	for (const file of readdirSync(join(repoRoot, 'nodes'), { recursive: true, encoding: 'utf8' })) {
		if (!file.endsWith('.ts')) continue;
		const source = readFileSync(join(repoRoot, 'nodes', file), 'utf8');
		const pattern = /^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm;
		for (const [, name] of source.matchAll(pattern))
			names.set(name, [...(names.get(name) ?? []), file]);
	}
	return names;
}

it('an exported name stands for one thing', () => {
	const names = exportedNames();
	expect(names.size).toBeGreaterThan(500);
	expect([...names].filter(([, files]) => files.length > 1)).toEqual([]);
});
