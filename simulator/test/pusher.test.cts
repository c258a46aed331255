import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import vectors from '../../test/fixtures/callback-crypto-vectors.json';
import { decrypt, encrypt, getSignature, openReply, seal } from '../crypto.cts';
import { DEMO_APP, DEMO_CONTACTS, DEMO_CORP } from '../demo-data.cts';
import { sample, sampleKinds } from '../samples.cts';
import { toXml } from '../xml.cts';
import { useSimulator } from './api.cts';

const api = useSimulator();
const keys = { ...DEMO_APP.callback, receiveid: DEMO_CORP.corpid };
const AGENT = DEMO_APP.agentid;

interface Received {
	method: string;
	query: URLSearchParams;
	body: string;
	type?: string;
}

/** A callback receiver whose answer each test chooses. */
let receiver: Server;
let received: Received[];
let respond: (response: ServerResponse, request: Received) => unknown;
/** Each test has a path of its own, since a request that was cut may arrive when its test is over. */
let path: string;
let paths = 0;

beforeAll(async () => {
	receiver = createServer((request: IncomingMessage, response: ServerResponse) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const { pathname, searchParams } = new URL(request.url!, 'http://x');
			if (pathname !== path) return void response.end();
			const entry = {
				method: request.method!,
				query: searchParams,
				body: Buffer.concat(chunks).toString(),
				type: request.headers['content-type'],
			};
			received.push(entry);
			respond(response, entry);
		});
	});
	await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
	received = [];
	path = `/hook-${++paths}`;
	respond = (response) => response.end();
	const { port } = receiver.address() as AddressInfo;
	api.sim.control.setApp(AGENT, {
		callback: { ...DEMO_APP.callback, url: `http://127.0.0.1:${port}${path}?own=1` },
	});
});
afterAll(async () => {
	receiver.closeAllConnections();
	await new Promise((resolve) => receiver.close(resolve));
});

/** What a receiver with the right keys gets out of a delivery, without the simulator's own classes. */
function open({ body, query }: Received) {
	const encrypted = /<Encrypt><!\[CDATA\[(.*?)\]\]><\/Encrypt>/.exec(body)![1];
	const signature = getSignature(
		keys.token,
		query.get('timestamp')!,
		query.get('nonce')!,
		encrypted,
	);
	return {
		...decrypt(keys.encodingAesKey, encrypted),
		signatureOk: signature === query.get('msg_signature'),
	};
}

describe('crypto', () => {
	it.each(vectors.map((vector) => [vector.name, vector] as const))(
		'vector: %s',
		(_name, vector) => {
			expect(getSignature(vector.token, vector.timestamp, vector.nonce, vector.encrypt)).toBe(
				vector.msg_signature,
			);
			const opened = decrypt(vector.encodingAesKey, vector.encrypt);
			expect([opened.message, opened.id]).toEqual([vector.plaintext, vector.receiveid]);
			expect(
				encrypt(vector.encodingAesKey, vector.plaintext, vector.receiveid, opened.random),
			).toBe(vector.encrypt);
		},
	);

	it('pads to 32 bytes and signs with fresh values', () => {
		const [first, second] = [seal('x', keys), seal('x', keys)];
		expect(Buffer.from(first.encrypted, 'base64').length % 32).toBe(0);
		expect(first.encrypted).not.toBe(second.encrypted);
		expect(first.query.nonce).not.toBe(second.query.nonce);
	});
});

describe('verifyUrl', () => {
	const echo = (query: URLSearchParams) =>
		decrypt(keys.encodingAesKey, query.get('echostr')!).message;

	it('passes when the decrypted echostr comes back', async () => {
		respond = (response, { query }) => response.end(echo(query));
		const result = await api.sim.verifyUrl(AGENT);
		expect(result).toMatchObject({
			ok: true,
			status: 200,
			body: expect.stringMatching(/^\d{19}$/),
		});
		const [{ method, query }] = received;
		expect(method).toBe('GET');
		expect(query.get('own')).toBe('1');
		const signature = getSignature(
			keys.token,
			query.get('timestamp')!,
			query.get('nonce')!,
			query.get('echostr')!,
		);
		expect(query.get('msg_signature')).toBe(signature);
	});

	it.each([
		['quotes', (text: string) => `"${text}"`, /quotes/],
		['a BOM', (text: string) => `\uFEFF${text}`, /BOM/],
		['a newline', (text: string) => `${text}\n`, /white space/],
		['nothing', () => '', /empty/],
		['success', () => 'success', /not the decrypted/],
	])('fails for %s', async (_name, change, reason) => {
		respond = (response, { query }) => response.end(change(echo(query)));
		const result = await api.sim.verifyUrl(AGENT);
		expect(result.ok).toBe(false);
		expect(result.reason).toMatch(reason);
	});

	it('fails for another status, after 1 s, and when nobody listens', async () => {
		respond = (response) => response.writeHead(404).end();
		expect(await api.sim.verifyUrl(AGENT)).toMatchObject({ ok: false, reason: 'status 404' });
		respond = () => undefined;
		const late = await api.sim.verifyUrl(AGENT);
		expect(late).toMatchObject({ ok: false, reason: 'timed out after 1000 ms' });
		const nobody = await api.sim.verifyUrl({ ...keys, url: 'http://127.0.0.1:1/' });
		expect(nobody.reason).toContain('ECONNREFUSED');
	});

	it('saveCallback takes effect only when the verification passes', async () => {
		const { url } = api.sim.state.apps[0].callback;
		const settings = {
			url,
			token: 'anotherToken',
			encodingAesKey: DEMO_CONTACTS.callback.encodingAesKey,
		};
		expect((await api.sim.control.saveCallback(AGENT, settings)).ok).toBe(false);
		expect(api.sim.state.apps[0].callback.token).toBe(DEMO_APP.callback.token);
		respond = (response, { query }) =>
			response.end(decrypt(settings.encodingAesKey, query.get('echostr')!).message);
		expect((await api.sim.control.saveCallback(AGENT, settings)).ok).toBe(true);
		expect(api.sim.state.apps[0].callback).toEqual(settings);
	});
});

describe('push', () => {
	it('posts the signed and encrypted envelope', async () => {
		const result = await api.sim.push(AGENT, { kind: 'text', fields: { Content: '你好 <&>' } });
		expect(result.ok).toBe(true);
		expect(result.attempts).toEqual([expect.objectContaining({ status: 200, body: '' })]);
		const [delivery] = received;
		expect(delivery.type).toBe('text/xml');
		expect(delivery.query.get('own')).toBe('1');
		expect(delivery.body).toMatch(
			new RegExp(
				`^<xml><ToUserName><!\\[CDATA\\[${DEMO_CORP.corpid}\\]\\]></ToUserName><Encrypt>.*</Encrypt><AgentID><!\\[CDATA\\[${AGENT}\\]\\]></AgentID></xml>$`,
			),
		);
		expect(open(delivery)).toMatchObject({
			message: result.xml,
			id: DEMO_CORP.corpid,
			signatureOk: true,
		});
		expect(result.xml).toContain('<Content><![CDATA[你好 <&>]]></Content>');
	});

	it('takes XML and fields as they are', async () => {
		expect((await api.sim.push(AGENT, '<xml><A>1</A></xml>')).xml).toBe('<xml><A>1</A></xml>');
		expect((await api.sim.push(AGENT, { A: 'x', B: [1, 2] })).xml).toBe(
			'<xml><A><![CDATA[x]]></A><B>1</B><B>2</B></xml>',
		);
	});

	it('retries three times after another status than 200, with new signatures', async () => {
		respond = (response) => response.writeHead(received.length < 3 ? 500 : 200).end();
		const recovered = await api.sim.push(AGENT, { kind: 'text' });
		expect(recovered.attempts.map(({ status }) => status)).toEqual([500, 500, 200]);
		expect(new Set(received.map(({ query }) => query.get('nonce'))).size).toBe(3);
		expect(new Set(received.map((one) => open(one).message)).size).toBe(1);

		respond = (response) => response.writeHead(204).end();
		const lost = await api.sim.push(AGENT, { kind: 'text' });
		expect(lost.ok).toBe(false);
		expect(lost.attempts).toHaveLength(4);
		expect((await api.sim.push(AGENT, { kind: 'text' }, { retries: 0 })).attempts).toHaveLength(1);
	});

	it('cuts a late answer and retries', async () => {
		respond = (response) => (received.length === 1 ? undefined : response.end());
		const { ok, attempts } = await api.sim.push(AGENT, { kind: 'text' }, { timeoutMs: 100 });
		expect(ok).toBe(true);
		expect(attempts).toMatchObject([
			{ error: 'timed out after 100 ms', body: '' },
			{ status: 200 },
		]);
		expect(attempts[0].status).toBeUndefined();
		respond = (response) => response.write('half');
		const half = await api.sim.push(AGENT, { kind: 'text' }, { timeoutMs: 100, retries: 0 });
		expect(half).toMatchObject({ ok: false, attempts: [{ error: 'timed out after 100 ms' }] });
		respond = () => undefined;
		const cut = await api.sim.push(AGENT, { kind: 'text' }, { cutAfterMs: 50, retries: 0 });
		expect(cut.attempts[0].error).toBe('cut after 50 ms');
	});

	it('resends the identical payload with a new nonce', async () => {
		await api.sim.push(AGENT, { kind: 'text' }, { resend: 1 });
		expect(received).toHaveLength(2);
		expect(open(received[0]).message).toBe(open(received[1]).message);
		expect(received[0].query.get('nonce')).not.toBe(received[1].query.get('nonce'));
	});

	it('tampers on demand', async () => {
		const push = async (options: object) => {
			await api.sim.push(AGENT, { kind: 'text' }, options);
			return received.at(-1)!;
		};
		expect(open(await push({ tamper: 'signature' })).signatureOk).toBe(false);
		expect(open(await push({ tamper: 'token' })).signatureOk).toBe(false);
		expect(open(await push({ tamper: 'receiveid' })).id).not.toBe(DEMO_CORP.corpid);
		expect(open(await push({ tamper: 'xml' })).message).toMatch(/<\/Broken$/);
		expect((await push({ tamper: 'envelope' })).body).not.toContain('</xml>');
		expect((await push({ body: '{}', contentType: 'application/json' })).type).toBe(
			'application/json',
		);
		expect(open(await push({ oversizeBytes: 100_000 })).message.length).toBeGreaterThan(100_000);
		const wrongKey = await push({ tamper: 'aesKey' });
		const readable = (() => {
			try {
				return open(wrongKey).message.startsWith('<xml>');
			} catch {
				return false;
			}
		})();
		expect(readable).toBe(false);
	});

	it('reads an encrypted passive reply', async () => {
		const reply = seal('<xml><MsgType>text</MsgType></xml>', keys);
		const { msg_signature, timestamp, nonce } = reply.query;
		respond = (response) =>
			response.end(
				toXml({
					Encrypt: reply.encrypted,
					MsgSignature: msg_signature,
					TimeStamp: Number(timestamp),
					Nonce: nonce,
				}),
			);
		const { attempts } = await api.sim.push(AGENT, { kind: 'text' });
		expect(attempts[0].reply).toEqual({
			xml: '<xml><MsgType>text</MsgType></xml>',
			receiveid: DEMO_CORP.corpid,
			signatureOk: true,
		});
		expect(openReply('success', keys)).toBeUndefined();
	});

	it('needs a callback URL', async () => {
		await expect(api.sim.push(1000003, { kind: 'text' })).rejects.toThrow('no callback URL');
		await expect(api.sim.push(AGENT, { kind: 'nonsense' })).rejects.toThrow('Unknown kind');
	});
});

describe('samples', () => {
	const app = { corpid: DEMO_CORP.corpid, agentid: AGENT };

	it.each(sampleKinds)('%s has the common fields', (kind) => {
		const fields = sample(app, kind);
		expect(fields).toMatchObject({
			ToUserName: DEMO_CORP.corpid,
			FromUserName: expect.any(String),
			CreateTime: expect.any(Number),
		});
		const contact = fields.Event === 'change_contact';
		expect(fields.FromUserName === 'sys').toBe(contact);
		expect('AgentID' in fields).toBe(!contact && kind !== 'batch_job_result');
		expect('MsgId' in fields).toBe(fields.MsgType !== 'event');
		expect(toXml(fields)).toMatch(/^<xml><ToUserName>.*<\/xml>$/);
	});

	it('MsgIds are fresh, larger than 2^53, and fields can be changed or left out', () => {
		const [first, second] = [sample(app, 'text'), sample(app, 'text')];
		expect(first.MsgId).not.toBe(second.MsgId);
		expect(BigInt(first.MsgId as string)).toBeGreaterThan(2n ** 53n);
		expect(toXml(first)).toContain(`<MsgId>${String(first.MsgId)}</MsgId>`);
		expect(sample(app, 'text', { FromUserName: 'lisi', AgentID: undefined })).toMatchObject({
			FromUserName: 'lisi',
			AgentID: undefined,
		});
	});

	it('repeats elements and keeps "]]>" inside CDATA', () => {
		expect(toXml(sample(app, 'template_card_event'))).toContain(
			'<OptionId><![CDATA[a]]></OptionId><OptionId><![CDATA[b]]></OptionId>',
		);
		expect(toXml({ A: 'x]]>y' })).toBe('<xml><A><![CDATA[x]]]]><![CDATA[>y]]></A></xml>');
	});
});
