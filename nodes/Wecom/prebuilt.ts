import { nodeProperties } from './engine/form';
import { methods } from './runtime';
import { resources, usesOf } from './resources';

/**
 * What n8n has to know of the operations before one of them runs. The build works it out and packs the outcome (`form.json`), so that
 * n8n does not load the tables when it starts: plain data only.
 */
export const properties = nodeProperties(resources);

/** Where each credential is used; 'app' stands for those of an app and of a suite. */
export const uses = {
	app: usesOf(undefined),
	bot: usesOf('wecomBotApi'),
	chatArchive: usesOf('wecomChatArchiveApi'),
	messagePush: usesOf('wecomWebhookApi'),
};

/** The names of what the editor may ask the node for. */
export const methodNames = {
	listSearch: Object.keys(methods.listSearch),
	loadOptions: Object.keys(methods.loadOptions),
	resourceMapping: Object.keys(methods.resourceMapping),
};
