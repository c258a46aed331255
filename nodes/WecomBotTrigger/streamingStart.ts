import { createHash, randomBytes } from 'crypto';
import {
	NodeHelpers,
	sleep,
	type INodeExecutionData,
	type ITriggerFunctions,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { STREAM_PATH } from './streamPath';
import { networkCode } from '../shared/protocol/errors';
import { listenToExecution, type ExecutionListener } from '../shared/bot/executionStream';

/**
 * Starts executions whose agents are heard while they speak. `emit()` carries nothing of that; a webhook in the mode `streaming`
 * does. So the trigger has such a webhook and calls it itself, with a ticket for an item that waits in this process: the ticket is
 * a random number, good for one call, and whoever else knows the URL has none. The call is answered at once, and what n8n writes
 * to its response is taken from it within the process. Where n8n does not reach itself, or another process takes the call, the
 * trigger emits its items, and answers come whole.
 */

/** Milliseconds. Changed by tests only. */
export const startTimings = {
	/** n8n registers the webhook beside the start of the trigger. */
	probeAfter: [100, 300, 1_000, 3_000, 10_000, 30_000],
	/** How long n8n's answer to itself may take. */
	call: 5_000,
	/** The pause before the next round, after all of them failed. */
	probeAgain: 10 * 60_000,
	/** The pauses before each further try to emit what n8n could not start. */
	emitAgain: [2_000, 4_000, 8_000, 16_000, 30_000],
	/** An agent that waits longer than this waits for a tool. */
	statusAfter: 1_200,
};

/** Where n8n listens within its own container, unless told otherwise. */
const OWN_PORT = 'http://127.0.0.1:5678';

interface Ticket {
	item?: INodeExecutionData;
	listener?: ExecutionListener;
}

const tickets = new Map<string, Ticket>();
/** Only the hash is looked up, so that the time of a comparison tells nothing. */
const keyOf = (ticket: string) => createHash('sha256').update(ticket).digest('hex');

/** The webhook's side: gives n8n the item of a ticket, and answers 404 to everybody who has none. */
export function takeTicket(context: IWebhookFunctions): IWebhookResponseData {
	const response = context.getResponseObject();
	const { ticket } = (context.getBodyData() ?? {}) as { ticket?: unknown };
	const key = typeof ticket === 'string' ? keyOf(ticket) : '';
	const taken = tickets.get(key);
	tickets.delete(key);
	response.writeHead(taken ? 204 : 404);
	response.end();
	if (!taken?.item || !taken.listener) return { noWebhookResponse: true };
	listenToExecution(response, taken.listener);
	return { noWebhookResponse: true, workflowData: [[taken.item]] };
}

/** The trigger's side, which lives as long as the trigger listens. */
export class StreamingStart {
	/** The address at which n8n has reached itself. */
	private url?: string;

	private probedAt = 0;

	private isStopped = false;

	constructor(private readonly context: ITriggerFunctions) {}

	get isOpen(): boolean {
		return this.url !== undefined;
	}

	/** Finds out in the background whether n8n reaches itself. */
	probe(): void {
		this.probedAt = Date.now();
		void this.tryAddresses().catch((error: Error) => this.note(error.message));
	}

	stop(): void {
		this.isStopped = true;
		this.url = undefined;
	}

	/** Starts an execution with the item; false: it has not, and will not, so that the item can go another way. */
	async start(item: INodeExecutionData, listener: ExecutionListener): Promise<boolean> {
		if (!this.url) {
			if (!this.isStopped && Date.now() - this.probedAt > startTimings.probeAgain) this.probe();
			return false;
		}
		const refusal = await this.call(this.url, { item, listener });
		if (!refusal) return true;
		this.url = undefined;
		this.note(refusal);
		return false;
	}

	private async tryAddresses(): Promise<void> {
		const addresses = this.addresses();
		let refusal = 'it has no address';
		for (const pause of startTimings.probeAfter) {
			await sleep(pause);
			for (const address of addresses) {
				if (this.isStopped) return;
				refusal = (await this.call(address, {})) ?? '';
				if (refusal) continue;
				if (!this.isStopped) this.url = address;
				return;
			}
		}
		this.note(refusal);
	}

	/** Calls the webhook with a ticket; undefined if this process has taken it, else why not. A ticket that was not taken is void. */
	private async call(url: string, ticket: Ticket): Promise<string | undefined> {
		const secret = randomBytes(32).toString('hex');
		const key = keyOf(secret);
		tickets.set(key, ticket);
		let refusal: string;
		try {
			const { statusCode } = (await this.context.helpers.httpRequest({
				method: 'POST',
				url,
				body: { ticket: secret },
				json: true,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: startTimings.call,
			})) as { statusCode: number };
			refusal = `HTTP ${statusCode}`;
		} catch (error) {
			refusal = networkCode(error) ?? 'no answer';
		}
		return tickets.delete(key) ? refusal : undefined;
	}

	/** The addresses to try: n8n's own port first, since nothing lies between. */
	private addresses(): string[] {
		const { context } = this;
		const { webhookBaseUrl } =
			(context as unknown as { additionalData?: { webhookBaseUrl?: string } }).additionalData ?? {};
		const base = webhookBaseUrl ?? `${context.getInstanceBaseUrl()}webhook`;
		const id = context.getWorkflow().id ?? '';
		const node = context.getNode();
		const known = NodeHelpers.getNodeWebhookUrl(base, id, node, STREAM_PATH, false);
		const path = /^https?:\/\/[^/]+(\/.*)$/.exec(known)?.[1];
		const isLocal = /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(known);
		return isLocal || !path ? [known] : [OWN_PORT + path, known];
	}

	private note(reason: string): void {
		const { context } = this;
		context.logger.warn(
			`WeCom Bot Trigger: answers of AI Agents come whole, since n8n does not reach its own webhook (${reason})`,
			{ workflowId: context.getWorkflow().id, nodeName: context.getNode().name },
		);
	}
}
