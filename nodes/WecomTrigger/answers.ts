import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { answerInApp } from '../shared/sendAndWait/answerInApp';
import { answerToBot } from '../shared/sendAndWait/answerToBot';
import { clickOfApp, clickOfBot } from '../shared/sendAndWait/clicks';
import { isAnswer } from '../shared/sendAndWait/forward';
import type { Delivery } from './delivery';

/** Clicks on cards of the WeCom Send and Wait node go to the execution that waits for them, whatever the filters say. */

/** Whether they start the workflow of this trigger, too. */
export const startsOnClicks = (context: IWebhookFunctions): boolean =>
	context.getNodeParameter('filters.sendAndWaitClicks', false) === true;

/** A click on a card of an app: WeCom has its answer at once, the card is changed when the execution has gone on. */
export async function takeClickInApp(delivery: Delivery): Promise<boolean> {
	const { context, response, source, opened } = delivery;
	const payload = opened.payload as IDataObject;
	const click = clickOfApp(payload);
	if (!click || !isAnswer(click)) return false;
	response.answer(200);
	// The callbacks of an individual developer's suite are encrypted for nobody (doc 90968), and name the company inside.
	const corpId = opened.receiveId || String(payload.ToUserName ?? '');
	const client = await source.openClient(context, corpId);
	await answerInApp(context, client, { ...click, corpId }, payload);
	return true;
}

/** A click on a card of an AI bot: the answer to the callback is the changed card (doc 101836). */
export async function takeClickInBot(
	{ context, response, source, opened }: Delivery,
	sealed: (reply: IDataObject | undefined) => string,
): Promise<boolean> {
	const click = clickOfBot(opened.payload as IDataObject);
	if (!click || !isAnswer(click)) return false;
	const credentials = await context.getCredentials(source.credential);
	response.answer(200, sealed(await answerToBot(context, credentials, click)));
	return true;
}
