import {
	sleep,
	type IDataObject,
	type INodeExecutionData,
	type IWebhookFunctions,
} from 'n8n-workflow';
import type { WecomClient } from '../../shared/client/client';
import { later } from '../../shared/util/later';
import { splitList } from '../../shared/util/text';
import { ReaderClaim } from '../../shared/customerService/claim';
import {
	credentialIdOf,
	positionOf,
	readMessages,
	type KfMessage,
	type Position,
	type ReadMessages,
} from '../../shared/customerService/read';
import { DeliveryWindow } from '../../shared/callback/dedupe';
import type { OpenedCallback } from '../../shared/callback/envelope';
import { FETCH_AGAIN_AFTER_MS, FETCH_UNTIL_MS, PATIENT_MS, READ_ON_AFTER_MS } from '../deadlines';
import { warn, type Delivery } from '../delivery';
import { callbackItem } from '../item';
import { attachMedia } from '../media';
import { prepareAnswer } from '../reply';
import { KIND, openKfIdOf } from './form';
import { Progress, type Reach } from './progress';
import { publishedSince } from './publishing';
import { Turns, type Turn } from './turns';

/**
 * "Fetch Messages": a customer service callback only says that there is something to fetch (doc 94670). The trigger fetches it and
 * starts the workflow with one item per message. At least once: how far it has read is stored when n8n has stored the execution,
 * and what comes twice is known by its msgid.
 */

/** How many readers may wait for another try at a time: each of them keeps one of n8n's expression isolates. */
const MAX_WAITING = 10;
/** Seconds by which a message may be older than the callback that announces it. */
const SLACK_S = 60;
/** WeCom hands out messages for three days. */
const WINDOW_MS = 3 * 24 * 3_600_000;

const ORIGINS: Record<string, string> = { 3: 'customer', 4: 'system', 5: 'servicer' };

const turns = new Turns();
const progress = new Progress();
const delivered = new DeliveryWindow(20_000, WINDOW_MS);

/** Whether a callback's messages are to be fetched. */
export const fetchesMessages = (
	context: IWebhookFunctions,
	{ classification, payload }: OpenedCallback,
): boolean =>
	classification.kind === KIND &&
	openKfIdOf(payload) !== '' &&
	Boolean(context.getNodeParameter('triggerOptions.fetchMessages', false));

/**
 * Fetches what a callback announces. When that is not all there is, WeCom is answered 503, so that it sends the callback again;
 * when nothing could be had, this process tries again too, because WeCom gives up within seconds.
 */
export async function fetchMessages(delivery: Delivery): Promise<INodeExecutionData[]> {
	const { response, at } = delivery;
	const left = () => Math.max(0, at + FETCH_UNTIL_MS - Date.now());
	const askForRepetition = () => {
		response.answer(503);
		delivery.settle(false);
	};

	const { turn, lead } = turns.enter(scopeOf(delivery));
	if (!lead) {
		const complete = await Promise.race([turn.ended, sleep(left())]);
		response.answer(complete ? 200 : 503);
		return [];
	}

	let reading = new Reading(delivery, turn);
	let busy = true;
	later(left(), () => busy && askForRepetition());
	await reading.read();
	busy = false;
	if (reading.unfinished) askForRepetition();
	if (reading.items.length === 0) {
		// What the callback announces may be in an earlier reading that n8n is still storing.
		const safe = await Promise.race([reading.earlierStored(), sleep(left())]);
		if (!safe) askForRepetition();
		await reading.conclude(true);
		response.answer(200);
		const second = reading.unfinished ? await tryLater(delivery) : undefined;
		if (!second) return [];
		reading = second;
	}
	delivery.whenStored((stored) => void reading.conclude(stored));
	const until = response.answered ? Date.now() + PATIENT_MS : at + FETCH_UNTIL_MS;
	await attachMedia(delivery, reading.items, until).catch(async (error: Error) => {
		await reading.conclude(false);
		throw error;
	});
	if (!response.answered) prepareAnswer(delivery, reading.items[0].json);
	return reading.items;
}

/** The readers for which another try is planned. */
const waiting = new Set<string>();

/** Reads a few times more, each after a longer pause; undefined when there is nothing to put out. */
async function tryLater(delivery: Delivery): Promise<Reading | undefined> {
	const scope = scopeOf(delivery);
	const enough = waiting.has(scope) || waiting.size >= MAX_WAITING;
	if (enough || isTest(delivery)) return undefined;
	waiting.add(scope);
	try {
		for (const pause of FETCH_AGAIN_AFTER_MS) {
			await new Promise<void>((resolve) => later(pause, resolve));
			const { turn, lead } = turns.enter(scope);
			if (!lead) {
				if (await turn.ended) return undefined;
				continue;
			}
			const reading = new Reading(delivery, turn);
			await reading.read();
			if (reading.items.length > 0) return reading;
			await reading.conclude(true);
			if (!reading.unfinished) return undefined;
		}
		return undefined;
	} finally {
		waiting.delete(scope);
	}
}

const isTest = ({ context }: Delivery) => context.getMode() === 'manual';
const readerOf = ({ context, opened }: Delivery) =>
	`${context.getWorkflow().id}/${context.getNode().id}/${openKfIdOf(opened.payload)}`;
const scopeOf = (delivery: Delivery) => `${delivery.context.getMode()}|${readerOf(delivery)}`;

/** One reading of an account, from where the one before has ended. */
class Reading {
	items: INodeExecutionData[] = [];

	unfinished = true;

	/** The msgids of the messages that this reading has taken. */
	private readonly claimed: string[] = [];

	/** The claim on the reader. A test run takes none. */
	private claim?: ReaderClaim;

	private reach?: Reach;

	private concluded = false;

	constructor(
		private readonly delivery: Delivery,
		private readonly turn: Turn,
	) {}

	/** Reads what there is when its turn has come. Never throws: what went wrong is logged. */
	async read(): Promise<void> {
		await this.turn.begins;
		const { delivery } = this;
		const { context, opened, source } = delivery;
		const openKfId = openKfIdOf(opened.payload);
		try {
			const client = await source.openClient(context, opened.receiveId);
			const { messages, position, unfinished } = isTest(delivery)
				? await this.readFrom(client, this.storedPosition(client))
				: await this.readAlone(client);
			// A test run only looks: the published workflow is to get the same messages.
			if (!isTest(delivery)) this.reach = progress.advance(scopeOf(delivery), position);
			this.items = messages.map((message) => this.toItem(message, openKfId));
			this.unfinished = unfinished !== undefined;
			if (unfinished)
				warn(context, `did not fetch all messages of ${openKfId}: ${unfinished.reason}`);
		} catch (error) {
			warn(context, `could not fetch the messages of ${openKfId}: ${(error as Error).message}`);
		}
		later(READ_ON_AFTER_MS, this.turn.release);
	}

	/** Reads as the only one of n8n's processes, so that no two of them read the same messages. */
	private async readAlone(client: WecomClient): Promise<ReadMessages> {
		const { delivery } = this;
		for (;;) {
			const reader = readerOf(delivery);
			const claim = await ReaderClaim.take(delivery.context, client.credentialType, reader);
			this.claim = claim;
			const read = await this.readFrom(client, claim.position);
			if (await claim.isSound()) return read;
			this.claim = undefined;
			this.settleClaimed(false);
		}
	}

	private async readFrom(client: WecomClient, stored: Position | undefined): Promise<ReadMessages> {
		const { context, opened } = this.delivery;
		return await readMessages(client, {
			openKfId: openKfIdOf(opened.payload),
			token: String(opened.payload.Token ?? '').trim(),
			position:
				progress.of(scopeOf(this.delivery)) ?? stored ?? firstPosition(context, client, opened),
			keep: this.wantedAndNew(),
		});
	}

	private storedPosition(client: WecomClient): Position | undefined {
		const { delivery } = this;
		const credentialId = credentialIdOf(delivery.context, client.credentialType);
		return positionOf(client, credentialId, readerOf(delivery));
	}

	/** Whether all that earlier readings had under way is stored. */
	async earlierStored(): Promise<boolean> {
		return (await this.reach?.earlier) ?? true;
	}

	/** Ends the reading with whether n8n has stored the items: only then do they count as read. */
	async conclude(stored: boolean): Promise<void> {
		if (this.concluded) return;
		this.concluded = true;
		const { delivery, turn, claim, unfinished, reach } = this;
		this.settleClaimed(stored);
		const failed = ({ message }: Error) =>
			warn(
				delivery.context,
				`could not store how far it has read, and writes it again: ${message}`,
			);
		await claim?.release(reach?.conclude(stored), failed);
		turn.release();
		// Those who share the turn may have announced what an earlier reading has taken.
		void this.earlierStored().then((safe) => turn.end(stored && safe && !unfinished));
	}

	private settleClaimed(stored: boolean): void {
		for (const id of this.claimed.splice(0)) delivered.settle(scopeOf(this.delivery), id, stored);
	}

	private wantedAndNew(): (message: KfMessage) => Promise<boolean> {
		const types = splitList(this.delivery.context.getNodeParameter('filters.kfTypes', []));
		const scope = scopeOf(this.delivery);
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
		const { opened } = this.delivery;
		const { open_kfid, external_userid } = { ...(message.event as IDataObject), ...message };
		const facts: IDataObject = {
			type: typeOf(message),
			from: ORIGINS[String(message.origin)] ?? 'unknown',
			openKfId: open_kfid ?? openKfId,
			...(external_userid ? { externalUserId: external_userid } : {}),
		};
		return {
			json: callbackItem({ ...opened, payload: message as OpenedCallback['payload'] }, facts),
		};
	}
}

/**
 * Where the first reading of an account begins: with what is new since the workflow was published, or with all that WeCom still
 * has.
 */
function firstPosition(
	context: IWebhookFunctions,
	client: WecomClient,
	{ payload }: OpenedCallback,
): Position {
	if (context.getNodeParameter('triggerOptions.startFrom', 'now') !== 'now') return {};
	const announced = (Number(payload.CreateTime) || Math.floor(Date.now() / 1000)) - SLACK_S;
	return { since: Math.min(announced, publishedSince(context, client) ?? Infinity) };
}

const typeOf = ({ msgtype, event }: KfMessage): string =>
	String((msgtype === 'event' && (event as IDataObject)?.event_type) || msgtype || 'unknown');
