import { randomBytes } from 'crypto';
import { sleep, type ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { ClientContext } from '../client/client';
import { updateStored } from '../companies/updates';
import { later } from '../util/later';
import {
	credentialIdOf,
	keepPosition,
	positionOf,
	storedPosition,
	withPosition,
	type Position,
} from './read';

/**
 * Several processes of n8n get callbacks about the same account, and each of them would read the same messages. So a reader is claimed in
 * the credential, beside its position, before what was read is given to n8n. n8n reads and writes credentials without a lock: two
 * processes that find no claim may both write theirs. The later one stays, and each looks once more when no such write can be under way.
 */

/** Milliseconds. Changed by tests only. */
export const claimTimings = {
	/** Longer than n8n takes from reading a credential to having written it. */
	settle: 400,
	/** What n8n's database has not taken by then, WeCom does not wait for. */
	write: 1_500,
	/** The pause between two looks at the claim of another process. */
	look: 200,
	/** How long a claim holds unless it is renewed: after that its process has ended. */
	lease: 12_000,
	/** The longest time that a process waits for another one to end its reading. */
	most: 30_000,
};

type Fields = ICredentialDataDecryptedObject;

const THIS_PROCESS = randomBytes(6).toString('hex');

/** What readings of this process share that overlap. */
interface Shared {
	readings: number;
	/** Whether the claim was looked at once more, and is nobody else's. */
	sound: boolean;
	since: number;
}
const held = new Map<string, Shared>();

/** The right to read on for a reader, until it is released. */
export class ReaderClaim {
	private readonly takenAt = Date.now();

	private constructor(
		private readonly context: ClientContext,
		private readonly type: string,
		private readonly reader: string,
		private readonly shared: Shared,
		/** Whether n8n has stored the claim. */
		private readonly isStored: boolean,
		/** Where to go on; undefined when the reader has never read. */
		readonly position: Position | undefined,
	) {}

	/**
	 * Waits until no other process reads. `reader` is claimed in the node's credential of a type. While n8n's database takes no claim,
	 * which nobody else's can pass either, it is read without: twice is better than late.
	 */
	static async take(context: ClientContext, type: string, reader: string): Promise<ReaderClaim> {
		const key = keyOf(context, type, reader);
		const shared = held.get(key) ?? { readings: 0, sound: false, since: Date.now() };
		held.set(key, shared);
		shared.readings++;
		const claimed = (isStored: boolean, stored: Fields) => {
			const credential = { stored: (field: string) => stored[field] };
			const position = positionOf(credential, credentialIdOf(context, type), reader);
			return new ReaderClaim(context, type, reader, shared, isStored, position);
		};
		try {
			for (;;) {
				const writing = updateStored(context, type, (fields) => withClaim(fields, reader));
				const tooLate = sleep(claimTimings.write).then(() => undefined);
				const stored = await Promise.race([writing, tooLate]);
				if (!stored) {
					writing.catch(() => {});
					throw new Error('The database is busy');
				}
				if (storedPosition(stored, reader)?.claim?.by === THIS_PROCESS)
					return claimed(true, stored);
				shared.sound = false;
				await sleep(claimTimings.look);
			}
		} catch {
			const stored = await context.getCredentials(type).catch((error: Error) => {
				leave(key, shared);
				throw error;
			});
			return claimed(false, stored);
		}
	}

	/** Whether no other process has claimed the reader in the same moment. If one has, this claim is given up. */
	async isSound(): Promise<boolean> {
		const { context, type, reader, shared, takenAt, isStored } = this;
		if (shared.sound || !isStored) return true;
		await sleep(Math.max(0, takenAt + claimTimings.settle - Date.now()));
		const stored = await context.getCredentials(type);
		shared.sound = storedPosition(stored, reader)?.claim?.by === THIS_PROCESS;
		if (!shared.sound) leave(keyOf(context, type, reader), shared);
		else later(claimTimings.lease / 3, () => void this.renew());
		return shared.sound;
	}

	/** Ends it, and stores how far the messages are safe if that is further than before; `failed` hears when that takes time. */
	async release(position: Position | undefined, failed: (error: Error) => void): Promise<void> {
		const { context, type, reader, shared } = this;
		const last = leave(keyOf(context, type, reader), shared);
		const released = (fields: Fields, _reader: string, reached?: Position) => {
			const { claim, ...known } = storedPosition(fields, reader) ?? {};
			const late = Date.now() - shared.since > claimTimings.most;
			// Another process has gone on meanwhile: its claim and position stay.
			if (claim ? claim.by !== THIS_PROCESS : late && this.isStored) return undefined;
			const next = reached && !isSamePlace(reached, known) ? reached : known;
			return withPosition(fields, reader, { ...next, ...(!last && claim && { claim }) });
		};
		if (position) await keepPosition(context, type, reader, position, { failed, change: released });
		// A claim that stays ends by itself.
		else await updateStored(context, type, (fields) => released(fields, reader)).catch(() => {});
	}

	private async renew(): Promise<void> {
		const { context, type, reader, shared } = this;
		const wanted = () =>
			shared.readings > 0 && Date.now() - shared.since < claimTimings.most - claimTimings.lease;
		if (!wanted()) return;
		// A renewal that fails is made good by the next one.
		await updateStored(context, type, (fields) =>
			wanted() ? withClaim(fields, reader) : undefined,
		).catch(() => {});
		later(claimTimings.lease / 3, () => void this.renew());
	}
}

const isSamePlace = (one: Position, other: Position) =>
	one.cursor === other.cursor && one.since === other.since;

const keyOf = (context: ClientContext, type: string, reader: string) =>
	`${credentialIdOf(context, type)}|${reader}`;

/** A reading has ended; true when it was the last of those that overlap. */
function leave(key: string, shared: Shared): boolean {
	shared.readings--;
	if (shared.readings > 0) return false;
	if (held.get(key) === shared) held.delete(key);
	return true;
}

/** The fields that claim a reader or renew a claim; undefined when another process has it, or there is time left. */
function withClaim(fields: Fields, reader: string): ReturnType<typeof withPosition> {
	const now = Date.now();
	const known = storedPosition(fields, reader);
	const { by, until } = known?.claim ?? { by: '', until: 0 };
	const free = by === THIS_PROCESS ? until - now < (claimTimings.lease * 2) / 3 : until < now;
	if (!free) return undefined;
	const claim = { by: THIS_PROCESS, until: now + claimTimings.lease };
	return withPosition(fields, reader, { ...known, claim });
}
