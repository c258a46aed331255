/** The Chinese edition as npm would publish it, in the checkout's `.cache` folder. */
import { join } from 'node:path';
import manifest from '../../package.json';
import { run } from './child.cts';
import { repoRoot } from './paths.cts';

export async function packChinese(): Promise<string> {
	const target = join(repoRoot, '.cache');
	const gulp = join('node_modules', 'gulp', 'bin', 'gulp.js');
	await run(process.execPath, [gulp, 'buildChinese'], { cwd: repoRoot, timeout: 300_000 });
	await run(process.execPath, ['scripts/pack-zh.mjs', target], { cwd: repoRoot });
	return join(target, `${manifest.name}-${manifest.version}-zh.tgz`);
}
