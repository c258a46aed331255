import type { IDataObject } from 'n8n-workflow';
import { describeUnreachable } from '../../../shared/protocol/errors';
import { parseReply } from '../../../shared/protocol/reply';
import { clean } from '../../../shared/protocol/settings';
import {
	answerOnce,
	changeStream,
	isHere,
	isStreaming,
	RELAYED,
	type Relayed,
	type StreamChange,
} from '../../../shared/bot/callbackReplies';
import {
	type BotCommand,
	type RelayedReply,
	botSettings,
	isConnected,
	isRemembered,
	connectedBot,
} from '../../../shared/bot/connectedBots';
import type { BotFile } from '../../../shared/bot/upload';
import { BEGINNING_ONLY } from '../../../shared/bot/connectionReplies';
import { sealRelay } from '../../../shared/bot/relay';
import { sendToResponseUrl } from '../../../shared/bot/responseUrl';
import {
	parseEncodingAesKey,
	signedReply,
	signedReplyJson,
	type SignedReply,
} from '../../../shared/callback/crypto';
import { MAX_BODY_BYTES } from '../../../shared/callback/envelope';
import type { ItemContext } from '../../engine/operation';
import { problem } from '../../engine/problem';
import { type AnsweredMessage } from './message';
import { BOT_CREDENTIAL } from '../../../shared/credentials/aiBot';

/** The ways of a reply to WeCom. Each one tells what it did, or that it is not open. */

/** How a reply went: over the long connection, as the answer to the callback, into its stream, or to its response_url. */
export type Via = 'longConnection' | 'answer' | 'stream' | 'responseUrl';

export interface SentReply {
	via: Via;
	/** The stream was over: WeCom shows the text as a new message. */
	late?: boolean;
	/** What is missing of the reply, where WeCom did not take all of it. */
	warning?: string;
}

const RELAY_TIMEOUT_MS = 8_000;
/** Several webhook processes may share the trigger's URL, and one of them knows the stream: the next call may reach it. */
const RELAY_TRIES = 4;

/** Messages whose one HTTP answer this process has given from afar, by `replyKey`. */
const answered = new Set<string>();
const MAX_ANSWERED = 10_000;

/** Over the connection the message came on, also from a worker of queue mode. */
export async function overConnection(
	item: ItemContext,
	{ transport, botId, reqId, origin, ownTrigger }: AnsweredMessage,
	cmd: BotCommand,
	body: IDataObject,
	file?: BotFile,
): Promise<SentReply | undefined> {
	if (transport !== 'websocket') return undefined;
	// A message that the bot sends of its own accord answers no other message.
	const answers = cmd === 'aibot_send_msg' ? {} : { reqId, origin: { ...origin } };
	const credentials = await item.context.getCredentials(BOT_CREDENTIAL, item.itemIndex);
	const bot = clean(credentials.botId) === botId && connectedBot(credentials);
	if (bot) {
		const media = file && (await refusals(item, bot.upload(file)));
		const whole = media ? withMedia(body, media) : body;
		const { late, warning } = await refusals(item, bot.request(cmd, whole, answers.reqId, origin));
		return {
			via: 'longConnection',
			...(late === true && { late }),
			...(typeof warning === 'string' && { warning }),
		};
	}
	// The trigger ran in this process, as in every test run, and its connection is gone. So there is nobody to hand the reply to.
	const here = isRemembered(credentials, reqId) || item.context.getMode() === 'manual';
	if (!ownTrigger || (here && !isConnected(credentials))) return undefined;
	// The trigger that has started this execution sends the reply, from the process that holds the connection.
	const relayed: RelayedReply = { cmd, body, ...answers };
	if (file) relayed.file = { ...file, data: file.data.toString('base64') };
	// An execution that streams cannot send a response: the reply goes to the trigger among the chunks of its stream.
	if (item.context.isStreaming?.())
		await item.context.sendChunk('item', 0, sealRelay(relayed, botSettings(credentials).secret));
	else await item.context.sendResponse({ wecomBot: relayed as unknown as IDataObject });
	return { via: 'longConnection' };
}

/**
 * Sends the parts of a text, until a way is not open. When a later part fails nothing is tried again: that would say the
 * beginning twice.
 */
export async function inParts(
	bodies: IDataObject[],
	send: (body: IDataObject) => Promise<SentReply | undefined>,
): Promise<SentReply | undefined> {
	let sent: SentReply | undefined;
	for (const body of bodies) {
		const next = await send(body).catch((error: Error): SentReply => {
			if (!sent) throw error;
			return { ...sent, warning: `${BEGINNING_ONLY}: ${error.message}` };
		});
		if (!next) return sent && { ...sent, warning: BEGINNING_ONLY };
		if (next.warning) return next;
		sent = next;
	}
	return sent;
}

export const withMedia = (body: IDataObject, media: { media_id: string }): IDataObject => ({
	...body,
	[body.msgtype as string]: media,
});

/** WeCom's refusal as an error of this item. */
export async function refusals<T>(item: ItemContext, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		const { message, description } = error as Error & { description?: string };
		throw problem(item, message, description ?? 'Check the connection of the AI bot.');
	}
}

/** Puts a text into the stream of a callback, or makes it the first answer. */
export async function intoStream(
	item: ItemContext,
	message: AnsweredMessage,
	change: StreamChange,
): Promise<SentReply | undefined> {
	if (message.transport !== 'callback') return undefined;
	const via = changeStream(message.replyKey, change);
	if (via) return { via };
	if (isHere(message.replyKey)) return undefined;
	if (change.finish && !isStreamed(message)) {
		const { content = '', card, images, feedback } = change;
		const stream: IDataObject = { id: message.streamId, finish: true, content };
		if (images?.length) stream.msg_item = images;
		if (feedback) stream.feedback = { id: feedback };
		const body = card
			? { msgtype: 'stream_with_template_card', stream, template_card: card }
			: { msgtype: 'stream', stream };
		if (await throughN8n(item, message, body)) return { via: 'answer' };
	}
	return await relay(item, message, change);
}

/** Gives a body as the one answer to a callback. */
export async function asAnswer(
	item: ItemContext,
	message: AnsweredMessage,
	body: IDataObject,
): Promise<SentReply | undefined> {
	if (message.transport !== 'callback') return undefined;
	const via = answerOnce(message.replyKey, body);
	if (via) return { via };
	if (isHere(message.replyKey)) return undefined;
	return (await throughN8n(item, message, body)) ? { via: 'answer' } : undefined;
}

/** Whether WeCom shows a first answer for the message already. */
export const isStreamed = ({ received, replyKey }: AnsweredMessage): boolean =>
	isStreaming(replyKey) || (received.wecom as IDataObject).streaming === true;

/** Hands an answer from a worker to the process that holds the callback open, through n8n. */
async function throughN8n(
	item: ItemContext,
	{ received, replyKey, ownTrigger }: AnsweredMessage,
	body: IDataObject,
): Promise<boolean> {
	const { replyUntil, nonce, receiveId } = received.wecom as { [name: string]: string | undefined };
	const inTime = replyUntil !== undefined && Date.now() < Date.parse(replyUntil);
	if (!inTime || !nonce || !ownTrigger || answered.has(replyKey)) return false;
	const sealed = await seal(item, body, nonce, receiveId);
	remember(replyKey);
	await item.context.sendResponse({
		body: signedReplyJson(sealed),
		statusCode: 200,
		headers: { 'content-type': 'application/json' },
	});
	return true;
}

function remember(key: string): void {
	if (answered.size >= MAX_ANSWERED) answered.clear();
	answered.add(key);
}

/**
 * Hands a change of the stream from a worker to the process that WeCom asks: over the trigger's own URL, sealed, so that nobody
 * else can do so.
 */
async function relay(
	item: ItemContext,
	{ received, replyKey, streamId }: AnsweredMessage,
	change: StreamChange,
): Promise<SentReply | undefined> {
	const { replyUrl } = received.wecom as { replyUrl?: string };
	if (!replyUrl) return undefined;
	const nonce = String(Date.now());
	const relayed: Relayed = { streamId, at: Date.now(), change };
	const { Encrypt, MsgSignature, TimeStamp } = await seal(
		item,
		{ msgtype: RELAYED, ...relayed },
		nonce,
	);
	const body = { encrypt: Encrypt };
	if (Encrypt.length > MAX_BODY_BYTES)
		throw problem(
			item,
			'The images are too large to be handed to the process that answers WeCom',
			'In queue mode a reply in callback mode takes about 2 MB of images. Use smaller ones, or a long connection.',
		);
	const post = async (): Promise<string | undefined> => {
		const reply: unknown = await item.context.helpers.httpRequest({
			method: 'POST',
			url: replyUrl,
			qs: { msg_signature: MsgSignature, timestamp: String(TimeStamp), nonce },
			body,
			json: true,
			timeout: RELAY_TIMEOUT_MS,
		});
		return ((parseReply(reply) ?? {}) as { via?: string }).via;
	};
	try {
		for (let tries = 0; tries < RELAY_TRIES; tries++) {
			const via = await post();
			if (via !== 'answer' && via !== 'stream') continue;
			remember(replyKey);
			return { via };
		}
	} catch (error) {
		// Not thrown: another way may be open.
		item.context.logger.warn(
			`WeCom: the trigger's URL cannot be reached from here: ${describeUnreachable(replyUrl, error).message}`,
		);
	}
	return undefined;
}

async function seal(
	{ context, itemIndex, ...rest }: ItemContext,
	body: unknown,
	nonce: string,
	receiveId = '',
): Promise<SignedReply> {
	const credentials = await context.getCredentials(BOT_CREDENTIAL, itemIndex);
	const token = clean(credentials.token);
	const aesKey = parseEncodingAesKey(clean(credentials.encodingAesKey));
	if (!token || !aesKey)
		throw problem(
			{ context, itemIndex, ...rest },
			`The WeCom AI Bot API credential has no ${token ? 'valid EncodingAESKey' : 'Token'}`,
			'A reply to a callback is encrypted and signed. Use the same credential as in the trigger.',
		);
	const now = Math.floor(Date.now() / 1000);
	return signedReply({ token, aesKey, receiveId }, JSON.stringify(body), now, nonce);
}

/** Sends a reply to the address in the message: it takes one call within an hour, without any token (doc 101138). */
export async function toResponseUrl(
	item: ItemContext,
	{ responseUrl }: AnsweredMessage,
	body: IDataObject,
): Promise<SentReply | undefined> {
	if (!responseUrl) return undefined;
	const request = item.context.helpers.httpRequest;
	await refusals(item, sendToResponseUrl(request, responseUrl, body));
	return { via: 'responseUrl' };
}
