/** A small node, trigger and credential type to try the harness with. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeExecutionData,
	INodeType,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

export const LAB = 'n8n-nodes-lab.lab';
export const LAB_TRIGGER = 'n8n-nodes-lab.labTrigger';

/** Gets a token from `<baseUrl>/token` and sends it as a query parameter. */
export class LabApi implements ICredentialType {
	name = 'labApi';

	displayName = 'Lab API';

	properties: ICredentialType['properties'] = [
		{ displayName: 'Base URL', name: 'baseUrl', type: 'string', default: '' },
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
	];

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const { token } = (await this.helpers.httpRequest({
			url: `${credentials.baseUrl}/token`,
			json: true,
		})) as { token: string };
		return { accessToken: token };
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return { ...options, qs: { ...options.qs, access_token: credentials.accessToken } };
	}
}

/** Operations: call (HTTP with the credential), upper (a file in upper case), fail, respond. */
export class Lab {
	description = {
		displayName: 'Lab',
		name: 'lab',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Lab' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'labApi', required: false }],
		properties: [
			{ displayName: 'Operation', name: 'operation', type: 'string', default: 'call' },
			{ displayName: 'Path', name: 'path', type: 'string', default: '/' },
		],
	} as INodeType['description'];

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const output: INodeExecutionData[] = [];
		for (let i = 0; i < this.getInputData().length; i++) {
			const operation = this.getNodeParameter('operation', i) as string;
			const { baseUrl } =
				operation === 'call' ? await this.getCredentials('labApi') : { baseUrl: '' };
			if (operation === 'call') {
				const url = `${baseUrl as string}${this.getNodeParameter('path', i) as string}`;
				const json = (await this.helpers.httpRequestWithAuthentication.call(this, 'labApi', {
					url,
					json: true,
				})) as IDataObject;
				output.push({ json, pairedItem: i });
			} else if (operation === 'upper') {
				const { fileName } = this.helpers.assertBinaryData(i, 'data');
				const bytes = await this.helpers.getBinaryDataBuffer(i, 'data');
				const data = await this.helpers.prepareBinaryData(
					Buffer.from(bytes.toString().toUpperCase()),
					`upper-${fileName}`,
				);
				this.getWorkflowStaticData('global').files =
					((this.getWorkflowStaticData('global').files as number) ?? 0) + 1;
				output.push({ json: {}, binary: { data }, pairedItem: i });
			} else if (operation === 'respond') {
				this.sendResponse({ body: 'success', headers: {}, statusCode: 200 });
			} else {
				throw new Error('lab failure');
			}
		}
		return [output];
	}
}

export class LabTrigger {
	description = {
		displayName: 'Lab Trigger',
		name: 'labTrigger',
		group: ['trigger'],
		version: 1,
		description: '',
		defaults: { name: 'Lab Trigger' },
		inputs: [],
		outputs: ['main'],
		webhooks: [
			{ name: 'setup', httpMethod: 'GET', path: 'p' },
			{ name: 'default', httpMethod: 'POST', path: 'p' },
		],
		properties: [],
	} as unknown as INodeType['description'];

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		if (this.getWebhookName() === 'setup')
			return { webhookResponse: (this.getQueryData() as { echostr: string }).echostr };
		const request = this.getRequestObject();
		await request.readRawBody();
		if (request.rawBody.length === 0) {
			this.logger.warn('refused');
			this.getResponseObject().status(401).end();
			return { noWebhookResponse: true };
		}
		return { workflowData: [[{ json: { body: request.rawBody.toString() } }]] };
	}
}
