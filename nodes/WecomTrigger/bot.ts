import type { IDataObject, INodeExecutionData, IWebhookResponseData } from 'n8n-workflow';
import {
	beginConversation,
	currentStream,
	giveFirstAnswer,
	isStreaming,
	streamIdOf,
	takeRelayed,
	RELAYED,
} from '../shared/bot/callbackReplies';
import { botFilter, type BotOptions } from '../shared/bot/fields';
import { botItem, botKind, matchesBot } from '../shared/bot/items';
import { downloadMedia } from '../shared/bot/media';
import { signedReply, signedReplyJson } from '../shared/callback/crypto';
import { callbackKey, type Claim } from '../shared/callback/dedupe';
import { answer, answerWhenStored, mute, whenAnswered, type Response } from './http';
import { REPLY_WITHIN_MS, waitsForWorkflow, type Arrived } from './reply';

/** Messages and events of an AI bot, and WeCom's questions after the streams of its replies (docs 100719, 101031, 101033). */

/** The first answer is there within a second, however far n8n is. */
const FIRST_ANSWER_MS = 800;

const ANSWERED: IWebhookResponseData = { noWebhookResponse: true };

/** What this callback has to do with others of its node. */
export interface Delivery {
	claim(key: string): Promise<Claim>;
	settle(key: string, stored: boolean): void;
	tellTester(kind: string, reason: string): void;
}

export async function receiveBot(
	arrived: Arrived,
	{ claim, settle, tellTester }: Delivery,
): Promise<IWebhookResponseData> {
	const { context, opened, at } = arrived;
	const body = opened.payload as IDataObject;
	const response = context.getResponseObject();

	if (body.msgtype === 'stream') {
		const { id } = (body.stream ?? {}) as IDataObject;
		// A question another process could answer stays open: WeCom asks again.
		answerSealed(arrived, currentStream(String(id ?? '')));
		return ANSWERED;
	}
	if (body.msgtype === RELAYED) {
		answer(response, 200, JSON.stringify({ via: takeRelayed(body, at) ?? '' }));
		return ANSWERED;
	}

	const filters = context.getNodeParameter('filters', {}) as IDataObject;
	const kinds = context.getNodeParameter('events', []) as string[];
	if (!matchesBot(body, botFilter(kinds, filters))) {
		answer(response, 200);
		tellTester(botKind(body), "'Trigger On' or the filters do not include it.");
		return ANSWERED;
	}

	const key = body.msgid ? `bot:${String(body.msgid)}` : callbackKey(body, opened.plaintext);
	const claimed = await claim(key);
	if (claimed !== 'first') {
		// WeCom hung up before the first answer, if it sends the message again.
		const stream = claimed === 'duplicate' ? currentStream(streamIdOf(body)) : undefined;
		if (stream) answerSealed(arrived, stream);
		else answer(response, claimed === 'duplicate' ? 200 : 503);
		return ANSWERED;
	}
	whenAnswered(response, (stored) => settle(key, stored));

	const options = context.getNodeParameter('botOptions', {}) as BotOptions;
	const facts = prepareAnswer(arrived, body, options);
	return { workflowData: [[await toItem(arrived, body, options, facts)]] };
}

/** Prepares what WeCom is answered, and tells the workflow how it can reply. */
function prepareAnswer(
	arrived: Arrived,
	body: IDataObject,
	{ firstAnswer = '', closingText, downloadMedia: downloads }: BotOptions,
): IDataObject {
	const { context, at, opened } = arrived;
	const response = context.getResponseObject();
	const waits = waitsForWorkflow(context) && botKind(body) !== 'bot:feedback_event';
	// The test URL listens for one callback only: WeCom's questions after a stream would find nobody.
	const canAsk = context.getMode() !== 'manual' && body.msgtype !== 'event';
	const contentType = 'application/json';

	const hold = () => {
		const respond = (reply: IDataObject) => respondNow(response, sealed(arrived, reply));
		return beginConversation(body, at, { canAsk, ...(waits && { respond }) });
	};
	const streamId = waits || (canAsk && firstAnswer) ? hold() : '';
	if (streamId && canAsk && firstAnswer && giveFirstAnswer(streamId, firstAnswer, closingText)) {
		const shown = () => sealed(arrived, currentStream(streamId));
		answerWhenStored(response, { body: shown, contentType, deadlineMs: FIRST_ANSWER_MS });
	} else if (waits || downloads) {
		const deadlineMs = Math.max(0, at + REPLY_WITHIN_MS - Date.now());
		answerWhenStored(response, { body: '', deadlineMs });
	}
	if (!streamId) return {};
	const url = canAsk ? context.getNodeWebhookUrl('default') : undefined;
	return {
		streamId,
		...(url ? { replyUrl: url } : {}),
		...(isStreaming(streamId) ? { streaming: true } : {}),
		...(waits && !isStreaming(streamId)
			? {
					replyUntil: new Date(at + REPLY_WITHIN_MS).toISOString(),
					nonce: String((context.getQueryData() as IDataObject).nonce),
					receiveId: opened.receiveId,
				}
			: {}),
	};
}

async function toItem(
	{ context, secrets, at }: Arrived,
	body: IDataObject,
	options: BotOptions,
	facts: IDataObject,
): Promise<INodeExecutionData> {
	const botId = String(body.aibotid ?? '');
	const { stripMention } = options;
	const receivedAt = new Date(at);
	const json = botItem(body, { transport: 'callback', botId }, { stripMention, receivedAt });
	const wecom: IDataObject = { ...(json.wecom as IDataObject), ...facts };
	if (!options.downloadMedia) return { json: { ...json, wecom } };
	const { binary, media } = await downloadMedia(context, body, secrets.aesKey);
	return { json: { ...json, wecom: { ...wecom, media } }, binary };
}

/** Encrypted and signed, with the nonce of the callback (doc 101033); '' for no reply. */
function sealed({ context, opened, secrets }: Arrived, reply: IDataObject | undefined): string {
	if (!reply) return '';
	const { nonce } = context.getQueryData() as IDataObject;
	const keys = { ...secrets, receiveId: opened.receiveId };
	const now = Math.floor(Date.now() / 1000);
	return signedReplyJson(signedReply(keys, JSON.stringify(reply), now, String(nonce)));
}

function answerSealed(arrived: Arrived, reply: IDataObject | undefined): void {
	answer(arrived.context.getResponseObject(), 200, sealed(arrived, reply));
}

/** Gives the answer while WeCom still waits for it; n8n's own then goes nowhere. */
function respondNow(response: Response, body: string): boolean {
	if (response.headersSent) return false;
	answer(response, 200, body);
	mute(response);
	return true;
}
