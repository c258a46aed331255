/** A bridge with a folder of its own for every test, and short ways to ask it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { http, type HttpOptions, type HttpResult } from '../../test/support/http.cts';
import { repoRoot } from '../../test/support/paths.cts';
import {
	bridgeEnvironment,
	startBridge,
	type RunningBridge,
	type StartedAs,
} from '../stand-in/running-bridge.cts';
import { ArchiveStore, findCompiler, sampleMessages } from '../stand-in/stand-in.cts';

// A bridge is started in nearly every test.
jest.setTimeout(60_000);

/**
 * `describe` for what needs the stand-in: without a C compiler it is reported as skipped on a person's machine, and fails when
 * CI=true.
 */
export function withCompiler(): jest.Describe {
	if (findCompiler()) return describe;
	if (process.env.CI !== 'true') return describe.skip;
	return ((name: string) => {
		describe(name, () => {
			test('finds a C compiler', () => {
				throw new Error('No C compiler: install gcc to run the tests of the chat archive bridge.');
			});
		});
	}) as unknown as jest.Describe;
}

export const samples = sampleMessages(join(repoRoot, 'test/fixtures/chat-archive-samples.json'));

export interface Message {
	seq: string;
	msgid: string;
	keyVersion: string;
	message?: Record<string, unknown>;
	failed?: { code: string; message: string };
	text?: string;
}
export interface Page {
	messages: Message[];
	next: string;
	more: boolean;
	missingKey?: { seq: string; version: string; reason: string; message: string; todo: string };
	gap?: { from: number; to: number };
}
export interface Failure {
	error: { code: string; message: string; todo: string };
}
export interface Health {
	api: number;
	version: string;
	state: string;
	message: string;
	todo: string;
	sdk: { md5: string | null; version: string };
	keyVersions: string[];
	restarts: { messages: number; files: number };
	lastError: { at: string; code: string; message: string; todo: string } | null;
	lastRead: string | null;
}

/** A text message. */
export const text = (content: string): string =>
	JSON.stringify({ msgid: content, action: 'send', msgtype: 'text', text: { content } });

export class Lab {
	readonly store: ArchiveStore;
	bridge!: RunningBridge;

	constructor() {
		this.store = new ArchiveStore(mkdtempSync(join(tmpdir(), 'wecom-kit-archive-')));
	}

	async start(more: Record<string, string> = {}, as?: StartedAs): Promise<this> {
		this.bridge = await startBridge(bridgeEnvironment(this.store, more), as);
		return this;
	}

	async ask(path: string, options: HttpOptions = {}): Promise<HttpResult> {
		const headers = { authorization: `Bearer ${this.bridge.token}`, ...options.headers };
		return await http(this.bridge.url + path, { ...options, headers });
	}

	async page(query: string): Promise<Page> {
		const answer = await this.ask(`/v1/messages?${query}`);
		if (answer.status !== 200) throw new Error(answer.text);
		return answer.json<Page>();
	}

	async failure(
		path: string,
		options: HttpOptions = {},
	): Promise<{ status: number } & Failure['error']> {
		const answer = await this.ask(path, options);
		return { status: answer.status, ...answer.json<Failure>().error };
	}

	async health(query = ''): Promise<Health> {
		return (await this.ask(`/v1/health${query}`)).json<Health>();
	}

	/** Changes the secret that the bridge uses. */
	secret(value: string): void {
		writeFileSync(join(this.store.folder, 'archive_secret'), value);
	}

	async stop(): Promise<void> {
		await this.bridge?.stop();
		rmSync(this.store.folder, { recursive: true, force: true });
	}
}
