import {
	sleep,
	type IDataObject,
	type INodeExecutionData,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { WecomClient } from '../../shared/client/client';
import { listOf } from '../../shared/util/text';
import {
	keepPosition,
	positionOf,
	readMessages,
	type KfMessage,
	type Position,
} from '../../shared/customerService/read';
import { DeliveryWindow } from '../../shared/callback/dedupe';
import type { OpenedCallback } from '../../shared/callback/envelope';
import { KIND } from './form';
import { answer, ANSWER_BY_MS, tellWhenStored } from '../http';
import { attachMedia } from '../media';
import { prepareAnswer, waitsForWorkflow, type Arrived } from '../reply';
import { openClient } from '../secrets';

/**
 * "Fetch Messages": a customer service callback only says that there is something to fetch (doc 94670). The trigger fetches it and
 * starts the workflow with one item per message. At least once: how far it has read is stored when n8n has stored the execution,
 * and what comes twice is known by its msgid.
 */

/** After WeCom has been told to come back nobody waits for the files. */
const PATIENT_MS = 30_000;
/** When to try again after nothing could be had: the callback's Token lives ten minutes. */
const TRY_AGAIN_AFTER_MS = [15_000, 45_000, 120_000];
/** Each who waits keeps an expression isolate of n8n. */
const MAX_WAITING = 10;
/** n8n has stored the execution by then, or has ended. */
const STORED_SOON_MS = 4_000;
/** n8n has stored the execution by then, or never will. */
const STORED_BY_MS = 60_000;
/** The first message's callback may be made a little later than the message. */
const SLACK_S = 60;
/** WeCom hands out messages for three days. */
const WINDOW_MS = 3 * 24 * 3_600_000;

const ANSWERED: IWebhookResponseData = { noWebhookResponse: true };

const ORIGINS: Record<string, string> = { 3: 'customer', 4: 'system', 5: 'servicer' };

/** A reading that runs or will run. */
interface Turn {
	begins: Promise<void>;
	/** Whether all there was is safe. */
	ended: Promise<boolean>;
	end: (complete: boolean) => void;
}

/** One reading at a time; all who come while one runs share the next, because what they announce may be missing in the first. */
export class Turns {
	private readonly turns = new Map<string, { running: Turn; next?: Turn }>();

	/** The turn that serves the caller. With `lead` the caller must do the work when the turn begins, and then end it. */
	enter(key: string): { turn: Turn; lead: boolean } {
		const entry = this.turns.get(key);
		if (!entry) {
			const running = this.make(key, Promise.resolve());
			this.turns.set(key, { running });
			return { turn: running, lead: true };
		}
		if (entry.next) return { turn: entry.next, lead: false };
		entry.next = this.make(
			key,
			entry.running.ended.then(() => {}),
		);
		return { turn: entry.next, lead: true };
	}

	private make(key: string, begins: Promise<void>): Turn {
		let resolve: (complete: boolean) => void = () => {};
		const ended = new Promise<boolean>((done) => (resolve = done));
		const turn: Turn = {
			begins,
			ended,
			end: (complete) => {
				const entry = this.turns.get(key);
				if (entry?.running === turn) {
					if (entry.next) this.turns.set(key, { running: entry.next });
					else this.turns.delete(key);
				}
				resolve(complete);
			},
		};
		return turn;
	}
}

const turns = new Turns();
const delivered = new DeliveryWindow(20_000, WINDOW_MS);

/** Whether a callback's messages are to be fetched. */
export const fetchesMessages = (
	context: IWebhookFunctions,
	{ callback, payload }: OpenedCallback,
): boolean =>
	callback.kind === KIND &&
	openKfIdOf(payload) !== '' &&
	Boolean(context.getNodeParameter('triggerOptions.fetchMessages', false));

/** Whether the filter on customer service accounts lets a callback through. */
export function wantsAccount(context: IWebhookFunctions, { payload }: OpenedCallback): boolean {
	const openKfId = openKfIdOf(payload);
	if (!openKfId) return true;
	const wanted = listOf(context.getNodeParameter('filters.openKfIds', []));
	return wanted.length === 0 || wanted.includes(openKfId);
}

const openKfIdOf = ({ OpenKfId }: OpenedCallback['payload']) =>
	typeof OpenKfId === 'string' ? OpenKfId.trim() : '';

export interface Announcement extends Arrived {
	toItem: (opened: OpenedCallback, facts?: IDataObject) => IDataObject;
}

/**
 * Fetches what a callback announces. When that is not all there is, WeCom is answered 503, so that it sends the callback again;
 * when nothing could be had, this process tries again too, because WeCom gives up within seconds.
 */
export async function receiveMessages(announced: Announcement): Promise<IWebhookResponseData> {
	const { context, opened, at } = announced;
	const response = context.getResponseObject();
	const left = () => Math.max(0, at + ANSWER_BY_MS - Date.now());

	const { turn, lead } = turns.enter(scopeOf(announced));
	if (!lead) {
		const complete = await Promise.race([turn.ended, sleep(left())]);
		answer(response, complete ? 200 : 503);
		return ANSWERED;
	}

	let fetching = new Fetching(announced, turn);
	const answerNow = tellWhenStored(response, (stored) => void fetching.conclude(stored));
	let busy = true;
	AbortSignal.timeout(left()).addEventListener('abort', () => {
		if (busy) answerNow(503);
	});
	await fetching.read();
	busy = false;
	if (fetching.unfinished) answerNow(503);
	if (fetching.items.length === 0) {
		await fetching.conclude(true);
		answerNow(200);
		const later = fetching.unfinished ? await tryLater(announced) : undefined;
		if (!later) return ANSWERED;
		fetching = later;
	}
	const replies = waitsForWorkflow(context);
	afterwards(STORED_BY_MS, () => void fetching.conclude(false));
	const until = response.headersSent ? Date.now() + PATIENT_MS : at + ANSWER_BY_MS;
	await attachMedia(context, fetching.items, opened.receiveId, until).catch(
		async (error: Error) => {
			await fetching.conclude(false);
			throw error;
		},
	);
	// n8n answers when the workflow has ended, if that is to reply: long after it has stored the execution.
	if (replies) afterwards(STORED_SOON_MS, () => void fetching.conclude(true));
	if (!response.headersSent) prepareAnswer(announced, fetching.items[0].json);
	return { workflowData: [fetching.items] };
}

/** The readers somebody is waiting for to try again. */
const waiting = new Set<string>();

/** Tries a few times more; undefined when there is nothing to put out. */
async function tryLater(announced: Announcement): Promise<Fetching | undefined> {
	const scope = scopeOf(announced);
	const enough = waiting.has(scope) || waiting.size >= MAX_WAITING;
	if (enough || announced.context.getMode() === 'manual') return undefined;
	waiting.add(scope);
	try {
		for (const pause of TRY_AGAIN_AFTER_MS) {
			await new Promise<void>((resolve) => afterwards(pause, resolve));
			const { turn, lead } = turns.enter(scope);
			if (!lead) {
				if (await turn.ended) return undefined;
				continue;
			}
			const fetching = new Fetching(announced, turn);
			await fetching.read();
			if (fetching.items.length > 0) return fetching;
			await fetching.conclude(true);
			if (!fetching.unfinished) return undefined;
		}
		return undefined;
	} finally {
		waiting.delete(scope);
	}
}

const readerOf = ({ context, opened }: Announcement) =>
	`${context.getWorkflow().id}/${context.getNode().id}/${openKfIdOf(opened.payload)}`;
const scopeOf = (announced: Announcement) =>
	`${announced.context.getMode()}|${readerOf(announced)}`;

/** One reading in its turn, from the stored position on. */
class Fetching {
	items: INodeExecutionData[] = [];

	unfinished = true;

	/** The msgids this reading has taken. */
	private readonly claimed: string[] = [];

	private client?: WecomClient;

	/** Where it began and where it ended. */
	private known?: Position;

	private position?: Position;

	private concluded = false;

	constructor(
		private readonly announced: Announcement,
		private readonly turn: Turn,
	) {}

	/** Never throws: what went wrong is logged. */
	async read(): Promise<void> {
		await this.turn.begins;
		const { context, opened } = this.announced;
		const openKfId = openKfIdOf(opened.payload);
		try {
			this.client = await openClient(context, opened.receiveId);
			this.known = positionOf(this.client, readerOf(this.announced));
			const { messages, position, unfinished } = await readMessages(this.client, {
				openKfId,
				token: String(opened.payload.Token ?? '').trim(),
				position: this.known ?? firstPosition(context, opened),
				keep: this.wantedAndNew(),
			});
			this.position = position;
			this.items = messages.map((message) => this.toItem(message, openKfId));
			this.unfinished = unfinished !== undefined;
			if (unfinished)
				log(context, `did not fetch all messages of ${openKfId}: ${unfinished.reason}`);
		} catch (error) {
			log(context, `could not fetch the messages of ${openKfId}: ${(error as Error).message}`);
		}
	}

	/** To be told whether n8n has stored the items; only then they count as read. */
	async conclude(stored: boolean): Promise<void> {
		if (this.concluded) return;
		this.concluded = true;
		const { announced, turn, claimed, unfinished } = this;
		for (const id of claimed) delivered.settle(scopeOf(announced), id, stored);
		if (stored) await this.keepPosition();
		turn.end(stored && !unfinished);
	}

	private wantedAndNew(): (message: KfMessage) => Promise<boolean> {
		const types = listOf(this.announced.context.getNodeParameter('filters.kfTypes', []));
		const scope = scopeOf(this.announced);
		return async (message) => {
			if (types.length > 0 && !types.includes(typeOf(message))) return false;
			const { msgid } = message;
			if (!msgid) return true;
			if ((await delivered.claim(scope, msgid, 0)) !== 'first') return false;
			this.claimed.push(msgid);
			return true;
		};
	}

	private toItem(message: KfMessage, openKfId: string): INodeExecutionData {
		const { opened, toItem } = this.announced;
		const { open_kfid, external_userid } = { ...(message.event as IDataObject), ...message };
		const facts: IDataObject = {
			type: typeOf(message),
			from: ORIGINS[String(message.origin)] ?? 'unknown',
			openKfId: open_kfid ?? openKfId,
			...(external_userid ? { externalUserId: external_userid } : {}),
		};
		return { json: toItem({ ...opened, payload: message as OpenedCallback['payload'] }, facts) };
	}

	/** A test run only looks: the published workflow is to get the same messages. */
	private async keepPosition(): Promise<void> {
		const { announced, client, known, position } = this;
		if (!client || !position || announced.context.getMode() === 'manual') return;
		const { cursor, since } = position;
		if (known && known.cursor === cursor && known.since === since) return;
		try {
			const { context } = announced;
			await keepPosition(context, client.credentialType, readerOf(announced), { cursor, since });
		} catch (error) {
			log(announced.context, `could not store how far it has read: ${(error as Error).message}`);
		}
	}
}

/** Later, without keeping the process alive for it. */
const afterwards = (ms: number, what: () => void) =>
	AbortSignal.timeout(ms).addEventListener('abort', what);

/** The first time: only what is new with this callback, or all WeCom still has. */
function firstPosition(context: IWebhookFunctions, { payload }: OpenedCallback): Position {
	if (context.getNodeParameter('triggerOptions.startFrom', 'now') !== 'now') return {};
	return { since: (Number(payload.CreateTime) || Math.floor(Date.now() / 1000)) - SLACK_S };
}

const typeOf = ({ msgtype, event }: KfMessage): string =>
	String((msgtype === 'event' && (event as IDataObject)?.event_type) || msgtype || 'unknown');

function log(context: IWebhookFunctions, what: string): void {
	context.logger.warn(`WeCom Trigger ${what}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
}
