/** The tables of `npm run test:compat -- --save` in the documents. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDifferences, renderTable, type Results } from '../../test/compat/report.cts';
import { say, type Language } from './language.cts';

const file = join(__dirname, '../../test/compat/results.json');

/** A document with its tables as the runs have left them. Each table lies between two comments that name it. */
export function withCompatibility(text: string, language: Language = 'en'): string {
	const results = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
	const tables = {
		'tested releases': inLanguage(renderTable(results), language, /^\| ([^|]+) (?=\|)/gm, '| '),
		'known differences': inLanguage(renderDifferences(results), language, /(?<=: )(.+)$/gm, ''),
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

/** A text with its named parts (the first group of a pattern) and the words around them in a language. */
function inLanguage(text: string, language: Language, named: RegExp, before: string): string {
	if (language === 'en') return text;
	const words = text.replace(named, (all, part: string) =>
		all.replace(`${before}${part}`, `${before}${say(language, part)}`),
	);
	return words
		.replace(/(\d+) of (\d+)/g, '$2 项中 $1 项')
		.replace(/^- Before ([\d.]+): /gm, '- $1 之前：');
}
