/** The built package as n8n loads it: each file in a process that has n8n-workflow. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INodeType } from 'n8n-workflow';
import { Wecom } from '../../nodes/Wecom/Wecom.node';
import { methods } from '../../nodes/Wecom/runtime';
import { run } from '../support/child.cts';
import { ensureN8n } from '../support/n8n-install.cts';
import { nodesFolder } from '../support/n8n-package.cts';
import { packPackage } from '../support/pack.cts';
import { repoRoot } from '../support/paths.cts';

const dist = (file: string) => join(repoRoot, 'dist/nodes/Wecom', file);
/** What holds the tables of operations. */
const TABLES = dist('runtime.js');

/** Runs `script` with the node as `node`, and gives what it returns. */
async function withNode<Result>(script: string): Promise<Result> {
	const child = `
		const { Wecom } = require(${JSON.stringify(dist('Wecom.node.js'))});
		const node = new Wecom();
		const loaded = () => Object.keys(require.cache).includes(${JSON.stringify(TABLES)});
		(async () => { ${script} })().then((result) => process.stdout.write(JSON.stringify(result)));
	`;
	const { stdout } = await run(process.execPath, ['-e', child], { cwd: repoRoot, timeout: 60_000 });
	return JSON.parse(stdout) as Result;
}

it('the form worked out by the build is the one of the sources', async () => {
	const built = await withNode<INodeType['description']>('return node.description;');
	expect(built).toEqual(JSON.parse(JSON.stringify(new Wecom().description)));
});

it('the tables of operations are loaded by the first use, not by the start of n8n', async () => {
	expect(existsSync(TABLES)).toBe(true);
	const seen = await withNode<{ before: boolean; names: string[]; after: boolean }>(`
		const before = loaded();
		const names = ['listSearch', 'loadOptions', 'resourceMapping']
			.flatMap((kind) => Object.keys(node.methods[kind]));
		await node.methods.listSearch.listEndpoints.call({ getNodeParameter: () => 'app' }, 'gettoken');
		return { before, names, after: loaded() };
	`);
	expect(seen).toEqual({
		before: false,
		names: Object.values(methods).flatMap((of) => Object.keys(of)),
		after: true,
	});
});

it('deploy/docker-compose.yml sets what n8n reads, and starts what n8n has', async () => {
	const text = readFileSync(join(repoRoot, 'deploy/docker-compose.yml'), 'utf8');
	const modules = join((await ensureN8n()).dir, 'node_modules');
	const code = ['@n8n/config/dist', 'n8n-core/dist/binary-data', 'n8n/dist/services']
		.flatMap((folder) =>
			readdirSync(join(modules, folder), { recursive: true, encoding: 'utf8' })
				.filter((file) => file.endsWith('.js'))
				.map((file) => readFileSync(join(modules, folder, file), 'utf8')),
		)
		.join('\n');
	const [shared, services] = text.split(/^services:$/m);
	const names = [...shared.matchAll(/^ {4}([A-Z0-9_]+):/gm)].map(([, name]) => name);
	expect(names).toContain('N8N_WEBHOOK_URL');
	expect(names.filter((name) => !new RegExp(`'${name}'|env\\.${name}\\b`).test(code))).toEqual([]);
	const commands = [...services.matchAll(/command: (\w+)/g)].map(([, command]) => command);
	expect(commands).toEqual(['worker', 'webhook']);
	for (const command of commands)
		expect(existsSync(join(modules, 'n8n/dist/commands', `${command}.js`))).toBe(true);
});

it('the steps of deploy/Dockerfile put the package, and nothing else, where n8n looks for it', async () => {
	const text = readFileSync(join(repoRoot, 'deploy/Dockerfile'), 'utf8');
	const [, install] = /^RUN (npm install .*)$/m.exec(text)!;
	const [, from, to] = /^COPY --from=package --chown=node:node (\S+) (\S+)$/m.exec(text)!;
	expect(to).toBe(nodesFolder('/home/node'));
	expect(/^WORKDIR (.*)$/m.exec(text)?.[1]).toBe(from);
	const name = 'n8n-nodes-wecom-kit@${WECOM_KIT_VERSION}';
	expect(install).toContain(`"${name}"`);
	const folder = mkdtempSync(join(tmpdir(), 'wecom-kit-image-'));
	try {
		// The file in place of the version on npm.
		const command = install.replace(name, await packPackage());
		await run('sh', ['-c', command], { cwd: folder, timeout: 120_000 });
		const installed = readdirSync(join(folder, 'node_modules'));
		expect(installed.filter((one) => !one.startsWith('.'))).toEqual(['n8n-nodes-wecom-kit']);
		expect(existsSync(join(folder, 'node_modules/n8n-nodes-wecom-kit/dist/nodes'))).toBe(true);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}, 180_000);
