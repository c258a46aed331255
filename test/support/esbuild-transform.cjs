/**
 * Jest's transform: takes the types out of a file, with esbuild in a small part of the time that TypeScript's compiler needs.
 * Types are checked by `npm run typecheck`. A call of `jest.mock` stays where it is written, after the imports: to replace a module
 * that is imported at the top, put the call into a file of its own, and import that file first.
 */
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { transformSync, version } = require('esbuild');

const OWN_SOURCE = readFileSync(__filename);

module.exports = {
	process(source, sourcefile) {
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
