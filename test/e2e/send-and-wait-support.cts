/** Asking people by a real n8n: published workflows that wait, the cards that people see, and an AI agent that has to ask. */
import { MODEL, MODEL_KEY } from '../../simulator/chat-model.cts';
import type { Simulator } from '../../simulator/server.cts';
import type { Execution } from '../support/execution.cts';
import { http } from '../support/http.cts';
import type { Credential, N8nRest, WorkflowNode } from '../support/n8n-rest.cts';
import { until } from '../support/wait.cts';
import { chain, uses, WECOM } from './support.cts';

export const SEND_AND_WAIT = 'n8n-nodes-wecom-kit.wecomSendAndWait';
/** For what n8n and WeCom do by themselves, on a machine that does much else. */
export const PATIENCE = { within: 30_000, every: 100 };

export interface AskingN8n {
	rest: N8nRest;
	sim: Simulator;
	/** The "WeCom API" credential of the demo app. */
	credential: Credential;
	/** Where webhooks are called, without a slash at the end. */
	url: string;
	/** Resolves when every process that serves webhooks knows a path. */
	waitForWebhook(method: string, path: string): Promise<void>;
}

export class Asking {
	private serial = 0;

	/** `n8n` gives it once it runs. */
	constructor(private readonly n8n: () => AskingN8n) {}

	question(parameters: object = {}): WorkflowNode {
		return {
			name: 'Ask',
			type: SEND_AND_WAIT,
			parameters: {
				authentication: 'app',
				sendTo: ['members'],
				touser: ['zhangsan', 'lisi'],
				title: 'Expense of 1,200',
				message: "={{ 'From ' + $json.body.name }}",
				responseType: 'approval',
				answerBy: 'card',
				...parameters,
			},
			credentials: uses(this.n8n().credential),
		};
	}

	/** Publishes a workflow that a webhook starts; gives its ID and what calls the webhook. */
	async publish(
		nodes: WorkflowNode[],
		connections?: object,
	): Promise<{ id: string; start: (body: object) => Promise<void> }> {
		const { rest, url, waitForWebhook } = this.n8n();
		const path = `ask-${++this.serial}`;
		const webhook: WorkflowNode = {
			name: 'Webhook',
			type: 'n8n-nodes-base.webhook',
			typeVersion: 2,
			parameters: { path, httpMethod: 'POST' },
		};
		const all = [webhook, ...nodes];
		const { id } = await rest.createWorkflow({
			name: path,
			nodes: all,
			connections: connections ?? chain(...all.map(({ name }) => name)),
		});
		await rest.activate(id);
		await waitForWebhook('POST', path);
		const start = async (body: object) => {
			await http(`${url}/webhook/${path}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
		};
		return { id, start };
	}

	/** Asks, and gives the execution once it waits. */
	async asked(ask: WorkflowNode, body: object = { name: 'Emma' }): Promise<{ id: string }> {
		const after = { name: 'After', type: 'n8n-nodes-base.noOp' };
		const { id, start } = await this.publish([ask, after]);
		await start(body);
		return { id: await this.waiting(id) };
	}

	/** The newest execution of a workflow, once it waits; `before` is an earlier one, which may still be the newest for a moment. */
	async waiting(workflowId: string, before?: string): Promise<string> {
		const { rest } = this.n8n();
		const { id } = await until(
			'an execution waits',
			async () => {
				const [newest] = await rest.listExecutions({ workflowId });
				if (newest?.id === before) return false;
				if (newest && ['error', 'crashed', 'success'].includes(newest.status)) {
					const text = JSON.stringify(await rest.getExecution(newest.id));
					throw new Error(`The execution is ${newest.status}: ${text.slice(0, 2000)}`);
				}
				return newest?.status === 'waiting' && newest;
			},
			PATIENCE,
		);
		return id;
	}

	async ended(id: string, within = PATIENCE.within): Promise<Execution> {
		return await until(
			'the execution has ended',
			async () => {
				const execution = await this.n8n().rest.getExecution(id);
				return ['success', 'error'].includes(execution.status) && execution;
			},
			{ ...PATIENCE, within },
		);
	}

	/** The newest card of an app, as it was sent. */
	get newest() {
		const cards = this.n8n().sim.state.messages.filter(
			({ msgtype }) => msgtype === 'template_card',
		);
		return cards.at(-1)!.body.template_card;
	}

	/** The newest card as somebody sees it now. */
	seenBy(userid: string) {
		return this.n8n().sim.control.cardSeenBy(this.newest.task_id, userid);
	}

	/** Resolves when nothing but these words is left of the buttons of somebody's card. */
	async shows(userid: string, words: string): Promise<void> {
		await until(
			`the card of ${userid} says "${words}"`,
			() => this.seenBy(userid).replaced === words,
			PATIENCE,
		).catch((error: Error) => {
			throw new Error(`${error.message}, it says "${this.seenBy(userid).replaced}"`);
		});
	}

	async press(userid: string, button?: string, more = {}) {
		const { task_id: taskId } = this.newest;
		return await this.n8n().sim.control.pressCard({ taskId, userid, button, ...more });
	}

	/** An agent whose tool needs a permission of Li Si; `say` gives the execution that waits for it. */
	async supervisedAgent(parameters: object = {}): Promise<(text: string) => Promise<string>> {
		const { rest, sim, credential } = this.n8n();
		const { id, name } = await rest.createCredential('Model', 'openAiApi', {
			apiKey: MODEL_KEY,
			url: `${sim.url}/v1`,
		});
		const nodes: WorkflowNode[] = [
			{
				name: 'AI Agent',
				type: '@n8n/n8n-nodes-langchain.agent',
				typeVersion: 3.1,
				parameters: { promptType: 'define', text: '={{ $json.body.text }}', options: {} },
			},
			{
				name: 'Model',
				type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
				typeVersion: 1.2,
				parameters: { model: { __rl: true, mode: 'id', value: MODEL }, options: {} },
				credentials: { openAiApi: { id, name } },
			},
			{
				...this.question({
					message:
						'=The agent wants to use {{ $tool.name }}: {{ JSON.stringify($tool.parameters) }}',
					touser: ['lisi'],
					allowedPeople: { users: ['lisi'] },
					...parameters,
				}),
				name: 'Supervisor',
				type: `${SEND_AND_WAIT}HitlTool`,
			},
			{
				name: 'Tell_Everybody',
				type: `${WECOM}Tool`,
				parameters: {
					resource: 'message',
					operation: 'send',
					sendTo: ['everyone'],
					content: "={{ $fromAI('content', 'What to say', 'string') }}",
				},
				credentials: uses(credential),
			},
		];
		const to = (node: string, type: string) => ({ [type]: [[{ node, type, index: 0 }]] });
		const workflow = await this.publish(nodes, {
			Webhook: to('AI Agent', 'main'),
			Model: to('AI Agent', 'ai_languageModel'),
			Tell_Everybody: to('Supervisor', 'ai_tool'),
			Supervisor: to('AI Agent', 'ai_tool'),
		});
		return async (text) => {
			await workflow.start({ text });
			return await this.waiting(workflow.id);
		};
	}

	/** What the model of `supervisedAgent` is to ask for, as n8n describes a tool that has somebody in front of it. */
	readonly supervisedCalls = [
		{
			name: 'Tell_Everybody',
			arguments: { toolParameters: { content: 'Holiday tomorrow' }, hitlParameters: {} },
		},
	];

	/** Messages to everybody: what the supervised tool sends. */
	toAll() {
		return this.n8n().sim.state.messages.filter(({ body }) => body.touser === '@all');
	}
}
