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
	answersUnderWay,
	callbackFields,
	refreshGuardField,
} from '../nodes/shared/credentials/fields';
import { onlyStore, sendNothing } from '../nodes/shared/credentials/store';
import { DEFAULT_SOCKET_URL } from '../nodes/shared/protocol/settings';

/** An AI bot (智能机器人): either half is enough, WeCom's console offers one connection mode at a time (doc 101833, 101039). */
export class WecomBotApi implements ICredentialType {
	name = 'wecomBotApi';

	displayName = 'WeCom AI Bot API';

	icon: Icon = { light: 'file:../icons/wecom.svg', dark: 'file:../icons/wecom.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-wecom-kit/n8n-nodes-wecom-kit/blob/main/docs/bots.md';

	properties: INodeProperties[] = [
		{
			displayName:
				'Fill in one half, as the bot is connected in WeCom:<ul><li>Long connection: Bot ID and Secret, for the WeCom Bot Trigger</li><li>URL callback: Token and EncodingAESKey, for the WeCom Trigger</li></ul>',
			name: 'modeNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Bot ID',
			name: 'botId',
			type: 'string',
			default: '',
			placeholder: 'e.g. aibQ2xhdWRlX0JvdA',
			description:
				'Needed for a long connection. In WeCom on the page of the bot under API Mode > Long Connection.',
		},
		{
			displayName: 'Secret',
			name: 'botSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Needed for a long connection. Beside the Bot ID.',
		},
		...callbackFields(
			'Needed for URL callbacks. In WeCom on the page of the bot under API Mode > URL Callback.',
			'Needed for URL callbacks. Beside the Token: 43 letters and digits.',
		),
		{
			displayName: 'WebSocket URL',
			name: 'websocketUrl',
			type: 'string',
			default: DEFAULT_SOCKET_URL,
			description:
				'Where the long connection goes. Change it only for a private deployment, whose console shows its own address.',
		},
		refreshGuardField,
		answersUnderWay,
	];

	/** Nothing is ever requested with this credential: it only stores. */
	httpRequestNode: ICredentialType['httpRequestNode'] = {
		name: 'WeCom AI Bot',
		docsUrl: this.documentationUrl,
		apiBaseUrlPlaceholder: '',
		hidden: true,
	};

	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject) {
		return await onlyStore(credentials);
	}

	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		sendNothing(credentials);
		return requestOptions;
	};
}
