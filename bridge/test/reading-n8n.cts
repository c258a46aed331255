/**
 * n8n as a trigger sees it: a database that outlives the process, executions that are recognized by their key, and processes that end
 * at any moment.
 */
import type {
	IDataObject,
	INodeExecutionData,
	ITriggerFunctions,
	ITriggerResponse,
} from 'n8n-workflow';
import { WecomChatArchiveApi } from '../../credentials/WecomChatArchiveApi.credentials';
import { WecomChatArchiveTrigger } from '../../nodes/WecomChatArchiveTrigger/WecomChatArchiveTrigger.node';
import { startTrigger, type CredentialStore } from '../../test/support/harness.cts';

const TYPE = 'n8n-nodes-wecom-kit.wecomChatArchiveTrigger';
export type Outcome = 'success' | 'not stored' | 'killed before' | 'killed after';

export class FakeN8n {
	/** The items of every execution that was stored, by deduplication key. */
	readonly executions = new Map<string, INodeExecutionData[]>();
	/** How many emits n8n has recognized as duplicates. */
	duplicates = 0;
	/** What the owner of the workflow was told. */
	readonly reports: string[] = [];
	/** The credentials in n8n's database. */
	readonly stored: CredentialStore;
	staticData: IDataObject = {};
	/** Says how the next executions end. */
	outcome: () => Outcome = () => 'success';
	/** Called when a process was killed. */
	killed: () => void = () => {};
	private process = { alive: true, close: async () => {} };

	constructor(bridgeUrl: string, bridgeToken: string) {
		this.stored = { archive: { bridgeUrl, bridgeToken } };
	}

	get items(): INodeExecutionData[] {
		return [...this.executions.values()].flat();
	}

	get seqs(): string[] {
		return this.items.map(({ json }) => (json.wecom as IDataObject).seq as string);
	}

	get position(): { after: string; to: string } {
		const all = Object.values(JSON.parse(String(this.stored.archive.positions ?? '{}')));
		return all[0] as { after: string; to: string };
	}

	/** Starts an n8n in which the workflow is published. */
	async start(
		parameters: IDataObject = {},
		more: Partial<Parameters<typeof startTrigger>[0]> = {},
	): Promise<ITriggerResponse> {
		const process = { alive: true, close: async () => {} };
		this.process = process;
		const response = await startTrigger({
			nodeTypes: { [TYPE]: new WecomChatArchiveTrigger() },
			credentialTypes: [new WecomChatArchiveApi()],
			credentials: this.databaseOf(process),
			staticData: structuredClone(this.staticData),
			node: {
				name: 'Archive',
				type: TYPE,
				parameters: { events: ['*'], startFrom: 'oldest', ...parameters },
				credentials: { wecomChatArchiveApi: 'archive' },
			},
			emit: this.emitOf(process),
			failed: (error: Error) =>
				void this.reports.push(
					`${error.message} | ${(error as { description?: string }).description}`,
				),
			...more,
		});
		process.close = response.closeFunction as () => Promise<void>;
		return response;
	}

	/** Ends n8n as a person would. */
	async stop(): Promise<void> {
		await this.process.close();
	}

	/** Ends n8n as `kill -9` does: nothing of this process reaches the database any more. */
	kill(): void {
		this.process.alive = false;
		void this.process.close();
		this.killed();
	}

	private databaseOf(process: { alive: boolean }): CredentialStore {
		return new Proxy(this.stored, {
			set: (target, name: string, value) => {
				if (process.alive) target[name] = value;
				return true;
			},
		});
	}

	private emitOf(process: { alive: boolean }): ITriggerFunctions['emit'] {
		return ([items], _response, done, key = '') => {
			if (!process.alive) return;
			const outcome = this.outcome();
			const answer = async () => {
				await new Promise((resolve) => setImmediate(resolve));
				if (outcome === 'not stored') return done?.reject(new Error('SQLITE_BUSY'));
				if (outcome === 'killed before') return this.kill();
				const known = this.executions.has(key);
				if (known) this.duplicates++;
				else this.executions.set(key, items);
				if (outcome === 'killed after') return this.kill();
				// n8n answers a duplicate with nothing.
				done?.resolve((known ? undefined : { status: 'success' }) as never);
			};
			void answer();
		};
	}
}
