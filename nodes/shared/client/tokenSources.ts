import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { noteOf, withNote } from '../credentials/note';
import { SUITE_CREDENTIAL, suiteFingerprint, type ActAs } from '../credentials/suiteState';
import { actingAs, currentToken, deadTokenCodes, heldToken } from '../credentials/suiteTokens';
import { apiBase } from '../protocol/settings';
import { digest, fingerprint, holdsValidToken, type Token } from '../credentials/tokens';
import { WEBHOOK_CREDENTIAL, webhookKey } from '../credentials/messagePush';

type Data = ICredentialDataDecryptedObject;

/** What the client must know of a credential type: where its token is and when that is dead. */
export interface Account {
	type: string;
	/** The token that will be used next, whatever its state. */
	current(credentials: Data): Token;
	/** The token when it is good. */
	held(credentials: Data): Token | undefined;
	/** The codes with which WeCom reports a dead token (doc 90313). */
	deadTokenCodes(credentials: Data): number[];
	/** The credential to go on with after WeCom refused a token; another execution may have stored a new one meanwhile. */
	afterRefusal(stored: Data, refused: string, before: Data): Data;
	/** The credential for requests in someone's name. */
	actingAs?(credentials: Data, act: ActAs): Data;
	/** A text without secrets that tells settings apart. */
	fingerprint(credentials: Data): string;
}

const appToken = ({ accessToken, accessTokenExpiresAt }: Data): Token => ({
	value: String(accessToken ?? ''),
	expiresAt: Number(accessTokenExpiresAt),
});

/** A self-built app, or one app of a company. */
export const appAccount: Account = {
	type: 'wecomApi',
	current: appToken,
	held: (credentials) => (holdsValidToken(credentials) ? appToken(credentials) : undefined),
	deadTokenCodes: () => [40014, 42001],
	afterRefusal: (stored, refused) =>
		holdsValidToken(stored) && stored.accessToken !== refused
			? stored
			: withNote({ ...stored, accessToken: '' }, { refusedToken: refused }),
	fingerprint,
};

/** A service provider's suite, the provider, and the companies that authorized the suite. */
export const suiteAccount: Account = {
	type: SUITE_CREDENTIAL,
	current: currentToken,
	held: heldToken,
	deadTokenCodes,
	afterRefusal: (stored, refused, before) =>
		withNote(stored, { actAs: noteOf(before).actAs, refusedToken: refused }),
	actingAs,
	fingerprint: suiteFingerprint,
};

const keyOf = (credentials: Data): Token => ({
	value: webhookKey(credentials),
	expiresAt: Infinity,
});

/** A message push of a group: its key is never renewed. */
const webhookAccount: Account = {
	type: WEBHOOK_CREDENTIAL,
	current: keyOf,
	held: keyOf,
	deadTokenCodes: () => [],
	afterRefusal: (stored) => stored,
	fingerprint: (credentials) => digest(apiBase(credentials), webhookKey(credentials)),
};

/** The credentials that resources of the node have to themselves. */
export const ownAccounts = { [WEBHOOK_CREDENTIAL]: webhookAccount };
export type OwnCredential = keyof typeof ownAccounts;
