import type { IDataObject } from 'n8n-workflow';
import type { ItemContext, Resource } from '../engine/operation';

export const accessToken: Resource = {
	value: 'accessToken',
	name: 'Access Token',
	operations: [
		{
			value: 'get',
			name: 'Get',
			action: 'Get access token',
			description: 'Check that the credential works and see when its token expires',
			doc: 91039,
			covers: ['gettoken'],
			reads: true,
			fields: [
				{
					displayName: 'Include Token',
					name: 'includeToken',
					type: 'boolean',
					default: false,
					description: 'Whether to output it, for everybody who can read the execution',
					local: true,
				},
			],
			run: getToken,
		},
		{
			value: 'getApiIps',
			name: 'Get API IPs',
			action: 'Get API IPs',
			description: 'List the IPs of the API, for outgoing firewall rules',
			doc: 92520,
			endpoint: ['GET', '/cgi-bin/get_api_domain_ip'],
			fields: [],
		},
		{
			value: 'getCallbackIps',
			name: 'Get Callback IPs',
			action: 'Get callback IPs',
			description: 'List the IPs of callbacks, for incoming firewall rules; refresh it daily',
			doc: 92521,
			endpoint: ['GET', '/cgi-bin/getcallbackip'],
			fields: [],
		},
	],
};

async function getToken({ client, itemIndex, get }: ItemContext): Promise<IDataObject> {
	const { value: token, expiresAt } = await client.accessToken(itemIndex);
	return {
		valid: true,
		expiresAt: new Date(expiresAt).toISOString(),
		expiresInSeconds: Math.max(0, Math.round((expiresAt - Date.now()) / 1000)),
		...(get<boolean>('includeToken', false) ? { access_token: token } : {}),
	};
}
