/** Signing and encryption of callbacks (callbacks.md §1.4, §1.5; doc 90968), by WeCom's own package `@wecom/crypto`. */
import { randomBytes, randomInt } from 'node:crypto';
import { decrypt, encrypt, getSignature } from '@wecom/crypto';

export { decrypt, encrypt, getSignature };

export interface Signed {
	encrypted: string;
	query: { msg_signature: string; timestamp: string; nonce: string };
}

export interface Keys {
	token: string;
	encodingAesKey: string;
	receiveid: string;
}

/** Encrypts a text with 16 fresh random bytes and signs it with a fresh timestamp and nonce. */
export function seal(text: string, { token, encodingAesKey, receiveid }: Keys): Signed {
	const encrypted = encrypt(encodingAesKey, text, receiveid, randomBytes(16));
	const timestamp = String(Math.floor(Date.now() / 1000));
	const nonce = String(randomInt(100_000_000, 2_000_000_000));
	return {
		encrypted,
		query: { msg_signature: getSignature(token, timestamp, nonce, encrypted), timestamp, nonce },
	};
}

/** An encrypted passive reply (doc 90241) in plain text, or undefined when the body is none. */
export function openReply(
	body: string,
	{ token, encodingAesKey }: Keys,
): { xml: string; receiveid: string; signatureOk: boolean } | undefined {
	const field = (name: string) =>
		new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^\\]<]*)`).exec(body)?.[1] ?? '';
	const encrypted = field('Encrypt');
	if (!encrypted) return undefined;
	const { message, id } = decrypt(encodingAesKey, encrypted);
	const signatureOk =
		field('MsgSignature') === getSignature(token, field('TimeStamp'), field('Nonce'), encrypted);
	return { xml: message, receiveid: id, signatureOk };
}
