import { randomUUID } from 'crypto';
import { LoggerProxy, sleep, type IDataObject } from 'n8n-workflow';
import { describeErrcode } from '../protocol/errors';
import {
	BotFailure,
	brokeOff,
	closed,
	kicked,
	noAnswer,
	noWebSocket,
	refused,
	silent,
	unreachable,
	wrongUrl,
} from './errors';
import { hasWebSocket, openSocket, readFrame, type Socket } from './socket';
import { uploadFile, type BotFile } from './upload';

/** One long connection of one AI bot (doc 101833): authenticated, kept alive, made anew when it breaks. */

export interface BotSettings {
	botId: string;
	secret: string;
	url: string;
}

/** A message or event as WeCom pushes it. */
export interface PushedFrame {
	reqId: string;
	body: IDataObject;
}

/** Who is told what happens on the connection. */
export interface ConnectionOwner {
	onFrame(frame: PushedFrame): void;
	/** Another connection took the bot. True when that was this process, for a moment: then it connects again. */
	onKick(): boolean;
	/** The connection ended for good after it had worked. */
	onEnd(why: 'kicked' | 'refused', failure: BotFailure): void;
	/** About four times a second while the connection is open. */
	onTick(now: number): void;
}

/** Milliseconds. Changed by tests only. */
export const connectionTimings = {
	tick: 250,
	/** How long the first connect may take, and how long a reply waits that finds the connection broken. */
	connect: 10_000,
	answer: 5_000,
	uploadAnswer: 30_000,
	ping: 30_000,
	retryFirst: 1_000,
	retryMost: 30_000,
	/** A connection that has lived this long, or brought a message, has worked: the next one may come soon. */
	stable: 60_000,
	close: 1_000,
};

const MISSED_PINGS = 2;
/** WeCom has forgotten that this connection has authenticated. */
const NOT_SUBSCRIBED = 846609;

interface Pending {
	deadline: number;
	resolve: (body: IDataObject) => void;
	reject: (failure: BotFailure) => void;
}

interface Waiter {
	deadline: number;
	resolve: () => void;
	reject: (failure: BotFailure) => void;
}

type State = 'closed' | 'connecting' | 'live' | 'waiting';

export class BotConnection {
	private state: State = 'closed';

	private socket?: Socket;

	/** When the next step of this state is due: give up connecting, ping, connect again. */
	private dueAt = 0;

	/** Counts starts and ends: a loop that belongs to an earlier one stops. */
	private turn = 0;

	private everLive = false;

	/** Attempts since a connection last worked: one that logs in and breaks at once has not. */
	private attempts = 0;

	private liveAt = 0;

	private hasBroughtMessage = false;

	private missedPings = 0;

	/** Why it is not connected at present. */
	lastFailure?: BotFailure;

	private readonly pending = new Map<string, Pending>();

	private waiters: Waiter[] = [];

	constructor(
		readonly settings: BotSettings,
		private readonly owner: ConnectionOwner,
	) {}

	/** Whether it is connected, or on the way to it. */
	get isOpen(): boolean {
		return this.state !== 'closed';
	}

	get isLive(): boolean {
		return this.state === 'live';
	}

	/** Whether WeCom has taken the secret at some time. */
	get hasBeenLive(): boolean {
		return this.liveAt > 0;
	}

	/** Connects. The outcome of the first attempt is told by `whenLive`; once it has worked, it is made anew whenever it breaks. */
	start(): void {
		if (this.isOpen) return;
		this.everLive = false;
		this.attempts = 0;
		this.lastFailure = undefined;
		void this.run(++this.turn);
		this.open();
	}

	/** Resolves when authenticated; fails with the first attempt, or when a broken connection takes too long to come back. */
	async whenLive(): Promise<void> {
		if (this.isLive) return;
		if (!this.isOpen) throw this.lastFailure ?? closed();
		await new Promise<void>((resolve, reject) => {
			this.waiters.push({ deadline: Date.now() + connectionTimings.connect, resolve, reject });
		});
	}

	/** Closes cleanly, so that WeCom knows at once. */
	async close(): Promise<void> {
		const socket = this.end(closed());
		if (!socket) return;
		const done = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
		socket.close();
		await Promise.race([done, sleep(connectionTimings.close)]);
	}

	/** Sends a frame and gives the body of the answer. Two with one `reqId` must not be under way at a time. */
	async request(
		cmd: string,
		body: IDataObject,
		reqId: string = newId(cmd),
		answerMs = connectionTimings.answer,
	): Promise<IDataObject> {
		while (!this.isLive) await this.whenLive();
		return await this.exchange(cmd, body, reqId, answerMs);
	}

	/** Uploads a file in parts. */
	async upload(file: BotFile): Promise<{ media_id: string }> {
		const { uploadAnswer } = connectionTimings;
		return await uploadFile(file, async (cmd, body) => {
			return await this.request(cmd, body, undefined, uploadAnswer);
		});
	}

	/** The loop that does all that is due. n8n's `sleep` is the only timer a community node may use, and it cannot be stopped. */
	private async run(turn: number): Promise<void> {
		for (;;) {
			await sleep(connectionTimings.tick);
			if (turn !== this.turn) return;
			const now = Date.now();
			this.tick(now);
			if (this.isOpen) this.owner.onTick(now);
		}
	}

	private tick(now: number): void {
		for (const [reqId, { deadline, reject }] of this.pending) {
			if (now < deadline) continue;
			this.pending.delete(reqId);
			reject(noAnswer());
		}
		const late = this.waiters.filter(({ deadline }) => now >= deadline);
		this.waiters = this.waiters.filter(({ deadline }) => now < deadline);
		for (const { reject } of late) reject(this.lastFailure ?? unreachable(this.settings.url));

		if (now < this.dueAt) return;
		if (this.state === 'connecting') this.drop(unreachable(this.settings.url));
		else if (this.state === 'waiting') this.open();
		else if (this.state === 'live') this.ping(now);
	}

	private ping(now: number): void {
		if (this.missedPings >= MISSED_PINGS) {
			this.drop(silent());
			return;
		}
		this.missedPings++;
		this.dueAt = now + connectionTimings.ping;
		this.exchange('ping', {}, newId('ping'), Infinity).then(
			() => (this.missedPings = 0),
			() => undefined, // unanswered pings are counted, not reported
		);
	}

	private open(): void {
		this.state = 'connecting';
		this.dueAt = Date.now() + connectionTimings.connect;
		if (!hasWebSocket()) {
			this.drop(noWebSocket());
			return;
		}
		let socket: Socket;
		try {
			socket = openSocket(this.settings.url);
		} catch {
			this.drop(wrongUrl());
			return;
		}
		this.socket = socket;
		// Listens to a socket as long as it is in use; what an abandoned one still says is ignored.
		const listen = (
			type: 'open' | 'message' | 'error' | 'close',
			hear: (event: { data?: unknown; error?: unknown }) => void,
		) =>
			socket.addEventListener(type, (event) => {
				if (this.socket === socket) hear(event);
			});
		listen('open', () => void this.authenticate(socket));
		listen('message', ({ data }) => this.onText(data));
		// A connection that is cut says 'error' first, without a reason.
		listen('error', ({ error }) =>
			this.drop(this.state === 'connecting' ? unreachable(this.settings.url, error) : brokeOff()),
		);
		listen('close', () => this.drop(brokeOff()));
	}

	private async authenticate(socket: Socket): Promise<void> {
		const { botId, secret } = this.settings;
		try {
			const body = { bot_id: botId, secret };
			await this.exchange('aibot_subscribe', body, newId('subscribe'), connectionTimings.connect);
		} catch (error) {
			if (this.socket !== socket) return;
			if (error instanceof BotFailure && error.errcode !== undefined) await this.onRefusal(error);
			else this.drop(error as BotFailure);
			return;
		}
		if (this.socket !== socket) return;
		this.state = 'live';
		this.everLive = true;
		this.liveAt = Date.now();
		this.hasBroughtMessage = false;
		this.missedPings = 0;
		this.dueAt = Date.now() + connectionTimings.ping;
		LoggerProxy.info('The AI bot is connected to WeCom', { botId });
		const waiters = this.waiters;
		this.waiters = [];
		for (const { resolve } of waiters) resolve();
	}

	/**
	 * After a refusal: with a wrong Bot ID or Secret trying again would not help, so it ends; when WeCom is busy or counts too much,
	 * it tries again.
	 */
	private async onRefusal(failure: BotFailure): Promise<void> {
		const { class: kind } = await describeErrcode({ errcode: failure.errcode });
		if (kind === 'transient' || kind === 'rate') {
			this.drop(failure);
			return;
		}
		const refusal = refused(failure);
		const worked = this.everLive;
		this.end(refusal)?.close();
		if (worked) this.owner.onEnd('refused', refusal);
	}

	private onText(data: unknown): void {
		const frame = typeof data === 'string' ? readFrame(data, this.settings.botId) : undefined;
		const reqId = String((frame?.headers as IDataObject | undefined)?.req_id ?? '');
		if (!frame) return;
		const { cmd, body } = frame as { cmd?: string; body?: IDataObject };
		if (cmd === undefined) {
			void this.onAnswer(reqId, frame);
		} else if (cmd === 'aibot_msg_callback' || cmd === 'aibot_event_callback') {
			this.hasBroughtMessage = true;
			if ((body?.event as IDataObject | undefined)?.eventtype === 'disconnected_event')
				this.onKick();
			else if (body) this.owner.onFrame({ reqId, body });
		}
	}

	private async onAnswer(reqId: string, frame: IDataObject): Promise<void> {
		const pending = this.pending.get(reqId);
		if (!pending) return;
		this.pending.delete(reqId);
		if (!frame.errcode) {
			pending.resolve((frame.body as IDataObject) ?? {});
			return;
		}
		const { socket } = this;
		const { message, description, errcode } = await describeErrcode(frame);
		pending.reject(new BotFailure(message, description, errcode));
		if (errcode === NOT_SUBSCRIBED && this.socket === socket && this.isLive) this.drop(brokeOff());
	}

	private onKick(): void {
		if (this.owner.onKick()) {
			this.drop(brokeOff());
			return;
		}
		const failure = kicked();
		this.end(failure)?.close();
		this.owner.onEnd('kicked', failure);
	}

	private async exchange(
		cmd: string,
		body: IDataObject,
		reqId: string,
		answerMs: number,
	): Promise<IDataObject> {
		return await new Promise<IDataObject>((resolve, reject) => {
			this.pending.set(reqId, { deadline: Date.now() + answerMs, resolve, reject });
			this.socket?.send(JSON.stringify({ cmd, headers: { req_id: reqId }, body }));
		});
	}

	/** After the connection broke: it is made anew, again and again. Only a failed first attempt is left to whoever waits for it. */
	private drop(failure: BotFailure): void {
		if (!this.everLive) {
			this.end(failure)?.close();
			return;
		}
		this.lastFailure = failure;
		const { state, liveAt, hasBroughtMessage } = this;
		const worked = hasBroughtMessage || Date.now() - liveAt >= connectionTimings.stable;
		if (state === 'live' && worked) this.attempts = 0;
		this.letGo(failure)?.close();
		const delay = Math.min(
			connectionTimings.retryMost,
			connectionTimings.retryFirst * 2 ** Math.min(this.attempts++, 10),
		);
		this.state = 'waiting';
		this.dueAt = Date.now() + delay * (0.75 + Math.random() / 4);
		const { botId } = this.settings;
		LoggerProxy.warn(`The AI bot lost its connection and connects again: ${failure.message}`, {
			botId,
		});
	}

	/** Ends it for good, or until `start` is called again. */
	private end(failure: BotFailure): Socket | undefined {
		this.turn++;
		this.state = 'closed';
		this.lastFailure = failure;
		const socket = this.letGo(failure);
		const waiters = this.waiters;
		this.waiters = [];
		for (const { reject } of waiters) reject(failure);
		return socket;
	}

	private letGo(failure: BotFailure): Socket | undefined {
		const { socket } = this;
		this.socket = undefined;
		const pending = [...this.pending.values()];
		this.pending.clear();
		for (const { reject } of pending) reject(failure);
		return socket;
	}
}

const newId = (purpose: string) => `${purpose}_${randomUUID()}`;
