import {
	NodeOperationError,
	type IDataObject,
	type INodeExecutionData,
	type IRun,
	type ITriggerFunctions,
} from 'n8n-workflow';
import type { BotSettings } from '../shared/bot/connection';
import { BotFailure, closed, withReason } from '../shared/bot/errors';
import { botFilter, type BotOptions } from '../shared/bot/fields';
import { botItem, matchesBot } from '../shared/bot/items';
import {
	botSettings,
	joinBot,
	liveBotOf,
	type BotMember,
	type BotMessage,
	type RelayedReply,
} from '../shared/bot/connectedBots';
import { downloadMedia } from '../shared/bot/media';
import { answerToBot } from '../shared/sendAndWait/answerToBot';
import { clickOfBot } from '../shared/sendAndWait/clicks';
import { isAnswer, type CardClick } from '../shared/sendAndWait/forward';

/** What the trigger does with the messages of the connection: items for the workflow, and the way back for its replies. */

const CREDENTIAL = 'wecomBotApi';
const REASON_MS = 5_000;

/** A workflow that takes part in the bot's connection. */
export interface Listening {
	leave(): Promise<void>;
	/** Of a test run that n8n has given its item: resolves when it has ended and WeCom has its replies. */
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
	const started = (run: Promise<void>) => {
		if (once) listening.testRun = run;
	};
	const startsOnAnswers = filters.sendAndWaitClicks === true;
	let over = false;
	const member: BotMember = {
		accepts: (body) => {
			if (over || !matchesBot(body, filter) || (isAnswerTo(body) && !startsOnAnswers))
				return undefined;
			const { firstAnswer, closingText } = body.msgtype === 'event' ? ({} as BotOptions) : options;
			return { firstAnswer, closingText };
		},
		deliver: (message) => {
			// A test run takes one message; the connection stays for the reply.
			over = once;
			void deliver({ context, settings, options, member, started }, message).then(() => {
				// A test run that has failed before it got its item is never closed by n8n.
				if (once && !listening.testRun) void listening.leave();
			});
		},
		answer: (click, reqId) => void answerClick({ context, settings, member }, click, reqId),
		lost: (why, failure) => {
			if (once) void listening.leave();
			const error = asNodeError(context, failure);
			// emitError has n8n activate the workflow again and again: right for a secret that someone will correct, but two
			// n8n would take the bot from each other for ever.
			if (why === 'refused') context.emitError(error);
			else report(context, error);
		},
	};
	try {
		listening.leave = await joinBot(settings, member);
		return listening;
	} catch (error) {
		const request = async (url: string) =>
			await context.helpers.httpRequest({ url, timeout: REASON_MS, ignoreHttpStatusErrors: true });
		throw asNodeError(context, (await withReason(error, settings.url, request)) as Error);
	}
}

/** Who gets the messages. */
interface Recipient {
	context: ITriggerFunctions;
	settings: BotSettings;
	options: BotOptions;
	member: BotMember;
	/** Called with what resolves when WeCom has all replies of the run. */
	started(run: Promise<void>): void;
}

async function deliver(
	recipient: Recipient,
	{ body, reqId, streamId, begin }: BotMessage,
): Promise<void> {
	const { context, options, started } = recipient;
	const { botId } = recipient.settings;
	const ended = begin();
	try {
		const { wecom, ...json } = botItem(body, { transport: 'websocket', botId, reqId }, options);
		const item: INodeExecutionData = {
			json: { ...json, wecom: { ...(wecom as IDataObject), ...(streamId && { streamId }) } },
		};
		if (options.downloadMedia) {
			const { binary, media } = await downloadMedia(context, body);
			item.binary = binary;
			(item.json.wecom as IDataObject).media = media;
		}
		const { createDeferredPromise } = context.helpers;
		// The file of one reply must be up before the next reply goes out.
		let last = Promise.resolve();
		const response = {
			...createDeferredPromise<never>(),
			// n8n calls this for every reply of the workflow, and at its end with something else.
			resolve: (reply: unknown) => {
				const sent = begin();
				last = last.then(async () => await sendRelayed(recipient, reply)).then(sent);
			},
			reject: () => undefined,
		};
		const done = createDeferredPromise<IRun>();
		const run = done.promise.then(async ({ status }) => {
			// Nothing resumes a test run with its connection.
			if (status !== 'waiting' || context.getMode() === 'manual') await ended();
			await last;
		}, ended);
		started(run);
		context.emit([[item]], response, done);
	} catch (error) {
		void ended();
		report(context, asNodeError(context, error as Error));
	}
}

const isAnswerTo = (body: IDataObject): boolean => {
	const click = clickOfBot(body);
	return click !== undefined && isAnswer(click);
};

/** Hands a click to the execution that waits for it, and shows on the card what became of it: within five seconds (doc 101463). */
async function answerClick(
	{ context, settings, member }: Pick<Recipient, 'context' | 'settings' | 'member'>,
	click: CardClick,
	reqId: string,
): Promise<void> {
	try {
		const credentials = await context.getCredentials(CREDENTIAL);
		const update = await answerToBot(context, credentials, click);
		if (update)
			await liveBotOf(member, settings)?.request('aibot_respond_update_msg', update, reqId);
	} catch (error) {
		report(context, asNodeError(context, error as Error));
	}
}

/** Sends what a worker has asked for. */
async function sendRelayed(
	{ context, settings, member }: Recipient,
	reply: unknown,
): Promise<void> {
	const relayed = (reply as { wecomBot?: RelayedReply } | undefined)?.wecomBot;
	if (!relayed) return;
	try {
		const { cmd, reqId, origin, file } = relayed;
		const bot = liveBotOf(member, settings);
		if (!bot) throw closed();
		let { body } = relayed;
		if (file) {
			const { data, fileName, type } = file;
			const uploaded = await bot.upload({ data: Buffer.from(data, 'base64'), fileName, type });
			body = { ...body, [type]: { ...(body[type] as IDataObject), ...uploaded } };
		}
		const { warning } = await bot.request(cmd, body, reqId, origin);
		if (warning) throw new BotFailure(String(warning), 'Send the rest again, or a shorter text.');
	} catch (error) {
		report(context, asNodeError(context, error as Error));
	}
}

/** A failed execution and the error workflow tell the owner; the trigger goes on. */
function report(context: ITriggerFunctions, error: NodeOperationError): void {
	context.logger.error(`WeCom Bot Trigger: ${error.message}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
	// Older n8n lacks it.
	context.saveFailedExecution?.(error);
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

function asNodeError(context: ITriggerFunctions, error: Error): NodeOperationError {
	if (error instanceof NodeOperationError) return error;
	const description = error instanceof BotFailure ? error.description : undefined;
	return new NodeOperationError(context.getNode(), error.message, { description });
}
