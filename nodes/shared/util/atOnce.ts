/** How many requests that only read, or that write parts of one thing, go out side by side. */
const AT_ONCE = 8;

/** A list in blocks of at most so many entries, in its order. */
export function inBlocks<T>(list: T[], most: number): T[][] {
	const found: T[][] = [];
	for (let start = 0; start < list.length; start += most)
		found.push(list.slice(start, start + most));
	return found;
}

/** Handles the entries of a list side by side, eight at a time; the results stand in the order of the list. */
export async function mapAtOnce<T, R>(list: T[], handle: (entry: T) => Promise<R>): Promise<R[]> {
	const results: R[] = [];
	for (const block of inBlocks(list, AT_ONCE))
		for (const result of await Promise.all(block.map(handle))) results.push(result);
	return results;
}
