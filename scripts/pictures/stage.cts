/** What the pictures show: credentials, the recipes, and a few things that have happened. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DEMO_BOT } from '../../simulator/bot/data.cts';
import { MODEL_KEY } from '../../simulator/chat-model.cts';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import type { Simulator } from '../../simulator/server.cts';
import type { N8n } from '../../test/support/n8n.cts';
import type { N8nRest, WorkflowInput } from '../../test/support/n8n-rest.cts';
import { repoRoot } from '../../test/support/paths.cts';
import { until } from '../../test/support/wait.cts';
import { botCredentialData, credentialData } from '../../test/support/credentials.cts';

const RECIPES = join(repoRoot, 'demo/workflows');

export interface Stage {
	n8n: N8n;
	rest: N8nRest;
	simulator: Simulator;
	/** The ID of the WeCom API credential. */
	credential: string;
	/** The ID of the workflow of the first steps. */
	firstMessage: string;
	/** The IDs of the workflows, by recipe. */
	recipes: Map<string, string>;
}

export async function prepare(here: Pick<Stage, 'n8n' | 'rest' | 'simulator'>): Promise<Stage> {
	const { n8n, rest, simulator } = here;
	const { id: credential } = await rest.createCredential(
		'WeCom (demo)',
		'wecomApi',
		credentialData(simulator),
	);
	await rest.createCredential('WeCom AI Bot (demo)', 'wecomBotApi', botCredentialData(simulator));
	await rest.createCredential('Chat model (demo)', 'openAiApi', {
		apiKey: MODEL_KEY,
		url: `${simulator.url}/v1`,
	});
	const recipes = new Map<string, string>();
	for (const file of readdirSync(RECIPES)) {
		const text = readFileSync(join(RECIPES, file), 'utf8');
		const workflow = JSON.parse(text) as WorkflowInput;
		// Without the note: it would leave no room for the nodes.
		const nodes = workflow.nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
		const { id } = await rest.createWorkflow({ ...workflow, nodes });
		recipes.set(basename(file, '.json'), id);
	}
	await reply({ n8n, rest, simulator, recipes });
	await ask({ n8n, rest, recipes });
	simulator.control.setScript([{ say: ANSWER, wordMs: 220 }]);
	await rest.activate(recipes.get('ai-bot')!);
	await simulator.bots.waitForConnection(DEMO_BOT.botId);
	const { id: firstMessage } = await rest.createWorkflow({
		name: 'My first message',
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
			{
				name: 'WeCom',
				type: 'n8n-nodes-wecom-kit.wecom',
				parameters: {
					resource: 'message',
					operation: 'send',
					touser: ['zhangsan'],
					msgtype: 'text',
					content: '你好，这是 n8n · Hello from n8n',
				},
				credentials: { wecomApi: { id: credential, name: 'WeCom (demo)' } },
			},
		],
		connections: { Start: { main: [[{ node: 'WeCom', type: 'main', index: 0 }]] } },
	});
	return { ...here, credential, firstMessage, recipes };
}

const ANSWER =
	'您好！会议室 A 今天 14:00 到 16:00 空闲。 需要我为您预订吗？ Room A is free from two to four today. Shall I book it for you?';

/** A member writes to the app and gets an answer. */
async function reply({
	n8n,
	rest,
	simulator,
	recipes,
}: Omit<Stage, 'credential' | 'firstMessage'>): Promise<void> {
	const id = recipes.get('callback-reply')!;
	await rest.activate(id);
	await rest.waitForWebhook('POST', 'wecom');
	const url = `${n8n.url}/webhook/wecom`;
	const { token, encodingAesKey } = DEMO_APP.callback;
	await simulator.control.saveCallback(DEMO_APP.agentid, { url, token, encodingAesKey });
	const fields = { FromUserName: 'zhangsan', Content: '服务器机房开门了吗？' };
	await simulator.control.push(DEMO_APP.agentid, { kind: 'text', fields });
	await rest.waitForExecutions(id, 1);
}

/** Somebody has filled in the form; the manager has not answered yet. */
async function ask({ n8n, rest, recipes }: Pick<Stage, 'n8n' | 'rest' | 'recipes'>): Promise<void> {
	const id = recipes.get('expense-approval')!;
	const { nodes } = await rest.activate(id);
	const form = nodes.find(({ name }) => name === 'Form')!;
	const sent = new FormData();
	sent.set('field-0', 'Train to Shanghai 上海高铁');
	sent.set('field-1', '553');
	const url = `${n8n.url}/form/${(form as { webhookId?: string }).webhookId}`;
	await until(
		'the form is taken',
		async () => (await fetch(url, { method: 'POST', body: sent })).ok,
		{
			within: 20_000,
			every: 300,
		},
	);
	await until(
		'the execution waits',
		async () => (await rest.listExecutions({ workflowId: id }))[0]?.status === 'waiting',
		{ within: 20_000, every: 100 },
	);
}
