/** A reading that runs or will run. */
export interface Turn {
	begins: Promise<void>;
	/** Resolves to whether all there was to read is safe. */
	ended: Promise<boolean>;
	/** Lets the next reading begin, whatever becomes of this one: what there was has been read. */
	release: () => void;
	/** To be called once it is known what has become of what was read. */
	end: (complete: boolean) => void;
}

interface ReleasedTurn extends Turn {
	released: Promise<void>;
}

/** One reading at a time; all who come while one runs share the next, because what they announce may be missing in the first. */
export class Turns {
	private readonly turns = new Map<string, { running: ReleasedTurn; next?: ReleasedTurn }>();

	/** The turn that serves the caller. With `lead` the caller must do the work when the turn begins, and then end it. */
	enter(key: string): { turn: Turn; lead: boolean } {
		const entry = this.turns.get(key);
		if (!entry) {
			const running = this.make(key, Promise.resolve());
			this.turns.set(key, { running });
			return { turn: running, lead: true };
		}
		if (entry.next) return { turn: entry.next, lead: false };
		entry.next = this.make(key, entry.running.released);
		return { turn: entry.next, lead: true };
	}

	private make(key: string, begins: Promise<void>): ReleasedTurn {
		let resolve: (complete: boolean) => void = () => {};
		const ended = new Promise<boolean>((done) => (resolve = done));
		let free: () => void = () => {};
		const released = new Promise<void>((done) => (free = done));
		const release = () => {
			const entry = this.turns.get(key);
			if (entry?.running === turn) {
				if (entry.next) this.turns.set(key, { running: entry.next });
				else this.turns.delete(key);
			}
			free();
		};
		const turn = {
			begins,
			ended,
			released,
			release,
			end: (complete: boolean) => {
				release();
				resolve(complete);
			},
		};
		return turn;
	}
}
