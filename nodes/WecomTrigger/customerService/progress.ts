import type { Position } from '../../shared/customerService/read';

/** Messages that are under way to n8n, up to a position. */
export interface Reach {
	/** Whether all is stored that earlier readings had under way. */
	earlier: Promise<boolean>;
	/** Says what has become of them. Gives the position to store, if there is a new one: all before it is safe. */
	conclude(stored: boolean): Position | undefined;
}

interface Flight {
	position: Position;
	stored: boolean;
	/** Resolves to whether n8n has stored it. */
	outcome: Promise<boolean>;
}

/**
 * How far the readers of this process are ahead of what is stored. n8n may take its time to store an execution, and the next
 * reading need not wait for that: it goes on where the one before has ended. A position is stored once all before it is safe. If n8n
 * fails, the readers go back to what is stored, and WeCom hands out the same messages again.
 */
export class Progress {
	/** The messages under way of each reader, in the order of reading. */
	private readonly readers = new Map<string, Flight[]>();

	/** Where a reader has come to; undefined when nothing is under way. */
	of(reader: string): Position | undefined {
		return this.readers.get(reader)?.at(-1)?.position;
	}

	/** A reading has come to a position. */
	advance(reader: string, position: Position): Reach {
		const flights = this.readers.get(reader) ?? [];
		const earlier = Promise.all(flights.map(({ outcome }) => outcome));
		let tell: (stored: boolean) => void = () => {};
		const outcome = new Promise<boolean>((resolve) => (tell = resolve));
		const flight: Flight = { position, stored: false, outcome };
		flights.push(flight);
		this.readers.set(reader, flights);
		return {
			earlier: earlier.then((all) => all.every(Boolean)),
			conclude: (stored) => {
				tell(stored);
				// One of this list has failed: all of it will be read again, from the position that is stored.
				if (this.readers.get(reader) !== flights) return undefined;
				if (!stored) {
					this.readers.delete(reader);
					return undefined;
				}
				flight.stored = true;
				let safe: Position | undefined;
				while (flights[0]?.stored) safe = flights.shift()?.position;
				if (flights.length === 0) this.readers.delete(reader);
				return safe;
			},
		};
	}
}
