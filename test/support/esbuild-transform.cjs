/**
 * Jest's transform: takes the types out of a file, with esbuild in a small part of the time that TypeScript's compiler needs.
 * Types are checked by `npm run typecheck`.
 */
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { transformSync, version } = require('esbuild');

const OWN_SOURCE = readFileSync(__filename);
const STRICT = '"use strict";';
/** A call of `jest.mock` that is a statement of its own; esbuild indents everything between its first and its last line. */
const MOCK = /^jest\.mock\((?:[^\n]*\);$|[^\n]*\n(?:[ ][^\n]*\n|\n)*[\])}]+\);$)/gm;

/** Moves the calls of `jest.mock` before the imports, as jest's own transform does; all other lines stay where they are. */
function withMocksFirst(code) {
	const mocks = [];
	const rest = code.replace(MOCK, (mock) => {
		mocks.push(mock.replace(/\n\s*/g, ' '));
		return '\n'.repeat(mock.split('\n').length - 1);
	});
	return mocks.length > 0 ? rest.replace(STRICT, () => STRICT + mocks.join('')) : code;
}

module.exports = {
	process(source, sourcefile) {
		const { code, map } = transformSync(source, {
			sourcefile,
			loader: 'ts',
			format: 'cjs',
			target: 'es2022',
			sourcemap: 'external',
			sourcesContent: false,
			supported: { 'dynamic-import': false }, // Jest has no other modules than CommonJS.
			tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
		});
		return { code: withMocksFirst(code), map };
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
