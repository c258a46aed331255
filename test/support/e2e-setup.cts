/** jest's globalSetup of the e2e level: installs n8n and packs the package before the first test file starts its clock. */
import { ensureN8n } from './n8n-install.cts';
import { packPackage, shareTarball } from './pack.cts';

export default async function setup(): Promise<void> {
	await ensureN8n();
	shareTarball(await packPackage());
}
