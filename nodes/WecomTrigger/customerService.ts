import {
	sleep,
	type IDataObject,
	type INodeExecutionData,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { WecomClient } from '../shared/api/client';
import {
	keepPosition,
	positionOf,
	readMessages,
	type KfMessage,
	type Position,
	type Reading,
} from '../shared/api/customerService';
import { DeliveryWindow } from '../shared/callback/dedupe';
import type { OpenedCallback } from '../shared/callback/envelope';
import { KIND } from './customerServiceForm';
import { answer, ANSWER_BY_MS, tellWhenStored } from './http';
import { attachMedia } from './media';
import { openClient } from './secrets';

/**
 * "Fetch Messages": a customer service callback only says that there is something to fetch (doc 94670). The trigger fetches it and
 * starts the workflow with one item per message. At least once: how far it has read is stored when n8n has stored the execution,
 * and what comes twice is known by its msgid.
 */

/** After WeCom has been told to come back nobody waits for the files. */
const PATIENT_MS = 30_000;
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
export const fetchesMessages = (context: IWebhookFunctions, { callback }: OpenedCallback) =>
	callback.kind === KIND &&
	Boolean(context.getNodeParameter('triggerOptions.fetchMessages', false));

/** Whether the filter on customer service accounts lets a callback through. */
export function wantsAccount(context: IWebhookFunctions, { payload }: OpenedCallback): boolean {
	const openKfId = openKfIdOf(payload);
	if (!openKfId) return true;
	const wanted = context.getNodeParameter('filters.openKfIds', []) as string[];
	return wanted.length === 0 || wanted.includes(openKfId);
}

const openKfIdOf = ({ OpenKfId }: OpenedCallback['payload']) =>
	typeof OpenKfId === 'string' ? OpenKfId.trim() : '';

export interface Announcement {
	context: IWebhookFunctions;
	opened: OpenedCallback;
	/** When the callback arrived: milliseconds since the epoch. */
	receivedAt: number;
	toItem: (opened: OpenedCallback, facts?: IDataObject) => IDataObject;
}

/** Fetches what a callback announces. Answers 503 when that is not all: then WeCom sends the callback again. */
export async function receiveMessages(announced: Announcement): Promise<IWebhookResponseData> {
	const { context, opened, receivedAt } = announced;
	const response = context.getResponseObject();
	const openKfId = openKfIdOf(opened.payload);
	const reader = `${context.getWorkflow().id}/${context.getNode().id}/${openKfId}`;
	const scope = `${context.getMode()}|${reader}`;
	const left = () => Math.max(0, receivedAt + ANSWER_BY_MS - Date.now());

	const { turn, lead } = turns.enter(scope);
	if (!lead) {
		const complete = await Promise.race([turn.ended, sleep(left())]);
		answer(response, complete ? 200 : 503);
		return ANSWERED;
	}

	const work: Work = { ...announced, openKfId, reader, scope, claimed: [] };
	let concluded = false;
	const conclude = async (stored: boolean) => {
		if (concluded) return;
		concluded = true;
		for (const id of work.claimed) delivered.settle(scope, id, stored);
		if (stored) await keep(work);
		turn.end(stored && work.reading !== undefined && !work.reading.unfinished);
	};
	const answerNow = tellWhenStored(response, (stored) => void conclude(stored));
	let reading = true;
	AbortSignal.timeout(left()).addEventListener('abort', () => {
		if (reading) answerNow(503);
	});
	try {
		await turn.begins;
		const items = await read(work);
		reading = false;
		const { unfinished } = work.reading!;
		if (unfinished) {
			log(
				context,
				`did not fetch all messages of ${openKfId}, WeCom is asked to come back`,
				unfinished.reason,
			);
			answerNow(503);
		}
		if (items.length === 0) {
			await conclude(true);
			answerNow(200);
			return ANSWERED;
		}
		const until = response.headersSent ? Date.now() + PATIENT_MS : receivedAt + ANSWER_BY_MS;
		await attachMedia(context, items, opened.receiveId, until);
		AbortSignal.timeout(STORED_BY_MS).addEventListener('abort', () => void conclude(false));
		return { workflowData: [items] };
	} catch (error) {
		reading = false;
		log(context, `could not fetch the messages of ${openKfId}`, (error as Error).message);
		await conclude(false);
		answerNow(503);
		return ANSWERED;
	}
}

/** One reading and what it has come to. */
interface Work extends Announcement {
	openKfId: string;
	reader: string;
	scope: string;
	/** The msgids this reading has taken. */
	claimed: string[];
	client?: WecomClient;
	known?: Position;
	reading?: Reading;
}

async function read(work: Work): Promise<INodeExecutionData[]> {
	const { context, opened, openKfId, reader, scope, claimed, toItem } = work;
	const client = await openClient(context, opened.receiveId);
	work.client = client;
	work.known = positionOf(client, reader);
	work.reading = await readMessages(client, {
		openKfId,
		token: String(opened.payload.Token ?? '').trim(),
		position: work.known ?? firstPosition(context, opened),
		keep: wantedAndNew(context, scope, claimed),
	});
	return work.reading.messages.map((message) => {
		const type = typeOf(message);
		const { open_kfid, external_userid } = (message.event ?? {}) as IDataObject;
		const facts: IDataObject = {
			type,
			from: ORIGINS[String(message.origin)] ?? 'unknown',
			openKfId: message.open_kfid ?? open_kfid ?? openKfId,
			...pick('externalUserId', message.external_userid ?? external_userid),
		};
		return { json: toItem({ ...opened, payload: message as OpenedCallback['payload'] }, facts) };
	});
}

const pick = (name: string, value: unknown): IDataObject =>
	value ? { [name]: value as string } : {};

/** The first time: only what is new with this callback, or all WeCom still has. */
function firstPosition(context: IWebhookFunctions, { payload }: OpenedCallback): Position {
	if (context.getNodeParameter('triggerOptions.startFrom', 'now') !== 'now') return {};
	return { since: (Number(payload.CreateTime) || Math.floor(Date.now() / 1000)) - SLACK_S };
}

function wantedAndNew(context: IWebhookFunctions, scope: string, claimed: string[]) {
	const types = context.getNodeParameter('filters.kfTypes', []) as string[];
	return async (message: KfMessage) => {
		if (types.length > 0 && !types.includes(typeOf(message))) return false;
		const { msgid } = message;
		if (!msgid) return true;
		if ((await delivered.claim(scope, msgid, 0)) !== 'first') return false;
		claimed.push(msgid);
		return true;
	};
}

const typeOf = ({ msgtype, event }: KfMessage): string =>
	String((msgtype === 'event' && (event as IDataObject)?.event_type) || msgtype || 'unknown');

/** A test run only looks: the published workflow is to get the same messages. */
async function keep({ context, client, reader, reading, known }: Work): Promise<void> {
	if (!client || !reading || context.getMode() === 'manual') return;
	const { cursor, since } = reading.position;
	if (known && known.cursor === cursor && known.since === since) return;
	try {
		await keepPosition(context, client.credentialType, reader, { cursor, since });
	} catch (error) {
		log(context, 'could not store how far it has read', (error as Error).message);
	}
}

function log(context: IWebhookFunctions, what: string, reason: string): void {
	context.logger.warn(`WeCom Trigger ${what}: ${reason}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
}
