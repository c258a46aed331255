/** How large the package is, and the forms it makes the editor load. */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { INodeType } from 'n8n-workflow';
import { DESCRIPTION_BUDGETS, descriptionSizes } from '../support/description-sizes.cts';
import { repoRoot } from '../support/paths.cts';
import { atMost, information, type Row } from './report.cts';

const load = createRequire(join(repoRoot, 'package.json'));

/** The files that n8n loads, as package.json lists them. */
export function listedFiles(): { nodes: string[]; credentials: string[] } {
	const { n8n } = load('./package.json') as { n8n: { nodes: string[]; credentials: string[] } };
	const absolute = (files: string[]) => files.map((file) => join(repoRoot, file));
	return { nodes: absolute(n8n.nodes), credentials: absolute(n8n.credentials) };
}

export function descriptionRows(): Row[] {
	const descriptions = listedFiles().nodes.map((file) => {
		const [Node] = Object.values(load(file) as Record<string, new () => INodeType>);
		return new Node().description;
	});
	const { actionNode, otherNodes, perOperation, operations } = descriptionSizes(descriptions);
	const budgets = DESCRIPTION_BUDGETS;
	return [
		atMost('description of the action node, JSON', actionNode, budgets.actionNode, 'kB', 1),
		atMost('descriptions of the other nodes, JSON', otherNodes, budgets.otherNodes, 'kB', 1),
		atMost(
			'description of the action node per operation',
			perOperation,
			budgets.perOperation,
			'kB',
			2,
		),
		information('operations of the action node', String(operations)),
	];
}

export function packageRows(tarball: string): Row[] {
	return [atMost('packed size', statSync(tarball).size / 1000, 600, 'kB', 1)];
}
