const { TestEnvironment } = require('jest-environment-node');

/**
 * Where a test file runs. What the nodes put off (`AbortSignal.timeout`, the timer n8n's rules allow) would go on when the file has
 * ended, ask a server that is gone, and disturb the next file of the same process: n8n runs on in such a case, a test file does not.
 * So nothing that was put off happens once the file has ended.
 */
module.exports = class extends TestEnvironment {
	#hasEnded = false;

	async setup() {
		await super.setup();
		const { AbortSignal, AbortController } = this.global;
		const timeout = (ms) => {
			const controller = new AbortController();
			AbortSignal.timeout(ms).addEventListener('abort', ({ target }) => {
				if (!this.#hasEnded) controller.abort(target.reason);
			});
			return controller.signal;
		};
		this.global.AbortSignal = new Proxy(AbortSignal, {
			get: (target, name) => (name === 'timeout' ? timeout : Reflect.get(target, name)),
		});
	}

	async teardown() {
		this.#hasEnded = true;
		await super.teardown();
	}
};
