/** The package as npm would publish it: built when need be, then packed into the checkout's `.cache` folder. */
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
} from 'node:fs';
import { join } from 'node:path';
import { npmCommand, run } from './child.cts';
import { repoRoot } from './paths.cts';

/** What the build reads. */
const SOURCES = ['nodes', 'credentials', 'icons', 'gulpfile.js', 'package.json', 'tsconfig.json'];
/** Set by the e2e set-up, so that the test files of one run share one tarball. */
const SHARED = 'WECOM_KIT_TARBALL';

/** The time of the newest file under a path, 0 if there is none. */
function newest(path: string): number {
	if (!existsSync(path)) return 0;
	const stat = statSync(path);
	if (!stat.isDirectory()) return stat.mtimeMs;
	return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** True when there is no build or a source is newer than it. */
export function buildIsStale(root = repoRoot): boolean {
	const built = newest(join(root, 'dist'));
	return built === 0 || SOURCES.some((source) => newest(join(root, source)) > built);
}

/** Runs `npm pack` in a folder and returns the tarball's path. A reader of an earlier tarball of the same name is not disturbed. */
export async function npmPack(folder: string, target = join(repoRoot, '.cache')): Promise<string> {
	mkdirSync(target, { recursive: true });
	const work = mkdtempSync(join(target, 'pack-'));
	try {
		await run(npmCommand(), ['pack', '--ignore-scripts', '--pack-destination', work], {
			cwd: folder,
		});
		const name = readdirSync(work).find((entry) => entry.endsWith('.tgz'));
		if (!name) throw new Error(`npm pack made no tarball of ${folder}`);
		renameSync(join(work, name), join(target, name));
		return join(target, name);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

/** Builds this package if its build is missing or stale, packs it, and returns the tarball's path. */
export async function packPackage(): Promise<string> {
	const shared = process.env[SHARED];
	if (shared && existsSync(shared)) return shared;
	if (buildIsStale())
		await run(process.execPath, [join('node_modules', 'gulp', 'bin', 'gulp.js'), 'build'], {
			cwd: repoRoot,
		});
	return await npmPack(repoRoot);
}

/** Makes `packPackage` in this process and its children return this tarball. */
export function shareTarball(tarball: string): void {
	process.env[SHARED] = tarball;
}
