/** How large the descriptions of the nodes may be: the editor loads all of them, and n8n doubles the action node's for agents. */
import type { INodePropertyOptions, INodeTypeDescription } from 'n8n-workflow';

/** The most that descriptions may have, in kilobytes of JSON. */
export const DESCRIPTION_BUDGETS = { actionNode: 246, otherNodes: 100, perOperation: 1 };

const kilobytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value)) / 1000;

/** The sizes that the budgets are about, in kilobytes of JSON, and the number of operations. */
export function descriptionSizes(descriptions: INodeTypeDescription[]) {
	const action = descriptions.find(({ name }) => name === 'wecom')!;
	const operations = action.properties
		.filter(({ name }) => name === 'operation')
		.reduce((sum, { options }) => sum + (options as INodePropertyOptions[]).length, 0);
	return {
		actionNode: kilobytes(action),
		otherNodes: descriptions
			.filter((description) => description !== action)
			.reduce((sum, description) => sum + kilobytes(description), 0),
		perOperation: kilobytes(action) / operations,
		operations,
	};
}
