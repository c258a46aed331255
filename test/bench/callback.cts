/** The package's own time for a callback: from the raw body to the payload, without n8n. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { decrypt, getSignature } from '@wecom/crypto';
import { XMLParser } from 'fast-xml-parser';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { seal } from '../../simulator/crypto.cts';
import { repoRoot } from '../support/paths.cts';
import { atMost, information, type Row } from './report.cts';
import { interleave, median, medianRatio } from './stats.cts';

const ROUNDS = 15;
const CALLS = 400;
const PAYLOAD_BYTES = 1024;

type Shared = (path: string) => Record<string, (...args: never[]) => unknown>;
const built = createRequire(
	join(repoRoot, 'dist', 'nodes', 'shared', 'callback', 'envelope.js'),
) as Shared;

/** A text message whose XML has exactly so many bytes. */
export function textMessage(msgId: string, bytes = PAYLOAD_BYTES): string {
	const [head, tail] = [
		`<xml><ToUserName><![CDATA[${DEMO_CORP.corpid}]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>` +
			'<CreateTime>1790000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[',
		`]]></Content><MsgId>${msgId}</MsgId><AgentID>${DEMO_APP.agentid}</AgentID></xml>`,
	];
	return head + 'x'.repeat(bytes - Buffer.byteLength(head + tail)) + tail;
}

/** The envelope and the query of a callback as WeCom sends it. */
export function sealed(xml: string): { body: Buffer; query: Record<string, string> } {
	const { token, encodingAesKey } = DEMO_APP.callback;
	const { encrypted, query } = seal(xml, { token, encodingAesKey, receiveid: DEMO_CORP.corpid });
	const envelope =
		`<xml><ToUserName><![CDATA[${DEMO_CORP.corpid}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt>` +
		`<AgentID><![CDATA[${DEMO_APP.agentid}]]></AgentID></xml>`;
	return { body: Buffer.from(envelope), query };
}

export async function callbackRows(): Promise<Row[]> {
	const { token, encodingAesKey } = DEMO_APP.callback;
	const { body, query } = sealed(textMessage('7512345678901234567'));
	const { openCallback } = built('./envelope.js') as {
		openCallback: (input: object) => { ok: boolean };
	};
	const { parseEncodingAesKey } = built('./crypto.js') as {
		parseEncodingAesKey: (key: string) => Buffer;
	};
	const input = {
		rawBody: body,
		query,
		token,
		aesKey: parseEncodingAesKey(encodingAesKey),
		receiveIds: [DEMO_CORP.corpid],
	};
	const parser = new XMLParser({ parseTagValue: false });

	const own = () => {
		if (!openCallback(input).ok) throw new Error('the callback was refused');
	};
	const libraries = () => {
		const { Encrypt } = (parser.parse(body.toString('utf8')) as { xml: { Encrypt: string } }).xml;
		if (getSignature(token, query.timestamp, query.nonce, Encrypt) !== query.msg_signature)
			throw new Error('the signature is wrong');
		const { message, id } = decrypt(encodingAesKey, Encrypt);
		if (id !== DEMO_CORP.corpid || !(parser.parse(message) as { xml?: object }).xml)
			throw new Error('the payload is wrong');
	};
	const times = await interleave(
		{ own: () => perCall(own), libraries: () => perCall(libraries) },
		ROUNDS,
	);
	const junk = Buffer.alloc(4 * 1024 * 1024, ' ');
	const refuse = () => {
		if (openCallback({ ...input, rawBody: junk }).ok) throw new Error('it was not refused');
	};
	const refusals = await interleave({ refuse: () => perCall(refuse, 1) }, ROUNDS);
	return [
		atMost('refusing 4 MB of white space from a stranger', median(refusals.refuse), 500, 'ms'),
		atMost('own time per 1 kB callback', median(times.own), 0.3, 'ms', 3),
		information(
			'  @wecom/crypto + fast-xml-parser for the same',
			`${median(times.libraries).toFixed(3)} ms, own = ${medianRatio(times.own, times.libraries).toFixed(2)} x`,
		),
	];
}

function perCall(work: () => void, calls = CALLS): number {
	const started = performance.now();
	for (let i = 0; i < calls; i++) work();
	return (performance.now() - started) / calls;
}
