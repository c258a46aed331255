/** AI bots in callback mode: delivers, reads the encrypted answer, and polls while a stream is unfinished. */
import { setTimeout as delay } from 'node:timers/promises';
import { decrypt, getSignature } from '../crypto.cts';
import { reply, updateCard, welcome } from './replies.cts';
import {
	botMsgid,
	findBot,
	isStreaming,
	type Bot,
	type ChatEntry,
	type Json,
	type Turn,
} from './state.cts';
import { WecomError } from '../errors.cts';
import type { Attempt, CallbackTarget, Pusher, PushOptions } from '../pusher.cts';
import { now, type State } from '../state.cts';

/** One POST of the platform and what came of it. */
export interface Outcome {
	at: number;
	/** The msgid of the message or event that was posted. */
	msgid: string;
	/** Whether WeCom asked how far a stream has come, instead of bringing something new. */
	refresh: boolean;
	status?: number;
	ms: number;
	error?: string;
	/** The decrypted answer, if there was one. */
	reply?: Json;
	/** Why the answer has no effect: an errcode and a text, or what is wrong with the envelope. */
	problem?: string;
}

/** Callbacks that are not repeated: a card event is dropped after 5 s, an entry is not sent again that day. */
const ONCE = new Set<Turn['kind']>(['template_card_event', 'enter_chat']);

export class BotCallbacks {
	/** Every POST to any bot, the oldest first. */
	readonly outcomes: Outcome[] = [];

	constructor(
		private readonly state: State,
		private readonly pusher: Pusher,
		private readonly stopping: AbortSignal,
	) {}

	/** Where a bot's callbacks go. The receiveid is empty for a company's own bot. */
	target(bot: Bot): CallbackTarget {
		if (!bot.callback.url) throw new Error(`Bot ${bot.botId} has no callback URL`);
		return { ...bot.callback, receiveid: '', json: true };
	}

	/**
	 * Delivers a message or event and gives what came of every attempt. When the answer begins a stream, WeCom's questions after it
	 * follow by themselves.
	 */
	async deliver(turn: Turn, body: Json, options: PushOptions = {}): Promise<Outcome[]> {
		const outcomes = await this.#post(turn, body, options);
		if (isStreaming(this.state, turn)) void this.#refresh(turn);
		return outcomes;
	}

	async #post(turn: Turn, body: Json, options: PushOptions): Promise<Outcome[]> {
		const bot = findBot(this.state.botSide, turn.botId);
		const target = this.target(bot);
		const retries = ONCE.has(turn.kind) ? 0 : undefined;
		const { attempts } = await this.pusher.push(target, JSON.stringify(body), {
			retries,
			...options,
		});
		const outcomes = attempts.map((attempt) => this.#outcome(bot, turn, body, attempt));
		this.outcomes.push(...outcomes);
		return outcomes;
	}

	#outcome({ callback }: Bot, turn: Turn, body: Json, attempt: Attempt): Outcome {
		const { status, ms, error } = attempt;
		const refresh = body.msgtype === 'stream';
		const outcome: Outcome = { at: now(this.state), msgid: body.msgid, refresh, status, ms };
		if (error) return { ...outcome, error };
		if (status !== 200 || attempt.body === '') return outcome;
		try {
			const answer = openAnswer(attempt, callback);
			outcome.reply = answer;
			this.#apply(turn, answer, refresh);
		} catch (failure) {
			const code = failure instanceof WecomError ? `${failure.errcode} ` : '';
			outcome.problem = `${code}${(failure as Error).message}`;
		}
		return outcome;
	}

	/** Carries out an answer. Which ones are allowed depends on what was posted (passive-replies.json, `allowed_for`). */
	#apply(turn: Turn, answer: Json, refresh: boolean): ChatEntry {
		if (turn.kind === 'message') {
			const options = { streamsOnly: refresh, media: false };
			return reply(this.state, turn, answer, options);
		}
		if (turn.kind === 'enter_chat') return welcome(this.state, turn, answer);
		if (turn.kind === 'template_card_event') return updateCard(this.state, turn, answer);
		throw new Error('only an empty answer is allowed');
	}

	/** Asks how far a stream has come, until a reply has finish=true, its six minutes are over, or the platform is reset. */
	async #refresh(turn: Turn) {
		const { botSide } = this.state;
		const { botId, chat, chattype, from } = turn;
		const ended = () =>
			this.stopping.aborted || this.state.botSide !== botSide || !isStreaming(this.state, turn);
		while (!ended()) {
			await delay(botSide.pollIntervalMs, undefined, { signal: this.stopping }).catch(
				() => undefined,
			);
			if (ended()) return;
			const body = {
				msgid: botMsgid(),
				aibotid: botId,
				...(chattype === 'group' && { chatid: chat }),
				chattype,
				from: { userid: from },
				msgtype: 'stream',
				stream: { id: turn.stream!.stream!.id },
			};
			await this.#post(turn, body, { retries: 0 });
		}
	}
}

/** The plaintext of `{encrypt, msgsignature, timestamp, nonce}`; throws what is wrong with it. */
function openAnswer({ body, nonce }: Attempt, { token, encodingAesKey }: Bot['callback']): Json {
	const { encrypt, msgsignature, timestamp, nonce: own } = JSON.parse(body) as Json;
	if (typeof encrypt !== 'string') throw new Error('the answer is not encrypted');
	if (own !== nonce) throw new Error('the nonce is not that of the URL');
	if (typeof timestamp !== 'number') throw new Error('the timestamp is not a number');
	if (msgsignature !== getSignature(token, timestamp, own, encrypt))
		throw new Error('the msgsignature is wrong');
	const { message, id } = decrypt(encodingAesKey, encrypt);
	if (id !== '') throw new Error(`the receiveid is "${id}", not empty`);
	return JSON.parse(message) as Json;
}
