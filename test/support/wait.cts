/** The ways in which a test waits: for something to hold, or, where nothing tells, for a moment. */

export async function sleep(milliseconds: number): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What waits for `opened` goes on when `open` is called. */
export function shutDoor(): { opened: Promise<void>; open: () => void } {
	let open = () => {};
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { opened, open };
}

export interface Patience {
	/** Milliseconds after which it fails. */
	within?: number;
	/** Milliseconds between two questions. */
	every?: number;
}
type Condition<T> = () => T | Promise<T>;
type Nothing = false | null | undefined | 0 | '';

/** Waits until something holds, and gives what it found. `what` says in the failure what did not come. */
export async function until<T>(
	condition: Condition<T>,
	patience?: Patience,
): Promise<Exclude<T, Nothing>>;
export async function until<T>(
	what: string,
	condition: Condition<T>,
	patience?: Patience,
): Promise<Exclude<T, Nothing>>;
export async function until<T>(...given: unknown[]): Promise<Exclude<T, Nothing>> {
	const [what, condition, patience] = (
		typeof given[0] === 'string' ? given : [String(given[0]), ...given]
	) as [string, Condition<T>, Patience?];
	const { within = 5_000, every = 10 } = patience ?? {};
	for (const end = Date.now() + within; ; await sleep(every)) {
		const found = await condition();
		if (found) return found as Exclude<T, Nothing>;
		if (Date.now() > end) throw new Error(`Not within ${within / 1000} seconds: ${what}`);
	}
}
