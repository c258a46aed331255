import { fromParameter, webhookDescriptionFields } from 'n8n-workflow';

/**
 * Parts of a webhook's description. Newer n8n reads them without its expression engine, which every call would otherwise wait for.
 * Each is whole: of two that are spread into one description, only the second would be read that way.
 */

const isNew = typeof webhookDescriptionFields === 'function';

/** The webhook's path is the parameter 'Path'. */
export const WEBHOOK_PATH: { path: string } = isNew
	? webhookDescriptionFields({ path: fromParameter('path') })
	: { path: '={{$parameter["path"]}}' };

/** Beside the path: when n8n answers is the parameter 'Respond'. */
export const WEBHOOK_PATH_AND_MODE: { path: string; responseMode: string } = isNew
	? webhookDescriptionFields({
			path: fromParameter('path'),
			responseMode: fromParameter('responseMode', 'onReceived'),
		})
	: { ...WEBHOOK_PATH, responseMode: '={{$parameter["responseMode"] || "onReceived"}}' };
