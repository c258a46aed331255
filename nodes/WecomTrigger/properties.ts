import type { INodeProperties } from 'n8n-workflow';
import { ANY_KIND, triggerOptions } from '../shared/callback/events';

const STEPS = [
	'In the WeCom admin console open App Management > your app > Receive Messages > Set API Receive. Copy its Token and EncodingAESKey into the credential.',
	'Publish this workflow: WeCom checks the URL at the moment you save it.',
	'Enter the production URL from above there, tick the kinds you need, and save. The domain must belong to your company.',
	"If the workflow calls WeCom, add this server's IP under Company's Trusted IP on the same page. Then send the app a message.",
];
// n8n's notices show lists and links, no other markup.
const SET_UP = `Set up in four steps, in this order:<ul>${STEPS.map((step) => `<li>${step}</li>`).join('')}</ul>`;

/** The form of the trigger. */
export const properties: INodeProperties[] = [
	{ displayName: SET_UP, name: 'setUpNotice', type: 'notice', default: '' },
	{
		displayName: 'Source',
		name: 'source',
		type: 'options',
		noDataExpression: true,
		options: [{ name: 'App', value: 'app', description: 'A self-built app of your company' }],
		default: 'app',
		description: 'Who sends the callbacks',
	},
	{
		displayName: 'Trigger On',
		name: 'events',
		type: 'multiOptions',
		noDataExpression: true,
		required: true,
		options: triggerOptions(),
		default: [ANY_KIND],
	},
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		noDataExpression: true,
		required: true,
		default: 'wecom',
		placeholder: 'e.g. wecom/helpdesk',
		description:
			'The end of the URL to enter in WeCom. Every WeCom Trigger needs one of its own, and it should not change later.',
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: [
			{
				displayName: 'Change Types',
				name: 'changeTypes',
				type: 'string',
				default: '',
				placeholder: 'e.g. create_user, delete_user',
				description:
					"Comma-separated. Only callbacks with one of these words as 'ChangeType' start the workflow.",
			},
		],
	},
	// n8n parses bodies before the node sees them, and refuses what it cannot parse, unless this is set.
	{ displayName: 'Options', name: 'options', type: 'hidden', default: { binaryData: true } },
];
