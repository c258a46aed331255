import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { deliverAgain, type Undelivered } from '../shared/callback/deliverAgain';
import { callSelf, takeOwnCall } from '../shared/callback/ownCalls';
import type { Delivery } from './delivery';
import type { Outcome } from './outcome';

/**
 * What n8n could not store stays in memory and is delivered again: WeCom may have its answer already, or give up after a few
 * repetitions within seconds. So the trigger calls its own URL with it. A repetition of WeCom that comes first carries it as well.
 */

/** The items of a callback on their way to n8n, with what a further delivery needs. */
export interface RedeliveryHandover extends Undelivered {
	delivery: Delivery;
	items: INodeExecutionData[];
	/** `scope` names the node, `key` the callback among those of the node. */
	scope: string;
	key: string;
	/** Whether n8n has stored the items in the end, or they are lost. */
	outcome: Outcome;
}

/** How many deliveries are kept: each holds its items and a part of its request in memory. */
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
	// In a test the person sees the failure in the editor.
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

/** Takes out what was kept of a callback, for the repetition of WeCom or the trigger's own call that delivers it. */
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

/** Reports what is lost: in the log, and as a failed execution if n8n can store that. */
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
