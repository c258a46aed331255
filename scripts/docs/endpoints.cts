/** docs/api.md, the list of all endpoints, from the catalog. */
import { summarize, type EndpointSummary } from '../../nodes/Wecom/resources/api/catalog/catalog';
import data from '../../nodes/Wecom/resources/api/catalog/data/endpoints.json';
import {
	decodeEndpoints,
	type EndpointsFile,
} from '../../nodes/Wecom/resources/api/catalog/format';
import { rank } from '../../nodes/Wecom/resources/api/catalog/rank';
import { anchor } from './markdown.cts';

const TOKENS: Record<EndpointSummary['token'], string> = {
	corp: 'app',
	suite: 'third-party app',
	provider: 'service provider',
	model: 'device model',
	device: 'device',
	'webhook-key': 'webhook key',
	none: 'none',
};

export function endpointsPage(): string {
	const endpoints = rank(decodeEndpoints(data as unknown as EndpointsFile), '').map(summarize);
	const categories = groupByCategory(endpoints);
	return `${[intro(endpoints, categories), ...categories.map(section)].join('\n\n')}\n`;
}

function groupByCategory(endpoints: EndpointSummary[]): Array<[string, EndpointSummary[]]> {
	const groups = new Map<string, EndpointSummary[]>();
	for (const endpoint of endpoints) {
		const group = groups.get(endpoint.category) ?? [];
		groups.set(endpoint.category, [...group, endpoint]);
	}
	return [...groups];
}

function intro(
	endpoints: EndpointSummary[],
	categories: Array<[string, EndpointSummary[]]>,
): string {
	const links = categories.map(([name, list]) => `- [${name}](#${anchor(name)}) (${list.length})`);
	return `# The WeCom server API

<!-- Made by npm run docs. Do not edit. -->

All ${endpoints.length} endpoints in the WeCom node's list, by category; the node has a form for the parameters of each, and calls
any other endpoint by method and path ([Call any endpoint](../README.md#call-any-endpoint)). "Token"
says whose access token the call needs: that of an app of your company (app), of a third-party app, of a service
provider, of a device or its model, the key of a webhook, or none. "(Legacy)" marks endpoints that WeCom has replaced or
no longer documents. The names link to the official pages, which are in Chinese.

${links.join('\n')}`;
}

const section = ([name, endpoints]: [string, EndpointSummary[]]): string =>
	[`## ${name}`, '', '| Name | Call | Token |', '| --- | --- | --- |', ...endpoints.map(row)].join(
		'\n',
	);

const row = ({ name, docUrl, method, path: called, token }: EndpointSummary): string =>
	`| [${name}](${docUrl}) | \`${method} ${called}\` | ${TOKENS[token]} |`;
