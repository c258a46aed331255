/**
 * `npm run bench`: measures the package against its budgets and prints a table; exit code 1 if one is missed.
 * `npm run bench -- --quick` leaves out what needs a real n8n.
 * `npm run bench -- --only bot` measures one part of what needs it: callbacks, items, editor or bot.
 * `npm run bench -- --soak` runs for 30 minutes (`--minutes 5`: another time) against trouble of every kind and counts what is lost;
 * `--result FILE` puts the figures there, too.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startInstance } from '../../demo/instance.cts';
import { Lifetime } from '../../demo/lifetime.cts';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { startSimulator, type Simulator } from '../../simulator/server.cts';
import { say } from '../support/child.cts';
import { ensureN8n } from '../support/n8n-install.cts';
import { N8nRest } from '../support/n8n-rest.cts';
import { npmPack, packPackage } from '../support/pack.cts';
import { repoRoot } from '../support/paths.cts';
import { archiveRows } from './archive.cts';
import { packBareTrigger } from './bare-trigger.cts';
import { botRows } from './bot.cts';
import { callbackRows } from './callback.cts';
import { itemRows } from './items.cts';
import { editorRows } from './editor.cts';
import { largeRows } from './large.cts';
import { loadRows } from './load.cts';
import { memoryRows } from './memory.cts';
import { atMost, table, type Row } from './report.cts';
import { descriptionRows, packageRows } from './size.cts';
import { WITH_INSPECTOR } from './live-memory.cts';
import { complaints, soak, troubleOf } from './soak.cts';
import { throughputRows } from './throughput.cts';
import { credentialData } from '../support/credentials.cts';

const LIMIT_MS = 20 * 60_000;

const { values } = parseArgs({
	options: {
		quick: { type: 'boolean', default: false },
		only: { type: 'string' },
		soak: { type: 'boolean', default: false },
		minutes: { type: 'string', default: '30' },
		result: { type: 'string' },
	},
});
const lifetime = new Lifetime();

async function bench(): Promise<number> {
	const folder = mkdtempSync(join(tmpdir(), 'wecom-kit-bench-'));
	lifetime.atEnd(() => rmSync(folder, { recursive: true, force: true }));
	const tarball = await lifetime.whole(async () => await npmPack(repoRoot, folder));
	const rows = [
		...(values.only ? [] : await quickRows(tarball)),
		...(values.quick ? [] : await n8nRows(tarball, join(folder, 'bare'))),
	];
	process.stdout.write(`\n${table(rows)}`);
	return rows.every(({ ok }) => ok !== false) ? 0 : 1;
}

const quickRows = async (tarball: string): Promise<Row[]> => [
	...descriptionRows(),
	...packageRows(tarball),
	...(await lifetime.whole(loadRows)),
	...(await callbackRows()),
	...(await lifetime.whole(memoryRows)),
	...(await lifetime.whole(largeRows)),
	...(await lifetime.whole(archiveRows)),
];

async function n8nRows(own: string, bareFolder: string): Promise<Row[]> {
	await ensureN8n();
	lifetime.limit(LIMIT_MS);
	const bare = await lifetime.whole(async () => await packBareTrigger(bareFolder));
	const simulator = await startSimulator();
	lifetime.atEnd(async () => await simulator.stop());
	const n8n = await startInstance(lifetime, [own, bare]);
	const rest = await N8nRest.connect(n8n);
	const credential = await createCredential(rest, simulator);
	const parts: Record<string, () => Promise<Row[]>> = {
		callbacks: async () => await throughputRows(rest, credential),
		items: async () => await itemRows(rest, credential, simulator.url),
		editor: async () => await editorRows(rest, credential),
		bot: async () => await botRows(rest, simulator),
	};
	const { only } = values;
	if (only && !Object.hasOwn(parts, only))
		throw new Error(`There is no part '${only}', only ${Object.keys(parts).join(', ')}`);
	const rows: Row[] = [];
	for (const [name, measure] of Object.entries(parts))
		if (!only || only === name) rows.push(...(await measure()));
	return [
		...rows,
		atMost(
			'gettoken calls during all of that',
			simulator.control.tokenCalls(DEMO_APP.agentid),
			1,
			'calls',
		),
	];
}

async function soakRun(): Promise<number> {
	const tarball = await lifetime.whole(packPackage);
	const sim = await startSimulator();
	lifetime.atEnd(async () => await sim.stop());
	const n8n = await startInstance(lifetime, [tarball], { env: WITH_INSPECTOR });
	const rest = await N8nRest.connect(n8n);
	const credential = (await createCredential(rest, sim)) as never;
	const trouble = troubleOf(Number(values.minutes));
	const result = await soak({ n8n, rest, sim, credential, ...trouble, say });
	const text = JSON.stringify({ ...result, complaints: complaints(result) }, undefined, '\t');
	if (values.result) writeFileSync(values.result, text);
	process.stdout.write(`${text}\n`);
	return complaints(result).length > 0 ? 1 : 0;
}

async function createCredential(
	rest: N8nRest,
	simulator: Simulator,
): Promise<{ id: string; name: string }> {
	const { id, name } = await rest.createCredential(
		'WeCom (bench)',
		'wecomApi',
		credentialData(simulator),
	);
	return { id, name };
}

if (values.soak) {
	say(`Soaking for ${values.minutes} minutes ...`);
	void lifetime.run(soakRun);
} else {
	say(values.quick ? 'Measuring ...' : 'Measuring, about three minutes ...');
	void lifetime.run(bench);
}
