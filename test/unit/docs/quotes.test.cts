/** What the pages quote of the nodes' messages is what people see: the English words, and on Chinese pages those of both editions. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTable } from '../../../scripts/locales/table.cts';
import { repoRoot } from '../../support/paths.cts';

/** What n8n says itself. */
const OF_N8N = ['Unrecognized node type', 'Thank you. You can close this page'];
const table = Object.entries(readTable()).map(
	([english, chinese]) => [english.replace(/\|.*$/, ''), chinese] as const,
);

const pages = (folder: string) =>
	readdirSync(join(repoRoot, folder))
		.filter((file) => /^(?!api|events|operations|recipes).*\.md$/.test(file))
		.map((file) => `${folder}/${file}`);

/** What stands in quotation marks, in italics or as code in the first column of a table. */
function quotes(file: string): Array<{ quote: string; cell: string }> {
	const text = readFileSync(join(repoRoot, file), 'utf8').replace(/^ *```[^]*?^ *```/gm, '');
	return [...text.matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell]) =>
		[...cell.matchAll(/(?<!\*)\*([^*]+)\*(?!\*)|`([^`]+)`|“([^”]+)”/g)].map((found) => ({
			quote: found.slice(1).find(Boolean)!,
			cell,
		})),
	);
}

const isSentence = (quote: string) => /^[A-Za-z].* [a-z']+ [a-z']+/.test(quote);
const withGaps = (text: string) => text.replace(/\{\d+\}/g, '…');

/** Whether a message says this: whole or in part, with `…` or an example where it is filled in. */
function says(message: string, quote: string): boolean {
	if (withGaps(message).includes(quote)) return true;
	const parts = message.split(/\{\d+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	const enough = /[\u4e00-\u9fff]/.test(message) ? 4 : 12;
	return parts.join('').length > enough && new RegExp(`^${parts.join('.+')}$`).test(quote);
}

const english = (quote: string) => table.filter(([message]) => says(message, quote));

it.each([...pages('docs'), ...pages('docs/zh-CN')])('%s quotes messages that there are', (file) => {
	const invented = quotes(file)
		.filter(({ quote }) => isSentence(quote) && !OF_N8N.includes(quote))
		.filter(({ quote }) => english(quote).length === 0)
		.map(({ quote }) => quote);
	expect(invented).toEqual([]);
});

it.each(pages('docs/zh-CN'))('%s quotes both editions', (file) => {
	const all = quotes(file);
	const alone = all
		.filter(({ quote }) => isSentence(quote) && !OF_N8N.includes(quote))
		.filter(({ quote, cell }) => {
			const others = all.filter((other) => other.cell === cell).map((other) => other.quote);
			return !english(quote).some(([, chinese]) => others.some((other) => says(chinese, other)));
		})
		.map(({ quote }) => quote);
	expect(alone).toEqual([]);
});

it('finds the quotes at all', () => {
	expect(quotes('docs/zh-CN/troubleshooting.md').length).toBeGreaterThan(60);
	expect(quotes('docs/triggers.md').length).toBeGreaterThan(4);
});

/** Names of nodes and credentials, which the canvas and the documents leave in English, and words that are n8n's own, too. */
const STAY = /^(WeCom|Settings|API|Token|Secret|Bot ID)\b/;
/** `Options > Token` -> what the Chinese edition calls it; undefined for what is no name of a form. */
function inChinese(name: string): RegExp | undefined {
	const parts = name.split(/ > |: /).map((part) => {
		const words = table.filter(([known]) => known === part).map(([, chinese]) => chinese);
		return STAY.test(part) ? [...words, part] : words;
	});
	const whole = table.filter(([known]) => known === name).map(([, chinese]) => chinese);
	if (whole.length === 0 && parts.some((words) => words.length === 0)) return undefined;
	const either = (words: string[]) =>
		`(?:${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`;
	const said = parts.some((words) => words.length === 0)
		? []
		: [parts.map(either).join('(?: > |：)')];
	return new RegExp(`(?:${[...whole.map((word) => either([word])), ...said].join('|')})$`);
}

it.each(pages('docs/zh-CN').concat('docs/README.zh-CN.md'))(
	'%s names the forms as the Chinese edition does, with the English name behind',
	(file) => {
		const text = readFileSync(join(repoRoot, file), 'utf8')
			.replace(/^ *```[^]*?^ *```/gm, '')
			.replace(/<!-- operations[^]*<!-- \/operations -->/, '');
		const different = [...text.matchAll(/（([A-Z][\w' >:,()-]*?)）/g)].filter(
			({ 1: name, index }) =>
				inChinese(name)?.test(text.slice(0, index).replace(/[*“”]/g, '')) === false,
		);
		const bare = [...text.matchAll(/(?<!（)\*\*([A-Z][\w' >:,()-]*)\*\*/g)].filter(
			([, name]) => !STAY.test(name) && inChinese(name)?.test(name) === false,
		);
		expect([...different, ...bare].map(([whole]) => whole)).toEqual([]);
	},
);
