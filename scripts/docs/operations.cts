/** docs/operations.md, and the overview between the marks in both READMEs, from the tables of operations. */
import { coveredEndpoints } from '../../nodes/Wecom/resources/api/api';
import type { Operation, Resource } from '../../nodes/Wecom/engine/operation';
import { resources } from '../../nodes/Wecom/resources';
import data from '../../nodes/Wecom/resources/api/catalog/data/endpoints.json';
import {
	decodeEndpoints,
	type EndpointsFile,
} from '../../nodes/Wecom/resources/api/catalog/format';
import { anchor, pageLink } from './markdown.cts';

const BEGIN = '<!-- operations: made by npm run docs -->\n';
const END = '<!-- /operations -->';

const sorted = [...resources].sort((a, b) => a.name.localeCompare(b.name, 'en'));
const endpoints = new Map(
	decodeEndpoints(data as unknown as EndpointsFile).map((endpoint) => [endpoint.id, endpoint]),
);

/** docs/operations.md. */
export function operationsPage(): string {
	const total = sorted.reduce((sum, { operations }) => sum + operations.length, 0);
	const links = sorted.map(
		({ name, operations }) => `- [${name}](#${anchor(name)}) (${operations.length})`,
	);
	return `# Operations of the WeCom node

<!-- Made by npm run docs. Do not edit. -->

All ${total} operations by resource, what they call, and WeCom's pages about them (in Chinese). Everything else in the
server API is reachable through [API > Call](api.md).

${links.join('\n')}

${sorted.map(section).join('\n\n')}
`;
}

/** A text with its overview of operations as the tables have it, if it has one. */
export function withOverview(text: string): string {
	const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
	if (begin < 0) return text;
	if (end < begin) throw new Error(`An overview of operations has no ${END}`);
	const table = sorted.map(
		({ name, operations }) => `| **${name}** | ${operations.map((one) => one.name).join(', ')} |`,
	);
	return `${text.slice(0, begin)}${BEGIN}\n| Resource | Operations |\n|---|---|\n${table.join('\n')}\n\n${text.slice(end)}`;
}

const section = ({ name, operations }: Resource): string =>
	[
		`## ${name}`,
		'',
		"| Operation | What it does | Calls | WeCom's page |",
		'|---|---|---|---|',
		...operations.map(row),
	].join('\n');

function row(operation: Operation): string {
	const { name, description, doc } = operation;
	const calls = coveredEndpoints(operation).map(
		(id) => endpoints.get(id)?.path ?? operation.endpoint?.[1],
	);
	const list = calls.filter(Boolean).map((one) => `\`${one}\``);
	return `| ${name} | ${description.replaceAll('|', '\\|')} | ${list.join(', ')} | ${pageLink(doc)} |`;
}
