import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import type { OpenedCallback } from '../shared/callback/envelope';
import { passiveReply } from '../shared/callback/passiveReply';
import { byteLength } from '../shared/util/text';
import { REPLY_WITHIN_MS } from './deadlines';
import { warn, type Delivery } from './delivery';
import { nodeOf } from './secrets';

/** Answers with content: the quick reply of the form, or what the workflow replies in time (doc 90241). */

/** The content type of a reply that is not empty. */
export const REPLY_TYPE = 'application/xml';

/** WeCom takes no longer text as a reply (doc 90241). */
const MAX_TEXT_BYTES = 2_048;

/** Whether the workflow gives the answer. The parameter takes no expression. */
export const waitsForWorkflow = (context: IWebhookFunctions) =>
	nodeOf(context).parameters.responseMode === 'responseNode';

/** Kinds of which nothing is known may take a reply; of the others the table tells (doc 90241). */
const takesReply = ({ payload, classification: { row, family } }: OpenedCallback) =>
	typeof payload.FromUserName === 'string' && (row ? row.answer === 'P' : family === 'unknown');

/** Until when the workflow may reply, for the item; nothing where WeCom takes or awaits no reply. */
export function replyFacts({ context, opened, at }: Delivery): IDataObject {
	if (!waitsForWorkflow(context) || !takesReply(opened)) return {};
	return { replyUntil: new Date(at + REPLY_WITHIN_MS).toISOString() };
}

/**
 * Prepares the answer: the quick reply of the form, or where the workflow is to reply an empty one for the case that it is late.
 */
export function prepareAnswer(delivery: Delivery, item: IDataObject): void {
	const { context, response, at } = delivery;
	if (waitsForWorkflow(context)) {
		response.answerBy(at + REPLY_WITHIN_MS - Date.now(), { body: '' });
		return;
	}
	const body = quickReply(delivery, item);
	if (body) response.answerBy(undefined, { body, contentType: REPLY_TYPE });
}

/** The quick reply, encrypted and signed; '' where there is none. */
export function quickReply({ context, opened, secrets }: Delivery, item: IDataObject): string {
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
	warn(context, `sent no quick reply: ${reason}`);
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
