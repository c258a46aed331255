import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';
import { refreshGuardField, stored } from '../nodes/shared/credentials/fields';
import { refuseOtherHost } from '../nodes/shared/credentials/ownHost';
import { onlyStore, sendNothing } from '../nodes/shared/credentials/store';

/** The bridge to WeCom's chat archive library: keys and secret of the archive stay with the bridge. */
export class WecomChatArchiveApi implements ICredentialType {
	name = 'wecomChatArchiveApi';

	displayName = 'WeCom Chat Archive API';

	icon: Icon = { light: 'file:../icons/wecom.svg', dark: 'file:../icons/wecom.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-wecom-kit/n8n-nodes-wecom-kit/blob/main/docs/chat-archive.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Bridge URL',
			name: 'bridgeUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. http://chat-archive-bridge:8080',
			description: 'The address at which n8n reaches the chat archive bridge',
		},
		{
			displayName: 'Bridge Token',
			name: 'bridgeToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The token in the file that BRIDGE_TOKEN_FILE of the bridge names',
		},
		refreshGuardField,
		stored('Positions', 'positions'),
	];

	/** Returns only what n8n must store: the positions of the triggers, when they are written. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject) {
		return await onlyStore(credentials);
	}

	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const { bridgeHeaders, bridgeUrlOf } = await import('../nodes/shared/chatArchive/bridge');
		sendNothing(credentials);
		refuseOtherHost(bridgeUrlOf(credentials), requestOptions);
		return {
			...requestOptions,
			headers: { ...requestOptions.headers, ...bridgeHeaders(credentials) },
		};
	};
}
