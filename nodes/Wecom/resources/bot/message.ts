import type { IDataObject } from 'n8n-workflow';
import { replyKey } from '../../../shared/bot/callbackReplies';
import { chatOf, streamIdOf } from '../../../shared/bot/items';
import { parseEncodingAesKey } from '../../../shared/callback/crypto';
import { clean } from '../../../shared/protocol/settings';
import { isObject } from '../../../shared/util/isObject';
import type { Origin } from '../../../shared/bot/talks';
import type { ItemContext } from '../../engine/operation';
import { toJson } from '../../engine/convert';
import { problem } from '../../engine/problem';
import { BOT_CREDENTIAL } from '../../../shared/credentials/aiBot';

/** The message or event to an AI bot that an operation answers. */
export interface AnsweredMessage {
	/** As WeCom sent it, with what the trigger knows under `wecom`. */
	received: IDataObject;
	transport: 'callback' | 'websocket';
	kind: string;
	botId: string;
	reqId: string;
	/** Where the message came from, and when, and which workflow answers it. */
	origin: Origin;
	/** The stream of its reply, whether it has begun or not. */
	streamId: string;
	/** Names the reply in the process that took the message in callback mode: for who has the secrets of the bot. */
	replyKey: string;
	responseUrl: string;
	/** Whether a trigger of this workflow took it, which n8n can reach from everywhere. */
	ownTrigger: boolean;
}

const TRIGGER = /\.wecom(Bot)?Trigger$/;

/**
 * The message an item answers: as the option says, else the item itself, else what a trigger before this node put out. AI nodes
 * drop the fields of the trigger, so a reply right behind them finds its message this way.
 */
export async function messageOf(item: ItemContext): Promise<AnsweredMessage> {
	const { context, itemIndex, get } = item;
	const { message } = get<IDataObject>('replyOptions', {});
	const given =
		message === undefined || message === '' ? undefined : toJson(item, 'Message', message);
	const fromTrigger = triggerItem(item);
	const received = [given, context.getInputData()[itemIndex]?.json, fromTrigger].find(isBotItem);
	if (!received)
		throw problem(
			item,
			given ? "'Message' is not a message to an AI bot" : 'No message to an AI bot came this way',
			"Put this node behind a WeCom Bot Trigger, or a WeCom Trigger with the source AI Bot. Elsewhere, for example in a tool of an AI Agent or in a sub-workflow, add the option 'Message' and give it the whole item of the trigger: {{ $('WeCom Bot Trigger').item.json }}.",
		);
	const wecom = received.wecom as IDataObject;
	const transport = wecom.transport === 'websocket' ? 'websocket' : 'callback';
	const text = (value: unknown) => (typeof value === 'string' ? value : '');
	const streamId = text(wecom.streamId) || streamIdOf(received);
	return {
		received,
		transport,
		kind: text(wecom.kind),
		botId: text(wecom.botId),
		reqId: text(wecom.reqId),
		origin: {
			chatid: chatOf(received),
			at: Date.parse(text(wecom.receivedAt)) || Date.now(),
			run: text(wecom.run) || undefined,
		},
		streamId,
		replyKey: transport === 'callback' ? replyKey(await secretsOf(item), streamId) : '',
		responseUrl: text(received.response_url),
		ownTrigger: isBotItem(fromTrigger) && fromTrigger.msgid === received.msgid,
	};
}

async function secretsOf({ context, itemIndex }: ItemContext) {
	const { token, encodingAesKey } = await context.getCredentials(BOT_CREDENTIAL, itemIndex);
	return { token: clean(token), aesKey: parseEncodingAesKey(clean(encodingAesKey)) };
}

const isBotItem = (item: unknown): item is IDataObject =>
	isObject(item) && isObject(item.wecom) && item.wecom.family === 'bot';

/** The item of the trigger that this item comes from. */
function triggerItem({ context, itemIndex }: ItemContext): IDataObject | undefined {
	const { $: dataOf } = context.getWorkflowDataProxy(itemIndex);
	for (const { name, type } of context.getParentNodes(context.getNode().name)) {
		if (!TRIGGER.test(type) || !dataOf(name).isExecuted) continue;
		const item = paired(() => dataOf(name).item?.json) ?? dataOf(name).first()?.json;
		if (isBotItem(item)) return item;
	}
	return undefined;
}

/**
 * What an expression gives for the paired item; undefined where nodes in between have lost which item came from which. A trigger
 * of a bot puts out a single one anyway.
 */
function paired(read: () => unknown): unknown {
	try {
		return read();
	} catch {
		return undefined;
	}
}
