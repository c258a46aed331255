/** What jest's results (`--json`) say, also of a run whose failed files ran once more. */

interface Assertion {
	fullName: string;
	status: string;
}
export interface FileResult {
	/** The file's path. */
	name: string;
	status: string;
	assertionResults: Assertion[];
}
export interface TestResults {
	passed: number;
	/** The names of the failed tests. A file that could not run counts as one. */
	failed: string[];
	/** The names of the tests that failed first and passed when their file ran again. */
	repeated: string[];
}

const failedIn = ({ name, status, assertionResults }: FileResult) => {
	const failed = assertionResults.filter((test) => test.status === 'failed');
	if (failed.length > 0) return failed.map(({ fullName }) => fullName);
	return status === 'failed' ? [name] : [];
};

/** Whether a test passed, or for a file that could not run: whether it did run. */
const hasPassed = ({ name, status, assertionResults }: FileResult, what: string) =>
	what === name
		? status === 'passed'
		: assertionResults.some((test) => test.fullName === what && test.status === 'passed');

/** The paths of the files in which something failed. */
export const failedFiles = (files: FileResult[]): string[] =>
	files.filter((file) => failedIn(file).length > 0).map(({ name }) => name);

/** The results of all files; those of a file that ran again count by its second run. Skipped tests count as nothing. */
export function resultsOf(first: FileResult[], second: FileResult[] = []): TestResults {
	const again = new Map(second.map((file) => [file.name, file]));
	const last = first.map((file) => again.get(file.name) ?? file);
	const failed = last.flatMap(failedIn);
	return {
		passed: last
			.flatMap(({ assertionResults }) => assertionResults)
			.filter(({ status }) => status === 'passed').length,
		failed,
		repeated: first.flatMap((file) => {
			const second = again.get(file.name);
			return second ? failedIn(file).filter((name) => hasPassed(second, name)) : [];
		}),
	};
}
