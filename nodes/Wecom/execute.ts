import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { WecomClient } from '../shared/api/client';
import { callRow, readsOnly } from './call';
import {
	ItemOutput,
	type Getter,
	type Operation,
	type OperationCall,
	type Output,
} from './operation';

/** Reading calls overlap; writing ones keep the order of the items unless the person asks otherwise. */
const READS_AT_ONCE = 5;
const WRITES_AT_ONCE = 1;

/** Runs one operation over all input items; the results stand in the order of the items, each paired with its own. */
export async function executeOperation(
	context: IExecuteFunctions,
	operation: Operation,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	const client = await WecomClient.open(context);
	const atOnce = context.getNodeParameter(
		'options.concurrency',
		0,
		readsOnly(operation) ? READS_AT_ONCE : WRITES_AT_ONCE,
	);
	const results: INodeExecutionData[][] = new Array<INodeExecutionData[]>(items.length);
	const failed: Array<{ itemIndex: number; error: Error }> = [];

	let next = 0;
	const work = async () => {
		while (next < items.length && failed.length === 0) {
			const itemIndex = next++;
			try {
				results[itemIndex] = await runItem(callFor(context, client, operation, itemIndex));
			} catch (error) {
				if (context.continueOnFail()) results[itemIndex] = [failedItem(error as Error, itemIndex)];
				else failed.push({ itemIndex, error: error as Error });
			}
		}
	};
	await Promise.all(
		Array.from({ length: Math.min(Math.max(1, Number(atOnce)), items.length) }, work),
	);

	if (failed.length > 0)
		throw nodeError(context, failed.sort((a, b) => a.itemIndex - b.itemIndex)[0]);
	return results.flat();
}

function callFor(
	context: IExecuteFunctions,
	client: WecomClient,
	operation: Operation,
	itemIndex: number,
): OperationCall {
	const get = (name: string, fallback: unknown = '') =>
		context.getNodeParameter(name, itemIndex, fallback as IDataObject[string], {
			extractValue: true,
		});
	return { context, client, operation, itemIndex, get: get as Getter };
}

async function runItem(call: OperationCall): Promise<INodeExecutionData[]> {
	const output: Output = await (call.operation.run ?? callRow)(call);
	const pairedItem = { item: call.itemIndex };
	if (output instanceof ItemOutput) return [{ ...output.item, pairedItem }];
	return (Array.isArray(output) ? output : [output]).map((json) => ({ json, pairedItem }));
}

function failedItem(error: Error, itemIndex: number): INodeExecutionData {
	const { description, context } = error as Partial<NodeApiError>;
	const json: IDataObject = { error: error.message };
	if (description) json.description = description;
	if (context?.errcode !== undefined) json.errcode = context.errcode as number;
	return { json, pairedItem: { item: itemIndex } };
}

function nodeError(
	context: IExecuteFunctions,
	{ itemIndex, error }: { itemIndex: number; error: Error },
) {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	return new NodeOperationError(context.getNode(), error, { itemIndex });
}
