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
import { loadedWhenCalled } from '../shared/util/loadedWhenCalled';
import { sendAndWaitProperties } from './properties';

/** Resumes the execution; `$nodeId` tells it apart from other nodes that wait in the same execution. */
const RESUME = {
	name: 'default' as const,
	responseMode: 'onReceived',
	responseData: '',
	path: '={{ $nodeId }}',
	restartWebhook: true,
	isFullPath: true,
};

const peopleList = (name: 'getDepartments' | 'getMembers' | 'getTags') =>
	loadedWhenCalled(async () => {
		const { listMethods } = await import('../shared/lists/lists');
		const { PEOPLE } = await import('../shared/lists/people');
		return listMethods(PEOPLE).loadOptions[name];
	});

export class WecomSendAndWait implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WeCom Send and Wait',
		name: 'wecomSendAndWait',
		icon: { light: 'file:../../icons/wecom.svg', dark: 'file:../../icons/wecom.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["title"] }}',
		description: 'Asks people in WeCom (WeChat Work) and continues with their answer',
		defaults: { name: 'WeCom Send and Wait' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		waitingNodeTooltip: 'Continues when somebody has answered in WeCom',
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
		listSearch: {
			searchCompanies: loadedWhenCalled(
				async () => (await import('../shared/companies/companyPicker')).searchCompanies,
			),
		},
		loadOptions: {
			getDepartments: peopleList('getDepartments'),
			getMembers: peopleList('getMembers'),
			getTags: peopleList('getTags'),
		},
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
		const { ask } = await import('./ask');
		return await ask(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { receive } = await import('./receive');
		return await receive(this);
	}
}
