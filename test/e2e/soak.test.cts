/** A short run of `npm run bench -- --soak`, for so many SOAK_SECONDS: it needs a machine of its own, so without them it is left out. */
import { soak } from '../bench/soak.cts';
import { useN8n } from './support.cts';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 0);

(SECONDS > 0 ? describe : describe.skip)('a soak', () => {
	const surroundings = useN8n();

	it(
		'kills, a locked database and a WeCom that fails lose nothing and double nothing',
		async () => {
			const { n8n, rest, sim, credential } = surroundings();
			const { lost, twice, kills, locks, delivered } = await soak({
				n8n,
				rest,
				sim,
				credential,
				seconds: SECONDS,
				killEverySeconds: Math.max(25, SECONDS / 10),
				lockEverySeconds: Math.max(12, SECONDS / 8),
				lockSeconds: 6,
			});
			expect({ lost, twice }).toEqual({ lost: [], twice: [] });
			expect(Math.min(kills, locks)).toBeGreaterThan(0);
			expect(delivered).toBeGreaterThan(SECONDS);
		},
		(SECONDS + 180) * 1_000,
	);
});
