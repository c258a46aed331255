import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { wecomApiTest } from '../shared/credentials/appTest';
import { wecomSuiteApiTest } from '../shared/credentials/suiteTest';
import { wecomWebhookApiTest } from '../shared/credentials/messagePush';
import { wecomBotApiTest } from '../shared/bot/credentialTest';
import { wecomChatArchiveApiTest } from '../shared/chatArchive/credentialTest';
import { archiveOperations, methodNames, properties, resourcesOf } from './prebuilt';

type Methods = typeof import('./runtime').methods;

/** The methods of a kind under their names; the first call of one loads them. */
function loadedWhenCalled<Kind extends keyof Methods>(kind: Kind): Methods[Kind] {
	const methods = methodNames[kind].map((name) => [
		name,
		async function (this: unknown, ...given: unknown[]) {
			const all = (await import('./runtime')).methods[kind] as Record<
				string,
				typeof Function.prototype
			>;
			return (await all[name].apply(this, given)) as unknown;
		},
	]);
	return Object.fromEntries(methods) as Methods[Kind];
}

/** Fields of an output that are as good as a credential: n8n never shows them, workflows use them. */
const SECRET_FIELDS = [
	'access_token',
	'suite_access_token',
	'provider_access_token',
	'device_access_token',
	'model_access_token',
	'contact_sync.access_token',
	'permanent_code',
	'ticket',
	'mass_call_ticket',
	'user_ticket',
	'user_doc_ticket',
	'detail.user_ticket',
	'tfa_code',
	'session_key',
	'device_secret',
	'cookie_value',
];

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
		sensitiveOutputFields: SECRET_FIELDS,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'wecomApi',
				required: true,
				testedBy: 'wecomApiTest',
				displayOptions: {
					show: { authentication: ['app'], resource: resourcesOf.account },
					hide: { operation: archiveOperations },
				},
			},
			{
				name: 'wecomSuiteApi',
				required: true,
				testedBy: 'wecomSuiteApiTest',
				displayOptions: {
					show: { authentication: ['suite'], resource: resourcesOf.account },
					hide: { operation: archiveOperations },
				},
			},
			{
				name: 'wecomWebhookApi',
				required: true,
				testedBy: 'wecomWebhookApiTest',
				displayOptions: { show: { resource: resourcesOf.messagePush } },
			},
			{
				name: 'wecomBotApi',
				required: true,
				testedBy: 'wecomBotApiTest',
				displayOptions: { show: { resource: resourcesOf.bot } },
			},
			{
				name: 'wecomChatArchiveApi',
				// Some operations of the resource need it, others the app's. By the operation it must not be shown: n8n's editor then
				// takes Resource for a part of the authentication and hides it.
				required: false,
				testedBy: 'wecomChatArchiveApiTest',
				displayOptions: { show: { resource: ['chatArchive'] } },
			},
		],
		properties,
	};

	methods = {
		credentialTest: {
			wecomApiTest,
			wecomBotApiTest,
			wecomChatArchiveApiTest,
			wecomSuiteApiTest,
			wecomWebhookApiTest,
		},
		listSearch: loadedWhenCalled('listSearch'),
		loadOptions: loadedWhenCalled('loadOptions'),
		resourceMapping: loadedWhenCalled('resourceMapping'),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await (await import('./runtime')).execute(this)];
	}
}
