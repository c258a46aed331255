/** An npm registry on 127.0.0.1 that has files of this package and nothing else, so that n8n's own dialog can install them. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { run } from './child.cts';
import { envWithNode } from './node.cts';

export interface NpmRegistry {
	/** What n8n is to be started with. */
	env: NodeJS.ProcessEnv;
	close: () => void;
}

interface Manifest {
	name: string;
	version: string;
}

/**
 * `tarballs`: made by `npm pack`; a version such as `1.2.3-zh.0` has the tag `zh`, others are the latest.
 *
 * n8n 2.41 asks npm's registry whatever npm is set to, and another one only with a licence. So it finds an `npm` on its PATH that adds
 * the address of this one, which counts since it stands last. What n8n asks on the internet without npm ends here at once: this server
 * is also n8n's proxy for https, and passes nothing on.
 */
export async function startNpmRegistry(tarballs: string[], nodeBin: string): Promise<NpmRegistry> {
	const files = new Map(tarballs.map((file) => [`/files/${basename(file)}`, readFileSync(file)]));
	const manifests = await Promise.all(
		tarballs.map(async (file) => {
			const { stdout } = await run('tar', ['-xzOf', file, 'package/package.json']);
			return [`/files/${basename(file)}`, JSON.parse(stdout) as Manifest] as const;
		}),
	);
	const [[, { name }]] = manifests;

	const server = createServer((request, response) => {
		const file = files.get(request.url ?? '');
		if (file) return void response.end(file);
		if (request.url !== `/${name}`) return void response.writeHead(404).end('{}');
		const versions = manifests.map(([path, manifest]) => {
			const sha = createHash('sha512').update(files.get(path)!).digest('base64');
			const dist = { tarball: url + path, integrity: `sha512-${sha}` };
			return [manifest.version, { ...manifest, dist }];
		});
		const tags = manifests.map(([, { version }]) => [
			/-([a-z]+)\./.exec(version)?.[1] ?? 'latest',
			version,
		]);
		response.setHeader('content-type', 'application/json');
		response.end(
			JSON.stringify({
				name,
				'dist-tags': Object.fromEntries(tags),
				versions: Object.fromEntries(versions),
			}),
		);
	});
	await new Promise<void>((resolve, reject) =>
		server.once('error', reject).listen(0, '127.0.0.1', resolve),
	);
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	const folder = mkdtempSync(join(tmpdir(), 'wecom-kit-npm-'));
	const npm = join(folder, 'npm');
	// The first folder of the PATH is the one with this script: without it, `npm` is the real one.
	writeFileSync(
		npm,
		`#!/bin/sh\nPATH="\${PATH#*:}" exec npm "$@" --registry=${url} --cache='${join(folder, 'cache')}'\n`,
	);
	chmodSync(npm, 0o755);
	return {
		env: {
			PATH: `${folder}:${envWithNode(nodeBin).PATH}`,
			HTTPS_PROXY: url,
			NO_PROXY: '127.0.0.1',
		},
		close: () => {
			server.close();
			server.closeAllConnections();
			rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
		},
	};
}
