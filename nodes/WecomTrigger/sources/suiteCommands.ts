import {
	sleep,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type INodeExecutionData,
	type IWebhookFunctions,
} from 'n8n-workflow';
import {
	commandTime,
	forgetCompany,
	isOutdated,
	refreshCompany,
	shownCompany,
} from '../../shared/companies/companies';
import {
	exchangeAuthCode,
	finishPending,
	handedOver,
	isDead,
	takeUpLater,
	type Authorization,
	type Exchange,
} from '../../shared/companies/exchange';
import { updateSuite } from '../../shared/companies/updates';
import {
	AUTH_CODE_LIFE_MS,
	companiesOf,
	pendingCodesOf,
	SUITE_CREDENTIAL,
	suiteIdOf,
	withPendingCode,
	withSuiteTicket,
} from '../../shared/credentials/suiteState';
import { untilStored } from '../../shared/credentials/untilStored';
import type { OpenedCallback } from '../../shared/callback/envelope';
import { NEWS_OF_COMPANY_MS, REPLY_WITHIN_MS, URGENT_MS } from '../deadlines';
import { warn, type Delivery } from '../delivery';
import { whyUnwanted } from '../filters';
import { callbackItem } from '../item';
import { waitsForWorkflow } from '../reply';
import { forgetSecrets } from '../secrets';

/** What a suite's command URL does besides starting the workflow (docs 90628, 100964): tickets, authorizations, companies. */

/** The only answer that does not count as an error at a suite's command URL (doc 90613). */
export const SUCCESS = 'success';

/** WeCom waits one second for the answer to these (doc 100964), five for that to all others. */
const URGENT = ['create_auth', 'change_auth', 'cancel_auth', 'reset_permanent_code'];

/** Does what the command says, and makes the items of the workflow. */
export async function deliverCommand(delivery: Delivery): Promise<INodeExecutionData[]> {
	const { context, response, opened, at } = delivery;
	const { kind } = opened.classification;
	if (kind === 'suite_ticket') return await onTicket(delivery);
	const corpId = fieldOf(opened, 'AuthCorpId');
	if (await isReplayed(delivery, corpId)) {
		warn(context, `left a ${kind} aside that is older than the authorization of ${corpId}`);
		response.answer(200, SUCCESS);
		return [];
	}
	const authCode = fieldOf(opened, 'AuthCode');
	if (authCode && ['create_auth', 'reset_permanent_code'].includes(kind))
		return await onAuthCode(delivery, authCode);

	// A workflow that is to reply takes as long as it takes.
	const within = URGENT.includes(kind)
		? URGENT_MS
		: waitsForWorkflow(context)
			? REPLY_WITHIN_MS
			: undefined;
	response.answerBy(within && at + within - Date.now(), { body: SUCCESS });
	let facts: IDataObject = {};
	if (kind === 'cancel_auth') await forget(delivery, corpId);
	if (kind === 'change_auth') facts = await newsOf(context, corpId);
	if (isWanted(context, opened)) return [{ json: callbackItem(opened, facts) }];
	response.answer(200, SUCCESS);
	return [];
}

/** A command that somebody has caught and sends again later would undo what the company has authorized since. */
async function isReplayed({ context, opened }: Delivery, corpId: string): Promise<boolean> {
	if (!corpId) return false;
	try {
		const stored = await context.getCredentials(SUITE_CREDENTIAL);
		return isOutdated(stored, corpId, commandTime(opened.payload));
	} catch {
		// What is done next says what is wrong with the credential.
		return false;
	}
}

/**
 * Forgets a company that has withdrawn its authorization. After the answer WeCom does not come back, so that is tried until n8n
 * allows it.
 */
async function forget(
	{ context, response, source, opened }: Delivery,
	corpId: string,
): Promise<void> {
	const now = async () => {
		await forgetCompany(context, corpId, commandTime(opened.payload));
		forgetSecrets(context, source);
	};
	const failed = ({ message }: Error) =>
		warn(context, `left the company ${corpId} stored: ${message}`);
	await now().catch((error: Error) => {
		if (!response.answered) throw error;
		failed(error);
		void untilStored({ write: now, wanted: () => true, failed: () => {} });
	});
}

const fieldOf = ({ payload }: OpenedCallback, name: string) => String(payload[name] ?? '').trim();

/** Whether Trigger On and the filters let it start the workflow. */
const isWanted = (context: IWebhookFunctions, opened: OpenedCallback) =>
	!whyUnwanted(context, opened);

/** Stores a ticket, then finishes with it what earlier authorizations have left undone. */
async function onTicket(delivery: Delivery): Promise<INodeExecutionData[]> {
	const { context, response, source, opened } = delivery;
	const [suiteId, ticket] = [fieldOf(opened, 'SuiteId'), fieldOf(opened, 'SuiteTicket')];
	const at = Number(fieldOf(opened, 'TimeStamp')) * 1000;
	const stored = await updateSuite(context, (credentials) =>
		withSuiteTicket(credentials, suiteId, ticket, at),
	);
	if (suiteId !== suiteIdOf(stored))
		warn(context, `left a suite_ticket of another suite (${suiteId}) aside`);
	response.answer(200, SUCCESS);

	// A ticket is a secret that changes all the time: "All Events" does not mean it.
	const selected = context.getNodeParameter('events', []) as string[];
	const items: INodeExecutionData[] =
		selected.includes('suite_ticket') && isWanted(context, opened)
			? [{ json: callbackItem(opened) }]
			: [];
	const finished: Array<[authCode: string, exchange: Exchange]> = [];
	for (const { authCode, event, exchange } of await finishPending(context, stored, true)) {
		if (underWay.has(codeOf(delivery, authCode))) continue;
		const kind = String(event.InfoType).trim();
		const earlier = {
			...opened,
			payload: event as OpenedCallback['payload'],
			classification: { ...opened.classification, kind, event: kind },
		};
		if (isWanted(context, earlier))
			items.push({ json: callbackItem(earlier, { ...factsOf(context, exchange), retried: true }) });
		finished.push([authCode, exchange]);
		forgetSecrets(context, source);
	}
	for (const [authCode, exchange] of finished)
		forgetWhenStored(delivery, items, authCode, exchange);
	return items;
}

const codeOf = ({ secrets }: Delivery, authCode: string) => `${secrets.fingerprint}|${authCode}`;

/** Authorizations whose event is on its way to n8n, by `codeOf`: the next ticket must not bring it once more. */
const underWay = new Set<string>();

/** Forgets the auth_code once n8n has its event. Until then it stays, and if n8n fails, the next ticket brings the event. */
function forgetWhenStored(
	delivery: Delivery,
	items: INodeExecutionData[],
	authCode: string,
	exchange: Exchange,
): void {
	const code = codeOf(delivery, authCode);
	underWay.add(code);
	const end = () => void underWay.delete(code);
	const forget = () => void forgetCode(delivery.context, authCode, exchange).then(end);
	if (items.length === 0) return forget();
	delivery.whenStored((stored) => (stored ? forget() : end()));
}

/** Stores an auth_code before the answer goes out, for which WeCom waits one second only, and exchanges it after that. */
async function onAuthCode(delivery: Delivery, authCode: string): Promise<INodeExecutionData[]> {
	const { context, response, source, opened } = delivery;
	const pending = { at: Date.now(), event: { ...opened.payload } as IDataObject };
	const authorization = { at: commandTime(opened.payload) };
	const change = (credentials: ICredentialDataDecryptedObject) =>
		pendingCodesOf(credentials)[authCode]?.corpId
			? undefined
			: withPendingCode(credentials, authCode, pending);
	const succeed = () => void response.answer(200, SUCCESS);
	const failure = await updateSuite(context, change, succeed).then(
		() => undefined,
		(error: Error) => error,
	);
	// If WeCom has its answer, the code was written, and only the look after it failed. WeCom will not come back, so this goes on.
	if (failure && !response.answered) {
		takeUpLater(context, authCode, pending, authorization);
		throw failure;
	}
	if (failure) warn(context, `may not have stored an auth_code: ${failure.message}`);
	succeed();

	const exchange = await exchangeAuthCode(context, authCode, authorization);
	// The company's messages may follow at once.
	forgetSecrets(context, source);
	if (!exchange.done) warn(context, `could not exchange an auth_code: ${exchange.reason}`);
	const starts =
		isWanted(context, opened) && !(await isUsedBefore(context, exchange, authorization));
	const items = starts ? [{ json: callbackItem(opened, factsOf(context, exchange)) }] : [];
	forgetWhenStored(delivery, items, authCode, exchange);
	return items;
}

/** Whether an authorization is one that somebody has caught and sends again: of a company that is stored, or of long ago. */
async function isUsedBefore(
	context: IWebhookFunctions,
	exchange: Exchange,
	{ at }: Authorization,
): Promise<boolean> {
	if (!isDead(exchange) || at === undefined) return false;
	const companies = Object.values(companiesOf(await context.getCredentials(SUITE_CREDENTIAL)));
	const isOld =
		Date.now() - at > AUTH_CODE_LIFE_MS ||
		companies.some(({ authorizedAt }) => authorizedAt === at);
	if (isOld) warn(context, 'left an authorization aside whose auth_code was used before');
	return isOld;
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

/** Whether the permanent code is to be in the item. An expression that fails must not cost the event. */
function showsPermanentCode(context: IWebhookFunctions): boolean {
	try {
		return context.getNodeParameter('suiteOptions.includePermanentCode', false) === true;
	} catch (error) {
		warn(context, `could not read 'Include Permanent Code': ${(error as Error).message}`);
		return false;
	}
}

/** What the item says of a changed authorization: name and Agent ID, if WeCom tells them in time. */
async function newsOf(context: IWebhookFunctions, corpId: string): Promise<IDataObject> {
	const news = refreshCompany(context, corpId)
		.then((company) => (company ? { company: shownCompany(corpId, company) } : {}))
		.catch((error: Error) => {
			warn(context, `could not read the company ${corpId} again: ${error.message}`);
			return {};
		});
	return await Promise.race([news, sleep(NEWS_OF_COMPANY_MS).then(() => ({}))]);
}

/** Drops an auth_code whose event the workflow has, and tries that again until n8n has stored it. */
async function forgetCode(
	context: IWebhookFunctions,
	authCode: string,
	exchange: Exchange,
): Promise<void> {
	await untilStored({
		write: async () => await handedOver(context, authCode, exchange),
		wanted: () => true,
		failed: ({ message }) => warn(context, `left an auth_code stored for now: ${message}`),
	});
}
