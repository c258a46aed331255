/** jest's testSequencer: end-to-end files take longest and come first, else as ever; the file that waits for the soak comes last. */
const { default: Sequencer } = require('@jest/test-sequencer');

const place = ({ path, context }) => {
	if (path.endsWith('soak.test.cts')) return 2;
	return context.config.displayName?.name === 'e2e' ? 0 : 1;
};

module.exports = class extends Sequencer {
	sort(tests) {
		return super.sort(tests).sort((one, other) => place(one) - place(other));
	}
};
