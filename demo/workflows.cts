/** The example workflows: importing them and looking at what they did. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution } from '../test/support/execution.cts';
import type { N8nRest, WorkflowInput } from '../test/support/n8n-rest.cts';

/** The workflows name them. */
export const CREDENTIAL_NAME = 'WeCom (demo)';
export const BOT_CREDENTIAL_NAME = 'WeCom AI Bot (demo)';
export const MODEL_CREDENTIAL_NAME = 'Chat model (demo)';

/** The file, and the production webhooks that must answer once the workflow is published. */
const FILES = {
	reply: {
		file: 'callback-reply.json',
		webhooks: [
			['GET', 'wecom'],
			['POST', 'wecom'],
		],
	},
	broadcast: { file: 'scheduled-broadcast.json', webhooks: [] },
	login: { file: 'oauth-login.json', webhooks: [['GET', 'wecom-login']] },
	bot: { file: 'ai-bot.json', webhooks: [] },
	archive: { file: 'chat-archive.json', webhooks: [] },
} as const;

export type WorkflowKey = keyof typeof FILES;
export const WORKFLOW_KEYS = Object.keys(FILES) as WorkflowKey[];

export interface DemoWorkflow {
	id: string;
	name: string;
}

export type DemoWorkflows = Record<WorkflowKey, DemoWorkflow>;

/**
 * Sends the files to n8n unchanged: n8n finds the credential by its name, as it does when a person imports them. Then publishes
 * them, that of the chat archive only where its bridge runs, and waits until their webhooks answer.
 */
export async function importWorkflows(
	rest: N8nRest,
	{ withArchive }: { withArchive: boolean },
): Promise<DemoWorkflows> {
	const imported: Partial<DemoWorkflows> = {};
	for (const key of WORKFLOW_KEYS) {
		const text = readFileSync(join(__dirname, 'workflows', FILES[key].file), 'utf8');
		const { id, name } = await rest.createWorkflow(JSON.parse(text) as WorkflowInput);
		if (key !== 'archive' || withArchive) await rest.activate(id);
		imported[key] = { id, name };
	}
	for (const key of WORKFLOW_KEYS)
		for (const [method, path] of FILES[key].webhooks) await rest.waitForWebhook(method, path);
	return imported as DemoWorkflows;
}

/** Every execution of every workflow, the oldest first. */
export async function allExecutions(
	rest: N8nRest,
	workflows: DemoWorkflows,
): Promise<Record<WorkflowKey, Execution[]>> {
	const found: Partial<Record<WorkflowKey, Execution[]>> = {};
	for (const key of WORKFLOW_KEYS) {
		const list = await rest.listExecutions({ workflowId: workflows[key].id });
		found[key] = await Promise.all(
			list.reverse().map(async ({ id }) => await rest.getExecution(id)),
		);
	}
	return found as Record<WorkflowKey, Execution[]>;
}
