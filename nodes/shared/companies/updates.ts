import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { StoredFields } from '../credentials/fields';
import { updateCredential, type StoringContext } from '../credentials/store';
import { SUITE_CREDENTIAL, turnKey } from '../credentials/suiteState';

/** Changes of stored credentials, each in its turn. */

type Fields = ICredentialDataDecryptedObject;

/**
 * The keys of the turns by the ID of the credential, so that a callback need not read the credential once more for it: reading is
 * what costs.
 */
const turnKeys = new Map<string, string>();

/** Changes the stored suite credential, see `updateCredential`. */
export async function updateSuite(
	context: StoringContext,
	change: (stored: Fields) => StoredFields | undefined,
	written?: () => void,
): Promise<Fields> {
	const id = context.getNode().credentials?.[SUITE_CREDENTIAL]?.id ?? '';
	const key = turnKeys.get(id) ?? turnKey(await context.getCredentials(SUITE_CREDENTIAL));
	const stored = await updateCredential(context, SUITE_CREDENTIAL, key, change, written);
	// Somebody may have entered another suite meanwhile.
	turnKeys.set(id, turnKey(stored));
	return stored;
}

/** Changes a stored credential of either type, see `updateCredential`. */
export async function updateStored(
	context: StoringContext,
	type: string,
	change: (stored: Fields) => StoredFields | undefined,
): Promise<Fields> {
	if (type === SUITE_CREDENTIAL) return await updateSuite(context, change);
	const id = context.getNode().credentials?.[type]?.id ?? '';
	return await updateCredential(context, type, `${type}:${id}`, change);
}

/** Several changes as one write; undefined when none of them changes anything. */
export const asOneWrite = (
	...changes: Array<StoredFields | undefined>
): StoredFields | undefined => (changes.some(Boolean) ? Object.assign({}, ...changes) : undefined);
