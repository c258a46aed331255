import { createHash, randomUUID } from 'crypto';
import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';
import { callbackKinds, matches, triggerOptions } from '../callback/events';
import { isObject } from '../util/isObject';
import { agentInput, messageWithoutMention, type InputOptions } from './words';

/** Messages and events of an AI bot as items, the same from a callback and from a long connection (docs 101834, 101835). */

export interface BotOrigin {
	transport: 'callback' | 'websocket';
	botId: string;
	/** The req_id of the frame, which a reply over the connection repeats. */
	reqId?: string;
	/** Tells apart the workflows that the message has started. */
	run?: string;
}

export interface ItemOptions extends InputOptions {
	/** Whether the mention of the bot is taken out of a group message. */
	stripMention?: boolean;
	/** The name of the bot, as it is mentioned. */
	botName?: string;
	/** Whose memory an AI Agent has: one per chat, or one per person also in groups. */
	session?: 'chat' | 'person';
	/** Whether WeCom is asked to tell what people think of the answer. */
	askForFeedback?: boolean;
	receivedAt?: Date;
}

export interface BotFilter {
	/** Option values of "Trigger On". */
	kinds: readonly string[];
	chatType?: 'any' | 'group' | 'single';
	/** Chat IDs of groups; none means all. */
	chats?: readonly string[];
	/** User IDs; none means all. */
	users?: readonly string[];
}

/** In callback mode WeCom ends the stream of a reply this long after the message (doc 101836). */
export const STREAM_LIFE_MS = 6 * 60_000;
/** Over a long connection it takes an answer this long after the message (doc 101836). */
export const ANSWER_LIFE_MS = 24 * 60 * 60_000;
/** WeCom drops an answer that comes later than this after somebody entered the chat or clicked (doc 101835). */
const EVENT_LIFE_MS = 5_000;

const NO_REPLY = new Set(['bot:feedback_event', 'bot:auth_change_event', 'bot:enter_check_update']);

const known = new Set(
	callbackKinds.filter(({ family }) => family === 'bot').map(({ kind }) => kind),
);

/** 'bot:text', 'bot:enter_chat': the msgtype, or the eventtype of an event. */
export function botKind(body: IDataObject): string {
	const event = isObject(body.event) ? word(body.event.eventtype) : '';
	return `bot:${event || word(body.msgtype) || 'unknown'}`;
}

/** Options of "Trigger On" for triggers of an AI bot. */
export const botKindOptions = (): INodePropertyOptions[] => triggerOptions(true);

/** Whether a message or event is one that the workflow asks for. */
export function matchesBot(body: IDataObject, filter: BotFilter): boolean {
	const { kinds, chatType = 'any', chats = [], users = [] } = filter;
	if (!matches(kinds, botKind(body))) return false;
	if (chatType !== 'any' && chatType !== chatTypeOf(body)) return false;
	if (chats.length > 0 && !chats.includes(groupOf(body))) return false;
	return users.length === 0 || users.includes(userOf(body));
}

/** The payload as in WeCom's documentation, under `wecom` what is known about it, and what AI nodes look for. */
export function botItem(
	body: IDataObject,
	{ transport, botId, reqId, run = randomUUID() }: BotOrigin,
	options: ItemOptions = {},
): IDataObject {
	const { stripMention = false, botName, session, receivedAt = new Date() } = options;
	const kind = botKind(body);
	const inGroup = chatTypeOf(body) === 'group';
	const payload = stripMention && inGroup ? messageWithoutMention(body, botName) : body;
	const chatInput = agentInput(payload, inGroup ? userOf(body) : '', options);
	const perPerson = session === 'person' && inGroup ? `:${userOf(body)}` : '';
	const life = lifeOf(body, kind, transport);
	const feedback = feedbackOf(body);
	const feedbackId = feedbackIdOf(body, options);
	return {
		...payload,
		// The fields that an AI Agent and its memory take by themselves.
		...(chatInput ? { chatInput } : {}),
		...(userOf(body) ? { sessionId: `${botId}:${chatOf(body)}${perPerson}` } : {}),
		wecom: {
			family: 'bot',
			kind,
			known: known.has(kind),
			transport,
			botId,
			...(reqId ? { reqId } : {}),
			receivedAt: receivedAt.toISOString(),
			...(life ? { answerBy: new Date(receivedAt.getTime() + life).toISOString() } : {}),
			...(feedback ? { feedback } : {}),
			...(feedbackId ? { feedbackId } : {}),
			run,
		},
	};
}

/** The ID of a message's stream: the same in every process, so that any of them can name the stream. */
export function streamIdOf(body: IDataObject): string {
	const { aibotid, msgid } = body;
	const hash = createHash('sha256').update(JSON.stringify([aibotid, msgid]));
	return hash.digest('hex').slice(0, 32);
}

/** What 'Feedback: Given' names the answer to a message by; undefined where nobody asks. */
export const feedbackIdOf = (
	body: IDataObject,
	{ askForFeedback }: Pick<ItemOptions, 'askForFeedback'>,
): string | undefined =>
	askForFeedback && body.msgtype !== 'event' ? streamIdOf(body) : undefined;

/** How long WeCom takes a reply in place; 0 for what takes none. */
function lifeOf(body: IDataObject, kind: string, transport: BotOrigin['transport']): number {
	if (NO_REPLY.has(kind)) return 0;
	if (body.msgtype === 'event') return EVENT_LIFE_MS;
	return transport === 'websocket' ? ANSWER_LIFE_MS : STREAM_LIFE_MS;
}

const RATINGS = ['up', 'down', 'withdrawn'];

/** What somebody thinks of an answer, in words: WeCom gives it as numbers (doc 101835). */
function feedbackOf(body: IDataObject): IDataObject | undefined {
	const event = isObject(body.event) ? body.event : {};
	const given = event.feedback_event;
	if (!isObject(given)) return undefined;
	const { id, type, content } = given;
	return {
		id,
		rating: RATINGS[Number(type) - 1] ?? String(type),
		...(content ? { content } : {}),
	};
}

/** The type of the chat. enter_chat does not tell it, and happens in single chats only. */
export const chatTypeOf = (body: IDataObject): string =>
	word(body.chattype) || (groupOf(body) ? 'group' : 'single');

/** The group a message or event comes from; an event about authorizations tells it beside the person. */
const groupOf = ({ chatid, from }: IDataObject): string =>
	word(chatid) || (isObject(from) ? word(from.chat_id) : '');

/** The chat a message of the bot's own accord goes to: the group, else the person. */
export const chatOf = (body: IDataObject): string => groupOf(body) || userOf(body);

const userOf = (body: IDataObject) => (isObject(body.from) ? word(body.from.userid) : '');

const word = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
