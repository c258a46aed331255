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

/** What goes out in place of n8n's empty answer. */
export interface Answer {
	body: string;
	contentType?: string;
	/** When it goes out at the latest, in milliseconds from now, however far n8n is. */
	deadlineMs?: number;
}

/** Exactly `success`, within a second (doc 100964). */
export const COMMAND_ANSWER: Answer = { body: SUCCESS, deadlineMs: 800 };

/**
 * Gives WeCom the answer at the moment n8n gives its own, which is once the execution is stored, or at the deadline. What
 * the workflow replies goes out as it is. A workflow that failed is answered like one that did not reply: its execution is
 * stored, and WeCom would only start it anew, three times. n8n's own failure stays one, so that WeCom comes back.
 */
export function answerWhenStored(response: Response, given: Answer): void {
	const { body, contentType = 'text/plain; charset=utf-8', deadlineMs } = given;
	const end = response.end.bind(response) as (...args: unknown[]) => Response;
	response.end = ((...args: unknown[]) => {
		if (response.headersSent) return end(...args);
		const failed = isWorkflowFailure(response.statusCode, args[0]);
		if (!failed && (response.statusCode !== 200 || args[0])) return end(...args);
		response.statusCode = 200;
		response.setHeader('content-type', contentType);
		response.setHeader('content-length', String(Buffer.byteLength(body)));
		return end(body);
	}) as Response['end'];
	if (deadlineMs === undefined) return;
	AbortSignal.timeout(deadlineMs).addEventListener('abort', () => {
		if (response.headersSent) return;
		response.statusCode = 200;
		response.end();
		mute(response);
	});
}

/** n8n tells both with status 500; what it could not store or start also has a `code`. */
function isWorkflowFailure(status: number, body: unknown): boolean {
	if (status !== 500) return false;
	try {
		const told: unknown = JSON.parse(String(body));
		return typeof told === 'object' && told !== null && !('code' in told);
	} catch {
		return false;
	}
}

const LATER = 'status setHeader setHeaders header set type send json write end'.split(' ');

/** n8n will answer later all the same; that must not become an error. */
export function mute(response: Response): void {
	const nothing = () => response;
	for (const method of LATER) (response as unknown as Record<string, unknown>)[method] = nothing;
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
