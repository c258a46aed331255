/** A short run of `npm run bench -- --soak`, for so many SOAK_SECONDS. It takes minutes, so it is left out without them; `.ci/run` asks for it. */
import { soak } from '../bench/soak.cts';
import { START_TIMEOUT, useN8n } from './support.cts';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 0);

(SECONDS > 0 ? describe : describe.skip)('a soak', () => {
	const surroundings = useN8n();

	it(
		'kills, a locked database and a WeCom that fails lose nothing and double nothing',
		async () => {
			const { n8n, rest, sim, credential } = surroundings();
			const result = await soak({
				n8n,
				rest,
				sim,
				credential,
				seconds: SECONDS,
				killEverySeconds: Math.max(40, SECONDS / 5),
				lockEverySeconds: Math.max(25, SECONDS / 8),
				lockSeconds: 12,
			});
			process.stdout.write(`${JSON.stringify(result)}\n`);
			const { lost, twice, messagesTwice, kills, locks, delivered } = result;
			expect({ lost, twice, messagesTwice }).toEqual({ lost: [], twice: [], messagesTwice: [] });
			for (const count of [kills, locks, ...Object.values(delivered)])
				expect(count).toBeGreaterThan(0);
		},
		SECONDS * 1_000 + 2 * START_TIMEOUT,
	);
});
