/** Several processes of n8n that share one credential: each has loaded the nodes for itself. */
import type {
	IDataObject,
	ITriggerFunctions,
	ITriggerResponse,
	IWebhookFunctions,
} from 'n8n-workflow';
import { WecomBotApi } from '../../credentials/WecomBotApi.credentials';
import { WecomBotTrigger } from '../../nodes/WecomBotTrigger/WecomBotTrigger.node';
import type * as connection from '../../nodes/shared/bot/connection';
import { WecomTrigger } from '../../nodes/WecomTrigger/WecomTrigger.node';
import { DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import { startTrigger, type CredentialStore } from '../support/harness.cts';
import { botId, useLab } from '../unit/bot/live-support.cts';
import { sleep, until } from '../support/wait.cts';
import { startIntake, type Intake } from './intake-support.cts';
import { credentialOf, nodeTypes, TRIGGER, useSimulator } from './support.cts';

/** Loading the nodes once more takes seconds on a slow machine. */
jest.setTimeout(60_000);

const sim = useSimulator();

/** The trigger as another process has it: what it loads when it is called has module state of its own. */
function ofAnotherProcess(): typeof nodeTypes {
	let receive!: typeof import('../../nodes/WecomTrigger/receive');
	let response!: typeof import('../../nodes/WecomTrigger/response');
	jest.isolateModules(() => {
		receive = require('../../nodes/WecomTrigger/receive') as typeof receive;
		response = require('../../nodes/WecomTrigger/response') as typeof response;
	});
	const trigger = Object.assign(new WecomTrigger(), {
		async webhook(this: IWebhookFunctions) {
			const answer = new response.CallbackResponse(this.getResponseObject());
			return await receive.receiveCallback(this, answer);
		},
	});
	return { ...nodeTypes, [TRIGGER]: trigger };
}

describe('customer service messages, callbacks at two processes', () => {
	const [{ open_kfid: KF }] = DEMO_KF_ACCOUNTS;
	const SYNC = '/cgi-bin/kf/sync_msg';
	const processes = [nodeTypes, ofAnotherProcess()];
	let running: Intake[];
	let store: CredentialStore;
	let serial = 0;

	beforeEach(async () => {
		store = { c1: credentialOf(sim()) } as CredentialStore;
		const node = `both-${++serial}`;
		const parameters = { triggerOptions: { fetchMessages: true } };
		running = await Promise.all(
			processes.map(async (types) => await startIntake(sim(), { types, store, node, parameters })),
		);
		await say(0, 'first');
		await until(() => running[0].positions()[KF]);
	});
	afterEach(async () => {
		await Promise.all(running.map(async ({ stop }) => await stop()));
	});

	const say = async (to: number, content: string) =>
		await sim().control.kfMessage(running[to].target, KF, [{ msgtype: 'text', text: { content } }]);
	const said = () =>
		running
			.flatMap(({ items }) => items())
			.map(({ text }) => (text as { content: string }).content)
			.sort();
	const reader = () => {
		const all = JSON.parse(String(store.c1.kfCursorTokens)) as Record<string, object>;
		return Object.entries(all)[0];
	};

	it('come once each, when they overlap', async () => {
		sim().control.inject({ path: SYNC, delayMs: 300, times: 4 });
		const words = ['a', 'b', 'c', 'd', 'e', 'f'];
		await Promise.all(
			words.map(async (word, index) => {
				await sleep(index * 100);
				await say(index % 2, word);
			}),
		);
		await until('all are there', () => said().length >= 7, { within: 15_000 });
		expect(said()).toEqual([...words, 'first'].sort());
		await until('the claim is released', () => !('claim' in reader()[1]));
	});

	it('come once each, when they arrive in the same moment', async () => {
		const words = ['a', 'b', 'c', 'd'];
		await Promise.all(words.map(async (word, index) => await say(index % 2, word)));
		await until('all are there', () => said().length >= 5, { within: 15_000 });
		expect(said()).toEqual([...words, 'first'].sort());
	});

	it('come once each, when n8n cannot store what one of them has read', async () => {
		running[0].n8n.failures = 1;
		running[0].n8n.storingMs = 500;
		await Promise.all([say(0, 'a'), sleep(50).then(async () => await say(1, 'b'))]);
		await until('all are there', () => said().length >= 3, { within: 15_000 });
		expect(said()).toEqual(['a', 'b', 'first']);
	});

	it('come when the process that claimed them has ended, and not before', async () => {
		const [name, position] = reader();
		const end = Date.now() + 1_500;
		store.c1.kfCursorTokens = JSON.stringify({
			[name]: { ...position, claim: { by: 'ended', until: end } },
		});
		await say(1, 'a');
		expect(said()).toEqual(['a', 'first']);
		expect(Date.now()).toBeGreaterThanOrEqual(end);
	});
});

describe('a bot, when another main process becomes the leader', () => {
	const BOT_TRIGGER = 'n8n-nodes-wecom-kit.wecomBotTrigger';
	const PATIENT = { within: 30_000 };
	const lab = useLab();
	const said: string[] = [];
	const failed: string[] = [];

	/** A main process: what it does when it becomes the leader. */
	function mainProcess(): () => Promise<ITriggerResponse> {
		let receive!: typeof import('../../nodes/WecomBotTrigger/receive');
		jest.isolateModules(() => {
			receive = require('../../nodes/WecomBotTrigger/receive') as typeof receive;
			const { connectionTimings } =
				require('../../nodes/shared/bot/connection') as typeof connection;
			Object.assign(connectionTimings, { tick: 5, retryFirst: 20 });
		});
		const trigger = Object.assign(new WecomBotTrigger(), {
			async trigger(this: ITriggerFunctions) {
				return { closeFunction: (await receive.listen(this)).leave };
			},
		});
		return async () =>
			await startTrigger({
				nodeTypes: { [BOT_TRIGGER]: trigger },
				credentialTypes: [new WecomBotApi()],
				credentials: { bot: lab.credential() as never },
				node: {
					name: 'Bot',
					type: BOT_TRIGGER,
					parameters: { events: ['*'] },
					credentials: { wecomBotApi: 'bot' },
				},
				activation: 'leadershipChange',
				emit: ([[{ json }]], _response, done) => {
					said.push((json.text as IDataObject).content as string);
					done?.resolve({ status: 'success' } as never);
				},
				failed: ({ message }: Error) => void failed.push(message),
			});
	}

	const mains = [mainProcess(), mainProcess()];
	it.each([
		['closes the connection before', 'before'],
		['closes the connection after', 'after'],
		['closes the connection while', 'while'],
	])(
		'the old one %s the new one opens its own',
		async (_what, when) => {
			said.length = failed.length = 0;
			const [one, other] = mains;
			let leader = await one();
			const words: string[] = [];
			for (const next of [other, one, other]) {
				if (when === 'before') await leader.closeFunction?.();
				const closing = when === 'while' ? leader.closeFunction?.() : undefined;
				const opened = await next();
				await closing;
				if (when === 'after') {
					// Nobody has told the old one yet.
					words.push(`beside ${words.length}`);
					await lab.bots.say(botId, { text: words.at(-1) });
					await until('a message', () => said.length === words.length, PATIENT);
					await leader.closeFunction?.();
				}
				leader = opened;
				words.push(`led ${words.length}`);
				await lab.bots.say(botId, { text: words.at(-1) });
				await until('a message', () => said.length === words.length, PATIENT);
				expect(lab.bots.connections(botId)).toMatchObject({ open: 1 });
			}
			await leader.closeFunction?.();
			await until('closing', () => lab.bots.openSockets() === 0);
			expect(said).toEqual(words);
			expect(failed).toEqual([]);
		},
		120_000,
	);
});
