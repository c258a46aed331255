/**
 * n8n's official community package scanner, run on this checkout the way n8n runs it on a published version:
 * on the source tree and on the unpacked tarball, inline eslint-disable comments ignored. Once with the lint plugin the
 * scanner carries and once with the newer one of n8n-node. Plus what the package itself must look like.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const maxPackedBytes = 600_000;

const folderOf = (name, from = root) => {
	for (let dir = from; ; dir = path.dirname(dir)) {
		const candidate = path.join(dir, 'node_modules', name);
		if (fs.existsSync(candidate)) return fs.realpathSync(candidate);
		if (dir === path.dirname(dir)) throw new Error(`${name} is not installed`);
	}
};
const versionOf = (dir) =>
	JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8')).version;

const scannerDir = folderOf('@n8n/scan-community-package');
const scannerFile = path.join(scannerDir, 'scanner', 'scanner.mjs');
const requireScanner = createRequire(scannerFile);
const { ESLint } = requireScanner('eslint');
const glob = requireScanner('fast-glob');
const { analyzePackage, buildScanConfig, SOURCE_FILE_PATTERNS } = await import(
	pathToFileURL(scannerFile)
);
const TARBALL_PATTERNS = ['**/*.js', 'package.json'];

const pluginName = '@n8n/eslint-plugin-community-nodes';
const ownPluginDir = folderOf(pluginName, scannerDir);
const newPluginDir = folderOf(pluginName, folderOf('@n8n/node-cli'));

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'wecom-scan-'));
const problems = [];
let failed = false;

function report(leg, errors, warnings, details) {
	console.log(`${errors === 0 ? 'ok  ' : 'FAIL'} ${leg}: ${errors} errors, ${warnings} warnings`);
	if (errors + warnings > 0) console.log(details.trimEnd().replaceAll(work + path.sep, ''));
	if (errors > 0) failed = true;
}

async function summary(results) {
	const formatter = await new ESLint({ cwd: work, overrideConfigFile: true }).loadFormatter(
		'stylish',
	);
	const sum = (key) => results.reduce((total, result) => total + result[key], 0);
	return {
		errors: sum('errorCount'),
		warnings: sum('warningCount'),
		details: await formatter.format(results),
	};
}

/**
 * Runs the scanner itself. Where there are only warnings it reports nothing but a verdict, so its lint results are read on their
 * way.
 */
async function official(leg, dir, patterns) {
	let results;
	const { lintFiles } = ESLint.prototype;
	ESLint.prototype.lintFiles = async function (...args) {
		results = await lintFiles.apply(this, args);
		return results;
	};
	const verdict = await analyzePackage(dir, patterns).finally(() => {
		ESLint.prototype.lintFiles = lintFiles;
	});
	if (!results || results.length === 0)
		throw new Error(
			`the scanner linted no file in ${leg}: ${verdict.message ?? 'no reason given'}`,
		);
	const { errors, warnings, details } = await summary(results);
	if (verdict.passed !== (errors === 0))
		throw new Error(
			`${leg}: the scanner says passed=${verdict.passed}, its lint results say ${errors} errors`,
		);
	report(
		`${leg}, scanner, plugin ${versionOf(ownPluginDir)} (${results.length} files)`,
		errors,
		warnings,
		details,
	);
}

/** Lints with the scanner's own configuration, the newer plugin in the place of the scanner's. */
async function withNewerPlugin(leg, dir, patterns) {
	const { n8nCommunityNodesPlugin } = await import(
		pathToFileURL(requireScanner.resolve(newPluginDir))
	);
	let replaced = 0;
	const config = (await buildScanConfig()).flatMap((entry) => {
		if (!entry.plugins?.['@n8n/community-nodes']) return [entry];
		replaced += 1;
		return [n8nCommunityNodesPlugin.configs.recommended].flat();
	});
	if (replaced !== 1)
		throw new Error(`the scanner's configuration names its plugin ${replaced} times, 1 expected`);
	const eslint = new ESLint({
		cwd: dir,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: config,
	});
	const files = glob.sync(patterns, {
		cwd: dir,
		absolute: true,
		ignore: ['node_modules/**', '**/package-lock.json'],
	});
	const results = await eslint.lintFiles(files);
	const { errors, warnings, details } = await summary(results);
	report(
		`${leg}, plugin ${versionOf(newPluginDir)} (${results.length} files)`,
		errors,
		warnings,
		details,
	);
}

/** What a checkout of the repository holds of the package, without node_modules and dist. */
function copySource() {
	const target = path.join(work, 'source');
	fs.mkdirSync(target);
	for (const name of ['package.json', 'README.md', 'LICENSE', 'nodes', 'credentials', 'icons']) {
		const from = path.join(root, name);
		if (fs.existsSync(from)) fs.cpSync(from, path.join(target, name), { recursive: true });
	}
	return target;
}

function packTarball() {
	const run = (command, args, cwd) =>
		execFileSync(command, args, {
			cwd,
			stdio: ['ignore', 'pipe', 'inherit'],
			shell: process.platform === 'win32',
		});
	run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', work], root);
	const name = fs.readdirSync(work).find((file) => file.endsWith('.tgz'));
	if (!name) throw new Error('npm pack made no tarball');
	run('tar', ['-xzf', name], work);
	return { dir: path.join(work, 'package'), bytes: fs.statSync(path.join(work, name)).size };
}

function checkTarball({ dir, bytes }) {
	const files = glob.sync('**/*', { cwd: dir, dot: true });
	const scripts = files.filter((file) => /\.[cm]?js$/.test(file));
	const manifest = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8'));
	const check = (ok, problem) => ok || problems.push(problem);
	for (const key of [
		'dependencies',
		'optionalDependencies',
		'bundleDependencies',
		'bundledDependencies',
		'overrides',
	]) {
		check(Object.keys(manifest[key] ?? {}).length === 0, `package.json has ${key}`);
	}
	for (const name of [
		'preinstall',
		'install',
		'postinstall',
		'prepare',
		'preprepare',
		'postprepare',
		'prepublish',
	]) {
		check(!manifest.scripts?.[name], `package.json has an install script: ${name}`);
	}
	for (const file of files) {
		check(
			!/(^|\/)(test|tests|__tests__)\/|\.(test|spec)\./.test(file),
			`the tarball holds a test: ${file}`,
		);
		check(
			!/\.map$|\.d\.[cm]?ts$/.test(file),
			`the tarball holds a source map or declaration: ${file}`,
		);
		check(/^(dist\/|package\.json$|README\.md$|LICENSE$)/.test(file), `the tarball holds ${file}`);
	}
	for (const file of scripts) {
		check(
			!/^\/\/[#@] sourceMappingURL=/m.test(fs.readFileSync(path.join(dir, file), 'utf8')),
			`${file} names a source map`,
		);
	}
	for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials])
		check(files.includes(file), `the tarball lacks ${file}`);
	for (const file of ['LICENSE', 'README.md', 'dist/THIRD-PARTY-NOTICES.txt'])
		check(files.includes(file), `the tarball lacks ${file}`);
	check(bytes <= maxPackedBytes, `${bytes} bytes packed, at most ${maxPackedBytes} are allowed`);
	const size = `${(bytes / 1000).toFixed(1)} kB packed, ${files.length} files, ${scripts.length} JS files`;
	console.log(
		`${problems.length === 0 ? 'ok  ' : 'FAIL'} package: ${problems.length} problems (${size})`,
	);
	for (const problem of problems) console.log(`  ${problem}`);
	if (problems.length > 0) failed = true;
}

try {
	if (!fs.existsSync(path.join(root, 'dist')))
		throw new Error('dist is missing, run `npm run build` first');
	const source = copySource();
	const tarball = packTarball();
	for (const [leg, dir, patterns] of [
		['source', source, SOURCE_FILE_PATTERNS],
		['tarball', tarball.dir, TARBALL_PATTERNS],
	]) {
		await official(leg, dir, patterns);
		await withNewerPlugin(leg, dir, patterns);
	}
	checkTarball(tarball);
	console.log(failed ? 'scan: FAILED' : 'scan: passed');
} catch (error) {
	failed = true;
	console.error(`scan: FAILED: ${error instanceof Error ? error.message : error}`);
} finally {
	fs.rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
