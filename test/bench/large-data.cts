/** What is large in the tests and in the bench. */
import type { Simulator } from '../../simulator/server.cts';

export const LARGE_MEMBERS = 110_000;
export const LARGE_TEXT = 'x'.repeat(8 << 20);

/** Fills the directory. */
export function addMembers({ state }: Simulator): void {
	const [template] = state.members.values();
	for (let number = 0; number < LARGE_MEMBERS; number++) {
		const userid = `large-${number}`;
		state.members.set(userid, { ...template, userid, name: `成员${number}` });
	}
}
