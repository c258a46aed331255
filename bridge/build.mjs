/**
 * Makes dist/bridge.mjs, the whole bridge in one file: `npm run build`. koffi stays a package, since it brings a native file.
 *
 * The file is written beside its place and renamed, so that nobody starts half of it.
 */
import { chmodSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
const made = path(`dist/bridge.mjs.${process.pid}`);

await build({
	entryPoints: [path('src/main.mts')],
	outfile: made,
	bundle: true,
	platform: 'node',
	format: 'esm',
	target: 'node20',
	external: ['koffi'],
	banner: { js: '#!/usr/bin/env node' },
	define: { BRIDGE_VERSION: JSON.stringify(version) },
	logLevel: 'warning',
});
chmodSync(made, 0o755);
renameSync(made, path('dist/bridge.mjs'));
