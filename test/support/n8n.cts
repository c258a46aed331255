/** Starts, restarts and stops a real n8n with the packed package installed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
	appendFileSync,
	closeSync,
	existsSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killGroup } from './child.cts';
import { sleep } from './wait.cts';
import { http } from './http.cts';
import { freePorts, n8nEnv, probePort, type N8nPorts } from './n8n-env.cts';
import { ensureN8n, type N8nInstall } from './n8n-install.cts';
import { installPackage } from './n8n-package.cts';
import { copyTemplate } from './n8n-template.cts';

/** Longer than n8n's own graceful shutdown (N8N_GRACEFUL_SHUTDOWN_TIMEOUT). */
const STOP_GRACE_MS = 8_000;
const START_TIMEOUT_MS = 90_000;

export interface StartOptions {
	/** The packed package to install (`packPackage()`); none for a bare n8n. */
	tarball?: string;
	/** A folder to keep; without one a temporary folder is made and removed by `stop()`. */
	userFolder?: string;
	/** Added to n8n's environment, see n8n-env. */
	env?: NodeJS.ProcessEnv;
	port?: number;
	/** By default the one the user folder was used with before, else a random one. */
	encryptionKey?: string;
}

class StartFailed extends Error {}

/** A real n8n, be it this process' own or one that is lent to it (shared-n8n). */
export type RunningN8n = Pick<
	N8n,
	| 'install'
	| 'userFolder'
	| 'encryptionKey'
	| 'url'
	| 'pid'
	| 'session'
	| 'logs'
	| 'start'
	| 'restart'
	| 'kill'
	| 'stop'
	| 'atStop'
>;

/** n8n writes into a file, not into a pipe: what it has printed can be read at once, by whoever uses it. */
const logFile = (userFolder: string) => join(userFolder, 'n8n.log');

/** What an n8n on this folder has printed up to now. */
export class Log {
	private readonly file: string;

	private readonly begin: number;

	private kept?: string;

	constructor(userFolder: string) {
		this.file = logFile(userFolder);
		this.begin = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
	}

	/** What was printed since this object was made. */
	read(): string {
		return this.kept ?? readFileSync(this.file).subarray(this.begin).toString('utf8');
	}

	/** The folder will be gone. */
	keep(): void {
		this.kept ??= existsSync(this.file) ? this.read() : '';
	}
}

export class N8n {
	/** Milliseconds from the last start to being ready. */
	startMs = 0;

	/** The owner's cookie after a login: it outlives restarts, and n8n takes only five logins a minute. */
	session = '';

	private process?: ChildProcess;

	private readonly log: Log;

	private readonly endings: Array<() => unknown> = [];

	constructor(
		readonly install: N8nInstall,
		readonly userFolder: string,
		readonly encryptionKey: string,
		private readonly ports: N8nPorts,
		private readonly options: StartOptions,
	) {
		appendFileSync(logFile(userFolder), '');
		this.log = new Log(userFolder);
	}

	get port(): number {
		return this.ports.port;
	}

	/** Without a slash at the end. */
	get url(): string {
		return `http://127.0.0.1:${this.ports.port}`;
	}

	get pid(): number | undefined {
		return this.process?.pid;
	}

	/** Everything n8n printed since this object was made, restarts included. */
	logs(): string {
		return this.log.read();
	}

	/** Starts the process and resolves when n8n answers REST calls. Fails with the end of the log when n8n dies or takes too long. */
	async start(): Promise<void> {
		const { nodeBin, n8nBin, dir } = this.install;
		const { userFolder, encryptionKey } = this;
		const started = Date.now();
		await probePort(this.port).catch(() => {
			throw new StartFailed(`Port ${this.port} is already in use.`); // Else another n8n there would look like this one.
		});
		const logStart = this.logs().length;
		const log = openSync(logFile(userFolder), 'a');
		const child = spawn(
			nodeBin,
			['--require', join(__dirname, 'exit-with-parent.cjs'), n8nBin, 'start'],
			{
				cwd: dir,
				env: n8nEnv({ ...this.ports, userFolder, encryptionKey, nodeBin, extra: this.options.env }),
				stdio: ['ignore', log, log, 'pipe'],
				detached: true, // It leads a process group of its own, so that its task runner can be ended with it.
			},
		);
		closeSync(log);
		this.process = child;
		child.stdio[3]?.on('error', () => {}); // n8n may be gone before this process.
		child.once('error', (error) => appendFileSync(logFile(userFolder), `\n${error.message}\n`));
		try {
			while (!(await this.isReady())) {
				const problem = this.hasEnded()
					? 'n8n ended while starting'
					: Date.now() - started > START_TIMEOUT_MS
						? 'n8n did not get ready'
						: '';
				if (problem)
					throw new StartFailed(
						`${problem} (${Date.now() - started} ms). The end of its log:\n${this.logs().slice(logStart).slice(-4000)}`,
					);
				await sleep(100);
			}
			if (/Failed to load package/.test(this.logs().slice(logStart)))
				throw new StartFailed(
					`n8n could not load the package:\n${this.logs().slice(logStart, logStart + 4000)}`,
				);
		} catch (error) {
			await this.end();
			throw error;
		}
		this.startMs = Date.now() - started;
	}

	/** Stops n8n and starts it again on the same user folder and port. */
	async restart(): Promise<void> {
		await this.end();
		await this.start();
	}

	/** Stops n8n and everything it started; removes the user folder if it was a temporary one. */
	async stop(): Promise<void> {
		for (const end of this.endings.splice(0)) await end();
		await this.end();
		this.log.keep();
		if (!this.options.userFolder)
			rmSync(this.userFolder, { recursive: true, force: true, maxRetries: 3 });
	}

	/** Ends n8n at once, as a power cut would; `start()` brings it back. */
	async kill(): Promise<void> {
		await this.end(0);
	}

	/** Called once when n8n is stopped for good: ends what was started to look into it. */
	atStop(end: () => unknown): void {
		this.endings.push(end);
	}

	private hasEnded(): boolean {
		return (
			this.process?.pid === undefined ||
			this.process.exitCode !== null ||
			this.process.signalCode !== null
		);
	}

	/** `/healthz` turns ok before REST is mounted, readiness comes after the migrations; both are asked. */
	private async isReady(): Promise<boolean> {
		try {
			const ready = await http(`${this.url}/healthz/readiness`, { timeout: 5_000 });
			if (ready.status !== 200) return false;
			const settings = await http(`${this.url}/rest/settings`, { timeout: 5_000 });
			return settings.status === 200 && settings.headers['content-type']?.includes('json') === true;
		} catch {
			return false;
		}
	}

	private async end(grace = STOP_GRACE_MS): Promise<void> {
		const child = this.process;
		this.process = undefined;
		if (child?.pid === undefined) return;
		if (child.exitCode === null && child.signalCode === null) {
			const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
			if (grace > 0) child.kill('SIGTERM');
			else killGroup(child.pid);
			const timer = setTimeout(killGroup, grace, child.pid);
			await closed;
			clearTimeout(timer);
		}
		killGroup(child.pid); // n8n may have left its task runner behind.
		child.stdio[3]?.destroy();
	}
}

/** n8n writes its encryption key into the user folder. */
function keptKey(userFolder: string): string | undefined {
	try {
		return (
			JSON.parse(readFileSync(join(userFolder, '.n8n', 'config'), 'utf8')) as {
				encryptionKey?: string;
			}
		).encryptionKey;
	} catch {
		return undefined;
	}
}

/** Installs n8n if it is not cached yet, installs the tarball into the user folder and starts n8n. A new folder is a copy of the template if this run has one. */
export async function startN8n(options: StartOptions = {}): Promise<N8n> {
	const install = await ensureN8n();
	const userFolder = options.userFolder ?? mkdtempSync(join(tmpdir(), 'wecom-kit-n8n-'));
	const { tarball } = options;
	const isNew = !options.userFolder;
	if (tarball && !(isNew && copyTemplate(userFolder, tarball)))
		await installPackage(userFolder, tarball, install.nodeBin);
	const encryptionKey =
		options.encryptionKey ?? keptKey(userFolder) ?? randomBytes(24).toString('hex');
	for (let attempt = 1; ; attempt++) {
		const ports = await freePorts(options.port);
		const n8n = new N8n(install, userFolder, encryptionKey, ports, options);
		try {
			await n8n.start();
			return n8n;
		} catch (error) {
			const portTaken =
				error instanceof StartFailed && /already in use|EADDRINUSE/i.test(error.message);
			if (portTaken && !options.port && attempt < 3) continue;
			await n8n.stop();
			throw error;
		}
	}
}
