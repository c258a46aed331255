import { PROMISES, type Difference } from '../../compat/promises.cts';
import {
	problemsOf,
	renderDifferences,
	renderTable,
	resultOf,
	type JestReport,
} from '../../compat/report.cts';

const report = (status: string): JestReport => ({
	testResults: [
		{
			name: '/x/test/e2e/callbacks.test.cts',
			assertionResults: [
				{ fullName: 'is answered', status: 'passed' },
				{ fullName: 'is answered once stored', status },
				{ fullName: 'in the editor', status: 'pending' },
			],
		},
	],
});
const differences: Difference[] = [
	{ test: 'is answered once stored', since: '2.8', meaning: 'callbacks are answered earlier.' },
];

it.each([
	['2.41.1', 'passed', []],
	['2.41.1', 'failed', ['failed: is answered once stored']],
	['1.123.81', 'failed', []],
	['1.123.81', 'passed', ['passed, but was expected to fail before 2.8: is answered once stored']],
])('n8n %s with a test that %s: %j', (version, status, problems) => {
	expect(problemsOf(version, report(status), differences)).toEqual(problems);
});

it('a file that could not be run is a problem', () => {
	const testResults = [{ name: 'a/b.test.cts', message: 'no n8n', assertionResults: [] }];
	expect(problemsOf('2.41.1', { testResults })).toEqual(['b.test.cts could not be run: no n8n']);
});

it('the table has the oldest release first, and counts where not all passed', () => {
	const results = {
		'2.41.1': resultOf(report('passed'), '24.21.0'),
		'1.123.81': resultOf(report('failed'), '20.19.0'),
	};
	const [head, , node, first] = renderTable(results).split('\n');
	expect(head).toBe('| n8n | 1.123.81 | 2.41.1 |');
	expect(node).toBe('| on Node.js | 20.19.0 | 24.21.0 |');
	expect(first).toBe(`| ${PROMISES[0].title} | 1 of 2 | ✓ |`);
	// What is promised from a later release on is marked, what was not run yet is empty.
	expect(renderTable(results)).toContain('| Nothing lost, nothing twice | – |  |');
	expect(renderDifferences(results, differences)).toBe(
		'- Before 2.8: callbacks are answered earlier.',
	);
});
