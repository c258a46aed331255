/** One jest project per level, so each can be run alone: `npm run test:unit`, `test:workflow`, `test:e2e`. */
const base = {
	testEnvironment: 'node',
	moduleFileExtensions: ['ts', 'cts', 'js', 'mjs', 'cjs', 'json'],
	transform: {
		'\\.[cm]?ts$': [
			'ts-jest',
			{
				diagnostics: false,
				isolatedModules: true,
				tsconfig: { target: 'es2022', module: 'commonjs', moduleResolution: 'node', esModuleInterop: true, resolveJsonModule: true },
			},
		],
	},
	testPathIgnorePatterns: ['/node_modules/', '/dist/'],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
const level = (name) => ({ ...base, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.cts`] });

module.exports = {
	projects: ['unit', 'contract', 'workflow', 'e2e'].map(level),
};
