import { createHash } from 'crypto';
import {
	ExecutionCancelledError,
	NodeOperationError,
	sleep,
	type IDataObject,
	type INodeExecutionData,
	type IRun,
	type ITriggerFunctions,
} from 'n8n-workflow';
import { AgentText } from '../shared/bot/agentText';
import { goesOnAfterError, hasAgent, mayWait } from '../shared/bot/behind';
import {
	connectedBotOf,
	type BotMember,
	type BotMessage,
	type RelayedReply,
} from '../shared/bot/connectedBots';
import type { BotSettings } from '../shared/bot/connection';
import { BotFailure, closed } from '../shared/bot/errors';
import type { ExecutionListener } from '../shared/bot/executionStream';
import type { BotOptions } from '../shared/bot/fields';
import { botItem } from '../shared/bot/items';
import { downloadMedia } from '../shared/bot/media';
import { openRelay } from '../shared/bot/relay';
import { asNodeError, report } from './report';
import { StreamingStart, startTimings } from './streamingStart';

/** Executions for the messages of a bot: how they start, what comes back from them, and what if they cannot. */

/** Who gets the messages. */
export interface Recipient {
	context: ITriggerFunctions;
	settings: BotSettings;
	options: BotOptions;
	member: BotMember;
	/** The way to start executions whose agents are heard while they speak. */
	streaming?: StreamingStart;
	/** Called with what resolves when WeCom has all replies of the run. */
	started(run: Promise<void>): void;
}

export async function startExecution(recipient: Recipient, message: BotMessage): Promise<void> {
	const { context, options, streaming } = recipient;
	const run: Run = { recipient, message, ended: message.begin(), last: Promise.resolve() };
	try {
		const item = await itemOf(recipient, message);
		const { wecom } = item.json as { wecom: IDataObject };
		if (streaming?.isOpen && options.streamAnswer !== false && message.body.msgtype !== 'event') {
			const streamed = {
				...item,
				json: { ...item.json, wecom: { ...wecom, answerStreams: true } },
			};
			if (await streaming.start(streamed, listenerOf(run, item))) return;
		}
		await emit(run, item);
	} catch (error) {
		void run.ended();
		report(context, asNodeError(context, error as Error));
	}
}

/** The way to executions whose agents are heard, if there is anything to hear and nothing against it. */
export const streamingFor = (
	context: ITriggerFunctions,
	{ streamAnswer }: BotOptions,
): StreamingStart | undefined =>
	streamAnswer !== false && hasAgent(context) && !mayWait(context)
		? new StreamingStart(context)
		: undefined;

/** An execution for a message, or the way to one. */
interface Run {
	recipient: Recipient;
	message: BotMessage;
	/** Must be called when the execution has ended. */
	ended(): Promise<void>;
	/** The newest reply of a worker, for which the next one waits: the file of one must be uploaded before the next goes out. */
	last: Promise<void>;
}

async function itemOf(
	{ context, settings, options }: Recipient,
	{ body, reqId, run, streamId }: BotMessage,
): Promise<INodeExecutionData> {
	const { botId } = settings;
	const { wecom, ...json } = botItem(body, { transport: 'websocket', botId, reqId, run }, options);
	const item: INodeExecutionData = {
		json: { ...json, wecom: { ...(wecom as IDataObject), ...(streamId && { streamId }) } },
	};
	if (!options.downloadMedia) return item;
	const { binary, media } = await downloadMedia(context, body);
	(item.json.wecom as IDataObject).media = media;
	return { ...item, binary };
}

/**
 * Starts an execution by `emit`, which tells nothing of what agents say meanwhile. The replies of workers come back through n8n.
 */
async function emit(run: Run, item: INodeExecutionData, tries = 0): Promise<void> {
	const { recipient, message, ended } = run;
	const { context, started } = recipient;
	const { createDeferredPromise } = context.helpers;
	const response = {
		...createDeferredPromise<never>(),
		// n8n calls this for every reply of the workflow, and at its end with something else.
		resolve: (reply: unknown) => sendInOrder(run, (reply as Reply | undefined)?.wecomBot),
		reject: () => undefined,
	};
	const done = createDeferredPromise<IRun>();
	const isTest = context.getMode() === 'manual';
	const outcome = done.promise.then(
		async (result: IRun | undefined) => {
			// Nothing resumes a test run with its connection. n8n has no result for a message it has had before.
			if (result?.status !== 'waiting' || isTest) await ended();
			await run.last;
		},
		async (error: Error) => {
			// The execution has run, and somebody has stopped it, or its time was over.
			if (error instanceof ExecutionCancelledError) return await ended();
			if (isTest || tries === startTimings.emitAgain.length) return await lose(run, error);
			await sleep(startTimings.emitAgain[tries]);
			await emit(run, item, tries + 1);
		},
	);
	started(outcome);
	// n8n 2.41 and newer start no second execution for a key, also after a restart.
	context.emit([[item]], response, done, dedupeKey(context, message));
	await outcome;
}

interface Reply {
	wecomBot?: RelayedReply;
}

/** n8n could not start an execution for the message: the person learns it, and so does the owner. */
async function lose({ recipient, ended }: Run, error: Error): Promise<void> {
	await ended();
	const { context } = recipient;
	report(
		context,
		new NodeOperationError(context.getNode(), `A message to the AI bot is lost: ${error.message}`, {
			description:
				'n8n could not start an execution for it, also when tried again. Its log says why (often a database that was locked or full). The person who wrote sees the Closing Text.',
		}),
	);
}

/** n8n keeps the keys of all workflows together. */
function dedupeKey(context: ITriggerFunctions, { key }: BotMessage): string {
	const { id } = context.getNode();
	return `wecom-bot:${hashOf([context.getWorkflow().id, id, key])}`;
}

const hashOf = (parts: unknown[]): string =>
	createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Puts what agents say into the stream of the answer, as they say it. */
function listenerOf(run: Run, item: INodeExecutionData): ExecutionListener {
	const { message, recipient } = run;
	const { context } = recipient;
	const { toolStatus = '' } = recipient.options;
	const { secret } = recipient.settings;
	const takeOwnMessage = (content: string) => {
		const relayed = openRelay(content, secret);
		if (relayed === 'forged') {
			context.logger.warn(
				'WeCom Bot Trigger: a reply from a worker is not signed by this bot. Give the WeCom node the credential of the trigger.',
			);
		} else if (relayed) sendInOrder(run, relayed);
		return relayed !== undefined;
	};
	const goesOnAfter = (nodeName: string) => goesOnAfterError(context, nodeName);
	const said = new AgentText({ goesOnAfter, takeOwnMessage });
	let isOver = false;
	const showStatus = async () => {
		// An agent that has said everything ends, too; the workflow then goes on at once.
		await sleep(startTimings.statusAfter);
		if (said.isWaiting && !isOver) message.show(said.text, toolStatus);
	};
	return {
		onChunk: (written) => {
			if (!said.take(written)) return;
			if (said.isWaiting && toolStatus) void showStatus();
			else if (said.text.trim()) message.show(said.text);
		},
		onEnd: () => {
			isOver = true;
			if (said.hasFailed) message.breakOff();
			void run.last.then(run.ended);
		},
		onStop: () => {
			isOver = true;
			message.breakOff();
			void run.last.then(run.ended);
		},
		onFailure: () => {
			isOver = true;
			void emit(run, item);
		},
	};
}

/** Sends what a worker has asked for, after what it asked for before. */
function sendInOrder(run: Run, reply: RelayedReply | undefined): void {
	const sent = run.message.keepOpen();
	run.last = run.last.then(async () => await sendRelayed(run.recipient, reply)).then(sent);
}

/** Sends what a worker has asked for. */
async function sendRelayed(
	{ context, settings, member }: Recipient,
	relayed: RelayedReply | undefined,
): Promise<void> {
	if (!relayed) return;
	try {
		const { cmd, reqId, origin, file } = relayed;
		const bot = connectedBotOf(member, settings);
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
