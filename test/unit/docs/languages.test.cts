/** Every page comes in two languages: the same pages, headings and table rows, and no link that leads nowhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { anchor } from '../../../scripts/docs/markdown.cts';
import { repoRoot } from '../../support/paths.cts';

const read = (file: string) => readFileSync(join(repoRoot, file), 'utf8');
const pagesIn = (folder: string) =>
	readdirSync(join(repoRoot, folder)).filter((file) => file.endsWith('.md') && !/zh-CN/.test(file));

const pages = pagesIn('docs');
/** English page -> Chinese page. */
const PAIRS: Array<[string, string]> = [
	['README.md', 'docs/README.zh-CN.md'],
	...pages.map((file): [string, string] => [`docs/${file}`, `docs/zh-CN/${file}`]),
];

/** Blocks of code, in which `#` and `|` mean something else. */
const FENCED = /^ *```[^]*?^ *```/gm;
const prose = (text: string) => text.replace(FENCED, '');

/** A line per heading: its place and level, and how many tables of how many rows, pictures and blocks of code follow it. */
function outline(text: string): string[] {
	const sections = text.replace(FENCED, '\u0000').split(/^(?=#+ )/m);
	return sections.map((section, index) => {
		const level = /^#*/.exec(section)![0].length;
		const tables = section.match(/(?:^\|.*\n?)+/gm) ?? [];
		const rows = tables.map((table) => table.trim().split('\n').length).join(', ');
		const pictures = section.match(/!\[|<img /g)?.length ?? 0;
		const code = section.split('\u0000').length - 1;
		return `${index}: level ${level}, tables of ${rows || 0}, pictures ${pictures}, code ${code}`;
	});
}

const headings = (text: string) =>
	[...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);

/** The anchors of a page, as GitHub makes them: the second of the same name gets a number. */
function anchors(text: string): Set<string> {
	const seen = new Map<string, number>();
	return new Set(
		headings(text).map((heading) => {
			const plain = anchor(heading.replace(/[*`]/g, '').replace(/\[(.*?)\]\(.*?\)/g, '$1'));
			const count = seen.get(plain) ?? 0;
			seen.set(plain, count + 1);
			return count === 0 ? plain : `${plain}-${count}`;
		}),
	);
}

it('has a Chinese page for every English one, and the other way round', () => {
	expect(pagesIn('docs/zh-CN').sort()).toEqual([...pages].sort());
});

it.each(PAIRS)('%s and %s have the same headings, tables, pictures and code', (one, other) => {
	expect(outline(read(other))).toEqual(outline(read(one)));
});

describe('links and pictures lead somewhere', () => {
	const files = [
		...PAIRS.flat(),
		'CONTRIBUTING.md',
		'SECURITY.md',
		'bridge/README.md',
		'simulator/README.md',
	];
	it.each(files)('%s', (file) => {
		const text = prose(read(file));
		const targets = [
			...[...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target),
			...[...text.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, target]) => target),
		].filter((target) => !/^[a-z]+:/.test(target));
		const broken = targets.filter((target) => {
			const [path, fragment] = target.split('#');
			const found = path ? resolve(repoRoot, dirname(file), path) : join(repoRoot, file);
			if (!existsSync(found)) return true;
			return fragment !== undefined && !anchors(read(relative(repoRoot, found))).has(fragment);
		});
		expect(broken).toEqual([]);
	});
});

describe('people are called 您', () => {
	const filesIn = (folder: string, kind: RegExp) =>
		readdirSync(join(repoRoot, folder), { recursive: true, encoding: 'utf8' })
			.filter((file) => kind.test(file))
			.map((file) => `${folder}/${file}`);
	it.each([
		['documents', PAIRS.map(([, file]) => file)],
		['pages and cards', filesIn('nodes', /\.ts$/)],
		['forms and messages', ['locales/zh-CN.json']],
		['notes of recipes', filesIn('demo/workflows', /\.json$/)],
	])('in %s', (_, files) => {
		const found = files.filter((file) =>
			/(?<!迷)你(?!好)/.test(prose(read(file)).replace(/（.*?）/g, '')),
		);
		expect(found).toEqual([]);
	});
});

it('the galleries show every recipe, and a test plays each', () => {
	const recipes = readdirSync(join(repoRoot, 'demo/workflows'));
	const tests = [
		...readdirSync(join(repoRoot, 'test/e2e')).map((file) => `test/e2e/${file}`),
		'demo/workflows.cts',
	].filter((file) => file.endsWith('.cts'));
	const played = tests.map(read).join('\n');
	const missing = recipes.filter(
		(file) =>
			!read('docs/recipes.md').includes(`/${file})`) ||
			!read('docs/zh-CN/recipes.md').includes(`/${file})`) ||
			!new RegExp(`'${file.replace('.json', '')}(\\.json)?'`).test(played),
	);
	expect(missing).toEqual([]);
});
