import { NodeOperationError, type IDataObject, type ITriggerFunctions } from 'n8n-workflow';
import { botSettings, joinBot, connectedBotOf, type BotMember } from '../shared/bot/connectedBots';
import type { BotSettings } from '../shared/bot/connection';
import { withReason } from '../shared/bot/errors';
import { botFilter, type BotOptions } from '../shared/bot/fields';
import { feedbackIdOf, matchesBot } from '../shared/bot/items';
import { answerToBot } from '../shared/sendAndWait/answerToBot';
import { clickOfBot } from '../shared/sendAndWait/clicks';
import { isAnswer, type CardClick } from '../shared/sendAndWait/forward';
import { later } from '../shared/util/later';
import { startExecution, streamingFor, type Recipient } from './executions';
import { asNodeError, report } from './report';

/** How the trigger takes part in the connection of a bot: what it wants of it, and what becomes of clicks and losses. */

const CREDENTIAL = 'wecomBotApi';
const REASON_MS = 5_000;

/** Milliseconds. Changed by tests only. */
export const lossTimings = {
	/** When another main process of n8n becomes the leader, it takes the bot before this one knows of it and closes its triggers. */
	leaderChange: 15_000,
};

/** A workflow that takes part in the bot's connection. */
export interface Listening {
	leave(): Promise<void>;
	/** The test run to which n8n has given an item: resolves when it has ended and WeCom has its replies. */
	testRun?: Promise<void>;
}

/** Joins the bot's connection for this workflow; `once` is a test run, which takes one message. */
export async function listen(context: ITriggerFunctions, once = false): Promise<Listening> {
	const settings = await readSettings(context);
	const kinds = context.getNodeParameter('events', []) as string[];
	const filters = context.getNodeParameter('filters', {}) as IDataObject;
	const filter = botFilter(kinds, filters);
	const options = context.getNodeParameter('options', {}) as BotOptions;
	const listening: Listening = { leave: async () => {} };
	const streaming = once ? undefined : streamingFor(context, options);
	const started = (run: Promise<void>) => {
		if (once) listening.testRun = run;
	};
	const startsOnAnswers = filters.sendAndWaitClicks === true;
	let over = false;
	let left = false;
	const member: BotMember = {
		accepts: (body) => {
			if (over || !matchesBot(body, filter) || (isAnswerTo(body) && !startsOnAnswers))
				return undefined;
			const { firstAnswer, closingText } = body.msgtype === 'event' ? ({} as BotOptions) : options;
			return { firstAnswer, closingText, feedbackId: feedbackIdOf(body, options) };
		},
		deliver: (message) => {
			// A test run takes one message; the connection stays for the reply.
			over = once;
			void startExecution({ context, settings, options, member, streaming, started }, message).then(
				() => {
					// A test run that has failed before it got its item is never closed by n8n.
					if (once && !listening.testRun) void listening.leave();
				},
			);
		},
		answer: (click, reqId) => void answerClick({ context, settings, member }, click, reqId),
		unsaid: (failure) => report(context, answerLost(context, failure)),
		lost: (why, failure) => {
			if (once) void listening.leave();
			const error = asNodeError(context, failure);
			// emitError has n8n activate the workflow again and again: right for a secret that someone will correct, but two
			// n8n would take the bot from each other for ever.
			if (why === 'refused') context.emitError(error);
			else if (once) report(context, error);
			else later(lossTimings.leaderChange, () => !left && report(context, error));
		},
	};
	try {
		const leave = await joinBot(settings, member);
		listening.leave = async () => {
			left = true;
			streaming?.stop();
			await leave();
		};
		streaming?.probe();
		return listening;
	} catch (error) {
		const request = async (url: string) =>
			await context.helpers.httpRequest({ url, timeout: REASON_MS, ignoreHttpStatusErrors: true });
		throw asNodeError(context, (await withReason(error, settings.url, request)) as Error);
	}
}

/** The error for the owner when a person has seen only a part of the answer, or nothing. */
const answerLost = (context: ITriggerFunctions, { message }: Error): NodeOperationError =>
	new NodeOperationError(
		context.getNode(),
		`The end of an answer of the AI bot is lost: ${message}`,
		{
			description:
				'It was to follow an answer that WeCom had ended, and WeCom did not take it. The execution of the AI Agent holds all of it: send it with AI Bot > Send, or let the person ask again.',
		},
	);

const isAnswerTo = (body: IDataObject): boolean => {
	const click = clickOfBot(body);
	return click !== undefined && isAnswer(click);
};

/** Hands a click to the execution that waits for it, and shows on the card what became of it: within five seconds (doc 101833). */
async function answerClick(
	{ context, settings, member }: Pick<Recipient, 'context' | 'settings' | 'member'>,
	click: CardClick,
	reqId: string,
): Promise<void> {
	try {
		const credentials = await context.getCredentials(CREDENTIAL);
		const update = await answerToBot(context, credentials, click);
		if (update)
			await connectedBotOf(member, settings)?.request('aibot_respond_update_msg', update, reqId);
	} catch (error) {
		report(context, asNodeError(context, error as Error));
	}
}

async function readSettings(context: ITriggerFunctions): Promise<BotSettings> {
	const settings = botSettings(await context.getCredentials(CREDENTIAL));
	const { botId, secret, url } = settings;
	const lack = !botId ? 'Bot ID' : !secret ? 'Secret' : '';
	if (lack) {
		throw new NodeOperationError(
			context.getNode(),
			`The WeCom AI Bot API credential has no ${lack}`,
			{
				description:
					"A long connection needs it. Copy it from the bot's page in WeCom: API Mode > Long Connection.",
			},
		);
	}
	if (!/^wss?:\/\/[^/]/i.test(url)) {
		throw new NodeOperationError(
			context.getNode(),
			"The WebSocket URL in the credential does not begin with 'wss://'",
			{ description: 'Leave the default, or copy the address the console of your WeCom shows.' },
		);
	}
	return settings;
}
