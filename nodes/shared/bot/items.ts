import { randomUUID } from 'crypto';
import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';
import { callbackKinds, matches, triggerOptions } from '../callback/events';

/** Messages and events of an AI bot as items, the same from a callback and from a long connection (docs 100719, 101027). */

export interface BotOrigin {
	transport: 'callback' | 'websocket';
	botId: string;
	/** The req_id of the frame, which a reply over the connection repeats. */
	reqId?: string;
}

export interface ItemOptions {
	/** Takes the mention of the bot off the beginning of a group message. */
	stripMention?: boolean;
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

/** WeCom ends the stream of a reply this long after the message (doc 101031). */
export const STREAM_LIFE_MS = 6 * 60_000;
/** And drops what comes later than this after somebody entered the chat or clicked (doc 101027). */
const EVENT_LIFE_MS = 5_000;

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
	if (chats.length > 0 && !chats.includes(word(body.chatid))) return false;
	return users.length === 0 || users.includes(userOf(body));
}

/** The payload as in WeCom's documentation, under `wecom` what is known about it, and what AI nodes look for. */
export function botItem(
	body: IDataObject,
	{ transport, botId, reqId }: BotOrigin,
	{ stripMention = false, receivedAt = new Date() }: ItemOptions = {},
): IDataObject {
	const kind = botKind(body);
	const payload = stripMention && chatTypeOf(body) === 'group' ? withoutMention(body) : body;
	const text = textOf(payload);
	const life = lifeOf(body, kind);
	return {
		...payload,
		// The fields that an AI Agent and its memory take by themselves.
		...(text ? { chatInput: text } : {}),
		...(userOf(body) ? { sessionId: `${botId}:${chatOf(body)}` } : {}),
		wecom: {
			family: 'bot',
			kind,
			known: known.has(kind),
			transport,
			botId,
			...(reqId ? { reqId } : {}),
			receivedAt: receivedAt.toISOString(),
			...(life ? { answerBy: new Date(receivedAt.getTime() + life).toISOString() } : {}),
			// Another one for each workflow that answers the message.
			run: randomUUID(),
		},
	};
}

/** The words of a message, whichever type it is; '' for a message without any. */
export function textOf(body: IDataObject): string {
	const { mixed } = body as { mixed?: { msg_item?: IDataObject[] } };
	const parts = [body, ...(mixed?.msg_item ?? [])];
	return parts
		.filter(isObject)
		.flatMap((part) => [part.text, part.voice])
		.map((content) => (isObject(content) ? word(content.content) : ''))
		.filter(Boolean)
		.join('\n');
}

/** How long WeCom takes a reply in place; 0 for what takes none. */
function lifeOf(body: IDataObject, kind: string): number {
	if (kind === 'bot:feedback_event') return 0;
	return body.msgtype === 'event' ? EVENT_LIFE_MS : STREAM_LIFE_MS;
}

/** enter_chat tells no chattype: it happens in single chats only. */
const chatTypeOf = (body: IDataObject) =>
	word(body.chattype) || (word(body.chatid) ? 'group' : 'single');

/** Where a message of the bot's own goes: to the group, else to the person. */
export const chatOf = (body: IDataObject): string => word(body.chatid) || userOf(body);

const userOf = (body: IDataObject) => (isObject(body.from) ? word(body.from.userid) : '');

/** A mention ends with a special space, so that a name may hold plain ones; where that is missing, with the first space. */
const MENTION = /^\s*@(?:[^\u2005\n]{1,64}\u2005|\S{1,64}(?:\s|$))\s*/;

function withoutMention(body: IDataObject): IDataObject {
	const strip = (part: IDataObject): IDataObject =>
		isObject(part?.text)
			? { ...part, text: { ...part.text, content: word(part.text.content).replace(MENTION, '') } }
			: part;
	const { mixed } = body as { mixed?: { msg_item?: IDataObject[] } };
	if (!Array.isArray(mixed?.msg_item)) return strip(body);
	const [first, ...others] = mixed.msg_item;
	return { ...body, mixed: { ...mixed, msg_item: [strip(first), ...others] } };
}

const word = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

export function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
