/** One plain HTTP request without keep-alive, so that tests leave no socket behind. */
import { request, type IncomingHttpHeaders } from 'node:http';

export interface HttpOptions {
	method?: string;
	headers?: Record<string, string>;
	/** A string or Buffer goes out as it is; anything else as JSON. */
	body?: unknown;
	timeout?: number;
}

export interface HttpResult {
	status: number;
	headers: IncomingHttpHeaders;
	body: Buffer;
	text: string;
	/** The body parsed as JSON. */
	json<T = unknown>(): T;
}

export async function http(url: string, options: HttpOptions = {}): Promise<HttpResult> {
	const raw =
		options.body === undefined || typeof options.body === 'string' || Buffer.isBuffer(options.body);
	const body = raw ? (options.body as string | Buffer | undefined) : JSON.stringify(options.body);
	const headers: Record<string, string> = {
		...(raw ? {} : { 'content-type': 'application/json' }),
		...options.headers,
	};
	if (body !== undefined) headers['content-length'] ??= String(Buffer.byteLength(body));
	return await new Promise((resolve, reject) => {
		const outgoing = request(
			url,
			{ method: options.method ?? (body === undefined ? 'GET' : 'POST'), headers, agent: false },
			(incoming) => {
				const chunks: Buffer[] = [];
				incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
				incoming.on('error', reject);
				incoming.on('end', () => {
					const whole = Buffer.concat(chunks);
					const text = whole.toString('utf8');
					resolve({
						status: incoming.statusCode ?? 0,
						headers: incoming.headers,
						body: whole,
						text,
						json: () => JSON.parse(text),
					});
				});
			},
		);
		outgoing.setTimeout(options.timeout ?? 60_000, () =>
			outgoing.destroy(new Error(`no answer from ${url} in time`)),
		);
		outgoing.on('error', reject);
		outgoing.end(body);
	});
}
