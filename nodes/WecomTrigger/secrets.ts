import type {
	ICredentialDataDecryptedObject,
	IHookFunctions,
	INode,
	IWebhookFunctions,
} from 'n8n-workflow';
import { digest } from '../shared/credentials/tokens';
import { apiBase, clean } from '../shared/protocol/settings';
import { parseEncodingAesKey } from '../shared/callback/crypto';
import type { CallbackSecrets } from '../shared/callback/envelope';
import { KEEP_SECRETS_MS, REREAD_SECRETS_AFTER_MS } from './deadlines';
import { keepNewest } from '../shared/util/keepNewest';

/** What a credential lacks for receiving, in words for the person who set it up. */
export interface Lack {
	message: string;
	description: string;
}

/** What opens the callbacks of a credential. */
export interface NodeSecrets extends CallbackSecrets {
	/** Tells the settings of the credential apart, without a secret: what is remembered of one must not serve another. */
	fingerprint: string;
}

export type SecretsOrLack = { secrets: NodeSecrets } | { lack: Lack };

const MAX_KEPT = 1_000;

/** The fields that tell credentials apart, besides the address of the API. */
const SETTINGS = ['corpId', 'corpSecret', 'suiteId', 'suiteSecret', 'token', 'encodingAesKey'];

/** A credential that receives callbacks. */
export interface CredentialSource {
	credential: string;
	/** How the credential is called where a person sees it. */
	name: string;
	/** Where Token and EncodingAESKey come from. */
	where: string;
	/** The field every callback names as its receiver, where there is one. */
	id?: { field: string; name: string; where: string };
	/** All receivers whose callbacks are for this credential; an empty list accepts every one. */
	receiveIds: (credentials: ICredentialDataDecryptedObject) => string[];
}

const nodes = new WeakMap<IHookFunctions | IWebhookFunctions, INode>();

/** The node of a callback. n8n copies it, with all its parameters, whenever it is asked. */
export function nodeOf(context: IHookFunctions | IWebhookFunctions): INode {
	const node = nodes.get(context) ?? context.getNode();
	nodes.set(context, node);
	return node;
}

interface Kept {
	at: number;
	found: SecretsOrLack;
}
const kept = new Map<string, Kept>();

/** Token, key and receivers of the credential, or what is missing. */
function readSecrets(
	credentials: ICredentialDataDecryptedObject,
	{ name, where, id, receiveIds }: CredentialSource,
): SecretsOrLack {
	const [token, key] = [credentials.token, credentials.encodingAesKey].map(clean);
	const lack = (what: string, description: string): SecretsOrLack => ({
		lack: { message: `The ${name} credential has no ${what}`, description },
	});
	if (!token) return lack('Token', where);
	if (!key) return lack('EncodingAESKey', where);
	if (id && !clean(credentials[id.field])) return lack(id.name, id.where);
	const aesKey = parseEncodingAesKey(key);
	if (!aesKey) {
		const message =
			key.length === 43
				? `The EncodingAESKey of the ${name} credential has other characters than letters and digits`
				: `The EncodingAESKey of the ${name} credential has ${key.length} characters, not the 43 of a key`;
		return { lack: { message, description: where } };
	}
	const settings = SETTINGS.map((field) => clean(credentials[field]));
	const fingerprint = digest(apiBase(credentials), ...settings);
	return { secrets: { token, aesKey, receiveIds: receiveIds(credentials), fingerprint } };
}

/** Reads the credential without memory, for the activation. */
export async function freshSecrets(
	context: IHookFunctions,
	source: CredentialSource,
): Promise<SecretsOrLack> {
	return readSecrets(await context.getCredentials(source.credential), source);
}

/**
 * The secrets of this node, read from n8n at most every few seconds: reading them costs more than all the rest of a callback.
 * `afterRefusal` asks again, so that an edited credential works at once; undefined when it was read just before.
 */
export async function cachedSecrets(
	context: IWebhookFunctions,
	source: CredentialSource,
	afterRefusal = false,
): Promise<SecretsOrLack | undefined> {
	const key = cacheKey(context, source);
	const known = kept.get(key);
	const age = known ? Date.now() - known.at : Infinity;
	if (afterRefusal && age < REREAD_SECRETS_AFTER_MS) return undefined;
	if (known && !afterRefusal && age < KEEP_SECRETS_MS) return known.found;

	const found = readSecrets(await context.getCredentials(source.credential), source);
	keepNewest(kept, key, { at: Date.now(), found }, MAX_KEPT);
	return found;
}

/** Forgets the secrets of the node after the trigger itself has changed the credential, such as by a new company. */
export function forgetSecrets(context: IWebhookFunctions, source: CredentialSource): void {
	kept.delete(cacheKey(context, source));
}

function cacheKey(context: IWebhookFunctions, { credential }: CredentialSource): string {
	const { id, credentials } = nodeOf(context);
	return [credentials?.[credential]?.id, context.getWorkflow().id, id].join('|');
}
