import { endpointsPage } from '../../../scripts/docs/endpoints.cts';
import { facts } from './facts.cts';

describe('docs/api.md', () => {
	const text = endpointsPage();

	it('names every endpoint', () => {
		for (const { method, path, name, doc } of facts) {
			expect(text).toContain(`\`${method} ${path}\``);
			expect(text).toMatch(
				new RegExp(`\\[${name.replace(/[()]/g, '\\$&')}( \\(Legacy\\))?\\]\\(\\S+/${doc}\\)`),
			);
		}
	});

	it('has links to its sections that work', () => {
		const anchors = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) =>
			heading
				.toLowerCase()
				.replace(/[^\w -]/g, '')
				.replace(/ /g, '-'),
		);
		expect([...text.matchAll(/\]\(#(.*?)\)/g)].map(([, target]) => target)).toEqual(anchors);
	});
});
