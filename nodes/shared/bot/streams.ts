import { randomUUID } from 'crypto';
import { LoggerProxy, type IDataObject } from 'n8n-workflow';
import { splitText } from '../text';
import type { BotFailure } from './failure';
import { STREAM_LIFE_MS } from './items';

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
};

const MAX_STREAM_BYTES = 20_480;
const STREAM_OVER = 846608;
/** Late replies still find their chat. */
const REMEMBER_MS = 60 * 60_000;
const MAX_REMEMBERED = 5_000;

/** The connection as replies need it. */
export interface Wire {
	botId: string;
	whenLive(): Promise<void>;
	request(cmd: string, body: IDataObject, reqId?: string): Promise<IDataObject>;
}

interface Stream {
	id: string;
	content: string;
	sentAt: number;
}

/** A message and what became of it. */
interface Talk {
	botId: string;
	reqId: string;
	at: number;
	/** Where a late reply goes: the group, else the person. */
	chatid: string;
	/** The stream that is not finished; the talk is then one of `open`. */
	stream?: Stream;
	/** Streams this process has finished because nobody else did. */
	closed: Set<string>;
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
export function beginTalk(botId: string, reqId: string, { chatid, from }: IDataObject): void {
	const { userid } = (from ?? {}) as IDataObject;
	remember(botId, reqId, String(chatid ?? userid ?? ''));
}

function remember(botId: string, reqId: string, chatid = ''): Talk {
	const key = `${botId}|${reqId}`;
	const known = talks.get(key);
	if (known) return known;
	const at = Date.now();
	for (const [oldKey, old] of talks) {
		if (talks.size < MAX_REMEMBERED && at - old.at < REMEMBER_MS) break;
		talks.delete(oldKey);
		open.delete(old);
	}
	const last = Promise.resolve();
	const closed = new Set<string>();
	const talk: Talk = { botId, reqId, at, chatid, closed, runs: 0, closingText: '', last };
	talks.set(key, talk);
	return talk;
}

function setStream(talk: Talk, stream?: Stream): void {
	talk.stream = stream;
	if (stream) open.add(talk);
	else open.delete(talk);
}

/** The first answer, shown until the workflow replies. Gives the id of the stream. */
export function startStream(wire: Wire, reqId: string, content: string, closingText = ''): string {
	const id = randomUUID();
	const talk = remember(wire.botId, reqId);
	talk.closingText = closingText;
	setStream(talk, { id, content, sentAt: Date.now() });
	inOrder(
		talk,
		async () => await wire.request('aibot_respond_msg', frameOf(id, content, false), reqId),
	).catch((error: Error) => note(wire, 'The first answer of the AI bot was not shown', error));
	return id;
}

/** A workflow runs for this message; the result is called when it has ended. */
export function beginRun(wire: Wire, reqId: string): () => void {
	const talk = remember(wire.botId, reqId);
	talk.runs++;
	return () => {
		talk.runs--;
		if (talk.runs === 0) closeStream(wire, talk);
	};
}

/** Sends a reply after those before it. */
export async function reply(
	wire: Wire,
	cmd: string,
	body: IDataObject,
	reqId: string,
): Promise<IDataObject> {
	const talk = remember(wire.botId, reqId);
	return await inOrder(talk, async () => {
		const stream = body.stream as IDataObject | undefined;
		const answer =
			cmd === 'aibot_respond_msg' && stream
				? await replyStream(wire, talk, body, stream)
				: await wire.request(cmd, body, reqId);
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
	const id = String(stream.id ?? '');
	const finish = stream.finish === true;
	const [content = '', ...rest] = splitText(String(stream.content ?? ''), MAX_STREAM_BYTES);
	const over = talk.closed.has(id) || Date.now() - talk.at >= streamTimings.life;
	const { stream: before } = talk;
	if (before && before.id !== id) await finishNow(wire, talk, before);
	const answer =
		over && talk.chatid
			? undefined
			: await sendTwice(wire, { ...body, stream: { ...stream, content } }, talk.reqId).catch(
					(error: BotFailure) => {
						if (error.errcode !== STREAM_OVER || !talk.chatid) throw error;
						return undefined;
					},
				);
	setStream(talk, answer && !finish ? { id, content, sentAt: Date.now() } : undefined);
	if (!answer) talk.closed.add(id);
	if (!finish) return answer ?? { late: true };

	// A stream shows so much and no more. The rest comes as messages, and so does all of it when the stream is over.
	for (const part of answer ? rest : [content, ...rest]) {
		if (part) await push(wire, talk, { msgtype: 'markdown', markdown: { content: part } });
	}
	const { template_card } = body;
	if (!answer && template_card) await push(wire, talk, { msgtype: 'template_card', template_card });
	return answer ?? { late: true };
}

const push = async (wire: Wire, { chatid }: Talk, message: IDataObject) =>
	await wire.request('aibot_send_msg', { chatid, ...message });

/** A frame of a stream replaces the text: after a broken connection it may go out once more. */
async function sendTwice(wire: Wire, body: IDataObject, reqId: string): Promise<IDataObject> {
	const send = async () => await wire.request('aibot_respond_msg', body, reqId);
	return await send().catch(async (error: BotFailure) => {
		if (!error.brokenOff) throw error;
		await wire.whenLive();
		return await send();
	});
}

/** Called about four times a second: open streams are kept alive, and ended before WeCom ends them. */
export function tendStreams(wire: Wire, now: number): void {
	for (const talk of open) {
		const { stream } = talk;
		if (!stream || talk.botId !== wire.botId) continue;
		if (now - talk.at >= streamTimings.life - streamTimings.margin) {
			closeStream(wire, talk);
		} else if (now - stream.sentAt >= streamTimings.keepAlive) {
			stream.sentAt = now;
			whenStillOpen(wire, talk, stream, async () => {
				await sendTwice(wire, frameOf(stream.id, stream.content, false), talk.reqId);
			});
		}
	}
}

/** Ends a stream that no workflow has finished, with the text it shows. */
function closeStream(wire: Wire, talk: Talk): void {
	const { stream } = talk;
	if (!stream) return;
	open.delete(talk);
	whenStillOpen(wire, talk, stream, async () => {
		stream.content = talk.closingText || stream.content;
		await finishNow(wire, talk, stream);
	});
}

async function finishNow(wire: Wire, talk: Talk, { id, content }: Stream): Promise<void> {
	setStream(talk);
	talk.closed.add(id);
	await sendTwice(wire, frameOf(id, content, true), talk.reqId);
}

/** After the replies under way, unless one of them has changed or finished the stream. */
function whenStillOpen(wire: Wire, talk: Talk, stream: Stream, send: () => Promise<void>): void {
	inOrder(talk, async () => {
		if (talk.stream === stream) await send();
	}).catch((error: Error) => note(wire, 'A stream of the AI bot could not be kept', error));
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
