/** The HTTP side: who may ask, and what for. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { KEPT_MS, type ChatArchive, type Page } from './chatArchive.mts';
import { badRequest, Problem } from './problems.mts';
import type { Settings } from './settings.mts';

/** Raised when an answer changes so that older readers would misread it. The header is on every answer, so that a reader knows whom it talks to. */
const API_VERSION = 1;
const API_HEADER = 'wecom-chat-archive-bridge';
const MAX_BODY_BYTES = 64 * 1024;
/** Readers that are answered at the same time, those waiting for a message included. */
const MAX_READERS = 32;
const MAX_LIMIT = 1000;
const MAX_WAIT_SECONDS = 55;
const MAX_SEQ = 2n ** 64n - 1n;
const MAX_FILE_ID = 8 * 1024;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A server on which n8n asks for the archive with `token`; `pollMs` is how often WeCom is asked for news. */
export function createBridge(
	archive: ChatArchive,
	{ token, pollMs }: Pick<Settings, 'token' | 'pollMs'>,
	version: string,
): Server {
	const expected = digest(`Bearer ${token}`);
	const readMessages = messageReader(archive, pollMs);
	let readers = 0;

	async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
		if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected))
			throw unauthorized();
		const url = new URL(request.url ?? '/', 'http://bridge');
		const question = `${request.method} ${url.pathname}`;
		if (question === 'GET /v1/health') {
			if (url.searchParams.get('check') === 'true') await archive.check();
			const health = { api: API_VERSION, version, ...archive.health() };
			return send(response, 200, JSON.stringify(health));
		}
		if (readers >= MAX_READERS) throw tooBusy();
		readers++;
		const closed = new AbortController();
		response.once('close', () => closed.abort());
		try {
			if (question === 'GET /v1/messages')
				return send(response, 200, await readMessages(url, closed.signal));
			if (question === 'GET /v1/position')
				return send(response, 200, JSON.stringify({ seq: await archive.newest() }));
			if (question === 'POST /v1/media') return await sendFile(archive, request, response);
			throw unknownPath(question);
		} finally {
			readers--;
		}
	}

	const server = createServer((request, response) =>
		route(request, response).catch((error: unknown) => refuse(request, response, error)),
	);
	server.requestTimeout = 30_000;
	server.headersTimeout = 10_000;
	return server;
}

/** Answers with the page that was asked for, or waits for the first message of it. */
function messageReader(archive: ChatArchive, pollMs: number) {
	/** Where the archive ended when WeCom was asked last, and when that was. */
	let end = { after: '', at: 0 };

	return async (url: URL, closed: AbortSignal): Promise<string> => {
		const wanted = {
			after: seqIn(url, 'after') ?? '0',
			until: seqIn(url, 'until'),
			limit: numberIn(url, 'limit', { otherwise: MAX_LIMIT, min: 1, max: MAX_LIMIT }),
		};
		const since = numberIn(url, 'since', { otherwise: Date.now(), max: Number.MAX_SAFE_INTEGER });
		const seconds = numberIn(url, 'wait', { otherwise: 0, max: MAX_WAIT_SECONDS });
		const deadline = Date.now() + seconds * 1000;
		for (;;) {
			// WeCom was asked for this position a moment ago: a further reader waits for the next question like those who wait already.
			if (end.after === wanted.after) await sleepUntil(Math.min(deadline, end.at + pollMs), closed);
			const page = await archive.page(wanted);
			const nothing = page.count === 0 && !page.missingKey;
			if (nothing) end = { after: wanted.after, at: Date.now() };
			if (!nothing || wanted.until !== undefined || Date.now() >= deadline || closed.aborted)
				return toJson(page, since);
			await sleepUntil(Math.min(deadline, end.at + pollMs), closed);
			if (Date.now() >= deadline || closed.aborted) return toJson(page, since);
		}
	};
}

async function sendFile(
	archive: ChatArchive,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const { sdkfileid, md5sum } = fileIn(await bodyOf(request));
	const parts = archive.file(sdkfileid);
	// What is refused is refused before anything is sent: then there is an answer that says why.
	const first = await parts.next();
	const hash = createHash('md5');
	response.writeHead(200, { 'content-type': 'application/octet-stream', ...headers });
	await pipeline(async function* () {
		for (let part = first; !part.done; part = await parts.next()) {
			hash.update(part.value);
			yield part.value;
		}
		// The error cuts the connection, so that a wrong file never looks like a whole one.
		if (md5sum && hash.digest('hex') !== md5sum) throw new Error('the MD5 does not fit');
	}, response);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
	if (response.headersSent) return void response.destroy();
	const { status = 500, retryAfter, code, message, todo } = detailsOf(error);
	const more = retryAfter === undefined ? undefined : { 'retry-after': String(retryAfter) };
	send(response, status, JSON.stringify({ error: { code, message, todo } }), more);
	// What is left of a body that was not wanted is not read.
	if (!request.complete) response.once('finish', () => request.destroy());
}

const headers = { [API_HEADER]: String(API_VERSION), 'cache-control': 'no-store' };

function send(
	response: ServerResponse,
	status: number,
	json: string,
	more: Record<string, string> = {},
): void {
	response.writeHead(status, {
		'content-type': 'application/json; charset=utf-8',
		...headers,
		...more,
	});
	response.end(json);
}

/** The plaintext goes out as WeCom wrote it, not parsed and written anew: no digit of a large number gets lost here. */
function toJson({ body, next, more, missingKey }: Page, since: number): string {
	const oldest = Date.now() - KEPT_MS;
	const gap = since < oldest ? { from: since, to: oldest } : undefined;
	return `{"messages":[${body}],${JSON.stringify({ next, more, missingKey, gap }).slice(1)}`;
}

async function sleepUntil(time: number, signal: AbortSignal): Promise<void> {
	const ms = time - Date.now();
	if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => {});
}

function seqIn(url: URL, name: string): string | undefined {
	const given = url.searchParams.get(name);
	if (given === null || given === '') return undefined;
	if (!/^\d{1,20}$/.test(given) || BigInt(given) > MAX_SEQ)
		throw badRequest(
			`"${name}" is not a seq.`,
			'Send the seq of a message: digits only, at most 18446744073709551615.',
		);
	return BigInt(given).toString();
}

function numberIn(
	url: URL,
	name: string,
	{ otherwise, min = 0, max }: { otherwise: number; min?: number; max: number },
): number {
	const given = url.searchParams.get(name);
	if (given === null || given === '') return otherwise;
	const value = Number(given);
	if (!Number.isInteger(value) || value < min || value > max)
		throw badRequest(
			`"${name}" is not a whole number from ${min} to ${max}.`,
			'Change it or leave it out.',
		);
	return value;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MAX_BODY_BYTES)
			throw badRequest(
				`The body is larger than ${MAX_BODY_BYTES / 1024} KB.`,
				'Send sdkfileid and md5sum only.',
				413,
			);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

function fileIn(body: string): { sdkfileid: string; md5sum: string } {
	const expected =
		'Send {"sdkfileid": "...", "md5sum": "..."}, both as they are in the message; md5sum may be left out.';
	let given: unknown;
	try {
		given = JSON.parse(body);
	} catch {
		throw badRequest('The body is not JSON.', expected);
	}
	if (typeof given !== 'object' || given === null || Array.isArray(given))
		throw badRequest('The body is not a JSON object.', expected);
	const { sdkfileid, md5sum = '' } = given as Record<string, unknown>;
	if (
		typeof sdkfileid !== 'string' ||
		!/^[\x21-\x7e]+$/.test(sdkfileid) ||
		sdkfileid.length > MAX_FILE_ID
	)
		throw badRequest('sdkfileid is missing or is not one of WeCom.', expected);
	if (typeof md5sum !== 'string' || !/^([0-9a-f]{32})?$/i.test(md5sum))
		throw badRequest('md5sum is not an MD5: 32 hexadecimal digits.', expected);
	return { sdkfileid, md5sum: md5sum.toLowerCase() };
}

const unauthorized = (): Problem =>
	new Problem({
		code: 'unauthorized',
		message: 'The token is missing or is not the one of this bridge.',
		todo: 'Send "Authorization: Bearer <token>" with the token from the file of BRIDGE_TOKEN_FILE.',
		status: 401,
	});

const tooBusy = (): Problem =>
	new Problem({
		code: 'busy',
		message: `${MAX_READERS} readers are being answered already.`,
		todo: 'Ask again in a few seconds, and let fewer workflows ask at the same time.',
		status: 429,
		retryAfter: 5,
	});

const unknownPath = (question: string): Problem =>
	new Problem({
		code: 'not_found',
		message: `This bridge speaks version ${API_VERSION} and does not know ${question.slice(0, 100)}.`,
		todo: 'It answers GET /v1/health, GET /v1/messages, GET /v1/position and POST /v1/media. Use a bridge and nodes of the same version.',
		status: 404,
	});

const detailsOf = (error: unknown) =>
	error instanceof Problem
		? error.details
		: {
				code: 'internal',
				message: 'The bridge met something it does not expect.',
				todo: 'Look into its log and report it.',
				status: 500,
				retryAfter: undefined,
			};
