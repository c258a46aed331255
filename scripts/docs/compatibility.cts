/** The tables of `npm run test:compat -- --save` in the documents. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDifferences, renderTable, type Results } from '../../test/compat/report.cts';

const file = join(__dirname, '../../test/compat/results.json');

/** Both lie between a pair of comments that name them. */
export function withCompatibility(text: string): string {
	const results = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
	const tables = {
		'tested releases': renderTable(results),
		'known differences': renderDifferences(results),
	};
	return Object.entries(tables).reduce(
		(document, [name, table]) =>
			document.replace(
				new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`),
				(_all, before: string, after: string) => `${before}\n${table}\n\n${after}`,
			),
		text,
	);
}
