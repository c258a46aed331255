/** A real n8n in a temporary folder, with packed node packages installed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { say } from '../test/support/child.cts';
import { freePorts } from '../test/support/n8n-env.cts';
import { ensureN8n } from '../test/support/n8n-install.cts';
import { installPackage } from '../test/support/n8n-package.cts';
import { N8n } from '../test/support/n8n.cts';
import type { Lifetime } from './lifetime.cts';

const ATTEMPTS = 3;

/** True when nobody answers on this port of this machine. */
export async function isFree(port: number): Promise<boolean> {
	const refuses = async (host: string) =>
		await new Promise<boolean>((resolve) => {
			const socket = connect({ port, host, timeout: 1000 });
			const end = (refused: boolean) => {
				socket.destroy();
				resolve(refused);
			};
			socket.once('connect', () => end(false));
			socket.once('error', () => end(true));
			socket.once('timeout', () => end(false));
		});
	return (await refuses('127.0.0.1')) && (await refuses('::1'));
}

/**
 * Like `startN8n` of the tests, but it can be stopped at every moment: n8n is known to the lifetime before it starts.
 * `port`: wanted, but another one will do.
 */
export async function startInstance(
	lifetime: Lifetime,
	tarballs: string[],
	{ port, env }: { port?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<N8n> {
	const install = await ensureN8n();
	const userFolder = mkdtempSync(join(tmpdir(), 'wecom-kit-'));
	lifetime.atEnd(() => rmSync(userFolder, { recursive: true, force: true, maxRetries: 3 }));
	for (const tarball of tarballs)
		await lifetime.whole(async () => await installPackage(userFolder, tarball, install.nodeBin));

	const key = randomBytes(24).toString('hex');
	for (let attempt = 1; ; attempt++) {
		const ports = await freePorts();
		if (port && attempt === 1) ports.port = port;
		const n8n = new N8n(install, userFolder, key, ports, { userFolder, env });
		lifetime.atEnd(async () => await n8n.stop());
		say(`Starting n8n on ${n8n.url} ...`);
		try {
			await n8n.start();
			return n8n;
		} catch (error) {
			const portTaken = /already in use|EADDRINUSE/i.test((error as Error).message);
			if (!portTaken || attempt === ATTEMPTS) throw error;
		}
	}
}
