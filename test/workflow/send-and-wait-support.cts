/** The WeCom Send and Wait node and a WeCom Trigger in an n8n of the test, with the simulator as WeCom. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { WecomBotApi } from '../../credentials/WecomBotApi.credentials';
import { WecomSuiteApi } from '../../credentials/WecomSuiteApi.credentials';
import { WecomSendAndWait } from '../../nodes/WecomSendAndWait/WecomSendAndWait.node';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import type { Simulator } from '../../simulator/server.cts';
import { logged, type CredentialStore, type TestNode } from '../support/harness.cts';
import { WaitingN8n, type Waiting } from '../support/waiting-n8n.cts';
import { credentialOf, credentialTypes, nodeTypes, TRIGGER } from './support.cts';
import { sleep } from '../support/wait.cts';

export const SEND_AND_WAIT = 'n8n-nodes-wecom-kit.wecomSendAndWait';
export const PATH = 'wecom';

export interface Questions {
	n8n: WaitingN8n;
	credentials: CredentialStore;
	/** Executions that the trigger has started. */
	started: INodeExecutionData[][];
	/** Asks with parameters as the form would hold them, in an execution that then waits. */
	ask(parameters?: IDataObject, items?: INodeExecutionData[]): Promise<Waiting>;
}

/** An n8n for all tests of a file, with the demo app and its published trigger, fresh before each. */
export function useQuestions(simulator: () => Simulator): () => Questions {
	let questions: Questions;
	beforeEach(async () => {
		logged.length = 0;
		const sim = simulator();
		const credentials = { c1: credentialOf(sim) } as CredentialStore;
		const n8n = await WaitingN8n.start({
			nodeTypes: { ...nodeTypes, [SEND_AND_WAIT]: new WecomSendAndWait() },
			credentialTypes: [...credentialTypes, new WecomSuiteApi(), new WecomBotApi()],
			credentials,
		});
		const started: INodeExecutionData[][] = [];
		n8n.triggers.set(PATH, { node: triggerNode(), executions: started });
		sim.control.setApp(DEMO_APP.agentid, {
			callback: { ...DEMO_APP.callback, url: `${n8n.url}/webhook/${PATH}` },
		});
		questions = {
			n8n,
			credentials,
			started,
			ask: async (parameters = {}, items) => await n8n.execute(questionNode(parameters), items),
		};
	});
	afterEach(async () => await questions.n8n.stop());
	return () => questions;
}

export const triggerNode = (parameters: IDataObject = {}): TestNode => ({
	name: 'WeCom Trigger',
	id: 'trigger',
	type: TRIGGER,
	webhookId: 'hook',
	parameters: { source: 'app', events: ['text'], path: PATH, ...parameters } as never,
	credentials: { wecomApi: 'c1' },
});

export const questionNode = (parameters: IDataObject): TestNode => ({
	name: 'Ask',
	id: 'ask-1',
	type: SEND_AND_WAIT,
	parameters: {
		authentication: 'app',
		operation: 'sendAndWait',
		sendTo: ['members'],
		touser: 'zhangsan, lisi',
		title: 'Expense of 1,200',
		message: 'Taxi to the airport, 2026-03-05',
		responseType: 'approval',
		answerBy: 'card',
		...parameters,
	} as never,
	credentials: { wecomApi: 'c1' },
});

/** For files in which several people decide: of that the cards are told once more a few seconds later. */
export const awaitLastWords = () => afterAll(async () => await sleep(6_500));

/** The task_id of the newest card. */
export const newestCard = (sim: Simulator): string =>
	String(
		sim.state.messages.filter(({ msgtype }) => msgtype === 'template_card').at(-1)!.body
			.template_card.task_id,
	);

/** The newest card: as somebody sees it, and pressed by somebody. */
export const useNewestCard = (simulator: () => Simulator) => ({
	seenBy: (userid: string) => simulator().control.cardSeenBy(newestCard(simulator()), userid),
	press: async (userid: string, button?: string, more = {}) =>
		await simulator().control.pressCard({
			taskId: newestCard(simulator()),
			userid,
			button,
			...more,
		}),
});

/** What the workflow goes on with. */
export const answerOf = ({ output }: Waiting): IDataObject | undefined =>
	output?.[0].json.data as IDataObject;

/** The trigger answers WeCom before it hands the click over. */
export async function until<T>(read: () => T | undefined | false, what: string): Promise<T> {
	for (const end = Date.now() + 15_000; Date.now() < end; ) {
		const value = read();
		if (value) return value;
		await sleep(20);
	}
	throw new Error(`In 15 seconds nothing came of: ${what}`);
}
