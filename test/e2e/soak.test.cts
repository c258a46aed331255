/** Five minutes of `npm run bench -- --soak`, which have run beside the other tests: this file is the last to be looked at. */
import { SOAK_ENDS_WITHIN_MS, soakResult } from '../support/soak-beside.cts';

it(
	'kills, a locked database and a WeCom that fails lose nothing and double nothing',
	async () => {
		const result = await soakResult();
		process.stdout.write(`Soak: ${JSON.stringify(result)}\n`);
		const { complaints, kills, locks, faults, delivered } = result;
		expect(complaints).toEqual([]);
		for (const count of [kills.length, locks, faults, ...Object.values(delivered)])
			expect(count).toBeGreaterThan(0);
	},
	SOAK_ENDS_WITHIN_MS,
);
