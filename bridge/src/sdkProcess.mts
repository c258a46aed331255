/** A worker as the bridge sees it: started when it is needed, watched, and started again when it has ended. */
import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { notLoaded } from './library.mts';
import { Problem, type ProblemDetails } from './problems.mts';
import { stampOf, type Configuration } from './settings.mts';
import type { Answer, Operations, Question } from './workerProtocol.mts';

/** A worker that ended is started again after a while that doubles each time, up to this. */
const MAX_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 250;
/** A worker that is not wanted any more is ended by force after this long. */
const END_MS = 2_000;

const ended = (how: string, todo: string): Problem =>
	new Problem({
		code: 'sdk_crashed',
		message: how,
		todo,
		status: 502,
		state: 'failing',
		again: true,
	});

export class SdkProcess {
	/** How often it was started again after it had ended by itself. */
	restarts = 0;
	private child?: ChildProcess;
	private stamp = '';
	private last: Promise<unknown> = Promise.resolve();
	private failures = 0;
	private stopped = false;

	constructor(
		private readonly configuration: () => Configuration,
		private readonly watchdogMs: number,
		private readonly log: (line: string) => void,
	) {}

	/**
	 * Calls an operation of the worker, one at a time and in order. `onProgress` gets the seq at which a careful page is. Rejects
	 * with a problem: the library's own, or `sdk_crashed` when the process ended or had to be ended.
	 */
	async call<Name extends keyof Operations>(
		name: Name,
		input: Operations[Name]['takes'],
		onProgress?: (seq: string) => void,
	): Promise<Operations[Name]['gives']> {
		const turn = this.last.then(async () => {
			const child = await this.running();
			const value = await this.ask(child, { name, input }, onProgress);
			this.failures = 0;
			return value;
		});
		this.last = turn.catch(() => {});
		return (await turn) as Operations[Name]['gives'];
	}

	/** Ends the worker, after the call that is under way if that does not take long. */
	stop(): void {
		this.stopped = true;
		this.end();
	}

	private async running(): Promise<ChildProcess> {
		const configuration = this.configuration();
		const stamp = stampOf(configuration);
		if (this.child && stamp === this.stamp) return this.child;
		this.end();
		if (stamp !== this.stamp) this.failures = 0;
		if (this.failures > 0) {
			this.restarts++;
			await sleep(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.failures - 1)));
		}
		if (this.stopped) throw ended('The bridge is ending.', 'Ask again when it runs.');
		this.stamp = stamp;
		const child = fork(fileURLToPath(import.meta.url), ['worker'], {
			serialization: 'advanced',
			// What the library prints is not ours to publish: it may name people.
			stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
		});
		child.once('exit', () => {
			if (this.child === child) this.child = undefined;
		});
		// A question to a process that is just ending fails here too; its end is reported by 'exit'.
		child.on('error', () => {});
		this.child = child;
		try {
			// The configuration goes as a message: arguments and environment of a process can be seen from outside.
			await this.ask(child, { name: 'start', input: configuration });
		} catch (error) {
			this.end();
			if (error instanceof Problem && error.details.code === 'sdk_crashed')
				throw notLoaded('it crashed while it was loaded');
			throw error;
		}
		return child;
	}

	private end(): void {
		const { child } = this;
		this.child = undefined;
		if (!child) return;
		// A worker that loses its channel gives the library's handle back and ends by itself.
		if (child.connected) child.disconnect();
		setTimeout(() => child.kill('SIGKILL'), END_MS).unref();
	}

	private async ask(
		child: ChildProcess,
		question: Question,
		onProgress?: (seq: string) => void,
	): Promise<unknown> {
		return await new Promise((resolve, reject) => {
			let hanging = false;
			const done = () => {
				clearTimeout(watchdog);
				child.off('message', onMessage);
				child.off('exit', onExit);
			};
			const onMessage = (answer: Answer) => {
				if ('at' in answer) return onProgress?.(answer.at);
				done();
				if ('value' in answer) resolve(answer.value);
				else reject(new Problem(answer.problem as ProblemDetails));
			};
			const onExit = (code: number | null, signal: string | null) => {
				done();
				this.failures++;
				const problem = hanging
					? ended(
							`The library did not come back within ${this.watchdogMs / 1000} seconds and was ended.`,
							'The bridge starts it again by itself. If it happens often, check the network and the proxy.',
						)
					: ended(
							`The library crashed (${signal ?? `exit code ${code}`}).`,
							'The bridge starts it again by itself. If it happens often, download the newest version of the library.',
						);
				this.log(problem.message);
				reject(problem);
			};
			const watchdog = setTimeout(() => {
				hanging = true;
				child.kill('SIGKILL');
			}, this.watchdogMs);
			child.on('message', onMessage);
			child.once('exit', onExit);
			child.send(question);
		});
	}
}
