/** Folders the test runtime uses. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout. */
export const repoRoot = resolve(__dirname, '..', '..');

/** Where n8n and its Node.js are installed once and reused, outside the checkout. `WECOM_KIT_CACHE` overrides it. */
export function cacheFolder(): string {
	return process.env.WECOM_KIT_CACHE ?? join(homedir(), '.cache', 'n8n-nodes-wecom-kit');
}
