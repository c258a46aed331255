import {
	sleep,
	type IDataObject,
	type INodeExecutionData,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import {
	exchangeAuthCode,
	finishPending,
	forgetCompany,
	handedOver,
	refreshCompany,
	shownCompany,
	updateSuite,
	type Exchange,
} from '../shared/api/companies';
import { suiteIdOf, withPendingCode, withTicket } from '../shared/api/suite';
import type { OpenedCallback } from '../shared/callback/envelope';
import { answer, answerWhenStored, COMMAND_ANSWER, SUCCESS } from './http';
import { forgetSecrets } from './secrets';

/** What a suite's command URL does besides starting the workflow (docs 90628, 100964): tickets, authorizations, companies. */

/** A changed authorization is read again before the workflow runs, if WeCom is quick. */
const WAIT_FOR_NEWS_MS = 500;
/** By then n8n has stored the execution, or has ended. */
const STORED_BY_MS = 4_000;

export interface Command {
	context: IWebhookFunctions;
	opened: OpenedCallback;
	/** The item of a callback, with what is known besides. */
	toItem: (opened: OpenedCallback, facts?: IDataObject) => IDataObject;
	/** Whether Trigger On and the filters let it start the workflow. */
	wanted: (opened: OpenedCallback) => boolean;
}

const ANSWERED: IWebhookResponseData = { noWebhookResponse: true };

export async function receiveCommand(command: Command): Promise<IWebhookResponseData> {
	const { context, opened, toItem, wanted } = command;
	const { payload, callback } = opened;
	const field = (name: string) => String(payload[name] ?? '').trim();

	if (callback.kind === 'suite_ticket') return await onTicket(command, field);
	if (field('AuthCode') && ['create_auth', 'reset_permanent_code'].includes(callback.kind))
		return await onAuthCode(command, field('AuthCode'));

	let facts: IDataObject = {};
	if (callback.kind === 'cancel_auth') {
		await forgetCompany(context, field('AuthCorpId'));
		forgetSecrets(context);
	}
	if (callback.kind === 'change_auth') facts = await newsOf(context, field('AuthCorpId'));
	if (!wanted(opened)) {
		answer(context.getResponseObject(), 200, SUCCESS);
		return ANSWERED;
	}
	answerWhenStored(context.getResponseObject(), COMMAND_ANSWER);
	return { workflowData: [[{ json: toItem(opened, facts) }]] };
}

/** The newest ticket is stored, then what earlier authorizations left undone is finished with it. */
async function onTicket(
	command: Command,
	field: (name: string) => string,
): Promise<IWebhookResponseData> {
	const { context, opened, toItem, wanted } = command;
	const at = Number(field('TimeStamp')) * 1000;
	const stored = await updateSuite(context, (credentials) =>
		withTicket(credentials, field('SuiteId'), field('SuiteTicket'), at),
	);
	if (field('SuiteId') !== suiteIdOf(stored))
		log(context, `a suite_ticket of another suite (${field('SuiteId')}) was left aside`);
	answer(context.getResponseObject(), 200, SUCCESS);

	// A ticket is a secret that changes all the time: "All Events" does not mean it.
	const selected = context.getNodeParameter('events', []) as string[];
	const items: INodeExecutionData[] =
		selected.includes('suite_ticket') && wanted(opened) ? [{ json: toItem(opened) }] : [];
	for (const { authCode, event, exchange } of await finishPending(context, stored, true)) {
		const kind = String(event.InfoType).trim();
		const earlier = {
			...opened,
			payload: event as OpenedCallback['payload'],
			callback: { ...opened.callback, kind, event: kind },
		};
		if (wanted(earlier))
			items.push({ json: toItem(earlier, { ...factsOf(context, exchange), retried: true }) });
		forgetCodeLater(context, authCode, exchange.corpId);
		forgetSecrets(context);
	}
	return items.length > 0 ? { ...ANSWERED, workflowData: [items] } : ANSWERED;
}

/** The code is stored before the answer goes out, and WeCom waits one second only: the exchange comes after it. */
async function onAuthCode(
	{ context, opened, toItem, wanted }: Command,
	authCode: string,
): Promise<IWebhookResponseData> {
	const pending = { at: Date.now(), event: { ...opened.payload } as IDataObject };
	const succeed = () => answer(context.getResponseObject(), 200, SUCCESS);
	await updateSuite(
		context,
		(credentials) => withPendingCode(credentials, authCode, pending),
		succeed,
	);
	succeed();

	const exchange = await exchangeAuthCode(context, authCode);
	// The company's messages may follow at once.
	forgetSecrets(context);
	if (exchange.done) forgetCodeLater(context, authCode, exchange.corpId);
	else log(context, `an auth_code could not be exchanged: ${exchange.reason}`);
	if (!wanted(opened)) return ANSWERED;
	return { ...ANSWERED, workflowData: [[{ json: toItem(opened, factsOf(context, exchange)) }]] };
}

/** What the workflow learns of an exchange. */
function factsOf(context: IWebhookFunctions, exchange: Exchange): IDataObject {
	if (!exchange.done) return { exchange: 'failed', reason: exchange.reason };
	const { corpId, company, warning } = exchange;
	const withCode = context.getNodeParameter('suiteOptions.includePermanentCode', false) as boolean;
	return {
		exchange: 'done',
		company: shownCompany(corpId, company, withCode),
		...(warning ? { warning } : {}),
	};
}

/** A changed authorization: name and Agent ID as they are now, or as soon as WeCom has told. */
async function newsOf(context: IWebhookFunctions, corpId: string): Promise<IDataObject> {
	const news = refreshCompany(context, corpId)
		.then((company) => (company ? { company: shownCompany(corpId, company) } : {}))
		.catch((error: Error) => {
			log(context, `the company ${corpId} could not be read again: ${error.message}`);
			return {};
		});
	return await Promise.race([news, sleep(WAIT_FOR_NEWS_MS).then(() => ({}))]);
}

/** Until n8n has stored the execution the code stays: if n8n ends before, the next ticket brings the event. */
function forgetCodeLater(context: IWebhookFunctions, authCode: string, corpId: string): void {
	AbortSignal.timeout(STORED_BY_MS).addEventListener('abort', () => {
		handedOver(context, authCode, corpId).catch((error: Error) =>
			log(context, `an exchanged auth_code stays stored: ${error.message}`),
		);
	});
}

function log(context: IWebhookFunctions, what: string): void {
	context.logger.warn(`WeCom Trigger: ${what}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
}
