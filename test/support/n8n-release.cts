/** Which n8n the tests run against, and what each release needs. */

/** The release everything is tested with; `npm run test:compat` tests others too. */
export const N8N_VERSION = '2.41.1';
/** Set by `npm run test:compat`: the release under test instead. */
const CHOSEN = 'WECOM_KIT_N8N';

export function n8nVersion(): string {
	return process.env[CHOSEN] || N8N_VERSION;
}

/** Makes the tests of this process and its children use this release. */
export function chooseN8n(version: string): void {
	process.env[CHOSEN] = version;
}

/** Whether a release is at least another one, both as `major.minor[.patch]`. */
export function isAtLeast(version: string, wanted: string): boolean {
	const [one, other] = [version, wanted].map((text) => text.split('.').map(Number));
	for (let part = 0; part < 3; part++) {
		const difference = (one[part] ?? 0) - (other[part] ?? 0);
		if (difference !== 0) return difference > 0;
	}
	return true;
}

/** True when the release under test is at least this one: for what older ones lack. */
export function since(wanted: string): boolean {
	return isAtLeast(n8nVersion(), wanted);
}

/** The Node.js that an n8n release runs on, the oldest that its `engines` allow, so that it is tested too. */
const NODES: Array<[since: string, node: string]> = [
	['2.36.0', '24.21.0'],
	['2.13.0', '22.22.3'],
	['1.0.0', '20.19.0'],
];

export function nodeVersionFor(n8n: string): string {
	return NODES.find(([from]) => isAtLeast(n8n, from))![1];
}
