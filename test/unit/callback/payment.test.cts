/** The second encryption of external payment (docs 97478, 97335, 97338), made by the simulator. */
import { parseEncodingAesKey } from '../../../nodes/shared/callback/crypto';
import { openPayment } from '../../../nodes/shared/callback/payment';
import { paymentNotice } from '../../../simulator/crypto.cts';

const KEY_TEXT = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const key = parseEncodingAesKey(KEY_TEXT) as Buffer;
const order = { out_trade_no: '12', amount: { total: 100 }, attach: '自定义' };
const { resource } = paymentNotice('NORMALPAY', 'TRANSACTION.SUCCESS', order, KEY_TEXT);

it('is decrypted in one go, with all digits', () => {
	expect(openPayment(resource, key)).toEqual({ ok: true, value: order });
	const refund = paymentNotice('REFUND', 'REFUND.SUCCESS', { refund_id: 0 }, KEY_TEXT);
	expect(
		openPayment({ ...refund.resource, ciphertext: ` ${refund.resource.ciphertext}\n` }, key),
	).toEqual({ ok: true, value: { refund_id: 0 } });
});

const change = (text: string) => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);
it.each([
	['nothing at all', undefined, 'there is no resource.ciphertext'],
	['text', 'x', 'there is no resource.ciphertext'],
	['no ciphertext', { ...resource, ciphertext: '' }, 'there is no resource.ciphertext'],
	[
		'a ciphertext that is no text',
		{ ...resource, ciphertext: 1 },
		'there is no resource.ciphertext',
	],
	['another algorithm', { ...resource, algorithm: 'RSA' }, 'not AEAD_AES_256_GCM'],
	['a short ciphertext', { ...resource, ciphertext: 'AAAA' }, 'too short'],
	[
		'a changed ciphertext',
		{ ...resource, ciphertext: change(resource.ciphertext) },
		'EncodingAESKey',
	],
	['a changed nonce', { ...resource, nonce: change(resource.nonce) }, 'EncodingAESKey'],
	['no nonce', { ...resource, nonce: '' }, 'EncodingAESKey'],
	['other associated data', { ...resource, associated_data: 'x' }, 'EncodingAESKey'],
])('is refused with a reason: %s', (_what, given, reason) => {
	const opened = openPayment(given, key);
	expect(opened).toEqual({ ok: false, reason: expect.stringContaining(reason) });
});

it('is refused with another key', () => {
	expect(openPayment(resource, Buffer.alloc(32))).toMatchObject({ ok: false });
});

it('is refused when there is no object inside', () => {
	const list = paymentNotice('NORMALPAY', 'TRANSACTION.SUCCESS', ['a'], KEY_TEXT);
	expect(openPayment(list.resource, key)).toEqual({
		ok: false,
		reason: 'the decrypted resource is not usable JSON: not an object',
	});
});
