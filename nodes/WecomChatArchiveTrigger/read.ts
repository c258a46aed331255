import {
	NodeOperationError,
	sleep,
	type IDataObject,
	type INodeExecutionData,
	type IRun,
	type ITriggerFunctions,
} from 'n8n-workflow';
import {
	Bridge,
	BridgeFailure,
	type ArchivedMessage,
	type ArchivePage,
	type MissingKey,
} from '../shared/chatArchive/bridge';
import { downloadArchiveFiles } from '../shared/chatArchive/media';
import { archiveItem } from '../shared/chatArchive/messages';
import { archiveFilter, wants, type ArchiveFilter } from './filter';
import { PositionStore, type ArchivePosition } from './positions';

/** Reads the archive batch by batch: only what n8n has answered for moves the position. */

/** Milliseconds and seconds. Changed by tests only. */
export const readTimings = {
	/** The bridge waits this long for a message, in seconds. */
	wait: 50,
	retryFirst: 1_000,
	retryMost: 60_000,
	/** The pause before the next try after a failure that only a person can mend. */
	recheck: 15_000,
	/** How long a failure that may pass by itself must last before it is reported. */
	patience: 120_000,
	/** How often a position is stored while nothing passes the filters, and while there is nothing. */
	store: 60_000,
	storeIdle: 3600_000,
};

interface Options {
	batchSize?: number;
	downloadMedia?: boolean;
	mediaLimit?: number;
	mediaTypes?: string[];
	undecryptable?: 'deliver' | 'stop';
	parseNested?: boolean;
}

/** States of the bridge that activating a workflow cannot go on with. */
const UNUSABLE = ['not_configured', 'sdk_missing', 'sdk_unloadable', 'refused'];
const DEFAULT_BATCH = 100;
const MAX_BATCH = 1000;
const DEFAULT_LIMIT_MB = 50;

/** Starts reading for a workflow. Resolves to what ends it. */
export async function startReading(context: ITriggerFunctions): Promise<() => Promise<void>> {
	const reader = new Reader(context);
	await reader.open();
	void reader.run();
	return async () => reader.stop();
}

/** A test run: the next messages, once, without moving the position. Resolves when they are there or the run was stopped. */
export function readOnce(context: ITriggerFunctions): { done: Promise<void>; stop: () => void } {
	const reader = new Reader(context, true);
	return { done: reader.open().then(async () => await reader.run()), stop: () => reader.stop() };
}

class Reader {
	private readonly positions: PositionStore;
	private readonly filter: ArchiveFilter;
	private readonly options: Options;
	private readonly stopped = new AbortController();
	private readonly ended: Promise<void>;
	private bridge!: Bridge;
	private position!: ArchivePosition;
	/** The position as it is stored, as far as this process knows. */
	private last?: ArchivePosition;
	private storedAt = 0;
	/** Whether the position has moved since it was stored. */
	private moved = false;
	private gap?: ArchivePage['gap'];
	private failing?: { since: number; times: number; reported?: string };

	constructor(
		private readonly context: ITriggerFunctions,
		private readonly testRun = false,
	) {
		this.positions = new PositionStore(context);
		this.filter = archiveFilter(
			context.getNodeParameter('events', []) as string[],
			context.getNodeParameter('filters', {}) as IDataObject,
		);
		this.options = context.getNodeParameter('options', {}) as Options;
		this.ended = new Promise((resolve) => {
			this.stopped.signal.addEventListener('abort', () => resolve());
		});
	}

	stop(): void {
		this.stopped.abort();
	}

	/** Finds the position to go on from. Throws what the person who publishes the workflow has to know. */
	async open(): Promise<void> {
		try {
			this.bridge = await Bridge.open(this.context);
			await this.findPosition();
		} catch (error) {
			// When n8n itself starts, a bridge that starts beside it is waited for.
			const starting = ['init', 'leadershipChange'].includes(this.context.getActivationMode());
			if (!this.testRun && starting && error instanceof BridgeFailure && error.passing) return;
			throw this.nodeError(error);
		}
	}

	/** Reads until it is stopped; a test run until it has its first batch. */
	async run(): Promise<void> {
		while (!this.stopped.signal.aborted) {
			try {
				if (!this.position) await this.findPosition();
				const delivered = await this.readBatch();
				this.recovered();
				if (delivered && this.testRun) return;
			} catch (error) {
				if (this.stopped.signal.aborted) return;
				if (this.testRun) throw this.nodeError(error);
				await this.pauseAfter(error as Error);
			}
		}
	}

	private async findPosition(): Promise<void> {
		const { state, message, todo, archive } = await this.bridge.health();
		if (UNUSABLE.includes(state)) throw new BridgeFailure(state, withoutDot(message), todo);
		const start = this.startFrom();
		const known = await this.positions.read(archive, start);
		if (known) {
			this.position = known;
			this.last = known;
			return;
		}
		const after = start === 'new' ? await this.bridge.newest() : start === 'oldest' ? '0' : start;
		const now = Date.now();
		const position = { archive, start, begun: now, after, to: after, at: now };
		this.position = this.testRun ? position : await this.positions.write(position);
		this.last = this.position;
	}

	private startFrom(): string {
		const start = this.context.getNodeParameter('startFrom', 'new') as string;
		if (start !== 'position') return start;
		const position = String(this.context.getNodeParameter('position', '')).trim();
		if (/^\d{1,20}$/.test(position)) return position;
		throw new NodeOperationError(this.context.getNode(), "'Position' is not the seq of a message", {
			description:
				"Enter the digits of 'wecom.seq' of the last message that is not wanted any more.",
		});
	}

	/** Goes one step forward: gives n8n again what it has not answered for, else the next page. True when n8n got items. */
	private async readBatch(): Promise<boolean> {
		const { after, to } = this.position;
		if (after !== to) {
			// Exactly the same messages: then n8n knows whether it has them.
			const messages = await this.stretch(after, to);
			return await this.deliver(messages, to, this.position.at, false);
		}
		const asked = Date.now();
		const page = await this.bridge.page(
			{ after, limit: this.batchSize, wait: readTimings.wait, since: this.position.at },
			this.stopped.signal,
		);
		if (page.gap) this.noteGap(page.gap);
		const messages = this.wholeMessages(page.messages);
		const [first] = page.messages;
		const last = messages.at(-1);
		if (!last) {
			if (page.missingKey) throw missingKey(page.missingKey);
			if (first?.failed) throw undecryptable(first);
			this.position = { ...this.position, at: asked };
			if (!this.testRun && (this.moved || asked - this.storedAt > readTimings.storeIdle))
				await this.store(this.position);
			return false;
		}
		const all = messages.length === page.messages.length && !page.more && !page.missingKey;
		const at = all ? asked : Math.max(this.position.at, Number(last.message?.msgtime) || 0);
		return await this.deliver(messages, last.seq, Math.min(at, asked), page.more);
	}

	/** Messages up to the first that must stop the reading. */
	private wholeMessages(messages: ArchivedMessage[]): ArchivedMessage[] {
		if (this.options.undecryptable !== 'stop') return messages;
		const failed = messages.findIndex((one) => one.failed);
		return failed < 0 ? messages : messages.slice(0, failed);
	}

	private async stretch(after: string, until: string): Promise<ArchivedMessage[]> {
		const messages: ArchivedMessage[] = [];
		for (let next = after, more = true; more; ) {
			const page = await this.bridge.page(
				{ after: next, until, limit: MAX_BATCH },
				this.stopped.signal,
			);
			if (page.missingKey) throw missingKey(page.missingKey);
			for (const one of page.messages) messages.push(one);
			({ next, more } = page);
		}
		return messages;
	}

	/** Gives a batch to n8n and moves the position by its answer. `soon`: the next batch is there already. */
	private async deliver(
		messages: ArchivedMessage[],
		to: string,
		at: number,
		soon: boolean,
	): Promise<boolean> {
		const items = await this.itemsOf(messages);
		if (items.length === 0) {
			await this.moveTo(to, at, Date.now() - this.storedAt > readTimings.store);
			return false;
		}
		if (this.testRun) {
			this.context.emit([items]);
			return true;
		}
		const given = { ...this.position, to, at };
		if (!(await this.store(given)) || this.stopped.signal.aborted) return false;
		const done = this.context.helpers.createDeferredPromise<IRun | undefined>();
		this.context.emit([items], undefined, done as never, this.positions.deduplicationKey(given));
		// Fails unless n8n says that the execution is stored. Then the position stays, and the same batch is given again.
		await done.promise;
		this.gap = undefined;
		// The batch that follows at once stores the new position with its own. After the last one it has to be stored here.
		await this.moveTo(to, at, !soon || this.stopped.signal.aborted);
		return true;
	}

	private async moveTo(after: string, at: number, write: boolean): Promise<void> {
		this.position = { ...this.position, after, to: after, at };
		this.moved = true;
		if (write && !this.testRun) await this.store(this.position);
	}

	/** Stores a position. False when another process has gone on meanwhile: then reading goes on from where that one is. */
	private async store(position: ArchivePosition): Promise<boolean> {
		const stored = await this.positions.write(position, this.last);
		this.position = stored;
		this.last = stored;
		this.moved = false;
		this.storedAt = Date.now();
		return stored === position;
	}

	private async itemsOf(messages: ArchivedMessage[]): Promise<INodeExecutionData[]> {
		const { options } = this;
		const items: INodeExecutionData[] = [];
		for (const message of messages.filter((one) => wants(this.filter, one))) {
			const item: INodeExecutionData = { json: archiveItem(message, options.parseNested) };
			if (options.downloadMedia && !message.failed) {
				const binary = await downloadArchiveFiles(this.context, this.bridge, item.json, {
					types: options.mediaTypes ?? [],
					maxBytes: (Number(options.mediaLimit) || DEFAULT_LIMIT_MB) * 1024 * 1024,
				});
				if (Object.keys(binary).length > 0) item.binary = binary;
			}
			items.push(item);
		}
		if (this.gap && items.length > 0) (items[0].json.wecom as IDataObject).gap = this.gap;
		return items;
	}

	private get batchSize(): number {
		const given = Math.floor(Number(this.options.batchSize ?? DEFAULT_BATCH));
		return given >= 1 ? Math.min(given, MAX_BATCH) : DEFAULT_BATCH;
	}

	/** Says in the log, and on the first item that comes, that messages may be missing. Each gap is said once. */
	private noteGap({ from, to }: { from: number; to: number }): void {
		if (this.gap) return;
		this.gap = { from, to };
		this.log(
			`Messages from ${isoTime(from)} to ${isoTime(to)} were not read within five days, so WeCom may have deleted some of them.`,
		);
	}

	private recovered(): void {
		if (this.failing?.reported) this.log('Reading the chat archive goes on.');
		this.failing = undefined;
	}

	/** Reports a failure, at once where a person has to act, else when it lasts, and waits a while. */
	private async pauseAfter(error: Error): Promise<void> {
		const now = Date.now();
		const failing = (this.failing ??= { since: now, times: 0 });
		failing.times++;
		const passing = !(error instanceof BridgeFailure) || error.passing;
		const lasting = !passing || now - failing.since >= readTimings.patience;
		const nodeError = this.nodeError(error);
		if (lasting && failing.reported !== nodeError.message) {
			failing.reported = nodeError.message;
			this.log(`${nodeError.message}. ${nodeError.description ?? ''}`);
			// A failed execution and the error workflow tell the owner; older n8n lacks it.
			this.context.saveFailedExecution?.(nodeError);
		}
		const growing = Math.min(
			readTimings.retryMost,
			readTimings.retryFirst * 2 ** (failing.times - 1),
		);
		const asked = error instanceof BridgeFailure && error.retryAfter ? error.retryAfter * 1000 : 0;
		await Promise.race([sleep(asked || (passing ? growing : readTimings.recheck)), this.ended]);
	}

	private log(message: string): void {
		this.context.logger.warn(`WeCom Chat Archive Trigger: ${message}`, {
			workflowId: this.context.getWorkflow().id,
			nodeName: this.context.getNode().name,
		});
	}

	private nodeError(error: unknown): NodeOperationError {
		if (error instanceof NodeOperationError) return error;
		const { message } = error as Error;
		const description = error instanceof BridgeFailure ? error.description : undefined;
		return new NodeOperationError(this.context.getNode(), message, { description });
	}
}

const missingKey = ({ message, todo }: MissingKey): BridgeFailure =>
	new BridgeFailure('missing_key', withoutDot(message), todo);

const undecryptable = ({ seq, failed }: ArchivedMessage): BridgeFailure =>
	new BridgeFailure(
		'undecryptable',
		`Message ${seq} cannot be decrypted: ${withoutDot(failed!.message)}`,
		"Correct the private key of that version if it is wrong, or set 'Undecryptable Messages' to 'Deliver Without Content'.",
	);

const withoutDot = (text: string): string => text.replace(/\.$/, '');
const isoTime = (time: number): string => new Date(time).toISOString();
