import { NodeOperationError, type IDataObject, type INodeExecutionData } from 'n8n-workflow';
import {
	beginConversation,
	currentStream,
	endReply,
	giveFirstAnswer,
	isStreaming,
	RELAYED,
	replyKey,
	showSaid,
	takeRelayed,
} from '../../shared/bot/callbackReplies';
import { AgentText } from '../../shared/bot/agentText';
import { goesOnAfterError, hasAgent, mayWait } from '../../shared/bot/behind';
import { botFilter, type BotOptions } from '../../shared/bot/fields';
import { botItem, botKind, feedbackIdOf, matchesBot, streamIdOf } from '../../shared/bot/items';
import { downloadMedia } from '../../shared/bot/media';
import { signedReply, signedReplyJson } from '../../shared/callback/crypto';
import { callbackKey } from '../../shared/callback/dedupe';
import { takeClickInBot } from '../answers';
import { later } from '../../shared/util/later';
import { streamsAnswer } from '../../shared/util/webhookDescription';
import { FIRST_ANSWER_MS, REPLY_WITHIN_MS, TOOL_STATUS_AFTER_MS } from '../deadlines';
import type { Delivery, Source } from '../delivery';
import { waitsForWorkflow } from '../reply';
import { nodeOf } from '../secrets';

const JSON_TYPE = 'application/json';

/** Messages and events of an AI bot, and WeCom's questions after the streams of its replies (docs 101834, 101836, 101033). */
export const botSource: Source = {
	credential: 'wecomBotApi',
	name: 'WeCom AI Bot API',
	where: 'Copy it from the page of the bot in WeCom: API Mode > URL Callback.',
	// Empty for a company's own bot; of a third party's the pages disagree (doc 101033). The signature decides.
	receiveIds: () => [],
	openClient: async (context) => {
		throw new NodeOperationError(context.getNode(), 'An AI bot has no access to the server API');
	},
	answerItself(delivery) {
		const { msgtype, stream } = bodyOf(delivery);
		if (msgtype === 'stream') {
			// A question that another process could answer stays open, so that WeCom asks again.
			const { id } = (stream ?? {}) as IDataObject;
			answerSealed(delivery, currentStream(keyOf(delivery, String(id ?? ''))));
			return true;
		}
		if (msgtype !== RELAYED) return false;
		const ofBot = (streamId: string) => keyOf(delivery, streamId);
		const via = takeRelayed(bodyOf(delivery), delivery.at, ofBot) ?? '';
		delivery.response.answer(200, JSON.stringify({ via }));
		return true;
	},
	takeClick: async (delivery) => await takeClickInBot(delivery, (reply) => sealed(delivery, reply)),
	whyUnwanted(delivery) {
		const { context } = delivery;
		const body = bodyOf(delivery);
		const filters = context.getNodeParameter('filters', {}) as IDataObject;
		const kinds = context.getNodeParameter('events', []) as string[];
		if (matchesBot(body, botFilter(kinds, filters))) return undefined;
		return { kind: botKind(body), reason: "'Trigger On' or the filters do not include it." };
	},
	keyOf: ({ payload, plaintext }) =>
		payload.msgid ? `bot:${String(payload.msgid)}` : callbackKey(payload, plaintext),
	answerToRepetition(delivery, claim) {
		// If WeCom sends the message again, it has hung up before the first answer: that goes out once more.
		const stream = currentStream(keyOf(delivery));
		if (stream) return { body: sealed(delivery, stream), contentType: JSON_TYPE };
		return claim === 'busy' ? undefined : { body: '' };
	},
	async deliver(delivery) {
		const options = delivery.context.getNodeParameter('botOptions', {}) as BotOptions;
		const facts = prepareAnswer(delivery, options);
		// If n8n does not take the message no workflow will reply: the stream ends, so that nobody waits for it.
		if (facts.streamId) delivery.whenStored((stored) => stored || endReply(keyOf(delivery)));
		return [await toItem(delivery, options, facts)];
	},
};

const bodyOf = ({ opened }: Delivery) => opened.payload as IDataObject;

/** The `replyKey` of the reply to a message, or to the one whose stream it asks after. */
const keyOf = (delivery: Delivery, streamId = streamIdOf(bodyOf(delivery))) =>
	replyKey(delivery.secrets, streamId);

/** Prepares what WeCom is answered, and tells the workflow how it can reply. */
function prepareAnswer(delivery: Delivery, options: BotOptions): IDataObject {
	const { firstAnswer = '', closingText, downloadMedia: downloads } = options;
	const feedback = feedbackIdOf(bodyOf(delivery), options);
	const { context, response, at, opened } = delivery;
	const body = bodyOf(delivery);
	const waits = waitsForWorkflow(context) && botKind(body) !== 'bot:feedback_event';
	// The test URL listens for one callback only: WeCom's questions after a stream would find nobody.
	const canAsk = context.getMode() !== 'manual' && body.msgtype !== 'event';

	const hold = () => {
		const respond = (reply: IDataObject) => response.answer(200, sealed(delivery, reply));
		beginConversation(body, at, { canAsk, ...(waits && { respond }) }, key);
		return streamIdOf(body);
	};
	const key = keyOf(delivery);
	const streams = streamsAnswer(nodeOf(context).parameters);
	const streamId = waits || (canAsk && firstAnswer) ? hold() : '';
	let hears = false;
	if (
		streamId &&
		canAsk &&
		firstAnswer &&
		giveFirstAnswer(key, firstAnswer, { closingText, feedback })
	) {
		hears = streams && hasAgent(context);
		if (streams) hearExecution(delivery, key, options);
		const shown = () => sealed(delivery, currentStream(key));
		response.answerBy(at + FIRST_ANSWER_MS - Date.now(), { body: shown, contentType: JSON_TYPE });
	} else if (waits || downloads || streams) {
		if (streams) response.stream(() => {});
		response.answerBy(at + REPLY_WITHIN_MS - Date.now(), { body: '' });
	}
	if (!streamId) return {};
	const url = canAsk ? context.getNodeWebhookUrl('default') : undefined;
	return {
		streamId,
		...(url ? { replyUrl: url } : {}),
		...(isStreaming(key) ? { streaming: true } : {}),
		...(hears ? { answerStreams: true } : {}),
		...(waits && !isStreaming(key)
			? {
					replyUntil: new Date(at + REPLY_WITHIN_MS).toISOString(),
					nonce: String((context.getQueryData() as IDataObject).nonce),
					receiveId: opened.receiveId,
				}
			: {}),
	};
}

/**
 * What agents say goes into the stream of the answer, as they say it; WeCom asks for it about once a second. Without an agent a
 * stream whose workflow has failed ends as well.
 */
function hearExecution({ context, response }: Delivery, key: string, options: BotOptions): void {
	const { toolStatus = '' } = options;
	const said = new AgentText({ goesOnAfter: (nodeName) => goesOnAfterError(context, nodeName) });
	let hasEnded = false;
	const showStatus = () => {
		if (said.isWaiting && !hasEnded) showSaid(key, said.text, toolStatus);
	};
	response.stream(
		(chunk) => {
			if (!said.take(String(chunk))) return;
			if (said.isWaiting && toolStatus) later(TOOL_STATUS_AFTER_MS, showStatus);
			else if (said.text.trim()) showSaid(key, said.text);
		},
		(isStopped) => {
			hasEnded = true;
			const hasFailed = isStopped || said.hasFailed;
			// An execution that waits ends its response, too, and replies later; without an agent another workflow may.
			const isOver = isStopped || !mayWait(context);
			if (isOver && (hasFailed || hasAgent(context))) endReply(key, hasFailed);
		},
	);
}

async function toItem(
	delivery: Delivery,
	options: BotOptions,
	facts: IDataObject,
): Promise<INodeExecutionData> {
	const { context, secrets, at } = delivery;
	const body = bodyOf(delivery);
	const botId = String(body.aibotid ?? '');
	const receivedAt = new Date(at);
	const json = botItem(body, { transport: 'callback', botId }, { ...options, receivedAt });
	const { raw } = delivery.opened;
	const unread = raw === undefined ? {} : { raw };
	const wecom: IDataObject = { ...(json.wecom as IDataObject), ...unread, ...facts };
	if (!options.downloadMedia) return { json: { ...json, wecom } };
	const { binary, media } = await downloadMedia(context, body, secrets.aesKey);
	return { json: { ...json, wecom: { ...wecom, media } }, binary };
}

/** Encrypted and signed, with the nonce of the callback (doc 101033); '' for no reply. */
function sealed({ context, opened, secrets }: Delivery, reply: IDataObject | undefined): string {
	if (!reply) return '';
	const { nonce } = context.getQueryData() as IDataObject;
	const keys = { ...secrets, receiveId: opened.receiveId };
	const now = Math.floor(Date.now() / 1000);
	return signedReplyJson(signedReply(keys, JSON.stringify(reply), now, String(nonce)));
}

function answerSealed(delivery: Delivery, reply: IDataObject | undefined): void {
	delivery.response.answer(200, sealed(delivery, reply));
}
