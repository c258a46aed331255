import { NodeOperationError } from 'n8n-workflow';
import type { ItemContext } from './operation';

/** An error at this item for something the person can set right. */
export function problem(
	item: Pick<ItemContext, 'context' | 'itemIndex'>,
	message: string,
	description: string,
) {
	const { context, itemIndex } = item;
	return new NodeOperationError(context.getNode(), message, {
		description,
		itemIndex,
		level: 'warning',
	});
}

/** A required field without a value. */
export const emptyField = (item: ItemContext, displayName: string) =>
	problem(
		item,
		`'${displayName}' is empty`,
		'Fill it in, or check the expression that should give it.',
	);
