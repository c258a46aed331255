import * as official from '@wecom/crypto';
import { createCipheriv, randomBytes } from 'crypto';

import {
	cdata,
	decrypt,
	encrypt,
	parseEncodingAesKey,
	sign,
	signatureMatches,
	signedReply,
	signedReplyXml,
} from '../../../nodes/shared/callback/crypto';
import { parseXml } from '../../../nodes/shared/callback/xml';
import vectors from '../../fixtures/callback-crypto-vectors.json';

const KEY_TEXT = vectors[0].encodingAesKey;
const key = keyOf(KEY_TEXT);
const RANDOM = Buffer.from('0123456789abcdef');

function keyOf(text: string): Buffer {
	const parsed = parseEncodingAesKey(text);
	if (!parsed) throw new Error('not a key');
	return parsed;
}

/** Encrypts bytes as they are, to build what a correct sender would not. */
function encryptRaw(plain: Buffer): string {
	const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
	return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
}

function content(message: string, receiveId: string, length = Buffer.byteLength(message)): Buffer {
	const size = Buffer.alloc(4);
	size.writeUInt32BE(length);
	return Buffer.concat([RANDOM, size, Buffer.from(message), Buffer.from(receiveId)]);
}

describe('parseEncodingAesKey', () => {
	it('gives the 32 bytes that the official package uses', () => {
		expect(key).toHaveLength(32);
		expect(key).toEqual(Buffer.from(`${KEY_TEXT}=`, 'base64'));
	});

	it('ignores white space around the key', () => {
		expect(parseEncodingAesKey(` \t${KEY_TEXT}\r\n`)).toEqual(key);
	});

	it.each([
		['empty', ''],
		['42 characters', KEY_TEXT.slice(1)],
		['44 characters', `${KEY_TEXT}A`],
		['with its padding', `${KEY_TEXT}=`],
		['white space inside', `${KEY_TEXT.slice(0, 20)} ${KEY_TEXT.slice(21)}`],
		['the URL alphabet', `-_${KEY_TEXT.slice(2)}`],
		['a line after it', `${KEY_TEXT}\nA`],
	])('refuses a key that is %s', (_what, text) => {
		expect(parseEncodingAesKey(text)).toBeUndefined();
	});
});

describe.each(vectors)('vector: $name', (vector) => {
	const vectorKey = keyOf(vector.encodingAesKey);

	it('is signed', () => {
		const { token, timestamp, nonce } = vector;
		expect(sign(token, timestamp, nonce, vector.encrypt)).toBe(vector.msg_signature);
	});

	it('decrypts', () => {
		expect(decrypt(vectorKey, vector.encrypt)).toEqual({
			message: vector.plaintext,
			receiveId: vector.receiveid,
		});
	});

	it('decrypts with the official package to the same', () => {
		const theirs = official.decrypt(vector.encodingAesKey, vector.encrypt);
		expect(theirs).toMatchObject({ message: vector.plaintext, id: vector.receiveid });
		// The random bytes are all that is missing to encrypt it to the very same text.
		const { message, id, random } = theirs;
		expect(encrypt(vectorKey, message, id, random)).toBe(vector.encrypt);
	});
});

describe('signature', () => {
	it('equals the official one for any order of the values', () => {
		for (const [token, timestamp, nonce, text] of [
			['a', 'b', 'c', 'd'],
			['d', 'c', 'b', 'a'],
			['Z', 'a', '1', '/'],
			['tok', '9', '10', 'Ab+/='],
		]) {
			expect(sign(token, timestamp, nonce, text)).toBe(
				official.getSignature(token, timestamp, nonce, text),
			);
		}
	});

	it('ignores white space around the token', () => {
		expect(sign(' token\n', '1', '2', '3')).toBe(sign('token', '1', '2', '3'));
	});

	it('matches itself and nothing that differs at any position', () => {
		const signature = vectors[0].msg_signature;
		expect(signatureMatches(signature, signature)).toBe(true);
		for (let at = 0; at < signature.length; at += 1) {
			const other = signature[at] === '0' ? '1' : '0';
			const wrong = signature.slice(0, at) + other + signature.slice(at + 1);
			expect(signatureMatches(signature, wrong)).toBe(false);
		}
	});

	it.each([
		undefined,
		null,
		'',
		0,
		{},
		[],
		[vectors[0].msg_signature],
		{ length: 40 },
		vectors[0].msg_signature.toUpperCase(),
		`${vectors[0].msg_signature} `,
		'é'.repeat(20),
		'\ud800'.repeat(40),
	])('is false for %p', (given) => {
		expect(signatureMatches(vectors[0].msg_signature, given)).toBe(false);
	});
});

describe('decrypt', () => {
	it('takes every padding from 1 to 32, as the official package writes it', () => {
		const pads = new Set<number>();
		for (let length = 0; length < 32; length += 1) {
			const message = 'x'.repeat(length);
			const mine = encrypt(key, message, 'ww1', RANDOM);
			expect(mine).toBe(official.encrypt(KEY_TEXT, message, 'ww1', RANDOM));
			expect(decrypt(key, mine)).toEqual({ message, receiveId: 'ww1' });
			pads.add(Buffer.from(mine, 'base64').length - content(message, 'ww1').length);
		}
		expect([...pads].sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1));
	});

	it('and the official package read what the other wrote', () => {
		for (const message of ['', 'hello', '你好，企业微信 😀', 'x'.repeat(100_000)]) {
			for (const id of ['', 'wx5823bf96d3bd56c7']) {
				expect(official.decrypt(KEY_TEXT, encrypt(key, message, id))).toMatchObject({
					message,
					id,
				});
				expect(decrypt(key, official.encrypt(KEY_TEXT, message, id))).toEqual({
					message,
					receiveId: id,
				});
			}
		}
	});

	it.each([0, 33, 64, 255])('refuses a pad byte of %i', (pad) => {
		const plain = Buffer.concat([content('x'.repeat(40), 'ww1'), Buffer.alloc(33, pad)]);
		expect(plain.length % 32).toBe(0);
		expect(decrypt(key, encryptRaw(plain))).toBeUndefined();
	});

	it('refuses padding of which a single byte is wrong, whichever it is', () => {
		const body = content('x'.repeat(9), 'ww1');
		for (let at = 0; at < 31; at += 1) {
			const padding = Buffer.alloc(32, 32);
			padding[at] = 31;
			expect(decrypt(key, encryptRaw(Buffer.concat([body, padding])))).toBeUndefined();
		}
		const good = encryptRaw(Buffer.concat([body, Buffer.alloc(32, 32)]));
		expect(decrypt(key, good)).toEqual({ message: 'x'.repeat(9), receiveId: 'ww1' });
	});

	it.each([2, 60, 0x7fffffff, 0xffffffff])('refuses a length of %i for 1 byte', (length) => {
		const body = content('x', '', length);
		const padded = Buffer.concat([body, Buffer.alloc(32 - body.length, 32 - body.length)]);
		expect(decrypt(key, encryptRaw(padded))).toBeUndefined();
	});

	it('refuses what is too short to hold a header', () => {
		expect(decrypt(key, encryptRaw(Buffer.alloc(32, 32)))).toBeUndefined();
		expect(decrypt(key, encryptRaw(Buffer.alloc(32, 13)))).toBeUndefined();
		expect(decrypt(key, encryptRaw(Buffer.alloc(16, 1)))).toBeUndefined();
	});

	it('refuses another key', () => {
		for (let i = 0; i < 50; i += 1) {
			expect(decrypt(randomBytes(32), vectors[0].encrypt)).toBeUndefined();
		}
		expect(decrypt(Buffer.alloc(16), vectors[0].encrypt)).toBeUndefined();
	});

	const good = vectors[0].encrypt;
	it.each([
		['nothing', ''],
		['one character less', good.slice(1)],
		['no padding', good.replace(/=+$/, '')],
		['a line break', `${good.slice(0, 76)}\n${good.slice(76)}`],
		['white space after', `${good} `],
		['the URL alphabet', good.replaceAll('+', '-').replaceAll('/', '_')],
		['a foreign character', `*${good.slice(1)}`],
		['text behind the padding', `${good}AAAA`],
		['spare bits set', good.replace('Q==', 'R==')],
		['a block less', Buffer.from(good, 'base64').subarray(0, -8).toString('base64')],
	])('refuses base64 with %s', (_what, text) => {
		expect(decrypt(key, text)).toBeUndefined();
	});
});

describe('reply', () => {
	const to = { token: vectors[0].token, aesKey: key, receiveId: 'ww1' };

	it('is signed and encrypted so that the official package reads it', () => {
		const reply = signedReply(to, '<xml>ok</xml>', 1409659813, '1372623149');
		expect(reply).toMatchObject({ TimeStamp: 1409659813, Nonce: '1372623149' });
		expect(reply.MsgSignature).toBe(
			official.getSignature(to.token, '1409659813', reply.Nonce, reply.Encrypt),
		);
		expect(official.decrypt(KEY_TEXT, reply.Encrypt)).toMatchObject({
			message: '<xml>ok</xml>',
			id: 'ww1',
		});
	});

	it('has fresh random bytes each time', () => {
		const [one, two] = [1, 2].map(() => signedReply(to, 'x', 1, 'n').Encrypt);
		expect(one).not.toBe(two);
	});

	it('has the XML form of doc 90930', () => {
		const reply = { Encrypt: 'E+/=', MsgSignature: 'ab', TimeStamp: 5, Nonce: 'n' };
		expect(signedReplyXml(reply)).toBe(
			'<xml><Encrypt><![CDATA[E+/=]]></Encrypt><MsgSignature><![CDATA[ab]]></MsgSignature>' +
				'<TimeStamp>5</TimeStamp><Nonce><![CDATA[n]]></Nonce></xml>',
		);
	});

	it('keeps a nonce inside its element', () => {
		const Nonce = ']]></Nonce><Encrypt>x</Encrypt>';
		const xml = signedReplyXml({ Encrypt: 'E', MsgSignature: 's', TimeStamp: 5, Nonce });
		expect(parseXml(xml)).toEqual({
			ok: true,
			root: 'xml',
			value: { Encrypt: 'E', MsgSignature: 's', TimeStamp: '5', Nonce },
		});
	});

	it('splits every end of CDATA', () => {
		for (const text of [']]>', 'a]]>b]]>', ']]]]>>', '']) {
			const parsed = parseXml(`<xml><a>${cdata(text)}</a></xml>`);
			expect(parsed).toMatchObject({ ok: true, value: { a: text } });
		}
	});
});
