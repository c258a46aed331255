import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../client/client';
import { updateStored } from '../companies/updates';
import type { StoredFields } from '../credentials/fields';
import type { StoringContext } from '../credentials/store';
import { parsed } from '../credentials/suiteState';
import { untilStored } from '../credentials/untilStored';

/**
 * Reading the messages of WeChat Customer Service (`kf/sync_msg`, doc 94670) from where the last reading ended. How far each
 * reader has come is stored in the credential, the one store that is safe when callbacks overlap; n8n's static data is not.
 */

type Fields = ICredentialDataDecryptedObject;

/** How far a reader has read one account. */
export interface Position {
	/** WeCom's `next_cursor`; without one the messages of the last three days come. */
	cursor?: string;
	/** Until the end is reached for the first time: what was sent before is passed over. Seconds since the epoch. */
	since?: number;
	/** When it was stored: milliseconds since the epoch. */
	at?: number;
	/** The process that reads on from here. */
	claim?: { by: string; until: number };
}

/** A message or an event as WeCom hands it out. */
export type KfMessage = IDataObject & { msgid?: string; send_time?: number; msgtype?: string };

export interface ReadMessages {
	messages: KfMessage[];
	/** Where to go on once the messages are safe. */
	position: Position;
	/** Why there is more to read. */
	unfinished?: { reason: string };
}

export interface ReadOptions {
	openKfId: string;
	/** From the callback, valid for ten minutes; without it WeCom allows very few calls. */
	token: string;
	position: Position;
	/** Whether a message is to be kept. */
	keep: (message: KfMessage) => boolean | Promise<boolean>;
	/** Reading ends after the page with which so many messages are kept. */
	maxMessages?: number;
}

const FIELD = 'kfCursorTokens';
/** How many readers are stored. Those that have not read for longest give way, and start anew. */
const MAX_READERS = 2_000;

const PAGE = 1_000;
/** The most messages that one execution of a workflow can reasonably hold. */
const MAX_MESSAGES = 10_000;
const PAGE_TIMEOUT_MS = 10_000;
const INVALID_MSGTOKEN = 95007;
const INVALID_CURSOR = [50100, 60268];
/** How much earlier than the last reading to look when its cursor is of no use any more, in seconds. */
const OVERLAP_S = 60;

/** The fields that store a position; undefined when a newer one, or the same, is stored. */
export function withPosition(
	credentials: Fields,
	reader: string,
	position: Position,
): StoredFields | undefined {
	const all = parsed<Position>(credentials[FIELD]);
	const age = ({ at = 0 }: Position = {}) => at;
	const known = all[reader];
	if (age(known) > age(position) || JSON.stringify(known) === JSON.stringify(position))
		return undefined;
	const others = Object.entries(all)
		.filter(([other]) => other !== reader)
		.sort(([, a], [, b]) => age(b) - age(a))
		.slice(0, MAX_READERS - 1);
	return { [FIELD]: JSON.stringify(Object.fromEntries([[reader, position], ...others])) };
}

/** Where the readers of this process have come to while n8n has not stored it yet, by credential and reader. */
const unstored = new Map<string, Position>();

/** Where a reader is to go on; undefined when it has never read. `credentialId` is n8n's. */
export function positionOf(
	credential: { stored: (field: string) => unknown },
	credentialId: string,
	reader: string,
): Position | undefined {
	const { cursor, since, at = 0 } = parsed<Position>(credential.stored(FIELD))[reader] ?? {};
	const own = unstored.get(idOf(credentialId, reader));
	if (own && (own.at ?? 0) > at) return own;
	// An entry without a time is a claim alone.
	return at ? { cursor, since, at } : undefined;
}

/** What is stored for a reader, be it a claim alone. */
export const storedPosition = (credentials: Fields, reader: string): Position | undefined =>
	parsed<Position>(credentials[FIELD])[reader];

interface KeepOptions {
	/** Hears of the first failure. */
	failed: (error: Error) => void;
	/** Which fields to write. */
	change?: typeof withPosition;
}

/**
 * Stores how far a reader has read, and writes it again until n8n has it. To be called when the messages up to there are safe, not
 * before. Resolves after the first attempt.
 */
export async function keepPosition(
	context: StoringContext,
	type: string,
	reader: string,
	position: Position,
	{ failed, change = withPosition }: KeepOptions,
): Promise<void> {
	const id = idOf(credentialIdOf(context, type), reader);
	const kept = { ...position, at: Date.now() };
	unstored.set(id, kept);
	const isNewest = () => unstored.get(id) === kept;
	await new Promise<void>((attempted) => {
		void untilStored({
			write: async () =>
				await updateStored(context, type, (credentials) => change(credentials, reader, kept)),
			wanted: isNewest,
			failed: (error) => {
				failed(error);
				attempted();
			},
		}).then(() => {
			if (isNewest()) unstored.delete(id);
			attempted();
		});
	});
}

/** n8n's ID of the credential that a node uses. */
export const credentialIdOf = (context: StoringContext, type: string): string =>
	context.getNode().credentials?.[type]?.id ?? '';

const idOf = (credentialId: string, reader: string) => `${credentialId}|${reader}`;

/** All messages after a position, page by page. Never throws: what was read before a failure counts. */
export async function readMessages(
	client: WecomClient,
	{ openKfId, token, position, keep, maxMessages = MAX_MESSAGES }: ReadOptions,
): Promise<ReadMessages> {
	const messages: KfMessage[] = [];
	let at = { ...position };
	let msgToken = token;
	const unfinished = (reason: string): ReadMessages => ({
		messages,
		position: at,
		unfinished: { reason },
	});
	for (;;) {
		let reply: IDataObject;
		try {
			reply = await client.call({
				method: 'POST',
				path: '/cgi-bin/kf/sync_msg',
				body: {
					...(at.cursor && { cursor: at.cursor }),
					...(msgToken && { token: msgToken }),
					open_kfid: openKfId,
					limit: PAGE,
				},
				repeatable: true,
				timeout: PAGE_TIMEOUT_MS,
			});
		} catch (error) {
			const { message, description, context } = error as Error & {
				description?: string;
				context?: { errcode?: number };
			};
			const errcode = context?.errcode ?? 0;
			if (errcode === INVALID_MSGTOKEN && msgToken) {
				msgToken = '';
				continue;
			}
			if (INVALID_CURSOR.includes(errcode) && at.cursor) {
				at = { since: at.since ?? Math.floor((at.at ?? 0) / 1000) - OVERLAP_S };
				continue;
			}
			return unfinished([message, description].filter(Boolean).join('. '));
		}
		for (const message of (reply.msg_list as KfMessage[] | undefined) ?? []) {
			if (at.since && Number(message.send_time) < at.since) continue;
			if (await keep(message)) messages.push(message);
		}
		const before = at.cursor;
		if (reply.next_cursor) at = { ...at, cursor: String(reply.next_cursor) };
		if (!Number(reply.has_more)) {
			delete at.since;
			return { messages, position: at };
		}
		if (at.cursor === before) return unfinished('WeCom says there is more but not where');
		if (messages.length >= maxMessages)
			return unfinished(`${messages.length} messages are enough for one execution`);
	}
}
