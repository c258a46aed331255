import fs from 'node:fs';
import { docsFile, renderDocs } from '../../../scripts/catalog-docs.cts';
import { facts } from './facts.cts';

describe('docs/api.md', () => {
	it('is up to date (if not: node -r tsx/cjs scripts/catalog-docs.cts)', () => {
		expect(fs.readFileSync(docsFile, 'utf8')).toBe(renderDocs());
	});

	it('names every endpoint', () => {
		const text = fs.readFileSync(docsFile, 'utf8');
		for (const { method, path, name, doc } of facts) {
			expect(text).toContain(`\`${method} ${path}\``);
			expect(text).toMatch(
				new RegExp(`\\[${name.replace(/[()]/g, '\\$&')}( \\(Legacy\\))?\\]\\(\\S+/${doc}\\)`),
			);
		}
	});

	it('has links to its sections that work', () => {
		const text = fs.readFileSync(docsFile, 'utf8');
		const anchors = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) =>
			heading
				.toLowerCase()
				.replace(/[^\w -]/g, '')
				.replace(/ /g, '-'),
		);
		expect([...text.matchAll(/\]\(#(.*?)\)/g)].map(([, target]) => target)).toEqual(anchors);
	});
});
