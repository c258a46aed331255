import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { declaredCredentials, declaredNodes } from '../../support/declared.cts';

const root = path.resolve(__dirname, '../../..');
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');
const json = (file: string) => JSON.parse(read(file));
const manifest = json('package.json');

describe('package.json', () => {
	it('has no runtime dependencies', () => {
		for (const key of [
			'dependencies',
			'optionalDependencies',
			'bundleDependencies',
			'bundledDependencies',
		]) {
			expect(manifest).not.toHaveProperty(key);
		}
	});

	it('has n8n-workflow as its only peer dependency', () => {
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	});

	it('has no overrides', () => {
		for (const key of ['overrides', 'resolutions', 'pnpm'])
			expect(manifest).not.toHaveProperty(key);
	});

	it('runs nothing on installation', () => {
		const forbidden = [
			'preinstall',
			'install',
			'postinstall',
			'prepublish',
			'preprepare',
			'prepare',
			'postprepare',
		];
		expect(Object.keys(manifest.scripts).filter((name) => forbidden.includes(name))).toEqual([]);
	});

	it('is a community node package under the MIT licence that ships dist only', () => {
		expect(manifest.name).toMatch(/^n8n-nodes-/);
		expect(manifest.keywords).toContain('n8n-community-node-package');
		expect(manifest.license).toBe('MIT');
		expect(read('LICENSE')).toMatch(/^MIT License\n/);
		expect(manifest.files).toEqual(['dist']);
	});

	it('is strict, with the lint configuration n8n ships', () => {
		expect(manifest.n8n.strict).toBe(true);
		const template =
			'node_modules/@n8n/node-cli/dist/template/templates/shared/default/eslint.config.mjs';
		expect(read('eslint.config.mjs')).toBe(read(template));
	});

	it.each([
		['nodes', '.node.ts'],
		['credentials', '.credentials.ts'],
	])('lists exactly the %s that exist as sources', (kind, suffix) => {
		const sources = (fs.readdirSync(path.join(root, kind), { recursive: true }) as string[])
			.filter((file) => file.endsWith(suffix))
			.map((file) => `dist/${kind}/${file.replace(/\.ts$/, '.js')}`);
		expect([...manifest.n8n[kind]].sort()).toEqual(sources.sort());
	});

	it('has the version that CHANGELOG.md names first, below what is not released yet', () => {
		const sections = [...read('CHANGELOG.md').matchAll(/^## (\S+)/gm)].map(([, name]) => name);
		expect(sections.slice(0, 2)).toEqual(['Unreleased', manifest.version]);
	});
});

/** What an address of the documentation points to that is not there: the page, or its heading. */
function lackOf(url: string): string {
	const [, page, anchor] = /\/blob\/main\/([^#]+)#?(.*)$/.exec(url) ?? [];
	if (!page || !fs.existsSync(path.join(root, page))) return `no page ${page}`;
	const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);
	return anchor && !headings.includes(anchor) ? `no heading ${anchor}` : '';
}

describe('codex files', () => {
	const categories = [
		'Analytics',
		'Communication',
		'Data & Storage',
		'Development',
		'Finance & Accounting',
		'HITL',
		'Marketing & Content',
		'Miscellaneous',
		'Productivity',
		'Sales',
		'Utility',
	];

	it.each(manifest.n8n.nodes as string[])('describes %s', (built) => {
		const file = built.replace(/^dist\//, '').replace(/\.js$/, '.json');
		const codex = json(file);
		const base = path.basename(file, '.node.json');
		expect(codex.node).toBe(`${manifest.name}.${base[0].toLowerCase()}${base.slice(1)}`);
		expect(codex.nodeVersion).toBe('1.0');
		expect(codex.codexVersion).toBe('1.0');
		expect(codex.categories.length).toBeGreaterThan(0);
		expect(codex.categories.filter((category: string) => !categories.includes(category))).toEqual(
			[],
		);
		expect(codex.alias).toEqual(
			expect.arrayContaining(['企业微信', 'WeChat Work', 'qywx', 'wework', 'weixin']),
		);
		// n8n lists no actions of a node that names itself a tool, and does not join it with its trigger.
		expect(codex.subcategories ?? {}).not.toHaveProperty('AI');
		const home = manifest.homepage.replace(/#.*$/, '');
		for (const { url } of [
			...codex.resources.primaryDocumentation,
			...codex.resources.credentialDocumentation,
		]) {
			expect(url.startsWith(home)).toBe(true);
			expect([url, lackOf(url)]).toEqual([url, '']);
		}
	});

	it('every node opens a page of its own, and every credential one that is there', () => {
		const pages = (manifest.n8n.nodes as string[]).map(
			(built) =>
				json(built.replace(/^dist\//, '').replace(/\.js$/, '.json')).resources
					.primaryDocumentation[0].url,
		);
		expect(new Set(pages).size).toBe(pages.length);
		for (const { documentationUrl = '' } of declaredCredentials())
			expect([documentationUrl, lackOf(documentationUrl)]).toEqual([documentationUrl, '']);
	});
});

describe('icons', () => {
	const icons = [
		...declaredNodes().map(({ description: { name, icon } }) => [name, icon]),
		...declaredCredentials().map(({ name, icon }) => [name, icon]),
	];

	it.each(icons as Array<[string, { light: string; dark: string }]>)(
		'%s has a self-contained SVG in a light and a dark variant',
		(_name, icon) => {
			const [light, dark] = [icon.light, icon.dark].map((it) =>
				read(path.join('icons', path.basename(it))),
			);
			expect(light).not.toBe(dark);
			for (const svg of [light, dark]) {
				expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 (\d+) \1"/);
				expect(svg).not.toMatch(/<script|<image|<foreignObject|\son\w+=|href=/i);
			}
		},
	);
});

describe('the repository', () => {
	/** What git tracks, or would track with the next `git add`; everything but generated folders where there is no git. */
	function trackedFiles(): string[] {
		try {
			const list = execFileSync(
				'git',
				['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
				{
					cwd: root,
					encoding: 'utf8',
					stdio: ['ignore', 'pipe', 'ignore'],
				},
			);
			return [...new Set(list.split('\0'))].filter(
				(file) => file !== '' && fs.existsSync(path.join(root, file)),
			);
		} catch {
			const skipped = new Set(['node_modules', 'dist', '.git', '.cache']);
			const walk = (dir: string): string[] =>
				fs.readdirSync(path.join(root, dir), { withFileTypes: true }).flatMap((entry) => {
					if (skipped.has(entry.name)) return [];
					const file = path.join(dir, entry.name);
					return entry.isDirectory() ? walk(file) : [file];
				});
			return walk('');
		}
	}

	it('has a lock file that names no registry', () => {
		const { packages } = json('package-lock.json');
		const resolved = Object.entries<{ resolved?: string; link?: boolean }>(packages)
			.filter(([, entry]) => entry.resolved !== undefined && entry.link !== true)
			.map(([name]) => name);
		expect(resolved).toEqual([]);
		expect(packages[''].version).toBe(manifest.version);
		expect(packages[''].devDependencies).toEqual(manifest.devDependencies);
	});

	it('names no other registry than the default one and no path of a developer machine', () => {
		const registryHost =
			/\/\/([\w.-]*(?:registry|npmmirror|mirrors?|artifactory|nexus|verdaccio|jfrog|codeartifact|pkgs)[\w.-]*\.[a-z]{2,})/gi;
		const registrySetting = /^\s*(?:@[\w-]+:)?registry\s*=/m;
		const home = new RegExp(
			[
				// /home/node is n8n's own Docker image, /home/credentials a page of its editor.
				'/home/(?!node/|credentials/)[a-z][\\w.-]*/',
				'/Users/[A-Za-z][\\w.-]*/',
				'/root/\\.',
				'[A-Z]:\\\\{1,2}Users\\\\',
			]
				.map((it) => `(?<![\\w.])${it}`)
				.join('|'),
		);
		const self = path.relative(root, __filename).split(path.sep).join('/');
		const findings: string[] = [];
		for (const file of trackedFiles()) {
			if (file === self) continue;
			const content = fs.readFileSync(path.join(root, file));
			if (content.includes(0)) continue;
			const text = content.toString('utf8');
			for (const [, host] of text.matchAll(registryHost)) {
				if (host.toLowerCase() !== 'registry.npmjs.org') findings.push(`${file}: ${host}`);
			}
			if (path.basename(file) === '.npmrc' && registrySetting.test(text))
				findings.push(`${file}: sets a registry`);
			const found = home.exec(text);
			if (found) findings.push(`${file}: ${found[0]}`);
		}
		expect(findings).toEqual([]);
	});
});
