/**
 * A long run through a real n8n that is killed, locked out of its database and badly served by WeCom: callbacks whose workflow sends a
 * message, customer service, an AI bot. At the end everything WeCom considers delivered must have an execution, and nothing two, but for
 * what was under way at a kill. Nothing here depends on how fast the machine is.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_BOT } from '../../simulator/bot/data.cts';
import { DEMO_APP, DEMO_CORP, DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import type { Fault } from '../../simulator/faults.cts';
import type { CallbackTarget } from '../../simulator/pusher.cts';
import type { Simulator } from '../../simulator/server.cts';
import { lockDatabase } from '../support/database-lock.cts';
import type { N8n } from '../support/n8n.cts';
import type { Credential, N8nRest, WorkflowNode } from '../support/n8n-rest.cts';
import { sleep, until } from '../support/wait.cts';

export interface SoakOptions {
	n8n: N8n;
	rest: N8nRest;
	sim: Simulator;
	/** Of type "WeCom API". */
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
	kills: number;
	locks: number;
	faults: number;
	/** Resident memory of n8n in MB, before each kill and at the end. */
	memory: number[];
}

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
	const bot = await rest.createCredential('Soak bot', 'wecomBotApi', {
		botId: DEMO_BOT.botId,
		botSecret: DEMO_BOT.secret,
		websocketUrl: sim.url.replace('http', 'ws'),
	});
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
	const memory: number[] = [];
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
	// A kill and a lock never overlap: a lock ends first.
	const trouble = async () => {
		let [kill, lock] = [options.killEverySeconds, options.lockEverySeconds].map(
			(every) => Date.now() + every * 1_000,
		);
		while (running()) {
			await sleep(500);
			if (Date.now() > lock) {
				say('The database is locked');
				const unlock = await lockDatabase(n8n);
				await sleep(options.lockSeconds * 1_000);
				await unlock();
				locks++;
				lock = Date.now() + options.lockEverySeconds * 1_000;
			}
			if (Date.now() > kill) {
				memory.push(residentMb(n8n));
				say('n8n is killed');
				const from = Date.now();
				await n8n.kill();
				await n8n.start();
				await rest.login();
				await everythingListens();
				kills.push({ from, to: Date.now() });
				kill = Date.now() + options.killEverySeconds * 1_000;
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
	let counts = await countExecutions(n8n);
	const missing = () => all.filter(({ id, delivered }) => delivered && !counts.has(id));
	const lost = () => missing().filter((sent) => sent.way !== 'bot' || !byKill(sent));
	await until(
		'everything is in an execution',
		async () => {
			counts = await countExecutions(n8n);
			return lost().length === 0;
		},
		{ within: SETTLED_WITHIN_MS, every: 2_000 },
	).catch(() => say('Something is lost'));
	memory.push(residentMb(n8n));

	const twice = all.filter(({ id }) => (counts.get(id) ?? 0) > 1);
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
		twice: twice.filter((sent) => !byKill(sent)).map(({ id }) => id),
		twiceByKill: twice.filter(byKill).length,
		messagesSent: [...taken.values()].reduce((sum, times) => sum + times, 0),
		messagesTwice: [...taken]
			.filter(([id, times]) => times > (counts.get(id) ?? 0))
			.map(([id]) => id),
		kills: kills.length,
		locks,
		faults,
		memory,
	};
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
const counts = {};
for (const { data } of database.prepare('SELECT data FROM execution_data').iterate())
	for (const id of new Set(data.match(/soak-(app|kf|bot)-\\d+!/g))) counts[id] = (counts[id] ?? 0) + 1;
process.stdout.write(JSON.stringify(counts));
`;

/** In how many executions each message is, from n8n's own database: also in those a kill has ended. */
async function countExecutions({ userFolder, install }: N8n): Promise<Map<string, number>> {
	const path = join(userFolder, '.n8n', 'database.sqlite');
	const child = spawn(install.nodeBin, ['-e', COUNT, path], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let text = '';
	for await (const chunk of child.stdout) text += String(chunk);
	return new Map(Object.entries(JSON.parse(text) as Record<string, number>));
}

/** Only Linux tells; NaN elsewhere. */
function residentMb({ pid }: N8n): number {
	try {
		const status = readFileSync(`/proc/${pid}/status`, 'utf8');
		return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
	} catch {
		return NaN;
	}
}
