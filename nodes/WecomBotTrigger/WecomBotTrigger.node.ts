import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { loadedWhenCalled } from '../shared/util/loadedWhenCalled';
import { botTriggerProperties } from './properties';
import type { Listening } from './receive';
import { STREAM_PATH } from './streamPath';

const WHILE_BUILDING =
	"<b>While building your workflow</b>, click 'Execute step', then write to the bot in WeCom. It works beside the published workflow, which gets the message too.";

export class WecomBotTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WeCom Bot Trigger',
		name: 'wecomBotTrigger',
		icon: {
			light: 'file:../../icons/wecomBotTrigger.svg',
			dark: 'file:../../icons/wecomBotTrigger.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["events"].includes("*") ? "all messages and events" : $parameter["events"].join(", ") }}',
		description:
			'Starts the workflow when somebody writes to an AI bot in WeCom (WeChat Work), over a long connection without a public URL',
		defaults: { name: 'WeCom Bot Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'wecomBotApi', required: true, testedBy: 'wecomBotApiTest' }],
		eventTriggerDescription: 'Waiting for somebody to write to the bot',
		activationMessage:
			'n8n now keeps the connection to WeCom: every message to the bot runs the workflow.',
		triggerPanel: {
			header: '',
			executionsHelp: {
				inactive: `${WHILE_BUILDING}<br /><br /><b>Once you're happy with your workflow</b>, publish it. From then on every message to the bot runs it.`,
				active: `${WHILE_BUILDING}<br /><br /><b>Your workflow also runs by itself</b> for every message to the bot. Those executions are in the executions list. To open one here, choose 'Copy to editor' there; a self-hosted n8n must be registered for that (free, under Settings > Usage and plan).`,
			},
			activationHint:
				'Once you have finished building your workflow, publish it: n8n then keeps a connection to WeCom open.',
		},
		webhooks: [
			{
				name: 'default',
				// None in a test run, which n8n would otherwise take for one that waits for a call.
				httpMethod: '={{ $workflow.active ? "POST" : "" }}' as 'POST',
				responseMode: 'streaming',
				path: STREAM_PATH,
				ndvHideUrl: true,
			},
		],
		properties: botTriggerProperties,
	};

	/** The webhook is the trigger's own: nobody else is told of it. */
	webhookMethods = {
		default: {
			async checkExists(): Promise<boolean> {
				return true;
			},
			async create(): Promise<boolean> {
				return true;
			},
			async delete(): Promise<boolean> {
				return true;
			},
		},
	};

	methods = {
		credentialTest: {
			wecomBotApiTest: loadedWhenCalled(
				async () => (await import('../shared/bot/credentialTest')).wecomBotApiTest,
			),
		},
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		const { listen } = await import('./receive');
		let listening: Listening | undefined;
		let stopped = false;
		const closeFunction = async () => {
			// n8n closes a test run right after its item, before the nodes that reply; the second time somebody stops it. It waits
			// for this function before it says that the run has ended.
			const run = stopped ? undefined : listening?.testRun;
			stopped = true;
			if (run) void run.then(listening?.leave);
			else await listening?.leave();
		};
		if (this.getMode() === 'manual') {
			// n8n can take messages only after this function has returned, and may stop a test run while it connects.
			const manualTriggerFunction = async () => {
				listening = await listen(this, true);
				if (stopped) await listening.leave();
			};
			return { closeFunction, manualTriggerFunction };
		}
		listening = await listen(this);
		return { closeFunction };
	}

	/** Called by the trigger itself, to start an execution whose agents are heard while they speak. */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { takeTicket } = await import('./streamingStart');
		return takeTicket(this);
	}
}
