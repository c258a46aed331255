import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { npmCommand, run } from '../../test/support/child.cts';
import { http } from '../../test/support/http.cts';
import { repoRoot } from '../../test/support/paths.cts';
import { until } from '../../test/support/wait.cts';
import { bridgeEnvironment, type StartedAs } from '../stand-in/running-bridge.cts';
import { Lab, text, withCompiler } from './support.cts';

const bridge = join(__dirname, '..');
const manifest = JSON.parse(readFileSync(join(bridge, 'package.json'), 'utf8'));
const instructions = readFileSync(join(bridge, 'Dockerfile'), 'utf8')
	.replace(/^#.*\n/gm, '')
	.replace(/\\\n\s*/g, '')
	.split('\n')
	.filter((line) => line !== '')
	.map((line) => {
		const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
		return { name, rest };
	});

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wecom-kit-bridge-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const npm = async (args: string[], cwd: string) =>
	await run(npmCommand(), args, { cwd, timeout: 120_000 });

test('koffi is the only dependency, at one version, and the lock file names no registry', () => {
	expect(Object.keys(manifest.dependencies)).toEqual(['koffi']);
	expect(manifest.dependencies.koffi).toMatch(/^\d+\.\d+\.\d+$/);
	const lock = readFileSync(join(bridge, 'package-lock.json'), 'utf8');
	expect(lock).not.toContain('"resolved"');
	expect(JSON.parse(lock).version).toBe(manifest.version);
	for (const platform of ['linux-x64', 'linux-arm64'])
		expect(lock).toContain(`@koromix/koffi-${platform}`);
});

/** Packs the bridge and installs the file, as a person's machine does. @returns what is in the file */
async function installPacked(): Promise<string[]> {
	const { stdout } = await npm(['pack', '--json', '--pack-destination', folder], bridge);
	const [{ filename, files }] = JSON.parse(stdout) as [
		{ filename: string; files: Array<{ path: string }> },
	];
	await npm(['install', '--no-save', '--prefer-offline', join(folder, filename)], folder);
	return files.map(({ path }) => path).sort();
}

test('the packed package is one program, and one command runs it', async () => {
	expect(await installPacked()).toEqual(['README.md', 'dist/bridge.mjs', 'package.json']);
	const ran = await run(join(folder, 'node_modules', '.bin', 'wecom-chat-archive-bridge'), [
		'--version',
	]);
	expect(ran.stdout).toBe(`${manifest.version}\n`);
}, 180_000);

withCompiler()('npx with the packed package', () => {
	test('starts the bridge, says how it is, and ends it', async () => {
		await installPacked();
		const lab = new Lab();
		lab.store.addKey(1);
		lab.store.add({ content: text('one') });
		const home = { HOME: homedir(), npm_config_update_notifier: 'false' };
		const npx = (...args: string[]): StartedAs => ({
			command: 'npx',
			args: ['--no', 'wecom-chat-archive-bridge', ...args],
			cwd: folder,
		});
		try {
			await lab.start(home, npx());
			expect(await lab.health('?check=true')).toMatchObject({
				state: 'ok',
				version: manifest.version,
				keyVersions: ['1'],
			});
			expect(await http(`${lab.bridge.url}/v1/health`)).toMatchObject({ status: 401 });
			expect((await lab.page('after=0')).messages).toMatchObject([{ seq: '1', msgid: 'one' }]);
			const { port } = new URL(lab.bridge.url);
			const env = { ...bridgeEnvironment(lab.store), ...home, PORT: port };
			const { command, args, cwd } = npx('health');
			expect((await run(command, args, { cwd, env })).stdout).toMatch(/^ok: /);
			await lab.bridge.stop();
			await until(
				'nobody answers',
				async () =>
					await http(`${lab.bridge.url}/v1/health`).then(
						() => false,
						() => true,
					),
			);
		} finally {
			await lab.stop();
		}
	}, 180_000);
});

const { ENV = '' } = Object.fromEntries(instructions.map(({ name, rest }) => [name, rest]));
const image = Object.fromEntries(ENV.split(' ').map((pair) => pair.split('=')));

test.each(['bridge/compose.yaml', 'deploy/docker-compose.yml'])(
	'%s mounts what the image looks for, and publishes nothing',
	(file) => {
		const text = readFileSync(join(repoRoot, file), 'utf8');
		const service = /^ {2}chat-archive-bridge:\n((?: {4}.*\n)+)/m.exec(text)![1];
		const list = (name: string) =>
			[
				...(new RegExp(`^    ${name}:\n((?: {6}- .*\n)+)`, 'm').exec(service)?.[1] ?? '').matchAll(
					/- (.*)/g,
				),
			].map(([, entry]) => entry.replaceAll("'", ''));
		expect(
			list('volumes')
				.map((volume) => volume.split(':').slice(1))
				.sort(),
		).toEqual([
			[image.KEYS_DIR, 'ro'],
			[dirname(image.SDK_PATH), 'ro'],
		]);
		expect(
			list('secrets')
				.map((secret) => `/run/secrets/${secret}`)
				.sort(),
		).toEqual([image.ARCHIVE_SECRET_FILE, image.BRIDGE_TOKEN_FILE]);
		for (const secret of list('secrets'))
			expect(text).toMatch(new RegExp(`^secrets:\n(.*\n)*?  ${secret}:\n    file: \\./`, 'm'));
		expect(list('expose')).toEqual([image.PORT]);
		expect(list('ports')).toEqual([]);
		expect(list('cap_drop')).toEqual(['ALL']);
		expect(service).toContain('read_only: true');
	},
);

test('the steps of the Dockerfile make a bridge that runs', async () => {
	const stages: Array<typeof instructions> = [];
	for (const it of instructions) {
		if (it.name === 'FROM') stages.push([]);
		stages[stages.length - 1].push(it);
	}
	const [build, final] = stages;
	const built = join(folder, 'build');
	const app = join(folder, 'app');
	for (const dir of [built, app]) mkdirSync(dir);
	const copy = (rest: string, from: string, to: string) => {
		const names = rest.replace('--from=build ', '').replaceAll('/build/', '').split(' ');
		const target = join(to, names.pop() as string);
		const alone = names.length === 1 && !target.endsWith('/');
		for (const name of names)
			cpSync(join(from, name), alone ? target : join(target, name), { recursive: true });
	};
	for (const { name, rest } of build) {
		if (name === 'COPY') copy(rest, bridge, built);
		if (name === 'RUN') await run('sh', ['-c', rest], { cwd: built, timeout: 180_000 });
	}
	for (const { name, rest } of final) if (name === 'COPY') copy(rest, built, app);
	expect(readdirSync(app).sort()).toEqual(['dist', 'node_modules', 'package.json']);
	const command = JSON.parse(final.find(({ name }) => name === 'CMD')?.rest ?? '') as string[];
	// Without settings it says what is missing: everything it consists of is there then.
	const ended = spawnSync(process.execPath, command.slice(1), {
		cwd: app,
		env: {},
		encoding: 'utf8',
	});
	expect(ended).toMatchObject({
		status: 2,
		stderr: expect.stringContaining('BRIDGE_TOKEN_FILE is not set'),
	});
	expect(final.find(({ name }) => name === 'USER')?.rest).toBe('node');
	expect(final.some(({ name, rest }) => name === 'RUN' && rest.includes('ca-certificates'))).toBe(
		true,
	);
	// Only what a COPY names gets into the context.
	const context = readFileSync(join(bridge, '.dockerignore'), 'utf8').match(/(?<=^!).+/gm);
	const named = build
		.filter(({ name }) => name === 'COPY')
		.flatMap(({ rest }) => rest.split(' ').slice(0, -1));
	expect(context?.sort()).toEqual(named.sort());
}, 240_000);
