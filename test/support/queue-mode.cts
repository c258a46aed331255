/** n8n in several processes: main, a worker, and webhook processes behind a balancer without sticky routes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { killGroup } from './child.cts';
import { http } from './http.cts';
import { startN8n, type N8n } from './n8n.cts';
import { freePorts, n8nEnv, probePort } from './n8n-env.cts';
import { N8nRest } from './n8n-rest.cts';
import { startQueueServers } from './queue-servers.cts';
import { until } from './wait.cts';

const START_TIMEOUT_MS = 120_000;

/** A worker or a webhook process beside main. */
export interface N8nProcess {
	/** Without a slash at the end. */
	url: string;
	/** Everything it printed. */
	logs(): string;
	/** Ends it at once, as a power cut would. */
	kill(): void;
}

export interface Balancer {
	/** Without a slash at the end. */
	url: string;
	/** The place in the list of the process that got each request, in order. */
	served: number[];
	/** All requests go to this process from now on; without one again to each in turn. */
	pin(process?: number): void;
}

export interface QueueModeOptions {
	tarball: string;
	/** Without any, main receives callbacks itself. */
	webhookProcesses?: number;
	/** Added to every process' environment. */
	env?: NodeJS.ProcessEnv;
}

export interface QueueMode {
	main: N8n;
	rest: N8nRest;
	worker: N8nProcess;
	webhooks: N8nProcess[];
	/** In front of the webhook processes, if there are any. */
	balancer: Balancer;
	/** Resolves when every process that receives callbacks knows a path. */
	waitForWebhook(method: string, path: string): Promise<void>;
	/** One more process, of another user folder if that is given. */
	startProcess(command: 'worker' | 'webhook', userFolder?: string): Promise<N8nProcess>;
	stop(): Promise<void>;
}

/** Starts all of it, with PostgreSQL and Redis. */
export async function startQueueMode(options: QueueModeOptions): Promise<QueueMode> {
	const { tarball, webhookProcesses = 0 } = options;
	const ends: Array<() => unknown> = [];
	const stop = async () => {
		for (const end of ends.splice(0).reverse()) await end();
	};
	try {
		const servers = await startQueueServers();
		ends.push(servers.stop);
		const targets: string[] = [];
		const { balancer, close } = await startBalancer(targets);
		ends.push(close);
		const apart = {
			N8N_WEBHOOK_URL: `${balancer.url}/`,
			WEBHOOK_URL: `${balancer.url}/`,
			N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
		};
		const env = { ...servers.env, ...(webhookProcesses > 0 ? apart : {}), ...options.env };
		const main = await startN8n({ tarball, env });
		ends.push(async () => await main.stop());
		const rest = await N8nRest.connect(main);
		const startProcess: QueueMode['startProcess'] = async (command, userFolder) => {
			const started = await startBeside(command, main, env, userFolder);
			ends.push(started.kill);
			return started;
		};
		const worker = await startProcess('worker');
		const webhooks: N8nProcess[] = [];
		for (let one = 0; one < webhookProcesses; one++) webhooks.push(await startProcess('webhook'));
		targets.push(...(webhooks.length > 0 ? webhooks : [main]).map(({ url }) => url));
		const waitForWebhook = async (method: string, path: string) => {
			for (const url of targets) await rest.waitForWebhook(method, path, 30_000, url);
		};
		return { main, rest, worker, webhooks, balancer, waitForWebhook, startProcess, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function startBeside(
	command: 'worker' | 'webhook',
	{ install, userFolder, encryptionKey }: N8n,
	env: NodeJS.ProcessEnv,
	ownFolder = userFolder,
): Promise<N8nProcess> {
	const { nodeBin, n8nBin, dir } = install;
	const ports = await freePorts();
	const health = {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		...(command === 'worker' ? { QUEUE_HEALTH_CHECK_PORT: String(ports.port) } : {}),
	};
	const extra = { ...env, ...health };
	const child: ChildProcess = spawn(
		nodeBin,
		['--require', join(__dirname, 'exit-with-parent.cjs'), n8nBin, command],
		{
			cwd: dir,
			env: n8nEnv({ ...ports, userFolder: ownFolder, encryptionKey, nodeBin, extra }),
			stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
			detached: true,
		},
	);
	let log = '';
	for (const stream of [child.stdout, child.stderr])
		stream?.setEncoding('utf8').on('data', (text: string) => (log += text));
	child.stdio[3]?.on('error', () => {}); // It may be gone before this process.
	const url = `http://127.0.0.1:${ports.port}`;
	const kill = () => {
		if (child.pid !== undefined) killGroup(child.pid);
		child.stdio[3]?.destroy();
	};
	try {
		await until(
			`n8n ${command} is ready`,
			async () => {
				if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}`);
				const ready = http(`${url}/healthz/readiness`, { timeout: 5_000 });
				return await ready.then(
					({ status }) => status === 200,
					() => false,
				);
			},
			{ within: START_TIMEOUT_MS, every: 100 },
		);
	} catch (error) {
		kill();
		throw new Error(`${(error as Error).message}. The end of its log:\n${log.slice(-4000)}`);
	}
	return { url, logs: () => log, kill };
}

/** Every request goes to the next of the targets, whoever sends it. */
async function startBalancer(
	targets: string[],
): Promise<{ balancer: Balancer; close: () => Promise<void> }> {
	let next = 0;
	let pinned: number | undefined;
	const served: number[] = [];
	const server = createServer((incoming, outgoing) => {
		const chosen = pinned ?? next++ % targets.length;
		served.push(chosen);
		const { method, url, headers } = incoming;
		const onward = request(targets[chosen] + url, { method, headers, agent: false }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
		});
		onward.on('error', () => outgoing.destroy());
		incoming.pipe(onward);
	});
	const port = await probePort(0);
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	const close = async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	};
	const pin = (process?: number) => (pinned = process);
	return { balancer: { url: `http://127.0.0.1:${port}`, served, pin }, close };
}
