import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { ARCHIVE_CREDENTIAL } from '../shared/chatArchive/bridge';
import { updateCredential } from '../shared/credentials/store';

/** How far a trigger has read. */
export interface ArchivePosition {
	/** The ID of the archive: a position means nothing in another one. */
	archive: string;
	/** The choice of 'Start From' for which it was stored: another choice begins anew. */
	start: string;
	/** When the reading began anew, in milliseconds: what was given to n8n before that is no duplicate of what is read since. */
	begun: number;
	/** Everything up to here has reached n8n. */
	after: string;
	/** Up to here it was given to n8n, whose answer is not known yet; the same as `after` when all is settled. */
	to: string;
	/** Everything that was written before this moment has been read, in milliseconds. */
	at: number;
}

/** How many triggers have their position kept; the oldest give way. */
const MAX_KEPT = 500;

/**
 * The position of a trigger, written into the credential: of all that n8n offers a node this alone is stored before the call returns. n8n
 * encrypts it. A copy in the workflow's static data lives on when the credential is made anew.
 */
export class PositionStore {
	private readonly key: string;

	constructor(private readonly context: ITriggerFunctions) {
		this.key = `${String(context.getWorkflow().id)}/${context.getNode().id}`;
	}

	/** What makes an execution recognizable to n8n, also after a crash. */
	deduplicationKey({ begun, after, to }: ArchivePosition): string {
		return `wecom-archive:${this.key}:${begun}:${after}-${to}`;
	}

	/** The stored position for this archive and start, undefined when there is none. */
	async read(archive: string, start: string): Promise<ArchivePosition | undefined> {
		const { positions } = await this.context.getCredentials(ARCHIVE_CREDENTIAL);
		return [parse(positions)[this.key], this.copy.position as ArchivePosition | undefined]
			.filter((one) => one?.archive === archive && one.start === start)
			.sort((a, b) => (BigInt(a!.after) < BigInt(b!.after) ? 1 : -1))[0];
	}

	/**
	 * Stores a position, unless another process has moved on from the one that was `last` known to be stored: when the leader changes, two
	 * read for a moment. Resolves to what is stored then; going on from there, both give n8n the same batches.
	 */
	async write(position: ArchivePosition, last?: ArchivePosition): Promise<ArchivePosition> {
		let stored = position;
		await updateCredential(
			this.context,
			ARCHIVE_CREDENTIAL,
			`${ARCHIVE_CREDENTIAL} positions`,
			({ positions }) => {
				const all = parse(positions);
				const known = all[this.key] as ArchivePosition | undefined;
				stored = known && isAhead(known, position, last) ? known : position;
				if (JSON.stringify(known) === JSON.stringify(stored)) return undefined;
				return { positions: JSON.stringify(keepNewest({ ...all, [this.key]: position })) };
			},
		);
		this.copy.position = { ...stored };
		return stored;
	}

	private get copy(): IDataObject {
		return this.context.getWorkflowStaticData('node');
	}
}

/** Whether what is stored is another process' and further. An older one of its own comes back when two writes cross. */
function isAhead(known: ArchivePosition, next: ArchivePosition, last?: ArchivePosition): boolean {
	if (known.archive !== next.archive || known.start !== next.start) return false;
	if (!last || known.begun !== last.begun) return known.begun !== next.begun;
	if (known.after === next.after && known.to === next.to) return false;
	if (known.after === last.after) return known.to !== last.to;
	return BigInt(known.after) > BigInt(last.after);
}

function parse(stored: unknown): Record<string, ArchivePosition> {
	try {
		return JSON.parse(String(stored || '{}')) as Record<string, ArchivePosition>;
	} catch {
		return {};
	}
}

function keepNewest(positions: Record<string, ArchivePosition>): Record<string, ArchivePosition> {
	const entries = Object.entries(positions);
	if (entries.length <= MAX_KEPT) return positions;
	return Object.fromEntries(entries.sort(([, a], [, b]) => b.at - a.at).slice(0, MAX_KEPT));
}
