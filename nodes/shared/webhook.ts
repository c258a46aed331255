import { fromParameter, webhookDescriptionFields } from 'n8n-workflow';

/** The webhook's path is the parameter 'Path'. Newer n8n reads it without its expression engine, which every call would otherwise wait for. */
export const WEBHOOK_PATH: { path: string } =
	typeof webhookDescriptionFields === 'function'
		? webhookDescriptionFields({ path: fromParameter('path') })
		: { path: '={{$parameter["path"]}}' };
