import {
	createCipheriv,
	createDecipheriv,
	createHash,
	createSecretKey,
	randomBytes,
	timingSafeEqual,
	type KeyObject,
} from 'crypto';

/** WeCom pads to a multiple of 32 although the AES block is 16 (doc 90968), so a pad byte is 1..32. */
const PAD_SIZE = 32;
const BLOCK_SIZE = 16;
/** 16 random bytes and the 4-byte big-endian length of the message stand before it. */
const HEADER_SIZE = 20;

/** What a decrypted envelope holds: the message (UTF-8) and whom it is for (Corp ID, Suite ID or empty). */
export interface Decrypted {
	message: string;
	receiveId: string;
}

/** The four fields of an encrypted passive reply, named as WeCom's XML names them (doc 90968). */
export interface SignedReply {
	Encrypt: string;
	MsgSignature: string;
	/** Unix time in seconds. */
	TimeStamp: number;
	Nonce: string;
}

/**
 * The AES key (32 bytes) behind an EncodingAESKey of 43 base64 characters (doc 90968).
 * White space around it is ignored; anything else gives undefined.
 */
export function parseEncodingAesKey(text: string): Buffer | undefined {
	const trimmed = text.trim();
	if (!/^[A-Za-z0-9+/]{43}$/.test(trimmed)) return undefined;
	return Buffer.from(`${trimmed}=`, 'base64');
}

/**
 * msg_signature: SHA-1 (lower-case hex) of the four values, sorted and put together (doc 90968).
 * `encrypted` is the base64 text exactly as received; white space around the token is ignored.
 */
export function sign(token: string, timestamp: string, nonce: string, encrypted: string): string {
	// UTF-16 order, which sort() uses, is byte order for everything WeCom allows in these values.
	const sorted = [token.trim(), timestamp, nonce, encrypted].sort();
	return createHash('sha1').update(sorted.join('')).digest('hex');
}

/** Compares two signatures in constant time. Whatever `given` is, the answer is true or false. */
export function signatureMatches(expected: string, given: unknown): boolean {
	if (typeof given !== 'string') return false;
	const left = Buffer.from(expected);
	const right = Buffer.from(given);
	return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Decrypts the base64 text of an envelope or echostr (AES-256-CBC, doc 90968).
 * Undefined if it is not strict base64, does not decrypt with this key, or is not padded and
 * measured as WeCom does; the cases are not told apart on purpose.
 */
export function decrypt(key: Buffer, base64: string): Decrypted | undefined {
	const encrypted = Buffer.from(base64, 'base64');
	// Node skips what is not base64, so only a text that comes back the same was strict.
	if (encrypted.toString('base64') !== base64) return undefined;
	const content = decryptBytes(key, encrypted);
	if (!content || content.length < HEADER_SIZE) return undefined;

	const end = HEADER_SIZE + content.readUInt32BE(BLOCK_SIZE);
	if (end > content.length) return undefined;
	return {
		message: content.toString('utf8', HEADER_SIZE, end),
		receiveId: content.toString('utf8', end),
	};
}

/** Decrypts and unpads bytes, such as the file of a message to an AI bot (doc 101834); undefined as for `decrypt`. */
export function decryptBytes(key: Buffer, encrypted: Buffer): Buffer | undefined {
	if (key.length !== 32) return undefined;
	if (encrypted.length < PAD_SIZE || encrypted.length % BLOCK_SIZE !== 0) return undefined;
	const decipher = createDecipheriv('aes-256-cbc', keyObject(key), key.subarray(0, BLOCK_SIZE));
	decipher.setAutoPadding(false);
	return unpad(Buffer.concat([decipher.update(encrypted), decipher.final()]));
}

/**
 * The reverse of `decrypt`: base64 text for `message` to or from `receiveId`.
 * `random16` is for tests; it must have 16 bytes.
 */
export function encrypt(
	key: Buffer,
	message: string,
	receiveId: string,
	random16: Buffer = randomBytes(16),
): string {
	const body = Buffer.from(message);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(body.length);
	const content = Buffer.concat([random16, length, body, Buffer.from(receiveId)]);
	const pad = PAD_SIZE - (content.length % PAD_SIZE);

	const cipher = createCipheriv('aes-256-cbc', keyObject(key), key.subarray(0, BLOCK_SIZE));
	cipher.setAutoPadding(false);
	const parts = [cipher.update(content), cipher.update(Buffer.alloc(pad, pad)), cipher.final()];
	return Buffer.concat(parts).toString('base64');
}

/** Encrypts and signs a passive reply (doc 90241). `timestamp` is Unix time in seconds. */
export function signedReply(
	to: { token: string; aesKey: Buffer; receiveId: string },
	message: string,
	timestamp: number,
	nonce: string,
): SignedReply {
	const encrypted = encrypt(to.aesKey, message, to.receiveId);
	return {
		Encrypt: encrypted,
		MsgSignature: sign(to.token, String(timestamp), nonce, encrypted),
		TimeStamp: timestamp,
		Nonce: nonce,
	};
}

/** The XML form of a signed reply, ready to be the body of the answer (doc 90930). */
export function signedReplyXml(reply: SignedReply): string {
	const { Encrypt, MsgSignature, TimeStamp, Nonce } = reply;
	return (
		`<xml><Encrypt>${cdata(Encrypt)}</Encrypt><MsgSignature>${cdata(MsgSignature)}</MsgSignature>` +
		`<TimeStamp>${TimeStamp}</TimeStamp><Nonce>${cdata(Nonce)}</Nonce></xml>`
	);
}

/** The JSON form, which AI bots take; its nonce must be that of the callback it answers (doc 101033). */
export function signedReplyJson(reply: SignedReply): string {
	const { Encrypt, MsgSignature, TimeStamp, Nonce } = reply;
	return JSON.stringify({
		encrypt: Encrypt,
		msgsignature: MsgSignature,
		timestamp: TimeStamp,
		nonce: Nonce,
	});
}

/** `text` as a CDATA section; a `]]>` inside it is split over two, so nothing can end it early. */
export function cdata(text: string): string {
	return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

/** `padded` has PAD_SIZE bytes or more. */
function unpad(padded: Buffer): Buffer | undefined {
	const pad = padded[padded.length - 1];
	if (pad < 1 || pad > PAD_SIZE) return undefined;
	const end = padded.length - pad;
	return padded.subarray(end).every((byte) => byte === pad) ? padded.subarray(0, end) : undefined;
}

const keyObjects = new WeakMap<Buffer, KeyObject>();

/** Node.js checks a raw key anew with every use, which costs more than the decryption of a message. */
function keyObject(key: Buffer): KeyObject {
	const known = keyObjects.get(key) ?? createSecretKey(key);
	keyObjects.set(key, known);
	return known;
}
