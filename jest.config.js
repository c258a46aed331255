const { availableParallelism } = require('node:os');

/** One jest project per level, so each can be run alone: `npm run test:unit`, `test:workflow`, `test:e2e`. */
const base = {
	testEnvironment: 'node',
	moduleFileExtensions: ['ts', 'cts', 'js', 'mjs', 'cjs', 'json'],
	transform: { '\\.[cm]?ts$': '<rootDir>/test/support/esbuild-transform.cjs' },
	testPathIgnorePatterns: ['/node_modules/', '/dist/'],
	// What is built has a package.json of the same name as the checkout.
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
};
const level = (name, more = {}) => ({
	...base,
	displayName: name,
	testMatch: [`<rootDir>/test/${name}/**/*.test.cts`],
	...more,
});

/** For levels that run nodes in the process of the tests. */
const withNodes = { testEnvironment: '<rootDir>/test/support/environment.cjs' };

module.exports = {
	/** Some tests wait for what WeCom or n8n does within five seconds, on machines that do other things, too. Jest takes it only here. */
	testTimeout: 20_000,
	/** Much of the time is waiting: also two processors have three workers. Each end-to-end worker starts an n8n of about 400 MB. */
	maxWorkers: Math.max(3, Math.floor(availableParallelism() / 2)),
	/** Who waits longest begins; what runs beside the tests is asked for at the end. */
	testSequencer: '<rootDir>/test/support/order.cjs',
	projects: [
		level('unit', withNodes),
		level('simulator', { testMatch: ['<rootDir>/simulator/test/**/*.test.cts'] }),
		level('bridge', {
			testMatch: ['<rootDir>/bridge/test/**/*.test.cts'],
			globalSetup: '<rootDir>/bridge/test/setup.cts',
		}),
		level('contract', withNodes),
		level('workflow', withNodes),
		level('e2e', {
			globalSetup: '<rootDir>/test/support/e2e-setup.cts',
			globalTeardown: '<rootDir>/test/support/e2e-teardown.cts',
		}),
	],
};
