/** The output schemas say what the tables say. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderSchemas, schemaDir } from '../../../scripts/schemas.cts';

const files = [...renderSchemas()];

it.each(files)('%s is up to date (if not: node -r tsx/cjs scripts/schemas.cts)', (file, text) => {
	const target = join(schemaDir, file);
	expect(existsSync(target) && readFileSync(target, 'utf8')).toBe(text);
});

it('there is no schema of an operation that is gone', () => {
	const found = readdirSync(schemaDir, { recursive: true, encoding: 'utf8' });
	expect(found.filter((file) => file.endsWith('.json')).sort()).toEqual(
		files.map(([file]) => file).sort(),
	);
});
