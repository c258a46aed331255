/** AI bots: their chats, and what they may still answer. */
import { randomBytes } from 'node:crypto';
import { WecomError } from '../errors.cts';
import { now, type CallbackSettings, type State } from '../state.cts';

export type Json = Record<string, any>;
export type ChatType = 'single' | 'group';

export interface Bot {
	/** `aibotid` of the messages, `bot_id` of the subscription. */
	botId: string;
	name: string;
	mode: 'websocket' | 'callback';
	/** The secret of the long connection. */
	secret: string;
	/** URL and keys of callback mode. */
	callback: CallbackSettings;
	/** Whether messages and card events of the long connection carry a response_url; in callback mode they always do. */
	responseUrls: boolean;
}

/** Where something was said: `chat` is the userid in single chats, the chatid in groups. */
export interface Place {
	botId: string;
	chat: string;
	chattype: ChatType;
	/** The user who speaks or acts. */
	from: string;
}

/** A message or event on its way to a bot, and what has become of it. */
export interface Turn extends Place {
	msgid: string;
	/** The req_id of the frame that brought it, over a long connection. */
	reqId: string;
	at: number;
	kind: 'message' | 'enter_chat' | 'template_card_event' | 'feedback_event' | 'other';
	/** The task ID of the card that an event is about. */
	taskId?: string;
	responseCode?: string;
	responseUrlUsed: boolean;
	/** Whether that was given which may be given only once: a welcome, a card update, a card or a file as the whole answer. */
	answered: boolean;
	stream?: ChatEntry;
	cardSent: boolean;
}

export interface StreamState {
	id: string;
	/** Every text that the stream has had, the latest last. */
	updates: Array<{ at: number; content: string; finish: boolean }>;
	finish: boolean;
	/** The time of the stream ended before a reply finished it. */
	timedOut: boolean;
	images: Array<{ md5: string; size: number }>;
	feedbackId?: string;
}

/** One line of a chat as its members see it now. */
export interface ChatEntry {
	at: number;
	botId: string;
	chat: string;
	chattype: ChatType;
	/** A userid, or the bot's id. */
	from: string;
	via: 'user' | 'reply' | 'welcome' | 'push' | 'response_url';
	msgtype: string;
	msgid: string;
	/** The msgid of the message or event that was answered. */
	replyTo?: string;
	/** The words: of a text, a Markdown text or a voice message, or what the stream says at present. */
	text: string;
	/** The body as it was sent; for a stream that of its first reply. */
	body: Json;
	stream?: StreamState;
	/** The card as it is now; `cards` are all that it has been. */
	card?: Json;
	cards?: Array<{ at: number; card: Json; userids?: string[] }>;
	/** What a bot sent by media_id. */
	media?: { media_id: string; filename: string; size: number };
}

/** A file that a user sent: encrypted, for five minutes. */
export interface ServedFile {
	content: Buffer;
	/** Known over the long connection only: in callback mode WeCom names no file. */
	filename?: string;
	expiresAt: number;
}

export interface Upload {
	botId: string;
	type: string;
	filename: string;
	totalSize: number;
	totalChunks: number;
	md5?: string;
	chunks: Map<number, Buffer>;
}

export interface BotMedia {
	botId: string;
	type: string;
	filename: string;
	content: Buffer;
	createdAt: number;
}

/** What happened on the long connections of one bot. */
export interface ConnectionCounts {
	/** Subscriptions that succeeded and that were refused. */
	subscribes: number;
	refused: number;
	/** Connections that a newer one has ended. */
	kicked: number;
	pings: number;
	/** Replies that came before the one before them (same req_id) was answered. */
	overlaps: number;
	/** The largest number of upload chunks that were under way at once. */
	parallelChunks: number;
}

export interface BotSide {
	bots: Map<string, Bot>;
	/** Messages and events by their msgid. */
	turns: Map<string, Turn>;
	transcript: ChatEntry[];
	files: Map<string, ServedFile>;
	uploads: Map<string, Upload>;
	media: Map<string, BotMedia>;
	counts: Map<string, ConnectionCounts>;
	/** Chats that a bot may push into although nobody wrote there yet. */
	chats: Set<string>;
	/** `<botId> <userid> <day>` of each first entry. */
	entered: Set<string>;
	/** How many messages of a user a bot may have in progress. */
	maxInProgress: number;
	/** Milliseconds between two questions after a stream. */
	pollIntervalMs: number;
	/** When bots have sent something into a chat, or uploaded: `<botId> <chat or upload>`. */
	sent: Map<string, number[]>;
	rules: Rules;
	/** Functions that are called at every change. */
	watchers: Set<() => void>;
}

/** What WeCom's pages leave open, to be switched, so that the nodes can be tested against both readings. */
export interface Rules {
	/** Whether every frame of a stream counts as a message of the bot. */
	framesCount: boolean;
	/** Whether a finished stream may be followed by another one with a new id. */
	secondStream: boolean;
	/** How many messages a bot may send into a chat in a minute and in an hour, and how many files it may upload. */
	perMinute: number;
	perHour: number;
}

/**
 * How long a stream lives: in callback mode from the user's message on, over the long connection from its first frame on
 * (846608).
 */
const CALLBACK_STREAM_LIMIT = 6 * 60_000;
const CONNECTION_STREAM_LIMIT = 10 * 60_000;
/** How long a message over the long connection can be answered (846604). */
export const ANSWER_LIMIT = 24 * 60 * 60_000;

/** When the stream of a message ends by itself, or when the time for beginning one is over. */
export function streamEnd({ mode }: Bot, { at, stream }: Turn): number {
	if (mode === 'callback') return at + CALLBACK_STREAM_LIMIT;
	return stream ? stream.at + CONNECTION_STREAM_LIMIT : at + ANSWER_LIMIT;
}

export const createBotSide = (bots: Bot[]): BotSide => ({
	bots: new Map(bots.map((bot) => [bot.botId, bot])),
	turns: new Map(),
	transcript: [],
	files: new Map(),
	uploads: new Map(),
	media: new Map(),
	counts: new Map(),
	chats: new Set(),
	entered: new Set(),
	maxInProgress: 3,
	pollIntervalMs: 1000,
	sent: new Map(),
	rules: { framesCount: false, secondStream: false, perMinute: 30, perHour: 1_000 },
	watchers: new Set(),
});

export function changed(side: BotSide) {
	for (const watcher of [...side.watchers]) watcher();
}

export const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

export const botMsgid = () => `CAIQ${randomBytes(24).toString('base64')}`;

export function countsOf(side: BotSide, botId: string): ConnectionCounts {
	const none = {
		subscribes: 0,
		refused: 0,
		kicked: 0,
		pings: 0,
		overlaps: 0,
		parallelChunks: 0,
	};
	if (!side.counts.has(botId)) side.counts.set(botId, none);
	return side.counts.get(botId)!;
}

export function findBot(side: BotSide, botId: string): Bot {
	const bot = side.bots.get(botId);
	if (!bot) throw new Error(`No bot ${botId}`);
	return bot;
}

/** Adds what someone said to the chat; the caller tells the watchers when all of it is in place. */
export function addEntry(
	state: State,
	{ botId, chat, chattype }: Place,
	entry: Pick<ChatEntry, 'from' | 'via' | 'msgtype' | 'text' | 'body'> & Partial<ChatEntry>,
): ChatEntry {
	const added = { at: now(state), botId, chat, chattype, msgid: botMsgid(), ...entry };
	const side = state.botSide;
	side.transcript.push(added);
	side.chats.add(chat);
	return added;
}

/** Whether the stream of a message has begun, is not finished, and is still in its time. */
export function isStreaming(state: State, turn: Turn): boolean {
	const bot = findBot(state.botSide, turn.botId);
	return turn.stream?.stream?.finish === false && now(state) <= streamEnd(bot, turn);
}

/** Counts a message of a bot into a chat, or an upload; throws when there were too many (846607). */
export function count(state: State, botId: string, what: string) {
	const { sent, rules } = state.botSide;
	const key = `${botId} ${what}`;
	const at = now(state);
	const lately = (sent.get(key) ?? []).filter((one) => one > at - 60 * 60_000);
	const inMinute = lately.filter((one) => one > at - 60_000);
	if (inMinute.length >= rules.perMinute || lately.length >= rules.perHour)
		throw new WecomError(846607);
	sent.set(key, [...lately, at]);
}
