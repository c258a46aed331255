import type {
	ICredentialDataDecryptedObject,
	IHookFunctions,
	INode,
	IWebhookFunctions,
} from 'n8n-workflow';
import { WecomClient } from '../shared/client/client';
import { clean } from '../shared/protocol/settings';
import { companiesOf, SUITE_CREDENTIAL } from '../shared/credentials/suiteState';
import { parseEncodingAesKey } from '../shared/callback/crypto';
import type { CallbackSecrets } from '../shared/callback/envelope';

/** What a credential lacks for receiving, in words for the person who set it up. */
export interface Lack {
	message: string;
	description: string;
}

export type SecretsOrLack = { secrets: CallbackSecrets } | { lack: Lack };

const KEEP_MS = 5_000;
/** A flood of bad signatures costs one reading of the credential in this time. */
const REREAD_AFTER_MS = 1_000;
const MAX_KEPT = 1_000;

/** What differs between the sources of callbacks. */
interface Source {
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

const SOURCES: Record<string, Source> = {
	app: {
		credential: 'wecomApi',
		name: 'WeCom API',
		where:
			'Copy it from the WeCom admin console: the page of your app > Receive Messages > Set API Receive.',
		id: {
			field: 'corpId',
			name: 'Corp ID',
			where: 'Copy it from the WeCom admin console under My Company.',
		},
		receiveIds: ({ corpId }) => [clean(corpId)],
	},
	suite: {
		credential: SUITE_CREDENTIAL,
		name: 'WeCom Suite API',
		where:
			'Copy it from the WeCom provider console: the page of your app or template > Callback Configuration.',
		id: {
			field: 'suiteId',
			name: 'Suite ID',
			where: 'Copy it from the WeCom provider console: the page of your app or template.',
		},
		// Commands name the suite, messages the company, provider callbacks the provider, those of an individual developer's suite
		// nobody (doc 90968).
		receiveIds: (credentials) => [
			'',
			clean(credentials.suiteId),
			clean(credentials.providerCorpId),
			...Object.keys(companiesOf(credentials)),
		],
	},
	bot: {
		credential: 'wecomBotApi',
		name: 'WeCom AI Bot API',
		where: 'Copy it from the page of the bot in WeCom: API Mode > URL Callback.',
		// Empty for a company's own bot; of a third party's the pages disagree (doc 101033). The signature decides.
		receiveIds: () => [],
	},
};

type Context = IHookFunctions | IWebhookFunctions;

const nodes = new WeakMap<Context, INode>();

/** The node of a callback. n8n copies it, with all its parameters, whenever it is asked. */
export function nodeOf(context: Context): INode {
	const node = nodes.get(context) ?? context.getNode();
	nodes.set(context, node);
	return node;
}

/** Whether the callbacks are those of a service provider's suite. The parameter takes no expression. */
export const isSuite = (context: Context) => nodeOf(context).parameters.source === 'suite';

/** Whether they are those of an AI bot. */
export const isBot = (context: Context) => nodeOf(context).parameters.source === 'bot';

const sourceOf = (context: Context) =>
	SOURCES[isSuite(context) ? 'suite' : isBot(context) ? 'bot' : 'app'];

/** The client of the app, or of the company of the suite that a callback is about. */
export async function openClient(context: IWebhookFunctions, corpId: string): Promise<WecomClient> {
	if (!isSuite(context)) return await WecomClient.ofApp(context);
	return (await WecomClient.ofSuite(context)).actingAs({ kind: 'company', corpId });
}

interface Kept {
	at: number;
	found: SecretsOrLack;
}
const kept = new Map<string, Kept>();

/** Token, key and receivers of the credential, or what is missing. */
export function readSecrets(
	credentials: ICredentialDataDecryptedObject,
	{ name, where, id, receiveIds }: Source = SOURCES.app,
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
	return { secrets: { token, aesKey, receiveIds: receiveIds(credentials) } };
}

/** Reads the credential without memory, for the activation. */
export async function freshSecrets(context: IHookFunctions): Promise<SecretsOrLack> {
	const source = sourceOf(context);
	return readSecrets(await context.getCredentials(source.credential), source);
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

	const source = sourceOf(context);
	const found = readSecrets(await context.getCredentials(source.credential), source);
	kept.delete(key);
	kept.set(key, { at: Date.now(), found });
	if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value as string);
	return found;
}

/** After a change of the credential by the trigger itself, such as a new company. */
export function forgetSecrets(context: IWebhookFunctions): void {
	kept.delete(cacheKey(context));
}

function cacheKey(context: IWebhookFunctions): string {
	const node = nodeOf(context);
	return [
		node.credentials?.[sourceOf(context).credential]?.id,
		context.getWorkflow().id,
		node.id,
	].join('|');
}
