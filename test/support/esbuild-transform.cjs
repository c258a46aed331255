/**
 * Jest's transform: takes the types out of a file, with esbuild in a small part of the time that TypeScript's compiler needs.
 * Types are checked by `npm run typecheck`. A call of `jest.mock` stays where it is written, after the imports, so a test file must
 * not have one: it belongs into a file of its own, which the test file imports first.
 */
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { transformSync, version } = require('esbuild');

const OWN_SOURCE = readFileSync(__filename);

module.exports = {
	process(source, sourcefile) {
		if (sourcefile.endsWith('.test.cts') && /^jest\.mock\(/m.test(source))
			throw new Error(
				'jest.mock comes too late here: put it into a file of its own, and import that first, as without-waiting.cts.',
			);
		return transformSync(source, {
			sourcefile,
			loader: 'ts',
			format: 'cjs',
			target: 'es2022',
			sourcemap: 'external',
			sourcesContent: false,
			supported: { 'dynamic-import': false }, // jest has no other modules than CommonJS
			tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
		});
	},
	getCacheKey: (source, sourcefile) =>
		createHash('sha256')
			.update(OWN_SOURCE)
			.update(version)
			.update(sourcefile)
			.update('\0')
			.update(source)
			.digest('hex'),
};
