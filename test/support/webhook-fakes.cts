/** What a webhook node sees of one HTTP call: express's request and response, reduced to what nodes use. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { IWorkflowExecuteAdditionalData } from 'n8n-workflow';

type Request = NonNullable<IWorkflowExecuteAdditionalData['httpRequest']>;
type Response = NonNullable<IWorkflowExecuteAdditionalData['httpResponse']>;

export interface WebhookCall {
	method?: string;
	/** Path and query. */
	url?: string;
	headers?: Record<string, string>;
	query?: Record<string, string>;
	body?: Buffer | string;
	/** What n8n's own parser would have made of the body; nothing when the pre-parse is off. */
	parsedBody?: unknown;
	/** The request it stands for: its headers, and where it came to. */
	request?: IncomingMessage;
	/** Makes `readRawBody()` fail, as for a body above n8n's limit. */
	readError?: Error;
}

/** A request whose body arrives with `readRawBody()`, as n8n 2.x does it for bodies that it did not parse. */
export function webhookRequest(call: WebhookCall = {}): Request {
	const body = Buffer.from((call.body ?? '') as string);
	const headers = Object.fromEntries(
		Object.entries({ ...call.request?.headers, ...call.headers }).map(([name, value]) => [
			name.toLowerCase(),
			value,
		]),
	);
	const request = {
		method: call.method ?? 'POST',
		url: call.url ?? '/',
		headers,
		query: call.query ?? {},
		params: {},
		body: call.parsedBody,
		rawBody: undefined as Buffer | undefined,
		ip: '127.0.0.1',
		socket: call.request?.socket,
		originalUrl: call.request?.url,
		get: (name: string) => headers[name.toLowerCase()],
		readRawBody: async () => {
			if (call.readError) throw call.readError;
			request.rawBody = body;
		},
	};
	return request as unknown as Request;
}

/** Records what was answered. `end` and the methods that use it emit `finish` and `close`, like a connection that goes well. */
export class WebhookResponse extends EventEmitter {
	statusCode = 200;

	headersSent = false;

	writableFinished = false;

	body?: string | Buffer;

	readonly headers: Record<string, string> = {};

	status(code: number): this {
		this.statusCode = code;
		return this;
	}

	setHeader(name: string, value: string | number): this {
		this.headers[name.toLowerCase()] = String(value);
		return this;
	}

	getHeader(name: string): string | undefined {
		return this.headers[name.toLowerCase()];
	}

	getHeaders(): Record<string, string> {
		return this.headers;
	}

	removeHeader(name: string): void {
		delete this.headers[name.toLowerCase()];
	}

	header(name: string, value: string): this {
		return this.setHeader(name, value);
	}

	set(name: string, value: string): this {
		return this.setHeader(name, value);
	}

	type(value: string): this {
		return this.setHeader('content-type', value);
	}

	writeHead(code: number, headers: Record<string, string> = {}): this {
		for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
		return this.status(code);
	}

	json(value: unknown): this {
		return this.type('application/json').end(JSON.stringify(value));
	}

	send(body?: string | Buffer): this {
		return this.end(body);
	}

	end(body?: string | Buffer): this {
		if (this.headersSent) throw new Error('Cannot set headers after they are sent to the client');
		this.headersSent = true;
		this.body = body ?? '';
		setImmediate(() => {
			this.writableFinished = true;
			this.emit('finish');
			this.emit('close');
		});
		return this;
	}

	/** Breaks the connection before an answer went out. */
	abort(): void {
		this.emit('close');
	}

	asExpress(): Response {
		return this as unknown as Response;
	}
}
