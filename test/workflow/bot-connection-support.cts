/** Workflows with the resource AI Bot over a long connection of this process. */
import type { IDataObject, IExecuteFunctions, INodeType } from 'n8n-workflow';
import { WecomBotApi } from '../../credentials/WecomBotApi.credentials';
import { botItem } from '../../nodes/shared/bot/items';
import { WecomBotTrigger } from '../../nodes/WecomBotTrigger/WecomBotTrigger.node';
import {
	binaryItem,
	chain,
	runWorkflow,
	type TestNode,
	type WorkflowRun,
} from '../support/harness.cts';
import { botId, until, useLab, type Member } from '../unit/bot/live-support.cts';
import { agentType } from './bot-support.cts';
import { nodeTypes, WECOM } from './support.cts';

const BOT_TRIGGER = 'n8n-nodes-wecom-kit.wecomBotTrigger';
export const lab = useLab();
/** New for each test. */
export const live = {} as { member: Member; action: INodeType; credential: IDataObject };

beforeEach(async () => {
	live.action = nodeTypes[WECOM];
	live.credential = lab.credential();
	live.member = await lab.join();
});

export interface Given {
	item?: IDataObject;
	file?: boolean;
	/** Without a trigger of the bot in the workflow. */
	alone?: boolean;
	executionId?: string;
	/** A test of single nodes: the trigger's item is there from before. */
	mode?: 'trigger' | 'manual';
}

const earlier = {
	...agentType,
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
} as INodeType;

export async function run(
	nodes: TestNode[],
	{ item = {}, file = false, alone = false, executionId = '1', mode = 'trigger' }: Given = {},
): Promise<WorkflowRun> {
	const trigger = { name: 'WeCom Bot Trigger', type: alone ? 'test.agent' : BOT_TRIGGER };
	const data = {
		data: Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64'),
		fileName: 'a.png',
		mimeType: 'image/png',
	};
	const items = [file ? await binaryItem(item, { data }) : { json: item }];
	return await runWorkflow({
		nodeTypes: {
			[WECOM]: live.action,
			[BOT_TRIGGER]: mode === 'manual' ? earlier : new WecomBotTrigger(),
			'test.agent': agentType,
		},
		credentialTypes: [new WecomBotApi()],
		credentials: { bot: live.credential as never },
		nodes: alone ? nodes : [trigger, ...nodes],
		connections: chain(...(alone ? [] : [trigger.name]), ...nodes.map(({ name }) => name)),
		items,
		additionalData: { executionId },
		mode,
	});
}
export const ok = (result: WorkflowRun) => {
	if (result.error) throw result.error;
	return result;
};

/** What the trigger puts out for the newest message. */
export async function heard(count = 1): Promise<IDataObject> {
	await until('the message', () => live.member.messages.length >= count);
	const { body, reqId, streamId } = live.member.messages[count - 1];
	const { wecom, ...json } = botItem(body, { transport: 'websocket', botId, reqId });
	return { ...json, wecom: { ...(wecom as IDataObject), ...(streamId && { streamId }) } };
}
export async function said(text = 'hello'): Promise<{ msgid: string; item: IDataObject }> {
	const { msgid } = await lab.bots.say(botId, { text });
	return { msgid, item: await heard() };
}
