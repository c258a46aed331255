import { sleep, type ICredentialDataDecryptedObject, type IDataObject } from 'n8n-workflow';
import { companyTimings, WecomClient, type ClientContext } from '../client/client';
import {
	AUTH_CODE_LIFE_MS,
	companiesOf,
	isAlive,
	laterVersion,
	pendingCodesOf,
	SUITE_CREDENTIAL,
	withPendingCode,
	withVersion,
	type Company,
	type PendingCode,
} from '../credentials/suiteState';
import { untilStored } from '../credentials/untilStored';
import { clean } from '../protocol/settings';
import { later } from '../util/later';
import { AUTHORIZED_BEFORE_MS, commandTime } from './companies';
import { readCompany } from './companyApp';
import {
	codeKey,
	drop,
	isDropped,
	isWatched,
	lookAgainLater,
	lost,
	watch,
	type Watched,
} from './justStored';
import { asOneWrite, updateSuite } from './updates';

/** From an auth_code to the stored permanent code. */

type Fields = ICredentialDataDecryptedObject;

/** What became of an auth_code. The permanent code is in none of it but `company`. */
export type Exchange =
	| { done: true; corpId: string; company: Company; warning?: string; reply: IDataObject }
	| { done: false; reason: string; errcode?: number };

const PERMANENT_CODE_V2 = '/cgi-bin/service/v2/get_permanent_code';
/** The code is wrong, used or too old: no later try can succeed. */
const INVALID_AUTH_CODE = 40078;
/** How long a code is left to the process that has received it, or has exchanged it and starts the workflow. */
const LEAVE_ALONE_MS = 10_000;

/** How long a workflow waits for its event while n8n does not take the permanent code. */
const WAIT_FOR_STORING_MS = 60_000;
/** The exchanges of this process, by `codeKey`: while they run, and if they succeeded, as long as the code lives. */
const exchanges = new Map<string, Promise<Exchange>>();
/** Codes that WeCom has called wrong or used, by `codeKey`: it need not be asked again. */
const dead = new Map<string, Exchange & { done: false }>();
/** Exchanges whose permanent code n8n has not taken yet, by `codeKey`: their auth_codes are stored, but not left over. */
const unstored = new Set<string>();

/** What is known of an authorization besides its auth_code. */
export interface Authorization {
	path?: string;
	/** When WeCom says it was made: milliseconds since the epoch. */
	at?: number;
}

/**
 * Exchanges an auth_code for the permanent code (docs 100776, 100779) and stores that: WeCom issues it a single time, so it is written
 * again until n8n has it. Never throws. The same code is exchanged once, however many ask.
 */
export async function exchangeAuthCode(
	context: ClientContext,
	authCode: string,
	authorization: Authorization = {},
): Promise<Exchange> {
	let stored: Fields;
	try {
		stored = await context.getCredentials(SUITE_CREDENTIAL);
	} catch (error) {
		return { done: false, reason: (error as Error).message };
	}
	const key = codeKey(stored, authCode);
	const known = exchanges.get(key) ?? dead.get(key) ?? storedExchange(stored, authCode);
	if (known) return await known;
	const exchange = exchangeNow(context, authCode, key, authorization);
	exchanges.set(key, exchange);
	void exchange.then(
		({ done }) => {
			if (!done) exchanges.delete(key);
			else later(AUTH_CODE_LIFE_MS, () => exchanges.delete(key));
		},
		() => exchanges.delete(key),
	);
	return await exchange;
}

/** An exchange that an earlier process has made. */
function storedExchange(stored: Fields, authCode: string): Exchange | undefined {
	const { corpId } = pendingCodesOf(stored)[authCode] ?? {};
	const company = corpId && companiesOf(stored)[corpId];
	return company ? { done: true, corpId, company, reply: {} } : undefined;
}

async function exchangeNow(
	context: ClientContext,
	authCode: string,
	key: string,
	{ path = PERMANENT_CODE_V2, at = Date.now() - AUTHORIZED_BEFORE_MS }: Authorization,
): Promise<Exchange> {
	if (unstored.has(key)) return NOT_STORED_YET;
	let client: WecomClient;
	let reply: IDataObject;
	try {
		client = await WecomClient.ofSuite(context);
		const body = { auth_code: authCode };
		reply = await client.call({ method: 'POST', path, body, repeatable: false });
	} catch (error) {
		const { message: reason, context: about } = error as Error & { context?: IDataObject };
		const failure = { done: false, reason, errcode: about?.errcode as number } as const;
		if (isDead(failure)) {
			const elsewhere = await exchangedElsewhere(context, authCode);
			if (elsewhere) return elsewhere;
			dead.set(key, failure);
			later(AUTH_CODE_LIFE_MS, () => dead.delete(key));
		}
		return failure;
	}
	const { corpid, corp_name: name } = (reply.auth_corp_info ?? {}) as IDataObject;
	const corpId = clean(corpid);
	const permanentCode = clean(reply.permanent_code);
	if (!corpId || !permanentCode) return { done: false, reason: 'WeCom sent no permanent code' };

	const { suiteId } = client;
	let company: Company = { suiteId, permanentCode, authorizedAt: at, changedAt: Date.now() };
	if (name) company = { ...company, name: String(name) };
	const entry = watch(client.fingerprint, corpId, company);
	if (!(await storedInTime(context, authCode, key, entry))) return NOT_STORED_YET;

	const about = withoutSecrets(reply);
	try {
		const news = await readCompany(client, corpId, permanentCode);
		// The next version of this one: a company that was withdrawn or imported meanwhile has a later one, and is not touched any more.
		company = { ...company, ...news, changedAt: (entry.version.changedAt ?? 0) + 1 };
		if (isWatched(entry)) {
			entry.version = company;
			await updateSuite(context, (stored) => withVersion(stored, corpId, company));
		}
		return { done: true, corpId, company, reply: about };
	} catch (error) {
		const { message } = error as Error;
		const warning = `The Agent ID of ${corpId} is not known yet: ${message}`;
		return { done: true, corpId, company, reply: about, warning };
	}
}

/**
 * What another process has made of a code that is used. On a busy machine a process takes up a code that the one which has received
 * it is about to exchange; that one needs a while to store the permanent code.
 */
async function exchangedElsewhere(
	context: ClientContext,
	authCode: string,
): Promise<Exchange | undefined> {
	for (const pause of companyTimings.waits) {
		// Where n8n cannot read the credential, WeCom's own answer is said: the event is not held up, and comes again.
		const stored = await context.getCredentials<Fields>(SUITE_CREDENTIAL).catch(() => undefined);
		if (!stored) return undefined;
		const exchange = storedExchange(stored, authCode);
		if (exchange) return exchange;
		const { at } = pendingCodesOf(stored)[authCode] ?? {};
		if (at === undefined || Date.now() - at < LEAVE_ALONE_MS) return undefined;
		await sleep(pause);
	}
	return undefined;
}

const NOT_STORED_YET: Exchange = {
	done: false,
	reason: "n8n's database does not take the permanent code; it is written again until it does",
};

/** A permanent code comes once: it is stored also over what another process has stored of the company since the exchange. */
function putAbove(stored: Fields, entry: Watched): void {
	const { corpId, version } = entry;
	if (companiesOf(stored)[corpId]?.permanentCode === (version as Company).permanentCode) return;
	const changedAt = Math.max(version.changedAt ?? 0, laterVersion(stored, corpId));
	entry.version = { ...version, changedAt };
}

/** Writes the company of an exchange until n8n has it; false when that takes longer than a workflow can wait. */
async function storedInTime(
	context: ClientContext,
	authCode: string,
	key: string,
	entry: Watched,
): Promise<boolean> {
	const { corpId } = entry;
	unstored.add(key);
	const storing = untilStored({
		write: async () =>
			await updateSuite(context, (stored) => {
				const pending = pendingCodesOf(stored)[authCode];
				putAbove(stored, entry);
				return asOneWrite(
					withVersion(stored, corpId, entry.version),
					pending && !pending.corpId
						? withPendingCode(stored, authCode, { ...pending, at: Date.now(), corpId })
						: undefined,
				);
			}),
		wanted: () => isWatched(entry),
		failed: ({ message }) =>
			context.logger.warn(
				`The permanent code of ${corpId} could not be stored and is written again: ${message}`,
			),
	}).finally(() => {
		unstored.delete(key);
		lookAgainLater(context, entry);
	});
	const tooLate = new Promise<false>((resolve) => later(WAIT_FOR_STORING_MS, () => resolve(false)));
	return await Promise.race([storing, tooLate]);
}

/**
 * Takes an auth_code up that could not be stored, for the case that WeCom does not send it again: it is stored as soon as n8n takes
 * it, and exchanged. The workflow gets its event with the next ticket.
 */
export function takeUpLater(
	context: ClientContext,
	authCode: string,
	pending: PendingCode,
	authorization: Authorization,
): void {
	void untilStored({
		write: async () =>
			await updateSuite(context, (stored) =>
				// WeCom may have sent it again meanwhile.
				pendingCodesOf(stored)[authCode] || exchanges.has(codeKey(stored, authCode))
					? undefined
					: withPendingCode(stored, authCode, pending),
			),
		wanted: () => Date.now() - pending.at < AUTH_CODE_LIFE_MS,
		failed: ({ message }) =>
			context.logger.warn(`An auth_code could not be stored and is written again: ${message}`),
	}).then(async (stored) =>
		stored ? await exchangeAuthCode(context, authCode, authorization) : undefined,
	);
}

/** Whether no later try can succeed. */
export const isDead = (exchange: Exchange): boolean =>
	!exchange.done && exchange.errcode === INVALID_AUTH_CODE;

/** What became of an auth_code that was stored before, with the callback's fields. */
export interface Finished {
	authCode: string;
	event: IDataObject;
	exchange: Exchange;
}

const EXPIRED: Exchange = {
	done: false,
	reason:
		'The auth_code has expired: n8n could not exchange it within ten minutes. The company must authorize the app again.',
	errcode: INVALID_AUTH_CODE,
};

/**
 * Exchanges the auth_codes that earlier tries left behind, as long as they live. `forWorkflow` also hands out those of which the
 * workflow has no event, because n8n ended in between: exchanged or dead. They are dropped when `handedOver` says so.
 */
export async function finishPending(
	context: ClientContext,
	credentials: Fields,
	forWorkflow = false,
): Promise<Finished[]> {
	const finished: Finished[] = [];
	if (lost(credentials)) await updateSuite(context, lost);
	for (const [authCode, pending] of Object.entries(pendingCodesOf(credentials))) {
		const { at, event, corpId, eventDelivered } = pending;
		const key = codeKey(credentials, authCode);
		const busy =
			Date.now() - at < LEAVE_ALONE_MS ||
			unstored.has(key) ||
			isDropped(key) ||
			(!corpId && exchanges.has(key));
		const isOver = corpId !== undefined || !isAlive(pending) || dead.has(key);
		if (busy || (isOver && !forWorkflow)) continue;
		if (corpId !== undefined && !companiesOf(credentials)[corpId]) {
			// The company was forgotten since: there is nothing to exchange, and nothing to tell.
			await letGo(context, authCode, EXPIRED);
			continue;
		}
		const exchange =
			corpId || isAlive(pending)
				? await exchangeAuthCode(context, authCode, { at: commandTime(event) })
				: EXPIRED;
		if (exchange.done || (isDead(exchange) && !eventDelivered && forWorkflow))
			finished.push({ authCode, event, exchange });
		else if (isDead(exchange) && eventDelivered) await letGo(context, authCode, exchange);
	}
	return finished;
}

async function letGo(context: ClientContext, authCode: string, exchange: Exchange): Promise<void> {
	await handedOver(context, authCode, exchange).catch((error: Error) =>
		context.logger.warn(`A dead auth_code stays stored: ${error.message}`),
	);
}

/** The workflow has the event of an auth_code: nothing of the code needs to stay, unless it can still be exchanged. */
export async function handedOver(
	context: ClientContext,
	authCode: string,
	exchange: Exchange,
): Promise<void> {
	await updateSuite(context, (fresh) => {
		const { [authCode]: pending } = pendingCodesOf(fresh);
		if (!pending) return undefined;
		const isStored = companiesOf(fresh)[pending.corpId ?? ''] !== undefined;
		if (exchange.done !== isStored) return undefined;
		if (!exchange.done && !isDead(exchange) && isAlive(pending))
			return withPendingCode(fresh, authCode, { ...pending, eventDelivered: true });
		drop(codeKey(fresh, authCode));
		return withPendingCode(fresh, authCode, undefined);
	});
}

/** A reply fit for execution data. */
function withoutSecrets(reply: IDataObject): IDataObject {
	const shown = { ...reply };
	for (const secret of ['permanent_code', 'access_token', 'errcode', 'errmsg'])
		delete shown[secret];
	return shown;
}
