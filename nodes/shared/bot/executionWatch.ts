import type { IWebhookFunctions } from 'n8n-workflow';
import { later } from '../util/later';
import { IS_NEWER_N8N } from '../util/release';

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

/** Milliseconds. Changed by tests only. */
export const watchTimings = {
	/** An execution of which nothing has come for so long is over: n8n tells every 30 seconds that it runs. */
	silence: 45_000,
	/** How long an execution is watched at most, which is longer than any stream lives. */
	most: 11 * 60_000,
};

/** Whether this n8n tells that executions run. Those without it would be taken for stopped while their agents think. */
let tells = IS_NEWER_N8N;

/**
 * Notices that an execution with a streaming response was stopped by hand or ran out of time: n8n does not end the response then, it
 * only tells no longer that the execution runs. Before its first word an execution may wait for others: that is no silence.
 */
export class ExecutionWatch {
	private heardAt = 0;

	private beganAt = 0;

	private isOver = false;

	constructor(
		response: Response,
		private readonly onStop: () => void,
	) {
		// n8n tells it to responses that have not ended, and the trigger has ended this one.
		Object.defineProperty(response, 'writableEnded', {
			configurable: true,
			get: () => this.isOver,
		});
	}

	/** Notes that n8n has written something. */
	heard(written: unknown): void {
		if (String(written).startsWith('{"type":"keepalive"')) tells = true;
		this.heardAt = Date.now();
		if (this.beganAt > 0) return;
		this.beganAt = this.heardAt;
		this.lookIn(watchTimings.silence);
	}

	/** Ends the watch: n8n has ended the response. */
	end(): void {
		this.isOver = true;
	}

	private lookIn(ms: number): void {
		later(ms, () => {
			const now = Date.now();
			if (this.isOver || now - this.beganAt > watchTimings.most) return;
			const rest = this.heardAt + watchTimings.silence - now;
			if (rest > 0) return this.lookIn(rest);
			if (!tells) return this.lookIn(watchTimings.silence);
			this.end();
			this.onStop();
		});
	}
}
