/**
 * `npm run test:compat -- VERSION...`: runs the e2e tests on other n8n releases, each installed once into the cache. Fails when a
 * release does less than the README says, or more than the table of known differences says. `--save` puts the results into the
 * documents.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, say } from '../support/child.cts';
import { ensureN8n } from '../support/n8n-install.cts';
import { chooseN8n, N8N_VERSION } from '../support/n8n-release.cts';
import { packPackage, shareTarball } from '../support/pack.cts';
import { repoRoot } from '../support/paths.cts';
import { promisedOn } from './promises.cts';
import {
	problemsOf,
	renderDifferences,
	renderTable,
	resultOf,
	type JestReport,
	type Results,
} from './report.cts';

export const RESULTS_FILE = join(repoRoot, 'test', 'compat', 'results.json');

const readResults = (): Results =>
	existsSync(RESULTS_FILE) ? (JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as Results) : {};

/** jest on the release that is chosen, its progress on the screen; its report. */
async function runTests(version: string, files: string[]): Promise<JestReport> {
	const output = join(repoRoot, '.cache', `compat-${version}.json`);
	mkdirSync(join(repoRoot, '.cache'), { recursive: true });
	const paths = files.map((file) => `test/e2e/${file}.test.cts`);
	const jest = join('node_modules', 'jest', 'bin', 'jest.js');
	const options = ['--selectProjects', 'e2e', '--json', `--outputFile=${output}`];
	const child = spawn(process.execPath, [jest, ...paths, ...options], {
		cwd: repoRoot,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	await new Promise<void>((resolve) => child.once('close', () => resolve()));
	return JSON.parse(readFileSync(output, 'utf8')) as JestReport;
}

async function main(): Promise<number> {
	const args = process.argv.slice(2);
	const only = args
		.find((arg) => arg.startsWith('--only='))
		?.slice(7)
		.split(',');
	const versions = args.filter((arg) => !arg.startsWith('--'));
	if (versions.length === 0) versions.push(N8N_VERSION);
	shareTarball(await packPackage());
	const results: Results = {};
	const problems: string[] = [];
	for (const version of versions) {
		chooseN8n(version);
		const promised = promisedOn(version).flatMap((promise) => promise.files);
		const files = only ? promised.filter((file) => only.includes(file)) : promised;
		const { nodeBin } = await ensureN8n();
		const node = (await run(nodeBin, ['-p', 'process.versions.node'])).stdout.trim();
		say(`n8n ${version} on Node.js ${node}: ${files.join(', ')}`);
		const report = await runTests(version, files);
		results[version] = resultOf(report, node);
		problems.push(...problemsOf(version, report).map((problem) => `n8n ${version}: ${problem}`));
	}
	console.log(`\n${renderTable(results)}\n\n${renderDifferences(results)}`);
	for (const problem of problems) console.log(problem);
	if (args.includes('--save')) {
		const all = readResults();
		for (const [version, { node, rows }] of Object.entries(results))
			all[version] = { node, rows: { ...all[version]?.rows, ...rows } };
		writeFileSync(RESULTS_FILE, `${JSON.stringify(all, null, '\t')}\n`);
		say('Saved. `npm run docs` puts it into README.md and docs/compatibility.md.');
	}
	return problems.length === 0 ? 0 : 1;
}

if (require.main === module) void main().then((code) => process.exit(code));
