/** A real n8n, installed once in the cache folder (about 5 minutes, 2.7 GB) and reused from then on. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npmCommand, run, say, withProgress } from './child.cts';
import { acquireLock, type Lock } from './lock.cts';
import { isAtLeast, n8nVersion } from './n8n-release.cts';
import { ensureNode, envWithNode } from './node.cts';
import { cacheFolder } from './paths.cts';

/** Dependencies published later are left out, so every install is the same. */
const BEFORE = '2026-09-28';
/** Opens a database in memory: fails when sqlite3 was not built or does not fit this Node.js. */
const TRY_SQLITE = `new (require('sqlite3').Database)(':memory:').get('select 1 as one', (error, row) => process.exit(row?.one === 1 ? 0 : 1))`;

export interface N8nInstall {
	/** The npm project that has n8n in its node_modules. */
	dir: string;
	/** A Node.js that n8n runs on. */
	nodeBin: string;
	/** n8n's start script, for that Node.js. */
	n8nBin: string;
}

function installedVersion(dir: string): string | undefined {
	try {
		return (
			JSON.parse(readFileSync(join(dir, 'node_modules', 'n8n', 'package.json'), 'utf8')) as {
				version: string;
			}
		).version;
	} catch {
		return undefined;
	}
}

/** npm writes its own record of node_modules last, so an interrupted install has none. */
function packagesComplete(dir: string, version: string): boolean {
	return (
		installedVersion(dir) === version && existsSync(join(dir, 'node_modules', '.package-lock.json'))
	);
}

async function sqliteWorks(dir: string, nodeBin: string): Promise<boolean> {
	try {
		await run(nodeBin, ['-e', TRY_SQLITE], { cwd: dir, timeout: 30_000 });
		return true;
	} catch {
		return false;
	}
}

async function installPackages(dir: string, version: string, nodeBin: string): Promise<void> {
	rmSync(dir, { recursive: true, force: true });
	mkdirSync(dir, { recursive: true });
	// Older ones take their spreadsheet library from a server of its own, which npm's registry has too.
	const overrides = isAtLeast(version, '2.36') ? {} : { overrides: { xlsx: 'npm:xlsx@0.18.5' } };
	writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, ...overrides }));
	// Started by `npm run` this npm inherits the settings of our .npmrc, and without peer dependencies some nodes of n8n do not load.
	const own = ['--legacy-peer-deps=false', '--ignore-scripts', '--no-audit', '--no-fund'];
	const args = ['install', `n8n@${version}`, '--save-exact', `--before=${BEFORE}`, ...own];
	await run(npmCommand(), args, { cwd: dir, env: envWithNode(nodeBin) });
}

/** Builds (or downloads) the one native module n8n cannot do without. */
async function buildSqlite(dir: string, nodeBin: string): Promise<void> {
	const env = {
		...envWithNode(nodeBin),
		npm_config_nodedir: dirname(dirname(nodeBin)),
		npm_config_ignore_scripts: 'false',
	};
	await run(npmCommand(), ['rebuild', 'sqlite3'], { cwd: dir, env });
}

async function install(dir: string, version: string, nodeBin: string, lock: Lock): Promise<void> {
	if (!packagesComplete(dir, version)) {
		await withProgress(
			`Installing n8n ${version} (about 5 minutes, once)`,
			async () => await installPackages(dir, version, nodeBin),
			lock.touch,
		);
	}
	if (!(await sqliteWorks(dir, nodeBin))) {
		await withProgress(
			`Building sqlite3 for n8n ${version} (about 2 minutes, once)`,
			async () => await buildSqlite(dir, nodeBin),
			lock.touch,
		);
	}
	if (!packagesComplete(dir, version) || !(await sqliteWorks(dir, nodeBin))) {
		throw new Error(
			`n8n ${version} was installed in ${dir} but does not work (sqlite3 does not load). Remove that folder and try again.`,
		);
	}
}

/**
 * Returns a working n8n of exactly this version, installing it first if need be.
 * An install that was interrupted is done again; two processes never install at the same time.
 */
export async function ensureN8n(version = n8nVersion()): Promise<N8nInstall> {
	const nodeBin = await ensureNode(version);
	const dir = join(cacheFolder(), `n8n-${version}`);
	const result = { dir, nodeBin, n8nBin: join(dir, 'node_modules', 'n8n', 'bin', 'n8n') };
	/** Written when the install was seen to work with this kind of Node.js; native modules depend on its ABI. */
	const marker = join(
		dir,
		`.complete-${(await run(nodeBin, ['-p', 'process.versions.modules'])).stdout.trim()}`,
	);
	const complete = (): boolean => existsSync(marker) && packagesComplete(dir, version);
	if (complete()) return result;
	const lock = await acquireLock(`${dir}.lock`, `installing n8n ${version}`);
	try {
		if (complete()) return result;
		const started = Date.now();
		await install(dir, version, nodeBin, lock);
		writeFileSync(marker, `${new Date().toISOString()}\n`);
		say(`n8n ${version} is ready in ${dir} (${Math.round((Date.now() - started) / 1000)} s)`);
		return result;
	} finally {
		lock.release();
	}
}
