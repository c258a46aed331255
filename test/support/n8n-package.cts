/** Installs a packed community node package into an n8n user folder, as `npm install <tarball>` in n8n's nodes folder does. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, run } from './child.cts';
import { envWithNode } from './node.cts';

/**
 * The flags n8n 2.41.1 gives npm for community packages (community-packages.service, downloadPackage). n8n also drops the package's
 * peer dependencies before it runs npm, because n8n itself provides them; `--legacy-peer-deps` has the same effect here,
 * so nothing is fetched for a package without dependencies.
 */
const FLAGS = [
	'--audit=false',
	'--fund=false',
	'--bin-links=false',
	'--install-strategy=shallow',
	'--ignore-scripts=true',
	'--package-lock=false',
	'--legacy-peer-deps',
	'--prefer-offline',
	'--update-notifier=false',
];

/** n8n loads every package in here that declares nodes; it needs no entry in its database for that. */
export function nodesFolder(userFolder: string): string {
	return join(userFolder, '.n8n', 'nodes');
}

export async function installPackage(
	userFolder: string,
	tarball: string,
	nodeBin: string,
): Promise<void> {
	const folder = nodesFolder(userFolder);
	mkdirSync(folder, { recursive: true });
	const ledger = join(folder, 'package.json');
	if (!existsSync(ledger))
		writeFileSync(
			ledger,
			JSON.stringify({ name: 'installed-nodes', private: true, dependencies: {} }, null, 2),
		);
	await run(npmCommand(), ['install', tarball, ...FLAGS], {
		cwd: folder,
		env: envWithNode(nodeBin),
		timeout: 120_000,
	});
}
