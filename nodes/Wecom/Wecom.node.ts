import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { wecomApiTest } from '../shared/api/credentialTest';
import { wecomWebhookApiTest } from '../shared/api/webhook';
import { getEndpointFields, listEndpoints } from './api/pickers';
import { getApprovalControls } from './approval';
import { wecomSuiteApiTest } from '../shared/api/suiteTest';
import { wecomBotApiTest } from '../shared/bot/credentialTest';
import { nodeProperties } from './description';
import { executeOperation } from './execute';
import { listSearch, loadOptions } from './pickers';
import { credentialOf, findOperation, needsSuite, resources, resourcesWith } from './resources';
import { getSmartSheetColumns } from './smartsheet';

export class Wecom implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WeCom',
		name: 'wecom',
		icon: { light: 'file:../../icons/wecom.svg', dark: 'file:../../icons/wecom.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description:
			'Send messages, and work with members, customers, approvals, calendars, sheets and files in WeCom (WeChat Work)',
		defaults: { name: 'WeCom' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'wecomApi',
				required: true,
				testedBy: 'wecomApiTest',
				displayOptions: { show: { authentication: ['app'], resource: resourcesWith() } },
			},
			{
				name: 'wecomSuiteApi',
				required: true,
				testedBy: 'wecomSuiteApiTest',
				displayOptions: { show: { authentication: ['suite'], resource: resourcesWith() } },
			},
			{
				name: 'wecomWebhookApi',
				required: true,
				testedBy: 'wecomWebhookApiTest',
				displayOptions: { show: { resource: resourcesWith('wecomWebhookApi') } },
			},
			{
				name: 'wecomBotApi',
				required: true,
				testedBy: 'wecomBotApiTest',
				displayOptions: { show: { resource: resourcesWith('wecomBotApi') } },
			},
		],
		properties: nodeProperties(resources),
	};

	methods = {
		credentialTest: {
			wecomApiTest,
			wecomBotApiTest,
			wecomSuiteApiTest,
			wecomWebhookApiTest,
		},
		listSearch: { ...listSearch, listEndpoints },
		loadOptions,
		resourceMapping: { getApprovalControls, getEndpointFields, getSmartSheetColumns },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const [resource, name] = [
			this.getNodeParameter('resource', 0),
			this.getNodeParameter('operation', 0),
		];
		const operation = findOperation(resource, name);
		if (!operation) {
			throw new NodeOperationError(
				this.getNode(),
				`The operation '${resource}: ${name}' does not exist`,
				{
					description: 'Choose the resource and the operation again.',
				},
			);
		}
		if (needsSuite(resource) && this.getNodeParameter('authentication', 0, 'app') !== 'suite') {
			throw new NodeOperationError(this.getNode(), "'Authentication' is not set to 'Suite'", {
				description: 'The operations of this resource belong to a service provider.',
			});
		}
		return [await executeOperation(this, operation, credentialOf(resource))];
	}
}
