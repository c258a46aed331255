import type { INodeProperties } from 'n8n-workflow';
import { OPTIONS } from './fields/options';
import { FROM, TO, WHO } from './fields/people';
import { QUESTION } from './fields/question';
import { collection } from './fields/write';

/**
 * The form. `message`, `responseType`, `approvalOptions` and `operation` are called as n8n calls them: it makes the node's variant
 * for AI agents by these names.
 */
export const sendAndWaitProperties: INodeProperties[] = [
	...FROM,
	...TO,
	...QUESTION,
	...WHO,
	collection('options', 'Options', 'Further settings', OPTIONS, 'Add Option'),
];
