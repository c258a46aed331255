import { fromParameter, webhookDescriptionFields } from 'n8n-workflow';

/** Parts of a webhook's description. Newer n8n reads them without its expression engine, which every call would otherwise wait for. */

const isNew = typeof webhookDescriptionFields === 'function';

/** The webhook's path is the parameter 'Path'. */
export const WEBHOOK_PATH: { path: string } = isNew
	? webhookDescriptionFields({ path: fromParameter('path') })
	: { path: '={{$parameter["path"]}}' };

/** When n8n answers is the parameter 'Respond'. */
export const RESPONSE_MODE: { responseMode: string } = isNew
	? webhookDescriptionFields({ responseMode: fromParameter('responseMode', 'onReceived') })
	: { responseMode: '={{$parameter["responseMode"] || "onReceived"}}' };
