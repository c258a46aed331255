import {
	NodeOperationError,
	type IDataObject,
	type INodeExecutionData,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { DeliveryWindow } from '../shared/callback/dedupe';
import { addressOf } from '../shared/callback/ownCalls';
import {
	openCallback,
	openVerification,
	type OpenedCallback,
	type Refusal,
} from '../shared/callback/envelope';
import { startsOnClicks } from './answers';
import { readBody } from './body';
import { REPLY_WITHIN_MS, WAIT_FOR_FIRST_ATTEMPT_MS } from './deadlines';
import { warn, type Delivery, type Source, type Unwanted } from './delivery';
import { eventName } from './filters';
import { Outcome } from './outcome';
import { keep, takeCalled, takeKept, type RedeliveryHandover, type Loss } from './redelivery';
import { bodyOf, type CallbackResponse } from './response';
import { cachedSecrets, nodeOf, type NodeSecrets, type SecretsOrLack } from './secrets';
import { sourceOf } from './sources';

const delivered = new DeliveryWindow();

const ANSWERED: IWebhookResponseData = { noWebhookResponse: true };

/** `GET`: WeCom checks the URL when its settings are saved; the answer is the decrypted echostr, nothing else (doc 90930). */
export async function verifyUrl(
	context: IWebhookFunctions,
	response: CallbackResponse,
): Promise<IWebhookResponseData> {
	const query = context.getQueryData() as IDataObject;
	const source = sourceOf(context);
	const opened = await withSecrets(context, source, ({ token, aesKey, receiveIds }) =>
		openVerification(query, token, aesKey, source.checkReceivers ?? receiveIds),
	);
	if (!opened.ok) return refuse(context, response, opened);
	response.answer(200, opened.echo);
	return ANSWERED;
}

/** `POST`: from the raw bytes to the items. What is refused, filtered out or a repetition starts no execution. */
export async function receiveCallback(
	context: IWebhookFunctions,
	response: CallbackResponse,
): Promise<IWebhookResponseData> {
	const again = takeCalled(context);
	if (again) return deliverAgain(context, response, again);
	const at = Date.now();

	// Read.
	const body = await readBody(context);
	if (!body.ok) return refuse(context, response, body);

	// Open.
	const source = sourceOf(context);
	const opened = await open(context, source, body.bytes);
	if (!opened.ok) return refuse(context, response, opened);
	const age = tooOld(context, at);
	if (age) return refuse(context, response, age);
	if (opened.notWellFormed) warn(context, `read what is not well-formed: ${opened.notWellFormed}`);
	const outcome = new Outcome();
	const delivery: Delivery = {
		context,
		response,
		source,
		opened,
		secrets: opened.secrets,
		at,
		settle: () => {},
		whenStored: (listener) => outcome.whenKnown(listener),
		here: addressOf(context),
	};

	// Decide.
	if (source.answerItself?.(delivery)) return ANSWERED;
	if ((await source.takeClick(delivery)) && !startsOnClicks(context)) return ANSWERED;
	const unwanted = await source.whyUnwanted(delivery);
	if (unwanted) {
		response.answer(200);
		tellTester(delivery, unwanted);
		return ANSWERED;
	}

	// Claim.
	const key = source.keyOf(opened);
	const scope = `${context.getMode()}|${context.getWorkflow().id}|${nodeOf(context).id}`;
	const claim = await delivered.claim(scope, key, WAIT_FOR_FIRST_ATTEMPT_MS);
	if (claim !== 'first') {
		const prepared = source.answerToRepetition(delivery, claim);
		if (prepared) {
			response.answer(200, bodyOf(prepared), prepared.contentType);
			return ANSWERED;
		}
		// Not acknowledged, so that WeCom comes back for the outcome.
		const reason = 'its first attempt is still under way';
		return refuse(context, response, { status: 503, reason });
	}
	delivery.settle = settling(scope, key);
	const kept = takeKept(scope, key);
	if (kept) {
		const prepared = source.answerToRepetition(delivery, 'duplicate');
		// Answered before it is stored only where the first attempt was, too: otherwise WeCom has to come back for it should this
		// process end.
		const { answersEarly } = kept.delivery.response;
		const deadline = answersEarly ? at + REPLY_WITHIN_MS - Date.now() : undefined;
		if (prepared) response.answerBy(deadline, prepared);
		return giveToN8n(response, kept, delivery.settle);
	}

	// Deliver, and answer: the source has prepared what goes out, at the latest with the answer of n8n.
	let items: INodeExecutionData[] | undefined;
	try {
		items = await source.deliver(delivery);
	} finally {
		if (!items?.length) delivery.settle(items !== undefined && response.status < 300);
	}
	if (items.length === 0) return ANSWERED;
	const handover: RedeliveryHandover = { delivery, items, scope, key, outcome, failures: 0 };
	return giveToN8n(response, handover, delivery.settle);
}

/** Ends the claim on a callback; only the first call counts. */
function settling(scope: string, key: string): (stored: boolean) => void {
	let settled = false;
	return (stored) => {
		if (!settled) delivered.settle(scope, key, stored);
		settled = true;
	};
}

/** Gives the items to n8n and hears what becomes of them. */
function giveToN8n(
	response: CallbackResponse,
	handover: RedeliveryHandover,
	settle: (stored: boolean) => void,
): IWebhookResponseData {
	response.stored.whenKnown((stored) => {
		if (stored) handover.outcome.tell(true);
		else keep(handover);
		// A repetition that has waited for this outcome goes on with what was kept.
		settle(stored);
	});
	return { workflowData: [handover.items] };
}

/** A request of the trigger to itself. For what is lost it fails, and n8n makes that a failed execution. */
function deliverAgain(
	context: IWebhookFunctions,
	response: CallbackResponse,
	again: RedeliveryHandover | Loss | 'overtaken',
): IWebhookResponseData {
	if (again === 'overtaken') {
		response.answer(200);
		return ANSWERED;
	}
	if ('items' in again) {
		const { scope, key } = again;
		// Claimed, so that a repetition of WeCom is recognized. Whoever holds the claim already delivers the same items.
		void delivered.claim(scope, key, 0);
		return giveToN8n(response, again, settling(scope, key));
	}
	throw new LostCallback(context.getNode(), again.message, { description: again.description });
}

/** A callback that could not start the workflow: the only error that becomes an execution. */
export class LostCallback extends NodeOperationError {}

type Opened<T> = T | Refusal | { ok: false; status: 503; reason: string };

async function open(
	context: IWebhookFunctions,
	source: Source,
	rawBody: Buffer,
): Promise<Opened<OpenedCallback & { secrets: NodeSecrets }>> {
	const query = context.getQueryData() as IDataObject;
	return await withSecrets(context, source, (secrets) => {
		const receiveIds = source.receivers?.(context) ?? secrets.receiveIds;
		const opened = openCallback({ ...secrets, receiveIds, rawBody, query });
		if (opened.ok) return { ...opened, secrets };
		const help = opened.wrongReceiver && source.helpOnReceiver;
		return help ? { ...opened, reason: `${opened.reason}. ${help}` } : opened;
	});
}

/** Opens with the secrets at hand, and once more with newly read ones when they do not fit. */
async function withSecrets<T extends { ok: true }>(
	context: IWebhookFunctions,
	source: Source,
	open: (secrets: NodeSecrets) => T | Refusal,
): Promise<Opened<T>> {
	const first = tryOpen(await cachedSecrets(context, source), open);
	if (first.ok || first.status === 413) return first;
	const again = await cachedSecrets(context, source, true);
	return again ? tryOpen(again, open) : first;
}

function tryOpen<T>(
	found: SecretsOrLack | undefined,
	open: (secrets: NodeSecrets) => T | Refusal,
): Opened<T> {
	if (found && 'secrets' in found) return open(found.secrets);
	return {
		ok: false,
		status: 503,
		reason: found?.lack.message ?? 'the credential could not be read',
	};
}

/** Why a callback is refused whose signed time is too far from now, if the form says so. */
function tooOld(context: IWebhookFunctions, at: number) {
	const { timestamp } = context.getQueryData() as IDataObject;
	const most = Number(context.getNodeParameter('security.maxAge', 0));
	const seconds = Math.round(Math.abs(at / 1000 - Number(timestamp)));
	if (!(most > 0) || seconds <= most) return undefined;
	const reason = `its timestamp is ${seconds} seconds from this server's time, 'Maximum Age' allows ${most}: somebody repeats it, or this server's clock is wrong`;
	return { status: 401, reason };
}

function refuse(
	context: IWebhookFunctions,
	response: CallbackResponse,
	{ status, reason }: { status: number; reason: string },
): IWebhookResponseData {
	warn(context, `refused a callback (HTTP ${status}): ${reason}`);
	response.answer(status);
	if (context.getMode() === 'manual' && status !== 503)
		throw notice(context, 'A callback arrived and was refused', `Reason: ${reason}.`);
	return ANSWERED;
}

/** Kinds that WeCom sends by itself, before or beside what a person sends for a test. */
const UNASKED = ['enter_agent', 'LOCATION', 'suite_ticket'];

/** Ends a test in the editor with the reason why a callback does not start the workflow; n8n offers no other way to tell. */
function tellTester({ context, opened }: Delivery, { kind, reason }: Unwanted): void {
	if (context.getMode() !== 'manual') return;
	context.logger.info(`WeCom Trigger filtered a callback out during a test: ${reason}`);
	if (UNASKED.includes(kind)) return;
	const name = eventName(opened.classification);
	throw notice(context, `'${name}' arrived and was filtered out`, reason);
}

const notice = (context: IWebhookFunctions, message: string, description: string) =>
	new NodeOperationError(context.getNode(), message, { description, level: 'warning' });
