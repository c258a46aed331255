/** `npm run pack:zh`: packs the Chinese edition as the same package of another version, which npm offers under the tag `zh`. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, '.cache', 'zh-CN');
const target = path.resolve(root, process.argv[2] ?? '.');
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const version = `${manifest.version}-zh.0`;

fs.writeFileSync(
	path.join(folder, 'package.json'),
	`${JSON.stringify({ ...manifest, version, publishConfig: { tag: 'zh' } }, null, 2)}\n`,
);
for (const file of ['README.md', 'LICENSE'])
	fs.copyFileSync(path.join(root, file), path.join(folder, file));

fs.mkdirSync(target, { recursive: true });
execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
	cwd: folder,
	shell: process.platform === 'win32',
});
const file = path.join(target, `${manifest.name}-${manifest.version}-zh.tgz`);
fs.copyFileSync(path.join(folder, `${manifest.name}-${version}.tgz`), file);
fs.rmSync(path.join(folder, `${manifest.name}-${version}.tgz`));
console.log(file);
