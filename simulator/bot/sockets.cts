/** The long connection of AI bots (aibot-websocket.md): frames in, frames out, one connection per bot. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { uploadChunk, uploadFinish, uploadInit } from './media.cts';
import { push, reply, updateCard, welcome } from './replies.cts';
import { botMsgid, changed, countsOf, isObject, type Json, type Turn } from './state.cts';
import { errmsg, WecomError } from '../errors.cts';
import { Faults } from '../faults.cts';
import { record } from '../recorder.cts';
import { now, type State } from '../state.cts';

export interface Frame {
	cmd?: string;
	headers?: { req_id?: string };
	body?: Json;
	errcode?: number;
	errmsg?: string;
}

/** A frame that came or went; secrets and file contents are left out. */
export interface LoggedFrame {
	at: number;
	botId: string;
	direction: 'in' | 'out';
	frame: Frame;
}

interface Connection {
	socket: WebSocket;
	ip: string;
	/** The bot whose connection it is; known once it has subscribed. */
	botId?: string;
	/** How many replies are under way, by req_id. */
	pending: Map<string, number>;
	chunks: number;
}

interface Call {
	connection: Connection;
	reqId: string;
	body: Json;
}

const REFUSALS: Record<number, string> = { 401: 'Unauthorized', 503: 'Service Unavailable' };

export class BotSockets {
	/** `path` of a fault is the `cmd` of a frame, or `upgrade`. */
	readonly faults = new Faults();
	readonly frames: LoggedFrame[] = [];
	readonly #server = new WebSocketServer({ noServer: true });
	readonly #connections = new Set<Connection>();

	/** What each command does; its result is the body of the answer. */
	readonly #commands: Record<string, (call: Call) => Json | void> = {
		ping: ({ connection }) => void countsOf(this.#side, connection.botId!).pings++,
		aibot_respond_msg: (call) => void reply(this.state, this.#turn(call), call.body),
		aibot_respond_welcome_msg: (call) => void welcome(this.state, this.#turn(call), call.body),
		aibot_respond_update_msg: (call) => void updateCard(this.state, this.#turn(call), call.body),
		aibot_send_msg: ({ connection, body }) => void push(this.state, connection.botId!, body),
		aibot_upload_media_init: ({ connection, body }) =>
			uploadInit(this.state, connection.botId!, body),
		aibot_upload_media_chunk: ({ connection, body }) =>
			uploadChunk(this.#side, connection.botId!, body, connection.chunks),
		aibot_upload_media_finish: ({ connection, body }) =>
			uploadFinish(this.state, connection.botId!, body),
	};

	constructor(
		private readonly state: State,
		private readonly stopping: AbortSignal,
	) {}

	get #side() {
		return this.state.botSide;
	}

	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
		const fault = this.faults.take('upgrade');
		if (fault) {
			const status = fault.status ?? 503;
			const reason = REFUSALS[status] ?? 'Refused';
			socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
			return;
		}
		this.#server.handleUpgrade(request, socket, head, (opened) => {
			const ip = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
			const connection: Connection = { socket: opened, ip, pending: new Map(), chunks: 0 };
			this.#connections.add(connection);
			opened.on('error', () => opened.terminate());
			opened.on('close', () => this.#closed(connection));
			opened.on(
				'message',
				(data: Buffer) => void this.#received(connection, data.toString('utf8')),
			);
		});
	}

	/** The number of a bot's subscribed connections (at most one), or of all connections. */
	open(botId?: string): number {
		return this.#live().filter((one) => !botId || one.botId === botId).length;
	}

	/** Cuts everything and forgets everything. */
	reset() {
		this.drop();
		this.frames.length = 0;
		this.faults.clear();
	}

	/** Sends a message, an event or any other text to a bot; false when the bot is not connected. */
	push(botId: string, frame: Frame | string): boolean {
		const connection = this.#connectionOf(botId);
		if (!connection) return false;
		this.#send(connection, frame);
		return true;
	}

	/** Ends connections: with a close frame (`code`), or just cuts them. */
	drop(botId?: string, code?: number) {
		for (const { socket, botId: id } of this.#connections) {
			if (botId !== undefined && id !== botId) continue;
			if (code === undefined) socket.terminate();
			else socket.close(code);
		}
	}

	/** Tells a bot's connection that a newer one has come, and closes it. False when the bot is not connected. */
	kick(botId: string): boolean {
		const connection = this.#connectionOf(botId);
		if (connection) this.#kick(connection, botId);
		return connection !== undefined;
	}

	#kick(connection: Connection, botId: string) {
		connection.botId = undefined;
		countsOf(this.#side, botId).kicked += 1;
		const body = {
			msgid: botMsgid(),
			create_time: Math.floor(now(this.state) / 1000),
			aibotid: botId,
			msgtype: 'event',
			event: { eventtype: 'disconnected_event' },
		};
		const frame = { cmd: 'aibot_event_callback', headers: { req_id: botMsgid() }, body };
		this.#send(connection, frame, botId);
		connection.socket.close();
	}

	#closed(connection: Connection) {
		this.#connections.delete(connection);
		changed(this.#side);
	}

	/** The open connections, without those that are closing. */
	#live = () => [...this.#connections].filter(({ socket }) => socket.readyState === WebSocket.OPEN);

	#connectionOf = (botId: string) => this.#live().find((one) => one.botId === botId);

	async #received(connection: Connection, text: string) {
		const frame = parse(text);
		const { cmd = '', headers, body = {} } = frame;
		const reqId = String(headers?.req_id ?? '');
		this.#log(connection.botId ?? String(body.bot_id ?? ''), 'in', frame);
		const isReply = cmd.startsWith('aibot_respond_');
		const under = connection.pending.get(reqId) ?? 0;
		if (isReply) connection.pending.set(reqId, under + 1);
		if (isReply && under && connection.botId) countsOf(this.#side, connection.botId).overlaps += 1;
		const isChunk = cmd === 'aibot_upload_media_chunk';
		if (isChunk) this.#chunk(connection, 1);
		try {
			await this.#handle(connection, { cmd, reqId, body });
		} finally {
			if (isReply) connection.pending.set(reqId, connection.pending.get(reqId)! - 1);
			if (isChunk) this.#chunk(connection, -1);
		}
	}

	#chunk(connection: Connection, by: number) {
		connection.chunks += by;
		if (!connection.botId) return;
		const counts = countsOf(this.#side, connection.botId);
		counts.parallelChunks = Math.max(counts.parallelChunks, connection.chunks);
	}

	async #handle(
		connection: Connection,
		{ cmd, reqId, body }: { cmd: string; reqId: string; body: Json },
	) {
		const fault = this.faults.take(cmd);
		if (fault?.delayMs)
			await delay(fault.delayMs, undefined, { signal: this.stopping }).catch(() => undefined);
		if (this.stopping.aborted) return;
		if (fault?.drop) return connection.socket.terminate();
		if (fault?.rawBody !== undefined) return connection.socket.send(fault.rawBody);
		const answer = this.#answer(connection, cmd, { connection, reqId, body }, fault?.errcode);
		if (!fault?.silent) this.#send(connection, { headers: { req_id: reqId }, ...answer });
	}

	#answer(connection: Connection, cmd: string, call: Call, errcode?: number): Frame {
		try {
			if (cmd === 'aibot_subscribe') this.#subscribe(call, errcode);
			else if (errcode !== undefined) throw new WecomError(errcode);
			else if (!connection.botId) throw new WecomError(846609);
			else {
				if (!Object.hasOwn(this.#commands, cmd)) throw new WecomError(40058, `unknown cmd ${cmd}`);
				const body = this.#commands[cmd](call);
				return { errcode: 0, errmsg: 'ok', ...(body && { body }) };
			}
			return { errcode: 0, errmsg: 'ok' };
		} catch (error) {
			if (!(error instanceof WecomError)) throw error;
			return { errcode: error.errcode, errmsg: errmsg(error, connection.ip) };
		}
	}

	#subscribe({ connection, body }: Call, errcode?: number) {
		const bot = this.#side.bots.get(body.bot_id);
		const wrong = errcode ?? (bot && bot.secret && bot.secret === body.secret ? 0 : 853000);
		const refusal = wrong || (bot!.mode === 'websocket' ? 0 : 846601);
		if (refusal) {
			if (bot) countsOf(this.#side, bot.botId).refused += 1;
			throw new WecomError(refusal);
		}
		const { botId } = bot!;
		const older = this.#connectionOf(botId);
		if (older && older !== connection) this.#kick(older, botId);
		connection.botId = botId;
		countsOf(this.#side, botId).subscribes += 1;
		changed(this.#side);
	}

	/** The message or event of a req_id, if it went to this bot. */
	#turn({ connection, reqId }: Call): Turn {
		const turn = [...this.#side.turns.values()].find((one) => one.reqId === reqId);
		if (turn?.botId !== connection.botId) throw new WecomError(846605);
		return turn!;
	}

	#send(connection: Connection, frame: Frame | string, botId = connection.botId ?? '') {
		this.#log(botId, 'out', typeof frame === 'string' ? parse(frame) : frame);
		if (connection.socket.readyState !== WebSocket.OPEN) return;
		connection.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
	}

	#log(botId: string, direction: LoggedFrame['direction'], frame: Frame) {
		const { secret, base64_data: data, ...rest } = frame.body ?? {};
		const hidden = {
			...(secret !== undefined && { secret: '(secret)' }),
			...(data !== undefined && { base64_data: `(${String(data).length} characters)` }),
		};
		const body = frame.body && { ...rest, ...hidden };
		record(this.frames, {
			at: now(this.state),
			botId,
			direction,
			frame: { ...frame, ...(body && { body }) },
		});
	}
}

/** Reads a frame. A text that is none becomes a frame without a command, which is refused. */
function parse(text: string): Frame {
	let frame: unknown;
	try {
		frame = JSON.parse(text);
	} catch {
		return {};
	}
	if (!isObject(frame)) return {};
	const { cmd, headers, body } = frame;
	return {
		...frame,
		cmd: typeof cmd === 'string' ? cmd : undefined,
		headers: isObject(headers) ? headers : undefined,
		body: isObject(body) ? body : undefined,
	};
}
