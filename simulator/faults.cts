/** Trouble on demand: what the next calls of a path get instead of, or before, their answer. */

export interface Fault {
	/** Exact path, or `*` for every path (except the control API). */
	path: string;
	/** How many calls; 1 unless `forMs` is given. */
	times?: number;
	/** How long from now (real time); together with `times` whichever ends first. */
	forMs?: number;
	/** Answer with this errcode (45009 rate limit, -1 system busy, ...). */
	errcode?: number;
	/** Answer with this HTTP status and an HTML page, as a gateway does. */
	status?: number;
	/** Wait this long first; without another field the normal answer follows. */
	delayMs?: number;
	/** Wait until this has happened; for tests that run in the same process. */
	after?: Promise<unknown>;
	/** Cut the connection without an answer. */
	drop?: boolean;
	/** Answer with this text (broken JSON, ...). */
	rawBody?: string;
	/** For frames of AI bots: the frame is carried out but not answered. */
	silent?: boolean;
}

export class Faults {
	private active: Array<Fault & { left: number; until: number }> = [];

	inject(fault: Fault) {
		const left = fault.times ?? (fault.forMs === undefined ? 1 : Infinity);
		this.active.push({
			...fault,
			left,
			until: fault.forMs === undefined ? Infinity : Date.now() + fault.forMs,
		});
	}

	/** Takes the oldest fault for this path; its `times` are one less then. */
	take(path: string): Fault | undefined {
		if (this.active.length === 0) return undefined;
		this.active = this.active.filter(({ left, until }) => left > 0 && until > Date.now());
		const fault = this.active.find((one) => one.path === path || one.path === '*');
		if (fault) fault.left -= 1;
		return fault;
	}

	clear() {
		this.active = [];
	}
}
