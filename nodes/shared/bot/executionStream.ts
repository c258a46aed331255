import type { IWebhookFunctions } from 'n8n-workflow';
import { ExecutionWatch } from './executionWatch';

/** What n8n writes to the response of a webhook in the mode `streaming`, without a network in between. */

export interface ExecutionListener {
	/** Lines of JSON, see `AgentText`. */
	onChunk(written: string): void;
	/** The execution has ended, or waits. */
	onEnd(): void;
	/** The execution was stopped, or has taken as long as n8n lets it. */
	onStop(): void;
	/** n8n could not start it. */
	onFailure(): void;
}

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

const WITHOUT_EFFECT =
	'setHeader setHeaders header set type writeHead removeHeader append flushHeaders';

/**
 * Hands everything that n8n does with an answered response to the listener. n8n writes what the agents say as they say it, ends
 * the response with the execution, and gives it an error with `status` and `json` if there was nothing to end.
 */
export function listenToExecution(response: Response, listener: ExecutionListener): void {
	const methods = response as unknown as Record<string, unknown>;
	let status = 200;
	let isOver = false;
	const conclude = (tell: () => void) => {
		if (!isOver) tell();
		isOver = true;
		watch.end();
		return response;
	};
	const watch = new ExecutionWatch(response, () => conclude(() => listener.onStop()));
	for (const method of WITHOUT_EFFECT.split(' ')) methods[method] = () => response;
	methods.flush = () => undefined;
	methods.write = (written: unknown) => {
		watch.heard(written);
		if (!isOver) listener.onChunk(String(written));
		return true;
	};
	methods.status = (code: number) => {
		status = code;
		return response;
	};
	const end = () => conclude(() => (status < 400 ? listener.onEnd() : listener.onFailure()));
	for (const method of ['send', 'json', 'end']) methods[method] = end;
}
