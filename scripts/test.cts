/**
 * `npm test` after the build: all that a change must pass. Types, lint and the scan read files that no test writes, so they run beside
 * the tests, which wait for much of their time: one after the other, and with less claim on the processor than the tests have.
 * On a busy machine a test with a real n8n, a browser or timers now and then misses a moment that it cannot wait for: files in which a
 * test failed run once more, alone, when all else has ended. What passed only then is named at the end.
 *
 *   npm test -- <arguments for jest>
 *
 * The counts and names are kept in .cache/test-results.json (`TestResults`).
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { failedFiles, resultsOf, type FileResult } from './test-results.cts';

const BELOW_THE_TESTS = 10;
/** So many files miss no moment by chance: something is broken, and a second run would only take time. */
const MOST_FILES_REPEATED = 12;
const CACHE = path.join(__dirname, '..', '.cache');
const RESULTS = path.join(CACHE, 'test-results.json');
const JEST = require.resolve('jest/bin/jest');
const IS_WINDOWS = process.platform === 'win32';
const npm = (script: string) => ({
	what: `npm run ${script}`,
	command: IS_WINDOWS ? 'npm.cmd' : 'npm',
	args: ['run', '--silent', script],
	shell: IS_WINDOWS,
});
const CHECKS = [
	npm('typecheck'),
	npm('lint'),
	{
		what: 'npm run scan',
		command: process.execPath,
		args: [path.join('scripts', 'scan.mjs')],
		shell: false,
	},
];

const running = new Set<ChildProcess>();
let isStopped = false;

/** Resolves with the exit code; 1 for a process that was ended. */
async function run(
	command: string,
	args: string[],
	onOutput?: (text: string) => void,
	options: SpawnOptions = {},
): Promise<number> {
	const stdio = onOutput ? (['ignore', 'pipe', 'pipe'] as const) : 'inherit';
	const child = spawn(command, args, { stdio: stdio as 'inherit', ...options });
	running.add(child);
	if (onOutput && child.pid) os.setPriority(child.pid, BELOW_THE_TESTS);
	for (const stream of [child.stdout, child.stderr])
		if (onOutput) stream?.setEncoding('utf8').on('data', onOutput);
	try {
		return await new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('close', (code) => resolve(code ?? 1));
		});
	} finally {
		running.delete(child);
	}
}

/** One after the other; the output of each is shown whole when it ends. Resolves with those that failed. */
async function runChecks(): Promise<string[]> {
	const failed: string[] = [];
	for (const { what, command, args, shell } of CHECKS) {
		if (isStopped) break;
		let output = '';
		const code = await run(command, args, (text) => (output += text), { shell });
		process.stderr.write(`\n${output}${code === 0 ? 'ok  ' : 'FAIL'} ${what}\n`);
		if (code !== 0) failed.push(what);
	}
	return failed;
}

/** Resolves with the exit code, and with what happened in each file: undefined if jest ended before the tests. */
async function runTests(args: string[]): Promise<{ code: number; files?: FileResult[] }> {
	const output = path.join(CACHE, 'jest.json');
	rmSync(output, { force: true });
	const code = await run(process.execPath, [JEST, ...args, '--json', `--outputFile=${output}`]);
	if (!existsSync(output)) return { code };
	const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as { testResults: FileResult[] };
	return { code, files: testResults };
}

async function main(): Promise<void> {
	mkdirSync(CACHE, { recursive: true });
	rmSync(RESULTS, { force: true });
	const checks = runChecks();
	const first = await runTests(process.argv.slice(2));
	const failedChecks = await checks;

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
	for (const what of failedChecks) console.error(`Failed: ${what} (see above)`);
	process.exitCode = failedChecks.length > 0 || last.code !== 0 || isStopped ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.on(signal, () => {
		isStopped = true;
		for (const child of running) child.kill(signal);
	});
void main();
