/** The Node.js that n8n needs: this one if it will do, else a copy from npm in the cache folder. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npmCommand, run, withProgress } from './child.cts';
import { acquireLock } from './lock.cts';
import { nodeVersionFor } from './n8n-release.cts';
import { cacheFolder } from './paths.cts';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** The environment with this Node.js first on the PATH, for npm and for everything n8n starts. */
export function envWithNode(
	nodeBin: string,
	env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
	return { ...env, PATH: `${dirname(nodeBin)}:${env.PATH ?? ''}` };
}

async function works(nodeBin: string, version: string): Promise<boolean> {
	if (!existsSync(nodeBin)) return false;
	try {
		return (await run(nodeBin, ['--version'])).stdout.trim() === `v${version}`;
	} catch {
		return false;
	}
}

/** Returns the path of the `node` for an n8n release: this process's if that is new enough for the newest n8n, else one from npm (about 10 s, once). */
export async function ensureNode(n8nVersion: string): Promise<string> {
	const version = nodeVersionFor(n8nVersion);
	if (version.startsWith('24.') && Number(process.versions.node.split('.')[0]) >= 24)
		return process.execPath;
	const platform = `${process.platform}-${process.arch}`;
	if (!PLATFORMS.includes(platform)) {
		throw new Error(
			`n8n ${n8nVersion} is tested on Node.js ${version} and there is no ready-made one for ${platform}: install Node.js 24 or newer and run the tests with it.`,
		);
	}
	const packageName = `node-${platform}`;
	const folder = join(cacheFolder(), `node-${version}`);
	const nodeBin = join(folder, 'node_modules', packageName, 'bin', 'node');
	if (await works(nodeBin, version)) return nodeBin;
	const lock = await acquireLock(`${folder}.lock`, `installing Node.js ${version}`);
	try {
		if (await works(nodeBin, version)) return nodeBin;
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
		const args = [
			'install',
			`${packageName}@${version}`,
			'--ignore-scripts',
			'--no-audit',
			'--no-fund',
		];
		await withProgress(
			`Installing Node.js ${version} for n8n (once)`,
			async () => await run(npmCommand(), args, { cwd: folder }),
			lock.touch,
		);
		if (!(await works(nodeBin, version)))
			throw new Error(`Node.js ${version} was installed but ${nodeBin} does not run.`);
		return nodeBin;
	} finally {
		lock.release();
	}
}
