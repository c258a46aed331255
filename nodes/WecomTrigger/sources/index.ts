import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Source } from '../delivery';
import { nodeOf } from '../secrets';
import { appSource } from './app';
import { botSource } from './bot';
import { suiteSource } from './suite';

const SOURCES: Record<string, Source> = { app: appSource, suite: suiteSource, bot: botSource };

/** Where the callbacks of a node come from. The parameter takes no expression. */
export const sourceOf = (context: IHookFunctions | IWebhookFunctions): Source =>
	SOURCES[String(nodeOf(context).parameters.source)] ?? appSource;
