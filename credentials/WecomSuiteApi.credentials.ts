import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';
import {
	baseUrlField,
	callbackFields,
	loginJwtFields,
	refreshGuardField,
	stored,
	storedForBoth,
} from '../nodes/shared/credentials/fields';
import { refuseOtherHost } from '../nodes/shared/credentials/ownHost';
import { fieldsToStore, sendNothing } from '../nodes/shared/credentials/store';
import { apiBase } from '../nodes/shared/protocol/settings';

export class WecomSuiteApi implements ICredentialType {
	name = 'wecomSuiteApi';

	displayName = 'WeCom Suite API';

	icon: Icon = { light: 'file:../icons/wecom.svg', dark: 'file:../icons/wecom.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-wecom-kit/n8n-nodes-wecom-kit/blob/main/docs/providers.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Suite ID',
			name: 'suiteId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. ww1234567890abcdef or dk1234567890abcdef',
			description:
				'In the WeCom provider console on the page of your app or, for customized apps, of your template',
		},
		{
			displayName: 'Suite Secret',
			name: 'suiteSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Beside the Suite ID',
		},
		...callbackFields(
			'In the WeCom provider console on the page of your app under Callback Configuration',
			'Beside the Token: 43 letters and digits',
			{ required: true },
		),
		{
			displayName: 'Provider Corp ID',
			name: 'providerCorpId',
			type: 'string',
			default: '',
			placeholder: 'e.g. ww1234567890abcdef',
			description:
				'Your own Corp ID, in the provider console under Provider Info. Needed for licenses, Corp ID conversion and links that authorize customized apps.',
		},
		{
			displayName: 'Provider Secret',
			name: 'providerSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Beside the Provider Corp ID, and needed for the same things',
		},
		baseUrlField,
		...loginJwtFields,
		refreshGuardField,
		stored('Suite Ticket', 'suiteTicket'),
		stored('Suite Ticket At', 'suiteTicketAt'),
		stored('Suite Ticket For', 'suiteTicketFor'),
		stored('Suite Access Token', 'suiteAccessToken'),
		stored('Suite Access Token Expires At', 'suiteAccessTokenExpiresAt'),
		stored('Suite Access Token For', 'suiteAccessTokenFor'),
		stored('Provider Access Token', 'providerAccessToken'),
		stored('Provider Access Token Expires At', 'providerAccessTokenExpiresAt'),
		stored('Provider Access Token For', 'providerAccessTokenFor'),
		stored('Companies', 'companies'),
		stored('Company Tokens', 'companyTokens'),
		stored('Pending Auth Codes', 'pendingAuthCodes'),
		...storedForBoth,
	];

	/** Called before every request; returns only what n8n must store, so nothing while the token is known. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject) {
		const { provideToken } = await import('../nodes/shared/credentials/suiteTokens');
		return await fieldsToStore(
			credentials,
			async () => await provideToken(credentials, this.helpers.httpRequest),
		);
	}

	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const { tokenQuery } = await import('../nodes/shared/credentials/suiteTokens');
		const token = tokenQuery(credentials);
		sendNothing(credentials);
		refuseOtherHost(apiBase(credentials), requestOptions);
		return { ...requestOptions, qs: { ...requestOptions.qs, ...token } };
	};
}
