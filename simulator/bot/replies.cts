/** What a bot may answer and send, whatever the way it comes (passive-replies.json, aibot-websocket.md). Checks, then changes the chat. */
import { createHash } from 'node:crypto';
import {
	addEntry,
	ANSWER_LIMIT,
	changed,
	count,
	findBot,
	isObject,
	streamEnd,
	type BotMedia,
	type ChatEntry,
	type Json,
	type Place,
	type Turn,
} from './state.cts';
import { checkCardShape } from '../endpoints/message-rules.cts';
import { WecomError } from '../errors.cts';
import { findMember, MEDIA_LIFETIME, now, type State } from '../state.cts';

const MAX_CONTENT = 20_480;
const MAX_FEEDBACK = 256;
const MAX_IMAGES = 10;
const MAX_IMAGE = 10 * 1024 * 1024;
/** How long after its event a welcome or a card update is taken. */
const EVENT_LIMIT = 5_000;
const URL_LIMIT = 60 * 60_000;
const MEDIA_TYPES = ['file', 'image', 'voice', 'video'];

const refuse = (text: string, errcode = 40058): never => {
	throw new WecomError(errcode, text);
};

const objectIn = (body: Json, field: string): Json =>
	isObject(body[field]) ? body[field] : refuse(`missing ${field}`);

/** The reply to a message. A refresh callback takes streams only, and media need the long connection. */
export function reply(
	state: State,
	turn: Turn,
	body: Json,
	{ streamsOnly = false, media = true } = {},
): ChatEntry {
	const { msgtype } = body;
	if (msgtype === 'stream' || msgtype === 'stream_with_template_card') {
		if (turn.kind !== 'message') throw new WecomError(40008);
		return streamReply(state, turn, body);
	}
	if (streamsOnly) throw new WecomError(40008);
	if (turn.answered || turn.stream) throw new WecomError(846606);
	if (now(state) - turn.at > ANSWER_LIMIT) throw new WecomError(846604);
	if (msgtype === 'template_card') {
		if (turn.kind !== 'message' && turn.kind !== 'enter_chat') throw new WecomError(40008);
		checkCard(state, turn.botId, objectIn(body, 'template_card'));
	} else if (media && MEDIA_TYPES.includes(msgtype) && turn.kind === 'message') {
		mediaOf(state, turn.botId, body);
	} else throw new WecomError(40008);
	count(state, turn.botId, turn.chat);
	turn.answered = true;
	return say(state, turn, body, 'reply', turn.msgid);
}

/** The welcome: text or a card, once, within 5 s of enter_chat. */
export function welcome(state: State, turn: Turn, body: Json): ChatEntry {
	if (turn.kind !== 'enter_chat') throw new WecomError(846605);
	checkEvent(state, turn);
	if (body.msgtype === 'text') {
		if (!objectIn(body, 'text').content) throw new WecomError(44004);
	} else if (body.msgtype === 'template_card') {
		checkCard(state, turn.botId, objectIn(body, 'template_card'));
	} else throw new WecomError(40008);
	turn.answered = true;
	return say(state, turn, body, 'welcome', turn.msgid);
}

/** Replaces the card that was clicked: once, within 5 s of template_card_event. */
export function updateCard(state: State, turn: Turn, body: Json): ChatEntry {
	if (turn.kind !== 'template_card_event') throw new WecomError(846605);
	checkEvent(state, turn);
	if (body.response_type !== 'update_template_card') throw new WecomError(93050);
	const card = objectIn(body, 'template_card');
	const { userids } = body;
	if (
		userids !== undefined &&
		!(Array.isArray(userids) && userids.every((id) => typeof id === 'string'))
	)
		refuse('userids must be a list of strings');
	if (card.task_id !== turn.taskId) throw new WecomError(846625);
	checkCardShape(card, () => false);
	const entry = cardEntry(state, turn.botId, card.task_id);
	if (!entry) throw new WecomError(42016);
	turn.answered = true;
	entry.cards!.push({ at: now(state), card, ...(userids && { userids }) });
	if (!userids) entry.card = card;
	changed(state.botSide);
	return entry;
}

/** A message of the bot's own accord: into a single chat (chatid = userid) or a group. */
export function push(state: State, botId: string, body: Json): ChatEntry {
	const { chatid, chat_type: type } = body;
	if (typeof chatid !== 'string' || !chatid) throw new WecomError(86201);
	const { chats, turns } = state.botSide;
	if (!chats.has(chatid)) throw new WecomError(93006);
	if (![undefined, 0, 1, 2].includes(type)) refuse('invalid chat_type');
	const known = [...turns.values()].find(({ chat }) => chat === chatid)?.chattype;
	if (known && type && type !== (known === 'group' ? 2 : 1))
		refuse('chat_type is not that of the chat');
	const chattype = known ?? (type === 2 || !findMember(state, chatid) ? 'group' : 'single');
	if (MEDIA_TYPES.includes(body.msgtype)) mediaOf(state, botId, body);
	else checkMarkdownOrCard(state, botId, body);
	count(state, botId, chatid);
	return say(state, { botId, chat: chatid, chattype, from: '' }, body, 'push');
}

/** `response_url` (doc 101138): one call, one hour. */
export function respondByUrl(state: State, responseCode: string, body: Json): ChatEntry {
	const turn = [...state.botSide.turns.values()].find((one) => one.responseCode === responseCode);
	if (!turn) return refuse('invalid response_code');
	if (now(state) - turn.at > URL_LIMIT) throw new WecomError(846604);
	if (turn.responseUrlUsed) throw new WecomError(846606);
	checkMarkdownOrCard(state, turn.botId, body);
	turn.responseUrlUsed = true;
	return say(state, turn, body, 'response_url', turn.msgid);
}

/** The latest message that shows the card with this task_id. */
export const cardEntry = (state: State, botId: string, taskId?: string): ChatEntry | undefined =>
	state.botSide.transcript
		.filter((entry) => entry.botId === botId && entry.card && entry.card.task_id === taskId)
		.at(-1);

function checkEvent(state: State, turn: Turn) {
	if (turn.answered) throw new WecomError(846606);
	if (now(state) - turn.at > EVENT_LIMIT) throw new WecomError(846604);
}

function checkMarkdownOrCard(state: State, botId: string, body: Json) {
	if (body.msgtype === 'template_card')
		return checkCard(state, botId, objectIn(body, 'template_card'));
	if (body.msgtype !== 'markdown') throw new WecomError(40008);
	const { content, feedback } = objectIn(body, 'markdown');
	if (!content) throw new WecomError(44004);
	checkText(content);
	checkFeedback(feedback);
}

function checkText(content: unknown) {
	if (typeof content !== 'string') refuse('content must be a string');
	if (Buffer.byteLength(content as string) > MAX_CONTENT) throw new WecomError(45002);
}

function checkFeedback(feedback: unknown) {
	if (feedback === undefined) return;
	const id = isObject(feedback) ? feedback.id : undefined;
	if (typeof id !== 'string' || !id || Buffer.byteLength(id) > MAX_FEEDBACK)
		refuse('invalid feedback.id');
}

/** Checks a card: its task_id must be new for this bot, and a bot has limits beside those of every card. */
function checkCard(state: State, botId: string, card: Json) {
	checkCardShape(card, (taskId) => cardEntry(state, botId, taskId) !== undefined);
	checkFeedback(card.feedback);
	if ((card.select_list ?? []).length > 3) refuse('select_list has at most 3 items');
	if ((card.checkbox?.option_list ?? []).length > 20) refuse('option_list has at most 20 items');
}

/** The file of a media_id, which must be one that this bot has uploaded, of the right type, and not too old. */
function mediaOf(state: State, botId: string, body: Json): [string, BotMedia] {
	const { media_id: id } = objectIn(body, body.msgtype);
	if (!id) throw new WecomError(41006);
	const media = state.botSide.media.get(id);
	const dead = !media || media.createdAt + MEDIA_LIFETIME < now(state);
	if (dead || media.botId !== botId || media.type !== body.msgtype) throw new WecomError(40007);
	return [id, media];
}

function streamReply(state: State, turn: Turn, body: Json): ChatEntry {
	const stream = objectIn(body, 'stream');
	const { id, finish = false, content, msg_item: items, feedback } = stream;
	const { rules } = state.botSide;
	const isAnother =
		rules.secondStream && turn.stream?.stream?.finish && id !== turn.stream.stream.id;
	if (isAnother) turn.stream = undefined;
	const before = turn.stream?.stream;
	const at = now(state);
	if (turn.answered || before?.finish) throw new WecomError(846606);
	const bot = findBot(state.botSide, turn.botId);
	if (at > streamEnd(bot, turn))
		throw new WecomError(before || bot.mode === 'callback' ? 846608 : 846604);
	if (typeof id !== 'string' || !id) refuse('missing stream.id');
	if (before && before.id !== id) refuse('another stream.id than in the first reply');
	if (typeof finish !== 'boolean') refuse('stream.finish must be a boolean');
	if (content !== undefined) checkText(content);
	if (before && feedback !== undefined) refuse('stream.feedback is for the first reply');
	checkFeedback(feedback);
	if (items !== undefined && !finish) refuse('stream.msg_item is for the last reply');
	const images = imagesOf(items);
	const card = body.msgtype === 'stream' ? undefined : body.template_card;
	if (card !== undefined) {
		if (turn.cardSent) throw new WecomError(846606);
		checkCard(state, turn.botId, objectIn(body, 'template_card'));
	}

	if (!before || rules.framesCount) count(state, turn.botId, turn.chat);
	const entry = (turn.stream ??= addEntry(state, turn, {
		from: turn.botId,
		via: 'reply',
		msgtype: 'stream',
		text: '',
		body,
		replyTo: turn.msgid,
		stream: {
			id,
			updates: [],
			finish: false,
			timedOut: false,
			images: [],
			feedbackId: feedback?.id,
		},
	}));
	entry.text = content ?? entry.text;
	Object.assign(entry.stream!, { finish, images });
	entry.stream!.updates.push({ at, content: entry.text, finish });
	if (card) {
		turn.cardSent = true;
		Object.assign(entry, { card, cards: [{ at, card }] });
	}
	changed(state.botSide);
	return entry;
}

/** The images of a stream's end: at most 10 JPG or PNG of 10 MB each, whose `md5` is that of the raw bytes. */
function imagesOf(items: unknown): Array<{ md5: string; size: number }> {
	if (items === undefined) return [];
	if (!Array.isArray(items) || items.length > MAX_IMAGES) return refuse('at most 10 msg_item');
	return items.map(({ msgtype, image }: Json) => {
		if (msgtype !== 'image' || typeof image?.base64 !== 'string')
			refuse('msg_item takes images only');
		const content = Buffer.from(image.base64, 'base64');
		const start = content.subarray(0, 4).toString('hex');
		if (!start.startsWith('ffd8ff') && start !== '89504e47') throw new WecomError(40004);
		if (content.length > MAX_IMAGE) throw new WecomError(40009);
		const md5 = createHash('md5').update(content).digest('hex');
		if (md5 !== image.md5) refuse('the md5 is not that of the image');
		return { md5, size: content.length };
	});
}

/** Adds a message that is no stream to the chat. It has been checked before. */
function say(
	state: State,
	place: Place,
	body: Json,
	via: ChatEntry['via'],
	replyTo?: string,
): ChatEntry {
	const { msgtype } = body;
	const part: Json = body[msgtype];
	const isCard = msgtype === 'template_card';
	const media = MEDIA_TYPES.includes(msgtype) ? state.botSide.media.get(part.media_id) : undefined;
	const entry = addEntry(state, place, {
		from: place.botId,
		via,
		msgtype,
		text: part.content ?? '',
		body,
		...(replyTo && { replyTo }),
		...(isCard && { card: part, cards: [{ at: now(state), card: part }] }),
		...(media && {
			media: { media_id: part.media_id, filename: media.filename, size: media.content.length },
		}),
	});
	changed(state.botSide);
	return entry;
}
