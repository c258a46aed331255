import type { IWebhookFunctions } from 'n8n-workflow';
import { MAX_BODY_BYTES } from '../shared/callback/envelope';

/** The HTTP side of a callback: n8n's request and response as a trigger sees them. */

type Request = ReturnType<IWebhookFunctions['getRequestObject']> & {
	rawBody?: Buffer;
	readRawBody?: () => Promise<void>;
};
export type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

/** The only answer that does not count as an error at a suite's command URL (doc 90613). */
export const SUCCESS = 'success';
const COMMAND_DEADLINE_MS = 800;

export type Body = { ok: true; bytes: Buffer } | { ok: false; status: 400 | 413; reason: string };

/** The exact bytes of the body. n8n reads them only on request, and refuses those over its own limit. */
export async function readBody(context: IWebhookFunctions): Promise<Body> {
	const request = context.getRequestObject() as Request;
	if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return tooLarge();
	try {
		if (!request.rawBody) await request.readRawBody?.();
	} catch (error) {
		const { status, statusCode, type, message } = error as Record<string, unknown>;
		if (status === 413 || statusCode === 413 || type === 'entity.too.large') return tooLarge();
		return { ok: false, status: 400, reason: `the body could not be read: ${String(message)}` };
	}
	return { ok: true, bytes: request.rawBody ?? Buffer.alloc(0) };
}

const tooLarge = (): Body => ({
	ok: false,
	status: 413,
	reason: `the body is larger than ${MAX_BODY_BYTES >> 20} MB`,
});

/** Answers at once, as plain text. */
export function answer(response: Response, status: number, body = ''): void {
	if (response.headersSent) return;
	response.writeHead(status, {
		'content-type': 'text/plain; charset=utf-8',
		'content-length': String(Buffer.byteLength(body)),
	});
	response.end(body);
}

/**
 * Makes n8n's empty answer, which comes once the execution is stored, the one a command URL must give: exactly `success`,
 * within a second (doc 100964). If n8n is slower, it goes out at that moment.
 */
export function answerCommandWhenStored(response: Response): void {
	const end = response.end.bind(response) as (...args: unknown[]) => Response;
	response.end = ((...args: unknown[]) => {
		if (response.statusCode !== 200 || args[0]) return end(...args);
		response.setHeader('content-type', 'text/plain; charset=utf-8');
		response.setHeader('content-length', String(SUCCESS.length));
		return end(SUCCESS);
	}) as Response['end'];
	AbortSignal.timeout(COMMAND_DEADLINE_MS).addEventListener('abort', () => {
		if (response.headersSent) return;
		answer(response, 200, SUCCESS);
		mute(response);
	});
}

/** n8n will answer later all the same; that must not become an error. */
function mute(response: Response): void {
	const nothing = () => response;
	for (const method of ['status', 'setHeader', 'header', 'set', 'type', 'send', 'json', 'end'])
		(response as unknown as Record<string, unknown>)[method] = nothing;
}

/**
 * Tells how n8n answers later: with 2xx only once the execution is stored. It listens to the call of `end`, not to the
 * socket: WeCom may have hung up meanwhile, and the execution is stored all the same.
 */
export function whenAnswered(response: Response, tell: (stored: boolean) => void): void {
	const end = response.end.bind(response) as (...args: unknown[]) => Response;
	response.end = ((...args: unknown[]) => {
		tell(response.statusCode >= 200 && response.statusCode < 300);
		return end(...args);
	}) as Response['end'];
}
