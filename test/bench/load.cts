/** What n8n pays at its start for this package: time and memory in a process that has n8n-workflow already. */
import { run } from '../support/child.cts';
import { repoRoot } from '../support/paths.cts';
import { atMost, type Row } from './report.cts';
import { listedFiles } from './size.cts';
import { median } from './stats.cts';

const PROCESSES = 9;

/**
 * Arguments: the files. Prints milliseconds and bytes of RSS. Loading is one synchronous piece of work, so on a busy machine the
 * processor time is nearer to what it costs than the clock; where helper threads add to it the clock is.
 */
const CHILD = `
const files = process.argv.slice(1);
require('n8n-workflow');
global.gc();
const rss = process.memoryUsage.rss();
const cpu = process.cpuUsage();
const started = performance.now();
for (const file of files) for (const Type of Object.values(require(file))) new Type();
const wall = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
const ms = Math.min(wall, (user + system) / 1000);
process.stdout.write(JSON.stringify({ ms, rss: process.memoryUsage.rss() - rss }));
`;

/** The editor's first question for endpoints, in a process that has loaded none. */
const SEARCH = `
const { searchEndpoints } = require('./dist/nodes/Wecom/resources/api/catalog/catalog.js');
const cpu = process.cpuUsage();
searchEndpoints('send message').then(() => {
	const { user, system } = process.cpuUsage(cpu);
	process.stdout.write(JSON.stringify({ ms: (user + system) / 1000 }));
});
`;

export async function loadRows(): Promise<Row[]> {
	const { nodes, credentials } = listedFiles();
	const results: Array<{ ms: number; rss: number }> = [];
	for (let i = 0; i < PROCESSES; i++) {
		const args = ['--expose-gc', '-e', CHILD, '--', ...credentials, ...nodes];
		const { stdout } = await run(process.execPath, args, { cwd: repoRoot, timeout: 60_000 });
		results.push(JSON.parse(stdout) as { ms: number; rss: number });
	}
	const searches: number[] = [];
	for (let i = 0; i < PROCESSES; i++) {
		const { stdout } = await run(process.execPath, ['-e', SEARCH], { cwd: repoRoot });
		searches.push((JSON.parse(stdout) as { ms: number }).ms);
	}
	return [
		atMost('first search in the list of endpoints', median(searches), 50, 'ms', 1),
		atMost(
			'loading all nodes and credentials, time',
			median(results.map(({ ms }) => ms)),
			40,
			'ms',
			1,
		),
		atMost(
			'loading all nodes and credentials, RSS',
			median(results.map(({ rss }) => rss)) / 1e6,
			5,
			'MB',
			1,
		),
	];
}
