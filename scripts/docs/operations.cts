/** docs/operations.md and docs/zh-CN/operations.md, and the overview between the marks in both READMEs, from the tables of operations. */
import { coveredEndpoints } from '../../nodes/Wecom/resources/api/api';
import type { Operation, Resource } from '../../nodes/Wecom/engine/operation';
import { resources } from '../../nodes/Wecom/resources';
import data from '../../nodes/Wecom/resources/api/catalog/data/endpoints.json';
import {
	decodeEndpoints,
	type EndpointsFile,
} from '../../nodes/Wecom/resources/api/catalog/format';
import { say, sayName, type Language } from './language.cts';
import { anchor, pageLink } from './markdown.cts';

const BEGIN = '<!-- operations: made by npm run docs -->\n';
const END = '<!-- /operations -->';

const sorted = [...resources].sort((a, b) => a.name.localeCompare(b.name, 'en'));
const endpoints = new Map(
	decodeEndpoints(data as unknown as EndpointsFile).map((endpoint) => [endpoint.id, endpoint]),
);

const INTRO: Record<Language, (total: number) => string> = {
	en: (total) => `# Operations of the WeCom node

<!-- Made by npm run docs. Do not edit. -->

All ${total} operations by resource, what they call, and WeCom's pages about them (in Chinese). Everything else in the
server API is reachable through [API > Call](api.md).`,
	zh: (total) => `# WeCom 节点的操作

<!-- 由 npm run docs 生成，请勿手工修改。 -->

全部 ${total} 个操作，按资源排列，附调用的接口和官方文档页。括号里是英文版节点显示的名称。服务端的其他接口用
[API > Call](api.md) 调用。`,
};

/** The page of operations in a language. */
export function operationsPage(language: Language = 'en'): string {
	const total = sorted.reduce((sum, { operations }) => sum + operations.length, 0);
	const links = sorted.map((resource) => {
		const name = sayName(language, resource.name);
		return `- [${name}](#${anchor(name)}) (${resource.operations.length})`;
	});
	const sections = sorted.map((resource) => section(resource, language));
	return `${[INTRO[language](total), links.join('\n'), ...sections].join('\n\n')}\n`;
}

/** A text with its overview of operations as the tables have it, if it has one. */
export function withOverview(text: string, language: Language = 'en'): string {
	const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
	if (begin < 0) return text;
	if (end < begin) throw new Error(`An overview of operations has no ${END}`);
	const table = sorted.map(({ name, operations }) => {
		const names = operations.map((one) => say(language, one.name));
		return language === 'en'
			? `| **${name}** | ${names.join(', ')} |`
			: `| **${sayName(language, name)}** | ${names.join('、')} |`;
	});
	const head = { en: '| Resource | Operations |', zh: '| 资源 | 操作 |' }[language];
	return `${text.slice(0, begin)}${BEGIN}\n${head}\n|---|---|\n${table.join('\n')}\n\n${text.slice(end)}`;
}

const HEAD: Record<Language, string> = {
	en: "| Operation | What it does | Calls | WeCom's page |",
	zh: '| 操作 | 作用 | 接口 | 官方文档 |',
};

const section = ({ name, operations }: Resource, language: Language): string =>
	[
		`## ${sayName(language, name)}`,
		'',
		HEAD[language],
		'|---|---|---|---|',
		...operations.map((operation) => row(operation, language)),
	].join('\n');

function row(operation: Operation, language: Language): string {
	const { name, description, doc } = operation;
	const calls = coveredEndpoints(operation).map(
		(id) => endpoints.get(id)?.path ?? operation.endpoint?.[1],
	);
	const list = calls.filter(Boolean).map((one) => `\`${one}\``);
	const what = say(language, description).replaceAll('|', '\\|');
	return `| ${sayName(language, name)} | ${what} | ${list.join(', ')} | ${pageLink(doc)} |`;
}
