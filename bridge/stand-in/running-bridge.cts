/** A bridge in a process of its own, with the stand-in behind it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileStandIn, type ArchiveStore } from './stand-in.cts';

const BRIDGE = join(__dirname, '..');
/** The file of the program, which `buildBridge` makes. */
export const PROGRAM = join(BRIDGE, 'dist', 'bridge.mjs');

/** Builds bridge/dist/bridge.mjs. */
export function buildBridge(): void {
	if (!existsSync(join(BRIDGE, 'node_modules', 'koffi')))
		throw new Error('koffi is missing: run "npm run setup".');
	execFileSync(process.execPath, [join(BRIDGE, 'build.mjs')], { cwd: BRIDGE });
}

export interface RunningBridge {
	url: string;
	token: string;
	child: ChildProcess;
	/** What the bridge has logged so far. */
	log(): string;
	/** The process IDs of the workers that are there now. */
	workers(): number[];
	/** Ends it and waits for its end. */
	stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Writes the files the settings name. @returns the environment for the bridge */
export function bridgeEnvironment(
	store: ArchiveStore,
	more: Record<string, string> = {},
): Record<string, string> {
	const file = (name: string, content: string) => {
		const path = join(store.folder, name);
		if (!existsSync(path)) writeFileSync(path, `${content}\n`, { mode: 0o600 });
		return path;
	};
	return {
		PATH: process.env.PATH ?? '',
		CORP_ID: 'ww0123456789abcdef',
		ARCHIVE_SECRET_FILE: file('archive_secret', 'secret-of-the-archive'),
		KEYS_DIR: store.keysDir,
		SDK_PATH: compileStandIn(),
		BRIDGE_TOKEN_FILE: file('bridge_token', randomBytes(32).toString('hex')),
		PORT: '0',
		POLL_SECONDS: '1',
		// A closed port: no test may ask WeCom itself.
		WECOM_API: 'http://127.0.0.1:9',
		STAND_IN_STORE: store.folder,
		...more,
	};
}

/** How the bridge is started: the program that was built, unless a test starts an installed one. */
export interface StartedAs {
	command: string;
	args: string[];
	cwd?: string;
}

/** Starts the bridge and waits until it listens. */
export async function startBridge(
	env: Record<string, string>,
	{ command, args, cwd }: StartedAs = { command: process.execPath, args: [PROGRAM] },
): Promise<RunningBridge> {
	const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
	const end = () => void child.kill('SIGKILL');
	process.once('exit', end);
	let text = '';
	const url = await new Promise<string>((resolve, reject) => {
		child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
			text += chunk;
			const found = /listens on (\S+)/.exec(text);
			if (found) resolve(found[1]);
		});
		child.once('exit', () => reject(new Error(`The bridge ended: ${text}`)));
	});
	return {
		url,
		token: readFileSync(env.BRIDGE_TOKEN_FILE, 'utf8').trim(),
		child,
		log: () => text,
		workers: () => childrenOf(child.pid as number),
		stop: async (signal = 'SIGTERM') => {
			process.off('exit', end);
			if (child.exitCode !== null || child.signalCode !== null) return;
			const ended = new Promise((resolve) => child.once('exit', resolve));
			child.kill(signal);
			await ended;
		},
	};
}

function childrenOf(pid: number): number[] {
	const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
	return list === '' ? [] : list.split(' ').map(Number);
}
