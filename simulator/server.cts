/** The simulator's HTTP server, and the object tests hold. */
import { once, setMaxListeners } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { BotControl } from './bot/control.cts';
import { fileAnswer, isBotFile } from './bot/media.cts';
import { isModelPath, modelAnswer } from './chat-model.cts';
import { chatPage, isChatPage } from './chat-page.cts';
import { controlCall, isControlPath } from './control-http.cts';
import { Control, type Payload, type PushTarget } from './control.cts';
import { failure, type Answer } from './dispatch.cts';
import { FileAnswer } from './endpoint.cts';
import { WecomError } from './errors.cts';
import { isMcpPath, mcpAnswer } from './mcp.cts';
import { isLoginPage, loginPage } from './login-pages.cts';
import { Pusher, type PushOptions, type PushResult, type VerifyResult } from './pusher.cts';
import { hideSecrets, readableBody, record, type RecordedRequest } from './recorder.cts';
import { createState, type Seed, type SentMessage, type State } from './state.cts';
import { platformAnswer } from './suite/dispatch.cts';
import { isSuitePage, loginState, suitePage } from './suite/pages.cts';
import { companyOf } from './suite/state.cts';

export interface SimulatorOptions {
	/** The port to listen on; 0 or nothing for any free one. */
	port?: number;
	seed?: Partial<Seed>;
	/** Gets one line per API request. */
	log?: (line: string) => void;
}

export interface Simulator {
	/** `http://127.0.0.1:<port>`, to be used in place of https://qyapi.weixin.qq.com. */
	readonly url: string;
	readonly port: number;
	readonly state: State;
	readonly requests: RecordedRequest[];
	readonly messages: SentMessage[];
	readonly control: Control;
	/** AI bots: their users, what these see, and trouble. */
	readonly bots: BotControl;
	push(target: PushTarget, payload: Payload, options?: PushOptions): Promise<PushResult>;
	verifyUrl(target: PushTarget, timeoutMs?: number): Promise<VerifyResult>;
	/** Closes every connection, in both directions. */
	stop(): Promise<void>;
}

const MAX_BODY = 64 * 1024 * 1024;
const JSON_HEADERS = { 'Content-Type': 'application/json; charset=UTF-8' };

export async function startSimulator({
	port = 0,
	seed = {},
	log,
}: SimulatorOptions = {}): Promise<Simulator> {
	const state = createState(seed);
	const requests: RecordedRequest[] = [];
	const stopping = new AbortController();
	setMaxListeners(0, stopping.signal);
	const control = new Control(state, requests, new Pusher(stopping.signal), seed, stopping.signal);

	const server = http.createServer((request, response) => {
		serve(request, response).catch((error: Error) => {
			if (stopping.signal.aborted) return void response.destroy();
			log?.(`${request.method} ${request.url}: ${error.stack}`);
			if (!response.headersSent)
				send(response, 500, { 'Content-Type': 'text/plain' }, `simulator error: ${error.message}`);
		});
	});

	async function serve(request: http.IncomingMessage, response: http.ServerResponse) {
		const { method = 'GET', headers } = request;
		const { path, query } = splitUrl(request.url!);
		const rawBody = await readBody(request);
		if (isControlPath(path)) {
			const result = await controlCall(
				{ control, state, requests },
				{ method, path, query, rawBody },
			);
			return send(response, result.ok ? 200 : 400, JSON_HEADERS, JSON.stringify(result));
		}

		const company = companyOf(state, path, query);
		const entry: RecordedRequest = {
			at: Date.now(),
			method,
			path,
			query: hideSecrets(company?.state ?? state, query),
			headers,
			body: readableBody(rawBody, headers['content-type']),
			errcode: null,
			...(company && { corpid: company.company.corpid }),
		};
		record(requests, entry);
		const fault = control.faults.take(path);
		if (fault?.delayMs) await delay(fault.delayMs, undefined, { signal: stopping.signal });
		if (fault?.after) await Promise.race([fault.after, once(stopping.signal, 'abort')]);
		if (fault?.drop) return request.socket.destroy();
		if (fault && (fault.status !== undefined || fault.rawBody !== undefined))
			return sendText(response, fault.status, fault.rawBody);

		if (isChatPage(path))
			return send(response, 200, { 'Content-Type': 'text/html; charset=utf-8' }, chatPage());
		if (isModelPath(path)) {
			const { authorization } = headers;
			const answer = await modelAnswer(
				state.script,
				{ method, path, authorization, rawBody },
				stopping.signal,
			);
			response.writeHead(answer.status, { 'Content-Type': answer.type });
			for (const [index, piece] of answer.pieces.entries()) {
				if (index > 1 && answer.pauseMs)
					await delay(answer.pauseMs, undefined, { signal: stopping.signal });
				response.write(piece);
				// The first piece of a stream only names the role.
				if (index === 1) entry.spokeAt = Date.now();
			}
			return void (answer.breaks ? response.destroy() : response.end());
		}
		if (isMcpPath(path)) {
			const {
				status,
				headers: shown,
				body,
			} = mcpAnswer(state.mcpDocuments, {
				method,
				query,
				rawBody,
			});
			return send(response, status, shown, body);
		}
		if (isBotFile(path)) return sendAnswer(response, fileAnswer(state, path));
		if (isLoginPage(path) || isSuitePage(path)) {
			const form = method === 'POST' ? new URLSearchParams(rawBody.toString('utf8')) : undefined;
			const visit = { path, query, form, agent: headers['user-agent'] };
			const page =
				(await suitePage({ state, control }, visit)) ?? loginPage(loginState(state, query), visit);
			return send(response, page.status, page.headers, page.body);
		}
		const ip = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
		const result =
			fault?.errcode === undefined
				? platformAnswer(state, { method, path, query, headers, rawBody, ip })
				: failure(new WecomError(fault.errcode), state.callerIp ?? ip);
		entry.errcode = result && !(result instanceof FileAnswer) ? (result.errcode ?? 0) : null;
		log?.(`${method} ${path} -> ${entry.errcode ?? (result ? 'file' : 404)}`);
		return sendAnswer(response, result);
	}

	server.on('upgrade', (request, socket, head) =>
		control.bots.sockets.upgrade(request, socket, head),
	);
	// As long as a real gateway keeps idle connections; Node's 5 s would end them between a slow test's calls.
	server.keepAliveTimeout = 60_000;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	const actualPort = (server.address() as AddressInfo).port;

	const url = `http://127.0.0.1:${actualPort}`;
	control.bots.origin = url;

	return {
		url,
		port: actualPort,
		state,
		requests,
		get messages() {
			return state.messages;
		},
		control,
		bots: control.bots,
		push: async (target, payload, options) => await control.push(target, payload, options),
		verifyUrl: async (target, timeoutMs) => await control.verifyUrl(target, timeoutMs),
		async stop() {
			control.stopTickets();
			control.bots.drop();
			stopping.abort();
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			// A request that is under way gets its answer: its caller would else take for failed what has been done.
			const idle = setInterval(() => server.closeIdleConnections(), 10);
			const late = setTimeout(() => server.closeAllConnections(), 1_000);
			await closed;
			clearInterval(idle);
			clearTimeout(late);
		},
	};
}

function splitUrl(url: string): { path: string; query: Record<string, string> } {
	const mark = url.indexOf('?');
	if (mark < 0) return { path: url, query: {} };
	return {
		path: url.slice(0, mark),
		query: Object.fromEntries(new URLSearchParams(url.slice(mark + 1))),
	};
}

async function readBody(request: http.IncomingMessage): Promise<Buffer> {
	const hasBody =
		request.headers['content-length'] !== undefined ||
		request.headers['transfer-encoding'] !== undefined;
	if (!hasBody) return Buffer.alloc(0);
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MAX_BODY) throw new Error('request body too large');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** A gateway's HTML page, or a text in place of the JSON. */
function sendText(response: http.ServerResponse, status = 200, text?: string) {
	if (text !== undefined) return send(response, status, JSON_HEADERS, text);
	const heading = `<head><title>${status}</title></head><body><center><h1>${status}</h1></center>`;
	const page = `<html>${heading}<hr><center>nginx</center></body></html>`;
	return send(response, status, { 'Content-Type': 'text/html' }, page);
}

function sendAnswer(response: http.ServerResponse, result: Answer | undefined) {
	if (!result) return sendText(response, 404);
	if (result instanceof FileAnswer)
		return send(response, result.status, result.headers, result.content);
	return send(response, 200, JSON_HEADERS, JSON.stringify(result));
}

function send(
	response: http.ServerResponse,
	status: number,
	headers: Record<string, string>,
	body: string | Buffer,
) {
	response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
	response.end(body);
}
