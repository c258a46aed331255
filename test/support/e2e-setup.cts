/** jest's globalSetup of the e2e level: installs n8n, packs the package, and starts the soak before the first test file starts its clock. */
import { ensureN8n } from './n8n-install.cts';
import { packPackage, shareTarball } from './pack.cts';
import { startSoak } from './soak-beside.cts';

interface Run {
	/** The paths that were asked for; none for all of them. */
	testPathPatterns: { patterns: string[] };
}

export default async function setup({ testPathPatterns: { patterns } }: Run): Promise<void> {
	await ensureN8n();
	shareTarball(await packPackage());
	if (patterns.length === 0 || patterns.some((pattern) => pattern.includes('soak'))) startSoak();
}
