import type { BotFailure } from './errors';
import { streamTimings } from './streamTimings';

/** The messages that came over a long connection, and what has become of each: its stream, its answer, the workflows under way. */

/** How long a message is remembered, so that late replies still find their chat. */
const REMEMBER_MS = 60 * 60_000;
const MAX_REMEMBERED = 5_000;

/** What a reply must know of its message when this process has forgotten it, or was started since. */
export interface Origin {
	/** The chat a late reply goes to: the group, else the person. */
	chatid: string;
	chatType?: string;
	/** When the message came. */
	at: number;
	/** Which of the workflows that the message has started replies. */
	run?: string;
}

export interface Stream {
	id: string;
	/** The text that WeCom shows. */
	content: string;
	/** What a workflow has said so far, whole; WeCom shows it with the next frame. */
	said?: string;
	/** Which one. */
	run?: string;
	/** A line below it. */
	status?: string;
	/** Whether more was said than WeCom shows. */
	isBehind?: boolean;
	beganAt: number;
	sentAt: number;
	/** Milliseconds between two frames of a growing text. */
	pace: number;
	/** What it shows, or would show without a status, until somebody has said something. */
	firstAnswer?: string;
	/** Whether a frame of the growing text is under way. */
	isSending?: boolean;
	/** Whether WeCom takes no more frames of it. */
	isOver?: boolean;
	/** The text of the first end that WeCom may have taken although its answer was lost. */
	endedWith?: string;
	/** When to end it, if that is not the end of its life; never while its end is under way. */
	endAt?: number;
}

/** A workflow that a message has started. */
export interface Voice {
	/** What it has said so far, whole: the words of its agent or the steps of Stream Reply, whichever are newer. */
	text: string;
	/** The words of its agent. */
	agentSaid: string;
	/** What ends its answer, sent or under way: takes the place of what its agent says. */
	replies: number;
	hasEnded: boolean;
}

/** A message and what became of it. */
export interface Talk extends Origin {
	reqId: string;
	/** The stream that is not finished; the talk is then one of `open`. */
	stream?: Stream;
	/** Whether it has its answer, of which WeCom takes one for each message. */
	answered: boolean;
	/** What ends the answer, sent or under way: nothing else is shown meanwhile. */
	replies: number;
	/** By their runs: the workflows of which more may have to be said. */
	voices: Map<string, Voice>;
	/** What the stream showed when it was over, and of which of them. */
	shown?: { run?: string; text: string };
	/** Of what follows the stream: the parts that WeCom has not taken yet, and how often they could not go out. */
	unsent: string[];
	failures: number;
	/** Called with why WeCom did not take something in the end. */
	onLost?: (failure: BotFailure) => void;
	/** How many workflows are under way for this message. */
	runs: number;
	/** What takes the place of the first answer when no workflow replies, and stands below an answer that broke off. */
	closingText: string;
	/** The feedback ID, which goes out with every frame until WeCom has taken one. */
	feedbackId?: string;
	/** Whether WeCom has taken a frame of the answer. */
	isShown: boolean;
	/** Whether WeCom may have taken a frame: its answer was lost, or it was sent before this process knew the message. */
	maybeShown: boolean;
	/** Whether the answer has its place among what WeCom counts. */
	isCounted: boolean;
	/** The newest reply, for which the next one waits. */
	last: Promise<unknown>;
}

export class Talks {
	private readonly own = {
		all: new Map<string, Talk>(),
		open: new Set<Talk>(),
		late: new Set<Talk>(),
	};

	/** The talks that have taken these over; workflows under way still speak through these. */
	private heir?: Talks;

	private get all(): Map<string, Talk> {
		return this.heir?.all ?? this.own.all;
	}

	/** Those with a stream that is not finished. */
	get open(): Set<Talk> {
		return this.heir?.open ?? this.own.open;
	}

	/** Those with parts that are to be sent again. */
	get late(): Set<Talk> {
		return this.heir?.late ?? this.own.late;
	}

	/** Remembers a message, so that replies find their chat. */
	begin(
		reqId: string,
		origin: Origin,
		wish: Partial<Pick<Talk, 'closingText' | 'feedbackId' | 'onLost'>> = {},
	): void {
		const { closingText = '', feedbackId, onLost } = wish;
		const known = { closingText, feedbackId, onLost, maybeShown: false };
		Object.assign(this.remember(reqId, origin), known);
	}

	has(reqId: string): boolean {
		return this.all.has(reqId);
	}

	/** Takes over what another one has begun, whose connection has ended. */
	adopt(other: Talks): void {
		for (const [reqId, talk] of other.all) this.all.set(reqId, talk);
		for (const talk of other.open) this.open.add(talk);
		for (const talk of other.late) this.late.add(talk);
		other.own.all.clear();
		other.own.open.clear();
		other.own.late.clear();
		other.heir = this;
	}

	remember(reqId: string, origin: Origin = { chatid: '', at: Date.now() }): Talk {
		const known = this.all.get(reqId);
		if (known) return known;
		const now = Date.now();
		for (const [oldId, old] of this.all) {
			if (this.all.size < MAX_REMEMBERED && now - old.at < REMEMBER_MS) break;
			this.all.delete(oldId);
			this.open.delete(old);
			this.late.delete(old);
		}
		const last = Promise.resolve();
		const talk: Talk = {
			...{ ...origin, reqId, last },
			...{ answered: false, replies: 0, runs: 0, unsent: [], failures: 0, closingText: '' },
			...{ voices: new Map<string, Voice>() },
			...{ isShown: false, maybeShown: true, isCounted: false },
		};
		this.all.set(reqId, talk);
		return talk;
	}

	setStream(talk: Talk, stream?: Stream): void {
		talk.stream = stream;
		if (stream) this.open.add(talk);
		else this.open.delete(talk);
	}

	beginStream(talk: Talk, id: string, content: string): Stream {
		const now = Date.now();
		const stream = { id, content, beganAt: now, sentAt: now, pace: streamTimings.frame };
		this.setStream(talk, stream);
		return stream;
	}

	/** `shown`: what WeCom shows of which workflow from now on. */
	answered(talk: Talk, shown: Talk['shown']): void {
		Object.assign(talk, { shown, answered: true });
		this.setStream(talk);
	}
}
