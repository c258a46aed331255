import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import type { StreamChange } from '../../../shared/bot/callbackReplies';
import type { BotFile } from '../../../shared/bot/upload';
import { splitMarkdown } from '../../../shared/util/split';
import { readBinary, type MediaKind } from '../../engine/binary';
import { cardFrom } from '../message/card';
import type { ItemContext } from '../../engine/operation';
import { splitIds } from '../../engine/ids';
import { problem } from '../../engine/problem';
import { messageOf, type AnsweredMessage } from './message';
import {
	cardFacts,
	feedbackOf,
	MAX_TEXT_BYTES,
	ownMessages,
	contentOfForm,
	withFeedback,
	withId,
} from './messages';
import {
	asAnswer,
	inParts,
	intoStream,
	isStreamed,
	overConnection,
	toResponseUrl,
	type SentReply,
} from './channels';
import { keepNewest } from '../../../shared/util/keepNewest';

/** The operations of an AI bot: what they say, and in which order they try the ways to say it. */

/** One reply to a message: text, a card, or a file. */
export async function replyToMessage(item: ItemContext): Promise<IDataObject> {
	const message = await messageOf(item);
	const answer = await replyWhole(item, message);
	// The reply takes the place of what 'Stream Reply' has begun.
	begun.delete(begunKey(item, message));
	return answer;
}

async function replyWhole(item: ItemContext, message: AnsweredMessage): Promise<IDataObject> {
	const type = item.get('msgtype', 'text');
	if (isEvent(message)) return await replyToEvent(item, message, type);
	if (type === 'text')
		return await replyText(item, message, contentOfForm(item), firstOnly(item, message));
	if (type === 'template_card') return await replyCard(item, message);
	return await replyFile(item, message, type as MediaKind);
}

const isEvent = ({ received }: AnsweredMessage) => received.msgtype === 'event';

/**
 * Replies to an event. WeCom takes only an update of the card as the answer to a click, so words go as a message of their own, by
 * the ways that such a message has.
 */
async function replyToEvent(
	item: ItemContext,
	message: AnsweredMessage,
	type: string,
	content?: string,
): Promise<IDataObject> {
	if (message.kind === 'bot:enter_chat')
		throw problem(
			item,
			"'Chat: Entered' takes a welcome, not a reply",
			"Use the operation Welcome, within five seconds, or start with the person's first message.",
		);
	const { bodies, file } = await ownMessages(item, type, content);
	const { chatid } = message.origin;
	const facts = cardFacts(bodies);
	let sent = await inParts(bodies, async (body) => {
		return await overConnection(item, message, 'aibot_send_msg', { chatid, ...body }, file);
	});
	if (sent) return outcomeOf(message, sent, facts);
	// The address takes one message, and no file.
	if (type === 'text')
		return await byUrl(
			item,
			message,
			splitMarkdown(content ?? contentOfForm(item), MAX_TEXT_BYTES),
			feedbackOf(item),
		);
	if (!file) sent = await toResponseUrl(item, message, bodies[0]);
	return outcomeOf(message, sent ?? noWayOpen(item, message), facts);
}

async function replyText(
	item: ItemContext,
	message: AnsweredMessage,
	content: string,
	feedback: string | undefined,
): Promise<IDataObject> {
	const stream = { id: message.streamId, finish: true, content, ...withId(feedback) };
	const sentOverConnection = await overConnection(item, message, 'aibot_respond_msg', {
		msgtype: 'stream',
		stream,
	});
	if (sentOverConnection) return outcomeOf(message, sentOverConnection);
	const [first, ...rest] = splitMarkdown(content, MAX_TEXT_BYTES);
	const change: StreamChange = { content: first, finish: true, feedback };
	const sent = await intoStream(item, message, change);
	if (!sent) return await byUrl(item, message, [first, ...rest], feedback);
	if (rest.length === 0) return outcomeOf(message, sent);
	// A stream shows a limited text. The rest goes into the one message that WeCom takes besides.
	if (message.responseUrl) return outcomeOf(message, sent, await byUrl(item, message, rest));
	return outcomeOf(message, sent, { warning: CUT });
}

const CUT = 'The text is longer than WeCom shows: it was cut after 20,480 bytes';

/** Sends to the address in the message, which takes a single message: the first of the parts. */
async function byUrl(
	item: ItemContext,
	message: AnsweredMessage,
	[content, ...rest]: string[],
	feedback?: string,
): Promise<IDataObject> {
	const body = { msgtype: 'markdown', markdown: { content, ...withId(feedback) } };
	const sent = (await toResponseUrl(item, message, body)) ?? noWayOpen(item, message);
	return outcomeOf(message, sent, rest.length > 0 ? { warning: CUT } : {});
}

async function replyCard(item: ItemContext, message: AnsweredMessage): Promise<IDataObject> {
	// A card given as JSON may have an ID of its own.
	const card: IDataObject = {
		...withId(firstOnly(item, message)),
		...cardFrom(item),
		...withId(feedbackOf(item)),
	};
	const body = { msgtype: 'template_card', template_card: card };
	const facts = { task_id: card.task_id };
	const sent =
		(await overConnection(item, message, 'aibot_respond_msg', body)) ??
		// Behind a first answer a card comes as the end of its stream.
		(isStreamed(message)
			? await intoStream(item, message, { card, finish: true })
			: await asAnswer(item, message, body)) ??
		(await toResponseUrl(item, message, body)) ??
		noWayOpen(item, message);
	return outcomeOf(message, sent, facts);
}

/** Whether WeCom shows a first answer, or what 'Stream Reply' has begun. */
const streamBegun = (item: ItemContext, message: AnsweredMessage): boolean =>
	message.transport === 'websocket'
		? begun.has(begunKey(item, message)) ||
			Boolean((message.received.wecom as IDataObject).streamId)
		: isStreamed(message);

async function replyFile(
	item: ItemContext,
	message: AnsweredMessage,
	kind: MediaKind,
): Promise<IDataObject> {
	const { data, fileName } = await readBinary(item, kind);
	const file: BotFile = { data, fileName, type: kind };
	const body = { msgtype: kind, [kind]: {} };
	const sentOverConnection = await overConnection(item, message, 'aibot_respond_msg', body, file);
	if (sentOverConnection) return outcomeOf(message, sentOverConnection);
	if (message.transport === 'callback' && kind === 'image') {
		const sent = await intoStream(item, message, {
			finish: true,
			images: [imageOf(data)],
		});
		if (sent) return outcomeOf(message, sent);
		throw problem(
			item,
			'No stream is open for the image',
			"In callback mode images go into the stream of the reply: set 'First Answer' or 'Respond' in the WeCom Trigger, and reply within six minutes.",
		);
	}
	throw problem(
		item,
		message.transport === 'callback'
			? `A ${kind} cannot be sent in callback mode`
			: 'The long connection of the bot is not open in this process',
		'Files, voice and video take the long connection: use the WeCom Bot Trigger in this workflow. In callback mode send a link.',
	);
}

/** `stream.msg_item` (doc 101836). */
const imageOf = (data: Buffer): IDataObject => ({
	msgtype: 'image',
	image: {
		base64: data.toString('base64'),
		md5: createHash('md5').update(data).digest('hex'),
	},
});

/**
 * Texts of streams that workflows in this process have begun and not finished: a stream always shows its whole text. Several
 * workflows may answer one message, each with its own text, also from sub-workflows. In the editor every execution begins anew,
 * since a pinned message keeps its run.
 */
const begun = new Map<string, string>();
const begunKey = ({ context }: ItemContext, { streamId, origin }: AnsweredMessage) =>
	`${(context.getMode() !== 'manual' && origin.run) || context.getExecutionId()}|${streamId}`;
const MAX_BEGUN = 2_000;

/** One step of a reply that grows. */
export async function streamReply(item: ItemContext): Promise<IDataObject> {
	const message = await messageOf(item);
	const { streamId } = message;
	const key = begunKey(item, message);
	const step = item.get('step', 'append');
	const finish = step === 'finish';
	// The last step may come without words.
	const added = finish && !String(item.get('content') ?? '').trim() ? '' : contentOfForm(item);
	const feedback = firstOnly(item, message);
	const before = step === 'replace' ? '' : (begun.get(key) ?? '');
	const content = before + added;
	if (finish && !content.trim())
		throw problem(item, 'The stream has no text', "Fill in 'Content', or add to the stream first.");
	if (finish) {
		const answer = isEvent(message)
			? await replyToEvent(item, message, 'text', content)
			: await replyText(item, message, content, feedback);
		begun.delete(key);
		return answer;
	}
	const [shown] = splitMarkdown(content, MAX_TEXT_BYTES);
	const sent = isEvent(message)
		? undefined
		: ((await overConnection(item, message, 'aibot_respond_msg', {
				msgtype: 'stream',
				stream: { id: streamId, finish, content, ...withId(feedback) },
			})) ?? (await intoStream(item, message, { content: shown, finish, feedback })));
	if (!sent && !message.responseUrl && !isEvent(message)) noWayOpen(item, message);
	// Kept only now: a step that failed is tried again with the text before it.
	keepNewest(begun, key, content, MAX_BEGUN);
	// Where no stream is open the text is collected, and sent whole with the last step.
	return outcomeOf(message, sent ?? { via: 'collected' }, { finish });
}

/** What a person sees on entering the chat. */
export async function welcome(item: ItemContext): Promise<IDataObject> {
	const message = await messageOf(item);
	inTime(item, message, 'bot:enter_chat', 'Welcome answers the event Chat: Entered');
	const asText = item.get('msgtype', 'text') === 'text';
	const card = asText ? undefined : withFeedback(item, cardFrom(item));
	const body = card
		? { msgtype: 'template_card', template_card: card }
		: { msgtype: 'text', text: { content: contentOfForm(item) } };
	const sent =
		(await overConnection(item, message, 'aibot_respond_welcome_msg', body)) ??
		(await asAnswer(item, message, body)) ??
		noWayOpen(item, message);
	return outcomeOf(message, sent, card ? { task_id: card.task_id } : {});
}

/** Puts another card in place of the one that was clicked. */
export async function updateBotCard(item: ItemContext): Promise<IDataObject> {
	const message = await messageOf(item);
	inTime(item, message, 'bot:template_card_event', 'Update Card answers the event Card: Clicked');
	const { template_card_event: clicked } = (message.received.event ?? {}) as {
		template_card_event?: IDataObject;
	};
	const card = withFeedback(item, cardFrom(item, { taskId: String(clicked?.task_id ?? '') }));
	const userids = splitIds(item.get<unknown>('userids', ''));
	const body = {
		response_type: 'update_template_card',
		...(userids.length > 0 ? { userids } : {}),
		template_card: card,
	};
	const sent =
		(await overConnection(item, message, 'aibot_respond_update_msg', body)) ??
		(await asAnswer(item, message, body)) ??
		noWayOpen(item, message);
	return outcomeOf(message, sent, { task_id: card.task_id });
}

/** Refuses an answer to an event when more than five seconds have passed, since WeCom takes none then. */
function inTime(
	item: ItemContext,
	{ received, kind }: AnsweredMessage,
	wanted: string,
	what: string,
) {
	if (kind !== wanted)
		throw problem(item, `The workflow was started by '${kind}'`, `${what}, no other one.`);
	const { answerBy } = received.wecom as { answerBy?: string };
	if (!answerBy || Date.now() <= Date.parse(answerBy)) return;
	throw problem(
		item,
		'The answer comes too late: WeCom waits five seconds',
		'Let this node run before slow ones.',
	);
}

/** A stream takes the feedback ID with its first text. */
function firstOnly(item: ItemContext, message: AnsweredMessage): string | undefined {
	if (streamBegun(item, message)) return undefined;
	const { feedbackId } = message.received.wecom as { feedbackId?: string };
	return feedbackOf(item) ?? feedbackId;
}

/** What the item says of a reply that went out. */
function outcomeOf(
	{ botId, received }: AnsweredMessage,
	{ via, late, warning }: SentReply | { via: 'collected'; late?: undefined; warning?: undefined },
	more: IDataObject = {},
): IDataObject {
	return {
		via,
		...(late ? { late } : {}),
		botId,
		msgid: received.msgid,
		...(warning ? { warning } : {}),
		...more,
	};
}

/** Fails because no way to reply is open: says why, and what opens one. */
function noWayOpen(item: ItemContext, message: AnsweredMessage): never {
	if (message.transport === 'websocket')
		throw problem(
			item,
			'The long connection this message came on is not open in this process',
			'Keep the workflow with the WeCom Bot Trigger published, and reply in that workflow: a sub-workflow in queue mode has no way to the connection.',
		);
	throw problem(
		item,
		'WeCom takes no reply to this message any more',
		message.kind === 'bot:text' || message.responseUrl
			? "The message has no 'response_url', or it was used. In the WeCom Trigger set the option 'First Answer', which keeps the reply open for six minutes, or 'Respond' to 'Using the Reply Operation of the WeCom Node', and reply within 4.5 seconds."
			: "In the WeCom Trigger set 'Respond' to 'Using the Reply Operation of the WeCom Node', and answer within 4.5 seconds.",
	);
}
