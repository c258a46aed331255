/** A request's way through the simulator: read, record, carry out the trouble that was asked for, answer. */
import { once } from 'node:events';
import type http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileAnswer, isBotFile } from './bot/media.cts';
import { isModelPath, modelAnswer } from './chat-model.cts';
import { chatPage, isChatPage } from './chat-page.cts';
import { controlCall, isControlPath } from './control-http.cts';
import type { Control } from './control.cts';
import { failure, type Answer } from './dispatch.cts';
import { FileAnswer } from './endpoint.cts';
import { WecomError } from './errors.cts';
import type { Fault } from './faults.cts';
import { isLoginPage, loginPage } from './login-pages.cts';
import { isMcpPath, mcpAnswer } from './mcp.cts';
import { hideSecrets, readableBody, record, type RecordedRequest } from './recorder.cts';
import type { State } from './state.cts';
import { platformAnswer } from './suite/dispatch.cts';
import { isSuitePage, loginState, suitePage } from './suite/pages.cts';
import { companyOf } from './suite/state.cts';

/** What a request may ask or change. */
interface Parts {
	state: State;
	requests: RecordedRequest[];
	control: Control;
	/** Ends all waiting when the simulator stops. */
	stopping: AbortSignal;
	log?: (line: string) => void;
}

/** A request that has been read. */
interface Read {
	method: string;
	path: string;
	query: Record<string, string>;
	headers: http.IncomingHttpHeaders;
	rawBody: Buffer;
	ip: string;
}

const MAX_BODY = 64 * 1024 * 1024;
const JSON_HEADERS = { 'Content-Type': 'application/json; charset=UTF-8' };

export async function serve(
	parts: Parts,
	request: http.IncomingMessage,
	response: http.ServerResponse,
): Promise<void> {
	try {
		await answer(parts, request, response);
	} catch (error) {
		if (parts.stopping.aborted) return void response.destroy();
		const { stack, message } = error as Error;
		parts.log?.(`${request.method} ${request.url}: ${stack}`);
		if (!response.headersSent)
			send(response, 500, { 'Content-Type': 'text/plain' }, `simulator error: ${message}`);
	}
}

async function answer(
	parts: Parts,
	request: http.IncomingMessage,
	response: http.ServerResponse,
): Promise<unknown> {
	const { state, control, stopping } = parts;
	const read = await readRequest(request);
	const { method, path } = read;
	if (isControlPath(path)) {
		const result = await controlCall(parts, read);
		return send(response, result.ok ? 200 : 400, JSON_HEADERS, JSON.stringify(result));
	}

	const entry = recordRequest(parts, read);
	const fault = control.faults.take(path);
	if (fault?.delayMs) await delay(fault.delayMs, undefined, { signal: stopping });
	if (fault?.after) await Promise.race([fault.after, once(stopping, 'abort')]);
	if (fault?.drop) return request.socket.destroy();
	if (fault && (fault.status !== undefined || fault.rawBody !== undefined))
		return sendText(response, fault.status, fault.rawBody);

	if (isChatPage(path))
		return send(response, 200, { 'Content-Type': 'text/html; charset=utf-8' }, chatPage());
	if (isModelPath(path)) return await speak(parts, read, entry, response);
	if (isMcpPath(path)) {
		const { status, headers, body } = mcpAnswer(state.mcpDocuments, read);
		return send(response, status, headers, body);
	}
	if (isBotFile(path)) return sendAnswer(response, fileAnswer(state, path));
	if (isLoginPage(path) || isSuitePage(path)) {
		const { status, headers, body } = await pageOf(parts, read);
		return send(response, status, headers, body);
	}
	const result = apiAnswer(state, read, fault);
	entry.errcode = result && !(result instanceof FileAnswer) ? (result.errcode ?? 0) : null;
	parts.log?.(`${method} ${path} -> ${entry.errcode ?? (result ? 'file' : 404)}`);
	return sendAnswer(response, result);
}

async function readRequest(request: http.IncomingMessage): Promise<Read> {
	const { method = 'GET', headers, socket } = request;
	const ip = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
	return { method, ...splitUrl(request.url!), headers, rawBody: await readBody(request), ip };
}

function recordRequest({ state, requests }: Parts, read: Read): RecordedRequest {
	const { method, path, query, headers, rawBody } = read;
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
	return entry;
}

/** The chat model says its answer piece by piece. */
async function speak(
	{ state, stopping }: Parts,
	{ method, path, headers, rawBody }: Read,
	entry: RecordedRequest,
	response: http.ServerResponse,
) {
	const { authorization } = headers;
	const said = await modelAnswer(state.script, { method, path, authorization, rawBody }, stopping);
	response.writeHead(said.status, { 'Content-Type': said.type });
	for (const [index, piece] of said.pieces.entries()) {
		if (index > 1 && said.pauseMs) await delay(said.pauseMs, undefined, { signal: stopping });
		response.write(piece);
		// The first piece of a stream only names the role.
		if (index === 1) entry.spokeAt = Date.now();
	}
	if (said.breaks) response.destroy();
	else response.end();
}

/** A page that people see in their browser. */
async function pageOf(parts: Parts, { method, path, query, headers, rawBody }: Read) {
	const form = method === 'POST' ? new URLSearchParams(rawBody.toString('utf8')) : undefined;
	const visit = { path, query, form, agent: headers['user-agent'] };
	return (await suitePage(parts, visit)) ?? loginPage(loginState(parts.state, query), visit);
}

function apiAnswer(state: State, read: Read, fault: Fault | undefined): Answer | undefined {
	return fault?.errcode === undefined
		? platformAnswer(state, read)
		: failure(new WecomError(fault.errcode), state.callerIp ?? read.ip);
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
