import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { callbackKey, DeliveryWindow } from '../shared/callback/dedupe';
import {
	openCallback,
	openVerification,
	type CallbackSecrets,
	type OpenedCallback,
	type Refusal,
} from '../shared/callback/envelope';
import { matches } from '../shared/callback/events';
import { fetchesMessages, receiveMessages, wantsAccount } from './customerService';
import { answer, ANSWER_BY_MS, readBody, SUCCESS, whenAnswered } from './http';
import { attachMedia } from './media';
import { cachedSecrets, isSuite, type SecretsOrLack } from './secrets';
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
	const receivedAt = Date.now();
	const body = await readBody(context);
	if (!body.ok) return refuse(context, body);
	const query = context.getQueryData() as IDataObject;
	const opened = await withSecrets(context, (secrets) =>
		openCallback({ ...secrets, ...anyCompany(context), rawBody: body.bytes, query }),
	);
	if (!opened.ok) return refuse(context, opened);

	const response = context.getResponseObject();
	const command = isSuite(context) && typeof opened.payload.InfoType === 'string';
	if (!command && !isWanted(context, opened)) {
		answer(response, 200);
		return ANSWERED;
	}

	const scope = `${context.getMode()}|${context.getWorkflow().id}|${context.getNode().id}`;
	const key = callbackKey(opened.payload, opened.plaintext);
	const claim = await delivered.claim(scope, key, WAIT_FOR_FIRST_ATTEMPT_MS);
	if (claim !== 'first') {
		// Still under way: not acknowledged, so that WeCom comes back for the outcome.
		const body = command && claim === 'duplicate' ? SUCCESS : '';
		answer(response, claim === 'duplicate' ? 200 : 503, body);
		return ANSWERED;
	}
	whenAnswered(response, (stored) => delivered.settle(scope, key, stored));
	if (!command && fetchesMessages(context, opened))
		return await receiveMessages({ context, opened, receivedAt, toItem });
	if (!command) {
		const items = [{ json: toItem(opened) }];
		await attachMedia(context, items, opened.receiveId, receivedAt + ANSWER_BY_MS);
		return { workflowData: [items] };
	}
	const wanted = (callback: OpenedCallback) => isWanted(context, callback);
	return await receiveCommand({ context, opened, toItem, wanted });
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
	return ANSWERED;
}

function isWanted(context: IWebhookFunctions, opened: OpenedCallback): boolean {
	const { callback } = opened;
	if (!wantsAccount(context, opened)) return false;
	if (!matches(context.getNodeParameter('events', ['*']) as string[], callback.kind)) return false;
	const { changeTypes } = context.getNodeParameter('filters', {}) as { changeTypes?: string };
	const wanted = (changeTypes ?? '')
		.split(',')
		.map((type) => type.trim())
		.filter(Boolean);
	return wanted.length === 0 || wanted.includes(callback.changeType ?? '');
}

/** The payload as in WeCom's documentation, and under `wecom` what this node knows about it. */
function toItem(
	{ payload, callback, receiveId, envelope }: OpenedCallback,
	facts: IDataObject = {},
): IDataObject {
	const { family, kind, event, changeType, known } = callback;
	const { company } = facts as { company?: IDataObject };
	return {
		...(payload as IDataObject),
		...(company && { AuthCorpId: company.corpId }),
		wecom: {
			family,
			kind,
			...(event ? { event } : {}),
			...(changeType ? { changeType } : {}),
			known,
			receiveId,
			...(envelope.agentId ? { agentId: envelope.agentId } : {}),
			receivedAt: new Date().toISOString(),
			...facts,
		},
	};
}
