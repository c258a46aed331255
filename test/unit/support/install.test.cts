import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock } from '../../support/lock.cts';
import { ensureN8n } from '../../support/n8n-install.cts';
import { isAtLeast, nodeVersionFor } from '../../support/n8n-release.cts';

/**
 * Plays npm: "installs" n8n, sqlite3 and Node.js into the current folder as far as the installer looks at them. n8n only with its peer
 * dependencies, whatever the settings of this project say.
 */
const FAKE_NPM = `#!/bin/sh
echo "$1 $2" >> "$WECOM_KIT_CACHE/calls"
case "$*" in *n8n@*--legacy-peer-deps=false*) ;; *n8n@*) echo "no peer dependencies"; exit 1;; esac
case "$2" in
	n8n@*) mkdir -p node_modules/n8n node_modules/sqlite3; echo '{"version":"9.9.9"}' > node_modules/n8n/package.json; echo '{}' > node_modules/.package-lock.json;;
	sqlite3) echo "exports.Database = class { get(sql, done) { done(null, { one: 1 }) } }" > node_modules/sqlite3/index.js;;
	node-*) mkdir -p "node_modules/\${2%@*}/bin"; cp "$FAKE_NODE" "node_modules/\${2%@*}/bin/node";;
esac
`;

let folder: string;
const kept = { PATH: process.env.PATH, WECOM_KIT_CACHE: process.env.WECOM_KIT_CACHE };

function executable(name: string, text: string): string {
	const path = join(folder, 'bin', name);
	mkdirSync(join(folder, 'bin'), { recursive: true });
	writeFileSync(path, text);
	chmodSync(path, 0o755);
	return path;
}

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'wecom-kit-install-'));
	executable('npm', FAKE_NPM);
	process.env.FAKE_NODE = executable(
		'fake-node',
		`#!/bin/sh\nif [ "$1" = --version ]; then echo v24.21.0; else exec "${process.execPath}" "$@"; fi\n`,
	);
	process.env.WECOM_KIT_CACHE = folder;
	process.env.PATH = `${join(folder, 'bin')}:${kept.PATH}`;
	jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
	jest.restoreAllMocks();
	process.env.PATH = kept.PATH;
	if (kept.WECOM_KIT_CACHE === undefined) delete process.env.WECOM_KIT_CACHE;
	else process.env.WECOM_KIT_CACHE = kept.WECOM_KIT_CACHE;
	rmSync(folder, { recursive: true, force: true });
});

const calls = (): string[] =>
	readFileSync(join(folder, 'calls'), 'utf8')
		.trim()
		.split('\n')
		.filter((call) => !call.includes('node-'));

test('n8n is installed once, and again after an interrupted install', async () => {
	const dir = join(folder, 'n8n-9.9.9');
	mkdirSync(join(dir, 'node_modules', 'n8n'), { recursive: true });
	writeFileSync(join(dir, 'node_modules', 'half-written'), ''); // npm was interrupted here
	const install = await ensureN8n('9.9.9');
	expect(install).toMatchObject({ dir, n8nBin: join(dir, 'node_modules', 'n8n', 'bin', 'n8n') });
	expect(existsSync(join(dir, 'node_modules', 'half-written'))).toBe(false);
	expect(calls()).toEqual(['install n8n@9.9.9', 'rebuild sqlite3']);
	expect(await ensureN8n('9.9.9')).toEqual(install);
	expect(calls()).toHaveLength(2);
	expect(existsSync(`${dir}.lock`)).toBe(false);
});

test('two callers at the same time install once', async () => {
	await Promise.all([ensureN8n('9.9.9'), ensureN8n('9.9.9')]);
	expect(calls()).toEqual(['install n8n@9.9.9', 'rebuild sqlite3']);
});

test('the lock of a dead or silent holder is taken over, a living one is waited for', async () => {
	const path = join(folder, 'some.lock');
	const first = await acquireLock(path, 'testing');
	await expect(acquireLock(path, 'testing', 300)).rejects.toThrow('Waited too long');
	const old = new Date(Date.now() - 10 * 60_000);
	utimesSync(path, old, old);
	const second = await acquireLock(path, 'testing', 300);
	second.release();
	first.release();
	mkdirSync(path);
	writeFileSync(join(path, 'holder'), `999999999 ${hostname()}`);
	(await acquireLock(path, 'testing', 300)).release();
	expect(existsSync(path)).toBe(false);
});

test.each([
	['2.41.1', '2.36', true, '24.21.0'],
	['2.36', '2.36.0', true, '24.21.0'],
	['2.35.5', '2.36', false, '22.22.3'],
	['2.8.4', '2.13', false, '20.19.0'],
	['1.123.81', '1.123.9', true, '20.19.0'],
	['10.0.0', '9.9.9', true, '24.21.0'],
])('n8n %s is at least %s: %s, and runs on Node.js %s', (version, wanted, expected, node) => {
	expect(isAtLeast(version, wanted)).toBe(expected);
	expect(nodeVersionFor(version)).toBe(node);
});

test('an older n8n takes its spreadsheet library from npm', async () => {
	executable(
		'fake-node',
		`#!/bin/sh\nif [ "$1" = --version ]; then echo v22.22.3; else exec "${process.execPath}" "$@"; fi\n`,
	);
	executable('npm', FAKE_NPM.replaceAll('9.9.9', '2.35.5'));
	const { dir, nodeBin } = await ensureN8n('2.35.5');
	expect(JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))).toMatchObject({
		overrides: { xlsx: 'npm:xlsx@0.18.5' },
	});
	expect(nodeBin).toContain('node-22.22.3');
});
