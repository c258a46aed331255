/**
 * Lint for what does not ship: tests, simulator, demo, scripts. n8n's own configuration (eslint.config.mjs) must stay as it is and
 * looks at .ts files only.
 */
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const ONE_WAIT = 'Wait with `sleep` or `until` of test/support/wait.cts.';

export default tseslint.config(
	{ ignores: ['**/dist/', '.cache/', '**/node_modules/', '**/*.ts', 'test/fixtures/'] },
	{
		files: ['**/*.cts', '**/*.mts', '**/*.mjs', '**/*.cjs', '*.js'],
		extends: [js.configs.recommended, tseslint.configs.recommended],
		languageOptions: { globals: nodeGlobals() },
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		rules: {
			// Tests load modules anew, and what n8n is given has any shape.
			'@typescript-eslint/no-require-imports': 'off',
			'@typescript-eslint/no-explicit-any': 'off',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
			],
			'no-empty': ['error', { allowEmptyCatch: true }],
			// Control characters are what some tests and the bridge are about.
			'no-control-regex': 'off',
			eqeqeq: 'error',
			'no-restricted-properties': [
				'error',
				...['it', 'test', 'describe'].map((object) => ({
					object,
					property: 'only',
					message: 'All tests run.',
				})),
			],
		},
	},
	{
		files: ['test/**/*.cts', 'simulator/test/**/*.cts'],
		ignores: ['test/support/wait.cts'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector:
						"NewExpression[callee.name='Promise'] > ArrowFunctionExpression > CallExpression[callee.name='setTimeout']",
					message: ONE_WAIT,
				},
			],
		},
	},
);

/** TypeScript knows the globals of its own files; the others are told here. */
function nodeGlobals() {
	const names = ['process', 'console', 'Buffer', 'URL', 'URLSearchParams', 'setTimeout'];
	const modules = ['require', 'module', 'exports', '__dirname', '__filename'];
	const timers = ['clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'performance'];
	return Object.fromEntries(
		[...names, ...modules, ...timers, 'fetch', 'structuredClone', 'AbortController'].map((name) => [
			name,
			'readonly',
		]),
	);
}
