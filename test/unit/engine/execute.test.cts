import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { executeOperation } from '../../../nodes/Wecom/engine/execute';
import type { ItemContext, Operation } from '../../../nodes/Wecom/engine/operation';

const NODE = { name: 'WeCom', type: 'wecom', typeVersion: 1 };

/** Runs an operation of a bot, which needs no client, over as many items. */
async function execute(
	items: number,
	run: (item: ItemContext) => Promise<IDataObject>,
	options: { continueOnFail?: boolean; concurrency?: unknown; overlaps?: boolean } = {},
) {
	const context = {
		getInputData: () => Array.from({ length: items }, () => ({ json: {} })),
		getNodeParameter: (name: string, _index: number, fallback: unknown) =>
			name === 'options.concurrency' ? (options.concurrency ?? fallback) : fallback,
		continueOnFail: () => options.continueOnFail ?? false,
		getNode: () => NODE,
	} as unknown as IExecuteFunctions;
	const operation = {
		value: 'send',
		name: 'Send',
		token: 'bot',
		fields: [],
		overlaps: async () => options.overlaps ?? true,
		run,
	} as unknown as Operation;
	return await executeOperation(context, operation, 'wecomBotApi' as never);
}

it('reports the first of several items that fail, whichever fails first', async () => {
	let secondFails!: () => void;
	const secondFailed = new Promise<void>((resolve) => (secondFails = resolve));
	const failing = execute(2, async ({ itemIndex }) => {
		if (itemIndex === 0) await secondFailed;
		else setImmediate(secondFails);
		throw new Error(`item ${itemIndex}`);
	});
	await expect(failing).rejects.toMatchObject({ message: 'item 0', context: { itemIndex: 0 } });
});

it('takes no further item once one has failed', async () => {
	const started: number[] = [];
	const failing = execute(
		3,
		async ({ itemIndex }) => {
			started.push(itemIndex);
			throw new Error('no');
		},
		{ overlaps: false },
	);
	await expect(failing).rejects.toThrow('no');
	expect(started).toEqual([0]);
});

it('keeps the order of the items and pairs each with its own, whichever ends first', async () => {
	const waiting: Array<() => void> = [];
	const output = await execute(3, async ({ itemIndex }) => {
		if (itemIndex < 2) await new Promise<void>((resolve) => waiting.push(resolve));
		else waiting.reverse().forEach((go) => go());
		return { itemIndex };
	});
	expect(output).toEqual(
		[0, 1, 2].map((item) => ({ json: { itemIndex: item }, pairedItem: { item } })),
	);
});

it('goes on after a failure where the person says so', async () => {
	const output = await execute(
		2,
		async ({ itemIndex }) => {
			if (itemIndex === 0) throw new Error('no');
			return { done: true };
		},
		{ continueOnFail: true },
	);
	expect(output).toEqual([
		{ json: { error: { message: 'no' } }, pairedItem: { item: 0 } },
		{ json: { done: true }, pairedItem: { item: 1 } },
	]);
});

it.each([
	['reading', true, undefined, 8],
	['writing', false, undefined, 1],
	['three at once', false, 3, 3],
	['a text that is no number', true, 'many', 1],
	['more than WeCom takes, by an expression', true, 1_000, 20],
])('%s: as many items at once as wanted', async (_name, overlaps, concurrency, most) => {
	let running = 0;
	let highest = 0;
	await execute(
		30,
		async () => {
			highest = Math.max(highest, ++running);
			await new Promise(setImmediate);
			running--;
			return {};
		},
		{ overlaps, concurrency },
	);
	expect(highest).toBe(most);
});
