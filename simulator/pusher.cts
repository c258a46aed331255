/** Sends callbacks the way WeCom does: verification by GET within 1 s, data by POST within 5 s and up to three retries (doc 90238). */
import { randomInt } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { openReply, seal, type Keys } from './crypto.cts';
import { toXml, type XmlFields } from './xml.cts';

/** Where a callback goes, and with what keys. `receiveid`: corpid for apps, suiteid for suites, empty for in-house AI bots. */
export interface CallbackTarget extends Keys {
	url: string;
	toUserName?: string;
	agentid?: number;
	/** Whether the envelope is JSON without further fields, as for AI bots (doc 101033). */
	json?: boolean;
}

export type Tamper = 'signature' | 'token' | 'aesKey' | 'receiveid' | 'xml' | 'envelope';

export interface PushOptions {
	/** Retries after a failed delivery; WeCom makes three. */
	retries?: number;
	retryDelayMs?: number;
	timeoutMs?: number;
	/** Cut the connection this long after the request began. */
	cutAfterMs?: number;
	contentType?: string;
	/** Send the envelope as JSON, as a payment URL with callback_format=json gets it (doc 97478). */
	json?: boolean;
	/** Send something wrong: bad signature; signed with another token; encrypted with another key or for another receiver; broken XML inside or outside. */
	tamper?: Tamper;
	/** Send this instead of the envelope. */
	body?: string;
	/** Make the plaintext this many bytes longer. */
	oversizeBytes?: number;
	/** Deliver the same plaintext (same MsgId) so many times more, each with its own nonce, timestamp and signature. */
	resend?: number;
}

export interface Attempt {
	/** The HTTP status; undefined when no complete answer came. */
	status?: number;
	headers?: http.IncomingHttpHeaders;
	body: string;
	ms: number;
	error?: string;
	/** The decrypted passive reply, if the body is one. */
	reply?: { xml: string; receiveid: string; signatureOk: boolean };
	/** The nonce of the URL, when the envelope is JSON: the reply must have it too. */
	nonce?: string;
}

export interface PushResult {
	/** Whether the last attempt was answered with status 200. */
	ok: boolean;
	attempts: Attempt[];
	/** The plaintext, to push it again. */
	xml: string;
}

export interface VerifyResult extends Omit<Attempt, 'error' | 'reply'> {
	ok: boolean;
	reason?: string;
}

const VERIFY_TIMEOUT = 1000;
const PUSH_TIMEOUT = 5000;
const RETRIES = 3;
const OTHER_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

interface Delivery {
	method: string;
	url: URL;
	body?: string;
	contentType?: string;
	timeoutMs: number;
	cutAfterMs?: number;
}

export class Pusher {
	/** `stopping` ends the requests under way, and all retries. */
	constructor(private readonly stopping: AbortSignal) {}

	async verifyUrl(target: CallbackTarget, timeoutMs = VERIFY_TIMEOUT): Promise<VerifyResult> {
		const echo = `${randomInt(1, 10)}${String(randomInt(10 ** 9)).padStart(9, '0')}${String(randomInt(10 ** 9)).padStart(9, '0')}`;
		const { encrypted, query } = seal(echo, target);
		const { error, ...result } = await this.deliver({
			method: 'GET',
			url: withQuery(target.url, { ...query, echostr: encrypted }),
			timeoutMs,
		});
		const reason = error ?? whyNot(result, echo);
		return { ok: reason === undefined, ...result, reason };
	}

	async push(
		target: CallbackTarget,
		payload: string | XmlFields,
		options: PushOptions = {},
	): Promise<PushResult> {
		const xml = plaintext(payload, options);
		const attempts: Attempt[] = [];
		for (let delivery = 0; delivery <= (options.resend ?? 0); delivery++) {
			for (let attempt = 0; attempt <= (options.retries ?? RETRIES); attempt++) {
				if (attempt > 0 && options.retryDelayMs)
					await delay(options.retryDelayMs, undefined, { signal: this.stopping }).catch(
						() => undefined,
					);
				attempts.push(await this.post(target, xml, options));
				if (attempts.at(-1)!.status === 200 || this.stopping.aborted) break;
			}
		}
		return { ok: attempts.at(-1)!.status === 200, attempts, xml };
	}

	private async post(target: CallbackTarget, xml: string, options: PushOptions): Promise<Attempt> {
		const { encrypted, query } = seal(xml, tamperedKeys(target, options.tamper));
		if (options.tamper === 'signature')
			query.msg_signature = query.msg_signature.replace(/^./, (first) =>
				first === '0' ? '1' : '0',
			);
		const envelope = envelopeOf(target, encrypted, options.json);
		const attempt = await this.deliver({
			method: 'POST',
			url: withQuery(target.url, query),
			body: options.body ?? (options.tamper === 'envelope' ? envelope.slice(0, -20) : envelope),
			contentType:
				options.contentType ?? (target.json || options.json ? 'application/json' : 'text/xml'),
			timeoutMs: options.timeoutMs ?? PUSH_TIMEOUT,
			cutAfterMs: options.cutAfterMs,
		});
		if (target.json) return { ...attempt, nonce: query.nonce };
		return { ...attempt, reply: replyOf(attempt.body, target) };
	}

	/** One request on a connection of its own; never throws. */
	private deliver({
		method,
		url,
		body,
		contentType,
		timeoutMs,
		cutAfterMs,
	}: Delivery): Promise<Attempt> {
		const started = performance.now();
		const client = url.protocol === 'https:' ? https : http;
		const headers =
			body === undefined
				? {}
				: { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) };
		return new Promise((resolve) => {
			const request = client.request(url, { method, headers, agent: false, signal: this.stopping });
			const chunks: Buffer[] = [];
			let cause: string | undefined;
			const cutAfter = (ms: number, what: string) =>
				setTimeout(() => {
					cause = `${what} after ${ms} ms`;
					request.destroy(new Error(cause));
				}, ms);
			const timers = [cutAfter(timeoutMs, 'timed out')];
			if (cutAfterMs !== undefined) timers.push(cutAfter(cutAfterMs, 'cut'));
			const end = (result: Partial<Attempt>) => {
				timers.forEach(clearTimeout);
				resolve({
					body: Buffer.concat(chunks).toString('utf8'),
					ms: Math.round(performance.now() - started),
					...result,
				});
			};
			const fail = (error: Error) => end({ error: cause ?? error.message });
			request.on('error', fail);
			request.on('response', (response) => {
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('error', fail);
				response.on('end', () => end({ status: response.statusCode, headers: response.headers }));
			});
			request.end(body);
		});
	}
}

/**
 * The envelope around a ciphertext: XML, or JSON, which for a bot holds the ciphertext alone and for external payment the fields
 * of the XML.
 */
function envelopeOf(
	{ json, toUserName, receiveid, agentid }: CallbackTarget,
	encrypted: string,
	asJson = false,
) {
	if (json) return JSON.stringify({ encrypt: encrypted });
	const ToUserName = toUserName ?? receiveid;
	const AgentID = agentid ? String(agentid) : '';
	return asJson
		? JSON.stringify({ tousername: ToUserName, encrypt: encrypted, agentid: AgentID })
		: toXml({ ToUserName, Encrypt: encrypted, AgentID });
}

/** Adds the parameters to those the URL already has, URL-encoded. */
function withQuery(url: string, query: Record<string, string>): URL {
	const full = new URL(url);
	for (const [name, value] of Object.entries(query)) full.searchParams.set(name, value);
	return full;
}

function whyNot(
	{ status, body }: Pick<Attempt, 'status' | 'body'>,
	echo: string,
): string | undefined {
	if (status !== 200) return `status ${status}`;
	if (body === echo) return undefined;
	if (body === '') return 'empty body';
	if (body.startsWith('\uFEFF')) return 'the body has a BOM';
	if (/["']/.test(body)) return 'the body has quotes';
	if (body.trim() === echo) return 'the body has white space around the text';
	return 'the body is not the decrypted echostr';
}

function plaintext(
	payload: string | XmlFields,
	{ tamper, oversizeBytes = 0 }: PushOptions,
): string {
	let xml = typeof payload === 'string' ? payload : toXml(payload);
	if (oversizeBytes)
		xml = xml.replace(/<\/xml>\s*$/, () => `<Padding>${'x'.repeat(oversizeBytes)}</Padding></xml>`);
	return tamper === 'xml' ? xml.replace(/(<\/xml>|\})\s*$/, '</Broken') : xml;
}

function tamperedKeys({ token, encodingAesKey, receiveid }: Keys, tamper?: Tamper): Keys {
	return {
		token: tamper === 'token' ? `${token}x` : token,
		encodingAesKey: tamper === 'aesKey' ? OTHER_KEY : encodingAesKey,
		receiveid: tamper === 'receiveid' ? 'ww0000000000000000' : receiveid,
	};
}

function replyOf(body: string, keys: Keys): Attempt['reply'] {
	try {
		return openReply(body, keys);
	} catch {
		return undefined;
	}
}
