import { LoggerProxy, type IDataObject } from 'n8n-workflow';
import { splitText } from '../util/text';
import { cardTitle } from './card';
import type { BotFailure } from './errors';
import { chatOf, STREAM_LIFE_MS } from './items';

/**
 * Replies to messages that came over a long connection: one after the other per message, streams kept alive and ended in time,
 * long texts in parts, and what comes too late as a message of its own (doc 101463).
 */

/** Milliseconds. Changed by tests only. */
export const streamTimings = {
	/** WeCom takes nothing for a stream after its life; the last frame goes out a little before. */
	life: STREAM_LIFE_MS,
	margin: 20_000,
	/** A stream nobody adds to is sent again. */
	keepAlive: 120_000,
	/** The end of a stream that could not be sent is tried again. */
	endAgain: 5_000,
};

const MAX_STREAM_BYTES = 20_480;
const MOST_REPEATS = 4;
/** The message has its answer. */
const ANSWERED = 846606;
/** Or its six minutes are over: what comes now has to be a message of its own. */
const TOO_LATE = [ANSWERED, 846608];
/** Late replies still find their chat. */
const REMEMBER_MS = 60 * 60_000;
const MAX_REMEMBERED = 5_000;

/** The connection as replies need it. */
export interface Wire {
	botId: string;
	request(cmd: string, body: IDataObject, reqId?: string): Promise<IDataObject>;
}

/** What a reply must know of its message when this process has forgotten it, or was started since. */
export interface Origin {
	/** Where a late reply goes: the group, else the person. */
	chatid: string;
	/** When the message came. */
	at: number;
}

interface Stream {
	id: string;
	content: string;
	sentAt: number;
	/** It shows the first answer, no reply. */
	first?: boolean;
	/** When to end it, if that is not the end of its life; never while its end is under way. */
	endAt?: number;
}

/** A message and what became of it. */
interface Talk extends Origin {
	botId: string;
	reqId: string;
	/** The stream that is not finished; the talk is then one of `open`. */
	stream?: Stream;
	/** It has its answer: WeCom takes one for each message. */
	answered: boolean;
	/** Workflows under way for this message. */
	runs: number;
	/** What takes the place of the first answer when no workflow replies. */
	closingText: string;
	/** The reply before the next one. */
	last: Promise<unknown>;
}

const talks = new Map<string, Talk>();
const open = new Set<Talk>();

/** Remembers a message, so that replies find their chat. */
export function beginTalk(botId: string, reqId: string, body: IDataObject): void {
	remember(botId, reqId, { chatid: chatOf(body), at: Date.now() });
}

/** Whether this process has taken the message. */
export const isRemembered = (botId: string, reqId: string): boolean =>
	talks.has(`${botId}|${reqId}`);

function remember(
	botId: string,
	reqId: string,
	{ chatid, at }: Origin = { chatid: '', at: Date.now() },
): Talk {
	const key = `${botId}|${reqId}`;
	const known = talks.get(key);
	if (known) return known;
	const now = Date.now();
	for (const [oldKey, old] of talks) {
		if (talks.size < MAX_REMEMBERED && now - old.at < REMEMBER_MS) break;
		talks.delete(oldKey);
		open.delete(old);
	}
	const last = Promise.resolve();
	const talk: Talk = {
		...{ botId, reqId, at, chatid, last },
		...{ answered: false, runs: 0, closingText: '' },
	};
	talks.set(key, talk);
	return talk;
}

function setStream(talk: Talk, stream?: Stream): void {
	talk.stream = stream;
	if (stream) open.add(talk);
	else open.delete(talk);
}

/** The first answer, shown until the workflow replies. */
export function startStream(
	wire: Wire,
	reqId: string,
	id: string,
	content: string,
	closingText = '',
): void {
	const talk = remember(wire.botId, reqId);
	const stream = { id, content, sentAt: Date.now(), first: true };
	talk.closingText = closingText;
	setStream(talk, stream);
	void whenStillOpen(wire, talk, stream, async () => {
		await sendRepeatable(wire, frameOf(id, content, false), reqId);
	});
}

/** A workflow runs for this message; the result is called when it has ended, and resolves when its replies and the end are out. */
export function beginRun(wire: Wire, reqId: string): () => Promise<void> {
	const talk = remember(wire.botId, reqId);
	talk.runs++;
	return async () => {
		talk.runs--;
		if (talk.runs === 0) closeStream(wire, talk);
		await talk.last;
	};
}

/** Sends a reply after those before it. */
export async function reply(
	wire: Wire,
	cmd: string,
	body: IDataObject,
	reqId: string,
	origin?: Origin,
): Promise<IDataObject> {
	const talk = remember(wire.botId, reqId, origin);
	return await inOrder(talk, async () => {
		if (cmd !== 'aibot_respond_msg') return await wire.request(cmd, body, reqId);
		const answer = body.stream
			? await replyStream(wire, talk, body, body.stream as IDataObject)
			: await replyWhole(wire, talk, body);
		talk.closingText = '';
		return answer;
	});
}

async function replyStream(
	wire: Wire,
	talk: Talk,
	body: IDataObject,
	stream: IDataObject,
): Promise<IDataObject> {
	// A message has one stream. If the trigger has begun it, the workflow goes on with it.
	const id = talk.stream?.id ?? String(stream.id ?? '');
	const finish = stream.finish === true;
	const [content = '', ...rest] = splitText(String(stream.content ?? ''), MAX_STREAM_BYTES);
	const frame = { ...body, stream: { ...stream, id, content } };
	const answer = await inPlace(talk, async () => await sendRepeatable(wire, frame, talk.reqId));
	if (answer && !finish) setStream(talk, { id, content, sentAt: Date.now() });
	else answered(talk);
	// What a stream does not hold, and all of one that is over, comes when it is whole.
	if (!finish) return answer ?? LATE;

	let taken = answer !== undefined;
	for (const part of answer ? rest : [content, ...rest]) {
		if (!part) continue;
		const sent = push(wire, talk, { msgtype: 'markdown', markdown: { content: part } });
		const warning = await sent.then(
			() => '',
			(error: Error) => {
				// To try again would say the beginning twice.
				if (taken) return `${BEGINNING_ONLY}: ${error.message}`;
				throw error;
			},
		);
		if (warning) return { ...(answer ?? LATE), warning };
		taken = true;
	}
	return answer ?? LATE;
}

/** A card or a file. Where the trigger has begun a stream, a card joins it, and a file follows it. */
async function replyWhole(wire: Wire, talk: Talk, body: IDataObject): Promise<IDataObject> {
	const { stream } = talk;
	const joins = stream && body.msgtype === 'template_card';
	if (stream && !joins) await finishNow(wire, talk, stream);
	const answer = await inPlace(talk, async () =>
		joins
			? await sendRepeatable(wire, withCard(stream, body.template_card as IDataObject), talk.reqId)
			: await wire.request('aibot_respond_msg', body, talk.reqId),
	);
	answered(talk);
	if (!answer) await push(wire, talk, body);
	return answer ?? LATE;
}

/** The text of a reply stays. */
function withCard({ id, content, first }: Stream, template_card: IDataObject): IDataObject {
	const text = first ? cardTitle(template_card) : content;
	return { ...frameOf(id, text, true), msgtype: 'stream_with_template_card', template_card };
}

const LATE: IDataObject = { late: true };
export const BEGINNING_ONLY = 'WeCom has taken the beginning of the text only';

/** As the answer to the message; undefined when it is too late for that and the chat is known. */
async function inPlace(
	talk: Talk,
	send: () => Promise<IDataObject>,
): Promise<IDataObject | undefined> {
	const over = talk.answered || Date.now() - talk.at >= streamTimings.life;
	if (over && talk.chatid) return undefined;
	return await send().catch((error: BotFailure) => {
		if (!TOO_LATE.includes(error.errcode ?? 0) || !talk.chatid) throw error;
		return undefined;
	});
}

function answered(talk: Talk): void {
	setStream(talk);
	talk.answered = true;
}

const push = async (wire: Wire, { chatid }: Talk, message: IDataObject) =>
	await wire.request('aibot_send_msg', { ...message, chatid });

/**
 * A frame of a stream replaces the text: after a broken connection it may go out again. If WeCom then says that the message has
 * its answer, it had taken the frame before.
 */
async function sendRepeatable(
	wire: Wire,
	body: IDataObject,
	reqId: string,
	repeats = 0,
): Promise<IDataObject> {
	return await wire.request('aibot_respond_msg', body, reqId).catch(async (error: BotFailure) => {
		if (repeats > 0 && error.errcode === ANSWERED) return {};
		if (!error.brokenOff || repeats === MOST_REPEATS) throw error;
		return await sendRepeatable(wire, body, reqId, repeats + 1);
	});
}

/** Called about four times a second: open streams are kept alive, and ended before WeCom ends them. */
export function tendStreams(wire: Wire, now: number): void {
	for (const talk of open) {
		const { stream } = talk;
		if (!stream || talk.botId !== wire.botId) continue;
		if (now >= (stream.endAt ?? talk.at + streamTimings.life - streamTimings.margin)) {
			closeStream(wire, talk);
		} else if (now - stream.sentAt >= streamTimings.keepAlive) {
			stream.sentAt = now;
			void whenStillOpen(wire, talk, stream, async () => {
				await sendRepeatable(wire, frameOf(stream.id, stream.content, false), talk.reqId);
			});
		}
	}
}

/** Ends a stream that no workflow has finished, with the text it shows. */
function closeStream(wire: Wire, talk: Talk): void {
	const { stream } = talk;
	if (!stream) return;
	stream.endAt = Infinity;
	void whenStillOpen(wire, talk, stream, async () => {
		await finishNow(wire, talk, { ...stream, content: talk.closingText || stream.content });
	}).then((failure) => {
		// Nobody to send it over, such as while a workflow is published again: the next connection does it. What WeCom has refused
		// it would refuse again.
		stream.endAt =
			failure?.errcode === undefined
				? Date.now() + streamTimings.endAgain
				: talk.at + streamTimings.life;
		// WeCom has ended it.
		if (talk.stream === stream && Date.now() - talk.at >= streamTimings.life) answered(talk);
	});
}

async function finishNow(wire: Wire, talk: Talk, { id, content }: Stream): Promise<void> {
	await sendRepeatable(wire, frameOf(id, content, true), talk.reqId).catch((error: BotFailure) => {
		if (!TOO_LATE.includes(error.errcode ?? 0)) throw error;
	});
	answered(talk);
}

/** After the replies under way, unless one of them has changed or finished the stream. Resolves to what went wrong, if anything. */
async function whenStillOpen(
	wire: Wire,
	talk: Talk,
	stream: Stream,
	send: () => Promise<void>,
): Promise<BotFailure | undefined> {
	return await inOrder(talk, async () => {
		if (talk.stream === stream) await send();
		return undefined;
	}).catch((error: BotFailure) => {
		note(wire, 'A stream of the AI bot could not be kept', error);
		return error;
	});
}

const frameOf = (id: string, content: string, finish: boolean): IDataObject => ({
	msgtype: 'stream',
	stream: { id, content, finish },
});

async function inOrder<T>(talk: Talk, send: () => Promise<T>): Promise<T> {
	const turn = talk.last.then(send, send);
	talk.last = turn.catch(() => undefined);
	return await turn;
}

function note({ botId }: Wire, what: string, error: Error): void {
	LoggerProxy.warn(`${what}: ${error.message}`, { botId });
}
