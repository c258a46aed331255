import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { loadedWhenCalled } from '../shared/util/loadedWhenCalled';
import { methodNames, properties, uses } from './prebuilt';

type Methods = typeof import('./runtime').methods;

/** The methods of a kind. The build has only their names, and each is loaded when it is called. */
function methodsOf<Kind extends keyof Methods>(kind: Kind): Methods[Kind] {
	const methods = methodNames[kind].map((name) => [
		name,
		loadedWhenCalled(
			async () =>
				((await import('./runtime')).methods[kind] as Record<string, () => Promise<unknown>>)[name],
		),
	]);
	return Object.fromEntries(methods) as Methods[Kind];
}

/** Fields of the output that are as good as a credential: workflows can use them, and n8n does not show them. */
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

/** What neither the credential of an app nor that of a suite is for. */
const NOT_BY_APP = { resource: uses.app.others, operation: uses.app.otherOperations };

/**
 * Where a credential is used that is one resource's. n8n's editor looks through all properties for each key of `show`, once for every
 * property, when it opens the node: so there is none. Without any `show`, n8n before 2.35 takes the node's first credential for it.
 */
function onlyFor({ resources: [resource], otherOperations }: typeof uses.bot) {
	// n8n asks the conditions of credentials like those of fields, and has no word for it in their type.
	const others = { _cnd: { not: resource } } as unknown as string;
	return { show: {}, hide: { resource: [others], operation: otherOperations } };
}

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
				displayOptions: { show: { authentication: ['app'] }, hide: NOT_BY_APP },
			},
			{
				name: 'wecomSuiteApi',
				required: true,
				testedBy: 'wecomSuiteApiTest',
				displayOptions: { show: { authentication: ['suite'] }, hide: NOT_BY_APP },
			},
			{
				name: 'wecomWebhookApi',
				required: true,
				testedBy: 'wecomWebhookApiTest',
				displayOptions: onlyFor(uses.messagePush),
			},
			{
				name: 'wecomBotApi',
				required: true,
				testedBy: 'wecomBotApiTest',
				displayOptions: onlyFor(uses.bot),
			},
			{
				name: 'wecomChatArchiveApi',
				required: true,
				testedBy: 'wecomChatArchiveApiTest',
				displayOptions: onlyFor(uses.chatArchive),
			},
		],
		properties,
	};

	methods = {
		credentialTest: {
			wecomApiTest: loadedWhenCalled(
				async () => (await import('../shared/credentials/appTest')).wecomApiTest,
			),
			wecomBotApiTest: loadedWhenCalled(
				async () => (await import('../shared/bot/credentialTest')).wecomBotApiTest,
			),
			wecomChatArchiveApiTest: loadedWhenCalled(
				async () => (await import('../shared/chatArchive/credentialTest')).wecomChatArchiveApiTest,
			),
			wecomSuiteApiTest: loadedWhenCalled(
				async () => (await import('../shared/credentials/suiteTest')).wecomSuiteApiTest,
			),
			wecomWebhookApiTest: loadedWhenCalled(
				async () => (await import('../shared/credentials/messagePush')).wecomWebhookApiTest,
			),
		},
		listSearch: methodsOf('listSearch'),
		loadOptions: methodsOf('loadOptions'),
		resourceMapping: methodsOf('resourceMapping'),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await (await import('./runtime')).execute(this)];
	}
}
