/** A method of a node, whatever n8n calls it with. */
type Method = (this: never, ...given: never[]) => Promise<unknown>;

/** A method whose modules its first call loads: n8n loads all nodes when it starts, also those that nobody uses. */
export function loadedWhenCalled<M extends Method>(load: () => Promise<M>): M {
	return async function (this: never, ...given: never[]) {
		return await (await load()).apply(this, given);
	} as M;
}
