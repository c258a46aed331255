import type { IDataObject } from 'n8n-workflow';
import type { OperationCall, Resource } from '../operation';
import { toItem } from '../reply';
import { problem } from '../values';

export const app: Resource = {
	value: 'app',
	name: 'App',
	operations: [
		{
			value: 'get',
			name: 'Get',
			action: 'Get app',
			description: 'Read name, visible range and trusted domain of the app of the credential',
			doc: 90227,
			covers: ['agent.get'],
			reads: true,
			fields: [],
			run: getApp,
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many apps',
			description: 'List the apps the secret can see',
			doc: 90227,
			call: ['GET', '/cgi-bin/agent/list'],
			fields: [],
			list: 'agentlist',
		},
	],
};

async function getApp(call: OperationCall): Promise<IDataObject> {
	const { client, itemIndex } = call;
	const { agentId: agentid } = client;
	if (!agentid) {
		const todo = 'Add the Agent ID of the app to the WeCom API credential.';
		throw problem(call, 'The credential has no Agent ID', todo);
	}
	return toItem(
		await client.call({ method: 'GET', path: '/cgi-bin/agent/get', qs: { agentid } }, itemIndex),
	);
}
