/** What a run of the e2e tests on one n8n says: problems, and the tables in the documents. */
import { basename } from 'node:path';
import { isAtLeast } from '../support/n8n-release.cts';
import { DIFFERENCES, promisedOn, PROMISES, type Difference } from './promises.cts';

/** The part of jest's JSON that is read. */
export interface JestReport {
	testResults: Array<{
		name: string;
		message?: string;
		assertionResults: Array<{ fullName: string; status: string }>;
	}>;
}

export interface Row {
	passed: number;
	/** Full names of the tests that failed. */
	failed: string[];
}

export interface VersionResult {
	/** The Node.js it ran on. */
	node: string;
	/** By the title of the promise. */
	rows: Record<string, Row>;
}

/** By n8n release. */
export type Results = Record<string, VersionResult>;

export function resultOf(report: JestReport, node: string): VersionResult {
	const rows: Record<string, Row> = {};
	for (const { title, files } of PROMISES) {
		const tests = report.testResults
			.filter(({ name }) => files.includes(basename(name, '.test.cts')))
			.flatMap(({ assertionResults }) => assertionResults);
		const named = (status: string) =>
			tests.filter((test) => test.status === status).map(({ fullName }) => fullName);
		if (tests.length > 0) rows[title] = { passed: named('passed').length, failed: named('failed') };
	}
	return { node, rows };
}

/** What does not fit the table of known differences, either way; empty when the release keeps its promises. */
export function problemsOf(
	version: string,
	report: JestReport,
	differences: Difference[] = DIFFERENCES,
): string[] {
	const known = new Map(
		differences
			.filter(({ since }) => !isAtLeast(version, since))
			.map((difference) => [difference.test, difference]),
	);
	const problems: string[] = [];
	for (const { name, message, assertionResults } of report.testResults) {
		if (assertionResults.length === 0)
			problems.push(`${basename(name)} could not be run: ${message ?? ''}`);
		for (const { fullName, status } of assertionResults) {
			const difference = known.get(fullName);
			if (status === 'failed' && !difference) problems.push(`failed: ${fullName}`);
			if (status === 'passed' && difference)
				problems.push(`passed, but was expected to fail before ${difference.since}: ${fullName}`);
		}
	}
	return problems;
}

const oldestFirst = (results: Results) =>
	Object.keys(results).sort((one, other) => (isAtLeast(one, other) ? 1 : -1));

/** The table as Markdown: a promise a line, a release a column. */
export function renderTable(results: Results): string {
	const versions = oldestFirst(results);
	const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
	const cell = (version: string, title: string) => {
		if (!promisedOn(version).some((promise) => promise.title === title)) return '–';
		const row = results[version].rows[title];
		if (!row) return '';
		const { passed, failed } = row;
		return failed.length === 0 ? '✓' : `${passed} of ${passed + failed.length}`;
	};
	return [
		line(['n8n', ...versions]),
		line(['---', ...versions.map(() => '---')]),
		line(['on Node.js', ...versions.map((version) => results[version].node)]),
		...PROMISES.map(({ title }) =>
			line([title, ...versions.map((version) => cell(version, title))]),
		),
	].join('\n');
}

/** The known differences as Markdown, those that no tested release shows left out. */
export function renderDifferences(
	results: Results,
	differences: Difference[] = DIFFERENCES,
): string {
	const failed = new Set(
		Object.values(results).flatMap(({ rows }) => Object.values(rows).flatMap((row) => row.failed)),
	);
	const seen = differences.filter(({ test }) => failed.has(test));
	return [...new Set(seen.map(({ since, meaning }) => `- Before ${since}: ${meaning}`))].join('\n');
}
