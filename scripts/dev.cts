/**
 * `npm run dev`: n8n with this checkout linked into it, the simulator beside it; after every change it is built again and n8n starts anew.
 * Workflows and credentials stay in `.cache/dev`.
 */
import { spawn } from 'node:child_process';
import {
	existsSync,
	lstatSync,
	mkdirSync,
	rmSync,
	symlinkSync,
	watch,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import manifest from '../package.json';
import { startSimulator } from '../simulator/server.cts';
import { DEMO_APP, DEMO_CORP } from '../simulator/demo-data.cts';
import { isFree } from '../demo/instance.cts';
import { say } from '../test/support/child.cts';
import { nodesFolder } from '../test/support/n8n-package.cts';
import { startN8n } from '../test/support/n8n.cts';
import { repoRoot } from '../test/support/paths.cts';

const PORT = 5678;
const SIMULATOR_PORT = 3080;
const WATCHED = ['nodes', 'credentials', 'icons'];
/** How long nothing must change before it is built: editors write a file in several steps. */
const QUIET_MS = 300;
const userFolder = join(repoRoot, '.cache', 'dev');

/** Builds with what the last build left (`INCREMENTAL`); says whether it worked. */
async function build(): Promise<boolean> {
	const gulp = join(repoRoot, 'node_modules', 'gulp', 'bin', 'gulp.js');
	const child = spawn(process.execPath, [gulp, '--silent', 'build'], {
		cwd: repoRoot,
		env: { ...process.env, INCREMENTAL: 'true' },
		stdio: 'inherit',
	});
	return await new Promise((resolve) => child.once('exit', (code) => resolve(code === 0)));
}

/** n8n loads what is in its folder for community packages; there the package is a link to this checkout. */
function linkPackage(): void {
	const folder = nodesFolder(userFolder);
	const link = join(folder, 'node_modules', manifest.name);
	mkdirSync(join(folder, 'node_modules'), { recursive: true });
	const ledger = { name: 'installed-nodes', private: true, dependencies: { [manifest.name]: '*' } };
	writeFileSync(join(folder, 'package.json'), JSON.stringify(ledger));
	if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
	symlinkSync(repoRoot, link, 'dir');
}

/** Runs `work` a moment after the last change, never twice at a time. */
function afterChanges(work: () => Promise<void>): void {
	let timer: NodeJS.Timeout | undefined;
	let busy = Promise.resolve();
	for (const folder of WATCHED) {
		watch(join(repoRoot, folder), { recursive: true }, () => {
			clearTimeout(timer);
			timer = setTimeout(() => (busy = busy.then(work)), QUIET_MS);
		});
	}
}

async function dev(): Promise<void> {
	if (!(await build()) && !existsSync(join(repoRoot, 'dist')))
		throw new Error('Mend the errors above, then start again.');
	linkPackage();
	const simulator = await startSimulator({
		port: (await isFree(SIMULATOR_PORT)) ? SIMULATOR_PORT : 0,
	});
	const n8n = await startN8n({ userFolder, port: (await isFree(PORT)) ? PORT : undefined });
	const { token, encodingAesKey } = DEMO_APP.callback;
	say(`n8n: ${n8n.url} (make an owner at the first visit)`);
	say(`WeCom simulator: ${simulator.url}. A "WeCom API" credential for it:
  Corp ID ${DEMO_CORP.corpid}, Secret ${DEMO_APP.secret}, Agent ID ${DEMO_APP.agentid},
  Token ${token}, EncodingAESKey ${encodingAesKey}, Base URL ${simulator.url}`);
	afterChanges(async () => {
		const started = Date.now();
		if (!(await build())) return say('Not built: n8n goes on with what it has.');
		await n8n.restart().catch((error: Error) => say(error.message));
		say(`Built and restarted in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
	});
	const end = async () => {
		await n8n.stop();
		await simulator.stop();
		process.exit(0);
	};
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end());
}

void dev().catch((error: Error) => {
	say(error.message);
	process.exit(1);
});
