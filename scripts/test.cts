/**
 * `npm test` after the build: all tests. On a busy machine a test with a real n8n, a browser or timers now and then misses a moment
 * that it cannot wait for: files in which a test failed run once more, alone. What passed only then is named at the end.
 *
 *   npm test -- <arguments for jest>
 *
 * The counts and names are kept in .cache/test-results.json (`TestResults`).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { failedFiles, resultsOf, type FileResult } from './test-results.cts';

/** So many files miss no moment by chance: something is broken, and a second run would only take time. */
const MOST_FILES_REPEATED = 12;
const CACHE = path.join(__dirname, '..', '.cache');
const RESULTS = path.join(CACHE, 'test-results.json');
const JEST = require.resolve('jest/bin/jest');

let running: ChildProcess | undefined;
let isStopped = false;

/** Resolves with jest's exit code (1 if it was ended), and with what happened in each file: undefined if jest ended before the tests. */
async function runTests(args: string[]): Promise<{ code: number; files?: FileResult[] }> {
	const output = path.join(CACHE, 'jest.json');
	rmSync(output, { force: true });
	const jest = spawn(process.execPath, [JEST, ...args, '--json', `--outputFile=${output}`], {
		stdio: 'inherit',
	});
	running = jest;
	const code = await new Promise<number>((resolve, reject) => {
		jest.once('error', reject);
		jest.once('close', (exitCode) => resolve(exitCode ?? 1));
	});
	if (!existsSync(output)) return { code };
	const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as { testResults: FileResult[] };
	return { code, files: testResults };
}

async function main(): Promise<void> {
	mkdirSync(CACHE, { recursive: true });
	rmSync(RESULTS, { force: true });
	const first = await runTests(process.argv.slice(2));

	const repeated = failedFiles(first.files ?? []);
	let last = first;
	if (!isStopped && repeated.length > 0 && repeated.length <= MOST_FILES_REPEATED) {
		console.error(`\nOnce more, alone:\n${repeated.join('\n')}\n`);
		const again = await runTests(['--maxWorkers=1', '--runTestsByPath', ...repeated]);
		if (again.files) last = again;
	}
	if (first.files) {
		const results = resultsOf(first.files, last.files);
		writeFileSync(RESULTS, JSON.stringify(results, undefined, '\t'));
		for (const name of results.repeated) console.error(`Passed at the second attempt: ${name}`);
		for (const name of results.failed) console.error(`Failed: ${name}`);
	}
	process.exitCode = last.code !== 0 || isStopped ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.on(signal, () => {
		isStopped = true;
		running?.kill(signal);
	});
void main();
