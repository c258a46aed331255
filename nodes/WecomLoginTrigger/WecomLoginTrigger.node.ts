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
import { WEBHOOK_PATH } from '../shared/util/webhookDescription';
import { loginTriggerProperties } from './properties';

export class WecomLoginTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WeCom Login Trigger',
		name: 'wecomLoginTrigger',
		icon: {
			light: 'file:../../icons/wecomLoginTrigger.svg',
			dark: 'file:../../icons/wecomLoginTrigger.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle: '={{ "/" + $parameter["path"] }}',
		description: 'Starts the workflow when a person has logged in with WeCom (WeChat Work)',
		defaults: { name: 'WeCom Login Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'wecomApi',
				required: true,
				testedBy: 'wecomApiTest',
				displayOptions: { show: { authentication: ['app'] } },
			},
			{
				name: 'wecomSuiteApi',
				required: true,
				testedBy: 'wecomSuiteApiTest',
				displayOptions: { show: { authentication: ['suite'] } },
			},
		],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'GET',
				...WEBHOOK_PATH,
				isFullPath: true,
				responseMode: '={{ $parameter["answer"] === "workflow" ? "responseNode" : "onReceived" }}',
				responseData: 'noData',
				ndvHideMethod: true,
			},
		],
		eventTriggerDescription: 'Waiting for somebody to log in at the test URL',
		activationMessage: 'People can now log in at the production URL. Open it once to try.',
		triggerPanel: {
			header: '',
			executionsHelp: {
				inactive:
					"<b>While building your workflow</b>, click 'Execute step', then open the test URL in a browser or in WeCom and log in.<br /><br /><b>Once you're happy with your workflow</b>, publish it and give people the production URL instead.",
				active:
					"<b>While building your workflow</b>, click 'Execute step', then open the test URL in a browser or in WeCom and log in.<br /><br /><b>Your workflow also runs by itself</b> for every login at the production URL. Those executions are in the executions list. To open one here, choose 'Copy to editor' there; a self-hosted n8n must be registered for that (free, under Settings > Usage and plan).",
			},
			activationHint: 'Publish this workflow, then open the production URL to log in.',
		},
		properties: loginTriggerProperties,
	};

	methods = {
		credentialTest: {
			wecomApiTest: loadedWhenCalled(
				async () => (await import('../shared/credentials/appTest')).wecomApiTest,
			),
			wecomSuiteApiTest: loadedWhenCalled(
				async () => (await import('../shared/credentials/suiteTest')).wecomSuiteApiTest,
			),
		},
		listSearch: {
			searchCompanies: loadedWhenCalled(
				async () => (await import('../shared/companies/companyPicker')).searchCompanies,
			),
		},
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			/** Tells before anybody opens the URL whether something is missing. */
			async create(this: IHookFunctions): Promise<boolean> {
				const suite = this.getNodeParameter('authentication', 'app') === 'suite';
				const type = suite ? 'wecomSuiteApi' : 'wecomApi';
				const credentials = await this.getCredentials(type);
				const get = (name: string, fallback: unknown) =>
					this.getNodeParameter(name, fallback as string);
				const { lackOf } = await import('./settings');
				const lack = lackOf(get, type, credentials);
				if (lack) {
					const [message, description] = lack;
					throw new NodeOperationError(this.getNode(), message, { description });
				}
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	/** Never throws for a request from outside: that would be an HTTP 500 and a failed execution for anyone who knows the URL. */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { receiveVisit } = await import('./login');
		const { showPage } = await import('./browser');
		const { LostLogin } = await import('./lateFailure');
		try {
			return await receiveVisit(this);
		} catch (error) {
			if (error instanceof LostLogin) throw error as NodeOperationError;
			this.logger.error(`WeCom Login Trigger could not answer: ${(error as Error).message}`, {
				workflowId: this.getWorkflow().id,
				nodeName: this.getNode().name,
			});
			return showPage(this, 'broken');
		}
	}
}
