import { createHash } from 'crypto';
import { sleep } from 'n8n-workflow';

/** first: deliver it; duplicate: delivered before; busy: another attempt is still under way. */
export type Claim = 'first' | 'duplicate' | 'busy';

/**
 * What makes two callbacks the same: MsgId and sender for messages, a payment notice's own id (it may
 * be encrypted anew), else the decrypted text, which
 * WeCom repeats unchanged. Never CreateTime alone: two changes in a second would look like one
 * (docs 90238, 90930).
 */
export function callbackKey(payload: Record<string, unknown>, plaintext: string): string {
	const { MsgId: id, FromUserName: from } = payload;
	if (typeof id === 'string' && id.trim() !== '') {
		return `message:${id.trim()}:${typeof from === 'string' ? from : ''}`;
	}
	if (typeof payload.notify_type === 'string' && typeof payload.id === 'string') {
		return `payment:${payload.id.trim()}`;
	}
	return `sha256:${createHash('sha256').update(plaintext).digest('hex')}`;
}

/** A repetition that waits for the outcome of the first attempt. */
interface Waiter {
	outcome?: Claim;
	wake: () => void;
}

/**
 * Remembers in this process which callbacks were delivered, at most `maxEntries` of them for
 * `ttlMs` milliseconds. Whoever gets 'first' from `claim` must call `settle` exactly once, however long it takes: time alone
 * says nothing about the outcome. Those under way are not counted: n8n holds a request open for each of them.
 */
export class DeliveryWindow {
	private readonly pending = new Map<string, Set<Waiter>>();

	/** When the callbacks were stored, by their keys, the oldest first. */
	private readonly stored = new Map<string, number>();

	constructor(
		private readonly maxEntries = 10_000,
		private readonly ttlMs = 10 * 60_000,
		private readonly now: () => number = Date.now,
	) {}

	/**
	 * Asks to deliver a callback. While the same one is under way this waits for it, at most `maxWaitMs` milliseconds: 'duplicate'
	 * if it was stored; if it has failed, 'first' for one of those who wait; else 'busy'. `scope` keeps nodes apart.
	 */
	async claim(scope: string, key: string, maxWaitMs: number): Promise<Claim> {
		this.forgetOld();
		const id = idOf(scope, key);
		if (this.stored.has(id)) return 'duplicate';
		const waiters = this.pending.get(id);
		if (waiters) return maxWaitMs > 0 ? await wait(waiters, maxWaitMs) : 'busy';
		this.pending.set(id, new Set());
		return 'first';
	}

	/** Says how the delivery ended for which `claim` gave 'first'. Later calls change nothing. */
	settle(scope: string, key: string, stored: boolean): void {
		const id = idOf(scope, key);
		const waiters = this.pending.get(id) ?? new Set<Waiter>();
		if (stored) {
			this.pending.delete(id);
			this.stored.delete(id);
			this.stored.set(id, this.now());
			for (const waiter of waiters) release(waiter, 'duplicate');
			this.evict();
			return;
		}
		const [next] = waiters;
		if (next) {
			waiters.delete(next);
			release(next, 'first');
		} else {
			this.pending.delete(id);
		}
	}

	/** How many callbacks are remembered or under way. */
	get size(): number {
		return this.pending.size + this.stored.size;
	}

	private forgetOld(): void {
		const now = this.now();
		for (const [id, at] of this.stored) {
			if (now - at < this.ttlMs) break;
			this.stored.delete(id);
		}
	}

	private evict(): void {
		for (const id of this.stored.keys()) {
			if (this.stored.size <= this.maxEntries) return;
			this.stored.delete(id);
		}
	}
}

async function wait(waiters: Set<Waiter>, maxWaitMs: number): Promise<Claim> {
	let wake: () => void = () => {};
	const woken = new Promise<void>((resolve) => (wake = resolve));
	const waiter: Waiter = { wake };
	waiters.add(waiter);
	await Promise.race([woken, sleep(maxWaitMs)]);
	waiters.delete(waiter);
	// The outcome counts even if the time ran out in the same moment: it may be a 'first'.
	return waiter.outcome ?? 'busy';
}

function release(waiter: Waiter, outcome: Claim): void {
	waiter.outcome = outcome;
	waiter.wake();
}

function idOf(scope: string, key: string): string {
	return `${scope.length}:${scope}:${key}`;
}
