import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

export const DEFAULT_BASE_URL = 'https://qyapi.weixin.qq.com';
export const DEFAULT_SOCKET_URL = 'wss://openws.work.weixin.qq.com';

/** A pasted setting without the spaces and line breaks that come along from a console or a mail; '' when unset. */
export function clean(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number'
		? String(value).replace(/\s+/g, '')
		: '';
}

/** Where the API lives, without a trailing slash. */
export function apiBase(credentials: ICredentialDataDecryptedObject): string {
	return (clean(credentials.baseUrl) || DEFAULT_BASE_URL).replace(/\/+$/, '');
}

/** An address fit for a message: without a user name and password, which a proxy may want. */
export const shownAddress = (address: string): string =>
	// A text that is no address may hold a password with a slash in it.
	URL.canParse(address) && address.includes('://')
		? address.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1')
		: address.replace(/^.*@/s, '');

export const LOGIN_JWT_KEY = 'loginJwtKey';
