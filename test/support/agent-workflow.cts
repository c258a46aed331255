/** Somebody asks a bot, an AI Agent answers with the simulator's chat model, and Reply ends the answer. */
import { MODEL } from '../../simulator/chat-model.cts';
import type { Credential, WorkflowNode } from './n8n-rest.cts';

const to = (node: string, type = 'main') => ({ [type]: [[{ node, type, index: 0 }]] });

/** Behind a trigger of a bot, whose credential Reply uses, too. */
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
