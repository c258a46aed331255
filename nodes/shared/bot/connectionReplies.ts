import { LoggerProxy, sleep, type IDataObject } from 'n8n-workflow';
import { isObject } from '../util/isObject';
import { splitMarkdown } from '../util/split';
import { frameText } from './agentText';
import { cardTitle } from './card';
import { nobodyWrote, type BotFailure } from './errors';
import { ANSWER_LIFE_MS, chatOf, chatTypeOf } from './items';
import { Quota, RATE_LIMITED } from './quota';
import { keepNewest } from '../util/keepNewest';

/**
 * Replies to messages that came over a long connection: one after the other per message, streams that grow, are kept alive and
 * ended in time, long texts in parts, and what comes too late as a message of its own (docs 101833, 101836, 101837).
 */

/** Milliseconds. Changed by tests only. */
export const streamTimings = {
	/** WeCom takes nothing for a stream this long after its first frame; the last frame goes out a little before. */
	life: 10 * 60_000,
	margin: 20_000,
	/** A message that has no stream is answered in place for this long. */
	answer: ANSWER_LIFE_MS,
	/** Between two frames of a growing text. */
	frame: 1_000,
	/** The first words may follow the first answer sooner. */
	firstWords: 500,
	/** A stream nobody adds to is sent again. */
	keepAlive: 120_000,
	/** The end of a stream that could not be sent is tried again. */
	endAgain: 5_000,
	/** Before each further try of what WeCom has called too much for the chat. */
	tooMuch: [5_000, 10_000, 20_000, 30_000],
};

const MAX_STREAM_BYTES = 20_480;
const MOST_REPEATS = 4;
/** If WeCom counts the frames of streams, too, they become this much rarer, each time it refuses one. */
const SLOWER = 2;
const SLOWEST_FRAME = 16;
/** The message has its answer. */
const ANSWERED = 846606;
/** Or its stream, or the message, is too old or forgotten: what comes now has to be a message of its own. */
const TOO_LATE = [ANSWERED, 846608, 846604, 846605];
/** WeCom takes a message of the bot's own only where somebody has written to it. */
const NO_CHAT = [93006, 86201, RATE_LIMITED];
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
	chatType?: string;
	/** When the message came. */
	at: number;
}

interface Stream {
	id: string;
	/** What WeCom shows. */
	content: string;
	/** What an agent has said so far, whole; WeCom shows it with the next frame. */
	said?: string;
	/** A line below it. */
	status?: string;
	/** More was said than WeCom shows. */
	isBehind?: boolean;
	beganAt: number;
	sentAt: number;
	/** Milliseconds between two frames of a growing text. */
	pace: number;
	/** It shows the first answer, no reply. */
	first?: boolean;
	/** A frame of the growing text is under way. */
	isSending?: boolean;
	/** When to end it, if that is not the end of its life; never while its end is under way. */
	endAt?: number;
}

/** A message and what became of it. */
interface Talk extends Origin {
	reqId: string;
	/** The stream that is not finished; the talk is then one of `open`. */
	stream?: Stream;
	/** It has its answer: WeCom takes one for each message. */
	answered: boolean;
	/** A reply of the workflow has taken the place of what an agent said meanwhile. */
	replied: boolean;
	/** Workflows under way for this message. */
	runs: number;
	/** What takes the place of the first answer when no workflow replies. */
	closingText: string;
	/** Goes out with every frame until WeCom has taken one. */
	feedbackId?: string;
	/** WeCom has taken a frame of the answer. */
	isShown: boolean;
	/** WeCom may have taken a frame: its answer was lost, or it was sent before this process knew the message. */
	maybeShown: boolean;
	/** The answer has its place among what WeCom counts. */
	isCounted: boolean;
	/** The reply before the next one. */
	last: Promise<unknown>;
}

/** All replies to the messages of one bot, as one credential names it. */
export class ConnectionReplies {
	private readonly talks = new Map<string, Talk>();

	private readonly open = new Set<Talk>();

	private readonly chats = new Quota('messages per chat');

	/** Group or single, of the chats that have written. */
	private readonly chatTypes = new Map<string, string>();

	constructor(
		/** Another one after the connection was made anew for another workflow. */
		public wire: Wire,
	) {}

	/** Remembers a message, so that replies find their chat. */
	begin(reqId: string, body: IDataObject, feedbackId?: string): void {
		const [chatid, chatType] = [chatOf(body), chatTypeOf(body)];
		const talk = this.remember(reqId, { chatid, chatType, at: Date.now() });
		Object.assign(talk, { feedbackId, maybeShown: false });
		keepNewest(this.chatTypes, chatid, chatType, MAX_REMEMBERED);
	}

	/** Whether this process has taken the message. */
	isRemembered(reqId: string): boolean {
		return this.talks.has(reqId);
	}

	/** Takes over what another one has begun, whose connection has ended. */
	adopt(other: ConnectionReplies): void {
		for (const [reqId, talk] of other.talks) this.talks.set(reqId, talk);
		for (const talk of other.open) this.open.add(talk);
		other.talks.clear();
		other.open.clear();
	}

	private remember(reqId: string, origin: Origin = { chatid: '', at: Date.now() }): Talk {
		const known = this.talks.get(reqId);
		if (known) return known;
		const now = Date.now();
		for (const [oldId, old] of this.talks) {
			if (this.talks.size < MAX_REMEMBERED && now - old.at < REMEMBER_MS) break;
			this.talks.delete(oldId);
			this.open.delete(old);
		}
		const last = Promise.resolve();
		const talk: Talk = {
			...{ ...origin, reqId, last },
			...{ answered: false, replied: false, runs: 0, closingText: '' },
			...{ isShown: false, maybeShown: true, isCounted: false },
		};
		this.talks.set(reqId, talk);
		return talk;
	}

	private setStream(talk: Talk, stream?: Stream): void {
		talk.stream = stream;
		if (stream) this.open.add(talk);
		else this.open.delete(talk);
	}

	private beginStream(talk: Talk, id: string, content: string): Stream {
		const now = Date.now();
		const stream = { id, content, beganAt: now, sentAt: now, pace: streamTimings.frame };
		this.setStream(talk, stream);
		return stream;
	}

	/** The first answer, shown until the workflow replies. */
	startStream(reqId: string, id: string, content: string, closingText = ''): void {
		const talk = this.remember(reqId);
		const stream = this.beginStream(talk, id, content);
		stream.first = true;
		talk.closingText = closingText;
		void this.whenStillOpen(talk, stream, async () => {
			await this.sendFrame(talk, frameOf(id, content, false));
		});
	}

	/**
	 * Shows what an agent has said so far, at most about once a second, and `status` below it. The first words begin the stream if
	 * nothing has. A reply of the workflow takes their place.
	 */
	show(reqId: string, id: string, said: string, status = ''): void {
		const talk = this.remember(reqId);
		if (talk.answered || talk.replied) return;
		const isNew = !talk.stream;
		const stream = talk.stream ?? this.beginStream(talk, id, '');
		if (isNew) stream.sentAt = 0;
		Object.assign(stream, { said, status, isBehind: true });
		this.catchUp(talk, stream, Date.now());
	}

	/** The workflow has failed behind what an agent has said. */
	breakOff(reqId: string): void {
		const { stream, closingText } = this.remember(reqId);
		if (stream?.said && closingText) stream.said = `${stream.said.trimEnd()}\n\n${closingText}`;
	}

	private catchUp(talk: Talk, stream: Stream, now: number): void {
		const { isBehind, isSending, sentAt, first, endAt, pace } = stream;
		if (!isBehind || isSending || endAt === Infinity) return;
		if (now - sentAt < (first ? streamTimings.firstWords : pace)) return;
		Object.assign(stream, { isSending: true, sentAt: now });
		void this.whenStillOpen(talk, stream, async () => {
			const content = frameText(stream.said ?? '', MAX_STREAM_BYTES, stream.status);
			stream.isBehind = false;
			// Where WeCom takes no more for the moment, the next frame holds this one, too.
			await this.sendFrame(talk, frameOf(stream.id, content, false), !talk.isShown);
			Object.assign(stream, { content, first: false });
		}).then((failure) => {
			stream.isSending = false;
			// Nothing is lost: the next frame holds the whole text.
			if (failure) stream.isBehind = true;
			if (failure?.errcode === RATE_LIMITED)
				stream.pace = Math.min(pace * SLOWER, streamTimings.frame * SLOWEST_FRAME);
		});
	}

	/** A workflow runs for this message; the result is called when it has ended, and resolves when its replies and the end are out. */
	beginRun(reqId: string): () => Promise<void> {
		const talk = this.remember(reqId);
		talk.runs++;
		return async () => {
			talk.runs--;
			if (talk.runs === 0) this.closeStream(talk);
			await talk.last;
		};
	}

	/** Sends a reply after those before it. */
	async reply(
		cmd: string,
		body: IDataObject,
		reqId: string,
		origin?: Origin,
	): Promise<IDataObject> {
		const talk = this.remember(reqId, origin);
		talk.replied = true;
		return await this.inOrder(talk, async () => {
			if (cmd !== 'aibot_respond_msg') return await this.wire.request(cmd, body, reqId);
			const answer = body.stream
				? await this.replyStream(talk, body, body.stream as IDataObject)
				: await this.replyWhole(talk, body);
			talk.closingText = '';
			return answer;
		});
	}

	/** A message of the bot's own accord. `chat_type` is sent where it is known. */
	async push(
		body: IDataObject,
		chatType = this.chatTypes.get(String(body.chatid)),
	): Promise<IDataObject> {
		const chatid = String(body.chatid);
		const chat_type = chatType === 'group' ? 2 : chatType === 'single' ? 1 : undefined;
		const message = { ...(chat_type && { chat_type }), ...body };
		const send = async () => await this.wire.request('aibot_send_msg', message);
		await this.chats.take(chatid);
		if (chatType) return await this.patiently({ chatid }, send);
		// Where nobody is known to have written, that may be what WeCom minds.
		return await send().catch(async (error: BotFailure) => {
			const isRefused = NO_CHAT.includes(error.errcode ?? 0);
			return await Promise.reject(isRefused ? nobodyWrote(error) : error);
		});
	}

	private async replyStream(
		talk: Talk,
		body: IDataObject,
		stream: IDataObject,
	): Promise<IDataObject> {
		// A message has one stream. If the trigger has begun it, the workflow goes on with it.
		const id = talk.stream?.id ?? String(stream.id ?? '');
		const finish = stream.finish === true;
		const [content = '', ...rest] = splitMarkdown(String(stream.content ?? ''), MAX_STREAM_BYTES);
		const { feedback, ...ofEveryFrame } = stream;
		const given = isObject(feedback) ? String(feedback.id) : undefined;
		const feedbackId = given ?? (talk.isShown ? undefined : talk.feedbackId);
		if (!talk.isShown) talk.feedbackId = feedbackId;
		const shown = finish ? content : frameText(content, MAX_STREAM_BYTES);
		const frame = { ...body, stream: { ...ofEveryFrame, id, content: shown } };
		const answer = await this.inPlace(talk, async () => await this.sendFrame(talk, frame));
		if (answer && !finish) {
			if (talk.stream)
				Object.assign(talk.stream, { content, said: undefined, isBehind: false, first: false });
			else this.beginStream(talk, id, content);
			talk.stream!.sentAt = Date.now();
		} else this.answered(talk);
		// What a stream does not hold, and all of one that is over, comes when it is whole.
		if (!finish) return answer ?? LATE;

		let taken = answer !== undefined;
		for (const part of answer ? rest : [content, ...rest]) {
			if (!part) continue;
			const sent = this.pushLate(talk, markdownOf(part, taken ? undefined : feedbackId));
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
	private async replyWhole(talk: Talk, body: IDataObject): Promise<IDataObject> {
		const { stream } = talk;
		const joins = stream && body.msgtype === 'template_card';
		if (stream && !joins) await this.finishNow(talk, stream);
		const answer = await this.inPlace(talk, async () =>
			joins
				? await this.sendFrame(talk, withCard(stream, body.template_card as IDataObject))
				: await this.counted(talk, async () => {
						return await this.wire.request('aibot_respond_msg', body, talk.reqId);
					}),
		);
		this.answered(talk);
		if (!answer) await this.pushLate(talk, body);
		return answer ?? LATE;
	}

	/** As the answer to the message; undefined when it is too late for that and the chat is known. */
	private async inPlace(
		talk: Talk,
		send: () => Promise<IDataObject>,
	): Promise<IDataObject | undefined> {
		const { life, answer } = streamTimings;
		const now = Date.now();
		const isOld = talk.stream ? now - talk.stream.beganAt >= life : now - talk.at >= answer;
		if ((talk.answered || isOld) && talk.chatid) return undefined;
		return await send().catch((error: BotFailure) => {
			if (!TOO_LATE.includes(error.errcode ?? 0) || !talk.chatid) throw error;
			return undefined;
		});
	}

	private answered(talk: Talk): void {
		this.setStream(talk);
		talk.answered = true;
	}

	private async pushLate({ chatid, chatType }: Talk, message: IDataObject): Promise<void> {
		await this.push({ ...message, chatid }, chatType);
	}

	/** What WeCom counts per chat: an answer, however many frames its stream has, and every message of the bot's own. */
	private async counted<T>(talk: Talk, send: () => Promise<T>): Promise<T> {
		const { chatid, isCounted } = talk;
		if (chatid && !isCounted) await this.chats.take(chatid);
		talk.isCounted = true;
		return await this.patiently(talk, send);
	}

	/** Others may have used up what the chat takes in a minute. */
	private async patiently<T>(
		{ chatid }: { chatid: string },
		send: () => Promise<T>,
		tries = 0,
	): Promise<T> {
		return (await send().catch(async (error: BotFailure) => {
			const pause = streamTimings.tooMuch[tries];
			if (error.errcode !== RATE_LIMITED || pause === undefined) return await Promise.reject(error);
			this.chats.fill(chatid);
			await sleep(pause);
			return await this.patiently({ chatid }, send, tries + 1);
		})) as T;
	}

	/** A frame of the answer's stream, with what belongs to the first one until WeCom has taken it. */
	private async sendFrame(talk: Talk, frame: IDataObject, isPatient = true): Promise<IDataObject> {
		const send = async () => {
			const answer = await this.sendFirst(talk, frame);
			talk.isShown = true;
			return answer;
		};
		return await (isPatient ? this.counted(talk, send) : send());
	}

	/** WeCom takes the feedback ID with the first frame only; a frame whose answer was lost may have been the first one. */
	private async sendFirst(talk: Talk, frame: IDataObject): Promise<IDataObject> {
		const { isShown, feedbackId } = talk;
		if (isShown || !feedbackId) return await this.sendRepeatable(talk, frame);
		const stream = { ...(frame.stream as IDataObject), feedback: { id: feedbackId } };
		return await this.sendRepeatable(talk, { ...frame, stream }).catch(
			async (error: BotFailure) => {
				const { errcode = RATE_LIMITED } = error;
				if (!talk.maybeShown || [RATE_LIMITED, ...TOO_LATE].includes(errcode)) throw error;
				return await this.sendRepeatable(talk, frame);
			},
		);
	}

	/**
	 * A frame of a stream replaces the text: after a broken connection it may go out again. If WeCom then says that the message has
	 * its answer, it had taken the frame before.
	 */
	private async sendRepeatable(talk: Talk, frame: IDataObject, repeats = 0): Promise<IDataObject> {
		const sent = this.wire.request('aibot_respond_msg', frame, talk.reqId);
		return await sent.catch(async (error: BotFailure) => {
			if (error.errcode === undefined) talk.maybeShown = true;
			if (repeats > 0 && error.errcode === ANSWERED) return {};
			if (!error.brokenOff || repeats === MOST_REPEATS) throw error;
			return await this.sendRepeatable(talk, frame, repeats + 1);
		});
	}

	/** Called about four times a second: streams grow, are kept alive, and ended before WeCom ends them. */
	tend(now: number): void {
		for (const talk of this.open) {
			const { stream } = talk;
			if (!stream) continue;
			const { life, margin, keepAlive } = streamTimings;
			if (now >= (stream.endAt ?? stream.beganAt + life - margin)) {
				this.closeStream(talk);
			} else if (stream.isBehind) {
				this.catchUp(talk, stream, now);
			} else if (now - stream.sentAt >= keepAlive) {
				stream.sentAt = now;
				void this.whenStillOpen(talk, stream, async () => {
					await this.sendFrame(talk, frameOf(stream.id, stream.content, false), !talk.isShown);
				});
			}
		}
	}

	/** Ends a stream that no workflow has finished, with what an agent has said or the text it shows. */
	private closeStream(talk: Talk): void {
		const { stream } = talk;
		if (!stream) return;
		stream.endAt = Infinity;
		void this.whenStillOpen(talk, stream, async () => {
			const { first, said } = stream;
			const instead = first && said === undefined && talk.closingText;
			await this.finishNow(talk, instead ? { ...stream, content: instead } : stream);
		}).then((failure) => {
			const over = stream.beganAt + streamTimings.life;
			// Nobody to send it over, such as while a workflow is published again: the next connection does it. What WeCom has refused
			// it would refuse again.
			const again = failure?.errcode === undefined || failure.errcode === RATE_LIMITED;
			stream.endAt = again ? Date.now() + streamTimings.endAgain : over;
			// WeCom has ended it.
			if (talk.stream === stream && Date.now() >= over) this.answered(talk);
		});
	}

	private async finishNow(talk: Talk, { id, content, said = content }: Stream): Promise<void> {
		const [first = '', ...rest] = splitMarkdown(said, MAX_STREAM_BYTES);
		const end = this.sendFrame(talk, frameOf(id, first, true), !talk.isShown);
		await end.catch((error: BotFailure) => {
			if (!TOO_LATE.includes(error.errcode ?? 0)) throw error;
		});
		this.answered(talk);
		for (const part of rest) await this.pushLate(talk, markdownOf(part));
	}

	/** After the replies under way, unless one of them has changed or finished the stream. Resolves to what went wrong, if anything. */
	private async whenStillOpen(
		talk: Talk,
		stream: Stream,
		send: () => Promise<void>,
	): Promise<BotFailure | undefined> {
		return await this.inOrder(talk, async () => {
			if (talk.stream === stream) await send();
			return undefined;
		}).catch((error: BotFailure) => {
			const { botId } = this.wire;
			LoggerProxy.warn(`A stream of the AI bot could not be kept: ${error.message}`, { botId });
			return error;
		});
	}

	private async inOrder<T>(talk: Talk, send: () => Promise<T>): Promise<T> {
		const turn = talk.last.then(send, send);
		talk.last = turn.catch(() => undefined);
		return await turn;
	}
}

/** The text of a reply stays, and what an agent has said, also since the last frame. */
function withCard({ id, content, said, first }: Stream, template_card: IDataObject): IDataObject {
	const whole = said ?? (first ? cardTitle(template_card) : content);
	const [text] = splitMarkdown(whole, MAX_STREAM_BYTES);
	return { ...frameOf(id, text, true), msgtype: 'stream_with_template_card', template_card };
}

const LATE: IDataObject = { late: true };
export const BEGINNING_ONLY = 'WeCom has taken the beginning of the text only';

const frameOf = (id: string, content: string, finish: boolean): IDataObject => ({
	msgtype: 'stream',
	stream: { id, content, finish },
});

const markdownOf = (content: string, feedbackId?: string): IDataObject => ({
	msgtype: 'markdown',
	markdown: { content, ...(feedbackId && { feedback: { id: feedbackId } }) },
});
