import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { WecomClient } from '../shared/client/client';
import type { Answered } from '../shared/sendAndWait/forward';
import { handoverKeys, openSealed, type SealedQuestion } from '../shared/sendAndWait/seal';
import { updateAnsweredCard } from '../shared/sendAndWait/updateCard';
import { later } from '../shared/util/later';
import { takeEnd } from '../shared/util/takeEnd';
import { answerOfClick, claim, decide, endOf, type Verdict } from './answers';
import { closedCard, type End } from './card';
import { countAgain } from './countAgain';
import { CREDENTIALS } from './credentials';
import { whoIs } from './identity';
import {
	answerOfPage,
	isAnsweredHere,
	languageOf,
	messagePage,
	questionPage,
	QUESTION_PAGE_HEADERS,
	type Page,
} from './page';
import { hasCard, isOneOf } from './people';
import { keptQuestion, type Question } from './question';
import { remind } from './remind';
import { WORDS } from './texts';

/** What comes to a waiting execution: clicks that a trigger hands over, and people on the page. A GET never decides. */

/**
 * In another process somebody may have answered at the same moment, and "Noted" come to that card after the decision. So it is
 * said once more, with the code that came from sending; what is older than that code has been said all the same.
 */
const SAY_AGAIN_MS = 6_000;

const SENT: IWebhookResponseData = { noWebhookResponse: true };

/** Never throws: to n8n that would be a failed execution, for anyone who has the link. */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		return await answered(context);
	} catch (error) {
		context.logger.error(
			`WeCom Send and Wait could not take an answer: ${(error as Error).message}`,
			{ workflowId: context.getWorkflow().id, nodeName: context.getNode().name },
		);
		return respond(context, messagePage(languageOf(context), 'broken'));
	}
}

async function answered(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const language = languageOf(context);
	const question = keptQuestion(context);
	const query = context.getQueryData() as IDataObject;
	const body = (context.getBodyData() ?? {}) as IDataObject;
	if (!question) return respond(context, messagePage(language, 'over'));
	const isHandover = context.getRequestObject().method === 'POST' && 'handover' in body;
	// The link belongs to another question of the same node, earlier in a loop. On the way back from the login the state says which
	// question it is.
	if ((query.ask ?? query.state) !== question.ask)
		return isHandover
			? json(context, 200, over())
			: respond(context, messagePage(language, 'over'));
	if (isHandover) return await takeHandover(context, question, query, body);
	return await onPage(context, question, query, body);
}

/** What a trigger or this node itself vouches for. */
async function takeHandover(
	context: IWebhookFunctions,
	question: Question,
	query: IDataObject,
	body: IDataObject,
): Promise<IWebhookResponseData> {
	const type = CREDENTIALS[question.source];
	const keys = handoverKeys(type, await context.getCredentials(type), question.corpId);
	const { search } = new URL(context.getRequestObject().url, 'http://n8n');
	const handover = openSealed(keys, search, body);
	if (!handover)
		return json(context, 403, { error: 'not sealed with the secret of this app or bot' });
	const client = await clientOf(context, question);
	if (handover.kind === 'expire') return await expire(context, question, client);
	if (handover.kind === 'remind') return await remindAll(context, question, client);
	return await takeClick(context, question, query, handover, client);
}

async function takeClick(
	context: IWebhookFunctions,
	question: Question,
	query: IDataObject,
	{ userid = '', at, corpId, selected = {} }: SealedQuestion,
	client?: WecomClient,
): Promise<IWebhookResponseData> {
	const answer = answerOfClick(question, query, selected);
	if (question.corpId !== undefined && question.corpId !== corpId) {
		context.logger.warn(
			`WeCom Send and Wait left the click of somebody in another company aside: ${corpId}`,
		);
		return json(context, 200, { answered: 'refused' });
	}
	if (!userid || !answer) return json(context, 200, { answered: 'refused' });
	if (!question.allowed && !hasCard(question, userid)) {
		const end: End = { state: 'notAllowed', person: userid, at };
		return json(context, 200, replyTo(question, { kind: 'notAllowed', end }));
	}
	// The time of the click: one that is handed over again is no newer answer.
	const vote = { userid, at, answer };
	const verdict = await decide(context, question, vote, client);
	const reply = replyTo(question, verdict);
	if (verdict.kind === 'counted') countAgain(context, question, { vote, query, corpId, selected });
	if (verdict.kind !== 'decided') return json(context, 200, reply);
	whenAnswered(context, (stored) => {
		verdict.settle(stored);
		if (stored && question.needed !== 1)
			later(SAY_AGAIN_MS, () => void changeCard(question, verdict.end, client).catch(() => {}));
	});
	// n8n sends it once the execution has gone on: only then does the card say so.
	return { webhookResponse: reply, workflowData: [[{ json: { data: verdict.data } }]] };
}

/** What the trigger shows on the card. */
function replyTo(question: Question, { kind, end }: Verdict): Answered {
	if (!end) return over();
	const shown = {
		card: closedCard(question, end),
		note: WORDS[question.language].done[end.state],
	};
	if (kind === 'decided' || kind === 'over')
		return { answered: kind, to: kind === 'decided' ? 'all' : 'person', ...shown };
	return { answered: kind === 'counted' ? 'counted' : 'refused', to: 'person', ...shown };
}

const over = (): Answered => ({ answered: 'over' });

/** Time is up in a moment: the card says so while n8n can still be asked. */
async function expire(
	context: IWebhookFunctions,
	question: Question,
	client?: WecomClient,
): Promise<IWebhookResponseData> {
	const end: End = { state: 'expired', person: '', at: question.until ?? Date.now() };
	const settle = await claim(question, end);
	if (!settle) return json(context, 200, { waits: false });
	settle(true);
	await showEnd(context, question, end, client);
	return json(context, 200, { waits: true });
}

async function remindAll(
	context: IWebhookFunctions,
	question: Question,
	client?: WecomClient,
): Promise<IWebhookResponseData> {
	if (await endOf(question)) return json(context, 200, { waits: false });
	// Not thrown: n8n would be asked again, and some would be reminded twice.
	await remind(context, question, client).catch((error: Error) =>
		context.logger.warn(`WeCom Send and Wait: a reminder could not be sent: ${error.message}`),
	);
	return json(context, 200, { waits: true });
}

/** Answers a browser: shows the page, or takes what was sent from it. */
async function onPage(
	context: IWebhookFunctions,
	question: Question,
	query: IDataObject,
	body: IDataObject,
): Promise<IWebhookResponseData> {
	const language = languageOf(context);
	const end = await endOf(question);
	if (end) return respond(context, messagePage(language, 'over', question, end));
	const client = await clientOf(context, question);
	const asksWho = question.identify && client;
	const who = asksWho ? await whoIs(context, question, query, body, client) : { userid: '' };
	if ('redirect' in who) {
		context
			.getResponseObject()
			.writeHead(302, { ...QUESTION_PAGE_HEADERS, location: who.redirect })
			.end();
		return SENT;
	}
	if ('failed' in who) return respond(context, messagePage(language, who.failed));
	const { userid, proof = '' } = who;
	if (question.allowed && !isOneOf(question.allowed, userid))
		return respond(context, messagePage(language, 'notAllowed', question));
	const isSent = context.getRequestObject().method === 'POST';
	if (!isSent || !isAnsweredHere(question))
		return respond(context, questionPage(question, language, { proof }));

	const answer = answerOfPage(question, body);
	if ('missing' in answer)
		return respond(
			context,
			questionPage(question, language, { proof, body, missing: answer.missing }),
		);
	const verdict = await decide(context, question, { userid, at: Date.now(), answer }, client);
	if (verdict.kind !== 'decided')
		return respond(context, messagePage(language, verdict.kind, question, verdict.end));
	const failed = messagePage(language, 'broken');
	whenAnswered(
		context,
		(stored) => {
			verdict.settle(stored);
			if (stored) void showEnd(context, question, verdict.end, client);
		},
		failed,
	);
	return {
		webhookResponse: messagePage(language, 'done', question, verdict.end).html,
		workflowData: [[{ json: { data: verdict.data } }]],
	};
}

/** Changes the card without a click, as far as that goes. */
async function showEnd(
	context: IWebhookFunctions,
	question: Question,
	end: End,
	client?: WecomClient,
): Promise<void> {
	await changeCard(question, end, client).catch((error: Error) =>
		context.logger.warn(`WeCom Send and Wait: the card still looks open: ${error.message}`),
	);
}

/** Uses the code that came from sending: it works once, for 72 hours. */
async function changeCard(question: Question, end: End, client?: WecomClient): Promise<void> {
	const { agentId, responseCode } = question.sent;
	if (!client || !agentId || !responseCode) return;
	const card = closedCard(question, end);
	await updateAnsweredCard(client, { agentId, responseCode, card, to: 'all' });
}

const clientOf = async (context: IWebhookFunctions, { source }: Question) =>
	source === 'bot' ? undefined : await WecomClient.open(context);

/** Tells whether n8n has let the execution go on: it answers 2xx only then. `failed` takes the place of its JSON if it has not. */
function whenAnswered(
	context: IWebhookFunctions,
	tell: (stored: boolean) => void,
	failed?: Page,
): void {
	const response = context.getResponseObject();
	takeEnd(response, (args, end) => {
		const stored = response.statusCode >= 200 && response.statusCode < 300;
		tell(stored);
		if (stored || !failed || response.headersSent) return end(...args);
		const html = Buffer.from(failed.html);
		response.writeHead(failed.status, {
			...QUESTION_PAGE_HEADERS,
			'content-length': String(html.length),
		});
		return end(html);
	});
}

function respond(context: IWebhookFunctions, { status, html }: Page): IWebhookResponseData {
	context.getResponseObject().writeHead(status, QUESTION_PAGE_HEADERS).end(html);
	return SENT;
}

function json(context: IWebhookFunctions, status: number, body: IDataObject): IWebhookResponseData {
	context
		.getResponseObject()
		.writeHead(status, { 'content-type': 'application/json' })
		.end(JSON.stringify(body));
	return SENT;
}
