/** Callbacks per second through a real n8n: the WeCom Trigger, a trigger that does nothing, the built-in Webhook node. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { say } from '../support/child.cts';
import { sleep } from '../support/wait.cts';
import type { N8nRest } from '../support/n8n-rest.cts';
import { BARE_NODE } from './bare-trigger.cts';
import { sealed, textMessage } from './callback.cts';
import { atLeast, atMost, information, type Row } from './report.cts';
import { interleave, median, medianRatio } from './stats.cts';

const NAMES = ['own', 'bare', 'webhook'] as const;
const CONNECTIONS = 8;
/** Many short rounds: what else this machine does then hits all three alike. */
const ROUNDS = 24;
const REQUESTS = 32;
const WARM_UP = 64;
/** After this long the rest of a round's executions counts as lost. */
const DRAIN_MS = 60_000;

type Name = (typeof NAMES)[number];

interface Round {
	perSecond: number;
	/** Milliseconds of processor time n8n took for one callback and its execution; NaN where that cannot be read. */
	cpuMs: number;
}

export async function throughputRows(
	rest: N8nRest,
	credential: { id: string; name: string },
): Promise<Row[]> {
	const path = (name: Name) => `bench-${name}`;
	const nodes: Record<Name, object> = {
		own: {
			type: 'n8n-nodes-wecom-kit.wecomTrigger',
			parameters: { source: 'app', events: ['*'], path: path('own'), filters: {} },
			credentials: { wecomApi: credential },
		},
		bare: { type: BARE_NODE, parameters: { path: path('bare') } },
		webhook: {
			type: 'n8n-nodes-base.webhook',
			typeVersion: 2.1,
			parameters: {
				httpMethod: 'POST',
				path: path('webhook'),
				responseMode: 'onReceived',
				options: { noResponseBody: true },
			},
		},
	};
	const ids: Partial<Record<Name, string>> = {};
	for (const name of NAMES) {
		const node = { name: 'Trigger', type: '', ...nodes[name] };
		const { id } = await rest.createWorkflow({ name: path(name), nodes: [node] });
		await rest.activate(id);
		await rest.waitForWebhook('POST', path(name));
		ids[name] = id;
	}

	const url = (name: Name) => `${rest.n8n.url}/webhook/${path(name)}`;
	const round = (name: Name) => async (number: number) => {
		const calls = messages(number + 1, REQUESTS);
		const cpu = cpuTime(rest.n8n.pid);
		const perSecond = await send(url(name), calls);
		await drained(rest);
		return { perSecond, cpuMs: (cpuTime(rest.n8n.pid) - cpu) / REQUESTS };
	};
	say(
		`Sending callbacks through n8n: ${ROUNDS} rounds of ${REQUESTS} to each of three triggers ...`,
	);
	for (const name of NAMES) await send(url(name), messages(0, WARM_UP));
	await drained(rest);
	const rounds = await interleave(
		{ own: round('own'), bare: round('bare'), webhook: round('webhook') },
		ROUNDS,
	);
	const missing = await Promise.all(
		NAMES.map(
			async (name) => WARM_UP + ROUNDS * REQUESTS - (await countExecutions(rest, ids[name]!)),
		),
	);
	return report(rounds, missing);
}

function report(rounds: Record<Name, Round[]>, missing: number[]): Row[] {
	const speed = (name: Name) => rounds[name].map(({ perSecond }) => perSecond);
	const cpu = (name: Name) => rounds[name].map(({ cpuMs }) => cpuMs);
	const shown = (numbers: (name: Name) => number[], unit: string) =>
		NAMES.map((name) => median(numbers(name)).toFixed(1) + unit).join(', ');
	return [
		atLeast(
			'callbacks/s: WeCom Trigger / bare trigger',
			medianRatio(speed('own'), speed('bare')),
			0.95,
			'x',
		),
		information('  WeCom Trigger, bare trigger, built-in Webhook', shown(speed, '/s')),
		information(
			'  WeCom Trigger / built-in Webhook',
			`${medianRatio(speed('own'), speed('webhook')).toFixed(2)} x`,
		),
		information("  n8n's processor time per callback, the same three", shown(cpu, ' ms')),
		atMost(
			'callbacks lost',
			missing.reduce((sum, count) => sum + Math.abs(count), 0),
			0,
			'callbacks',
		),
	];
}

interface Call {
	query: string;
	body: Buffer;
}

/** Messages nobody has seen before: of two with the same ID the second would be a duplicate. */
function messages(round: number, count: number): Call[] {
	return Array.from({ length: count }, (_, i) => {
		const msgId = `75${String(round).padStart(3, '0')}${String(i).padStart(14, '0')}`;
		const { body, query } = sealed(textMessage(msgId));
		return { body, query: new URLSearchParams(query).toString() };
	});
}

/** Milliseconds of processor time a process has used, where the system tells (Linux, 100 ticks a second). */
function cpuTime(pid = 0): number {
	try {
		const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
			.replace(/^.*\) /, '')
			.split(' ');
		return (Number(fields[11]) + Number(fields[12])) * 10;
	} catch {
		return NaN;
	}
}

/** Requests per second until the last answer. */
async function send(url: string, calls: Call[]): Promise<number> {
	const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
	let next = 0;
	const work = async () => {
		while (next < calls.length) await post(agent, url, calls[next++]);
	};
	const started = performance.now();
	try {
		await Promise.all(Array.from({ length: CONNECTIONS }, work));
	} finally {
		agent.destroy();
	}
	return calls.length / ((performance.now() - started) / 1000);
}

async function post(agent: Agent, url: string, { query, body }: Call): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		const headers = { 'content-type': 'text/xml', 'content-length': body.length };
		const outgoing = request(
			`${url}?${query}`,
			{ method: 'POST', agent, headers, timeout: 30_000 },
			(incoming) => {
				incoming.resume();
				incoming.on('error', reject);
				incoming.on('end', () =>
					incoming.statusCode === 200
						? resolve()
						: reject(new Error(`${url} answered ${incoming.statusCode}`)),
				);
			},
		);
		outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${url} in time`)));
		outgoing.on('error', reject);
		outgoing.end(body);
	});
}

/** The executions of a round must not slow down the next one. */
async function drained(rest: N8nRest): Promise<void> {
	const started = Date.now();
	while ((await rest.listExecutions({ status: ['new', 'running'] }, 1)).length > 0) {
		if (Date.now() - started > DRAIN_MS) throw new Error('executions did not end');
		await sleep(100);
	}
}

async function countExecutions(rest: N8nRest, workflowId: string): Promise<number> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId, status: ['success'] }));
	return (await rest.call<{ count: number }>('GET', `/executions?filter=${filter}&limit=1`)).count;
}
