/**
 * `gulp build`: dist/ is made from nodes/, credentials/ and icons/. `gulp buildChinese`: so is .cache/zh-CN/dist, with the words of
 * locales/zh-CN.json in place of the English ones.
 *
 * The steps work in a folder of their own (.cache/build-<pid>) that replaces dist/ at the end, so a build that fails
 * leaves no half of a dist behind, and whoever reads dist/ meanwhile sees a whole one.
 */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const gulp = require('gulp');

const root = __dirname;
/** Where the build goes, and for an edition in another language the folder of what makes it. */
let dist = path.join(root, 'dist');
let locales;
const staging = path.join(root, '.cache', `build-${process.pid}`);

/** The one module with a third-party library in it: the library is bundled into it, since the package has no dependencies. */
const bundled = 'nodes/shared/callback/xml.ts';
/** What the built code may require besides its own files. */
const allowedModules = new Set(['n8n-workflow', 'crypto', 'node:crypto']);

const sourceDirs = ['nodes', 'credentials', 'icons'];
const isStatic = (file) => /\.(svg|png|json)$/.test(file);

function fail(lines) {
	const error = new Error([].concat(lines).join('\n'));
	error.showStack = false;
	throw error;
}

/** Paths of all files below a folder, relative to it, with forward slashes, sorted. */
function filesIn(dir) {
	if (!fs.existsSync(dir)) return [];
	return fs
		.readdirSync(dir, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) =>
			path
				.relative(dir, path.join(entry.parentPath ?? entry.path, entry.name))
				.split(path.sep)
				.join('/'),
		)
		.sort();
}

async function clean() {
	for (const dir of [dist, staging]) fs.rmSync(dir, { recursive: true, force: true });
}

async function prepare() {
	fs.rmSync(staging, { recursive: true, force: true });
	fs.mkdirSync(staging, { recursive: true });
}

/** `npm run dev` sets INCREMENTAL: what has not changed since its last build is not compiled again. */
async function compile() {
	if (locales) return await translate();
	if (!process.env.INCREMENTAL) return await compileInto(staging);
	const compiled = path.join(root, '.cache', 'compiled');
	await compileInto(compiled, '--incremental', '--tsBuildInfoFile', `${compiled}.json`);
	fs.cpSync(compiled, staging, { recursive: true });
}

/** The compiler with a step of its own, which puts the words of the table in place; then the same for the data. */
async function translate() {
	const { packageProgram, translating } = locales('texts.cts');
	const { readTable } = locales('table.cts');
	const program = packageProgram({ outDir: staging });
	program.emit(undefined, undefined, undefined, false, {
		before: [translating(program, readTable())],
	});
}

async function translateData() {
	if (locales) locales('data.cts').translateData(staging, locales('table.cts').readTable());
}

function compileInto(folder, ...more) {
	const tsc = require.resolve('typescript/bin/tsc');
	const args = [tsc, '-p', 'tsconfig.json', '--rootDir', '.', '--outDir', folder, ...more];
	return new Promise((resolve, reject) => {
		spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
			.on('error', reject)
			.on('exit', (code) => {
				if (code === 0) return resolve();
				const error = new Error('TypeScript found errors, see above');
				error.showStack = false;
				reject(error);
			});
	});
}

/** Icons, codex files and output schemas keep their place beside the node or credential. */
async function copyStatic() {
	for (const dir of sourceDirs) {
		for (const file of filesIn(path.join(root, dir)).filter(isStatic)) {
			const target = path.join(staging, dir, file);
			fs.mkdirSync(path.dirname(target), { recursive: true });
			fs.copyFileSync(path.join(root, dir, file), target);
		}
	}
}

async function bundle() {
	const entry = path.join(root, bundled);
	if (!fs.existsSync(entry))
		fail(`${bundled} is missing: it is the module fast-xml-parser is bundled into`);
	// Our own modules stay modules: only packages go into the bundle.
	const plugin = {
		name: 'own-modules-stay',
		setup(build) {
			build.onResolve({ filter: /^\./ }, (args) =>
				args.importer === entry ? { path: args.path, external: true } : undefined,
			);
		},
	};
	const { metafile } = await require('esbuild').build({
		absWorkingDir: root,
		entryPoints: [entry],
		outfile: path.join(staging, bundled.replace(/\.ts$/, '.js')),
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node20',
		minify: true,
		legalComments: 'inline',
		logLevel: 'warning',
		metafile: true,
		external: [...allowedModules],
		plugins: [plugin],
	});
	const [output] = Object.values(metafile.outputs);
	const used = Object.entries(output.inputs).filter(([, input]) => input.bytesInOutput > 0);
	fs.writeFileSync(
		path.join(staging, 'THIRD-PARTY-NOTICES.txt'),
		notices(used.map(([file]) => file)),
	);
}

/**
 * Worked out by the build: their exports are packed as JSON in their place, so that n8n loads no table and nothing that a form is
 * made with when it starts.
 */
const isPrebuilt = (file) => /^nodes\/\w+\/(prebuilt|properties)\.js$/.test(file);

async function prebuild() {
	for (const module of filesIn(staging).filter(isPrebuilt)) {
		const file = path.join(staging, module);
		const outcome = { ...require(file) };
		const json = JSON.stringify(outcome);
		require('node:assert').deepStrictEqual(
			JSON.parse(json),
			outcome,
			`${module} is not plain data`,
		);
		fs.rmSync(file);
		fs.writeFileSync(file.replace(/\.js$/, '.json'), json);
	}
}

/** Modules that only the build needed, such as those that make the form, are not packed. */
async function removeUnused() {
	const { n8n } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
	const used = new Set([...n8n.credentials, ...n8n.nodes].map((it) => it.replace(/^dist\//, '')));
	for (const file of used) {
		if (!file.endsWith('.js') || !fs.existsSync(path.join(staging, file))) continue;
		for (const name of loadedBy(file, fs.readFileSync(path.join(staging, file), 'utf8'))) {
			const target = name && /^\.\.?(\/|$)/.test(name) && resolved(file, name);
			if (target) used.add(target);
		}
	}
	for (const file of filesIn(staging).filter((it) => it.endsWith('.js'))) {
		if (!used.has(file)) fs.rmSync(path.join(staging, file));
	}
}

/** The file of the build that a relative path in a module means, if there is one. */
function resolved(file, name) {
	const target = path.posix.join(path.posix.dirname(file), name);
	return [target, `${target}.js`, `${target}.json`, `${target}/index.js`].find((it) => {
		const found = path.join(staging, it);
		return fs.existsSync(found) && fs.statSync(found).isFile();
	});
}

const mitText = (holder) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

/** The licence of every package that left bytes in the bundle, in full. */
function notices(files) {
	const packages = new Map();
	for (const file of files) {
		const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file);
		if (match) packages.set(match[2], path.join(root, match[1]));
	}
	const parts = [...packages].sort().map(([name, dir]) => {
		const { version, license, author } = JSON.parse(
			fs.readFileSync(path.join(dir, 'package.json'), 'utf8'),
		);
		const file = fs.readdirSync(dir).find((entry) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(entry));
		if (license !== 'MIT')
			fail(`${name} is bundled into ${bundled} but its licence is ${license}, not MIT`);
		const holder = (typeof author === 'string' ? author : author?.name) ?? `the authors of ${name}`;
		const text = file ? fs.readFileSync(path.join(dir, file), 'utf8').trim() : mitText(holder);
		return `${name} ${version} (${license})\n\n${text.replace(/\r\n/g, '\n')}`;
	});
	const line = '-'.repeat(78);
	return (
		[`Bundled into dist/${bundled.replace(/\.ts$/, '.js')}:`, ...parts].join(`\n\n${line}\n\n`) +
		'\n'
	);
}

/** Everything a module loads: `require(...)`, `import(...)`, `import`/`export ... from`. `null` stands for a computed name. */
function loadedBy(fileName, text) {
	const ts = require('typescript');
	const found = [];
	const visit = (node) => {
		const called = ts.isCallExpression(node) && node.expression;
		if (
			called &&
			(called.kind === ts.SyntaxKind.ImportKeyword ||
				(ts.isIdentifier(called) && called.text === 'require'))
		) {
			const [name] = node.arguments;
			found.push(name && ts.isStringLiteralLike(name) ? name.text : null);
		} else if (
			(ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
			node.moduleSpecifier
		) {
			found.push(node.moduleSpecifier.text);
		}
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS));
	return found;
}

async function verify() {
	const problems = [];
	const files = filesIn(staging);
	const present = new Set(files);
	for (const file of files) {
		if (
			/\.d\.[cm]?ts$|\.map$|\.[cm]?ts$|\.test\.|\.spec\.|(^|\/)(test|tests|__tests__)\//.test(file)
		) {
			problems.push(`dist/${file} does not belong into the package`);
		}
		if (!file.endsWith('.js')) continue;
		for (const name of loadedBy(file, fs.readFileSync(path.join(staging, file), 'utf8'))) {
			if (name === null) {
				problems.push(`dist/${file} loads a module whose name is computed`);
			} else if (/^\.\.?(\/|$)/.test(name)) {
				if (!resolved(file, name))
					problems.push(`dist/${file} loads '${name}', which is not in dist`);
			} else if (!allowedModules.has(name)) {
				problems.push(
					`dist/${file} loads '${name}': only relative paths, ${[...allowedModules].join(', ')} are allowed (third-party code belongs into ${bundled})`,
				);
			}
		}
	}
	const { n8n } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
	for (const listed of [...n8n.credentials, ...n8n.nodes]) {
		if (!present.has(listed.replace(/^dist\//, '')))
			problems.push(`package.json names ${listed}, which the build did not make`);
	}
	if (problems.length > 0)
		fail(['The build is not fit to publish:', ...problems.map((it) => `  ${it}`)]);
}

/** Two renames, so that dist/ is never seen half made. */
async function replaceDist() {
	const old = `${staging}-old`;
	if (fs.existsSync(dist)) fs.renameSync(dist, old);
	fs.renameSync(staging, dist);
	fs.rmSync(old, { recursive: true, force: true });
}

const steps = gulp.series(
	prepare,
	compile,
	copyStatic,
	translateData,
	prebuild,
	bundle,
	removeUnused,
	verify,
	replaceDist,
);

function build(done) {
	steps((error) => {
		if (error) fs.rmSync(staging, { recursive: true, force: true });
		done(error);
	});
}

function buildChinese(done) {
	const { require: load } = require('tsx/cjs/api');
	locales = (module) => load(`./scripts/locales/${module}`, __filename);
	dist = path.join(root, '.cache', 'zh-CN', 'dist');
	fs.mkdirSync(path.dirname(dist), { recursive: true });
	build(done);
}

module.exports = { clean, build, buildChinese, default: build };
