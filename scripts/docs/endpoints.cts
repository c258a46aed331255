/** docs/api.md and docs/zh-CN/api.md, the list of all endpoints, from the catalog. */
import { summarize, type EndpointSummary } from '../../nodes/Wecom/resources/api/catalog/catalog';
import data from '../../nodes/Wecom/resources/api/catalog/data/endpoints.json';
import {
	decodeEndpoints,
	type EndpointsFile,
} from '../../nodes/Wecom/resources/api/catalog/format';
import { rank } from '../../nodes/Wecom/resources/api/catalog/rank';
import { chineseName } from '../../nodes/Wecom/resources/api/catalog/chinese';
import names from '../../nodes/Wecom/resources/api/catalog/chinese.json';
import { say, sayCategory, withEnglish, type Language } from './language.cts';
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

export function endpointsPage(language: Language = 'en'): string {
	const heads = decodeEndpoints(data as unknown as EndpointsFile);
	const endpoints = rank(heads, '').map((head) => summarize(head));
	const categories = groupByCategory(endpoints);
	const links = categories.map(([category, list]) => {
		const name = sayCategory(language, category);
		return `- [${name}](#${anchor(name)}) (${list.length})`;
	});
	const sections = categories.map((category) => section(category, language));
	return `${[INTRO[language](endpoints.length), links.join('\n'), ...sections].join('\n\n')}\n`;
}

function groupByCategory(endpoints: EndpointSummary[]): Array<[string, EndpointSummary[]]> {
	const groups = new Map<string, EndpointSummary[]>();
	for (const endpoint of endpoints) {
		const group = groups.get(endpoint.category) ?? [];
		groups.set(endpoint.category, [...group, endpoint]);
	}
	return [...groups];
}

const INTRO: Record<Language, (total: number) => string> = {
	en: (total) => `# The WeCom server API

<!-- Made by npm run docs. Do not edit. -->

All ${total} endpoints in the WeCom node's list, by category; the node has a form for the parameters of each, and calls
any other endpoint by method and path ([Call any endpoint](../README.md#call-any-endpoint)). "Token"
says whose access token the call needs: that of an app of your company (app), of a third-party app, of a service
provider, of a device or its model, the key of a webhook, or none. "(Legacy)" marks endpoints that WeCom has replaced or
no longer documents. The names link to the official pages, which are in Chinese.`,
	zh: (total) => `# 企业微信服务端接口

<!-- 由 npm run docs 生成，请勿手工修改。 -->

WeCom 节点的接口列表，共 ${total} 个接口，按类别排列；每个接口的参数在节点里都有表单；清单以外的接口，填方法和路径
也可以调用（[调用任意接口](../README.zh-CN.md#调用任意接口)）。“Token”一栏说明调用时用谁的 access_token：本企业的应用、第三方应用、服务商、设备或设备型号、Webhook 密钥，或者不需要。标有“旧”“(Legacy)”的接口，企业微信已有
替代或不再提供文档。名称链接到官方文档。`,
};

const HEAD: Record<Language, string> = {
	en: '| Name | Call | Token |',
	zh: '| 名称 | 接口 | Token |',
};

const section = ([name, endpoints]: [string, EndpointSummary[]], language: Language): string =>
	[
		`## ${sayCategory(language, name)}`,
		'',
		HEAD[language],
		'| --- | --- | --- |',
		...endpoints.map((endpoint) => row(endpoint, language)),
	].join('\n');

const row = (
	{ id, status, name, docUrl, method, path: called, token }: EndpointSummary,
	language: Language,
): string =>
	`| [${language === 'zh' ? withEnglish(chineseName(names, { id, status }), name) : name}](${docUrl}) | \`${method} ${called}\` | ${say(language, TOKENS[token])} |`;
