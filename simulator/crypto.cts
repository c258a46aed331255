/** Signing and encryption of callbacks (doc 90968), by WeCom's own package `@wecom/crypto`. */
import { createCipheriv, randomBytes, randomInt } from 'node:crypto';
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

/** The notice of an external payment or refund, its data encrypted with the key of the callback (docs 97478, 97335, 97338). */
export function paymentNotice(
	notify_type: string,
	event_type: string,
	data: object,
	encodingAesKey: string,
) {
	const nonce = randomBytes(6).toString('hex');
	const associated_data = notify_type === 'REFUND' ? 'refund' : 'transaction';
	const key = Buffer.from(`${encodingAesKey}=`, 'base64');
	const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(associated_data));
	const sealed = [cipher.update(JSON.stringify(data)), cipher.final(), cipher.getAuthTag()];
	const ciphertext = Buffer.concat(sealed).toString('base64');
	return {
		notify_type,
		id: `EV-${randomBytes(8).toString('hex')}`,
		create_time: '2022-11-25T20:09:15+08:00',
		event_type,
		resource_type: 'encrypt-resource',
		resource: { algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data, nonce },
		summary: notify_type === 'REFUND' ? '退款成功' : '支付成功',
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
