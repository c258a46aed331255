/** A throw-away package with a trigger node that only returns its body: what n8n itself costs per callback. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmPack } from '../support/pack.cts';

export const BARE_NODE = 'n8n-nodes-bench-bare.bareTrigger';

const PACKAGE = {
	name: 'n8n-nodes-bench-bare',
	version: '1.0.0',
	description: 'Only for npm run bench',
	license: 'MIT',
	keywords: ['n8n-community-node-package'],
	n8n: { n8nNodesApiVersion: 1, nodes: ['dist/BareTrigger.node.js'], credentials: [] },
	files: ['dist'],
};

/**
 * The same webhooks as the WeCom Trigger: two methods, full path resolved without expressions, raw body, empty answer. With
 * `?answer=only` it answers and starts nothing.
 */
const NODE = `
const { fromParameter, webhookDescriptionFields } = require('n8n-workflow');
const webhook = {
	...webhookDescriptionFields({ path: fromParameter('path') }),
	isFullPath: true,
	responseMode: 'onReceived',
	responseData: 'noData',
};
class BareTrigger {
	description = {
		displayName: 'Bare Trigger',
		name: 'bareTrigger',
		group: ['trigger'],
		version: 1,
		description: 'Returns the body',
		defaults: { name: 'Bare Trigger' },
		inputs: [],
		outputs: ['main'],
		webhooks: [
			{ name: 'setup', httpMethod: 'GET', ...webhook },
			{ name: 'default', httpMethod: 'POST', ...webhook },
		],
		properties: [
			{ displayName: 'Path', name: 'path', type: 'string', noDataExpression: true, default: '' },
			{ displayName: 'Options', name: 'options', type: 'hidden', default: { binaryData: true } },
		],
	};
	async webhook() {
		if (this.getQueryData().answer === 'only') {
			this.getResponseObject().status(200).end();
			return { noWebhookResponse: true };
		}
		const request = this.getRequestObject();
		if (!request.rawBody) await request.readRawBody();
		return { workflowData: [[{ json: { body: request.rawBody.toString('utf8') } }]] };
	}
}
module.exports = { BareTrigger };
`;

/** Writes and packs it in a folder of its own; returns the tarball. */
export async function packBareTrigger(folder: string): Promise<string> {
	mkdirSync(join(folder, 'dist'), { recursive: true });
	writeFileSync(join(folder, 'package.json'), JSON.stringify(PACKAGE));
	writeFileSync(join(folder, 'dist', 'BareTrigger.node.js'), NODE);
	return await npmPack(folder, join(folder, 'packed'));
}
