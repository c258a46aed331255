/** Reading the archive through the two workers: what is repeated, made smaller, waited for or given up. It keeps no position. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkKeys } from './keys.mts';
import { identify } from './library.mts';
import { addressSeenByWeCom } from './ownAddress.mts';
import {
	isRateLimit,
	isUntrustedIp,
	Problem,
	problemOf,
	TOO_LARGE,
	type State,
} from './problems.mts';
import { SdkProcess } from './sdkProcess.mts';
import { readConfiguration, type Settings } from './settings.mts';
import type { MissingKey, Operations, PageResult, Refusal } from './workerProtocol.mts';

const MAX_LIMIT = 1000;
/** How often a call is repeated that may succeed the next time, with a pause that doubles from `FIRST_PAUSE_MS`. */
const MAX_REPEATS = 4;
const FIRST_PAUSE_MS = 250;
/** How long pages stay small after one was too large for WeCom. */
const SMALL_PAGES_MS = 10 * 60_000;
/** The pause after WeCom said "too often", doubled each time up to the longest. */
const RATE_PAUSE_MS = 60_000;
const MAX_RATE_PAUSE_MS = 10 * 60_000;
/** A message at which the library has crashed this often is to blame for it, and is delivered without its content. */
const CRASHES_OF_ONE_MESSAGE = 2;
const MAX_REMEMBERED = 1000;
/** WeCom keeps messages for five days. */
export const KEPT_MS = 5 * 24 * 3600_000;
const ADDRESS_FRESH_MS = 10 * 60_000;

/** What a person is told when nothing is wrong, by what WeCom answered last. */
const WELL = {
	unasked: {
		message: 'Settings, keys and library are in place. WeCom has not been asked yet.',
		todo: '',
	},
	reads: { message: 'The bridge reads the archive.', todo: '' },
	empty: {
		message: 'The bridge reads the archive, and it has no messages of the last five days.',
		todo: 'If there should be some: choose the members under Chat Archive (会话内容存档) in the console of WeCom. What customers write is archived once they have agreed.',
	},
};

type Environment = Record<string, string | undefined>;

export interface Page extends Omit<PageResult, 'missingKey'> {
	missingKey?: MissingKey & { message: string; todo: string };
}

export interface PageWanted {
	after: string;
	until?: string;
	limit: number;
}

interface Noted {
	at: string;
	code: string;
	message: string;
	todo: string;
}

export class ChatArchive {
	private readonly messages: SdkProcess;
	private readonly files: SdkProcess;
	private readonly current: { messages?: Problem; files?: Problem } = {};
	private missingKey?: Page['missingKey'];
	private well: keyof typeof WELL = 'unasked';
	private lastError?: Noted;
	private lastRead?: string;
	private smallPages = { limit: MAX_LIMIT, until: 0 };
	private ratePause = { ms: RATE_PAUSE_MS, until: 0 };
	private readonly crashing = new Set<string>();
	private ownAddress: { value?: string; until: number } = { until: 0 };

	constructor(
		private readonly env: Environment,
		settings: Pick<Settings, 'watchdogMs'>,
		private readonly log: (line: string) => void,
	) {
		const worker = () => new SdkProcess(() => readConfiguration(env), settings.watchdogMs, log);
		this.messages = worker();
		this.files = worker();
	}

	/** At most `limit` messages after a seq, up to `until`, decrypted. Fewer do not mean that there are no more: see `more`. */
	async page(wanted: PageWanted): Promise<Page> {
		const crashes = new Map<string, number>();
		let careful = false;
		let limit = Math.min(
			wanted.limit,
			Date.now() < this.smallPages.until ? this.smallPages.limit : MAX_LIMIT,
		);
		for (let repeats = 0; ; ) {
			let at: string | undefined;
			try {
				const page = await this.tracked('messages', async () => {
					const input = { ...wanted, limit, careful, skip: [...this.crashing] };
					return await this.ask('page', input, (seq) => (at = seq));
				});
				this.lastRead = new Date().toISOString();
				if (page.count > 0 || this.well === 'unasked') this.well = 'reads';
				return { ...page, missingKey: this.noteMissingKey(page.missingKey) };
			} catch (error) {
				const { code, again } = (error as Problem).details ?? {};
				if (code === 'too_large' && limit > 1) {
					limit >>= 1;
					this.smallPages = { limit, until: Date.now() + SMALL_PAGES_MS };
					continue;
				}
				if (!again || repeats++ >= MAX_REPEATS) throw error;
				if (code !== 'sdk_crashed') {
					await sleep(FIRST_PAUSE_MS * 2 ** (repeats - 1));
					continue;
				}
				if (at !== undefined) {
					const times = (crashes.get(at) ?? 0) + 1;
					crashes.set(at, times);
					if (times >= CRASHES_OF_ONE_MESSAGE) this.rememberCrash(at);
				} else if (careful) {
					// It crashed before it came to a message. Some installations only get on with fewer messages at a time.
					limit = Math.max(1, limit >> 1);
				}
				careful = true;
			}
		}
	}

	/** The seq of the newest message, "0" in an empty archive: found with about 40 small calls, without decrypting anything. */
	async newest(): Promise<string> {
		const firstAfter = async (after: bigint): Promise<bigint | undefined> => {
			const { seq } = await this.tracked('messages', () =>
				this.repeated(() => this.ask('probe', { after: String(after) })),
			);
			return seq === null ? undefined : BigInt(seq);
		};
		let newest = await firstAfter(0n);
		if (newest === undefined) return '0';
		let step = 1024n;
		// The step grows until there is nothing that far ahead, then shrinks until there is nothing right behind.
		for (let growing = true; step > 0n; ) {
			const found: bigint | undefined = await firstAfter(newest + step - 1n);
			if (found === undefined) growing = false;
			else newest = found;
			step = growing ? step * 2n : step / 2n;
		}
		return String(newest);
	}

	/** A file, part by part; each part is asked for again by itself when it fails. */
	async *file(fileId: string): AsyncGenerator<Buffer, void, undefined> {
		for (let index = ''; ; ) {
			const part = await this.tracked('files', () =>
				this.repeated(() => this.files.call('part', { index, fileId })),
			);
			yield Buffer.from(part.data);
			if (part.finished) return;
			index = part.next;
		}
	}

	/** Asks WeCom now, so that `health` tells more than what the last reader met. */
	async check(): Promise<void> {
		try {
			const { seq } = await this.tracked('messages', () => this.ask('probe', { after: '0' }));
			this.well = seq === null ? 'empty' : 'reads';
			// Files take the same way to WeCom, so what failed with the last of them counts as over. If it is not, the next file says so.
			this.current.files = undefined;
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
		}
	}

	/** How the bridge is, and what a person has to do about it. */
	health(): Record<string, unknown> {
		const { state, message, todo } = this.state();
		let keyVersions: string[] = [];
		try {
			keyVersions = checkKeys(this.env.KEYS_DIR ?? '');
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
		}
		return {
			state,
			message,
			todo,
			archive: archiveId(this.env.CORP_ID),
			sdk: identify(this.env.SDK_PATH ?? ''),
			keyVersions,
			restarts: { messages: this.messages.restarts, files: this.files.restarts },
			lastError: this.lastError ?? null,
			lastRead: this.lastRead ?? null,
		};
	}

	stop(): void {
		this.messages.stop();
		this.files.stop();
	}

	private state(): { state: State; message: string; todo: string } {
		try {
			readConfiguration(this.env);
		} catch (error) {
			if (error instanceof Problem) return stateOf(error);
			throw error;
		}
		const problem = this.current.messages ?? this.current.files;
		if (problem) return stateOf(problem);
		if (this.missingKey && !this.wasAdded(this.missingKey))
			return { state: 'missing_key', message: this.missingKey.message, todo: this.missingKey.todo };
		return { state: 'ok', ...WELL[this.well] };
	}

	/** Whether a key that was missing is there now: the next reader will use it. */
	private wasAdded({ reason, version }: MissingKey): boolean {
		return reason === 'missing' && checkKeys(this.env.KEYS_DIR ?? '').includes(version);
	}

	private noteMissingKey(missing: MissingKey | undefined): Page['missingKey'] {
		if (!missing) return (this.missingKey = undefined);
		const { version, reason, seq } = missing;
		const message =
			reason === 'missing'
				? `From message ${seq} on, messages are encrypted with key version ${version}, and there is no file ${version}.pem in KEYS_DIR.`
				: `From message ${seq} on, messages are encrypted with key version ${version}, and the key in ${version}.pem does not open them.`;
		const todo = `Put the private key of version ${version} there as ${version}.pem: the one whose public key the console shows with that version. Reading goes on by itself.`;
		if (this.missingKey?.message !== message) this.log(`${message} ${todo}`);
		return (this.missingKey = { ...missing, message, todo });
	}

	/** Calls the worker for messages. What WeCom refuses inside its answer becomes a problem. */
	private async ask<Name extends 'page' | 'probe'>(
		name: Name,
		input: Operations[Name]['takes'],
		onProgress?: (seq: string) => void,
	): Promise<Exclude<Operations[Name]['gives'], Refusal>> {
		const wait = this.ratePause.until - Date.now();
		if (wait > 0) throw rateLimited(wait);
		const result = await this.messages.call(name, input, onProgress);
		if (!('refused' in result)) {
			this.ratePause.ms = RATE_PAUSE_MS;
			return result as Exclude<Operations[Name]['gives'], Refusal>;
		}
		const { errcode, errmsg } = result.refused;
		if (errcode === TOO_LARGE) throw tooLarge('limit' in input ? input.limit : 1);
		if (isRateLimit(errcode)) {
			this.ratePause = {
				ms: Math.min(MAX_RATE_PAUSE_MS, this.ratePause.ms * 2),
				until: Date.now() + this.ratePause.ms,
			};
			throw rateLimited(this.ratePause.until - Date.now());
		}
		throw problemOf('GetChatData', errcode, errmsg);
	}

	private async repeated<T>(call: () => Promise<T>): Promise<T> {
		for (let repeats = 0; ; repeats++) {
			try {
				return await call();
			} catch (error) {
				if (!(error instanceof Problem) || !error.details.again || repeats >= MAX_REPEATS)
					throw error;
				await sleep(FIRST_PAUSE_MS * 2 ** repeats);
			}
		}
	}

	/** Makes a call and keeps its outcome, which `health` tells. */
	private async tracked<T>(worker: 'messages' | 'files', call: () => Promise<T>): Promise<T> {
		try {
			const value = await call();
			if (this.current[worker]) this.log(`Reading ${worker} works again.`);
			this.current[worker] = undefined;
			return value;
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			const problem = await this.withAddress(error);
			const { code, message, todo, state } = problem.details;
			this.lastError = { at: new Date().toISOString(), code, message, todo };
			if (state) {
				if (this.current[worker]?.message !== message) this.log(`${message} ${todo}`);
				this.current[worker] = problem;
			}
			throw problem;
		}
	}

	/** Puts the address that WeCom sees into the sentence on trusted addresses, also where the library gives a code only. */
	private async withAddress(problem: Problem): Promise<Problem> {
		const { todo } = problem.details;
		if (!isUntrustedIp(problem) || todo.includes('The address is')) return problem;
		if (this.env.PROXY) {
			return new Problem({
				...problem.details,
				todo: `${todo} The address is that of the proxy in PROXY.`,
			});
		}
		if (Date.now() > this.ownAddress.until) {
			const { corpId, secret } = readConfiguration(this.env);
			const api = this.env.WECOM_API || 'https://qyapi.weixin.qq.com';
			const value = await addressSeenByWeCom(api, corpId, secret);
			this.ownAddress = { value, until: Date.now() + ADDRESS_FRESH_MS };
		}
		const { value } = this.ownAddress;
		return value
			? new Problem({ ...problem.details, todo: `${todo} The address is ${value}.` })
			: problem;
	}

	private rememberCrash(seq: string): void {
		if (this.crashing.size >= MAX_REMEMBERED) this.crashing.clear();
		this.crashing.add(seq);
		this.log(`The library crashes at message ${seq}: it is delivered without content.`);
	}
}

/** The ID of the archive: tells companies apart without naming them, since a seq means nothing in another archive. */
const archiveId = (corpId = ''): string =>
	createHash('sha256').update(corpId.trim()).digest('hex').slice(0, 16);

const stateOf = ({ details: { state = 'failing', message, todo } }: Problem) => ({
	state,
	message,
	todo,
});

/** The problem that an answer would be too large. Pages are made smaller then, so only a single message can have it. */
const tooLarge = (limit: number): Problem =>
	new Problem({
		code: 'too_large',
		message:
			'WeCom does not give out even a single message, since the answer would be too large (GetChatData 301058).',
		todo: 'Ask WeCom about this message.',
		status: 502,
		state: limit > 1 ? undefined : 'failing',
	});

function rateLimited(waitMs: number): Problem {
	const { details } = problemOf('GetChatData', 45009);
	return new Problem({ ...details, status: 503, retryAfter: Math.ceil(waitMs / 1000) });
}
