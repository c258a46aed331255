/** The chat archive bridge with the stand-in behind it, against what RSA-2048 alone takes on this machine. */
import { constants, createPrivateKey, privateDecrypt, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	bridgeEnvironment,
	buildBridge,
	startBridge,
	type RunningBridge,
} from '../../bridge/stand-in/running-bridge.cts';
import { ArchiveStore, findCompiler, sampleMessages } from '../../bridge/stand-in/stand-in.cts';
import { sleep } from '../support/wait.cts';
import { http, type HttpResult } from '../support/http.cts';
import { repoRoot } from '../support/paths.cts';
import { atLeast, atMost, format, information, type Row } from './report.cts';

const MESSAGES = 100_000;
/** By then everything is compiled, and the buffers of a page have their size. */
const WARM_UP = 20_000;
const FILE_BYTES = 40 << 20;
const MB = 1 << 20;
const RSA_CALLS = 2_000;
/** Clock ticks of Linux in /proc. */
const TICKS = 100;

export async function archiveRows(): Promise<Row[]> {
	if (!findCompiler()) return [information('chat archive', 'no C compiler')];
	buildBridge();
	const store = new ArchiveStore(mkdtempSync(join(tmpdir(), 'wecom-kit-archive-')));
	const pem = store.addKey(1);
	const samples = sampleMessages(join(repoRoot, 'test/fixtures/chat-archive-samples.json'));
	store.fill(
		MESSAGES,
		samples.map(({ plain }) => plain),
	);
	const content = randomBytes(FILE_BYTES);
	const md5sum = store.addFile('file', content);
	const bridge = await startBridge(bridgeEnvironment(store));
	try {
		const rows = await readAll(bridge, pem);
		const started = performance.now();
		const { body } = await ask(bridge, '/v1/media', { sdkfileid: 'file', md5sum });
		if (!body.equals(content)) throw new Error('The file is not the same');
		const seconds = (performance.now() - started) / 1000;
		const file = `${format(seconds, 1)} s, ${format(FILE_BYTES / MB / seconds, 0)} MB/s`;
		return [
			...rows,
			information('chat archive: file of 40 MB', file),
			await latency(bridge, store),
		];
	} finally {
		await bridge.stop();
		rmSync(store.folder, { recursive: true, force: true });
	}
}

async function ask(bridge: RunningBridge, path: string, body?: object): Promise<HttpResult> {
	const answer = await http(bridge.url + path, {
		body,
		headers: { authorization: `Bearer ${bridge.token}` },
	});
	if (answer.status !== 200) throw new Error(answer.text);
	return answer;
}

/** All messages in pages of 1,000. Time is that of the processors: others use them too. */
async function readAll(bridge: RunningBridge, pem: string): Promise<Row[]> {
	const before = rsaPerSecond(pem);
	let memory = 0;
	let worker = 0;
	let count = 0;
	const started = performance.now();
	for (let after = '0', more = true; more; ) {
		const page = (await ask(bridge, `/v1/messages?after=${after}&limit=1000`)).json<{
			messages: unknown[];
			next: string;
			more: boolean;
		}>();
		count += page.messages.length;
		({ next: after, more } = page);
		[worker] = bridge.workers();
		if (count === WARM_UP) memory = memoryOf(bridge);
	}
	if (count !== MESSAGES) throw new Error(`${count} messages of ${MESSAGES}`);
	const seconds = (performance.now() - started) / 1000;
	const rsa = (before + rsaPerSecond(pem)) / 2;
	return [
		information('chat archive: messages/s over HTTP', format(MESSAGES / seconds, 0)),
		atLeast(
			'  messages per processor second / RSA-2048 alone',
			MESSAGES / cpuSeconds(worker) / rsa,
			0.8,
			'x',
		),
		atMost(
			`  memory of bridge and worker, messages ${format(WARM_UP)} to ${format(MESSAGES)}`,
			(memoryOf(bridge) - memory) / MB,
			32,
			'MB',
			1,
		),
	];
}

/** How many random keys a processor opens in a second, doing nothing else. */
function rsaPerSecond(pem: string): number {
	const key = createPrivateKey(pem);
	const block = Buffer.concat([Buffer.alloc(1), randomBytes(255)]);
	const { user, system } = process.cpuUsage();
	for (let i = 0; i < RSA_CALLS; i++)
		privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block);
	const used = process.cpuUsage();
	return RSA_CALLS / ((used.user - user + used.system - system) / 1e6);
}

function cpuSeconds(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
		.replace(/^.*\) /s, '')
		.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Their own memory, without files that are mapped. */
const memoryOf = (bridge: RunningBridge): number =>
	[bridge.child.pid, ...bridge.workers()].reduce((sum: number, pid) => {
		const status = readFileSync(`/proc/${pid}/status`, 'latin1');
		return sum + Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) * 1024;
	}, 0);

/** From a message in the archive to the reader that waits for it; the bridge asks every second here. */
async function latency(bridge: RunningBridge, store: ArchiveStore): Promise<Row> {
	let longest = 0;
	for (let round = 0; round < 3; round++) {
		const after = MESSAGES + round;
		const waiting = ask(bridge, `/v1/messages?after=${after}&wait=20`);
		await sleep(400 + 300 * round);
		store.add({ content: { msgid: `late${round}` } });
		const added = performance.now();
		await waiting;
		longest = Math.max(longest, performance.now() - added);
	}
	return atMost(
		'chat archive: long poll, message to reader, asked every second',
		longest,
		1_300,
		'ms',
	);
}
