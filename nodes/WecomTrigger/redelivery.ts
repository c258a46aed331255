import { createHash, randomBytes } from 'crypto';
import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { later } from '../shared/util/later';
import { CALL_SELF_TIMEOUT_MS, DELIVER_AGAIN_AFTER_MS } from './deadlines';
import type { Delivery } from './delivery';
import type { Outcome } from './outcome';

/**
 * What n8n could not store stays in memory and is delivered again: WeCom may have its answer already, or give up after a few
 * repetitions within seconds. Only a request to a webhook starts an execution, so the trigger calls its own URL, with a secret number
 * that stands for the kept delivery. A repetition of WeCom that comes first carries it as well.
 */

/** Items on their way to n8n. */
export interface RedeliveryHandover {
	delivery: Delivery;
	items: INodeExecutionData[];
	/** The node, and the callback among its callbacks. */
	scope: string;
	key: string;
	/** Stored, or lost in the end. */
	outcome: Outcome;
	failures: number;
}

const HEADER = 'x-wecom-kit-delivery';
/** A kept delivery holds its items, and what of the request they came with is still in use. */
const MAX_KEPT = 500;

const kept = new Map<string, RedeliveryHandover>();
/** What the calls under way to the own URL stand for, by the hash of their number. */
const calls = new Map<string, RedeliveryHandover | Loss>();

/** What is lost, in words for the owner of the workflow. */
export interface Loss {
	message: string;
	description: string;
}

/** Keeps what n8n has failed to store, until it is delivered or all tries have failed. */
export function keep(handover: RedeliveryHandover): void {
	const { delivery, outcome } = handover;
	// Who tests sees the failure in the editor.
	if (delivery.context.getMode() === 'manual') return outcome.tell(false);
	const pause = DELIVER_AGAIN_AFTER_MS[handover.failures++];
	if (pause === undefined || kept.size >= MAX_KEPT) {
		outcome.tell(false);
		void reportLoss(handover);
		return;
	}
	kept.set(idOf(handover), handover);
	later(pause, () => void deliverAgain(handover));
}

/** The delivery that a repetition of WeCom carries on. */
export function takeKept(scope: string, key: string): RedeliveryHandover | undefined {
	const id = idOf({ scope, key });
	const handover = kept.get(id);
	kept.delete(id);
	return handover;
}

/**
 * What a request of the trigger to itself stands for; `overtaken` when a repetition of WeCom has carried it on meanwhile, undefined for
 * all requests from outside.
 */
export function takeCalled(
	context: IWebhookFunctions,
): RedeliveryHandover | Loss | 'overtaken' | undefined {
	const number = context.getHeaderData()[HEADER];
	if (typeof number !== 'string') return undefined;
	const what = calls.get(hashOf(number));
	calls.delete(hashOf(number));
	if (!what || !('items' in what)) return what;
	return takeKept(what.scope, what.key) === what ? what : 'overtaken';
}

async function deliverAgain(handover: RedeliveryHandover): Promise<void> {
	const { failures } = handover;
	const isKept = () => kept.get(idOf(handover)) === handover && handover.failures === failures;
	if (!isKept()) return;
	await callSelf(handover.delivery, handover);
	// Nobody took the call: n8n itself is not there.
	if (isKept()) keep(handover);
}

/** A failed execution, if n8n can store that, and a line in the log. */
async function reportLoss({ delivery, failures }: RedeliveryHandover): Promise<void> {
	const { context, opened, at } = delivery;
	const { kind } = opened.classification;
	const { FromUserName: from, MsgId: msgId, AuthCorpId: corpId } = opened.payload;
	const names = Object.entries({ from, msgId, corpId })
		.filter(([, value]) => typeof value === 'string' && value)
		.map(([name, value]) => `${name} ${String(value)}`);
	const what = [`'${kind}' of ${new Date(at).toISOString()}`, ...names].join(', ');
	const loss: Loss = {
		message: `A callback of WeCom could not start this workflow: ${what}`,
		description: `n8n failed to store the execution ${failures} times, and WeCom does not send the callback again. See the log of n8n for the reason, such as a locked or full database, then do by hand what the workflow should have done.`,
	};
	context.logger.error(`WeCom Trigger: ${loss.message}. ${loss.description}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
	await callSelf(delivery, loss);
}

/** Calls the own URL; never throws. It has arrived when `takeCalled` was asked for it. */
async function callSelf(
	{ context, here }: Delivery,
	what: RedeliveryHandover | Loss,
): Promise<void> {
	const number = randomBytes(32).toString('hex');
	calls.set(hashOf(number), what);
	for (const url of [here, context.getNodeWebhookUrl('default')]) {
		if (!url || !calls.has(hashOf(number))) continue;
		await context.helpers
			.httpRequest({
				method: 'POST',
				url,
				headers: { [HEADER]: number },
				timeout: CALL_SELF_TIMEOUT_MS,
				ignoreHttpStatusErrors: true,
				// n8n's own certificate is not for this address.
				skipSslCertificateValidation: url === here,
			})
			.catch(() => {});
	}
	calls.delete(hashOf(number));
}

/** The address at which this process has got a request, past every proxy; undefined where that cannot be known. */
export function addressOf(context: IWebhookFunctions): string | undefined {
	const { socket, originalUrl } = context.getRequestObject() as unknown as {
		socket?: { localAddress?: string; localPort?: number; encrypted?: boolean };
		originalUrl?: string;
	};
	const { localAddress, localPort, encrypted } = socket ?? {};
	if (!localAddress || !localPort || !originalUrl) return undefined;
	const address = localAddress.replace(/^::ffff:/, '');
	const host = address.includes(':') ? `[${address}]` : address;
	const [path] = originalUrl.split('?');
	return `${encrypted ? 'https' : 'http'}://${host}:${localPort}${path}`;
}

const idOf = ({ scope, key }: Pick<RedeliveryHandover, 'scope' | 'key'>) =>
	JSON.stringify([scope, key]);

const hashOf = (number: string) => createHash('sha256').update(number).digest('hex');
