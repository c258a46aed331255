/**
 * A long run of callbacks and customer service through a real n8n that is killed, locked out of its database and badly served by WeCom.
 * At the end everything WeCom considers delivered must have an execution, and nothing two but for what was under way at a kill.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_APP, DEMO_CORP, DEMO_KF_ACCOUNTS } from '../../simulator/demo-data.cts';
import type { CallbackTarget } from '../../simulator/pusher.cts';
import type { Simulator } from '../../simulator/server.cts';
import { lockDatabase } from '../support/database-lock.cts';
import type { N8n } from '../support/n8n.cts';
import type { Credential, N8nRest } from '../support/n8n-rest.cts';
import { sleep } from '../support/wait.cts';

export interface SoakOptions {
	n8n: N8n;
	rest: N8nRest;
	sim: Simulator;
	credential: Credential;
	seconds: number;
	killEverySeconds: number;
	lockEverySeconds: number;
	lockSeconds: number;
	say?: (line: string) => void;
}

export interface SoakResult {
	/** Messages WeCom sent, and of these those it considers delivered. */
	sent: number;
	delivered: number;
	/** Delivered, and in no execution. */
	lost: string[];
	/** In several executions, and not under way at a kill. */
	twice: string[];
	/** In several executions because n8n was killed meanwhile. */
	twiceByKill: number;
	kills: number;
	locks: number;
	/** Resident memory of n8n in MB, before each kill and at the end. */
	memory: number[];
}

interface Sent {
	id: string;
	/** Milliseconds of the first and the last attempt. */
	from: number;
	to: number;
	delivered: boolean;
}

const PAUSE_MS = 1_000;
/** A kill reaches what was sent so long before: n8n stores, the trigger keeps the position. */
const UNDER_WAY_MS = 15_000;
const [{ open_kfid: KF }] = DEMO_KF_ACCOUNTS;
const FAULTS = [
	{ errcode: -1 },
	{ errcode: 45009 },
	{ drop: true },
	{ status: 502 },
	{ delayMs: 2_000 },
] as const;

export async function soak(options: SoakOptions): Promise<SoakResult> {
	const { n8n, rest, sim, credential, say = () => {} } = options;
	const paths = { app: 'soak-app', kf: 'soak-kf' };
	for (const [name, parameters] of [
		[paths.app, { events: ['text'] }],
		[paths.kf, { events: ['kf_msg_or_event'], triggerOptions: { fetchMessages: true } }],
	] as const) {
		const { id } = await rest.createWorkflow({
			name,
			nodes: [
				{
					name: 'WeCom Trigger',
					type: 'n8n-nodes-wecom-kit.wecomTrigger',
					parameters: { path: name, ...parameters },
					credentials: { wecomApi: { id: credential.id, name: credential.name } },
				},
			],
		});
		await rest.activate(id);
		await rest.waitForWebhook('POST', name);
	}
	const target = (path: string): CallbackTarget => ({
		url: `${n8n.url}/webhook/${path}`,
		token: DEMO_APP.callback.token,
		encodingAesKey: DEMO_APP.callback.encodingAesKey,
		receiveid: DEMO_CORP.corpid,
		toUserName: DEMO_CORP.corpid,
		agentid: DEMO_APP.agentid,
	});

	const all: Sent[] = [];
	const kills: number[] = [];
	const memory: number[] = [];
	const underWay: Array<Promise<void>> = [];
	let locks = 0;
	const end = Date.now() + options.seconds * 1_000;
	const running = () => Date.now() < end;

	const one = async (id: string, push: () => Promise<boolean>) => {
		const sent: Sent = { id, from: Date.now(), to: 0, delivered: false };
		all.push(sent);
		sent.delivered = await push();
		sent.to = Date.now();
	};
	const send = async () => {
		for (let number = 0; running(); number++) {
			const id = `soak-${number % 2 ? 'kf' : 'app'}-${number}!`;
			underWay.push(
				one(id, async () => {
					if (number % 2 === 0) {
						const fields = { Content: id, MsgId: `${Date.now()}${number}` };
						return (await sim.push(target(paths.app), { kind: 'text', fields })).ok;
					}
					const message = { msgtype: 'text', text: { content: id } };
					await sim.control.kfMessage(target(paths.kf), KF, [message] as never);
					// WeCom keeps it until somebody fetches it.
					return true;
				}),
			);
			if (number % 20 === 7)
				sim.control.inject({ path: '/cgi-bin/kf/sync_msg', ...FAULTS[(number / 20) % 5 | 0] });
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
				kills.push(Date.now());
				await n8n.kill();
				await n8n.start();
				await rest.login();
				await rest.waitForWebhook('POST', paths.kf);
				kills.push(Date.now());
				kill = Date.now() + options.killEverySeconds * 1_000;
			}
		}
	};
	await Promise.all([send(), trouble()]);
	await Promise.all(underWay);
	sim.control.clearFaults();
	// The next callback brings what is left.
	await sim.push(target(paths.kf), sim.control.kfNotice(KF));
	const executions = async () => await countExecutions(n8n);
	const missing = (counts: Map<string, number>) =>
		all.filter(({ id, delivered }) => delivered && !counts.has(id));
	let counts = await executions();
	for (const until = Date.now() + 60_000; missing(counts).length > 0 && Date.now() < until; ) {
		await sleep(2_000);
		counts = await executions();
	}
	memory.push(residentMb(n8n));

	const byKill = ({ from, to }: Sent) =>
		kills.some((at) => from - UNDER_WAY_MS <= at && at <= to + UNDER_WAY_MS);
	const twice = all.filter(({ id }) => (counts.get(id) ?? 0) > 1);
	return {
		sent: all.length,
		delivered: all.filter(({ delivered }) => delivered).length,
		lost: missing(counts).map(({ id }) => id),
		twice: twice.filter((sent) => !byKill(sent)).map(({ id }) => id),
		twiceByKill: twice.filter(byKill).length,
		kills: kills.length / 2,
		locks,
		memory,
	};
}

const COUNT = `
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(process.argv[1], { readOnly: true });
const counts = {};
for (const { data } of database.prepare('SELECT data FROM execution_data').iterate())
	for (const id of new Set(data.match(/soak-(app|kf)-\\d+!/g))) counts[id] = (counts[id] ?? 0) + 1;
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
