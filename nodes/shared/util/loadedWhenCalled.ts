/** What n8n may call of a node. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Method = (this: any, ...given: any[]) => Promise<unknown>;

/** A method whose modules its first call loads: n8n loads all nodes when it starts, also those that nobody uses. */
export function loadedWhenCalled<M extends Method>(load: () => Promise<M>): M {
	return async function (this: unknown, ...given: unknown[]) {
		return await (await load()).apply(this, given);
	} as M;
}
