/** A bot's own server, to receive what the simulator posts in callback mode. Decrypts and encrypts with `@wecom/crypto`. */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { DEMO_CALLBACK_BOT } from '../bot/data.cts';
import { decrypt, encrypt, getSignature } from '../crypto.cts';
import type { Json } from './api.cts';

const KEYS = DEMO_CALLBACK_BOT.callback;

export interface Posted {
	body: Json;
	/** The fields of the envelope. */
	envelope: string[];
	contentType?: string;
	receiveid: string;
	signatureOk: boolean;
}

export interface Answering {
	status: number;
	delayMs: number;
	/** Fields of the encrypted answer that are not as they should be. */
	envelope: Json;
	receiveid: string;
}

export class BotServer {
	url = '';
	posted: Posted[] = [];
	/** The plaintext answer to a message or event; undefined = an empty one. */
	answer: (body: Json) => Json | string | undefined = () => undefined;
	how: Answering = { status: 200, delayMs: 0, envelope: {}, receiveid: '' };
	readonly #server = http.createServer((request, response) => void this.#handle(request, response));

	async start(): Promise<void> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/bot?own=1`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	reset() {
		this.posted = [];
		this.answer = () => undefined;
		this.how = { status: 200, delayMs: 0, envelope: {}, receiveid: '' };
	}

	async #handle(request: http.IncomingMessage, response: http.ServerResponse) {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const { searchParams } = new URL(request.url!, 'http://x');
		const [timestamp, nonce] = [searchParams.get('timestamp')!, searchParams.get('nonce')!];
		const signed = (encrypted: string) => getSignature(KEYS.token, timestamp, nonce, encrypted);
		if (request.method === 'GET') {
			const echo = searchParams.get('echostr')!;
			const ok = signed(echo) === searchParams.get('msg_signature');
			response.end(ok ? decrypt(KEYS.encodingAesKey, echo).message : '');
			return;
		}
		const envelope = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { encrypt: string };
		const { message, id } = decrypt(KEYS.encodingAesKey, envelope.encrypt);
		const body = JSON.parse(message) as Json;
		this.posted.push({
			body,
			envelope: Object.keys(envelope),
			contentType: request.headers['content-type'],
			receiveid: id,
			signatureOk: signed(envelope.encrypt) === searchParams.get('msg_signature'),
		});
		const answer = this.answer(body);
		if (this.how.delayMs) await delay(this.how.delayMs);
		response.statusCode = this.how.status;
		if (answer === undefined || typeof answer === 'string') return void response.end(answer ?? '');
		response.end(JSON.stringify(this.#sealed(answer, nonce)));
	}

	#sealed(answer: Json, nonce: string): Json {
		const { receiveid, envelope } = this.how;
		const text = JSON.stringify(answer);
		const encrypted = encrypt(KEYS.encodingAesKey, text, receiveid, randomBytes(16));
		const timestamp = Math.floor(Date.now() / 1000);
		const msgsignature = getSignature(KEYS.token, timestamp, nonce, encrypted);
		return { encrypt: encrypted, msgsignature, timestamp, nonce, ...envelope };
	}
}
