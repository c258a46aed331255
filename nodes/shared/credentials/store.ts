import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHookFunctions,
	ILoadOptionsFunctions,
	ITriggerFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import type { StoredFields } from './fields';
import { IS_NEWER_N8N } from '../util/release';
import { addNote, noteOf, withNote } from './note';

/**
 * Writes into a stored credential without a request. n8n stores what a credential's preAuthentication returns, so the fields to
 * write travel there in the request's note; `authenticate` then refuses to send anything.
 */

export type CredentialContext = IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions;
/** Where a credential can be written, too: when a workflow is published, and in triggers that keep running. */
export type StoringContext = CredentialContext | IHookFunctions | ITriggerFunctions;

/** Thrown by `authenticate` where nothing is to be sent. */
export class NothingToSend extends Error {}

/**
 * Since 2.34 n8n writes into a credential only the fields that preAuthentication returns. Before, it wrote the whole credential as it
 * had been read: expressions replaced by their values, and edits made since undone.
 */
const WRITES_ONLY_CHANGES = IS_NEWER_N8N;

/**
 * What preAuthentication returns: the fields n8n is to store. `obtain` finds the token for the request and says which fields it
 * changes, nothing where it is known. Older n8n is given none of them, so there each process fetches a token of its own.
 */
export async function fieldsToStore(
	credentials: ICredentialDataDecryptedObject,
	obtain: () => Promise<StoredFields | undefined>,
): Promise<ICredentialDataDecryptedObject> {
	const { store } = noteOf(credentials);
	// Without the guard field n8n would not store anything.
	if (store) return { refreshGuard: '', ...store };
	try {
		const changed = await obtain();
		if (!changed) return {};
		addNote(credentials, { changed });
		if (WRITES_ONLY_CHANGES) return { refreshGuard: '', ...changed };
		Object.assign(credentials, changed);
		return {};
	} catch (error) {
		addNote(credentials, { failure: error as Error });
		throw error as Error;
	}
}

/** What preAuthentication returns for a credential without a token: nothing but what is to be stored. */
export const onlyStore = async (credentials: ICredentialDataDecryptedObject) =>
	await fieldsToStore(credentials, async () => undefined);

/** Throws where nothing is to be sent. To be called by `authenticate`. */
export function sendNothing(credentials: ICredentialDataDecryptedObject): void {
	const { store, tokenOnly } = noteOf(credentials);
	if (!store && !tokenOnly) return;
	const failure = new NothingToSend('Nothing to send');
	addNote(credentials, { failure });
	throw failure;
}

const MAX_TRIES = 5;
/**
 * How long a turn lasts at most. n8n writes within milliseconds, and a turn that nobody has ended must not stop the others for
 * good.
 */
const MAX_TURN_MS = 3_000;

const turns = new Map<string, Promise<void>>();

/**
 * n8n reads, merges and writes a credential without a lock, so the writes of this process take turns. Resolves when it is the
 * caller's turn, to the function that ends it.
 */
export async function takeTurn(key: string): Promise<() => void> {
	const before = turns.get(key);
	let end: () => void = () => {};
	const ended = new Promise<void>((resolve) => {
		end = resolve;
	});
	const turn = (before ?? Promise.resolve()).then(async () => await ended);
	turns.set(key, turn);
	void turn.then(() => {
		if (turns.get(key) === turn) turns.delete(key);
	});
	await before;
	AbortSignal.timeout(MAX_TURN_MS).addEventListener('abort', end);
	return end;
}

/**
 * Changes a stored credential. `change` gets it freshly read and says which fields to write, or undefined when all is as it
 * should be; it is asked again after each write, so a write that was lost to another process is repeated.
 * `key` is the turn's (see `takeTurn`). Resolves to the credential as stored; `written` is called before that second look.
 */
export async function updateCredential(
	context: StoringContext,
	type: string,
	key: string,
	change: (stored: ICredentialDataDecryptedObject) => StoredFields | undefined,
	written: () => void = () => {},
): Promise<ICredentialDataDecryptedObject> {
	const end = await takeTurn(key);
	try {
		for (let tries = 0; ; tries++) {
			const stored = await context.getCredentials(type);
			const fields = change(stored);
			if (!fields) return stored;
			if (tries === MAX_TRIES) break;
			await write(context, type, stored, fields);
			written();
		}
	} finally {
		end();
	}
	throw new Error(`n8n did not keep what was written into the ${type} credential`);
}

async function write(
	context: StoringContext,
	type: string,
	stored: ICredentialDataDecryptedObject,
	fields: StoredFields,
): Promise<void> {
	const data = withNote(stored, { store: fields });
	try {
		await context.helpers.httpRequestWithAuthentication.call(
			context,
			type,
			{ url: 'https://localhost' },
			{ credentialsDecrypted: { id: '', name: '', type, data } },
		);
	} catch (error) {
		if (!(noteOf(data).failure instanceof NothingToSend)) throw error as Error;
	}
}
