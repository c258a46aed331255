/** n8n's internal REST API, as its editor uses it: credentials, workflows, executions. */
import { randomUUID } from 'node:crypto';
import { decodeExecution, type Execution, type ExecutionSummary } from './execution.cts';
import { http, type HttpResult } from './http.cts';
import type { RunningN8n } from './n8n.cts';
import { since } from './n8n-release.cts';
import { readCredentialRow, type RawCredential } from './raw-credential.cts';
import { sleep, until } from './wait.cts';

/** The owner every test instance has. Not a secret: the instance lives on 127.0.0.1 for the time of a test. */
export const OWNER = {
	email: 'owner@example.com',
	firstName: 'Test',
	lastName: 'Owner',
	password: 'Wecom-kit-1',
};
/** n8n ties the session to this header; the browser tests send the same one. */
export const BROWSER_ID = 'wecom-kit-tests';

export interface Credential {
	id: string;
	name: string;
	type: string;
	/** Only with `getCredential`: stored secrets come as `__n8n_BLANK_VALUE_...`. */
	data?: Record<string, unknown>;
}

export interface TestResult {
	status: 'OK' | 'Error';
	message: string;
}

export interface WorkflowNode {
	name: string;
	type: string;
	parameters?: object;
	id?: string;
	typeVersion?: number;
	position?: [number, number];
	credentials?: Record<string, { id: string; name: string }>;
	webhookId?: string;
	onError?: string;
	[key: string]: unknown;
}

export interface WorkflowInput {
	name: string;
	nodes: WorkflowNode[];
	connections?: object;
	settings?: object;
	[key: string]: unknown;
}

export interface Workflow extends WorkflowInput {
	id: string;
	versionId: string;
	active: boolean;
}

/** Selects executions; `status` is success, error, running, waiting, canceled, ... */
export interface ExecutionFilter {
	workflowId?: string;
	status?: string[];
}

/** What a parameter's list or fields are asked for with, see `N8nRest.dynamicParameters`. */
export interface DynamicRequest {
	/** The full node type, `package.node`. */
	nodeType: string;
	version?: number;
	methodName: string;
	/** The parameter's path, such as `parameters.userid`. */
	path?: string;
	parameters?: object;
	credentials?: Record<string, { id: string; name: string }>;
	filter?: string;
	paginationToken?: string;
}

export class RestError extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

export class N8nRest {
	constructor(readonly n8n: RunningN8n) {}

	/** The session cookie's value (`n8n-auth`) after a login. */
	get sessionCookie(): string {
		return this.n8n.session;
	}

	/** A client that is logged in as the owner; creates the owner on a fresh instance. */
	static async connect(n8n: RunningN8n): Promise<N8nRest> {
		const rest = new N8nRest(n8n);
		if (n8n.session) return rest;
		const settings = await rest.call<{ userManagement: { showSetupOnFirstLoad: boolean } }>(
			'GET',
			'/settings',
		);
		await (settings.userManagement.showSetupOnFirstLoad ? rest.setupOwner() : rest.login());
		return rest;
	}

	async setupOwner(): Promise<void> {
		await this.call('POST', '/owner/setup', OWNER);
	}

	async login(): Promise<void> {
		await this.call('POST', '/login', {
			emailOrLdapLoginId: OWNER.email,
			password: OWNER.password,
		});
	}

	/** Any call: `/rest` is put in front, the answer's `data` is returned, an answer of 400 and up is thrown as RestError. */
	async call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
		const answer = await this.send(method, `/rest${path}`, body);
		if (answer.status >= 400) {
			throw new RestError(
				answer.status,
				`${method} /rest${path} answered ${answer.status}: ${answer.text.slice(0, 2000)}`,
			);
		}
		return answer.text === '' ? (undefined as T) : answer.json<{ data: T }>().data;
	}

	private async send(method: string, path: string, body?: unknown): Promise<HttpResult> {
		const headers: Record<string, string> = { 'browser-id': BROWSER_ID };
		if (this.sessionCookie) headers.cookie = `n8n-auth=${this.sessionCookie}`;
		const answer = await http(this.n8n.url + path, { method, headers, body });
		for (const cookie of answer.headers['set-cookie'] ?? []) {
			const value = /^n8n-auth=([^;]*)/.exec(cookie)?.[1];
			if (value) this.n8n.session = value;
		}
		return answer;
	}

	// Credentials

	async createCredential(name: string, type: string, data: object): Promise<Credential> {
		return await this.call('POST', '/credentials', { name, type, data });
	}

	/** With its data as the editor gets it: secrets are blanked out. */
	async getCredential(id: string): Promise<Credential> {
		return await this.call('GET', `/credentials/${id}?includeData=true`);
	}

	/** Replaces the data as the editor does: what is left out is gone, blanked-out values stay as stored. */
	async updateCredential(
		id: string,
		change: { name: string; type: string; data: object },
	): Promise<Credential> {
		return await this.call('PATCH', `/credentials/${id}`, change);
	}

	async deleteCredential(id: string): Promise<void> {
		await this.call('DELETE', `/credentials/${id}`);
	}

	/** What the credential's Test button (and every save in the editor) does. Like the editor it sends the data with the secrets blanked out. */
	async testCredential(id: string): Promise<TestResult> {
		const { name, type, data } = await this.getCredential(id);
		return await this.call('POST', '/credentials/test', { credentials: { id, name, type, data } });
	}

	/** The credential as it lies in n8n's database, decrypted: what is persisted, undeclared fields included. */
	async rawCredential(id: string): Promise<RawCredential> {
		return await readCredentialRow(this.n8n, id);
	}

	// Workflows

	/** Fills in what the editor adds to nodes: id, position, version, webhookId. */
	async createWorkflow(workflow: WorkflowInput): Promise<Workflow> {
		// n8n 1.x takes a workflow only with its project, as its editor sends it.
		const more = since('2.0')
			? {}
			: {
					active: false,
					projectId: (await this.call<{ id: string }>('GET', '/projects/personal')).id,
				};
		return await this.call('POST', '/workflows', { ...more, ...completeWorkflow(workflow) });
	}

	async getWorkflow(id: string): Promise<Workflow> {
		return await this.call('GET', `/workflows/${id}`);
	}

	async updateWorkflow(id: string, change: Partial<WorkflowInput>): Promise<Workflow> {
		const { versionId } = await this.getWorkflow(id);
		return await this.call('PATCH', `/workflows/${id}`, { ...change, versionId });
	}

	async deleteWorkflow(id: string): Promise<void> {
		await this.call('POST', `/workflows/${id}/archive`, {});
		await this.call('DELETE', `/workflows/${id}`);
	}

	/**
	 * Publishes the workflow, or with n8n 1.x switches it on. n8n registers its webhooks a moment later: see `waitForWebhook`. A test
	 * that is tried again has the path still taken by the workflow of its first attempt: that one makes room.
	 */
	async activate(id: string): Promise<Workflow> {
		try {
			return await this.publish(id);
		} catch (error) {
			if (!/conflict with one of the webhooks|already taken/.test((error as Error).message))
				throw error;
			for (const holder of await this.othersOnSamePaths(id)) await this.deactivate(holder);
			return await this.publish(id);
		}
	}

	private async othersOnSamePaths(id: string): Promise<string[]> {
		const pathsOf = async (workflow: string) =>
			(await this.getWorkflow(workflow)).nodes.map(
				({ parameters }) => (parameters as { path?: string } | undefined)?.path,
			);
		const wanted = (await pathsOf(id)).filter(Boolean);
		const found: string[] = [];
		for (const other of await this.call<string[]>('GET', '/active-workflows'))
			if (other !== id && (await pathsOf(other)).some((path) => wanted.includes(path)))
				found.push(other);
		return found;
	}

	private async publish(id: string): Promise<Workflow> {
		const { versionId } = await this.getWorkflow(id);
		if (!since('2.0'))
			return await this.call('PATCH', `/workflows/${id}`, { active: true, versionId });
		return await this.call('POST', `/workflows/${id}/activate`, { versionId });
	}

	async deactivate(id: string): Promise<Workflow> {
		if (!since('2.0'))
			return await this.call('PATCH', `/workflows/${id}`, {
				active: false,
				versionId: (await this.getWorkflow(id)).versionId,
			});
		return await this.call('POST', `/workflows/${id}/deactivate`, {});
	}

	/** Resolves when a production webhook answers to this method and path, without calling it. `url` is the process', main's by default. */
	async waitForWebhook(
		method: string,
		path: string,
		timeout = 20_000,
		url = this.n8n.url,
	): Promise<void> {
		await until(
			`${method} ${path} was not registered`,
			async () => await this.isRegistered(method, `/webhook/${path}`, url),
			{ within: timeout, every: 100 },
		);
	}

	/** Resolves when nothing answers there any more, after `deactivate`. */
	async waitForNoWebhook(method: string, path: string, timeout = 20_000): Promise<void> {
		await until(
			`${method} ${path} stayed registered`,
			async () => !(await this.isRegistered(method, `/webhook/${path}`)),
			{ within: timeout, every: 100 },
		);
	}

	/** Asks with a method nobody registers: n8n's 404 then names the methods that are registered for the path. */
	private async isRegistered(method: string, path: string, url = this.n8n.url): Promise<boolean> {
		const { text } = await http(url + path, {
			method: method === 'PATCH' ? 'DELETE' : 'PATCH',
		});
		return new RegExp(`Did you mean.*\\b${method}\\b`).test(text);
	}

	// Executions

	/** Runs a workflow from a trigger that needs no outside event (Manual Trigger, ...); returns the execution's id. */
	async runManually(id: string, trigger: string, destination?: string): Promise<string> {
		const answer = await this.run(id, trigger, destination);
		if (!answer.executionId)
			throw new Error(`n8n did not start an execution: ${JSON.stringify(answer)}`);
		return answer.executionId;
	}

	/** Runs and waits for the end. */
	async execute(id: string, trigger: string, destination?: string): Promise<Execution> {
		return await this.waitForExecution(await this.runManually(id, trigger, destination));
	}

	/** "Listen for test event": resolves when the test webhook (`/webhook-test/<path>`) is registered; the first event runs the workflow. */
	async listenForTestEvent(
		id: string,
		trigger: string,
		method: string,
		path: string,
	): Promise<void> {
		const answer = await this.run(id, trigger);
		if (!answer.waitingForWebhook)
			throw new Error(`n8n does not wait for an event: ${JSON.stringify(answer)}`);
		await until(
			`test ${method} ${path} was not registered`,
			async () => await this.isRegistered(method, `/webhook-test/${path}`),
			{ within: 10_000, every: 100 },
		);
	}

	/** n8n answers before it has removed the test webhook. */
	async stopListening(id: string, method: string, path: string): Promise<void> {
		await this.call('DELETE', `/test-webhook/${id}`);
		await until(
			`test ${method} ${path} stayed registered`,
			async () => !(await this.isRegistered(method, `/webhook-test/${path}`)),
			{ within: 10_000, every: 100 },
		);
	}

	private async run(
		id: string,
		trigger: string,
		destination?: string,
	): Promise<{ executionId?: string; waitingForWebhook?: boolean }> {
		return await this.call('POST', `/workflows/${id}/run`, {
			// Older n8n runs what the editor sends, newer ones what is stored.
			...(since('2.34') ? {} : { workflowData: await this.getWorkflow(id) }),
			triggerToStartFrom: { name: trigger },
			...(destination ? { destinationNode: { nodeName: destination, mode: 'inclusive' } } : {}),
		});
	}

	/** The newest first. */
	async listExecutions(filter: ExecutionFilter = {}, limit = 100): Promise<ExecutionSummary[]> {
		const query = `filter=${encodeURIComponent(JSON.stringify(filter))}&limit=${limit}`;
		return (await this.call<{ results: ExecutionSummary[] }>('GET', `/executions?${query}`))
			.results;
	}

	async getExecution(id: string): Promise<Execution> {
		return decodeExecution(await this.call('GET', `/executions/${id}`));
	}

	async waitForExecution(id: string, timeout = 30_000): Promise<Execution> {
		return await until(
			`execution ${id} did not end`,
			async () => {
				const execution = await this.getExecution(id);
				return hasEnded(execution) && (await this.whole(execution));
			},
			{ within: timeout, every: 100 },
		);
	}

	/** n8n before 2.34 stores the end of an execution before its data. */
	private async whole(execution: Execution): Promise<Execution> {
		if (since('2.34')) return execution;
		await sleep(400);
		return await this.getExecution(execution.id);
	}

	/** Waits until a workflow has at least `count` ended executions; returns them decoded, the oldest first. */
	async waitForExecutions(
		workflowId: string,
		count: number,
		timeout = 30_000,
	): Promise<Execution[]> {
		const ended = await until(
			`workflow ${workflowId} did not get ${count} ended executions`,
			async () => {
				const all = (await this.listExecutions({ workflowId })).filter(hasEnded);
				return all.length >= count && all;
			},
			{ within: timeout, every: 100 },
		);
		return await Promise.all(
			ended.reverse().map(async ({ id }) => await this.whole(await this.getExecution(id))),
		);
	}

	// Node types and what their parameters load

	/** Every node type's description as the editor gets it. */
	async nodeTypes(): Promise<
		Array<{ name: string; version: number | number[]; [key: string]: unknown }>
	> {
		return (await this.send('GET', '/types/nodes.json')).json();
	}

	async credentialTypes(): Promise<Array<{ name: string; [key: string]: unknown }>> {
		return (await this.send('GET', '/types/credentials.json')).json();
	}

	/** What a resource locator's list shows: `listSearch` methods. */
	async searchResourceLocator(request: DynamicRequest): Promise<{
		results: Array<{ name: string; value: unknown; url?: string }>;
		paginationToken?: string;
	}> {
		return await this.dynamicParameters('resource-locator-results', request);
	}

	/** `options` for loadOptions methods, `resource-mapper-fields` for a resource mapper's fields. */
	async dynamicParameters<T>(
		kind: 'options' | 'resource-locator-results' | 'resource-mapper-fields',
		request: DynamicRequest,
	): Promise<T> {
		const { nodeType, version = 1, path = 'parameters', parameters = {}, ...rest } = request;
		return await this.call('POST', `/dynamic-node-parameters/${kind}`, {
			...rest,
			path,
			nodeTypeAndVersion: { name: nodeType, version },
			currentNodeParameters: parameters,
		});
	}
}

/** Nodes that the editor gives a webhookId; newer n8n also does it by itself. */
const HAS_WEBHOOK = /wecom(Login)?Trigger$|wecomSendAndWait$|\.webhook$|mcpTrigger$|formTrigger$/i;

function completeWorkflow(workflow: WorkflowInput): object {
	const nodes = workflow.nodes.map((node, index) => ({
		id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
		typeVersion: 1,
		position: [index * 220, 0],
		parameters: {},
		...(HAS_WEBHOOK.test(node.type) ? { webhookId: randomUUID() } : {}),
		...node,
	}));
	return { settings: { executionOrder: 'v1' }, connections: {}, ...workflow, nodes };
}

function hasEnded({ status }: { status: string }): boolean {
	return !['new', 'running'].includes(status);
}
