import {
	NodeOperationError,
	type IDataObject,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { callbackKey, DeliveryWindow } from '../shared/callback/dedupe';
import {
	openCallback,
	openVerification,
	type CallbackSecrets,
	type OpenedCallback,
	type Refusal,
} from '../shared/callback/envelope';
import { matches } from '../shared/callback/events';
import { listOf } from '../shared/util/text';
import { fetchesMessages, receiveMessages, wantsAccount } from './customerService/fetch';
import { answer, ANSWER_BY_MS, readBody, SUCCESS, whenAnswered } from './http';
import { attachMedia } from './media';
import { receiveBot } from './bot';
import { prepareAnswer, quickReply, replyFacts } from './reply';
import { cachedSecrets, isBot, isSuite, nodeOf, type SecretsOrLack } from './secrets';
import { receiveCommand } from './suite';

/** WeCom hangs up after five seconds and sends the callback again (doc 90930). */
const WAIT_FOR_FIRST_ATTEMPT_MS = 4_000;

const delivered = new DeliveryWindow();

const ANSWERED: IWebhookResponseData = { noWebhookResponse: true };

/** `GET`: WeCom checks the URL when its settings are saved; the answer is the decrypted echostr, nothing else (doc 90930). */
export async function verifyUrl(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const query = context.getQueryData() as IDataObject;
	const opened = await withSecrets(context, ({ token, aesKey, receiveIds }) =>
		// No page says whose ID a suite's check carries: the provider's, as far as is known, which need not be entered.
		openVerification(query, token, aesKey, isSuite(context) ? [] : receiveIds),
	);
	if (!opened.ok) return refuse(context, opened);
	answer(context.getResponseObject(), 200, opened.echo);
	return ANSWERED;
}

/** `POST`: from the raw bytes to one item. What is refused, filtered out or a repetition starts no execution. */
export async function receiveCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const at = Date.now();
	const body = await readBody(context);
	if (!body.ok) return refuse(context, body);
	const query = context.getQueryData() as IDataObject;
	const opened = await withSecrets(context, (secrets) => {
		const rawBody = body.bytes;
		const result = openCallback({ ...secrets, ...anyCompany(context), rawBody, query });
		return result.ok ? { ...result, secrets } : result;
	});
	if (!opened.ok) return refuse(context, opened);
	const age = tooOld(context, query, at);
	if (age) return refuse(context, age);

	const arrived = { context, opened, secrets: opened.secrets, at };
	const scope = `${context.getMode()}|${context.getWorkflow().id}|${nodeOf(context).id}`;
	if (isBot(context)) {
		return await receiveBot(arrived, {
			claim: async (key) => await delivered.claim(scope, key, WAIT_FOR_FIRST_ATTEMPT_MS),
			settle: (key, stored) => delivered.settle(scope, key, stored),
			tellTester: (kind, reason) => tellTester(context, kind, reason),
		});
	}

	const response = context.getResponseObject();
	const command = isSuite(context) && typeof opened.payload.InfoType === 'string';
	// A suite's commands do their work first, whatever the filters say or fail to say.
	const unwanted = command ? undefined : whyUnwanted(context, opened);
	if (unwanted) {
		answer(response, 200);
		tellTester(context, opened.callback.kind, unwanted);
		return ANSWERED;
	}

	const key = callbackKey(opened.payload, opened.plaintext);
	const claim = await delivered.claim(scope, key, WAIT_FOR_FIRST_ATTEMPT_MS);
	// Not acknowledged, so that WeCom comes back for the outcome.
	if (claim === 'busy')
		return refuse(context, { status: 503, reason: 'its first attempt is still under way' });
	if (claim === 'duplicate') {
		// WeCom hung up before the quick reply, if it sends the callback again.
		const reply = command ? SUCCESS : quickReply(arrived, toItem(opened));
		answer(response, 200, reply);
		return ANSWERED;
	}
	whenAnswered(response, (stored) => delivered.settle(scope, key, stored));
	if (!command && fetchesMessages(context, opened))
		return await receiveMessages({ ...arrived, toItem });
	if (!command) {
		const items = [{ json: toItem(opened, replyFacts(arrived)) }];
		await attachMedia(context, items, opened.receiveId, at + ANSWER_BY_MS);
		prepareAnswer(arrived, items[0].json);
		return { workflowData: [items] };
	}
	const wanted = (callback: OpenedCallback) => !whyUnwanted(context, callback);
	return await receiveCommand({ ...arrived, toItem, wanted });
}

/** Why a callback is refused whose signed time is too far from now, if the form says so. */
function tooOld(context: IWebhookFunctions, { timestamp }: IDataObject, at: number) {
	const most = Number(context.getNodeParameter('moreOptions.maxAge', 0));
	const seconds = Math.round(Math.abs(at / 1000 - Number(timestamp)));
	if (!(most > 0) || seconds <= most) return undefined;
	const reason = `its timestamp is ${seconds} seconds from this server's time, 'Maximum Age' allows ${most}: somebody repeats it, or this server's clock is wrong`;
	return { status: 401, reason };
}

/** A provider may keep its companies elsewhere: then the signature alone decides. */
function anyCompany(context: IWebhookFunctions): { receiveIds?: [] } {
	const any = isSuite(context) && context.getNodeParameter('suiteOptions.acceptAnyCompany', false);
	return any ? { receiveIds: [] } : {};
}

type Opened<T> = T | Refusal | { ok: false; status: 503; reason: string };

/** Opens with the secrets at hand, and once more with newly read ones when they do not fit. */
async function withSecrets<T extends { ok: true }>(
	context: IWebhookFunctions,
	open: (secrets: CallbackSecrets) => T | Refusal,
): Promise<Opened<T>> {
	const first = tryOpen(await cachedSecrets(context), open);
	if (first.ok || first.status === 413) return first;
	const again = await cachedSecrets(context, true);
	return again ? tryOpen(again, open) : first;
}

function tryOpen<T>(
	found: SecretsOrLack | undefined,
	open: (secrets: CallbackSecrets) => T | Refusal,
): Opened<T> {
	if (found && 'secrets' in found) return open(found.secrets);
	return {
		ok: false,
		status: 503,
		reason: found?.lack.message ?? 'the credential could not be read',
	};
}

function refuse(
	context: IWebhookFunctions,
	{ status, reason }: { status: number; reason: string },
): IWebhookResponseData {
	context.logger.warn(`WeCom Trigger refused a callback (HTTP ${status}): ${reason}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
	answer(context.getResponseObject(), status);
	if (context.getMode() === 'manual' && status !== 503)
		throw notice(context, 'A callback arrived and was refused', `Reason: ${reason}.`);
	return ANSWERED;
}

/** These come unasked, before or beside what a person sends for a test. */
const UNASKED = ['enter_agent', 'LOCATION', 'suite_ticket'];

/** Ends a test in the editor with the reason why a callback does not start the workflow; n8n offers no other way to tell. */
function tellTester(context: IWebhookFunctions, kind: string, reason: string): void {
	if (context.getMode() !== 'manual') return;
	context.logger.info(`WeCom Trigger filtered a callback out during a test: ${reason}`);
	if (UNASKED.includes(kind)) return;
	throw notice(context, `'${kind}' arrived and was filtered out`, reason);
}

const notice = (context: IWebhookFunctions, message: string, description: string) =>
	new NodeOperationError(context.getNode(), message, { description, level: 'warning' });

/** What keeps a callback from starting the workflow, if anything does. */
function whyUnwanted(context: IWebhookFunctions, opened: OpenedCallback): string | undefined {
	const { callback, payload } = opened;
	if (!matches(context.getNodeParameter('events', ['*']) as string[], callback.kind))
		return `'Trigger On' does not include '${callback.kind}'.`;
	if (!wantsAccount(context, opened))
		return `The filter 'Account Names or IDs' does not include '${String(payload.OpenKfId)}'.`;
	const { changeTypes } = context.getNodeParameter('filters', {}) as IDataObject;
	const wanted = listOf(changeTypes);
	// WeCom spells some in two ways; the kind has the first one.
	const spellings = [callback.changeType ?? '', callback.kind.replace(`${callback.event}.`, '')];
	if (wanted.length === 0 || spellings.some((type) => wanted.includes(type))) return undefined;
	return `The filter 'Change Types' does not include '${callback.changeType ?? ''}'.`;
}

/** The payload as in WeCom's documentation, and under `wecom` what this node knows about it. */
function toItem(
	{ payload, callback, receiveId, envelope, payment }: OpenedCallback,
	facts: IDataObject = {},
): IDataObject {
	const { family, kind, event, changeType, known } = callback;
	const { company } = facts as { company?: IDataObject };
	return {
		...(payload as IDataObject),
		...(company && { AuthCorpId: company.corpId }),
		...(payment?.ok && { payment: payment.value as IDataObject }),
		wecom: {
			family,
			kind,
			...(event ? { event } : {}),
			...(changeType ? { changeType } : {}),
			known,
			receiveId,
			...(envelope.agentId ? { agentId: envelope.agentId } : {}),
			receivedAt: new Date().toISOString(),
			...(payment && !payment.ok && { paymentUnread: payment.reason }),
			...facts,
		},
	};
}
