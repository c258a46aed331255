/**
 * What must be true before a version is published. It names everything that only the owner of the repository can fill in.
 *
 *   node scripts/release-check.mjs [tag]      bridge-<version> is a tag of the chat archive bridge
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLACEHOLDER_REPOSITORY = 'n8n-nodes-wecom-kit/n8n-nodes-wecom-kit';
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (file) => readFileSync(join(root, file), 'utf8');
const [tag] = process.argv.slice(2);
/** A tag of the bridge, which has a version of its own, and neither an author nor a section in the changelog. */
const isBridge = tag?.startsWith('bridge-') === true;
const manifestFile = isBridge ? 'bridge/package.json' : 'package.json';
const manifest = JSON.parse(read(manifestFile));
const expectedTag = isBridge ? `bridge-${manifest.version}` : manifest.version;
/** The repository at GitHub where this runs, if it does: npm compares that with package.json, too. */
const here = process.env.GITHUB_REPOSITORY;
const problems = [];

const repository = /github\.com\/([^/]+\/[^/]+?)(\.git)?$/.exec(manifest.repository.url)?.[1];
if (here ? repository !== here : repository === PLACEHOLDER_REPOSITORY) {
	problems.push(
		`The repository is ${here ? `${here}, not ${repository}` : 'a placeholder'}. Replace ${repository} in: ${filesWith(repository).join(', ')}`,
	);
}
if (!isBridge && /\.example$|@example\./.test(manifest.author.email))
	problems.push(`author.email in package.json is a placeholder: ${manifest.author.email}`);

const [newest] = /^## \d\S*/m.exec(read('CHANGELOG.md')) ?? [''];
if (!isBridge && newest !== `## ${manifest.version}`)
	problems.push(
		`CHANGELOG.md has no section "## ${manifest.version}" on top: move what is under "Unreleased" there`,
	);
if (!isBridge && /^## Unreleased\n+(?!## )\S/m.test(read('CHANGELOG.md')))
	problems.push('CHANGELOG.md has changes under "Unreleased" that belong to this version');
if (tag !== undefined && tag !== expectedTag)
	problems.push(`The tag is ${tag}, that of the version in ${manifestFile} is ${expectedTag}`);

/** The files that name a text, those of the tests and of what is installed or built left out. */
function filesWith(text) {
	const skipped = new Set(['node_modules', 'dist', '.git', '.cache', 'test', 'package-lock.json']);
	const walk = (folder) =>
		readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
			const file = join(folder, entry.name);
			if (skipped.has(entry.name) || file === 'scripts/release-check.mjs') return [];
			if (entry.isDirectory()) return walk(file);
			return entry.isFile() && read(file).includes(text) ? [file] : [];
		});
	return walk('');
}

for (const problem of problems) console.error(`not ready: ${problem}`);
if (problems.length === 0) console.log(`Version ${manifest.version} is ready to be published.`);
process.exitCode = problems.length === 0 ? 0 : 1;
