import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';
import { baseUrlField } from '../nodes/shared/credentials/fields';
import { refuseOtherHost } from '../nodes/shared/credentials/ownHost';
import { apiBase } from '../nodes/shared/protocol/settings';

/** A message push, formerly group robot: the key in its URL is all it takes to send into that group (doc 99110). */
export class WecomWebhookApi implements ICredentialType {
	name = 'wecomWebhookApi';

	displayName = 'WeCom Message Push API';

	icon: Icon = { light: 'file:../icons/wecom.svg', dark: 'file:../icons/wecom.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-wecom-kit/n8n-nodes-wecom-kit/blob/main/README.md#message-push-of-a-group';

	properties: INodeProperties[] = [
		{
			displayName: 'Webhook URL or Key',
			name: 'authKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=...',
			description:
				'In WeCom in the settings of the group under Message Push. Whoever has it can send into the group.',
		},
		{
			...baseUrlField,
			description: 'Where the API is reached. Change it only for a proxy or a private deployment.',
		},
	];

	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const { webhookKey } = await import('../nodes/shared/credentials/messagePush');
		refuseOtherHost(apiBase(credentials), requestOptions);
		return { ...requestOptions, qs: { ...requestOptions.qs, key: webhookKey(credentials) } };
	};
}
