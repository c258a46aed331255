import { NodeOperationError, type IDataObject, type INodeExecutionData } from 'n8n-workflow';
import {
	beginConversation,
	currentStream,
	endReply,
	giveFirstAnswer,
	hearReply,
	isStreaming,
	RELAYED,
	replyKey,
	showSaid,
	takeRelayed,
	whenChanged,
} from '../../shared/bot/callbackReplies';
import { AgentText } from '../../shared/bot/agentText';
import { goesOnAfterError, hasAgent, mayWait } from '../../shared/bot/behind';
import { botFilter, type BotOptions } from '../../shared/bot/fields';
import { BotFailure } from '../../shared/bot/errors';
import { botItem, botKind, feedbackIdOf, matchesBot, streamIdOf } from '../../shared/bot/items';
import { downloadMedia } from '../../shared/bot/media';
import { sendToResponseUrl } from '../../shared/bot/responseUrl';
import { signedReply, signedReplyJson } from '../../shared/callback/crypto';
import { callbackKey } from '../../shared/callback/dedupe';
import { callSelf } from '../../shared/callback/ownCalls';
import { takeClickInBot } from '../answers';
import { later } from '../../shared/util/later';
import { streamsAnswer } from '../../shared/util/webhookDescription';
import {
	FIRST_ANSWER_MS,
	QUESTION_WAITS_MS,
	REPLY_WITHIN_MS,
	TOOL_STATUS_AFTER_MS,
} from '../deadlines';
import { warn, type Delivery, type Source } from '../delivery';
import type { Loss } from '../redelivery';
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
			const key = keyOf(delivery, String(id ?? ''));
			whenChanged(key, QUESTION_WAITS_MS, () => {
				// Where WeCom has hung up, its next question gets what is new.
				if (!delivery.response.isGone) answerSealed(delivery, currentStream(key));
			});
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
function hearExecution(delivery: Delivery, key: string, options: BotOptions): void {
	const { context, response } = delivery;
	const { toolStatus = '' } = options;
	hearReply(key);
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
			if (isOver && (hasFailed || hasAgent(context) || !isStreaming(key)))
				void sayRest(delivery, endReply(key, hasFailed));
		},
	);
}

/** What the stream does not show of an answer that no reply has ended goes to the one address that WeCom gives besides. */
async function sayRest(delivery: Delivery, [content, ...rest]: string[]): Promise<void> {
	if (!content) return;
	const { context, here } = delivery;
	const { response_url: url } = bodyOf(delivery);
	try {
		if (!url) throw new BotFailure("the message has no 'response_url'", '');
		const body = { msgtype: 'markdown', markdown: { content } };
		await sendToResponseUrl(context.helpers.httpRequest, String(url), body);
		if (rest.length > 0) throw new BotFailure('it was longer than WeCom takes', '');
	} catch (error) {
		const reason = (error as BotFailure).message;
		const message = `The end of an answer of the AI bot is lost: ${reason}`;
		warn(context, `could not say all of an answer: ${reason}`);
		const loss: Loss = {
			message,
			description:
				'It came after the six minutes in which WeCom shows an answer in place, or was too long. The execution of the AI Agent holds all of it.',
		};
		await callSelf(context, 'POST', here, loss);
	}
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
