/**
 * A long run through a real n8n that is killed, locked out of its database and badly served by WeCom: callbacks whose workflow sends a
 * message, customer service, an AI bot. At the end everything WeCom considers delivered must have an execution, and nothing two, but for
 * what was under way at a kill. Nothing here depends on how fast the machine is.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DEMO_BOT } from '../../simulator/bot/data.cts';
import { DEMO_APP, DEMO_CORP, DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import type { Fault } from '../../simulator/faults.cts';
import type { CallbackTarget } from '../../simulator/pusher.cts';
import type { Simulator } from '../../simulator/server.cts';
import { lockDatabase } from '../support/lock-database.cts';
import type { N8n } from '../support/n8n.cts';
import type { Credential, N8nRest, WorkflowNode } from '../support/n8n-rest.cts';
import { sleep, until } from '../support/wait.cts';
import { liveMemory, type LiveMemory } from './live-memory.cts';
import { median } from './stats.cts';
import { botCredentialData } from '../support/credentials.cts';

export interface SoakOptions {
	n8n: N8n;
	rest: N8nRest;
	sim: Simulator;
	/** A credential of the type "WeCom API". */
	credential: Credential;
	seconds: number;
	killEverySeconds: number;
	lockEverySeconds: number;
	lockSeconds: number;
	say?: (line: string) => void;
}

export interface SoakResult {
	/** Messages WeCom sent, and of these those it considers delivered, by their way. */
	sent: Record<Way, number>;
	delivered: Record<Way, number>;
	/** Delivered, and in no execution. */
	lost: string[];
	/** Messages to the bot that n8n had in memory when it was killed: over a connection WeCom sends nothing twice. */
	lostByKill: number;
	/** In several executions, and not under way at a kill. */
	twice: string[];
	/** In several executions because n8n was killed meanwhile. */
	twiceByKill: number;
	/** Messages of the workflows that WeCom has taken, and those it has taken more often than there were executions. */
	messagesSent: number;
	messagesTwice: string[];
	/** Messages in executions that n8n has stored, reported as failed, and never started. */
	neverStarted: number;
	/** When n8n was away. */
	kills: string[];
	locks: number;
	faults: number;
	/** What n8n held, in every life between two kills: when it had warmed up, if it lived so long, and at its end. */
	memory: Array<{ warm?: LiveMemory; end: LiveMemory }>;
}

/** How much more an n8n may hold at the end of its life than when it had warmed up, and than another one, in MB. */
const MAY_GROW = 16;
const MAY_DIFFER = 40;

/** What must not have happened, in words; empty after a good run. */
export function complaints({ lost, twice, messagesTwice, memory }: SoakResult): string[] {
	const all: string[] = [];
	const say = (what: string, ids: string[]) =>
		ids.length > 0 && all.push(`${what}: ${ids.join(', ')}`);
	say('Lost', lost);
	say('In two executions, and not under way at a kill', twice);
	say('Messages sent more often than their workflow ran', messagesTwice);
	const grown = memory.flatMap(({ warm, end }) => (warm ? [end.live - warm.live] : []));
	if (grown.length > 0 && median(grown) > MAY_GROW)
		all.push(`n8n holds more and more: ${grown.map(Math.round).join(', ')} MB in a life`);
	const ends = memory.map(({ end }) => end.live);
	if (Math.max(...ends) - Math.min(...ends) > MAY_DIFFER)
		all.push(`n8n does not hold the same in every life: ${ends.map(Math.round).join(', ')} MB`);
	return all;
}

/** How a run of so many minutes is made difficult. */
export const troubleOf = (minutes: number) => {
	const seconds = minutes * 60;
	return {
		seconds,
		killEverySeconds: Math.min(180, seconds / 5),
		lockEverySeconds: Math.min(110, seconds / 8),
		lockSeconds: Math.min(15, seconds / 25),
	};
};

const WAYS = ['app', 'kf', 'bot'] as const;
type Way = (typeof WAYS)[number];

interface Sent {
	id: string;
	way: Way;
	/** Milliseconds of the first and the last attempt. */
	from: number;
	to: number;
	delivered: boolean;
}

const PAUSE_MS = 1_000;
/** By then n8n has loaded everything, and compiled what runs often. */
const WARM_AFTER_MS = 90_000;
/** A kill reaches what was sent so long before: n8n stores, tries again what it could not store, and keeps positions. */
const UNDER_WAY_MS = 30_000;
const LISTENS_WITHIN_MS = 150_000;
/** Everything that is kept in memory is delivered by then. */
const SETTLED_WITHIN_MS = 150_000;
const [{ open_kfid: KF }] = DEMO_KF_ACCOUNTS;
const SYNC = '/cgi-bin/kf/sync_msg';
const SEND = '/cgi-bin/message/send';
const FAULTS: Array<Omit<Fault, 'path'>> = [
	{ errcode: -1 },
	{ errcode: 45009 },
	{ drop: true },
	{ status: 502 },
	{ rawBody: '<html><body>Bad Gateway</body></html>' },
	{ delayMs: 2_000 },
];
const TYPES = 'n8n-nodes-wecom-kit';

export async function soak(options: SoakOptions): Promise<SoakResult> {
	const { n8n, rest, sim, credential, say = () => {} } = options;
	const bot = await rest.createCredential('Soak bot', 'wecomBotApi', botCredentialData(sim));
	const uses = { wecomApi: { id: credential.id, name: credential.name } };
	const usesBot = { wecomBotApi: { id: bot.id, name: bot.name } };
	const trigger = (path: string, parameters: object): WorkflowNode => ({
		name: 'Trigger',
		type: `${TYPES}.wecomTrigger`,
		parameters: { path, ...parameters },
		credentials: uses,
	});
	const node = (parameters: object, credentials: object): WorkflowNode => ({
		name: 'WeCom',
		type: `${TYPES}.wecom`,
		parameters: parameters as never,
		credentials: credentials as never,
	});
	const publish = async (name: string, ...nodes: WorkflowNode[]) => {
		const connections = nodes[1]
			? { [nodes[0].name]: { main: [[{ node: nodes[1].name, type: 'main', index: 0 }]] } }
			: {};
		const { id } = await rest.createWorkflow({ name, nodes, connections } as never);
		await rest.activate(id);
	};
	const send = {
		resource: 'message',
		operation: 'send',
		touser: ['zhangsan'],
		content: '={{ "to " + $json.Content }}',
	};
	const fetching = { events: ['kf_msg_or_event'], triggerOptions: { fetchMessages: true } };
	await publish('soak-app', trigger('soak-app', { events: ['text'] }), node(send, uses));
	await publish('soak-kf', trigger('soak-kf', fetching));
	await publish(
		'soak-bot',
		{
			name: 'Trigger',
			type: `${TYPES}.wecomBotTrigger`,
			parameters: { options: { firstAnswer: 'Thinking…' } } as never,
			credentials: usesBot,
		},
		node({ resource: 'bot', operation: 'reply', content: '={{ $json.text.content }}' }, usesBot),
	);
	const everythingListens = async () => {
		await rest.waitForWebhook('POST', 'soak-app', LISTENS_WITHIN_MS);
		await rest.waitForWebhook('POST', 'soak-kf', LISTENS_WITHIN_MS);
		await sim.bots.waitForConnection(DEMO_BOT.botId, { timeoutMs: LISTENS_WITHIN_MS });
	};
	await everythingListens();
	const target = (path: string): CallbackTarget => ({
		url: `${n8n.url}/webhook/${path}`,
		token: DEMO_APP.callback.token,
		encodingAesKey: DEMO_APP.callback.encodingAesKey,
		receiveid: DEMO_CORP.corpid,
		toUserName: DEMO_CORP.corpid,
		agentid: DEMO_APP.agentid,
	});

	const all: Sent[] = [];
	const kills: Array<{ from: number; to: number }> = [];
	const memory: SoakResult['memory'] = [];
	let warm: LiveMemory | undefined;
	const underWay: Array<Promise<void>> = [];
	let locks = 0;
	let faults = 0;
	const end = Date.now() + options.seconds * 1_000;
	const running = () => Date.now() < end;

	const push: Record<Way, (id: string, number: number) => Promise<boolean>> = {
		app: async (id, number) => {
			const fields = { Content: id, MsgId: `${Date.now()}${number}` };
			return (await sim.push(target('soak-app'), { kind: 'text', fields })).ok;
		},
		// WeCom keeps it until somebody fetches it.
		kf: async (id) => {
			const message = { msgtype: 'text', text: { content: id } };
			await sim.control.kfMessage(target('soak-kf'), KF, [message] as never);
			return true;
		},
		bot: async (id, number) =>
			(await sim.bots.say(DEMO_BOT.botId, { from: `user${number % 7}`, text: id })).delivered,
	};
	const writeAll = async () => {
		for (let number = 0; running(); number++) {
			const way = WAYS[number % WAYS.length];
			const sent: Sent = {
				id: `soak-${way}-${number}!`,
				way,
				from: Date.now(),
				to: Infinity,
				delivered: false,
			};
			all.push(sent);
			underWay.push(
				push[way](sent.id, number).then(
					(delivered) => void Object.assign(sent, { delivered, to: Date.now() }),
				),
			);
			if (number % 10 === 7) {
				const fault = FAULTS[faults++ % FAULTS.length];
				sim.control.inject({ path: faults % 2 ? SYNC : SEND, ...fault });
			}
			if (number % 50 === 31) sim.bots.drop(DEMO_BOT.botId);
			await sleep(PAUSE_MS);
		}
	};
	const lifeEnds = async () => {
		memory.push({ warm, end: await liveMemory(n8n) });
		warm = undefined;
	};
	// A kill and a lock never overlap: a lock ends first.
	const trouble = async () => {
		let [kill, lock] = [options.killEverySeconds, options.lockEverySeconds].map(
			(every) => Date.now() + every * 1_000,
		);
		let listensSince = Date.now();
		while (running()) {
			await sleep(500);
			if (!warm && Date.now() - listensSince > WARM_AFTER_MS) warm = await liveMemory(n8n);
			if (Date.now() > lock) {
				say('The database is locked');
				const unlock = await lockDatabase(n8n);
				await sleep(options.lockSeconds * 1_000);
				await unlock();
				locks++;
				lock = Date.now() + options.lockEverySeconds * 1_000;
			}
			if (Date.now() > kill) {
				await lifeEnds();
				say('n8n is killed');
				const from = Date.now();
				await n8n.kill();
				await startPatiently(n8n);
				await rest.login();
				await everythingListens();
				kills.push({ from, to: Date.now() });
				listensSince = Date.now();
				kill = listensSince + options.killEverySeconds * 1_000;
			}
		}
	};
	await Promise.all([writeAll(), trouble()]);
	await Promise.all(underWay);
	sim.control.clearFaults();
	// The next callback brings what is left.
	await sim.push(target('soak-kf'), sim.control.kfNotice(KF));

	const byKill = ({ from, to }: Sent) =>
		kills.some((kill) => from - UNDER_WAY_MS <= kill.to && kill.from <= to + UNDER_WAY_MS);
	let executions = await executionsOf(n8n);
	const runsOf = (id: string) =>
		(executions.get(id) ?? []).filter(({ startedAt }) => startedAt !== null).length;
	const missing = () => all.filter(({ id, delivered }) => delivered && runsOf(id) === 0);
	const lost = () => missing().filter((sent) => sent.way !== 'bot' || !byKill(sent));
	await until(
		'everything is in an execution',
		async () => {
			executions = await executionsOf(n8n);
			return lost().length === 0;
		},
		{ within: SETTLED_WITHIN_MS, every: 2_000 },
	).catch(() => say('Something is lost'));
	await lifeEnds();

	const twice = all.filter(({ id }) => runsOf(id) > 1);
	const taken = takenBy(sim);
	const byWay = (list: Sent[]) =>
		Object.fromEntries(
			WAYS.map((way) => [way, list.filter((sent) => sent.way === way).length]),
		) as Record<Way, number>;
	return {
		sent: byWay(all),
		delivered: byWay(all.filter(({ delivered }) => delivered)),
		lost: lost().map(({ id }) => id),
		lostByKill: missing().length - lost().length,
		twice: twice
			.filter((sent) => !byKill(sent))
			.map(({ id, from, to }) => {
				const times = [from, to].map((at) => new Date(at).toISOString()).join(' to ');
				return `${id} (${times}: ${JSON.stringify(executions.get(id))})`;
			}),
		twiceByKill: twice.filter(byKill).length,
		messagesSent: [...taken.values()].reduce((sum, times) => sum + times, 0),
		messagesTwice: [...taken].filter(([id, times]) => times > runsOf(id)).map(([id]) => id),
		neverStarted: [...executions.values()].flat().filter(({ startedAt }) => startedAt === null)
			.length,
		kills: kills.map(({ from, to }) =>
			[from, to].map((at) => new Date(at).toISOString()).join(' to '),
		),
		locks,
		faults,
		memory,
	};
}

/** A machine that does other things may not have n8n ready in time. */
async function startPatiently(n8n: N8n, triesLeft = 4): Promise<void> {
	await n8n.start().catch(async (error: Error) => {
		if (triesLeft === 0) throw error;
		await startPatiently(n8n, triesLeft - 1);
	});
}

/** How often WeCom has taken the message of a workflow, by what it answers. */
function takenBy(sim: Simulator): Map<string, number> {
	const taken = new Map<string, number>();
	for (const { path, errcode, body } of sim.requests) {
		if (path !== SEND || errcode !== 0) continue;
		const id = /soak-app-\d+!/.exec(JSON.stringify(body))?.[0];
		if (id) taken.set(id, (taken.get(id) ?? 0) + 1);
	}
	return taken;
}
const COUNT = `
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(process.argv[1], { readOnly: true });
const executions = database.prepare(
	'SELECT id, status, startedAt, data FROM execution_data JOIN execution_entity ON id = executionId'
);
const found = {};
for (const { data, ...execution } of executions.iterate())
	for (const id of new Set(data.match(/soak-(app|kf|bot)-\\d+!/g))) (found[id] ??= []).push(execution);
process.stdout.write(JSON.stringify(found));
`;

/** An execution as n8n has stored it. */
interface Stored {
	id: number;
	status: string;
	/** Null of one that n8n has stored and then, its database being locked, reported as failed: it never runs. */
	startedAt: string | null;
}

/** The executions of each message, from n8n's own database: also those a kill has ended. */
async function executionsOf({ userFolder, install }: N8n): Promise<Map<string, Stored[]>> {
	const path = join(userFolder, '.n8n', 'database.sqlite');
	const child = spawn(install.nodeBin, ['-e', COUNT, path], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let text = '';
	for await (const chunk of child.stdout) text += String(chunk);
	return new Map(Object.entries(JSON.parse(text) as Record<string, Stored[]>));
}
