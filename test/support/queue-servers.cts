/** PostgreSQL and Redis on 127.0.0.1 for n8n in queue mode (Debian: postgresql, redis-server), started by the tests themselves. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killGroup } from './child.cts';
import { freePorts } from './n8n-env.cts';
import { until } from './wait.cts';

const POSTGRES = '/usr/lib/postgresql';

function onPath(command: string): string {
	try {
		return execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim();
	} catch {
		return '';
	}
}

const redis = onPath('redis-server');
const version = existsSync(POSTGRES) ? readdirSync(POSTGRES).sort().at(-1) : undefined;

/** Whether this machine has PostgreSQL. */
export const hasPostgres = version !== undefined;

/** `describe` for what needs both: without them reported as skipped on a person's machine, and failed when CI=true. */
export function queueServersOrSkip(): jest.Describe {
	if (redis && version) return describe;
	process.stderr.write('PostgreSQL or redis-server is missing: queue mode is not tested.\n');
	if (process.env.CI !== 'true') return describe.skip as jest.Describe;
	test('PostgreSQL and redis-server are there, or CI would pass without queue mode', () => {
		expect({ redis, postgres: version }).toEqual({
			redis: expect.stringContaining('redis-server'),
			postgres: expect.any(String),
		});
	});
	return describe.skip as jest.Describe;
}

export interface QueueServers {
	/** What every process of n8n needs to know of them. */
	env: NodeJS.ProcessEnv;
	stop: () => void;
}

/** PostgreSQL alone, with an empty database `n8n` that its user `n8n` opens without a password. */
export async function startDatabase(): Promise<{ port: number; stop: () => void }> {
	return await startTogether(async (folder, children) => ({
		port: await startPostgres(folder(), children),
	}));
}

/** Starts both, with an empty database. */
export async function startQueueServers(): Promise<QueueServers> {
	return await startTogether(async (folder, children) => {
		const database = await startPostgres(folder(), children);
		const { port: queue } = await freePorts();
		const args = ['--port', String(queue), '--bind', '127.0.0.1', '--save', '', '--dir', folder()];
		children.push(spawn(redis, args, { stdio: 'ignore', detached: true }));
		const env = {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(database),
			DB_POSTGRESDB_DATABASE: 'n8n',
			DB_POSTGRESDB_USER: 'n8n',
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(queue),
		};
		return { env };
	});
}

/** Starts processes with folders of their own; `stop` ends and deletes them, also when the start fails or jest is stopped. */
async function startTogether<Started extends object>(
	start: (folder: () => string, children: ChildProcess[]) => Promise<Started>,
): Promise<Started & { stop: () => void }> {
	const children: ChildProcess[] = [];
	const folders: string[] = [];
	const folder = () => folders[folders.push(mkdtempSync(join(tmpdir(), 'wecom-kit-queue-'))) - 1];
	const stop = () => {
		process.off('exit', stop);
		for (const { pid } of children) if (pid !== undefined) killGroup(pid);
		for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
	};
	process.once('exit', stop); // When jest is stopped they must not stay behind.
	try {
		return { ...(await start(folder, children)), stop };
	} catch (error) {
		stop();
		throw error;
	}
}

/** PostgreSQL does not run as root. */
const owner = () => {
	if (process.getuid?.() !== 0) return {};
	const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
	return { uid: id('-u'), gid: id('-g') };
};

async function startPostgres(data: string, children: ChildProcess[]): Promise<number> {
	const { port } = await freePorts();
	const as = { ...owner(), cwd: data, stdio: 'ignore' as const };
	if ('uid' in as) execFileSync('chown', [`${as.uid}:${as.gid}`, data]);
	const bin = join(POSTGRES, version!, 'bin');
	execFileSync(
		join(bin, 'initdb'),
		['-D', data, '-U', 'n8n', '--auth=trust', '-E', 'UTF8', '--no-sync'],
		as,
	);
	const listen = ['-p', String(port), '-k', data, '-c', 'listen_addresses=127.0.0.1'];
	const args = ['-D', data, ...listen, '-c', 'fsync=off'];
	children.push(spawn(join(bin, 'postgres'), args, { ...as, detached: true }));
	await until(
		'PostgreSQL takes a database',
		() => {
			try {
				execFileSync(
					join(bin, 'createdb'),
					['-h', '127.0.0.1', '-p', String(port), '-U', 'n8n', 'n8n'],
					{ cwd: '/', stdio: 'ignore' },
				);
				return true;
			} catch {
				return false;
			}
		},
		{ within: 20_000, every: 100 },
	);
	return port;
}
