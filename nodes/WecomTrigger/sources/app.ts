import type { INodeExecutionData } from 'n8n-workflow';
import { WecomClient } from '../../shared/client/client';
import { callbackKey } from '../../shared/callback/dedupe';
import { clean } from '../../shared/protocol/settings';
import { takeClickInApp } from '../answers';
import { fetchesMessages, fetchMessages } from '../customerService/fetch';
import { FETCH_UNTIL_MS } from '../deadlines';
import type { Delivery, Source } from '../delivery';
import { whyUnwanted } from '../filters';
import { callbackItem } from '../item';
import { attachMedia } from '../media';
import { prepareAnswer, quickReply, REPLY_TYPE, replyFacts } from '../reply';
import { senderFacts, whyOfOthers } from '../sender';

/** Messages and events of a self-built or customized app (doc 90238). */
export const appSource: Source = {
	credential: 'wecomApi',
	name: 'WeCom API',
	where:
		'Copy it from the WeCom admin console: the page of your app > Receive Messages > Set API Receive.',
	id: {
		field: 'corpId',
		name: 'Corp ID',
		where: 'Copy it from the WeCom admin console under My Company.',
	},
	receiveIds: ({ corpId }) => [clean(corpId)],
	openClient: async (context) => await WecomClient.ofApp(context),
	takeClick: takeClickInApp,
	whyUnwanted: async (delivery) =>
		whyUnwanted(delivery.context, delivery.opened) ?? (await whyOfOthers(delivery)),
	keyOf: ({ payload, plaintext }) => callbackKey(payload, plaintext),
	// If WeCom sends the callback again, it has hung up before the quick reply: that goes out once more.
	answerToRepetition: (delivery, claim) =>
		claim === 'busy'
			? undefined
			: { body: quickReply(delivery, callbackItem(delivery.opened)), contentType: REPLY_TYPE },
	deliver: deliverMessage,
};

/** One item for the callback, or one for each customer service message that it announces. */
export async function deliverMessage(delivery: Delivery): Promise<INodeExecutionData[]> {
	const { context, opened, at } = delivery;
	if (fetchesMessages(context, opened)) return await fetchMessages(delivery);
	const facts = { ...replyFacts(delivery), ...(await senderFacts(delivery)) };
	const items = [{ json: callbackItem(opened, facts) }];
	await attachMedia(delivery, items, at + FETCH_UNTIL_MS);
	prepareAnswer(delivery, items[0].json);
	return items;
}
