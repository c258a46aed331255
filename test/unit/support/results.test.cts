import { failedFiles, resultsOf, type FileResult } from '../../../scripts/test-results.cts';

/** What jest writes of a file; tests as `name: status`. */
const file = (name: string, tests: Record<string, string>, status?: string): FileResult => {
	const assertionResults = Object.entries(tests).map(([fullName, status]) => ({
		fullName,
		status,
	}));
	const hasFailed = assertionResults.some(({ status }) => status === 'failed');
	return { name, status: status ?? (hasFailed ? 'failed' : 'passed'), assertionResults };
};

const first = [
	file('good', { a: 'passed', b: 'pending' }),
	file('late', { c: 'failed', d: 'passed' }),
	file('broken', { e: 'failed', f: 'failed' }),
	file('unreadable', {}, 'failed'),
];

it('counts a file that cannot be read as one failed test, and skipped tests as nothing', () => {
	expect(failedFiles(first)).toEqual(['late', 'broken', 'unreadable']);
	expect(resultsOf(first)).toEqual({
		passed: 2,
		failed: ['c', 'e', 'f', 'unreadable'],
		repeated: [],
	});
});

it('lets the second run of a file decide, and names what passed only then', () => {
	const second = [
		file('late', { c: 'passed', d: 'passed' }),
		file('broken', { e: 'failed', f: 'passed' }),
		file('unreadable', { g: 'passed' }),
	];
	expect(resultsOf(first, second)).toEqual({
		passed: 5,
		failed: ['e'],
		repeated: ['c', 'f', 'unreadable'],
	});
});

it('does not take a test for passed that was left out of the second run', () => {
	const second = [file('late', { c: 'pending', d: 'passed' })];
	expect(resultsOf(first, second)).toMatchObject({ repeated: [] });
});

it('keeps a test failed that passed first and fails in the second run', () => {
	const second = [file('late', { c: 'passed', d: 'failed' })];
	expect(resultsOf(first, second).failed).toContain('d');
});
