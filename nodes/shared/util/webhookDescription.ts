import {
	fromFunction,
	fromParameter,
	webhookDescriptionFields,
	type INodeParameters,
} from 'n8n-workflow';
import { IS_NEWER_N8N } from './release';

/**
 * Parts of a webhook's description. Newer n8n reads them without its expression engine, which every call would otherwise wait for.
 * Each is whole: of two that are spread into one description, only the second would be read that way.
 */

/** The webhook's path is the parameter 'Path'. */
export const WEBHOOK_PATH: { path: string } = IS_NEWER_N8N
	? webhookDescriptionFields({ path: fromParameter('path') })
	: { path: '={{$parameter["path"]}}' };

/**
 * When n8n answers: as the parameter 'Respond' says, and piece by piece where an AI bot shows what an AI Agent says. A function whose
 * text n8n also takes for an expression: it must stand alone.
 */
const responseModeOf = (parameters: INodeParameters): string => {
	const mode = (parameters.responseMode as string) || 'onReceived';
	const bot = (parameters.botOptions || {}) as { firstAnswer?: unknown; streamAnswer?: unknown };
	const streams = parameters.source === 'bot' && bot.firstAnswer && bot.streamAnswer !== false;
	return streams && mode === 'onReceived' ? 'streaming' : mode;
};

/** Whether n8n gives what agents say to a trigger with these parameters. */
export const streamsAnswer = (parameters: INodeParameters): boolean =>
	responseModeOf(parameters) === 'streaming';

/** The webhook's path, and when n8n answers. */
export const WEBHOOK_PATH_AND_MODE: { path: string; responseMode: string } = IS_NEWER_N8N
	? webhookDescriptionFields({
			path: fromParameter('path'),
			responseMode: fromFunction(responseModeOf),
		})
	: { ...WEBHOOK_PATH, responseMode: `={{(${String(responseModeOf)})($parameter)}}` };
