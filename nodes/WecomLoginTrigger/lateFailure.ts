import { NodeOperationError, type INodeExecutionData, type IWebhookFunctions } from 'n8n-workflow';
import { deliverAgain, type Undelivered } from '../shared/callback/deliverAgain';
import { addressOf, callSelf, takeOwnCall } from '../shared/callback/ownCalls';
import { isStored } from '../shared/util/silence';
import { takeEnd } from '../shared/util/takeEnd';

/**
 * A login that n8n failed to store after the person was sent on: a code of WeCom works once, so what it brought stays in memory and is
 * given to n8n again.
 */
interface LateLogin extends Undelivered {
	items: INodeExecutionData[];
	who: string;
	here?: string;
	/** Whether the trigger's call to itself has arrived: what becomes of the login is then heard there. */
	isTaken: boolean;
}

/** A login of which all tries have failed. */
interface Lost {
	lost: string;
}

/** A login that came to nothing after all: the only error of this trigger that becomes an execution. */
export class LostLogin extends NodeOperationError {}

/** Gives a login to n8n again, and again until it is stored or all tries have failed. `who` is for the log. */
export function deliverLater(
	context: IWebhookFunctions,
	items: INodeExecutionData[],
	who: string,
): void {
	// In a test the person sees the failure in the editor.
	if (context.getMode() === 'manual') return;
	again(context, { items, who, here: addressOf(context), failures: 0, isTaken: false });
}

function again(context: IWebhookFunctions, login: LateLogin): void {
	login.isTaken = false;
	deliverAgain({
		context,
		method: 'GET',
		here: login.here,
		what: login,
		isKept: () => !login.isTaken,
		giveUp: () => {
			const loss: Lost = { lost: login.who };
			logLoss(context, loss);
			void callSelf(context, 'GET', login.here, loss);
		},
	});
}

/** What a request of the trigger to itself brings; undefined for all requests from outside. For what is lost it throws. */
export function takeLateLogin(context: IWebhookFunctions): INodeExecutionData[] | undefined {
	const call = takeOwnCall(context) as LateLogin | Lost | undefined;
	if (!call) return undefined;
	if ('lost' in call)
		throw new LostLogin(context.getNode(), lossOf(call), { description: WHAT_TO_DO });
	call.isTaken = true;
	takeEnd(context.getResponseObject(), (args, end) => {
		const { statusCode } = context.getResponseObject();
		if (!isStored(statusCode, args[0])) again(context, call);
		return end(...args);
	});
	return call.items;
}

const lossOf = ({ lost }: Lost) => `A login could not start this workflow: ${lost}`;

const WHAT_TO_DO =
	'The person was sent on, as n8n took long, and then n8n failed to store the execution, several times. See the log of n8n for the reason, such as a locked or full database, then do by hand what the workflow should have done.';

function logLoss(context: IWebhookFunctions, loss: Lost): void {
	context.logger.error(`WeCom Login Trigger: ${lossOf(loss)}. ${WHAT_TO_DO}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
}
