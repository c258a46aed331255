/**
 * `npm run pictures`: plays the recipes in a real n8n beside the simulator and writes the pictures of the documents
 * (docs/images/*.webp), light and dark, those of the forms in both editions. `-- --check` takes them all, writes none, and says what differs in name or size.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator } from '../../simulator/server.cts';
import { Lifetime } from '../../demo/lifetime.cts';
import { startInstance } from '../../demo/instance.cts';
import { launchBrowser } from '../../test/support/browser.cts';
import { say } from '../../test/support/child.cts';
import { N8nRest } from '../../test/support/n8n-rest.cts';
import { packChinese } from '../../test/support/pack-chinese.cts';
import { packPackage } from '../../test/support/pack.cts';
import { repoRoot } from '../../test/support/paths.cts';
import { COLOR_SCHEMES, Studio } from './studio.cts';
import { prepare } from './stage.cts';
import { CHINESE, SCENES } from './scenes.cts';

const FOLDER = join(repoRoot, 'docs/images');
const LIMIT = 2_000_000;
const EDITIONS = [
	{ prefix: '', pack: packPackage },
	{ prefix: CHINESE, pack: packChinese },
];

const { values } = parseArgs({ options: { check: { type: 'boolean' }, only: { type: 'string' } } });
const lifetime = new Lifetime();

async function pictures(): Promise<number> {
	const browser = await launchBrowser();
	lifetime.atEnd(async () => await browser.close());
	const taken = new Map<string, Buffer>();
	const failures: string[] = [];
	for (const edition of EDITIONS) {
		const scenes = SCENES.filter(({ name, shows }) => {
			const wanted = !values.only || values.only.split(',').includes(edition.prefix + name);
			return wanted && (edition.prefix === '' || shows === 'forms');
		});
		if (scenes.length === 0) continue;
		const tarball = await lifetime.whole(edition.pack);
		const simulator = await startSimulator();
		lifetime.atEnd(async () => await simulator.stop());
		const n8n = await startInstance(lifetime, [tarball]);
		const rest = await N8nRest.connect(n8n);
		const stage = await prepare({ n8n, rest, simulator });
		for (const colors of COLOR_SCHEMES) {
			const studio = new Studio(browser, n8n, rest.sessionCookie, colors);
			for (const { name, shows, take } of scenes) {
				if (shows === 'chat' && colors !== COLOR_SCHEMES[0]) continue;
				const picture = `${edition.prefix}${name}`;
				say(`${picture}, ${colors}`);
				try {
					for (const [file, bytes] of await take(stage, studio))
						taken.set(edition.prefix + file, bytes);
				} catch (error) {
					failures.push(`${picture}, ${colors}: ${(error as Error).message}`);
				}
			}
		}
		await n8n.stop();
	}
	const code = values.check ? compare(taken) : write(taken);
	for (const failure of failures) say(failure);
	return failures.length === 0 ? code : 1;
}

function write(taken: Map<string, Buffer>): number {
	mkdirSync(FOLDER, { recursive: true });
	let total = 0;
	for (const [file, picture] of taken) {
		writeFileSync(join(FOLDER, file), picture);
		total += picture.length;
	}
	say(`${taken.size} pictures, ${Math.round(total / 1000)} kB`);
	return total > LIMIT ? 1 : 0;
}

/** The pixels differ with every run (times, IDs); the names and roughly the sizes do not. */
function compare(taken: Map<string, Buffer>): number {
	const stored = readdirSync(FOLDER).filter((file) => file.endsWith('.webp'));
	const names = new Set(values.only ? taken.keys() : [...stored, ...taken.keys()]);
	const different = [...names].filter((file) => {
		const picture = taken.get(file);
		if (!picture || !stored.includes(file)) return true;
		const ratio = picture.length / readFileSync(join(FOLDER, file)).length;
		return ratio < 0.5 || ratio > 2;
	});
	for (const file of different) say(`differs: ${file} (npm run pictures)`);
	say(`${names.size - different.length} pictures as stored, ${different.length} not`);
	return different.length === 0 ? 0 : 1;
}

void lifetime.run(pictures);
