/** Child processes: run one to its end, print progress while something takes long, end a group. */
import { spawn } from 'node:child_process';

export interface RunOptions {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	/** Give up (and kill the child) after this many milliseconds. */
	timeout?: number;
}

export interface RunResult {
	stdout: string;
	stderr: string;
}

/** Runs a command without a shell and resolves with its output; rejects with the tail of that output when it fails. */
export async function run(
	command: string,
	args: string[],
	options: RunOptions = {},
): Promise<RunResult> {
	const child = spawn(command, args, {
		cwd: options.cwd,
		env: options.env ?? process.env,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	// The child ends with this process, so that a test run that is stopped leaves no npm behind.
	const end = () => void child.kill('SIGKILL');
	process.once('exit', end);
	const result: RunResult = { stdout: '', stderr: '' };
	child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
	child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
	const timer = options.timeout
		? setTimeout(() => child.kill('SIGKILL'), options.timeout)
		: undefined;
	try {
		const ended = await new Promise<string | number | null>((resolve, reject) => {
			child.once('error', reject);
			child.once('close', (code, signal) => resolve(signal ?? code));
		});
		if (ended === 0) return result;
		const tail = `${result.stdout}\n${result.stderr}`.trim().slice(-3000);
		throw new Error(`"${command} ${args.join(' ')}" ended with ${ended}:\n${tail}`);
	} finally {
		clearTimeout(timer);
		process.off('exit', end);
	}
}

/** npm as this process would run it, also inside `npm run` and on Windows. */
export function npmCommand(): string {
	return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

/** Prints one line to stderr; jest's console would wrap it in a stack trace. */
export function say(line: string): void {
	process.stderr.write(`${line}\n`);
}

/** Says what is going on at once and again every 15 s with the time it has taken, until the work is done. */
export async function withProgress<T>(
	label: string,
	work: () => Promise<T>,
	onTick?: () => void,
): Promise<T> {
	const started = Date.now();
	say(`${label} ...`);
	const timer = setInterval(() => {
		say(`${label} ... ${Math.round((Date.now() - started) / 1000)} s`);
		onTick?.();
	}, 15_000);
	try {
		return await work();
	} finally {
		clearInterval(timer);
	}
}

/** True while a process with this id exists. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** Kills the process group that `pid` leads (a child that was started with `detached: true`). */
export function killGroup(pid: number): void {
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// Nothing of the group is left.
	}
}
