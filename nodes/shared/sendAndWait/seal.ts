import { createHmac, hkdfSync } from 'crypto';
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { clean } from '../protocol/settings';
import { signatureMatches } from '../callback/crypto';
import { companiesOf } from '../credentials/suiteState';

/**
 * What a trigger hands to the waiting node: who has clicked. n8n's signature only says that somebody has the link; that the person
 * was taken from a callback of WeCom is vouched for by a key that both nodes derive from the secret of the same app or bot.
 */

type Fields = ICredentialDataDecryptedObject;

/** Handed over by a trigger, or by the node itself when time is up or somebody is to be reminded. */
export interface SealedQuestion extends IDataObject {
	kind: 'click' | 'remind' | 'expire';
	/** Milliseconds since the epoch. */
	at: number;
	/** Who has clicked, as the callback says. */
	userid?: string;
	/** The company of that person. An app of a service provider has many, and each may have a member with this ID. */
	corpId?: string;
	/** The options that were chosen, by question. */
	selected?: Record<string, string[]>;
}

export interface Sealed extends IDataObject {
	/** The sealed question as JSON text. */
	handover: string;
	mac: string;
}

/** How old a callback may be when it is handed over; what is older was kept by somebody. */
const MAX_AGE_MS = 10 * 60_000;

/** Where each type of credential has its secrets, with the ID each one belongs to. */
const SECRETS: Record<string, Array<[secret: string, id: string]>> = {
	wecomApi: [['corpSecret', 'corpId']],
	wecomSuiteApi: [['suiteSecret', 'suiteId']],
	// A bot has one of the two, by how it is connected.
	wecomBotApi: [
		['botSecret', 'botId'],
		['encodingAesKey', 'token'],
	],
};

/**
 * The keys of a credential, the first one to seal with; none when it has no secret. With a company of a suite also the key of a
 * trigger that receives the clicks at the callback URL which a customized app may have there: its secret is the permanent code.
 */
export function handoverKeys(credentialType: string, credentials: Fields, corpId = ''): Buffer[] {
	const keys = SECRETS[credentialType].flatMap(([secret, id]) =>
		keyFrom(clean(credentials[secret]), clean(credentials[id])),
	);
	const { permanentCode = '' } = companiesOf(credentials)[corpId] ?? {};
	return [...keys, ...keyFrom(permanentCode, corpId)];
}

const keyFrom = (secret: string, id: string): Buffer[] =>
	secret ? [Buffer.from(hkdfSync('sha256', secret, id, 'n8n-nodes-wecom-kit answers', 32))] : [];

/** Seals for one resume URL, of which `search` is the signed query: at another one the same handover is worth nothing. */
export function seal(key: Buffer, search: string, handover: SealedQuestion): Sealed {
	const text = JSON.stringify(handover);
	return { handover: text, mac: macOf(key, search, text) };
}

/** Undefined unless one of the keys has sealed it for this query, a short time ago. */
export function openSealed(
	keys: Buffer[],
	search: string,
	sealed: IDataObject,
	now = Date.now(),
): SealedQuestion | undefined {
	const { handover: text, mac } = sealed;
	if (typeof text !== 'string') return undefined;
	if (!keys.some((key) => signatureMatches(macOf(key, search, text), mac))) return undefined;
	const handover = JSON.parse(text) as SealedQuestion;
	return Math.abs(now - handover.at) <= MAX_AGE_MS ? handover : undefined;
}

const macOf = (key: Buffer, search: string, text: string) =>
	createHmac('sha256', key).update(`${search}\n${text}`).digest('hex');
