/**
 * `npm test` after the build: all that a change must pass. Types, lint and the scan read files that no test writes, so they run beside
 * the tests, which wait for much of their time: one after the other, and with less claim on the processor than the tests have.
 *
 *   npm test -- <arguments for jest>
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const BELOW_THE_TESTS = 10;
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const npm = (script) => ({
	what: `npm run ${script}`,
	command: process.platform === 'win32' ? 'npm.cmd' : 'npm',
	args: ['run', '--silent', script],
	shell: process.platform === 'win32',
});
const CHECKS = [
	npm('typecheck'),
	npm('lint'),
	{ what: 'npm run scan', command: process.execPath, args: [path.join('scripts', 'scan.mjs')] },
];

const running = new Set();
let isStopped = false;

/** Resolves with the exit code; 1 for a process that was ended. */
async function run(command, args, { onOutput, priority, ...options } = {}) {
	const stdio = onOutput ? ['ignore', 'pipe', 'pipe'] : 'inherit';
	const child = spawn(command, args, { stdio, ...options });
	running.add(child);
	if (priority && child.pid) os.setPriority(child.pid, priority);
	for (const stream of onOutput ? [child.stdout, child.stderr] : [])
		stream.setEncoding('utf8').on('data', onOutput);
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
async function runChecks() {
	const failed = [];
	for (const { what, command, args, shell } of CHECKS) {
		if (isStopped) break;
		let output = '';
		const onOutput = (text) => (output += text);
		const code = await run(command, args, { onOutput, priority: BELOW_THE_TESTS, shell });
		process.stderr.write(`\n${output}${code === 0 ? 'ok  ' : 'FAIL'} ${what}\n`);
		if (code !== 0) failed.push(what);
	}
	return failed;
}

for (const signal of ['SIGINT', 'SIGTERM'])
	process.on(signal, () => {
		isStopped = true;
		for (const child of running) child.kill(signal);
	});

const checks = runChecks();
const code = await run(process.execPath, [jest, ...process.argv.slice(2)]);
const failed = await checks;
for (const what of failed) console.error(`FAIL ${what}: see above`);
process.exitCode = failed.length > 0 || code !== 0 || isStopped ? 1 : 0;
