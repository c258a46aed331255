/**
 * Writes docs/operations.md, and the overview between the marks in both READMEs, from the tables of operations:
 * `node -r tsx/cjs scripts/operations-docs.cts`. A test says when they are out of date.
 */
import fs from 'node:fs';
import path from 'node:path';
import { coveredEndpoints } from '../nodes/Wecom/resources/api/api';
import type { Operation, Resource } from '../nodes/Wecom/engine/operation';
import { resources } from '../nodes/Wecom/resources';
import data from '../nodes/Wecom/resources/api/catalog/data/endpoints.json';
import { decodeEndpoints, type EndpointsFile } from '../nodes/Wecom/resources/api/catalog/format';

const root = path.resolve(__dirname, '..');
export const docsFile = path.join(root, 'docs/operations.md');
export const readmes = ['README.md', 'docs/README.zh-CN.md'];

const DOCS = 'https://developer.work.weixin.qq.com/document/path';
const BEGIN = '<!-- operations: made by scripts/operations-docs.cts -->\n';
const END = '<!-- /operations -->';

const sorted = [...resources].sort((a, b) => a.name.localeCompare(b.name, 'en'));
const endpoints = new Map(
	decodeEndpoints(data as unknown as EndpointsFile).map((endpoint) => [endpoint.id, endpoint]),
);

export function renderDocs(): string {
	const total = sorted.reduce((sum, { operations }) => sum + operations.length, 0);
	const links = sorted.map(
		({ name, operations }) => `- [${name}](#${anchor(name)}) (${operations.length})`,
	);
	return `# Operations of the WeCom node

<!-- Made by scripts/operations-docs.cts. Do not edit. -->

All ${total} operations by resource, what they call, and WeCom's pages about them (in Chinese). Everything else in the
server API is reachable through [API > Call](api.md).

${links.join('\n')}

${sorted.map(section).join('\n\n')}
`;
}

/** The text of a README with its overview as the tables have it. */
export function withOverview(text: string): string {
	const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
	if (begin < 0 || end < begin) throw new Error('The marks of the overview are missing');
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
	return `| ${name} | ${description.replaceAll('|', '\\|')} | ${list.join(', ')} | [${doc}](${DOCS}/${doc}) |`;
}

/** As GitHub makes it from a heading. */
const anchor = (heading: string): string =>
	heading
		.toLowerCase()
		.replace(/[^\w -]/g, '')
		.replaceAll(' ', '-');

if (require.main === module) {
	fs.writeFileSync(docsFile, renderDocs());
	for (const name of readmes) {
		const file = path.join(root, name);
		fs.writeFileSync(file, withOverview(fs.readFileSync(file, 'utf8')));
	}
}
