import {
	sleep,
	type ICredentialDataDecryptedObject,
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
	lookAgain,
	refreshCompany,
	shownCompany,
	updateSuite,
	type Exchange,
} from '../shared/companies/companies';
import { suiteIdOf, withPendingCode, withTicket } from '../shared/credentials/suiteState';
import type { OpenedCallback } from '../shared/callback/envelope';
import { answer, answerWhenStored, mute, SUCCESS } from './http';
import { REPLY_WITHIN_MS, waitsForWorkflow, type Arrived } from './reply';
import { forgetSecrets } from './secrets';

/** What a suite's command URL does besides starting the workflow (docs 90628, 100964): tickets, authorizations, companies. */

/** A changed authorization is read again before the workflow runs, if WeCom is quick. */
const WAIT_FOR_NEWS_MS = 500;
/** WeCom waits one second for the answer to these (doc 100964), five for that to all others. */
const URGENT = ['create_auth', 'change_auth', 'cancel_auth', 'reset_permanent_code'];
const URGENT_MS = 800;
/** How long after an exchange the company is looked for once more. */
const PROVEN_AFTER_MS = 4_000;

export interface Command extends Arrived {
	/** The item of a callback, with what is known besides. */
	toItem: (opened: OpenedCallback, facts?: IDataObject) => IDataObject;
	/** Whether Trigger On and the filters let it start the workflow. */
	wanted: (opened: OpenedCallback) => boolean;
}

const ANSWERED: IWebhookResponseData = { noWebhookResponse: true };

export async function receiveCommand(command: Command): Promise<IWebhookResponseData> {
	const { context, opened, toItem, wanted, at } = command;
	const { payload, callback } = opened;
	const field = (name: string) => String(payload[name] ?? '').trim();

	if (callback.kind === 'suite_ticket') return await onTicket(command, field);
	if (field('AuthCode') && ['create_auth', 'reset_permanent_code'].includes(callback.kind))
		return await onAuthCode(command, field('AuthCode'));

	const urgent = URGENT.includes(callback.kind);
	// A workflow that is to reply ends, and so n8n answers, long after it has stored the execution.
	const within = urgent ? URGENT_MS : waitsForWorkflow(context) ? REPLY_WITHIN_MS : undefined;
	const deadlineMs = within && Math.max(0, at + within - Date.now());
	answerWhenStored(context.getResponseObject(), { body: SUCCESS, deadlineMs });
	let facts: IDataObject = {};
	if (callback.kind === 'cancel_auth') {
		await forgetCompany(context, field('AuthCorpId')).catch((error: Error) => {
			// After its answer WeCom does not come back: at least the workflow must hear of it.
			if (!context.getResponseObject().headersSent) throw error;
			log(context, `the company ${field('AuthCorpId')} stays stored: ${error.message}`);
		});
		forgetSecrets(context);
	}
	if (callback.kind === 'change_auth') facts = await newsOf(context, field('AuthCorpId'));
	if (!wanted(opened)) {
		answer(context.getResponseObject(), 200, SUCCESS);
		return ANSWERED;
	}
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
	const done: Array<() => void> = [];
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
		done.push(() => forgetCode(context, authCode, exchange.corpId));
		lookAgainLater(context, exchange.corpId);
		forgetSecrets(context);
	}
	return startWith(context, items, () => done.forEach((forget) => forget()));
}

/**
 * Starts the workflow after WeCom has its answer: n8n's own goes nowhere but to `handed`, once the execution is stored. A workflow
 * that is to reply ends, and so n8n answers, long after that.
 */
function startWith(
	context: IWebhookFunctions,
	items: INodeExecutionData[],
	handed: () => void,
): IWebhookResponseData {
	if (items.length === 0) {
		handed();
		return ANSWERED;
	}
	if (waitsForWorkflow(context)) {
		handed();
		return { ...ANSWERED, workflowData: [items] };
	}
	mute(context.getResponseObject(), (stored) => stored && handed());
	return { workflowData: [items] };
}

/** The code is stored before the answer goes out, and WeCom waits one second only: the exchange comes after it. */
async function onAuthCode(
	{ context, opened, toItem, wanted }: Command,
	authCode: string,
): Promise<IWebhookResponseData> {
	const pending = { at: Date.now(), event: { ...opened.payload } as IDataObject };
	const change = (credentials: ICredentialDataDecryptedObject) =>
		withPendingCode(credentials, authCode, pending);
	const succeed = () => answer(context.getResponseObject(), 200, SUCCESS);
	const failure = await updateSuite(context, change, succeed).then(
		() => undefined,
		(error: Error) => error,
	);
	// Once it is written WeCom has its answer, and will not come back: a second look that fails must not end it here.
	if (failure && !context.getResponseObject().headersSent) throw failure;
	if (failure) log(context, `an auth_code may not be stored: ${failure.message}`);
	succeed();

	const exchange = await exchangeAuthCode(context, authCode);
	// The company's messages may follow at once.
	forgetSecrets(context);
	if (exchange.done) lookAgainLater(context, exchange.corpId);
	else log(context, `an auth_code could not be exchanged: ${exchange.reason}`);
	const items = wanted(opened) ? [{ json: toItem(opened, factsOf(context, exchange)) }] : [];
	return startWith(context, items, () => {
		if (exchange.done) forgetCode(context, authCode, exchange.corpId);
	});
}

/** What the workflow learns of an exchange. */
function factsOf(context: IWebhookFunctions, exchange: Exchange): IDataObject {
	if (!exchange.done) return { exchange: 'failed', reason: exchange.reason };
	const { corpId, company, warning } = exchange;
	return {
		exchange: 'done',
		company: shownCompany(corpId, company, showsPermanentCode(context)),
		...(warning ? { warning } : {}),
	};
}

/** An expression that fails must not cost the event. */
function showsPermanentCode(context: IWebhookFunctions): boolean {
	try {
		return context.getNodeParameter('suiteOptions.includePermanentCode', false) === true;
	} catch (error) {
		log(context, `'Include Permanent Code' could not be read: ${(error as Error).message}`);
		return false;
	}
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

/** Until n8n has stored the execution the code stays: if it does not, the next ticket brings the event. */
function forgetCode(context: IWebhookFunctions, authCode: string, corpId: string): void {
	handedOver(context, authCode, corpId).catch((error: Error) =>
		log(context, `an exchanged auth_code stays stored: ${error.message}`),
	);
}

function lookAgainLater(context: IWebhookFunctions, corpId: string): void {
	AbortSignal.timeout(PROVEN_AFTER_MS).addEventListener('abort', () => {
		lookAgain(context, corpId).catch((error: Error) =>
			log(context, `the company ${corpId} could not be looked at again: ${error.message}`),
		);
	});
}

function log(context: IWebhookFunctions, what: string): void {
	context.logger.warn(`WeCom Trigger: ${what}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
}
