import { LoggerProxy } from 'n8n-workflow';
import { splitMarkdown } from '../util/split';
import { frameText, partsBehind, withClosingText } from './agentText';
import type { BotFailure } from './errors';
import { frameOf, markdownOf, MAX_STREAM_BYTES } from './frames';
import { ANSWERED, TOO_LATE, type Outbox } from './outbox';
import { RATE_LIMITED } from './quota';
import { streamTimings } from './streamTimings';
import type { Stream, Talk, Talks, Voice } from './talks';

/** Streams over a long connection: begun with a first answer or an agent's first words, grown, kept alive, and ended in time. */

/** If WeCom counts the frames of streams, too, they become this much rarer, each time it refuses one. */
const SLOWER = 2;
const SLOWEST_FRAME = 16;
/** How often what follows a stream is sent as long as nobody knows what WeCom did with it. */
const MOST_TRIES = 5;

/** A workflow that speaks into the stream of a message. */
export interface Speaker {
	reqId: string;
	run: string;
	streamId: string;
}

export class GrowingStreams {
	constructor(
		private readonly talks: Talks,
		private readonly outbox: Outbox,
	) {}

	/** The first answer, shown until the workflow replies. */
	startStream(reqId: string, id: string, content: string): void {
		const talk = this.talks.remember(reqId);
		const stream = this.talks.beginStream(talk, id, content);
		stream.firstAnswer = content;
		void this.whenStillOpen(talk, stream, async () => {
			await this.outbox.sendFrame(talk, frameOf(id, content, false));
		});
	}

	/**
	 * Shows what the agent of a workflow has said so far, at most about once a second, and `status` below it. The first words begin
	 * the stream if nothing has, and new ones take the place of a step of Stream Reply. What ends the answer takes their place.
	 */
	show({ reqId, run, streamId }: Speaker, said: string, status = ''): void {
		const talk = this.talks.remember(reqId);
		const voice = talk.voices.get(run);
		if (!voice || voice.replies > 0) return;
		if (said !== voice.agentSaid) Object.assign(voice, { agentSaid: said, text: said });
		if (talk.answered || talk.replies > 0) return;
		const isNew = !talk.stream;
		const stream = talk.stream ?? this.talks.beginStream(talk, streamId, '');
		if (isNew) stream.sentAt = 0;
		Object.assign(stream, { said: voice.text, run, status, isBehind: true });
		this.catchUp(talk, stream, Date.now());
	}

	/** The workflow has failed behind what its agent has said. */
	breakOff({ reqId, run }: Speaker): void {
		const { stream, voices, closingText } = this.talks.remember(reqId);
		const voice = voices.get(run);
		if (!voice?.text.trim()) return;
		voice.text = withClosingText(voice.text, closingText);
		if (stream?.run === run) Object.assign(stream, { said: voice.text, isBehind: true });
	}

	private catchUp(talk: Talk, stream: Stream, now: number): void {
		const { isBehind, isSending, isOver, sentAt, firstAnswer, endAt, pace } = stream;
		if (!isBehind || isSending || isOver || endAt === Infinity) return;
		const isSooner = firstAnswer !== undefined && pace === streamTimings.frame;
		if (now - sentAt < (isSooner ? streamTimings.firstWords : pace)) return;
		Object.assign(stream, { isSending: true, sentAt: now });
		void this.whenStillOpen(talk, stream, async () => {
			const { said = '', status } = stream;
			const content = frameText(said, MAX_STREAM_BYTES, status);
			// Without patience unless it is the first frame: where WeCom takes no more for the moment, the next frame holds this text,
			// too.
			await this.outbox.sendFrame(talk, frameOf(stream.id, content, false), !talk.isShown);
			stream.content = content;
			stream.isBehind = stream.said !== said || stream.status !== status;
			if (said.trim()) stream.firstAnswer = undefined;
		}).then((failure) => {
			stream.isSending = false;
			// Nothing is lost: the next frame holds the whole text, or where WeCom takes none, the message that follows the stream.
			if (TOO_LATE.includes(failure?.errcode ?? 0)) stream.isOver = true;
			if (failure?.errcode === RATE_LIMITED)
				stream.pace = Math.min(pace * SLOWER, streamTimings.frame * SLOWEST_FRAME);
		});
	}

	/** A workflow runs for this message; the result is called when it has ended, and resolves when its replies and the end are out. */
	beginRun(reqId: string, run: string): () => Promise<void> {
		const { voices } = this.talks.remember(reqId);
		const voice: Voice = { text: '', agentSaid: '', replies: 0, hasEnded: false };
		voices.set(run, voice);
		const ended = this.keepOpen(reqId);
		return async () => {
			voice.hasEnded = true;
			await ended();
		};
	}

	/** More may come for this message until the result is called, which resolves when all of it is out. */
	keepOpen(reqId: string): () => Promise<void> {
		const talk = this.talks.remember(reqId);
		talk.runs++;
		return async () => {
			talk.runs--;
			if (talk.runs === 0) this.closeStream(talk);
			this.sayRest(talk);
			await talk.last;
		};
	}

	/** Called about four times a second: streams grow, are kept alive, and ended before WeCom ends them. */
	tend(now: number): void {
		for (const talk of this.talks.late) {
			this.talks.late.delete(talk);
			void this.outbox.inOrder(talk, async () => await this.pushUnsent(talk));
		}
		for (const talk of this.talks.open) {
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
					const frame = frameOf(stream.id, stream.content, false);
					await this.outbox.sendFrame(talk, frame, !talk.isShown);
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
			const { firstAnswer, said } = stream;
			const isUnsaid = said === undefined ? firstAnswer !== undefined : !said.trim();
			await this.finishNow(talk, stream, (isUnsaid && talk.closingText) || wholeText(stream));
		}).then((failure) => {
			const over = stream.beganAt + streamTimings.life;
			// There may be no connection, such as while a workflow is published again: the next one sends it. What WeCom has refused it
			// would refuse again.
			const again = failure?.errcode === undefined || failure.errcode === RATE_LIMITED;
			stream.endAt = again ? Date.now() + streamTimings.endAgain : over;
			if (talk.stream === stream && Date.now() >= over) this.giveUp(talk, stream);
			this.sayRest(talk);
		});
	}

	/** Gives up a stream that WeCom has ended, maybe without showing all of it. */
	private giveUp(talk: Talk, { said = '', run, isBehind }: Stream): void {
		this.talks.answered(talk, isBehind ? undefined : { run, text: said });
	}

	/** Ends a stream, and has what it cannot hold, or WeCom does not show of it, follow. */
	async finishNow(talk: Talk, stream: Stream, text = wholeText(stream)): Promise<void> {
		// More may be said while the end is under way.
		const { said = '', run, isBehind } = stream;
		const [first = '', ...rest] = splitMarkdown(text, MAX_STREAM_BYTES);
		const end = this.outbox.sendFrame(talk, frameOf(stream.id, first, true), !talk.isShown);
		const following = await end.then(
			() => rest,
			(error: BotFailure) => {
				// WeCom may have taken this end, and then shows its text whatever comes later.
				if (error.errcode === undefined) stream.endedWith ??= first;
				if (!TOO_LATE.includes(error.errcode ?? 0)) throw error;
				if (error.errcode !== ANSWERED) return isBehind ? [first, ...rest] : rest;
				const { endedWith = first } = stream;
				return endedWith === first ? rest : partsBehind(endedWith, text, MAX_STREAM_BYTES);
			},
		);
		this.talks.answered(talk, { run, text: said });
		await this.pushParts(talk, following);
	}

	/** What workflows have said that have ended without a reply, and the stream, which is over, does not show. */
	sayRest(talk: Talk): void {
		void this.outbox
			.inOrder(talk, async () => {
				const { stream, voices, shown } = talk;
				const ended = stream ? [] : [...voices].filter(([, { hasEnded }]) => hasEnded);
				for (const [run, { text, replies }] of ended) {
					voices.delete(run);
					// A reply need not tell whose it is.
					const inTime = shown && (shown.run ?? run) === run ? shown.text : '';
					if (replies > 0) continue;
					await this.pushParts(talk, partsBehind(inTime, text, MAX_STREAM_BYTES));
				}
				// No workflow is under way any more, so nothing more will be said.
				if (voices.size === 0) talk.shown = undefined;
			})
			.catch((error: BotFailure) => this.warn(error));
	}

	private async pushParts(talk: Talk, parts: string[]): Promise<void> {
		if (parts.length === 0) return;
		talk.unsent.push(...parts);
		await this.pushUnsent(talk);
	}

	/** Sends the parts that WeCom has not taken yet. After a cut that goes on with the next tick: better twice than not at all. */
	private async pushUnsent(talk: Talk): Promise<void> {
		const { unsent } = talk;
		try {
			for (; unsent.length > 0; unsent.shift())
				await this.outbox.pushLate(talk, markdownOf(unsent[0]));
			talk.failures = 0;
		} catch (error) {
			this.warn(error as BotFailure);
			talk.failures++;
			const again = (error as BotFailure).errcode === undefined && talk.failures < MOST_TRIES;
			if (again) return void this.talks.late.add(talk);
			unsent.length = talk.failures = 0;
			talk.onLost?.(error as BotFailure);
		}
	}

	/**
	 * Does something after the replies under way, unless one of them has changed or finished the stream. Resolves to what went
	 * wrong, if anything.
	 */
	private async whenStillOpen(
		talk: Talk,
		stream: Stream,
		send: () => Promise<void>,
	): Promise<BotFailure | undefined> {
		return await this.outbox
			.inOrder(talk, async () => {
				if (talk.stream === stream) await send();
				return undefined;
			})
			.catch((error: BotFailure) => {
				this.warn(error);
				return error;
			});
	}

	private warn({ message }: BotFailure): void {
		const { botId } = this.outbox.wire;
		LoggerProxy.warn(`A stream of the AI bot could not be kept: ${message}`, { botId });
	}
}

/** What a stream shows in the end, unless a workflow replies: what was said, never a mere status. */
function wholeText({ content, said, firstAnswer }: Stream): string {
	if (said?.trim()) return said;
	return firstAnswer ?? (said === undefined ? content : NOTHING_SAID);
}

/** The text of a stream in which nothing was said: WeCom wants one. */
const NOTHING_SAID = '…';
