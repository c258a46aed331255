import { NodeOperationError, type INodeExecutionData, type IWebhookFunctions } from 'n8n-workflow';
import {
	addressOf,
	callSelf,
	DELIVER_AGAIN_AFTER_MS,
	takeOwnCall,
} from '../shared/callback/ownCalls';
import { later } from '../shared/util/later';
import { isStored } from '../shared/util/silence';
import { takeEnd } from '../shared/util/takeEnd';

/**
 * A login that n8n failed to store after the person was sent on: a code of WeCom works once, so what it brought stays in memory and is
 * given to n8n again.
 */
interface LateLogin {
	items: INodeExecutionData[];
	who: string;
	here?: string;
	failures: number;
	/** The call has arrived: what becomes of it is heard there. */
	taken: boolean;
}

/** A login that came to nothing after all: the only error of this trigger that becomes an execution. */
export class LostLogin extends NodeOperationError {}

/** `who` is for the log. */
export function deliverLater(
	context: IWebhookFunctions,
	items: INodeExecutionData[],
	who: string,
): void {
	// Who tests sees the failure in the editor.
	if (context.getMode() === 'manual') return;
	again(context, { items, who, here: addressOf(context), failures: 0, taken: false });
}

function again(context: IWebhookFunctions, login: LateLogin): void {
	const pause = DELIVER_AGAIN_AFTER_MS[login.failures];
	const call = { ...login, failures: login.failures + 1, taken: false };
	later(pause ?? 0, () => {
		if (pause === undefined) logLoss(context, login);
		void callSelf(context, 'GET', login.here, call).then(() => {
			// Nobody took the call: n8n itself is not there.
			if (pause !== undefined && !call.taken) again(context, call);
		});
	});
}

/** What a request of the trigger to itself brings; undefined for all requests from outside. For what is lost it throws. */
export function takeLateLogin(context: IWebhookFunctions): INodeExecutionData[] | undefined {
	const call = takeOwnCall(context) as LateLogin | undefined;
	if (!call) return undefined;
	call.taken = true;
	if (call.failures > DELIVER_AGAIN_AFTER_MS.length)
		throw new LostLogin(context.getNode(), lossOf(call), { description: WHAT_TO_DO });
	takeEnd(context.getResponseObject(), (args, end) => {
		const { statusCode } = context.getResponseObject();
		if (!isStored(statusCode, args[0])) again(context, call);
		return end(...args);
	});
	return call.items;
}

const lossOf = ({ who }: LateLogin) => `A login could not start this workflow: ${who}`;

const WHAT_TO_DO =
	'The person was sent on, as n8n took long, and then n8n failed to store the execution, several times. See the log of n8n for the reason, such as a locked or full database, then do by hand what the workflow should have done.';

function logLoss(context: IWebhookFunctions, login: LateLogin): void {
	context.logger.error(`WeCom Login Trigger: ${lossOf(login)}. ${WHAT_TO_DO}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
}
