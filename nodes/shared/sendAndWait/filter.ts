import type { INodeProperties } from 'n8n-workflow';

/** The filter that all triggers have for clicks which the WeCom Send and Wait node waits for. */
export const SEND_AND_WAIT_CLICKS: INodeProperties = {
	displayName: 'Send and Wait Clicks',
	name: 'sendAndWaitClicks',
	type: 'boolean',
	default: false,
	description:
		'Whether clicks on cards of the WeCom Send and Wait node start this workflow too. They always go to the execution that waits for them.',
};
