/** The time a program with servers and child processes lives: whatever ends it, everything it started is ended first. */

type Cleanup = () => unknown;

const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MS = 500;
const EXIT_CODES: Record<string, number> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Ctrl-C and its like. */
export class Interrupted extends Error {
	constructor(readonly signal: string) {
		super(`stopped by ${signal}`);
	}
}

export class Lifetime {
	private readonly cleanups: Cleanup[] = [];

	private fail: (reason: Error) => void = () => {};

	private readonly ended: Promise<never>;

	private interruption?: Error;

	private timer?: NodeJS.Timeout;

	private isDone = false;

	constructor() {
		this.ended = new Promise((_resolve, reject) => (this.fail = reject));
		this.ended.catch(() => {});
		for (const signal of SIGNALS) process.on(signal, () => this.interrupt(new Interrupted(signal)));
		// npm passes SIGTERM on to its shell, which ends without a word to this process.
		const parent = process.ppid;
		const watch = () => process.ppid === parent || this.interrupt(new Interrupted('SIGHUP'));
		setInterval(watch, PARENT_CHECK_MS).unref();
	}

	/** Ends the work when it takes longer than this. */
	limit(milliseconds: number): void {
		const reason = new Error(`not done within ${milliseconds / 60_000} minutes`);
		this.timer = setTimeout(() => this.interrupt(reason), milliseconds).unref();
	}

	/**
	 * Something to do at the end, in reverse order. Call it before you start what it ends: once the end has come it throws,
	 * so that work under way cannot start anything more.
	 */
	atEnd(cleanup: Cleanup): void {
		if (this.interruption) throw this.interruption;
		this.cleanups.push(cleanup);
	}

	/** A short piece of work with a child process of its own: the end waits for it. */
	async whole<T>(work: () => Promise<T>): Promise<T> {
		const pending = work();
		this.atEnd(async () => await pending.catch(() => {}));
		return await pending;
	}

	/** The work is done: from now on Ctrl-C is a normal end. Never resolves. */
	async untilInterrupted(): Promise<never> {
		this.isDone = true;
		return await this.ended;
	}

	/** Does the work, cleans up whatever happened, and ends this process with the exit code the work gave. */
	async run(work: () => Promise<number>): Promise<never> {
		let code = 1;
		try {
			code = await Promise.race([work(), this.ended]);
		} catch (error) {
			if (error instanceof Interrupted)
				code = this.isDone && error.signal === 'SIGINT' ? 0 : (EXIT_CODES[error.signal] ?? 1);
			else process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
		}
		this.interrupt(new Error('the program is ending'));
		clearTimeout(this.timer);
		for (const cleanup of this.cleanups.reverse()) {
			try {
				await cleanup();
			} catch (error) {
				code ||= 1;
				process.stderr.write(`While cleaning up: ${(error as Error).message}\n`);
			}
		}
		process.exit(code);
	}

	private interrupt(reason: Error): void {
		this.interruption ??= reason;
		this.fail(reason);
	}
}
