import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import { splitMarkdown } from '../util/split';
import { closeFence, frameText, partsBehind, withClosingText } from './agentText';
import { cardTitle } from './card';
import { isObject } from '../util/isObject';
import { later } from '../util/later';
import { STREAM_LIFE_MS, streamIdOf } from './items';

/**
 * Replies in callback mode: what WeCom gets as the answer to a message, and what it finds when it asks again (doc 101836). They
 * live in the process that took the message, since WeCom's questions come there.
 */

/**
 * How long before the end of a stream's life it is ended here, so that all of its text is shown: at the end WeCom cuts it off.
 */
const MARGIN_MS = 20_000;
/** WeCom lets one person wait for this many replies of a bot at a time (doc 101836). */
const MOST_PER_USER = 3;
const MAX_CONVERSATIONS = 2_000;
const MAX_STREAM_BYTES = 20_480;
/** What is said later than this goes nowhere (doc 101138). */
const RESPONSE_URL_LIFE_MS = 60 * 60_000;
/** A finished reply is kept for questions that WeCom repeats. */
const KEEP_FINISHED_MS = 15_000;

/** What a reply may change. The text replaces the one before; a card or an image without text leaves what was replied. */
export interface StreamChange {
	content?: string;
	finish?: boolean;
	card?: IDataObject;
	/** Images (`stream.msg_item`), which go out with the end only. */
	images?: IDataObject[];
	/** The feedback ID (`stream.feedback.id`), which goes out with the first reply only. */
	feedback?: string;
}

/** How a reply goes out: as the answer WeCom waits for, or with the next question. */
export type Way = 'answer' | 'stream';

interface Conversation {
	botId: string;
	userId: string;
	startedAt: number;
	/** Answers the message; false when it is too late for it. */
	respond?: (body: IDataObject) => boolean;
	/** Whether WeCom's questions find this process. */
	canAsk: boolean;
	/** Whether WeCom knows the stream, and so asks how far it has come. */
	known: boolean;
	stream: StreamChange;
	/** The workflow has ended its answer, here or where WeCom does not ask any more. */
	replied?: boolean;
	/** What it has said so far, whole: the words of its agent or the steps of Stream Reply, whichever are newer. */
	said?: string;
	/** The words of its agent. */
	agentSaid: string;
	/** A line below what is said. */
	status?: string;
	/** Its execution is listened to until it ends. */
	isHeard?: boolean;
	/** What was said when the stream ended, and the parts of it that were too long for it. */
	saidInTime: string;
	parts: string[];
	cardShown?: boolean;
	closingText?: string;
	/** The newest change from another process. */
	changedAt: number;
	over?: number;
	/** There is more than WeCom was given last. */
	isNew: boolean;
	/** Questions of WeCom that are answered with the next change. */
	questions: Set<() => void>;
}

/** The messages by their `replyKey`, which holds whose bot it is and which stream. */
const conversations = new Map<string, Conversation>();

/**
 * Names a reply in this process. It takes the secrets of the bot beside the ID of the stream: on an n8n with several owners, knowing
 * that ID must not be enough to read or to change what another one's bot says.
 */
export const replyKey = (
	{ token, aesKey }: { token: string; aesKey?: Buffer },
	streamId: string,
): string => {
	const secrets = JSON.stringify([token, aesKey?.toString('base64')]);
	return `${createHash('sha256').update(secrets).digest('hex')}:${streamId}`;
};

const streamIdIn = (key: string) => key.slice(key.lastIndexOf(':') + 1);
/** The part of a `replyKey` that says whose bot it is; the ID of the bot alone is public. */
const ownerIn = (key: string) => key.slice(0, Math.max(0, key.lastIndexOf(':')));

/** Begins with a message that WeCom waits for an answer to. `id` is its `replyKey`, as in all functions here. */
export function beginConversation(
	body: IDataObject,
	receivedAt: number,
	{ canAsk, respond }: Pick<Conversation, 'canAsk' | 'respond'>,
	id: string = streamIdOf(body),
): string {
	forgetOld();
	conversations.set(id, {
		botId: String(body.aibotid ?? ''),
		userId: userOf(body),
		startedAt: receivedAt,
		respond,
		canAsk,
		known: false,
		stream: {},
		agentSaid: '',
		saidInTime: '',
		parts: [],
		changedAt: 0,
		isNew: true,
		questions: new Set(),
	});
	return id;
}

/** Gives WeCom something to show until the workflow replies; false when the person waits for too many replies already. */
export function giveFirstAnswer(
	id: string,
	content: string,
	{ closingText = '', feedback }: { closingText?: string; feedback?: string } = {},
): boolean {
	const conversation = conversations.get(id);
	if (!conversation) return false;
	const { botId, userId } = conversation;
	const owner = ownerIn(id);
	const waiting = [...conversations].filter(
		([key, other]) =>
			ownerIn(key) === owner &&
			other.known &&
			!isOver(other) &&
			other.botId === botId &&
			other.userId === userId,
	);
	if (waiting.length >= MOST_PER_USER) return false;
	Object.assign(conversation, { known: true, closingText, stream: { content, feedback } });
	return true;
}

/** Changes the reply; undefined when WeCom takes none any more, or this process does not know the message. */
export function changeStream(id: string, change: StreamChange, at = 0): Way | undefined {
	const conversation = conversations.get(id);
	if (!conversation) return undefined;
	if (at > 0) {
		if (at <= conversation.changedAt) return undefined;
		conversation.changedAt = at;
	}
	if (isOver(conversation)) return takenElsewhere(conversation, change);
	// A card and images keep what was said, and take the place of a mere first answer.
	const { said } = conversation;
	// The feedback ID of a first answer that has not gone out yet; `shown` takes it away.
	const { feedback } = conversation.stream;
	const title = change.card ? cardTitle(change.card) : '';
	const [kept] = said?.trim() ? splitMarkdown(said, MAX_STREAM_BYTES) : [title];
	Object.assign(conversation.stream, { content: kept }, change);
	conversation.said = change.content ?? said;
	conversation.replied = change.finish;
	conversation.status = conversation.closingText = '';
	if (conversation.known) {
		if (feedback === undefined) delete conversation.stream.feedback;
		else conversation.stream.feedback = feedback;
		tellQuestions(conversation);
		return 'stream';
	}
	if (!conversation.canAsk && !change.finish) return undefined;
	if (!conversation.respond?.(streamBody(id, conversation))) {
		conversation.over = Date.now();
		return undefined;
	}
	conversation.known = true;
	shown(conversation);
	return 'answer';
}

/** The stream is over: a reply goes another way, and a step of Stream Reply is said with the end of the workflow. */
function takenElsewhere(conversation: Conversation, { finish, content }: StreamChange): undefined {
	endStream(conversation);
	if (finish) conversation.replied = true;
	else conversation.said = content;
}

/** The execution of the workflow is heard from now on, until `endReply`. */
export function hearReply(id: string): void {
	const conversation = conversations.get(id);
	if (conversation) conversation.isHeard = true;
}

/**
 * Shows what an agent has said so far, and `status` below it; WeCom finds it when it asks again. New words take the place of a step
 * of Stream Reply.
 */
export function showSaid(id: string, said: string, status = ''): void {
	const conversation = conversations.get(id);
	if (!conversation?.known || conversation.replied) return;
	const { agentSaid, said: before = '' } = conversation;
	const text = said === agentSaid ? before : said;
	if (conversation.said === text && conversation.status === status) return;
	// Its end, where its time is over, holds what was said by then.
	if (isOver(conversation)) endStream(conversation);
	Object.assign(conversation, { agentSaid: said, said: text, status });
	tellQuestions(conversation);
}

/**
 * Ends a reply that no workflow goes on with: as it stands, with what was said, else with the closing text. The result is what it
 * does not show: what was said since its time was over, and what is too long for it.
 */
export function endReply(id: string, failed = true): string[] {
	const conversation = conversations.get(id);
	if (!conversation) return [];
	const { said = '', replied, stream, closingText } = conversation;
	const wasOver = stream.finish;
	conversation.isHeard = false;
	endStream(conversation, failed);
	tellQuestions(conversation);
	const { parts, saidInTime } = conversation;
	if (replied || said === saidInTime) return replied ? [] : parts;
	const whole = failed && wasOver ? withClosingText(said, closingText) : said;
	return [...parts, ...partsBehind(saidInTime, whole, MAX_STREAM_BYTES)];
}

/** Once: what is said afterwards is not in it. */
function endStream(conversation: Conversation, failed = false): void {
	const { stream, closingText, said, replied } = conversation;
	if (stream.finish) return;
	stream.finish = true;
	if (replied) return;
	if (!said?.trim()) {
		if (closingText) stream.content = closingText;
		return;
	}
	const whole = failed ? withClosingText(said, closingText) : closeFence(said.trimEnd());
	[stream.content, ...conversation.parts] = splitMarkdown(whole, MAX_STREAM_BYTES);
	conversation.saidInTime = said;
}

/** Answers with something that is no stream; undefined when another answer was given or it is too late. */
export function answerOnce(id: string, body: IDataObject): Way | undefined {
	const conversation = conversations.get(id);
	if (conversation && isOver(conversation)) takenElsewhere(conversation, { finish: true });
	if (!conversation || conversation.known || isOver(conversation)) return undefined;
	conversation.over = Date.now();
	return conversation.respond?.(body) ? 'answer' : undefined;
}

/** Whether the message came to this process: no other one can answer it. */
export const isHere = (id: string): boolean => conversations.has(id);

/** The msgtype of a reply that another process, such as a worker in queue mode, hands over: sealed as WeCom seals callbacks. */
export const RELAYED = 'n8n-nodes-wecom-kit:reply';
/** How long a reply may be on its way: a copy that somebody sends later is no reply. */
const RELAY_LIFE_MS = 60_000;

export interface Relayed {
	streamId: string;
	/** Milliseconds: of two changes to a stream the later one holds. */
	at: number;
	change: StreamChange;
}

/** Takes what another process hands over; `keyOf` makes the `replyKey` of a stream. */
export function takeRelayed(
	body: IDataObject,
	now: number,
	keyOf: (streamId: string) => string = (streamId) => streamId,
): Way | undefined {
	const { streamId, at, change } = body as unknown as Relayed;
	if (!(Math.abs(now - at) <= RELAY_LIFE_MS)) return undefined;
	return changeStream(keyOf(String(streamId)), change, at);
}

/** Whether WeCom shows a stream for the message that has not ended. */
export function isStreaming(id: string): boolean {
	const conversation = conversations.get(id);
	return conversation !== undefined && conversation.known && !isOver(conversation);
}

/**
 * WeCom asks after the stream: `answer` is called at once if there is more than WeCom was given last, or nothing to wait for, else
 * with the next change, and after `patience` milliseconds without one.
 */
export function whenChanged(id: string, patience: number, answer: () => void): void {
	const conversation = conversations.get(id);
	if (!conversation?.known || conversation.isNew || isOver(conversation)) return answer();
	const { questions } = conversation;
	questions.add(answer);
	later(patience, () => {
		if (questions.delete(answer)) answer();
	});
}

function tellQuestions(conversation: Conversation): void {
	const { questions } = conversation;
	const waiting = [...questions];
	questions.clear();
	conversation.isNew = true;
	for (const answer of waiting) answer();
}

/** What to answer to a question after the stream; undefined for one that this process does not know. */
export function currentStream(id: string, now = Date.now()): IDataObject | undefined {
	const conversation = conversations.get(id);
	if (!conversation?.known) return undefined;
	const { stream, startedAt } = conversation;
	if (!stream.finish && now - startedAt >= STREAM_LIFE_MS - MARGIN_MS) endStream(conversation);
	const { said, status, replied } = conversation;
	const content =
		said === undefined || stream.finish || replied
			? stream.content
			: frameText(said, MAX_STREAM_BYTES, status);
	const body = streamBody(id, { ...conversation, stream: { ...stream, content } });
	shown(conversation);
	return body;
}

function streamBody(key: string, { stream, cardShown }: Conversation): IDataObject {
	const { content = '', finish = false, card, images, feedback } = stream;
	const body: IDataObject = {
		id: streamIdIn(key),
		finish,
		content,
		...(finish && images?.length ? { msg_item: images } : {}),
		...(feedback ? { feedback: { id: feedback } } : {}),
	};
	return card && !cardShown
		? { msgtype: 'stream_with_template_card', stream: body, template_card: card }
		: { msgtype: 'stream', stream: body };
}

/** Takes away what goes out only once, after it has: the card, and the feedback ID with the first reply (doc 101836). */
function shown(conversation: Conversation): void {
	const { stream } = conversation;
	conversation.isNew = false;
	if (stream.finish) {
		conversation.over ??= Date.now();
		return;
	}
	if (stream.card) conversation.cardShown = true;
	delete stream.feedback;
}

const isOver = ({ stream, over, startedAt }: Conversation) =>
	stream.finish === true ||
	over !== undefined ||
	Date.now() - startedAt >= STREAM_LIFE_MS - MARGIN_MS;

function forgetOld(): void {
	const now = Date.now();
	for (const [id, { over, startedAt, isHeard }] of conversations) {
		const tooMany = conversations.size >= MAX_CONVERSATIONS;
		const finished = over !== undefined && now - over > KEEP_FINISHED_MS;
		const isOld = now - startedAt > (isHeard ? RESPONSE_URL_LIFE_MS : STREAM_LIFE_MS);
		if (tooMany || isOld || (finished && !isHeard)) conversations.delete(id);
	}
}

const userOf = (body: IDataObject) => (isObject(body.from) ? String(body.from.userid ?? '') : '');
