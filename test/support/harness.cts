/**
 * Runs nodes in this process with the real n8n-core: expressions, credentials with preAuthentication, HTTP helpers, binary data,
 * static data, sendResponse. No database, no n8n; works on Node.js 20 and 24.
 */
import './harness-env.cts';
import {
	ExecutionLifecycleHooks,
	LoadOptionsContext,
	TriggerContext,
	HookContext,
	WebhookContext,
	WorkflowExecute,
} from 'n8n-core';
import {
	createRunExecutionData,
	NodeHelpers,
	Workflow,
	type ExecutionError,
	type IConnections,
	type ICredentialType,
	type IDataObject,
	type IExecuteResponsePromiseData,
	type ILoadOptionsFunctions,
	type INode,
	type INodeExecutionData,
	type INodeType,
	type INodeTypes,
	type ITriggerFunctions,
	type ITriggerResponse,
	type IRun,
	type IRunExecutionData,
	type IVersionedNodeType,
	type IWebhookData,
	type IWebhookResponseData,
	type IWorkflowExecuteAdditionalData,
	type WorkflowActivateMode,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { CredHelper, type CredentialStore } from './harness-credentials.cts';
import { webhookRequest, WebhookResponse, type WebhookCall } from './webhook-fakes.cts';

export { CredHelper, type CredentialStore } from './harness-credentials.cts';
export { logged, type LogEntry } from './harness-env.cts';
export { binaryBytes, binaryItem, keepFilesOnDisk } from './harness-binary.cts';
export { WebhookResponse, type WebhookCall } from './webhook-fakes.cts';

type AnyNodeType = INodeType | IVersionedNodeType;

/** A node of a test; the rest is filled in. `credentials: { wecomApi: 'c1' }` means the stored credential with that id. */
export interface TestNode extends Omit<Partial<INode>, 'credentials'> {
	name: string;
	type: string;
	credentials?: Record<string, string | { id: string; name: string }>;
}

interface Surroundings {
	/** Node type objects by their full name (`package.node`). */
	nodeTypes: Record<string, AnyNodeType>;
	credentialTypes?: ICredentialType[];
	/** Stored credentials by id. A run writes what it persists into this object. */
	credentials?: CredentialStore;
	/** The workflow's static data; changed in place. */
	staticData?: IDataObject;
	mode?: WorkflowExecuteMode;
	additionalData?: Partial<IWorkflowExecuteAdditionalData>;
}

export interface WorkflowOptions extends Surroundings {
	nodes: TestNode[];
	/** `chain('A', 'B')` or n8n's own format. */
	connections?: IConnections;
	/** Where to start, by default the first node; it gets `items` as its input. */
	start?: string;
	items?: INodeExecutionData[];
	/** Called at the moment of every `sendResponse`. */
	onResponse?: (response: IExecuteResponsePromiseData) => void;
}

export interface WorkflowRun {
	run: IRun;
	/** What a node put out in its last run. */
	items(node: string, output?: number): INodeExecutionData[];
	/** The same, only the JSON. */
	json(node: string, output?: number): IDataObject[];
	/** What stopped the workflow. */
	error?: ExecutionError;
	/** The error of a node's last run, also when the workflow went on. */
	nodeError(node: string): ExecutionError | undefined;
	/** What `sendResponse` was called with. */
	responses: IExecuteResponsePromiseData[];
	/** Hints nodes left with `addExecutionHints`. */
	hints(node: string): unknown[];
	credentials: CredHelper;
	workflow: Workflow;
}

class NodeTypes implements INodeTypes {
	constructor(private readonly types: Record<string, AnyNodeType>) {}

	getByName(type: string): AnyNodeType {
		return this.types[type];
	}

	getByNameAndVersion(type: string, version?: number): INodeType {
		if (!this.types[type]) throw new Error(`The test gave no node type ${type}`);
		return NodeHelpers.getVersionedNodeType(this.types[type], version);
	}

	getKnownTypes(): IDataObject {
		return {};
	}
}

/** Connects nodes one after the other. */
export function chain(...names: string[]): IConnections {
	const link = (node: string): IConnections[string] => ({
		main: [[{ node, type: 'main', index: 0 }]],
	});
	return Object.fromEntries(
		names.slice(0, -1).map((name, index) => [name, link(names[index + 1])]),
	);
}

function latestVersion(type: AnyNodeType | undefined): number {
	if (!type) return 1;
	if ('nodeVersions' in type) return type.currentVersion;
	const { version, defaultVersion } = type.description;
	return defaultVersion ?? (Array.isArray(version) ? Math.max(...version) : version);
}

function completeNode(node: TestNode, index: number, surroundings: Surroundings): INode {
	const credentials = Object.entries(node.credentials ?? {}).map(([type, value]) => [
		type,
		typeof value === 'string' ? { id: value, name: value } : value,
	]);
	return {
		id: `node-${index}`,
		typeVersion: latestVersion(surroundings.nodeTypes[node.type]),
		position: [index * 200, 0],
		parameters: {},
		...node,
		credentials: Object.fromEntries(credentials) as INode['credentials'],
	};
}

function makeWorkflow(
	nodes: INode[],
	connections: IConnections,
	surroundings: Surroundings,
	active: boolean,
): Workflow {
	const nodeTypes = new NodeTypes(surroundings.nodeTypes);
	const { staticData } = surroundings;
	return new Workflow({
		id: 'wf1',
		name: 'Test',
		nodes,
		connections,
		active,
		nodeTypes,
		staticData,
		settings: { executionOrder: 'v1' },
	});
}

function makeAdditionalData(
	credentialsHelper: CredHelper,
	extra: Partial<IWorkflowExecuteAdditionalData> = {},
): IWorkflowExecuteAdditionalData {
	const base = 'http://127.0.0.1:5678';
	const data: Partial<IWorkflowExecuteAdditionalData> = {
		credentialsHelper,
		currentNodeExecutionIndex: 0,
		executionId: '1',
		restApiUrl: `${base}/rest`,
		instanceBaseUrl: `${base}/`,
		formWaitingBaseUrl: `${base}/form-waiting`,
		webhookBaseUrl: `${base}/webhook`,
		webhookWaitingBaseUrl: `${base}/webhook-waiting`,
		webhookTestBaseUrl: `${base}/webhook-test`,
		variables: {},
		userId: 'u1',
		setExecutionStatus: () => {},
		sendDataToUI: () => {},
		logAiEvent: () => {},
		...extra,
	};
	return data as IWorkflowExecuteAdditionalData;
}

/** Runs a workflow to its end. Errors do not throw: they are in the result. */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowRun> {
	const { connections = {}, items = [{ json: {} }], mode = 'trigger' } = options;
	const nodes = options.nodes.map((node, index) => completeNode(node, index, options));
	const workflow = makeWorkflow(nodes, connections, options, false);
	const credentials = new CredHelper(options.credentialTypes ?? [], options.credentials ?? {});
	const responses: IExecuteResponsePromiseData[] = [];
	const hooks = new ExecutionLifecycleHooks(mode, '1', {
		id: 'wf1',
		name: 'Test',
		nodes,
		connections,
		active: false,
	} as never);
	hooks.addHandler('sendResponse', (response) => {
		responses.push(response);
		options.onResponse?.(response);
	});
	const start = workflow.getNode(options.start ?? nodes[0].name);
	if (!start) throw new Error(`The workflow has no node ${options.start}`);
	const data = createRunExecutionData({
		startData: {},
		resultData: { runData: {} },
		executionData: {
			contextData: {},
			metadata: {},
			nodeExecutionStack: [{ node: start, data: { main: [items] }, source: null }],
			waitingExecution: {},
			waitingExecutionSource: {},
		},
	});
	const run = await new WorkflowExecute(
		{ ...makeAdditionalData(credentials, options.additionalData), hooks },
		mode,
		data,
	).processRunExecutionData(workflow);
	const { runData, error } = run.data.resultData;
	const last = (node: string): (typeof runData)[string][number] | undefined =>
		runData[node]?.at(-1);
	const output = (node: string, index = 0): INodeExecutionData[] =>
		last(node)?.data?.main?.[index] ?? [];
	return {
		run,
		workflow,
		credentials,
		responses,
		error,
		items: output,
		json: (node, index) => output(node, index).map((item) => item.json),
		nodeError: (node) => last(node)?.error,
		hints: (node) => last(node)?.hints ?? [],
	};
}

export interface WebhookOptions extends Surroundings {
	node: TestNode;
	/** The nodes behind it, in a row. */
	after?: TestNode[];
	/** The `name` of the webhook in the node's description, for nodes with several. */
	webhookName?: string;
	call?: WebhookCall;
	/** The data of the execution that waits for the call. */
	runExecutionData?: IRunExecutionData;
	/** The response that the node answers on; give one to look at it while the node still works. */
	response?: WebhookResponse;
}

export interface WebhookRun {
	result: IWebhookResponseData;
	/** What the node answered by itself through the response object. */
	response: WebhookResponse;
	credentials: CredHelper;
	workflow: Workflow;
}

/** A webhook of a node as n8n describes it to its contexts. */
function webhookOf(
	nodeType: INodeType,
	node: INode,
	name: string,
	more: Pick<IWebhookData, 'httpMethod' | 'workflowExecuteAdditionalData'>,
): IWebhookData {
	const webhookDescription = nodeType.description.webhooks?.find((one) => one.name === name);
	if (!webhookDescription) throw new Error(`${node.type} has no webhook "${name}"`);
	return { ...more, node: node.name, path: 'path', webhookDescription, workflowId: 'wf1' };
}

/** Calls a node's `webhook()` with the real WebhookContext. What it throws is thrown. */
export async function runWebhook(options: WebhookOptions): Promise<WebhookRun> {
	const { webhookName = 'default', mode = 'webhook', response = new WebhookResponse() } = options;
	const nodes = [options.node, ...(options.after ?? [])].map((one, index) =>
		completeNode(one, index, options),
	);
	const [node] = nodes;
	const row = chain(...nodes.map(({ name }) => name));
	const workflow = makeWorkflow(nodes, row, { staticData: {}, ...options }, true);
	const credentials = new CredHelper(options.credentialTypes ?? [], options.credentials ?? {});
	const nodeType = workflow.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
	const httpMethod = (options.call?.method ?? 'POST') as IWebhookData['httpMethod'];
	const additionalData = makeAdditionalData(credentials, {
		httpRequest: webhookRequest({ method: httpMethod, ...options.call }),
		httpResponse: response.asExpress(),
		...options.additionalData,
	});
	const context = new WebhookContext(
		workflow,
		node,
		additionalData,
		mode,
		webhookOf(nodeType, node, webhookName, {
			httpMethod,
			workflowExecuteAdditionalData: additionalData,
		}),
		[],
		options.runExecutionData ?? null,
	);
	await workflow.expression.acquireIsolate();
	try {
		return { result: await nodeType.webhook!.call(context), response, credentials, workflow };
	} finally {
		await workflow.expression.releaseIsolate();
	}
}

export interface PublishOptions extends Surroundings {
	node: TestNode;
	activation?: WorkflowActivateMode;
}

/** What n8n does with the webhooks of a trigger when it publishes the workflow or starts: `create` of each, in order. */
export async function publishWebhooks(options: PublishOptions): Promise<void> {
	const node = completeNode(options.node, 0, options);
	const workflow = makeWorkflow([node], {}, { staticData: {}, ...options }, true);
	const nodeType = workflow.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
	const additionalData = makeAdditionalData(
		new CredHelper(options.credentialTypes ?? [], options.credentials ?? {}),
		options.additionalData,
	);
	await workflow.expression.acquireIsolate();
	try {
		for (const { name } of nodeType.description.webhooks ?? []) {
			const webhook = webhookOf(nodeType, node, name, {
				httpMethod: 'POST',
				workflowExecuteAdditionalData: additionalData,
			});
			const activation = options.activation ?? 'activate';
			const context = new HookContext(
				workflow,
				node,
				additionalData,
				'trigger',
				activation,
				webhook,
			);
			await nodeType.webhookMethods?.[name]?.create.call(context);
		}
	} finally {
		await workflow.expression.releaseIsolate();
	}
}

export interface TriggerOptions extends Surroundings {
	node: TestNode;
	/** Takes the place of n8n's: starts an execution and settles the promise by its outcome. */
	emit: ITriggerFunctions['emit'];
	/** Gets what the trigger reports as a failed execution. */
	failed?: ITriggerFunctions['saveFailedExecution'];
	activation?: WorkflowActivateMode;
}

/** Activates a trigger node with the real TriggerContext. */
export async function startTrigger(options: TriggerOptions): Promise<ITriggerResponse> {
	const { mode = 'trigger', activation = 'activate', emit } = options;
	const node = completeNode(options.node, 0, options);
	const workflow = makeWorkflow([node], {}, options, true);
	const credentials = new CredHelper(options.credentialTypes ?? [], options.credentials ?? {});
	const additionalData = makeAdditionalData(credentials, options.additionalData);
	const fail = (error: Error) => {
		throw error;
	};
	const context = new TriggerContext(
		workflow,
		node,
		additionalData,
		mode,
		activation,
		emit,
		fail,
		options.failed ?? fail,
	);
	await workflow.expression.acquireIsolate();
	const { trigger } = options.nodeTypes[node.type] as INodeType;
	return (await trigger!.call(context)) as ITriggerResponse;
}

export interface LoadOptionsOptions extends Surroundings {
	node: TestNode;
	/** The path of the parameter that is being filled, such as `parameters.userid`. */
	path?: string;
}

/** Calls something that fills a form (listSearch, loadOptions, resourceMapping methods) with the real LoadOptionsContext. */
export async function runLoadOptions<T>(
	options: LoadOptionsOptions,
	method: (this: ILoadOptionsFunctions) => Promise<T>,
): Promise<T> {
	const node = completeNode(options.node, 0, options);
	const workflow = makeWorkflow([node], {}, options, false);
	const credentials = new CredHelper(options.credentialTypes ?? [], options.credentials ?? {});
	const additionalData = makeAdditionalData(credentials, {
		currentNodeParameters: node.parameters,
		...options.additionalData,
	});
	const context = new LoadOptionsContext(workflow, node, additionalData, options.path ?? '');
	await workflow.expression.acquireIsolate();
	try {
		return await method.call(context);
	} finally {
		await workflow.expression.releaseIsolate();
	}
}
