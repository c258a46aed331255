/** Puts something into a map as its newest entry; of more than `most` the oldest gives way, so that no memory grows without end. */
export function keepNewest<V>(map: Map<string, V>, key: string, value: V, most: number): void {
	map.delete(key);
	map.set(key, value);
	if (map.size > most) map.delete(map.keys().next().value as string);
}
