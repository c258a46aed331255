import { createHash } from 'crypto';
import type { IWebhookFunctions } from 'n8n-workflow';
import { takeEnd } from '../shared/util/takeEnd';

/**
 * Some WebViews ask for the address that WeCom redirects to twice, a moment apart. A code and a state work once, so the second
 * request gets what the first one was answered.
 */

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

interface Answer {
	status: number;
	headers: Array<[string, string | number | string[]]>;
	body: unknown;
}

const KEPT_MS = 10_000;
const MAX_KEPT = 1_000;

const kept = new Map<string, { until: number; answer: Promise<Answer | undefined> }>();

/** Tells one return from WeCom from another; `scope` names the trigger. */
export const visitKey = (scope: string, state: string, code: string): string =>
	createHash('sha256')
		.update(JSON.stringify([scope, state, code]))
		.digest('hex');

/** Keeps what this response ends with, for the same request again. */
export function keepAnswer(key: string, response: Response): void {
	const now = Date.now();
	for (const [old, { until }] of kept)
		if (until < now || kept.size >= MAX_KEPT) kept.delete(old);
		else break;
	const answer = new Promise<Answer | undefined>((resolve) => {
		// Headers that are only given to writeHead cannot be read afterwards. Node.js calls it itself where nobody did.
		const writeHead = response.writeHead.bind(response) as (status: number) => Response;
		response.writeHead = ((status: number, headers: Record<string, string | string[]> = {}) => {
			for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
			return writeHead(status);
		}) as Response['writeHead'];
		takeEnd(response, (args, end) => {
			const headers = Object.entries(response.getHeaders()) as Answer['headers'];
			const body = typeof args[0] === 'function' ? undefined : args[0];
			resolve({ status: response.statusCode, headers, body });
			return end(...args);
		});
		response.on('close', () => resolve(undefined));
	});
	kept.set(key, { until: now + KEPT_MS, answer });
	void answer.then(() => {
		const entry = kept.get(key);
		if (entry) entry.until = Date.now() + KEPT_MS;
	});
}

/** Answers like the first request of the last seconds, for which it waits; false when there was none or it broke off. */
export async function answerAgain(key: string, response: Response): Promise<boolean> {
	const first = kept.get(key);
	if (!first || first.until < Date.now()) return false;
	const answer = await first.answer;
	if (!answer) return false;
	response.statusCode = answer.status;
	for (const [name, value] of answer.headers) response.setHeader(name, value);
	response.end(answer.body);
	return true;
}
