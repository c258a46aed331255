import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type IHookFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { wecomBotApiTest } from '../shared/bot/credentialTest';
import { searchCompanies } from '../shared/companies/companyPicker';
import { wecomApiTest } from '../shared/credentials/appTest';
import { wecomSuiteApiTest } from '../shared/credentials/suiteTest';
import { listMethods } from '../shared/lists/lists';
import { PEOPLE } from '../shared/lists/people';
import { ask } from './ask';
import { sendAndWaitProperties } from './properties';
import { receive } from './receive';

/** Resumes the execution; `$nodeId` tells it apart from other nodes that wait in the same execution. */
const RESUME = {
	name: 'default' as const,
	responseMode: 'onReceived',
	responseData: '',
	path: '={{ $nodeId }}',
	restartWebhook: true,
	isFullPath: true,
};

export class WecomSendAndWait implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WeCom Send and Wait',
		name: 'wecomSendAndWait',
		icon: { light: 'file:../../icons/wecom.svg', dark: 'file:../../icons/wecom.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["title"] }}',
		description: 'Asks people in WeCom (WeChat Work) and goes on with their answer',
		defaults: { name: 'WeCom Send and Wait' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		waitingNodeTooltip: 'Goes on when somebody has answered in WeCom',
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
			{
				name: 'wecomBotApi',
				required: true,
				testedBy: 'wecomBotApiTest',
				displayOptions: { show: { authentication: ['bot'] } },
			},
		],
		webhooks: [
			{ ...RESUME, httpMethod: 'GET' },
			{ ...RESUME, httpMethod: 'POST' },
		],
		properties: sendAndWaitProperties,
	};

	methods = {
		credentialTest: { wecomApiTest, wecomSuiteApiTest, wecomBotApiTest },
		listSearch: { searchCompanies },
		loadOptions: listMethods(PEOPLE).loadOptions,
	};

	/** Its webhooks belong to waiting executions: n8n registers none. */
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await ask(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive(this);
	}
}
