/** The pictures of the documents: none missing, none left over, none that nothing makes any more. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { renderDrawings } from '../../../scripts/docs/drawings.cts';
import { CHINESE, pictureFiles } from '../../../scripts/pictures/scenes.cts';
import { repoRoot } from '../../support/paths.cts';

const FOLDER = join(repoRoot, 'docs/images');
const stored = readdirSync(FOLDER).sort();
const pages = [
	'README.md',
	...readdirSync(join(repoRoot, 'docs'), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`),
].map((file) => [file, readFileSync(join(repoRoot, file), 'utf8')] as const);

it('are those that npm run docs and npm run pictures make', () => {
	expect(stored).toEqual([...renderDrawings().keys(), ...pictureFiles()].sort());
});

it('are all shown, in both languages, those of the forms in that of their edition', () => {
	const shown = (file: string, chinese: boolean) =>
		pages.some(([page, text]) => /zh-CN/.test(page) === chinese && text.includes(`/${file}`));
	const hidden = stored.filter((file) => {
		const ofOneEdition = file.startsWith(CHINESE) || stored.includes(CHINESE + file);
		if (ofOneEdition) return !shown(file, file.startsWith(CHINESE));
		return !shown(file, true) || !shown(file, false);
	});
	expect(hidden).toEqual([]);
});

it('have 2 MB in all', () => {
	const bytes = stored.map((file) => statSync(join(FOLDER, file)).size);
	expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000);
});

it('show every recipe', () => {
	const recipes = readdirSync(join(repoRoot, 'demo/workflows'));
	const pictures = recipes.map((file) => `recipe-${file.replace('.json', '')}-light.webp`);
	expect(pictureFiles()).toEqual(expect.arrayContaining(pictures));
});
