import type {
	ICredentialDataDecryptedObject,
	IHookFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { clean } from '../shared/api/settings';
import { parseEncodingAesKey } from '../shared/callback/crypto';
import type { CallbackSecrets } from '../shared/callback/envelope';

/** What a credential lacks for receiving, in words for the person who set it up. */
export interface Lack {
	message: string;
	description: string;
}

export type SecretsOrLack = { secrets: CallbackSecrets } | { lack: Lack };

const CREDENTIAL = 'wecomApi';
const KEEP_MS = 5_000;
/** A flood of bad signatures costs one reading of the credential in this time. */
const REREAD_AFTER_MS = 1_000;
const MAX_KEPT = 1_000;

const WHERE =
	'Copy it from the WeCom admin console: the page of your app > Receive Messages > Set API Receive.';

interface Kept {
	at: number;
	found: SecretsOrLack;
}
const kept = new Map<string, Kept>();

/** Token, key and Corp ID of the credential, or what is missing. */
export function readSecrets(credentials: ICredentialDataDecryptedObject): SecretsOrLack {
	const [token, key, corpId] = [
		credentials.token,
		credentials.encodingAesKey,
		credentials.corpId,
	].map(clean);
	if (!token)
		return { lack: { message: 'The WeCom API credential has no Token', description: WHERE } };
	if (!key)
		return {
			lack: { message: 'The WeCom API credential has no EncodingAESKey', description: WHERE },
		};
	if (!corpId) {
		const description = 'Copy it from the WeCom admin console under My Company.';
		return { lack: { message: 'The WeCom API credential has no Corp ID', description } };
	}
	const aesKey = parseEncodingAesKey(key);
	if (!aesKey) {
		const message =
			key.length === 43
				? 'The EncodingAESKey of the WeCom API credential has other characters than letters and digits'
				: `The EncodingAESKey of the WeCom API credential has ${key.length} characters, not the 43 of a key`;
		return { lack: { message, description: WHERE } };
	}
	return { secrets: { token, aesKey, receiveIds: [corpId] } };
}

/** Reads the credential without memory, for the activation. */
export async function freshSecrets(context: IHookFunctions): Promise<SecretsOrLack> {
	return readSecrets(await context.getCredentials(CREDENTIAL));
}

/**
 * The secrets of this node, read from n8n at most every few seconds: reading them costs more than all the rest of a callback.
 * `afterRefusal` asks again, so that an edited credential works at once; undefined when it was read just before.
 */
export async function cachedSecrets(
	context: IWebhookFunctions,
	afterRefusal = false,
): Promise<SecretsOrLack | undefined> {
	const key = cacheKey(context);
	const known = kept.get(key);
	const age = known ? Date.now() - known.at : Infinity;
	if (afterRefusal && age < REREAD_AFTER_MS) return undefined;
	if (known && !afterRefusal && age < KEEP_MS) return known.found;

	const found = readSecrets(await context.getCredentials(CREDENTIAL));
	kept.delete(key);
	kept.set(key, { at: Date.now(), found });
	if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value as string);
	return found;
}

function cacheKey(context: IWebhookFunctions): string {
	const node = context.getNode();
	return [node.credentials?.[CREDENTIAL]?.id, context.getWorkflow().id, node.id].join('|');
}
