/** Numbers of several rounds. Machines are noisy: the median counts, and only what was measured side by side is compared. */

export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of a/b, round by round. */
export function medianRatio(a: number[], b: number[]): number {
	return median(a.map((value, round) => value / b[round]));
}

/** Runs every contestant once per round, beginning with another one each time. Returns each one's results by round. */
export async function interleave<Name extends string, T>(
	contestants: Record<Name, (round: number) => T | Promise<T>>,
	rounds: number,
): Promise<Record<Name, T[]>> {
	const names = Object.keys(contestants) as Name[];
	const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
		Name,
		T[]
	>;
	for (let round = 0; round < rounds; round++) {
		const shift = round % names.length;
		for (const name of [...names.slice(shift), ...names.slice(0, shift)])
			results[name].push(await contestants[name](round));
	}
	return results;
}
