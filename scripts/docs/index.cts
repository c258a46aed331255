/**
 * `npm run docs`: writes everything in the documents that follows from the code, the drawings, the output schemas, and what the form of
 * API > Call knows of the catalog. A test says when something is out of date.
 */
import fs from 'node:fs';
import path from 'node:path';
import { withCompatibility } from './compatibility.cts';
import { withCounts } from './counts.cts';
import { renderDrawings } from './drawings.cts';
import { endpointsPage } from './endpoints.cts';
import { withErrorWords } from './errors.cts';
import { withEventTables } from './events.cts';
import type { Language } from './language.cts';
import { LISTS_FILE, renderLists } from './lists.cts';
import { operationsPage, withOverview } from './operations.cts';
import { renderSchemas, SCHEMA_DIR } from './schemas.cts';

const root = path.resolve(__dirname, '../..');
const WHOLE: Record<string, () => string> = {
	'docs/api.md': () => endpointsPage('en'),
	'docs/operations.md': () => operationsPage('en'),
	'docs/zh-CN/api.md': () => endpointsPage('zh'),
	'docs/zh-CN/operations.md': () => operationsPage('zh'),
};

/** The language of a document, which its folder tells. */
const languageOf = (file: string): Language => (file.includes('zh-CN') ? 'zh' : 'en');

/** Every file that follows from the code, wholly or in part, with the text it should have; by its path in the checkout. */
export function expectedFiles(): Map<string, string> {
	const files = new Map(Object.entries(WHOLE).map(([file, render]) => [file, render()]));
	for (const file of ['README.md', ...markdownIn('docs')]) {
		if (WHOLE[file]) continue;
		const language = languageOf(file);
		const text = fs.readFileSync(path.join(root, file), 'utf8');
		const tables =
			path.basename(file) === 'events.md'
				? withEventTables(text, language)
				: withOverview(text, language);
		files.set(file, withErrorWords(withCompatibility(withCounts(tables), language), language));
	}
	files.set(LISTS_FILE, renderLists());
	for (const [file, text] of renderDrawings()) files.set(`docs/images/${file}`, text);
	for (const [file, text] of renderSchemas()) files.set(`${SCHEMA_DIR}/${file}`, text);
	return files;
}

/** The files of schemas whose operation is gone. */
export function leftoverSchemas(expected: Map<string, string>): string[] {
	return filesIn(SCHEMA_DIR).filter((file) => file.endsWith('.json') && !expected.has(file));
}

const markdownIn = (folder: string) => filesIn(folder).filter((file) => file.endsWith('.md'));

function filesIn(folder: string): string[] {
	const found = fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
	return found.map((file) => `${folder}/${file.split(path.sep).join('/')}`);
}

if (require.main === module) {
	const expected = expectedFiles();
	for (const file of leftoverSchemas(expected)) fs.rmSync(path.join(root, file));
	for (const [file, text] of expected) {
		const target = path.join(root, file);
		if (fs.existsSync(target) && fs.readFileSync(target, 'utf8') === text) continue;
		fs.mkdirSync(path.dirname(target), { recursive: true });
		fs.writeFileSync(target, text);
		console.log(`written: ${file}`);
	}
}
