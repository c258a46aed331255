/** What becomes of something: told once, to all who ask before and after. */
export class Outcome {
	private readonly listeners: Array<(stored: boolean) => void> = [];

	private known?: boolean;

	tell(stored: boolean): void {
		if (this.known !== undefined) return;
		this.known = stored;
		for (const listener of this.listeners.splice(0)) listener(stored);
	}

	whenKnown(listener: (stored: boolean) => void): void {
		if (this.known === undefined) this.listeners.push(listener);
		else listener(this.known);
	}
}
