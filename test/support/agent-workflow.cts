/** Somebody asks a bot, an AI Agent answers with the simulator's chat model, and Reply ends the answer. */
import type { IDataObject } from 'n8n-workflow';
import { MODEL, MODEL_KEY } from '../../simulator/chat-model.cts';
import { DEMO_BOT, DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import type { Simulator } from '../../simulator/server.cts';
import { botCredentialData } from './credentials.cts';
import type { Credential, N8nRest, Workflow, WorkflowNode } from './n8n-rest.cts';

const to = (node: string, type = 'main') => ({ [type]: [[{ node, type, index: 0 }]] });

/** The agent's nodes behind a trigger of a bot, whose credential Reply uses, too. */
export const agentWorkflow = (
	trigger: WorkflowNode,
	{ id, name }: Credential,
): { nodes: WorkflowNode[]; connections: object } => ({
	nodes: [
		trigger,
		{
			name: 'Agent',
			type: '@n8n/n8n-nodes-langchain.agent',
			typeVersion: 3.1,
			parameters: { promptType: 'define', text: '={{ $json.chatInput }}', options: {} },
		},
		{
			name: 'Model',
			type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
			typeVersion: 1.2,
			parameters: { model: { __rl: true, mode: 'id', value: MODEL }, options: {} },
			credentials: { openAiApi: { id, name } },
		},
		{
			name: 'Reply',
			type: 'n8n-nodes-wecom-kit.wecom',
			credentials: trigger.credentials,
			parameters: { resource: 'bot', operation: 'reply', content: '={{ $json.output }}' },
		},
	],
	connections: {
		[trigger.name]: to('Agent'),
		Agent: to('Reply'),
		Model: to('Agent', 'ai_languageModel'),
	},
});

/**
 * The same behind the demo bot's callbacks to `path`, published: with a credential for the bot and one for the model at `origin`.
 * The webhook may not be registered yet.
 */
export async function publishAgentByUrl(
	rest: N8nRest,
	origin: string,
	{ path, botOptions }: { path: string; botOptions: IDataObject },
): Promise<Workflow> {
	const { token, encodingAesKey } = DEMO_CALLBACK_BOT.callback;
	const keys = { token, encodingAesKey };
	const bot = await rest.createCredential(`Bot ${path}`, 'wecomBotApi', keys);
	return await publish(rest, origin, path, {
		name: 'Trigger',
		type: 'n8n-nodes-wecom-kit.wecomTrigger',
		credentials: used(bot),
		parameters: { source: 'bot', path, botOptions },
	});
}

/** The same behind the long connection of the demo bot at `sim`, published and connected. */
export async function publishAgentOverConnection(
	rest: N8nRest,
	sim: Simulator,
	name: string,
): Promise<Workflow> {
	const data = botCredentialData(sim);
	const bot = await rest.createCredential(`Bot ${name}`, 'wecomBotApi', data);
	const workflow = await publish(rest, sim.url, name, {
		name: 'Bot',
		type: 'n8n-nodes-wecom-kit.wecomBotTrigger',
		credentials: used(bot),
		parameters: { events: ['bot:text'], options: { firstAnswer: 'Thinking…' } },
	});
	await sim.bots.waitForConnection(DEMO_BOT.botId);
	return workflow;
}

const used = ({ id, name }: Credential) => ({ wecomBotApi: { id, name } });

async function publish(
	rest: N8nRest,
	origin: string,
	name: string,
	trigger: WorkflowNode,
): Promise<Workflow> {
	const model = await rest.createCredential(`Model ${name}`, 'openAiApi', {
		apiKey: MODEL_KEY,
		url: `${origin}/v1`,
	});
	const workflow = await rest.createWorkflow({ name, ...agentWorkflow(trigger, model) });
	await rest.activate(workflow.id);
	return workflow;
}
