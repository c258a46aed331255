/** An execution as n8n stores it, decoded. */
import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';

export interface Item {
	json: IDataObject;
	binary?: IBinaryKeyData;
	pairedItem?: unknown;
	error?: IDataObject;
}

export interface NodeRun {
	startTime: number;
	executionTime: number;
	executionStatus?: string;
	error?: IDataObject & { message: string; description?: string };
	/** Items by connection type and output. */
	data?: Record<string, Array<Item[] | null>>;
}

export interface ExecutionSummary {
	id: string;
	status: string;
	mode: string;
	workflowId: string;
	startedAt?: string;
	stoppedAt?: string;
}

export interface Execution extends ExecutionSummary {
	/** Every run of every node, by node name. */
	runData: Record<string, NodeRun[]>;
	error?: IDataObject & { message: string; description?: string };
	lastNodeExecuted?: string;
	/** What the node that was to run next had been given; left behind when n8n was killed. */
	pending: Item[];
}

/**
 * Decodes the `flatted` format: a JSON array whose first element is the value, where every string inside objects and arrays
 * is the index of an element (so strings, shared and circular values are elements of their own).
 */
export function unflatten(text: string): unknown {
	const elements = JSON.parse(text) as unknown[];
	const done = new Map<number, unknown>();
	const resolve = (index: number): unknown => {
		if (done.has(index)) return done.get(index);
		const element = elements[index];
		if (typeof element !== 'object' || element === null) return element;
		const value = (Array.isArray(element) ? [] : {}) as Record<string, unknown>;
		done.set(index, value); // It is set before its children are read, because it may contain itself.
		for (const [key, child] of Object.entries(element))
			value[key] = typeof child === 'string' ? resolve(Number(child)) : child;
		return value;
	};
	return resolve(0);
}

/** The answer of `GET /rest/executions/:id` as an Execution. */
export function decodeExecution(raw: ExecutionSummary & { data: string | object }): Execution {
	const data = (typeof raw.data === 'string' ? unflatten(raw.data) : raw.data) as
		| {
				executionData?: { nodeExecutionStack?: Array<{ data?: { main?: Array<Item[] | null> } }> };
				resultData?: {
					runData?: Execution['runData'];
					error?: Execution['error'];
					lastNodeExecuted?: string;
				};
		  }
		| null
		| undefined;
	const { id, status, mode, workflowId, startedAt, stoppedAt } = raw;
	// While an execution runs n8n has stored no data of it.
	const { runData = {}, error, lastNodeExecuted } = data?.resultData ?? {};
	return {
		id: String(id),
		status,
		mode,
		workflowId,
		startedAt,
		stoppedAt,
		runData,
		error,
		lastNodeExecuted,
		pending: data?.executionData?.nodeExecutionStack?.[0]?.data?.main?.[0] ?? [],
	};
}

/** The items a node put out in its last run, on one of its outputs; empty when it did not run. */
export function outputItems(execution: Execution, nodeName: string, output = 0): Item[] {
	return execution.runData[nodeName]?.at(-1)?.data?.main?.[output] ?? [];
}
