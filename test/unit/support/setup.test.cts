import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.cts';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'wecom-kit-setup-'));
	writeFileSync(
		join(folder, 'npm.js'),
		`require('node:fs').appendFileSync('calls', process.argv.slice(2).join(' ') + ';'); require('node:fs').mkdirSync('node_modules', { recursive: true }); process.exit(Number(process.env.NPM_FAILS ?? 0));`,
	);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lock(version: string): string {
	return JSON.stringify({
		packages: {
			'': { devDependencies: { a: '*' } },
			'node_modules/a': { version },
			'node_modules/b': { version: '1.0.0', optional: true },
		},
	});
}

function write(path: string, text: string): void {
	mkdirSync(join(folder, path, '..'), { recursive: true });
	writeFileSync(join(folder, path), text);
}

/** Runs the script on the temporary folder with a stand-in for npm. */
function setup(env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
	return spawnSync(process.execPath, [join(repoRoot, 'scripts', 'setup.mjs'), folder], {
		encoding: 'utf8',
		env: { ...process.env, npm_execpath: join(folder, 'npm.js'), ...env },
	});
}

const npmCalls = (): string =>
	existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8') : '';

test('installs when node_modules is missing or the lock changed, and does nothing otherwise', () => {
	write('package-lock.json', lock('1.0.0'));
	expect(setup().stdout).toContain('npm ci');
	expect(npmCalls()).toBe('ci;');
	expect(setup()).toMatchObject({ status: 0, stdout: '', stderr: '' });
	expect(npmCalls()).toBe('ci;');
	write('package-lock.json', lock('2.0.0'));
	setup();
	expect(npmCalls()).toBe('ci;ci;');
});

test('takes over a node_modules that already matches the lock', () => {
	write('package-lock.json', lock('1.0.0'));
	write('node_modules/.package-lock.json', lock('1.0.0'));
	write('node_modules/a/package.json', '{}');
	expect(setup()).toMatchObject({ status: 0, stdout: '' });
	expect(npmCalls()).toBe('');
	expect(existsSync(join(folder, 'node_modules', '.setup-hash'))).toBe(true);
});

test('says what to do when the install fails, and tries again next time', () => {
	write('package-lock.json', lock('1.0.0'));
	const failed = setup({ NPM_FAILS: '1' });
	expect(failed.status).toBe(1);
	expect(failed.stderr).toMatch(/npm ci failed.*\n.*npm run setup/);
	expect(setup().status).toBe(0);
	expect(npmCalls()).toBe('ci;ci;');
});

test('installs what the bridge needs too, without its development dependencies', () => {
	write('package-lock.json', lock('1.0.0'));
	write('bridge/package-lock.json', lock('1.0.0'));
	expect(setup().status).toBe(0);
	expect(npmCalls()).toBe('ci;');
	expect(readFileSync(join(folder, 'bridge', 'calls'), 'utf8')).toBe('ci --omit=dev;');
	expect(setup()).toMatchObject({ status: 0, stdout: '', stderr: '' });
});
