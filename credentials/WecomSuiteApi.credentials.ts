import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';
import { DEFAULT_BASE_URL, loginJwtKeyField } from '../nodes/shared/api/settings';
import { fieldsToStore, sendNothing } from '../nodes/shared/api/store';
import { provideToken, tokenQuery } from '../nodes/shared/api/suiteTokens';

/** A field that the package stores by itself: n8n encrypts it and never sends it to the browser. */
const stored = (
	displayName: string,
	name: string,
	value: string | number = '',
): INodeProperties => ({
	displayName,
	name,
	type: 'hidden',
	typeOptions: { password: true },
	default: value,
});

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
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'In the WeCom provider console on the page of your app under Callback Configuration',
		},
		{
			displayName: 'EncodingAESKey',
			name: 'encodingAesKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Beside the Token: 43 letters and digits',
		},
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
			description: 'Beside the Provider Corp ID; needed for the same',
		},
		loginJwtKeyField,
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
			description: 'Where the API is reached. Change it only for a proxy with a fixed, trusted IP.',
		},
		// Always empty, so that n8n runs preAuthentication before every request and the tokens below decide.
		{
			displayName: 'Refresh Guard',
			name: 'refreshGuard',
			type: 'hidden',
			typeOptions: { expirable: true },
			default: '',
		},
		stored('Suite Ticket', 'suiteTicket'),
		stored('Suite Ticket At', 'suiteTicketAt', 0),
		stored('Suite Ticket For', 'suiteTicketFor'),
		stored('Suite Access Token', 'suiteAccessToken'),
		stored('Suite Access Token Expires At', 'suiteAccessTokenExpiresAt', 0),
		stored('Suite Access Token For', 'suiteAccessTokenFor'),
		stored('Provider Access Token', 'providerAccessToken'),
		stored('Provider Access Token Expires At', 'providerAccessTokenExpiresAt', 0),
		stored('Provider Access Token For', 'providerAccessTokenFor'),
		stored('Companies', 'companies'),
		stored('Company Tokens', 'companyTokens'),
		stored('Pending Auth Codes', 'pendingAuthCodes'),
		stored('Customer Service Cursors', 'kfCursorTokens'),
		stored('JS-SDK Tickets', 'jsTickets'),
	];

	/** Called before every request; returns only what n8n must store, so nothing while the token is known. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject) {
		return (
			fieldsToStore(credentials) ?? (await provideToken(credentials, this.helpers.httpRequest))
		);
	}

	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const token = tokenQuery(credentials);
		sendNothing(credentials);
		return { ...requestOptions, qs: { ...requestOptions.qs, ...token } };
	};
}
