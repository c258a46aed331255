import { nodeProperties } from './engine/form';
import { methods } from './runtime';
import { operationsWith, resources, resourcesWith } from './resources';

/**
 * What n8n has to know of the operations before one of them runs. The build works it out and packs the outcome (`form.json`), so that
 * n8n does not load the tables when it starts: plain data only.
 */
export const properties = nodeProperties(resources);

/** The resources by the credential they use. */
export const resourcesOf = {
	account: resourcesWith(),
	bot: resourcesWith('wecomBotApi'),
	messagePush: resourcesWith('wecomWebhookApi'),
};

/** The operations that use the bridge to the chat archive. */
export const archiveOperations = operationsWith('wecomChatArchiveApi');

/** The names of what the editor may ask the node for. */
export const methodNames = {
	listSearch: Object.keys(methods.listSearch),
	loadOptions: Object.keys(methods.loadOptions),
	resourceMapping: Object.keys(methods.resourceMapping),
};
