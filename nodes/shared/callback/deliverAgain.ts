import type { IHttpRequestMethods, IWebhookFunctions } from 'n8n-workflow';
import { later } from '../util/later';
import { callSelf, DELIVER_AGAIN_AFTER_MS } from './ownCalls';

/** What n8n has failed to store. */
export interface Undelivered {
	/** How often n8n has failed. */
	failures: number;
}

interface Again {
	context: IWebhookFunctions;
	method: IHttpRequestMethods;
	/** Where this process listens, see `addressOf`. */
	here: string | undefined;
	what: Undelivered;
	/** Whether nothing has brought it to n8n meanwhile. */
	isKept: () => boolean;
	/** All tries have failed. */
	giveUp: () => void;
}

/** After a failure of n8n: calls the own URL with `what` after a while, again and again until somebody takes it, or gives up. */
export function deliverAgain(again: Again): void {
	const { context, method, here, what, isKept, giveUp } = again;
	const pause = DELIVER_AGAIN_AFTER_MS[what.failures++];
	if (pause === undefined) return giveUp();
	const { failures } = what;
	// Whoever has taken the call counts the next failure, and then this one is not due any more.
	const isDue = () => what.failures === failures && isKept();
	const call = async () => {
		if (!isDue()) return;
		await callSelf(context, method, here, what);
		// It is still due when nobody has taken the call: n8n itself is not there.
		if (isDue()) deliverAgain(again);
	};
	later(pause, () => void call());
}
