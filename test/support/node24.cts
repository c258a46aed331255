/** The Node.js that n8n 2.x needs (24 or newer): this one if it will do, else a copy from npm in the cache folder. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npmCommand, run, withProgress } from './child.cts';
import { acquireLock } from './lock.cts';
import { cacheFolder } from './paths.cts';

const VERSION = '24.21.0';
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** The environment with this Node.js first on the PATH, for npm and for everything n8n starts. */
export function envWithNode(nodeBin: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
	return { ...env, PATH: `${dirname(nodeBin)}:${env.PATH ?? ''}` };
}

async function works(nodeBin: string): Promise<boolean> {
	if (!existsSync(nodeBin)) return false;
	try {
		return (await run(nodeBin, ['--version'])).stdout.trim() === `v${VERSION}`;
	} catch {
		return false;
	}
}

/** Returns the path of a `node` of version 24 or newer, installing one (about 10 s, once) if this process runs an older one. */
export async function ensureNode24(): Promise<string> {
	if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
	const platform = `${process.platform}-${process.arch}`;
	if (!PLATFORMS.includes(platform)) {
		throw new Error(`n8n needs Node.js 24 and there is no ready-made one for ${platform}: install Node.js 24 or newer and run the tests with it.`);
	}
	const packageName = `node-${platform}`;
	const folder = join(cacheFolder(), `node-${VERSION}`);
	const nodeBin = join(folder, 'node_modules', packageName, 'bin', 'node');
	if (await works(nodeBin)) return nodeBin;
	const lock = await acquireLock(`${folder}.lock`, `installing Node.js ${VERSION}`);
	try {
		if (await works(nodeBin)) return nodeBin;
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
		const args = ['install', `${packageName}@${VERSION}`, '--ignore-scripts', '--no-audit', '--no-fund'];
		await withProgress(`Installing Node.js ${VERSION} for n8n (once)`, async () => await run(npmCommand(), args, { cwd: folder }), lock.touch);
		if (!(await works(nodeBin))) throw new Error(`Node.js ${VERSION} was installed but ${nodeBin} does not run.`);
		return nodeBin;
	} finally {
		lock.release();
	}
}
