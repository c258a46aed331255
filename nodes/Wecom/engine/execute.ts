import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import type { OwnCredential } from '../../shared/client/tokenSources';
import { WecomClient } from '../../shared/client/client';
import { finishPending } from '../../shared/companies/exchange';
import { SUITE_CREDENTIAL } from '../../shared/credentials/suiteState';
import { runRow, readsOnly } from './runRow';
import {
	ItemOutput,
	type Getter,
	type Operation,
	type ItemContext,
	type Output,
	type ResourceCredential,
} from './operation';
import { hasUnusedParameters, readValue } from './parameters';

/** Reading calls overlap; writing ones keep the order of the items unless the person asks otherwise. */
const READS_AT_ONCE = 8;
const WRITES_AT_ONCE = 1;
/** The most items at a time, as in the form, which an expression goes past. */
const MOST_AT_ONCE = 20;

/** Runs one operation over all input items; the results stand in the order of the items, each paired with its own. */
export async function executeOperation(
	context: IExecuteFunctions,
	operation: Operation,
	credential?: ResourceCredential,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	if (!credential) await finishAuthorizations(context);
	const overlaps = (await operation.overlaps?.(context)) ?? readsOnly(operation);
	const atOnce = context.getNodeParameter(
		'options.concurrency',
		0,
		overlaps ? READS_AT_ONCE : WRITES_AT_ONCE,
	);
	const results: INodeExecutionData[][] = new Array<INodeExecutionData[]>(items.length);
	const failed: Array<{ itemIndex: number; failure: Error }> = [];

	let next = 0;
	const work = async () => {
		while (next < items.length && failed.length === 0) {
			const itemIndex = next++;
			try {
				results[itemIndex] = await runItem(
					await contextOf(context, operation, itemIndex, credential),
				);
			} catch (error) {
				const failure = nodeError(context, itemIndex, error as Error);
				if (context.continueOnFail()) results[itemIndex] = [failedItem(failure, itemIndex)];
				else failed.push({ itemIndex, failure });
			}
		}
	};
	// At least one worker, also where an expression gives what is no number.
	const workers = Math.min(Math.max(1, Math.floor(Number(atOnce)) || 1), MOST_AT_ONCE);
	await Promise.all(Array.from({ length: Math.min(workers, items.length) }, work));

	if (failed.length > 0) {
		const [first] = failed.sort((a, b) => a.itemIndex - b.itemIndex);
		throw first.failure;
	}
	return results.flat();
}

/** With authentication "Suite" every execution also finishes what a broken-off authorization has left behind. */
async function finishAuthorizations(context: IExecuteFunctions): Promise<void> {
	if (context.getNodeParameter('authentication', 0, 'app') !== 'suite') return;
	await finishPending(context, await context.getCredentials(SUITE_CREDENTIAL));
}

async function contextOf(
	context: IExecuteFunctions,
	operation: Operation,
	itemIndex: number,
	credential?: ResourceCredential,
): Promise<ItemContext> {
	const client =
		operation.token === 'bot' || operation.credential
			? (undefined as never)
			: await WecomClient.open(context, itemIndex, operation.token, credential as OwnCredential);
	const get = (name: string, fallback: unknown = '') => readValue(item, name, fallback);
	const item: ItemContext = { context, client, operation, itemIndex, get: get as Getter };
	return item;
}

async function runItem(item: ItemContext): Promise<INodeExecutionData[]> {
	const output: Output = await (item.operation.run ?? runRow)(item);
	const pairedItem = { item: item.itemIndex };
	const items: INodeExecutionData[] =
		output instanceof ItemOutput
			? [{ ...output.item, pairedItem }]
			: (Array.isArray(output) ? output : [output]).map((json) => ({ json, pairedItem }));
	if (items.length > 0 && hasUnusedParameters(item)) items[0] = withWarning(items[0]);
	return items;
}

const UNUSED = 'Additional Parameters were left out: this operation has no place for them.';

const withWarning = (item: INodeExecutionData): INodeExecutionData => ({
	...item,
	json: { ...item.json, warning: [item.json.warning, UNUSED].filter(Boolean).join(' ') },
});

/**
 * The item of a failure with Continue On Fail. An item that holds `error` alone belongs into the error output on every n8n; newer ones
 * know other shapes too.
 */
function failedItem(
	{ message, description, context }: NodeApiError | NodeOperationError,
	itemIndex: number,
): INodeExecutionData {
	const error: IDataObject = { message };
	if (description) error.description = description;
	if (context.errcode !== undefined) error.errcode = context.errcode as number;
	return { json: { error }, pairedItem: { item: itemIndex } };
}

function nodeError(
	context: IExecuteFunctions,
	itemIndex: number,
	error: Error,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	return new NodeOperationError(context.getNode(), error, { itemIndex });
}
