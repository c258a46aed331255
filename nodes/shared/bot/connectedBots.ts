import { createHash, randomUUID } from 'crypto';
import { LoggerProxy, type IDataObject } from 'n8n-workflow';
import { clean, DEFAULT_SOCKET_URL } from '../protocol/settings';
import { DeliveryWindow } from '../callback/dedupe';
import { clickOfBot } from '../sendAndWait/clicks';
import { isAnswer, type CardClick } from '../sendAndWait/forward';
import { BotConnection, type BotSettings, type PushedFrame } from './connection';
import { kicked, WRONG_SECRET, type BotFailure } from './errors';
import { ConnectionReplies } from './connectionReplies';
import { streamIdOf } from './items';
import { Quota } from './quota';
import type { Origin } from './talks';
import type { BotFile } from './upload';

/**
 * The long connections of AI bots that this process holds (doc 101833): one per bot, whoever uses it.
 *
 * A node that replies asks `connectedBot(credentials)`. Where that gives nothing it may run on a worker of queue mode, while the connection
 * lives in the main process. Then it calls `this.sendResponse({ wecomBot: { cmd, body, reqId, origin, file? } })` (a `RelayedReply`), as
 * often as it likes: n8n hands it to the trigger that started this execution, and the trigger sends it. No answer comes back;
 * what WeCom refuses becomes a failed execution of the workflow. `file` (at most some MB, base64) is uploaded first, and its
 * media_id put into `body[type]`. An execution that another trigger has started has no such way to the connection.
 */

export type BotCommand =
	| 'aibot_respond_msg'
	| 'aibot_respond_welcome_msg'
	| 'aibot_respond_update_msg'
	| 'aibot_send_msg';

/** A reply on its way from a worker to the process that holds the connection. JSON only. */
export interface RelayedReply {
	cmd: BotCommand;
	body: IDataObject;
	reqId?: string;
	/** The origin of the message with this reqId. */
	origin?: Origin;
	file?: { data: string; fileName: string; type: BotFile['type'] };
}

/** The connection of a bot, as replies see it. */
export interface ConnectedBot {
	/**
	 * Sends a frame and gives the answer's body; throws an Error with `errcode` and `description` when WeCom refuses. Frames with
	 * the same reqId go out one after another. What comes too late for an answer in place is sent as a message of its own: the
	 * result is `{ late: true }`. `origin` tells where to, and what is late, if this process has forgotten the message. A
	 * `warning` in the result says that the end of a long text is missing.
	 */
	request(
		cmd: BotCommand,
		body: IDataObject,
		reqId?: string,
		origin?: Origin,
	): Promise<IDataObject>;
	upload(file: BotFile): Promise<{ media_id: string }>;
}

/** A message or event for a workflow. */
export interface BotMessage {
	body: IDataObject;
	reqId: string;
	/** The stream of the first answer, if one was given. */
	streamId?: string;
	/** Tells apart the workflows that the message starts. */
	run: string;
	/** Names the message in every process and after every restart, without a secret. */
	key: string;
	/** Shows what an agent has said so far, with a line below it. */
	show(said: string, status?: string): void;
	/** The workflow failed behind what an agent has said. */
	breakOff(): void;
	/** To call when the workflow starts; the result when it has ended: that resolves when WeCom has all of its replies. */
	begin(): () => Promise<void>;
	/** The same for something of the workflow that is under way. */
	keepOpen(): () => Promise<void>;
}

/** What a workflow wants shown until it replies, and when it does not. */
export interface Wish {
	firstAnswer?: string;
	closingText?: string;
	/** Names the answer in what people think of it. */
	feedbackId?: string;
}

/** A workflow that uses the connection. */
export interface BotMember {
	/** What the workflow wants shown for a message; undefined when the message is not for it. */
	accepts(body: IDataObject): Wish | undefined;
	deliver(message: BotMessage): void;
	/** Hands a click on a send-and-wait card to the execution that waits for it. */
	answer?(click: CardClick, reqId: string): void;
	/** WeCom has not taken the end of what agents have said, also when it was sent again. */
	unsaid?(failure: BotFailure): void;
	/** The connection ended for good. */
	lost(why: 'kicked' | 'refused', failure: BotFailure): void;
}

/** A connection with those who use it. */
interface Held {
	settings: BotSettings;
	connection: BotConnection;
	members: Set<BotMember>;
	/** Workflows whose own connection was taken while this one is being made. */
	moved: Set<BotMember>;
	replies: ConnectionReplies;
	bot: ConnectedBot;
}

/**
 * The connections by the fingerprint of the credential, as everything here: who knows only the ID of a bot must not get at what
 * others have said.
 */
const bots = new Map<string, Held>();
/** Replies outlive the connection they have begun on. */
const repliesOf = new Map<string, ConnectionReplies>();
const uploads = new Quota('uploads');
/** Messages this process has handed to workflows, whatever became of the connection since. */
const delivered = new DeliveryWindow();
/** When a credential test of this process last took a bot for a moment. */
const ownTests = new Map<string, number>();
const OWN_TEST_MS = 10_000;
/** The secrets that WeCom has refused in the last moments, by fingerprint. */
const refusals = new Map<string, { at: number; failure: BotFailure }>();
/** n8n tries to activate a workflow five times within 15 seconds: the last try must reach WeCom, where things may have changed. */
const REFUSED_MS = 10_000;

/** Names a connection without telling the secret. */
const fingerprint = ({ botId, secret, url }: BotSettings) =>
	createHash('sha256')
		.update(JSON.stringify([botId, secret, url]))
		.digest('hex');
const botKey = ({ botId, url }: BotSettings) => `${botId}|${url}`;

/** What the fields of the credential say. */
export function botSettings(credentials: IDataObject): BotSettings {
	return {
		botId: clean(credentials.botId),
		secret: clean(credentials.botSecret),
		url: (clean(credentials.websocketUrl) || DEFAULT_SOCKET_URL).replace(/\/+$/, ''),
	};
}

/**
 * The connection of this credential in this process; also while it is being made anew. It takes the secret too: on an n8n with
 * several owners, knowing the ID of a bot must not be enough to speak for it.
 */
export function connectedBot(credentials: IDataObject): ConnectedBot | undefined {
	return openIn(bots.get(fingerprint(botSettings(credentials))));
}

/**
 * The connection a workflow has joined, wherever a new secret has moved it. A workflow that was published again in the meantime
 * has left, and its newest version, or another workflow of the bot, holds the connection.
 */
export function connectedBotOf(member: BotMember, settings: BotSettings): ConnectedBot | undefined {
	const joined = openIn([...bots.values()].find(({ members }) => members.has(member)));
	return joined ?? heldFor(settings)?.bot;
}

/** Whether this process has a connection of the bot at this address, with whatever secret. */
export const isConnected = (credentials: IDataObject): boolean => {
	const bot = botKey(botSettings(credentials));
	return [...bots.values()].some(
		({ settings, connection }) => botKey(settings) === bot && connection.isOpen,
	);
};

/** Whether this process has taken the message with this credential. */
export const isRemembered = (credentials: IDataObject, reqId: string): boolean =>
	repliesOf.get(fingerprint(botSettings(credentials)))?.isRemembered(reqId) === true;

/** A connection that workflows use for this bot; one that works is better than one that tries to. */
function heldFor(settings: BotSettings): Held | undefined {
	const used = [...bots.values()].filter(
		({ settings: own, connection, members }) =>
			botKey(own) === botKey(settings) && connection.isOpen && members.size > 0,
	);
	return used.find(({ connection }) => connection.isLive) ?? used[0];
}

const openIn = (held?: Held) => (held?.connection.isOpen ? held.bot : undefined);

/**
 * Takes part in the bot's connection, which is made if this process has none. Resolves when it is authenticated; the result
 * leaves it again, and the last one to leave closes it.
 */
export async function joinBot(
	settings: BotSettings,
	member: BotMember,
): Promise<() => Promise<void>> {
	const key = fingerprint(settings);
	// WeCom need not see the same wrong secret at every try of n8n.
	const refusal = refusals.get(key);
	if (refusal && Date.now() - refusal.at < REFUSED_MS) throw refusal.failure;
	const held = bots.get(key) ?? hold(key, settings);
	held.members.add(member);
	let joined = false;
	try {
		held.connection.start();
		await held.connection.whenLive();
		joined = true;
		held.moved.clear();
	} finally {
		const { lastFailure } = held.connection;
		if (!joined) dropMoved(held);
		if (!joined && lastFailure?.errcode === WRONG_SECRET) rememberRefusal(key, lastFailure);
		if (!joined) await leaveBot(member);
	}
	return async () => await leaveBot(member);
}

/** Tries the settings. A connection that this process already has says enough: another one would take its place. */
export async function tryBot(settings: BotSettings): Promise<void> {
	const held = bots.get(fingerprint(settings));
	if (held?.connection.isOpen) return await held.connection.whenLive();
	const connection = new BotConnection(settings, {
		onFrame() {},
		onKick: () => false,
		onEnd() {},
		onTick() {},
	});
	const bot = botKey(settings);
	// WeCom may tell the connection that is taken before it answers the one that takes it.
	ownTests.set(bot, Date.now());
	try {
		connection.start();
		await connection.whenLive();
	} finally {
		await connection.close();
		// With a wrong secret the bot was not taken from anybody.
		if (connection.hasBeenLive) ownTests.set(bot, Date.now());
		else ownTests.delete(bot);
	}
}

/** Ends the part of workflows that had waited for this connection: it was another program after all that took theirs. */
function dropMoved({ members, moved }: Held): void {
	const lost = [...moved];
	moved.clear();
	for (const member of lost) if (members.delete(member)) member.lost('kicked', kicked());
}

function rememberRefusal(key: string, failure: BotFailure): void {
	const now = Date.now();
	for (const [other, { at }] of refusals) if (now - at >= REFUSED_MS) refusals.delete(other);
	refusals.set(key, { at: now, failure });
}

function hold(key: string, settings: BotSettings): Held {
	const connection = new BotConnection(settings, {
		onFrame: (frame) => {
			receive(held, frame).catch((error: Error) => {
				const { botId } = settings;
				LoggerProxy.error(`A message to the AI bot could not be handled: ${error.message}`, {
					botId,
				});
			});
		},
		onTick: (now) => {
			if (connection.isLive) held.replies.streams.tend(now);
		},
		onKick: () => wasThisProcess(key, held),
		onEnd: (why, failure) => {
			for (const member of [...held.members]) member.lost(why, failure);
		},
	});
	const wire = {
		botId: settings.botId,
		// Workflows outlive this connection: what they say then goes over the one that has come after it. If WeCom has never taken the
		// secret, they are not the bot's.
		request: async (cmd: string, body: IDataObject, reqId?: string) => {
			const next = connection.hasBeenLive ? heldFor(settings)?.connection : undefined;
			const current = connection.isOpen ? connection : next;
			return await (current ?? connection).request(cmd, body, reqId);
		},
	};
	const replies = repliesOf.get(key) ?? new ConnectionReplies(wire);
	replies.useWire(wire);
	repliesOf.set(key, replies);
	const bot: ConnectedBot = {
		request: async (cmd, body, reqId, origin) =>
			reqId ? await replies.reply(cmd, body, reqId, origin) : await replies.push(body),
		upload: async (file) => {
			await uploads.take(key);
			return await connection.upload(file);
		},
	};
	const held: Held = {
		...{ settings, connection, replies, bot },
		...{ members: new Set(), moved: new Set() },
	};
	bots.set(key, held);
	return held;
}

async function leaveBot(member: BotMember): Promise<void> {
	for (const [key, { members, connection }] of bots) {
		if (!members.delete(member) || members.size > 0) continue;
		bots.delete(key);
		await connection.close();
	}
}

async function receive(
	{ settings, replies, members }: Held,
	{ reqId, body }: PushedFrame,
): Promise<void> {
	const scope = fingerprint(settings);
	if (body.msgid) {
		const id = String(body.msgid);
		if ((await delivered.claim(scope, id, 0)) !== 'first') return;
		delivered.settle(scope, id, true);
	}
	const click = clickOfBot(body);
	// Any of the workflows will do: the execution that waits may belong to another one.
	if (click && isAnswer(click)) [...members][0]?.answer?.(click, reqId);
	const taken = [...members].flatMap((member) => {
		const wish = member.accepts(body);
		return wish ? [{ member, wish }] : [];
	});
	if (taken.length === 0) return;
	const wishes = taken.map(({ wish }) => wish);
	const { firstAnswer, closingText = '' } = wishes.find((wish) => wish.firstAnswer) ?? {};
	replies.begin(reqId, body, {
		closingText: closingText || wishes.find((wish) => wish.closingText)?.closingText,
		feedbackId: wishes.find((wish) => wish.feedbackId)?.feedbackId,
		onLost: (failure) => taken[0].member.unsaid?.(failure),
	});
	const id = streamIdOf(body);
	const streamId = firstAnswer ? id : undefined;
	const { streams } = replies;
	if (firstAnswer) streams.startStream(reqId, id, firstAnswer);
	const key = messageKey(settings, body);
	for (const { member } of taken) {
		const speaker = { reqId, run: randomUUID(), streamId: id };
		member.deliver({
			...{ body, reqId, streamId, key, run: speaker.run },
			begin: () => streams.beginRun(reqId, speaker.run),
			keepOpen: () => streams.keepOpen(reqId),
			show: (said, status) => streams.show(speaker, said, status),
			breakOff: () => streams.breakOff(speaker),
		});
	}
}

/** The key of a message. It does not take the secret, which may change between a message and its repetition. */
const messageKey = (settings: BotSettings, { msgid }: IDataObject): string =>
	`wecom-bot:${createHash('sha256').update(botKey(settings)).digest('hex').slice(0, 32)}:${String(msgid ?? randomUUID())}`;

/** A kick by a credential test of this process passes; after a new secret, the workflows move to the new connection. */
function wasThisProcess(key: string, held: Held): boolean {
	const bot = botKey(held.settings);
	if (Date.now() - (ownTests.get(bot) ?? 0) < OWN_TEST_MS) return true;
	const successor = [...bots.values()].find(
		(other) => other !== held && botKey(other.settings) === bot && other.connection.isOpen,
	);
	if (successor) {
		for (const member of held.members) {
			successor.members.add(member);
			if (!successor.connection.isLive) successor.moved.add(member);
		}
		held.members.clear();
		successor.replies.adopt(held.replies);
		bots.delete(key);
		repliesOf.delete(key);
	}
	return false;
}
