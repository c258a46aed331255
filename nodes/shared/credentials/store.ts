import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

/**
 * Writes into a stored credential without a request. n8n stores what a credential's preAuthentication returns, so the fields to
 * write travel there under a Symbol key, which no JSON and no database ever sees; `authenticate` then refuses to send anything.
 */

export type CredentialContext = IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions;

/** Symbol key on credential data: the fields that preAuthentication must return. */
export const STORE = Symbol.for('n8n-nodes-wecom-kit.store');

/** Symbol key on credential data: get the token, send nothing. */
export const TOKEN_ONLY = Symbol.for('n8n-nodes-wecom-kit.tokenOnly');

/** Thrown by `authenticate` where no request is meant. */
export class NothingToSend extends Error {}

interface Marked {
	[STORE]?: ICredentialDataDecryptedObject;
	[TOKEN_ONLY]?: true;
}

/** For preAuthentication: the fields to return as they are. */
export const fieldsToStore = (credentials: ICredentialDataDecryptedObject) =>
	(credentials as Marked)[STORE];

/** For authenticate: ends what is no request. */
export function sendNothing(credentials: ICredentialDataDecryptedObject): void {
	const { [STORE]: fields, [TOKEN_ONLY]: tokenOnly } = credentials as Marked;
	if (fields ?? tokenOnly) throw new NothingToSend('Nothing to send');
}

const MAX_TRIES = 5;
/** n8n writes in milliseconds; a turn nobody ended must not stop the others for good. */
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
	context: CredentialContext,
	type: string,
	key: string,
	change: (stored: ICredentialDataDecryptedObject) => ICredentialDataDecryptedObject | undefined,
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
	context: CredentialContext,
	type: string,
	stored: ICredentialDataDecryptedObject,
	fields: ICredentialDataDecryptedObject,
): Promise<void> {
	// Without the guard field n8n would not store anything.
	const data = { ...stored, [STORE]: { refreshGuard: '', ...fields } };
	try {
		await context.helpers.httpRequestWithAuthentication.call(
			context,
			type,
			{ url: 'https://localhost' },
			{ credentialsDecrypted: { id: '', name: '', type, data } },
		);
	} catch (error) {
		if (!isNothingToSend(error)) throw error as Error;
	}
}

/** Whether an error of a request only says that none was meant. */
export const isNothingToSend = (error: unknown) =>
	(error as { cause?: unknown }).cause instanceof NothingToSend;
