import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Source } from '../delivery';
import { nodeOf } from '../secrets';
import { app } from './app';
import { bot } from './bot';
import { suite } from './suite';

const SOURCES: Record<string, Source> = { app, suite, bot };

/** Where the callbacks of a node come from. The parameter takes no expression. */
export const sourceOf = (context: IHookFunctions | IWebhookFunctions): Source =>
	SOURCES[String(nodeOf(context).parameters.source)] ?? app;
