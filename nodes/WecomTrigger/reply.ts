import { type IDataObject, type INodeExecutionData, type IWebhookFunctions } from 'n8n-workflow';
import type { CallbackSecrets, OpenedCallback } from '../shared/callback/envelope';
import { passiveReply } from '../shared/callback/passiveReply';
import { byteLength } from '../shared/util/text';
import { answerWhenStored } from './http';
import { nodeOf } from './secrets';

/** Answers with content: the quick reply of the form, or what the workflow replies in time (doc 90241). */

/** WeCom hangs up after five seconds (doc 90930). */
export const REPLY_WITHIN_MS = 4_500;

/** Of a text (doc 90241). */
const MAX_TEXT_BYTES = 2_048;

export interface Arrived {
	context: IWebhookFunctions;
	opened: OpenedCallback;
	secrets: CallbackSecrets;
	/** When the callback arrived, as `Date.now()` says. */
	at: number;
}

/** Whether the workflow gives the answer. The parameter takes no expression. */
export const waitsForWorkflow = (context: IWebhookFunctions) =>
	nodeOf(context).parameters.responseMode === 'responseNode';

/** Kinds of which nothing is known may take a reply; of the others the table tells (doc 90241). */
const takesReply = ({ payload, callback: { row, family } }: OpenedCallback) =>
	typeof payload.FromUserName === 'string' && (row ? row.answer === 'P' : family === 'unknown');

/** Until when the workflow may reply, for the item; nothing where WeCom takes or awaits no reply. */
export function replyFacts({ context, opened, at }: Arrived): IDataObject {
	if (!waitsForWorkflow(context) || !takesReply(opened)) return {};
	return { replyUntil: new Date(at + REPLY_WITHIN_MS).toISOString() };
}

/** Prepares the response for what n8n will answer. */
export function prepareAnswer(arrived: Arrived, item: IDataObject): void {
	const { context, at } = arrived;
	const response = context.getResponseObject();
	if (waitsForWorkflow(context)) {
		const deadlineMs = Math.max(0, at + REPLY_WITHIN_MS - Date.now());
		answerWhenStored(response, { body: '', deadlineMs });
		return;
	}
	const body = quickReply(arrived, item);
	if (body) answerWhenStored(response, { body, contentType: 'application/xml' });
}

/** The quick reply, encrypted and signed; '' where there is none. */
export function quickReply(
	{ context, opened, secrets }: Pick<Arrived, 'context' | 'opened' | 'secrets'>,
	item: IDataObject,
): string {
	const { quickReply: written } = nodeOf(context).parameters;
	if (!written || waitsForWorkflow(context) || !takesReply(opened)) return '';
	const { payload, receiveId } = opened;
	try {
		const text = overItem(context, item, 'quickReply');
		if (text.trim() === '') return without(context, 'it is empty, check its expression');
		if (byteLength(text) > MAX_TEXT_BYTES)
			return without(context, `it is longer than ${MAX_TEXT_BYTES} bytes, shorten it`);
		const sender = {
			FromUserName: String(payload.FromUserName),
			ToUserName: String(payload.ToUserName),
		};
		return passiveReply(sender, 'text', { Content: text }, { ...secrets, receiveId });
	} catch (error) {
		return without(context, `its expression failed: ${(error as Error).message}`);
	}
}

function without(context: IWebhookFunctions, reason: string): string {
	context.logger.warn(`WeCom Trigger sent no quick reply: ${reason}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
	return '';
}

/** A parameter of the form over the incoming item: n8n itself evaluates it over the HTTP request. */
function overItem(context: IWebhookFunctions, item: IDataObject, name: string): string {
	const { connectionInputData } = context as unknown as {
		connectionInputData?: INodeExecutionData[];
	};
	connectionInputData?.splice(0, connectionInputData.length, { json: item });
	const value = context.getNodeParameter(name, '') as unknown;
	return value === undefined || value === null ? '' : String(value);
}
