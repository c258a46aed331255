import type { IWebhookFunctions } from 'n8n-workflow';
import { later } from '../shared/util/later';
import { silence } from '../shared/util/silence';

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

/** Milliseconds. Changed by tests only. */
export const onceStoredTimings = {
	/** How long a person waits for an n8n that queues its executions. */
	wait: 4_000,
};

/**
 * A code of WeCom works once, so a login is over only when n8n has stored its execution. `answer` is called once: with true when it
 * has, or takes longer than a person waits; with false when it could not. n8n's own answer goes nowhere. `lost` hears when it could
 * not after all.
 */
export function answerOnceStored(
	response: Response,
	answer: (stored: boolean) => void,
	lost: () => void,
): void {
	const own = new Set(Object.keys(response.getHeaders()));
	const end = response.end;
	let given = false;
	const give = (stored: boolean): Response => {
		if (given) return response;
		given = true;
		for (const name of Object.keys(response.getHeaders()))
			if (!own.has(name)) response.removeHeader(name);
		response.end = end;
		answer(stored);
		silence(response, (late) => {
			if (stored && !late) lost();
		});
		return response;
	};
	response.end = (() => give(response.statusCode < 300)) as Response['end'];
	later(onceStoredTimings.wait, () => give(true));
}
