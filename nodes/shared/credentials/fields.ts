import type { INodeProperties } from 'n8n-workflow';
import { DEFAULT_BASE_URL, LOGIN_JWT_KEY } from '../protocol/settings';

/** Fields that several credentials have in common. */

/** What callbacks are checked and decrypted with. Both are secrets. */
export const callbackFields = (
	tokenDescription: string,
	keyDescription: string,
	more: Partial<INodeProperties> = {},
): INodeProperties[] => [
	{
		displayName: 'Token',
		name: 'token',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description: tokenDescription,
		...more,
	},
	{
		displayName: 'EncodingAESKey',
		name: 'encodingAesKey',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description: keyDescription,
		...more,
	},
];

/** Only who hands logins over to an application sees the key. */
export const loginJwtFields: INodeProperties[] = [
	{
		displayName: 'Sign Logins',
		name: 'signLogins',
		type: 'boolean',
		default: false,
		description: 'Whether logins are handed over to an application as a signed JWT',
	},
	{
		displayName: 'Login JWT Key',
		name: LOGIN_JWT_KEY,
		type: 'string',
		typeOptions: { password: true },
		default: '',
		displayOptions: { show: { signLogins: [true] } },
		description: 'A secret of at least 32 characters (HS256), or an RSA private key in PEM (RS256)',
	},
];

export const baseUrlField: INodeProperties = {
	displayName: 'Base URL',
	name: 'baseUrl',
	type: 'string',
	default: DEFAULT_BASE_URL,
	description: 'Where the API is reached. Change it only for a proxy with a fixed, trusted IP.',
};

/** Always empty, so that n8n runs preAuthentication before every request and the stored token decides. */
export const refreshGuardField: INodeProperties = {
	displayName: 'Refresh Guard',
	name: 'refreshGuard',
	type: 'hidden',
	typeOptions: { expirable: true },
	default: '',
};

/**
 * Fields that the package writes into a credential. Numbers are written as text: n8n before 2.15 cannot show any credential once one
 * of them holds a number in a field like these.
 */
export type StoredFields = Record<string, string>;

/** A field that the package stores by itself: n8n encrypts it and never sends it to the browser. */
export const stored = (displayName: string, name: string): INodeProperties => ({
	displayName,
	name,
	type: 'hidden',
	typeOptions: { password: true },
	default: '',
});

/** What several people have answered to one question of the WeCom Send and Wait node, while others are awaited. */
export const answersUnderWay = stored('Answers Under Way', 'answersUnderWay');

/** How far each WeCom Trigger has read the customer service messages, and the tickets for web pages. */
export const storedForBoth = [
	stored('Customer Service Cursors', 'kfCursorTokens'),
	stored('JS-SDK Tickets', 'jsTickets'),
	answersUnderWay,
];
