/**
 * A user folder as n8n leaves it after its first start: the database migrated, the owner set up. Most test files need an n8n
 * of their own, and on a copy of this folder, with the package installed in it once, it starts in about half the time.
 */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackage } from './n8n-package.cts';
import { n8nVersion } from './n8n-release.cts';
import { acquireLock } from './lock.cts';
import { cacheFolder } from './paths.cts';

/** Set by the e2e set-up for the test files of its run. */
const TEMPLATE = 'WECOM_KIT_USER_FOLDER';
/** Set with it: the folder where all instances of the run keep n8n's own code compiled: it saves two seconds of the processor at each start. */
export const COMPILED = 'WECOM_KIT_COMPILED';

/** The folder of this release, kept beside n8n. `start` starts n8n on a folder once, and stops it. */
async function firstStart(start: (userFolder: string) => Promise<void>): Promise<string> {
	const kept = join(cacheFolder(), `user-folder-${n8nVersion()}`);
	if (existsSync(kept)) return kept;
	const lock = await acquireLock(`${kept}.lock`, `the first start of n8n ${n8nVersion()}`);
	try {
		if (existsSync(kept)) return kept;
		const making = mkdtempSync(`${kept}-`);
		await start(making);
		renameSync(making, kept);
		return kept;
	} finally {
		lock.release();
	}
}

/** Makes the template of this run; until this process ends, it and its children copy it. */
export async function makeTemplate(
	tarball: string,
	nodeBin: string,
	start: (userFolder: string) => Promise<void>,
): Promise<void> {
	const kept = await firstStart(start);
	const template = mkdtempSync(join(tmpdir(), 'wecom-kit-template-'));
	const compiled = `${template}-compiled`;
	process.once('exit', () => {
		for (const folder of [template, compiled])
			rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	});
	cpSync(kept, template, { recursive: true });
	await installPackage(template, tarball, nodeBin);
	process.env[TEMPLATE] = JSON.stringify({ template, tarball });
	process.env[COMPILED] = compiled;
}

/** Makes a new user folder out of the template; false when this run has none with this package. */
export function copyTemplate(userFolder: string, wanted: string): boolean {
	const { template, tarball } = JSON.parse(process.env[TEMPLATE] ?? '{}') as Record<string, string>;
	if (tarball !== wanted) return false;
	cpSync(template, userFolder, { recursive: true });
	return true;
}
