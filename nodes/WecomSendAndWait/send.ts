import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { chatOf } from '../shared/bot/items';
import { isObject } from '../shared/util/isObject';
import { connectedBot } from '../shared/bot/connectedBots';
import type { WecomClient } from '../shared/client/client';
import { agentIdOf } from '../shared/companies/companyApp';
import { describeErrcode, describeUnreachable } from '../shared/protocol/errors';
import { parseReply } from '../shared/protocol/reply';
import { noticeCard, openCard, type Keys } from './card';
import { formProblem } from './form';
import type { Question } from './question';
import { BOT_CREDENTIAL } from '../shared/credentials/aiBot';

/** Sends a question: by an app as a card or into a group chat (docs 90236, 90248), by an AI bot as a card (docs 101138, 101833). */

/** An app without a callback URL may not send cards with buttons (error 43012). */
const NO_CALLBACK_URL = 43012;
const URL_TIMEOUT_MS = 30_000;

/** What comes back from sending. */
export type SentCard = Question['sent'];

/** What WeCom says about recipients it left out. */
const LEFT_OUT = ['invaliduser', 'invalidparty', 'invalidtag', 'unlicenseduser'];

export async function sendByApp(
	context: IExecuteFunctions,
	client: WecomClient,
	question: Question,
	page: string,
	keys?: Keys,
): Promise<SentCard> {
	const { sent, to } = question;
	if (to.chatid !== undefined) {
		await sendToGroupChat(context, client, question, page);
		return sent;
	}
	if (Object.keys(to).length === 0)
		throw formProblem(
			context,
			'The question has no recipient',
			'Choose members, departments or tags.',
		);
	const agentId = await agentIdOf(client, 0);
	if (!/^\d+$/.test(agentId))
		throw formProblem(
			context,
			'The Agent ID of the app is not known',
			'Add the Agent ID to the WeCom API credential: it says which app asks.',
		);
	const send = async (card: IDataObject) =>
		await client.call(
			{
				method: 'POST',
				path: '/cgi-bin/message/send',
				body: { ...to, msgtype: 'template_card', agentid: Number(agentId), template_card: card },
				repeatable: false,
			},
			0,
		);
	const card = openCard({ ...question, sent }, page, keys);
	const reply = await send(card).catch(async (error: Error & { context?: IDataObject }) => {
		if (error.context?.errcode !== NO_CALLBACK_URL) throw error;
		if (keys)
			throw formProblem(
				context,
				'The app has no callback URL, so nobody would receive the clicks',
				"Publish a workflow with a WeCom Trigger for this app and save its URL in WeCom under Receive Messages > Set API Receive. Or choose 'Answer By' > 'Link to a Page', which needs no trigger.",
			);
		return await send(noticeCard(question, page));
	});
	const leftOut = LEFT_OUT.flatMap((name) =>
		reply[name] ? [`${name}: ${String(reply[name])}`] : [],
	);
	if (leftOut.length > 0) hint(context, `WeCom left out some recipients (${leftOut.join('; ')})`);
	const { response_code: responseCode } = reply as { response_code?: string };
	return { ...sent, agentId, ...(responseCode && { responseCode }) };
}

/** Tells the person in the editor, and the log. Older n8n has no hints. */
export function hint(context: IExecuteFunctions, message: string): void {
	context.logger.warn(`WeCom Send and Wait: ${message}`);
	context.addExecutionHints?.({ message, type: 'warning', location: 'outputPane' });
}

/** A group chat of an app takes no template cards (doc 90248): a text card with the link stands there. */
async function sendToGroupChat(
	context: IExecuteFunctions,
	client: WecomClient,
	{ title, message, to: { chatid } }: Question,
	url: string,
): Promise<void> {
	if (!chatid)
		throw formProblem(
			context,
			"'Chat ID' is empty",
			'Enter the ID of a group chat that the app has created.',
		);
	const textcard = { title, description: message, url };
	const body = { chatid, msgtype: 'textcard', textcard };
	const path = '/cgi-bin/appchat/send';
	await client.call({ method: 'POST', path, body, repeatable: false }, 0);
}

export async function sendByBot(
	context: IExecuteFunctions,
	question: Question,
	page: string,
	keys?: Keys,
): Promise<Question['to']> {
	const template_card = keys ? openCard(question, page, keys) : noticeCard(question, page);
	const message = { msgtype: 'template_card', template_card };
	const { chatid } = question.to;
	if (chatid === '')
		throw formProblem(
			context,
			"'Chat ID' is empty",
			'Enter the ID of a group, or a user ID for a single chat with the bot.',
		);
	const item = chatid === undefined ? messageToBot(context) : undefined;
	if (item && (item.wecom as IDataObject).transport !== 'websocket') {
		const responseUrl = String(item.response_url ?? '');
		await postTo(context, responseUrl, message);
		return { chatid: chatOf(item) };
	}
	const chat = chatid ?? chatOf(item!);
	await pushCard(context, { ...message, chatid: chat });
	return { chatid: chat };
}

/** Over the long connection, which the main process of n8n holds. */
async function pushCard(context: IExecuteFunctions, body: IDataObject): Promise<void> {
	const bot = connectedBot(await context.getCredentials(BOT_CREDENTIAL, 0));
	if (bot) {
		await bot.request('aibot_send_msg', body).catch((error: Error & { description?: string }) => {
			throw formProblem(
				context,
				error.message,
				error.description ?? 'Check the connection of the bot.',
			);
		});
		return;
	}
	// On a worker of queue mode the trigger of this execution sends it from the process that holds the connection.
	if (context.getMode() === 'manual' || !startedBy(context, /\.wecomBotTrigger$/))
		throw formProblem(
			context,
			'The bot is not connected, so nobody would receive the clicks',
			"Publish a workflow with a WeCom Bot Trigger for this bot. In queue mode a worker reaches the connection only in a workflow that this trigger has started. With a URL callback choose 'Send To' > 'Chat of the Message'.",
		);
	await context.sendResponse({ wecomBot: { cmd: 'aibot_send_msg', body } });
}

/** What the trigger that ran put out: the message to the bot. */
function messageToBot(context: IExecuteFunctions): IDataObject {
	const item = [context.getInputData()[0]?.json, startedBy(context, /\.wecom(Bot)?Trigger$/)].find(
		isMessage,
	);
	if (item) return item;
	throw formProblem(
		context,
		'No message to an AI bot came this way',
		"Put this node behind a WeCom Bot Trigger or a WeCom Trigger with the source AI Bot, or choose 'Send To' > 'Chat'.",
	);
}

const isMessage = (item: unknown): item is IDataObject =>
	isObject(item) && isObject(item.wecom) && item.wecom.family === 'bot';

/** The item of a trigger of this kind, if one has started the execution. */
function startedBy(context: IExecuteFunctions, type: RegExp): IDataObject | undefined {
	const { $: dataOf } = context.getWorkflowDataProxy(0);
	const triggers = context
		.getParentNodes(context.getNode().name)
		.filter((node) => type.test(node.type) && dataOf(node.name).isExecuted);
	const [item] = triggers.map(({ name }) => dataOf(name).first()?.json as unknown);
	return isMessage(item) ? item : undefined;
}

/** To the address in a message to the bot: one call within an hour, without any token (doc 101138). */
async function postTo(context: IExecuteFunctions, url: string, body: IDataObject): Promise<void> {
	const again = 'A bot with a URL callback can say one thing for each message, within an hour.';
	if (!url) throw formProblem(context, 'The message to the bot can take no card', again);
	let answer: unknown;
	try {
		answer = await context.helpers.httpRequest({
			method: 'POST',
			url,
			body,
			json: true,
			timeout: URL_TIMEOUT_MS,
		});
	} catch (error) {
		// The address lets anybody reply, and the error holds it.
		const { message } = describeUnreachable(new URL(url).origin, error);
		throw formProblem(
			context,
			message,
			'Check that the n8n server may open HTTPS connections to it.',
		);
	}
	const reply = parseReply(answer) ?? {};
	if (!reply.errcode) return;
	const { message, description } = await describeErrcode(reply);
	throw formProblem(context, message, `${again} ${description}`);
}
