/**
 * Prints what `openCallback` costs per callback: `node -r tsx/cjs test/unit/callback/measure.cts`.
 * The budget is 0.3 ms for a payload of 1 kB.
 */
import { encrypt, parseEncodingAesKey, sign } from '../../../nodes/shared/callback/crypto';
import { openCallback } from '../../../nodes/shared/callback/envelope';
import vectors from '../../fixtures/callback-crypto-vectors.json';
import samples from '../../fixtures/callback-samples.json';

const { token, encodingAesKey } = vectors[0];
const aesKey = parseEncodingAesKey(encodingAesKey) as Buffer;

/** Median milliseconds per call over 20 rounds of 500. */
export function measure(payload: string): number {
	const encrypted = encrypt(aesKey, payload, 'ww1');
	const rawBody = Buffer.from(
		`<xml><ToUserName><![CDATA[ww1]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
	);
	const query = { msg_signature: sign(token, '1', 'n', encrypted), timestamp: '1', nonce: 'n' };
	const rounds: number[] = [];
	for (let round = 0; round < 20; round += 1) {
		const started = performance.now();
		for (let i = 0; i < 500; i += 1) {
			const opened = openCallback({ rawBody, query, token, aesKey, receiveIds: ['ww1'] });
			if (!opened.ok) throw new Error(opened.reason);
		}
		rounds.push((performance.now() - started) / 500);
	}
	return rounds.sort((a, b) => a - b)[rounds.length / 2];
}

if (require.main === module) {
	const member = samples.find(
		({ kind }) => 'ChangeType' in kind && kind.ChangeType === 'create_user',
	);
	const text = `<xml><ToUserName>ww1</ToUserName><MsgType>text</MsgType><Content><![CDATA[${'x'.repeat(930)}]]></Content></xml>`;
	for (const payload of [text, member?.xml ?? '']) {
		console.log(
			`${Buffer.byteLength(payload)} bytes: ${measure(payload).toFixed(4)} ms per callback`,
		);
	}
}
