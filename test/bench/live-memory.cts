/** What an n8n really holds: its memory right after its garbage was collected, asked of the inspector of Node.js. */
import { WebSocket } from 'ws';
import type { N8n } from '../support/n8n.cts';
import { until } from '../support/wait.cts';

/** For n8n's environment: the inspector listens on a free port once it is asked to. */
export const WITH_INSPECTOR = { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' };

/** In MB. */
export interface LiveMemory {
	/** JavaScript objects and buffers that are still in use. */
	live: number;
	/** All of the process, with what the system has not got back yet. */
	resident: number;
}

const ADDRESS = /Debugger listening on (ws:\/\/\S+)/g;
const MEMORY = 'JSON.stringify(process.memoryUsage())';
const MB = 1 << 20;

export async function liveMemory(n8n: N8n): Promise<LiveMemory> {
	const { pid } = n8n;
	if (pid === undefined) throw new Error('n8n does not run');
	const known = inspectors.get(pid);
	const seen = [...n8n.logs().matchAll(ADDRESS)].length;
	if (!known) process.kill(pid, 'SIGUSR1');
	const address =
		known ??
		(await until(
			'the inspector listens',
			() => [...n8n.logs().matchAll(ADDRESS)].slice(seen).at(-1)?.[1],
			{ within: 30_000, every: 100 },
		));
	inspectors.set(pid, address);
	const socket = new WebSocket(address);
	try {
		await new Promise<void>((resolve, reject) => {
			socket.once('open', resolve);
			socket.once('error', reject);
		});
		// Twice: the first one only finds out what can be finalized.
		for (let times = 0; times < 2; times++) await ask(socket, 'HeapProfiler.collectGarbage');
		const { result } = await ask(socket, 'Runtime.evaluate', { expression: MEMORY });
		const { heapUsed, external, rss } = JSON.parse(String(result?.value)) as NodeJS.MemoryUsage;
		return { live: (heapUsed + external) / MB, resident: rss / MB };
	} finally {
		socket.close();
	}
}

const inspectors = new Map<number, string>();
let serial = 0;

async function ask(
	socket: WebSocket,
	method: string,
	params = {},
): Promise<{ result?: { value: unknown } }> {
	const id = ++serial;
	return await new Promise((resolve, reject) => {
		const hear = (data: unknown) => {
			const answer = JSON.parse(String(data)) as { id?: number; result: { result?: never } };
			if (answer.id !== id) return;
			socket.off('message', hear);
			resolve(answer.result);
		};
		socket.on('message', hear);
		socket.once('close', () => reject(new Error('The inspector hung up')));
		socket.send(JSON.stringify({ id, method, params }));
	});
}
