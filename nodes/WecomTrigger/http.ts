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
/** WeCom hangs up after five seconds (doc 90930), and n8n needs its time to store the execution. */
export const ANSWER_BY_MS = 3_500;

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
	/** A function gives what is to be said at that moment. */
	body: string | (() => string);
	contentType?: string;
	/** When it goes out at the latest, in milliseconds from now, however far n8n is. */
	deadlineMs?: number;
}

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
		const text = typeof body === 'string' ? body : body();
		response.statusCode = 200;
		response.setHeader('content-type', contentType);
		response.setHeader('content-length', String(Buffer.byteLength(text)));
		return end(text);
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

/** n8n will answer later all the same; that must not become an error. `tell` learns whether it has stored the execution. */
export function mute(response: Response, tell: (stored: boolean) => void = () => {}): void {
	let status = 200;
	const methods = response as unknown as Record<string, unknown>;
	for (const method of LATER) methods[method] = () => response;
	methods.status = (code: number) => {
		status = code;
		return response;
	};
	for (const method of ['send', 'json', 'end'])
		methods[method] = (body: unknown) => {
			const text = typeof body === 'string' ? body : JSON.stringify(body);
			tell((status >= 200 && status < 300) || isWorkflowFailure(status, text));
			return response;
		};
}

/**
 * For work that may take longer than WeCom waits. `tell` learns, once, whether n8n has stored the execution; the function that
 * comes back answers WeCom by itself before that, after which n8n's own answer goes nowhere but to `tell`.
 */
export function tellWhenStored(
	response: Response,
	tell: (stored: boolean) => void,
): (status: number) => void {
	let told = false;
	const once = (stored: boolean) => {
		if (!told) tell(stored);
		told = true;
	};
	const end = response.end;
	whenAnswered(response, once);
	return (status) => {
		if (response.headersSent) return;
		response.end = end;
		answer(response, status);
		mute(response, once);
	};
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
