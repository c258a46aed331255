import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { loadedWhenCalled } from '../shared/util/loadedWhenCalled';
import { chatArchiveTriggerProperties } from './properties';

const WHILE_BUILDING =
	"<b>While building your workflow</b>, click 'Execute step', then write in a chat that is archived. Test runs do not move the position.";

export class WecomChatArchiveTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WeCom Chat Archive Trigger',
		name: 'wecomChatArchiveTrigger',
		icon: {
			light: 'file:../../icons/wecomChatArchiveTrigger.svg',
			dark: 'file:../../icons/wecomChatArchiveTrigger.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["events"].includes("*") ? "all messages" : $parameter["events"].join(", ") }}',
		description:
			'Starts the workflow with messages from the chat archive (会话内容存档) of WeCom (WeChat Work)',
		defaults: { name: 'WeCom Chat Archive Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'wecomChatArchiveApi', required: true, testedBy: 'wecomChatArchiveApiTest' },
		],
		eventTriggerDescription: 'Waiting for somebody to write in a chat that is archived',
		activationMessage:
			'n8n now keeps reading the archive. Every batch of messages runs the workflow.',
		triggerPanel: {
			header: '',
			executionsHelp: {
				inactive: `${WHILE_BUILDING}<br /><br /><b>Once you're happy with your workflow</b>, publish it. From then on every batch of messages runs it.`,
				active: `${WHILE_BUILDING}<br /><br /><b>Your workflow also runs by itself</b> for every batch of messages. Those executions are in the executions list. To open one here, choose 'Copy to editor' there; a self-hosted n8n must be registered for that (free, under Settings > Usage and plan).`,
			},
			activationHint:
				'Once you have finished building your workflow, publish it: n8n then keeps reading the archive.',
		},
		properties: chatArchiveTriggerProperties,
	};

	methods = {
		credentialTest: {
			wecomChatArchiveApiTest: loadedWhenCalled(
				async () => (await import('../shared/chatArchive/credentialTest')).wecomChatArchiveApiTest,
			),
		},
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		const { readOnce, startReading } = await import('./read');
		if (this.getMode() === 'manual') {
			let stop = () => {};
			return {
				closeFunction: async () => stop(),
				manualTriggerFunction: async () => {
					const run = readOnce(this);
					({ stop } = run);
					await run.done;
				},
			};
		}
		return { closeFunction: await startReading(this) };
	}
}
