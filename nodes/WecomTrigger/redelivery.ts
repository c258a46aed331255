import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { deliverAgain, type Undelivered } from '../shared/callback/deliverAgain';
import { callSelf, takeOwnCall } from '../shared/callback/ownCalls';
import type { Delivery } from './delivery';
import type { Outcome } from './outcome';

/**
 * What n8n could not store stays in memory and is delivered again: WeCom may have its answer already, or give up after a few
 * repetitions within seconds. So the trigger calls its own URL with it. A repetition of WeCom that comes first carries it as well.
 */

/** Items on their way to n8n. */
export interface RedeliveryHandover extends Undelivered {
	delivery: Delivery;
	items: INodeExecutionData[];
	/** The node, and the callback among its callbacks. */
	scope: string;
	key: string;
	/** Stored, or lost in the end. */
	outcome: Outcome;
}

/** A kept delivery holds its items, and what of the request they came with is still in use. */
const MAX_KEPT = 500;

const kept = new Map<string, RedeliveryHandover>();

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
	const id = idOf(handover);
	const giveUp = () => {
		kept.delete(id);
		outcome.tell(false);
		void reportLoss(handover);
	};
	if (kept.size >= MAX_KEPT && !kept.has(id)) {
		handover.failures++;
		return giveUp();
	}
	kept.set(id, handover);
	deliverAgain({
		context: delivery.context,
		method: 'POST',
		here: delivery.here,
		what: handover,
		isKept: () => kept.get(id) === handover,
		giveUp,
	});
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
	const what = takeOwnCall(context) as RedeliveryHandover | Loss | undefined;
	if (!what || !('items' in what)) return what;
	return takeKept(what.scope, what.key) === what ? what : 'overtaken';
}

/** A failed execution, if n8n can store that, and a line in the log. */
async function reportLoss({ delivery, failures }: RedeliveryHandover): Promise<void> {
	const { context, here, opened, at } = delivery;
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
	await callSelf(context, 'POST', here, loss);
}

const idOf = ({ scope, key }: Pick<RedeliveryHandover, 'scope' | 'key'>) =>
	JSON.stringify([scope, key]);
