import { sleep, type IDataObject } from 'n8n-workflow';
import { keepNewest } from '../util/keepNewest';
import { nobodyWrote, type BotFailure } from './errors';
import { Quota, RATE_LIMITED } from './quota';
import { streamTimings } from './streamTimings';
import type { Talk } from './talks';

/** How things go out over a long connection: in order per message, counted per chat, sent again where that is safe (docs 101836, 101837). */

const MOST_REPEATS = 4;
/** WeCom's error code when a message has had its answer. */
export const ANSWERED = 846606;
/**
 * The codes with which WeCom takes no answer any more: the message has one, or its stream or the message is too old or forgotten.
 * What comes now has to be a message of its own.
 */
export const TOO_LATE = [ANSWERED, 846608, 846604, 846605];
/** The codes that WeCom gives where nobody has written to the bot, since only there it takes messages of the bot's own. */
const NO_CHAT = [93006, 86201, RATE_LIMITED];
const MAX_CHATS = 5_000;

/** The connection as replies need it. */
export interface Wire {
	botId: string;
	request(cmd: string, body: IDataObject, reqId?: string): Promise<IDataObject>;
}

export class Outbox {
	private readonly chats = new Quota('messages per chat');

	/** Whether a chat is a group, for those in which somebody has written. */
	private readonly chatTypes = new Map<string, string>();

	constructor(
		/** The connection; another one after it was made anew for another workflow. */
		public wire: Wire,
	) {}

	/** Notes that somebody has written in the chat. */
	hasHeard(chatid: string, chatType: string): void {
		keepNewest(this.chatTypes, chatid, chatType, MAX_CHATS);
	}

	/** Sends a message of the bot's own accord. `chat_type` goes along where it is known. */
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

	async pushLate({ chatid, chatType }: Talk, message: IDataObject): Promise<void> {
		await this.push({ ...message, chatid }, chatType);
	}

	/**
	 * Sends what WeCom counts per chat, when its turn has come: an answer, however many frames its stream has, and every message of
	 * the bot's own.
	 */
	async counted<T>(talk: Talk, send: () => Promise<T>): Promise<T> {
		const { chatid, isCounted } = talk;
		if (chatid && !isCounted) await this.chats.take(chatid);
		talk.isCounted = true;
		return await this.patiently(talk, send);
	}

	/** Sends, and tries again where others have used up what the chat takes in a minute. */
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

	/** Sends a frame of the answer's stream, with what belongs to the first one until WeCom has taken it. */
	async sendFrame(talk: Talk, frame: IDataObject, isPatient = true): Promise<IDataObject> {
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

	/** Sends after what goes out for the same message already. */
	async inOrder<T>(talk: Talk, send: () => Promise<T>): Promise<T> {
		const turn = talk.last.then(send, send);
		talk.last = turn.catch(() => undefined);
		return await turn;
	}
}
