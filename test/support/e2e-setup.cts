/** jest's globalSetup of the e2e level: what all test files share is made, and the soak begins, before the first of them starts its clock. */
import { join } from 'node:path';
import { keepProfiles } from './browser.cts';
import { ensureN8n } from './n8n-install.cts';
import { N8nRest } from './n8n-rest.cts';
import { makeTemplate } from './n8n-template.cts';
import { startN8n } from './n8n.cts';
import { packPackage, shareTarball } from './pack.cts';
import { repoRoot } from './paths.cts';
import { shareN8n } from './shared-n8n.cts';
import { startSoak } from './soak-beside.cts';

const SOAK_TEST = join(repoRoot, 'test', 'e2e', 'soak.test.cts');

interface Run {
	/** The paths that were asked for; none for all of them. */
	testPathPatterns: { patterns: string[] };
}

export default async function setup({ testPathPatterns: { patterns } }: Run): Promise<void> {
	const { nodeBin } = await ensureN8n();
	const tarball = await packPackage();
	shareTarball(tarball);
	await makeTemplate(tarball, nodeBin, async (userFolder) => {
		const n8n = await startN8n({ userFolder });
		try {
			await N8nRest.connect(n8n);
		} finally {
			await n8n.stop();
		}
	});
	await shareN8n(tarball);
	keepProfiles();
	const isAskedFor = (pattern: string) => new RegExp(pattern).test(SOAK_TEST);
	if (patterns.length === 0 || patterns.some(isAskedFor)) startSoak();
}
