import { createDecipheriv } from 'crypto';
import { parseJson } from './json';

/** What the encrypted part of a payment notice holds, or why it cannot be read. */
export type PaymentData =
	| { ok: true; value: Record<string, unknown> }
	| { ok: false; reason: string };

const ALGORITHM = 'AEAD_AES_256_GCM';
const TAG_SIZE = 16;

/**
 * Decrypts the `resource` of an external payment's notice (docs 97478, 97335, 97338): AES-256-GCM with the key of the
 * callback itself, the tag at the end, always JSON inside. Never throws; `reason` never quotes the data.
 */
export function openPayment(resource: unknown, key: Buffer): PaymentData {
	const field = (name: string) => {
		const value: unknown =
			typeof resource === 'object' && resource !== null ? Reflect.get(resource, name) : undefined;
		return typeof value === 'string' ? value.trim() : '';
	};
	if (!field('ciphertext')) return { ok: false, reason: 'there is no resource.ciphertext' };
	if (field('algorithm') !== ALGORITHM)
		return { ok: false, reason: `resource.algorithm is not ${ALGORITHM}` };
	const bytes = Buffer.from(field('ciphertext'), 'base64');
	if (bytes.length <= TAG_SIZE) return { ok: false, reason: 'resource.ciphertext is too short' };
	let text: string;
	try {
		const nonce = Buffer.from(field('nonce'));
		const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_SIZE });
		decipher.setAAD(Buffer.from(field('associated_data')));
		decipher.setAuthTag(bytes.subarray(-TAG_SIZE));
		const data = bytes.subarray(0, -TAG_SIZE);
		text = Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8');
	} catch {
		return {
			ok: false,
			reason: 'resource.ciphertext does not decrypt with the EncodingAESKey of the credential',
		};
	}
	const parsed = parseJson(text);
	return parsed.ok
		? parsed
		: { ok: false, reason: `the decrypted resource is not usable JSON: ${parsed.reason}` };
}
