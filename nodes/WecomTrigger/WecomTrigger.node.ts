import {
	NodeConnectionTypes,
	NodeOperationError,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { loadedWhenCalled } from '../shared/util/loadedWhenCalled';
import { WEBHOOK_PATH_AND_MODE } from '../shared/util/webhookDescription';
import { triggerProperties } from './properties';

const WEBHOOK = {
	...WEBHOOK_PATH_AND_MODE,
	isFullPath: true,
	// An empty answer: WeCom takes anything else for a passive reply.
	responseData: 'noData',
};

export class WecomTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WeCom Trigger',
		name: 'wecomTrigger',
		icon: {
			light: 'file:../../icons/wecomTrigger.svg',
			dark: 'file:../../icons/wecomTrigger.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["events"].includes("*") ? "all events" : $parameter["events"].join(", ") }}',
		description:
			'Starts the workflow when WeCom (WeChat Work) sends a message or an event to your app or AI bot',
		defaults: { name: 'WeCom Trigger' },
		// The token of a customer service callback ends after ten minutes; a workflow may need to see it.
		sensitiveOutputFields: [
			'SuiteTicket',
			'AuthCode',
			'AuthCorpInfo.permanent_code',
			'wecom.company.permanentCode',
		],
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'wecomApi',
				required: true,
				testedBy: 'wecomApiTest',
				displayOptions: { show: { source: ['app'] } },
			},
			{
				name: 'wecomSuiteApi',
				required: true,
				testedBy: 'wecomSuiteApiTest',
				displayOptions: { show: { source: ['suite'] } },
			},
			{
				name: 'wecomBotApi',
				required: true,
				testedBy: 'wecomBotApiTest',
				displayOptions: { show: { source: ['bot'] } },
			},
		],
		webhooks: [
			{ name: 'setup', httpMethod: 'GET', ...WEBHOOK, ndvHideUrl: true },
			{ name: 'default', httpMethod: 'POST', ...WEBHOOK, ndvHideMethod: true },
		],
		eventTriggerDescription: 'Waiting for a message or event from WeCom at the test URL',
		activationMessage:
			'WeCom can now reach the production URL. Save it in WeCom under Receive Messages > Set API Receive: WeCom checks it at that moment.',
		triggerPanel: {
			header: '',
			executionsHelp: {
				inactive:
					"<b>While building your workflow</b>, click 'Execute step', save the test URL in WeCom under Receive Messages > Set API Receive, then send a message to the app. For more events click 'Execute step' again.<br /><br /><b>Once you're happy with your workflow</b>, publish it and save the production URL in WeCom instead.",
				active:
					"<b>While building your workflow</b>, click 'Execute step', save the test URL in WeCom under Receive Messages > Set API Receive, then send a message to the app. For more events click 'Execute step' again.<br /><br /><b>Your workflow also runs by itself</b> for every callback to the production URL. Those executions are in the executions list. To open one here, choose 'Copy to editor' there; a self-hosted n8n must be registered for that (free, under Settings > Usage and plan).",
			},
			activationHint:
				'Publish this workflow first: WeCom checks the production URL when you save it there.',
		},
		properties: triggerProperties,
	};

	methods = {
		credentialTest: {
			wecomApiTest: loadedWhenCalled(
				async () => (await import('../shared/credentials/appTest')).wecomApiTest,
			),
			wecomSuiteApiTest: loadedWhenCalled(
				async () => (await import('../shared/credentials/suiteTest')).wecomSuiteApiTest,
			),
			wecomBotApiTest: loadedWhenCalled(
				async () => (await import('../shared/bot/credentialTest')).wecomBotApiTest,
			),
		},
		loadOptions: {
			getCustomerServiceAccounts: loadedWhenCalled(
				async () => (await import('./customerService/form')).getCustomerServiceAccounts,
			),
			getDepartments: loadedWhenCalled(
				async () => (await import('./sender')).senderLists.getDepartments,
			),
			getMembers: loadedWhenCalled(async () => (await import('./sender')).senderLists.getMembers),
		},
	};

	webhookMethods = {
		/** n8n registers the URL that WeCom checks first, so what is stored here is stored before the first callback. */
		setup: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				const { rememberPublishing } = await import('./customerService/publishing');
				const { sourceOf } = await import('./sources');
				await rememberPublishing(this, sourceOf(this).credential);
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			/** WeCom has no API to set the URL; what can be told before a person tries is whether the credential is complete. */
			async create(this: IHookFunctions): Promise<boolean> {
				const { freshSecrets } = await import('./secrets');
				const { sourceOf } = await import('./sources');
				const found = await freshSecrets(this, sourceOf(this));
				if ('lack' in found) {
					const { message, description } = found.lack;
					throw new NodeOperationError(this.getNode(), message, { description });
				}
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	/**
	 * Never throws in production for a request from outside: that would be an HTTP 500 and a failed execution for anyone who knows the URL. In a test
	 * it does, once WeCom has its answer: the editor shows the error to the person who waits there.
	 */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { LostCallback, receiveCallback, verifyUrl } = await import('./receive');
		const { CallbackResponse } = await import('./response');
		const response = new CallbackResponse(this.getResponseObject());
		try {
			return this.getWebhookName() === 'setup'
				? await verifyUrl(this, response)
				: await receiveCallback(this, response);
		} catch (error) {
			if (error instanceof LostCallback) {
				const { message, description } = error;
				throw new NodeOperationError(this.getNode(), message, { description: String(description) });
			}
			this.logger.error(`WeCom Trigger could not handle a callback: ${(error as Error).message}`, {
				workflowId: this.getWorkflow().id,
				nodeName: this.getNode().name,
			});
			response.answer(500);
			if (this.getMode() === 'manual') throw new NodeOperationError(this.getNode(), error as Error);
			return { noWebhookResponse: true };
		}
	}
}
