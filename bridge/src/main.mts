/** `wecom-chat-archive-bridge`: the bridge, its worker, and a look at how it is. */
import type { AddressInfo } from 'node:net';
import { ChatArchive } from './chatArchive.mts';
import { createBridge } from './server.mts';
import { readSettings, SettingError, type Settings } from './settings.mts';
import { serve } from './worker.mts';

/** The version of the bridge, which the build puts in. */
declare const BRIDGE_VERSION: string;

const HELP = `wecom-chat-archive-bridge ${BRIDGE_VERSION}: WeCom's chat archive over HTTP

  wecom-chat-archive-bridge                   starts the bridge
  wecom-chat-archive-bridge health            asks the running bridge, and through it WeCom, how it is; says what to do
  wecom-chat-archive-bridge health --quick    without asking WeCom: what the last reader met

Settings (environment):
  CORP_ID               the company's ID
  ARCHIVE_SECRET_FILE   file with the secret of the chat archive
  KEYS_DIR              folder with the private keys, named after their versions: 1.pem, 2.pem
  SDK_PATH              the file libWeWorkFinanceSdk_C.so, downloaded from WeCom
  BRIDGE_TOKEN_FILE     file with the token that readers send, 32 characters or more
  PROXY                 http://[user:password@]host:port or socks5://..., if WeCom is reached through one
  HOST, PORT            where the bridge listens (127.0.0.1, 8080)
  POLL_SECONDS          between two questions to WeCom while a reader waits (15)
  WECOM_API             WeCom's HTTP API (https://qyapi.weixin.qq.com), asked only for the address to trust
  WATCHDOG_SECONDS      after this long a call of the library counts as hanging (30)
`;

/**
 * How long an answer of the bridge may take: at once, or with a question to WeCom, which waits for the calls of the library
 * before it.
 */
const QUICK_MS = 5_000;
const CHECK_MS = 45_000;
const LOOK_FOR_PARENT_MS = 500;

const log = (line: string): void =>
	void process.stderr.write(`${new Date().toISOString()} ${line}\n`);

async function start(settings: Settings): Promise<void> {
	const archive = new ChatArchive(process.env, settings, log);
	const server = createBridge(archive, settings, BRIDGE_VERSION);
	const end = (code: number) => {
		archive.stop();
		server.close();
		server.closeAllConnections();
		process.exitCode = code;
	};
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(settings.port, settings.host, resolve);
	}).catch((error: NodeJS.ErrnoException) => {
		const taken =
			error.code === 'EADDRINUSE'
				? 'It is in use: choose another PORT or end what uses it.'
				: 'Check HOST and PORT.';
		throw new SettingError(
			`The bridge cannot listen on ${settings.host} port ${settings.port} (${error.code}). ${taken}`,
		);
	});
	for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(0));
	endWithNpx(() => end(0));
	const { address, port, family } = server.address() as AddressInfo;
	log(`The bridge listens on http://${family === 'IPv6' ? `[${address}]` : address}:${port}`);
	const { state, message, todo } = archive.health();
	if (state !== 'ok') log(`${message} ${todo}`);
}

/**
 * Ends the bridge when its parent is gone. npx, when it is told to end, ends its shell only: the bridge would stay and hold the
 * port.
 */
function endWithNpx(end: () => void): void {
	if (process.env.npm_command !== 'exec') return;
	const parent = process.ppid;
	const timer = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(timer);
		end();
	}, LOOK_FOR_PARENT_MS);
	timer.unref();
}

/**
 * Prints how the running bridge is. Gives the exit code. The health check of the container, which comes every minute, is `quick`:
 * it asks nothing of WeCom.
 */
async function showHealth({ host, port, token }: Settings, quick: boolean): Promise<number> {
	const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
	const address = `http://${name.includes(':') ? `[${name}]` : name}:${port}/v1/health`;
	const url = quick ? address : `${address}?check=true`;
	let health: Record<string, unknown>;
	try {
		const response = await fetch(url, {
			headers: { authorization: `Bearer ${token}` },
			signal: AbortSignal.timeout(quick ? QUICK_MS : CHECK_MS),
		});
		const answer = (await response.json()) as Record<string, unknown>;
		health = response.ok ? answer : { state: 'unreachable', ...(answer.error as object) };
	} catch {
		health = {
			state: 'unreachable',
			message: `There is no answer from ${address}.`,
			todo: 'Start the bridge, with the same settings.',
		};
	}
	process.stdout.write(`${health.state}: ${health.message} ${health.todo}\n`);
	return health.state === 'ok' ? 0 : 1;
}

async function main(command?: string, option?: string): Promise<void> {
	if (command === 'worker' && process.send) return serve();
	if (command === '--help' || command === '-h') return void process.stdout.write(HELP);
	if (command === '--version') return void process.stdout.write(`${BRIDGE_VERSION}\n`);
	if (command === undefined) return await start(readSettings(process.env));
	if (command === 'health' && (option === undefined || option === '--quick'))
		return void (process.exitCode = await showHealth(readSettings(process.env), Boolean(option)));
	const given = option === undefined ? command : `${command} ${option}`;
	throw new SettingError(`There is no command "${given}". See wecom-chat-archive-bridge --help.`);
}

try {
	await main(...process.argv.slice(2));
} catch (error) {
	if (!(error instanceof SettingError)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 2;
}
