/** jest's testSequencer: as ever, but the file that waits for the soak comes last. */
const { default: Sequencer } = require('@jest/test-sequencer');

module.exports = class extends Sequencer {
	sort(tests) {
		const sorted = super.sort(tests);
		const waits = ({ path }) => path.endsWith('soak.test.cts');
		return [...sorted.filter((test) => !waits(test)), ...sorted.filter(waits)];
	}
};
