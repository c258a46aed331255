/**
 * Instances of n8n that test files use one after the other: a start costs more of the processor than most files do. They live in jest's
 * own process. Each is lent to one file at a time, which may do with it what it likes, also restart or kill it, and is emptied when it comes
 * back; one that cannot be emptied is not lent again. What a file needs from the environment, or installs, needs an n8n of its own.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { say } from './child.cts';
import { ensureN8n, type N8nInstall } from './n8n-install.cts';
import { N8nRest } from './n8n-rest.cts';
import { Log, startN8n, type N8n, type RunningN8n } from './n8n.cts';
import { until } from './wait.cts';

/** Set by the e2e set-up for the test files of its run: the port where instances are lent. */
const PORT = 'WECOM_KIT_SHARED_N8N';
const GONE_WITHIN_MS = 60_000;

type Call = 'borrow' | 'start' | 'restart' | 'kill' | 'giveBack';
/** What a borrower must know, and may differ after a call. */
type State = Pick<N8n, 'userFolder' | 'encryptionKey' | 'url' | 'session' | 'pid'>;
type Answer = { state: State } | { problem: string };

/** Removes all that a file may have left: workflows, with their webhooks, connections and executions, and credentials. */
async function empty(n8n: N8n): Promise<void> {
	const rest = await N8nRest.connect(n8n);
	/** Asks for `action` on all that `list` names until it names nothing: n8n refuses for moments, while it works on the same thing. */
	const allGone = async (
		what: string,
		list: () => Promise<string[]>,
		...actions: Array<(id: string) => Promise<unknown>>
	) =>
		await until(
			`${what} are gone`,
			async () => {
				const left = await list();
				const end = async (id: string) => {
					for (const action of actions) await action(id).catch(() => {});
				};
				await Promise.all(left.map(end));
				return left.length === 0;
			},
			{ within: GONE_WITHIN_MS, every: 200 },
		);
	const idsAt = async (path: string) =>
		(await rest.call<Array<{ id: string }>>('GET', path)).map(({ id }) => id);
	const status = ['new', 'running', 'waiting'];

	await allGone(
		'published workflows',
		async () => await rest.call<string[]>('GET', '/active-workflows'),
		async (id) => await rest.deactivate(id),
	);
	await allGone(
		'executions under way',
		async () => (await rest.listExecutions({ status })).map(({ id }) => id),
		async (id) => await rest.call('POST', `/executions/${id}/stop`),
	);
	await allGone(
		'workflows',
		async () => await idsAt('/workflows'),
		async (id) => await rest.call('POST', `/workflows/${id}/archive`, {}),
		async (id) => await rest.call('DELETE', `/workflows/${id}`),
	);
	await allGone(
		'credentials',
		async () => await idsAt('/credentials'),
		async (id) => await rest.deleteCredential(id),
	);
}

/** Lends instances with this package until it is stopped. */
class Lender {
	private readonly free: N8n[] = [];

	private readonly all = new Set<N8n>();

	private readonly server: Server;

	constructor(private readonly tarball: string) {
		this.server = createServer((socket) => this.serve(socket));
	}

	async listen(): Promise<number> {
		this.server.listen(0, '127.0.0.1');
		await once(this.server, 'listening');
		return (this.server.address() as AddressInfo).port;
	}

	async stop(): Promise<void> {
		this.server.close();
		await Promise.all([...this.all].map(async (n8n) => await n8n.stop()));
	}

	/** One connection is one loan; a line is a call, and is answered with a line. */
	private serve(socket: Socket): void {
		let n8n: N8n | undefined;
		const handle = async (call: Call): Promise<Answer> => {
			try {
				if (call === 'borrow') n8n = await this.lend();
				if (!n8n) throw new Error('Nothing is lent');
				const { userFolder, encryptionKey, url, session } = n8n;
				if (call === 'giveBack') {
					await this.takeBack(n8n);
					n8n = undefined;
				} else if (call !== 'borrow') await n8n[call]();
				return { state: { userFolder, encryptionKey, url, session, pid: n8n?.pid } };
			} catch (error) {
				return { problem: (error as Error).message };
			}
		};
		let last = Promise.resolve();
		const inTurn = (what: () => Promise<unknown>) =>
			(last = last.then(what).then(
				() => {},
				() => {},
			));
		socket.on('error', () => {}); // A worker that is gone is noticed below.
		createInterface({ input: socket }).on('line', (line) => {
			void inTurn(async () => socket.write(`${JSON.stringify(await handle(line as Call))}\n`));
		});
		// The file was cut off: nobody knows what state its n8n is in.
		socket.once('close', () => void inTurn(async () => n8n && (await this.discard(n8n))));
	}

	private async lend(): Promise<N8n> {
		const n8n = this.free.pop() ?? (await startN8n({ tarball: this.tarball }));
		await N8nRest.connect(n8n);
		this.all.add(n8n);
		return n8n;
	}

	private async takeBack(n8n: N8n): Promise<void> {
		try {
			await empty(n8n);
			this.free.push(n8n);
		} catch (error) {
			say(`An n8n that test files share could not be emptied: ${(error as Error).message}`);
			await this.discard(n8n);
		}
	}

	private async discard(n8n: N8n): Promise<void> {
		this.all.delete(n8n);
		await n8n.stop();
	}
}

let lender: Lender | undefined;

/** From now on `borrowN8n` in this process and its children gets instances with this package. */
export async function shareN8n(tarball: string): Promise<void> {
	lender = new Lender(tarball);
	process.env[PORT] = String(await lender.listen());
}

/** Stops all that are lent. */
export async function stopSharing(): Promise<void> {
	await lender?.stop();
	lender = undefined;
}

class LentN8n implements RunningN8n {
	private readonly log: Log;

	private readonly endings: Array<() => unknown> = [];

	private constructor(
		private readonly socket: Socket,
		readonly install: N8nInstall,
		private readonly answers: AsyncIterator<string>,
		private state: State,
	) {
		this.log = new Log(state.userFolder);
	}

	static async borrow(): Promise<LentN8n> {
		const install = await ensureN8n();
		const socket = connect(Number(process.env[PORT]), '127.0.0.1');
		const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
		const state = await ask(socket, answers, 'borrow');
		return new LentN8n(socket, install, answers, state);
	}

	get userFolder(): string {
		return this.state.userFolder;
	}

	get encryptionKey(): string {
		return this.state.encryptionKey;
	}

	get url(): string {
		return this.state.url;
	}

	get pid(): number | undefined {
		return this.state.pid;
	}

	get session(): string {
		return this.state.session;
	}

	set session(session: string) {
		this.state.session = session;
	}

	/** What it has printed since it was borrowed. */
	logs(): string {
		return this.log.read();
	}

	async start(): Promise<void> {
		await this.call('start');
	}

	async restart(): Promise<void> {
		await this.call('restart');
	}

	async kill(): Promise<void> {
		await this.call('kill');
	}

	atStop(end: () => unknown): void {
		this.endings.push(end);
	}

	/** Gives it back. */
	async stop(): Promise<void> {
		for (const end of this.endings.splice(0)) await end();
		this.log.keep();
		await this.call('giveBack');
		this.socket.end();
	}

	private async call(call: Call): Promise<void> {
		const { session } = this.state;
		this.state = { ...(await ask(this.socket, this.answers, call)), session };
	}
}

async function ask(socket: Socket, answers: AsyncIterator<string>, call: Call): Promise<State> {
	socket.write(`${call}\n`);
	const { value, done } = await answers.next();
	if (done) throw new Error(`The n8n that test files share is gone (${call})`);
	const answer = JSON.parse(value) as Answer;
	if ('problem' in answer) throw new Error(answer.problem);
	return answer.state;
}

/** An n8n with the package and nothing in it, of which this test file is the only user until it calls `stop`. */
export const borrowN8n = async (): Promise<RunningN8n> => await LentN8n.borrow();
