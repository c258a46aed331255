/**
 * Makes node_modules match package-lock.json, here and in bridge/, and does nothing where it already does. Every npm script
 * runs it first.
 *
 *   node scripts/setup.mjs [folder]
 *
 * The hash of the lock file that was installed last is kept in node_modules/.setup-hash.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const MINIMUM_NODE = [20, 19];
const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));

function fail(what, nextStep) {
	console.error(`setup: ${what}\n       ${nextStep}`);
	process.exit(1);
}

function read(path) {
	return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function nodeIsNewEnough() {
	const [major, minor] = process.versions.node.split('.').map(Number);
	return major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
}

/** True when npm's own record of what is in node_modules agrees with the lock file. Optional packages may be absent. */
function alreadyInstalled({ folder, lockText, withDev }) {
	const hidden = read(join(folder, 'node_modules', '.package-lock.json'));
	if (hidden === undefined) return false;
	const wanted = JSON.parse(lockText).packages ?? {};
	const present = JSON.parse(hidden).packages ?? {};
	const sameVersions = Object.entries(wanted).every(
		([path, entry]) =>
			path === '' ||
			entry.link ||
			entry.optional ||
			(entry.dev && !withDev) ||
			present[path]?.version === entry.version,
	);
	const { dependencies, devDependencies } = wanted[''] ?? {};
	const direct = Object.keys({ ...dependencies, ...(withDev && devDependencies) });
	return (
		sameVersions &&
		direct.every((name) => existsSync(join(folder, 'node_modules', name, 'package.json')))
	);
}

function npmCi({ folder, withDev }) {
	const args = withDev ? ['ci'] : ['ci', '--omit=dev'];
	const npm = process.env.npm_execpath;
	const windows = process.platform === 'win32';
	const done = npm
		? spawnSync(process.execPath, [npm, ...args], { cwd: folder, stdio: 'inherit' })
		: spawnSync(windows ? 'npm.cmd' : 'npm', args, {
				cwd: folder,
				stdio: 'inherit',
				shell: windows,
			});
	if (done.error?.code === 'ENOENT')
		fail(
			'npm was not found.',
			'Install npm (it comes with Node.js) and run "npm run setup" again.',
		);
	if (done.status !== 0)
		fail(
			`npm ci failed (exit code ${done.status}) in ${folder}.`,
			'Read npm\'s message above, then run "npm run setup" again.',
		);
}

/** Installs what the lock file of a folder names, unless that is there already. */
function install({ folder, what, withDev }) {
	const hashFile = join(folder, 'node_modules', '.setup-hash');
	const lockText = read(join(folder, 'package-lock.json'));
	if (lockText === undefined)
		fail(
			`there is no package-lock.json in ${folder}.`,
			'Run it from a complete checkout of the repository.',
		);
	const hash = createHash('sha256').update(lockText).digest('hex');
	if (read(hashFile)?.trim() === hash) return;
	if (!alreadyInstalled({ folder, lockText, withDev })) {
		console.log(`setup: installing ${what} with npm ci (only when package-lock.json changed)`);
		npmCi({ folder, withDev });
	}
	writeFileSync(hashFile, `${hash}\n`);
}

if (!nodeIsNewEnough()) {
	fail(
		`Node.js ${process.versions.node} is too old.`,
		`Install Node.js ${MINIMUM_NODE.join('.')} or newer (https://nodejs.org) and run the command again.`,
	);
}
install({
	folder: root,
	what: 'the development dependencies (about a minute)',
	withDev: true,
});
// The bridge is built with its development dependencies, so they are installed, too.
const bridge = join(root, 'bridge');
if (existsSync(bridge))
	install({ folder: bridge, what: 'what the chat archive bridge needs', withDev: false });
