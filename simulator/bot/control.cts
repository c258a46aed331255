/** `sim.bots`: makes users talk to AI bots, shows what they see, and makes trouble. Over HTTP: `POST /_control/bots/<method>`. */
import type { Outcome } from './callbacks.cts';
import type { Frame, LoggedFrame } from './sockets.cts';
import {
	countsOf,
	findBot,
	isStreaming,
	streamEnd,
	type Bot,
	type ChatEntry,
	type ConnectionCounts,
	type Rules,
} from './state.cts';
import { BotUsers } from './users.cts';
import type { Fault } from '../faults.cts';
import type { VerifyResult } from '../pusher.cts';
import { now, type CallbackSettings } from '../state.cts';

export const BOT_METHODS = [
	'addBot',
	'setBot',
	'verifyUrl',
	'saveCallback',
	'say',
	'enterChat',
	'clickCard',
	'feedback',
	'pushFrame',
	'transcript',
	'waitForReply',
	'waitForConnection',
	'connections',
	'openSockets',
	'frames',
	'outcomes',
	'media',
	'drop',
	'kick',
	'inject',
	'clearFaults',
	'setPollInterval',
	'setMaxInProgress',
	'addChat',
	'setRules',
] as const satisfies Array<keyof BotControl>;

export class BotControl extends BotUsers {
	/** Cuts all connections. Whoever calls it replaces the state. */
	reset() {
		this.sockets.reset();
		this.callbacks.outcomes.length = 0;
	}

	addBot(bot: Bot): Bot {
		this.side.bots.set(bot.botId, structuredClone(bot));
		return bot;
	}

	/** Changes any field of a bot: `secret`, `mode`, `callback` (its URL is not verified), `name`, `responseUrls`. */
	setBot(botId: string, changes: Partial<Omit<Bot, 'botId'>>): Bot {
		return Object.assign(findBot(this.side, botId), structuredClone(changes));
	}

	/** Verifies the bot's callback URL with a GET, whose receiveid is empty. */
	async verifyUrl(botId: string, timeoutMs?: number): Promise<VerifyResult> {
		const target = this.callbacks.target(findBot(this.side, botId));
		return await this.pusher.verifyUrl(target, timeoutMs);
	}

	/**
	 * Saves the callback settings and switches callback mode on, as the admin console does: only when the URL passes its
	 * verification.
	 */
	async saveCallback(botId: string, callback: CallbackSettings): Promise<VerifyResult> {
		const result = await this.pusher.verifyUrl({ ...callback, receiveid: '' });
		if (result.ok) this.setBot(botId, { callback, mode: 'callback' });
		return result;
	}

	/** Sends any frame, or a text that is no frame, to a connected bot. False when the bot is not connected. */
	pushFrame(botId: string, frame: Frame | string): boolean {
		return this.sockets.push(botId, frame);
	}

	/** What the members of a chat see now, the oldest first. */
	transcript({ botId, chat, replyTo }: { botId?: string; chat?: string; replyTo?: string } = {}) {
		const wanted = this.side.transcript.filter(
			(entry) =>
				(!botId || entry.botId === botId) &&
				(!chat || entry.chat === chat) &&
				(!replyTo || entry.replyTo === replyTo),
		);
		for (const { replyTo: msgid = '', stream } of wanted) {
			const turn = this.side.turns.get(msgid);
			if (stream && turn)
				stream.timedOut =
					!stream.finish && now(this.state) > streamEnd(findBot(this.side, turn.botId), turn);
		}
		return wanted;
	}

	/** Waits for the answers to a message or event: until there is one, and no stream is under way. */
	async waitForReply(msgid: string, { timeoutMs = 10_000 } = {}): Promise<ChatEntry[]> {
		const turn = this.side.turns.get(msgid);
		if (!turn) throw new Error(`No message or event ${msgid}`);
		const found = () => this.transcript({ replyTo: msgid });
		await this.#until(() => found().length > 0 && !isStreaming(this.state, turn), timeoutMs);
		return found();
	}

	async waitForConnection(botId: string, { timeoutMs = 10_000 } = {}): Promise<void> {
		await this.#until(() => this.sockets.open(botId) > 0, timeoutMs);
	}

	/** What happened on one bot's long connections; `open` counts those that are subscribed now. */
	connections(botId: string): ConnectionCounts & { open: number } {
		return { ...countsOf(this.side, botId), open: this.sockets.open(botId) };
	}

	/** How many sockets are open, subscribed or not. */
	openSockets(): number {
		return this.sockets.open();
	}

	frames(botId?: string): LoggedFrame[] {
		return this.sockets.frames.filter((one) => !botId || one.botId === botId);
	}

	/** Every POST in callback mode, with the decrypted answer. */
	outcomes(): Outcome[] {
		return this.callbacks.outcomes;
	}

	/** A file that a bot has uploaded. */
	media(mediaId: string) {
		const media = this.side.media.get(mediaId);
		if (!media) throw new Error(`No media ${mediaId}`);
		const { content, ...rest } = media;
		return { ...rest, size: content.length, base64: content.toString('base64') };
	}

	/** Cuts the connections of a bot, or all; with a close frame if there is a code. */
	drop(botId?: string, code?: number) {
		this.sockets.drop(botId, code);
	}

	/** Tells the bot that a newer connection has come, and closes its own. */
	kick(botId: string): boolean {
		return this.sockets.kick(botId);
	}

	/** Makes trouble for the next frames with this `cmd`; `*` stands for all frames, `upgrade` for the handshake of a connection. */
	inject({ cmd, ...fault }: Omit<Fault, 'path'> & { cmd: string }) {
		this.sockets.faults.inject({ ...fault, path: cmd });
	}

	clearFaults() {
		this.sockets.faults.clear();
	}

	setPollInterval(ms: number) {
		this.side.pollIntervalMs = ms;
	}

	setMaxInProgress(messages: number) {
		this.side.maxInProgress = messages;
	}

	/** Chooses the other reading of what WeCom's pages leave open, or smaller limits. */
	setRules(rules: Partial<Rules>) {
		Object.assign(this.side.rules, rules);
	}

	/** Adds a chat into which bots may push although nobody wrote there. */
	addChat(chatid: string) {
		this.side.chats.add(chatid);
	}

	async #until(condition: () => boolean, timeoutMs: number): Promise<void> {
		const { watchers } = this.side;
		await new Promise<void>((resolve, reject) => {
			const finish = (error?: Error) => {
				clearTimeout(timer);
				watchers.delete(check);
				if (error) reject(error);
				else resolve();
			};
			const check = () => condition() && finish();
			const late = () => finish(new Error(`Nothing came within ${timeoutMs} ms`));
			const timer = setTimeout(late, timeoutMs);
			watchers.add(check);
			check();
		});
	}
}
