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
import { noteOf } from '../nodes/shared/credentials/note';
import { refuseOtherHost } from '../nodes/shared/credentials/ownHost';
import { fieldsToStore, sendNothing } from '../nodes/shared/credentials/store';
import { apiBase } from '../nodes/shared/protocol/settings';

export class WecomApi implements ICredentialType {
	name = 'wecomApi';

	displayName = 'WeCom API';

	icon: Icon = { light: 'file:../icons/wecom.svg', dark: 'file:../icons/wecom.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-wecom-kit/n8n-nodes-wecom-kit/blob/main/docs/first-steps.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Corp ID',
			name: 'corpId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. ww1234567890abcdef',
			description: 'In the WeCom admin console under My Company, at the bottom of the page',
		},
		{
			displayName: 'Secret',
			name: 'corpSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'In the WeCom admin console under App Management, on the page of your app',
		},
		{
			displayName: 'Agent ID',
			name: 'agentId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 1000002',
			description:
				'Beside the Secret on the page of your app. Needed to send messages and to log members in.',
		},
		...callbackFields(
			'Needed by the WeCom Trigger only. On the page of your app under Receive Messages > Set API Receive.',
			'Needed by the WeCom Trigger only. Beside the Token: 43 letters and digits.',
		),
		baseUrlField,
		...loginJwtFields,
		refreshGuardField,
		stored('Access Token', 'accessToken'),
		stored('Access Token Expires At', 'accessTokenExpiresAt'),
		stored('Access Token For', 'accessTokenFor'),
		...storedForBoth,
	];

	/** Called before every request; returns only what n8n must store, so nothing while the stored token is good. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject) {
		const { holdsValidToken, obtainToken } = await import('../nodes/shared/credentials/tokens');
		return await fieldsToStore(credentials, async () =>
			holdsValidToken(credentials)
				? undefined
				: await obtainToken(
						credentials,
						this.helpers.httpRequest,
						noteOf(credentials).refusedToken,
					),
		);
	}

	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		sendNothing(credentials);
		refuseOtherHost(apiBase(credentials), requestOptions);
		return {
			...requestOptions,
			qs: { ...requestOptions.qs, access_token: credentials.accessToken },
		};
	};
}
