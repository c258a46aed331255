import type { IDataObject } from 'n8n-workflow';
import { isObject } from '../util/isObject';
import { splitMarkdown } from '../util/split';
import { frameText } from './agentText';
import type { BotFailure } from './errors';
import { markdownOf, MAX_STREAM_BYTES, withCard } from './frames';
import { GrowingStreams } from './growingStreams';
import { chatOf, chatTypeOf } from './items';
import { Outbox, TOO_LATE, type Wire } from './outbox';
import { streamTimings } from './streamTimings';
import { Talks, type Origin, type Talk, type Voice } from './talks';

/**
 * Replies to messages that came over a long connection: into the stream of the message where there is one, long texts in parts,
 * and what comes too late as a message of its own (docs 101833, 101836, 101837).
 */

/** All replies to the messages of one bot, as one credential names it. */
export class ConnectionReplies {
	private readonly talks = new Talks();

	private readonly outbox: Outbox;

	/** What is shown until a workflow replies. */
	readonly streams: GrowingStreams;

	constructor(wire: Wire) {
		this.outbox = new Outbox(wire);
		this.streams = new GrowingStreams(this.talks, this.outbox);
	}

	/** Replies go out over another connection from now on, one that was made anew for another workflow. */
	useWire(wire: Wire): void {
		this.outbox.wire = wire;
	}

	/** Remembers a message, so that replies find their chat. */
	begin(
		reqId: string,
		body: IDataObject,
		wish: Partial<Pick<Talk, 'closingText' | 'feedbackId' | 'onLost'>> = {},
	): void {
		const [chatid, chatType] = [chatOf(body), chatTypeOf(body)];
		this.talks.begin(reqId, { chatid, chatType, at: Date.now() }, wish);
		this.outbox.hasHeard(chatid, chatType);
	}

	/** Whether this process has taken the message. */
	isRemembered(reqId: string): boolean {
		return this.talks.has(reqId);
	}

	/** Takes over what another one has begun, whose connection has ended. */
	adopt(other: ConnectionReplies): void {
		this.talks.adopt(other.talks);
	}

	/** Sends a reply after those before it. */
	async reply(
		cmd: string,
		body: IDataObject,
		reqId: string,
		origin?: Origin,
	): Promise<IDataObject> {
		const talk = this.talks.remember(reqId, origin);
		const speaks = speakersOf(talk, origin?.run);
		const { content, finish } = (body.stream ?? { finish: true }) as IDataObject;
		const ends = finish === true ? [talk, ...speaks] : [];
		for (const one of ends) one.replies++;
		if (ends.length === 0) for (const voice of speaks) voice.text = String(content ?? '');
		const sent = this.outbox.inOrder(talk, async () => {
			if (cmd !== 'aibot_respond_msg') return await this.outbox.wire.request(cmd, body, reqId);
			const answer = body.stream
				? await this.replyStream(talk, body, body.stream as IDataObject, origin?.run)
				: await this.replyWhole(talk, body);
			talk.closingText = '';
			return answer;
		});
		return await sent.then(
			(answer) => {
				// The reply of one workflow takes the place of what another one has said.
				this.streams.sayRest(talk);
				return answer;
			},
			async (error: Error) => {
				for (const one of ends) one.replies--;
				return await Promise.reject(error);
			},
		);
	}

	/** Sends a message of the bot's own accord. */
	async push(body: IDataObject): Promise<IDataObject> {
		return await this.outbox.push(body);
	}

	private async replyStream(
		talk: Talk,
		body: IDataObject,
		stream: IDataObject,
		run?: string,
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
		const answer = await this.inPlace(talk, async () => await this.outbox.sendFrame(talk, frame));
		if (answer && !finish) {
			const whole = String(stream.content ?? '');
			// Its agent may have spoken on meanwhile.
			const said = talk.voices.get(run ?? '')?.text ?? whole;
			const begun = talk.stream ?? this.talks.beginStream(talk, id, content);
			const isBehind = said !== whole;
			const facts = { content, said, run, isBehind, status: '', firstAnswer: undefined };
			Object.assign(begun, { ...facts, sentAt: Date.now() });
		} else this.talks.answered(talk, answer ? undefined : talk.shown);
		// What does not fit into the stream, or comes when that is over, follows once the reply is finished.
		if (!finish) return answer ?? LATE;

		let taken = answer !== undefined;
		for (const part of answer ? rest : [content, ...rest]) {
			if (!part) continue;
			const sent = this.outbox.pushLate(talk, markdownOf(part, taken ? undefined : feedbackId));
			const warning = await sent.then(
				() => '',
				(error: Error) => {
					// Not thrown: who tries again would say the beginning twice.
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
		if (stream && !joins) await this.streams.finishNow(talk, stream);
		const answer = await this.inPlace(talk, async () =>
			joins
				? await this.outbox.sendFrame(talk, withCard(stream, cardInStream(talk, body)))
				: await this.outbox.counted(talk, async () => {
						return await this.outbox.wire.request('aibot_respond_msg', body, talk.reqId);
					}),
		);
		const kept = joins && { run: stream.run, text: stream.said ?? '' };
		this.talks.answered(talk, kept || talk.shown);
		if (!answer) await this.outbox.pushLate(talk, body);
		return answer ?? LATE;
	}

	/** Sends it as the answer to the message; undefined when it is too late for that and the chat is known. */
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
}

/** The workflow that replies; any of them, where the reply does not tell. */
const speakersOf = ({ voices }: Talk, run?: string): Voice[] =>
	[...voices].flatMap(([of, voice]) => (run === undefined || of === run ? [voice] : []));

/** The card without its own feedback ID, where the stream names that of the answer. */
function cardInStream({ feedbackId }: Talk, { template_card }: IDataObject): IDataObject {
	const { feedback, ...card } = template_card as IDataObject;
	const isOfStream = isObject(feedback) && feedback.id === feedbackId;
	return { ...card, ...(feedback && !isOfStream ? { feedback } : {}) };
}

const LATE: IDataObject = { late: true };
export const BEGINNING_ONLY = 'WeCom has taken the beginning of the text only';
