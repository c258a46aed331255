import type { INodeProperties } from 'n8n-workflow';
import { ANY_KIND } from '../shared/callback/events';
import { BOT_FILTERS, BOT_OPTIONS } from '../shared/bot/fields';
import { botKindOptions } from '../shared/bot/items';

const STEPS = [
	'In WeCom create an AI bot in API Mode (Workbench > AI Bot, or the admin console under Security & Management > Management Tools) and choose Long Connection.',
	'Copy its Bot ID and Secret into the credential.',
	'Publish this workflow, then write to the bot. In groups mention it.',
	'A bot has one long connection at a time: the newest takes it from any other n8n, SDK script or test.',
];

/** The form of the trigger. n8n's notices show lists and links, no other markup. */
export const botTriggerProperties: INodeProperties[] = [
	{
		displayName: `No public URL is needed:<ul>${STEPS.map((step, at) => `<li>${at + 1}. ${step}</li>`).join('')}</ul>`,
		name: 'setUpNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Trigger On',
		name: 'events',
		type: 'multiOptions',
		noDataExpression: true,
		required: true,
		description: 'The messages and events of the bot that start the workflow',
		options: botKindOptions(),
		default: [ANY_KIND],
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: BOT_FILTERS,
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: BOT_OPTIONS,
	},
];
