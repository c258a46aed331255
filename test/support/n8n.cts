/** Starts, restarts and stops a real n8n with the packed package installed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

export class N8n {
	/** Milliseconds from the last start to being ready. */
	startMs = 0;

	private process?: ChildProcess;

	private output = '';

	private readonly endings: Array<() => void> = [];

	constructor(
		readonly install: N8nInstall,
		readonly userFolder: string,
		readonly encryptionKey: string,
		private readonly ports: N8nPorts,
		private readonly options: StartOptions,
	) {}

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
		return this.output;
	}

	/** Starts the process and resolves when n8n answers REST calls. Fails with the end of the log when n8n dies or takes too long. */
	async start(): Promise<void> {
		const { nodeBin, n8nBin, dir } = this.install;
		const { userFolder, encryptionKey } = this;
		const started = Date.now();
		await probePort(this.port).catch(() => {
			throw new StartFailed(`Port ${this.port} is already in use.`); // Else another n8n there would look like this one.
		});
		const child = spawn(
			nodeBin,
			['--require', join(__dirname, 'exit-with-parent.cjs'), n8nBin, 'start'],
			{
				cwd: dir,
				env: n8nEnv({ ...this.ports, userFolder, encryptionKey, nodeBin, extra: this.options.env }),
				stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
				detached: true, // It leads a process group of its own, so that its task runner can be ended with it.
			},
		);
		this.process = child;
		const logStart = this.output.length;
		for (const stream of [child.stdout, child.stderr])
			stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
		child.stdio[3]?.on('error', () => {}); // n8n may be gone before this process.
		child.once('error', (error) => (this.output += `\n${error.message}\n`));
		try {
			while (!(await this.isReady())) {
				const problem = this.hasEnded()
					? 'n8n ended while starting'
					: Date.now() - started > START_TIMEOUT_MS
						? 'n8n did not get ready'
						: '';
				if (problem)
					throw new StartFailed(
						`${problem} (${Date.now() - started} ms). The end of its log:\n${this.output.slice(logStart).slice(-4000)}`,
					);
				await sleep(100);
			}
			if (/Failed to load package/.test(this.output.slice(logStart)))
				throw new StartFailed(
					`n8n could not load the package:\n${this.output.slice(logStart, logStart + 4000)}`,
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
		for (const end of this.endings.splice(0)) end();
		await this.end();
		if (!this.options.userFolder)
			rmSync(this.userFolder, { recursive: true, force: true, maxRetries: 3 });
	}

	/** Ends n8n at once, as a power cut would; `start()` brings it back. */
	async kill(): Promise<void> {
		await this.end(0);
	}

	/** Called once when n8n is stopped for good: ends what was started to look into it. */
	atStop(end: () => void): void {
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
