import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { WecomClient, type ClientContext } from '../client/client';
import type { StoredFields } from '../credentials/fields';
import { clean } from '../protocol/settings';
import { untilStored } from '../credentials/untilStored';
import {
	AUTH_CODE_LIFE_MS,
	companiesOf,
	isAlive,
	isCustomized,
	pendingCodesOf,
	SUITE_CREDENTIAL,
	suiteFingerprint,
	suiteIdOf,
	withCompany,
	withoutCompany,
	withPendingCode,
	type Company,
	type PendingCode,
} from '../credentials/suiteState';
import { digest } from '../credentials/tokens';
import { later } from '../util/later';
import { readCompany } from './companyApp';
import { asOneWrite, updateSuite } from './updates';

/** The companies that authorized a suite: from the auth_code to the stored permanent code, and what is known of them. */

type Fields = ICredentialDataDecryptedObject;

/** What became of an auth_code. The permanent code is in none of it but `company`. */
export type Exchange =
	| { done: true; corpId: string; company: Company; warning?: string; reply: IDataObject }
	| { done: false; reason: string; errcode?: number };

const PERMANENT_CODE_V2 = '/cgi-bin/service/v2/get_permanent_code';
/** The code is wrong, used or too old: no later try can succeed. */
const INVALID_AUTH_CODE = 40078;
/** A code this young is in the hands of the process that received it, or that exchanged it and has the workflow started. */
const LEAVE_ALONE_MS = 10_000;

/** How long a workflow waits for its event while n8n does not take the permanent code. */
const WAIT_FOR_STORING_MS = 60_000;
/** How much earlier than its exchange a company may have authorized: as long as an auth_code lives. */
const AUTHORIZED_BEFORE_MS = AUTH_CODE_LIFE_MS;

/** An auth_code in this process: whoever knows it, but not the secret of the suite, gets nothing of what became of it. */
const codeKey = (credentials: Fields, authCode: string) =>
	digest(suiteFingerprint(credentials), authCode);

/** The exchanges of this process, by `codeKey`: while they run, and if they succeeded, as long as the code lives. */
const exchanges = new Map<string, Promise<Exchange>>();
/** Codes that WeCom has called wrong or used, by `codeKey`: it need not be asked again. */
const dead = new Map<string, Exchange & { done: false }>();
/** Exchanges whose permanent code n8n has not taken yet, by `codeKey`: the code in the credential only looks as if it was left over. */
const unstored = new Set<string>();

interface Unproven {
	suite: string;
	corpId: string;
	company: Company;
	/** Until when it is written again if it is gone: milliseconds since the epoch. */
	end: number;
}

/**
 * Companies this process has just exchanged a code for, by suite and Corp ID. Another process may overwrite the credential
 * right after the check that they are stored, so for a few seconds they are looked for once more. After that what is gone or
 * different was changed on purpose.
 */
const unproven = new Map<string, Unproven>();
const unprovenKey = (suite: string, corpId: string) => `${suite}:${corpId}`;
const LOOK_AGAIN_MS = 10_000;

/** The fields that bring back what was overwritten; undefined when nothing was. */
function lostCompanies(stored: Fields): StoredFields | undefined {
	let fields: StoredFields | undefined;
	for (const [key, { suite, corpId, company, end }] of unproven) {
		if (end < Date.now()) unproven.delete(key);
		if (end < Date.now() || suite !== suiteFingerprint(stored)) continue;
		const known = companiesOf({ ...stored, ...fields })[corpId];
		if (known?.permanentCode === company.permanentCode) continue;
		fields = withCompany({ ...stored, ...fields }, corpId, company) ?? fields;
	}
	return fields;
}

/** Codes this process is done with, by `codeKey`, and until when a write of another process may bring them back: milliseconds since the epoch. */
const done = new Map<string, number>();

/** The fields that bring back what was overwritten, and drop again what was dropped; undefined when nothing is lost. */
function lost(stored: Fields): StoredFields | undefined {
	const companies = lostCompanies(stored);
	let codes: StoredFields | undefined;
	for (const [key, end] of done) if (end < Date.now()) done.delete(key);
	for (const authCode of done.size > 0 ? Object.keys(pendingCodesOf(stored)) : [])
		if (done.has(codeKey(stored, authCode)))
			codes = withPendingCode({ ...stored, ...codes }, authCode, undefined) ?? codes;
	return asOneWrite(companies, codes);
}

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
	void exchange.then(({ done }) => {
		if (!done) exchanges.delete(key);
		else later(AUTH_CODE_LIFE_MS, () => exchanges.delete(key));
	});
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
			dead.set(key, failure);
			later(AUTH_CODE_LIFE_MS, () => dead.delete(key));
		}
		return failure;
	}
	const { corpid, corp_name: name } = (reply.auth_corp_info ?? {}) as IDataObject;
	const corpId = clean(corpid);
	const permanentCode = clean(reply.permanent_code);
	if (!corpId || !permanentCode) return { done: false, reason: 'WeCom sent no permanent code' };

	let company: Company = { suiteId: client.suiteId, permanentCode, authorizedAt: at };
	if (name) company = { ...company, name: String(name) };
	const { fingerprint: suite } = client;
	const place = unprovenKey(suite, corpId);
	const entry: Unproven = { suite, corpId, company, end: Infinity };
	unproven.set(place, entry);
	if (!(await storedInTime(context, authCode, key, entry))) return NOT_STORED_YET;

	const about = withoutSecrets(reply);
	try {
		company = { ...company, ...(await readCompany(client, corpId, permanentCode)) };
		// Not if it was withdrawn or imported meanwhile.
		if (unproven.get(place) === entry) {
			entry.company = company;
			await updateSuite(context, (stored) => withCompany(stored, corpId, company));
		}
		return { done: true, corpId, company, reply: about };
	} catch (error) {
		const { message } = error as Error;
		const warning = `The Agent ID of ${corpId} is not known yet: ${message}`;
		return { done: true, corpId, company, reply: about, warning };
	} finally {
		entry.end = Date.now() + LOOK_AGAIN_MS;
	}
}

const NOT_STORED_YET: Exchange = {
	done: false,
	reason: "n8n's database does not take the permanent code; it is written again until it does",
};

/** Writes the company of an exchange until n8n has it; false when that takes longer than a workflow can wait. */
async function storedInTime(
	context: ClientContext,
	authCode: string,
	key: string,
	entry: Unproven,
): Promise<boolean> {
	const { suite, corpId, company } = entry;
	unstored.add(key);
	const storing = untilStored({
		write: async () =>
			await updateSuite(context, (stored) => {
				const pending = pendingCodesOf(stored)[authCode];
				return asOneWrite(
					withCompany(stored, corpId, company),
					pending && !pending.corpId
						? withPendingCode(stored, authCode, { ...pending, at: Date.now(), corpId })
						: undefined,
				);
			}),
		wanted: () => unproven.get(unprovenKey(suite, corpId)) === entry,
		failed: ({ message }) =>
			context.logger.warn(
				`The permanent code of ${corpId} could not be stored and is written again: ${message}`,
			),
	}).finally(() => {
		unstored.delete(key);
		entry.end = Date.now() + LOOK_AGAIN_MS;
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
		const { at, event, corpId, told } = pending;
		const key = codeKey(credentials, authCode);
		const busy =
			Date.now() - at < LEAVE_ALONE_MS ||
			unstored.has(key) ||
			done.has(key) ||
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
		if (exchange.done || (isDead(exchange) && !told && forWorkflow))
			finished.push({ authCode, event, exchange });
		else if (isDead(exchange) && told) await letGo(context, authCode, exchange);
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
			return withPendingCode(fresh, authCode, { ...pending, told: true });
		done.set(codeKey(fresh, authCode), Date.now() + LOOK_AGAIN_MS);
		return withPendingCode(fresh, authCode, undefined);
	});
}

/** Writes once more what another process has overwritten; to be called some seconds after an exchange. After the `last` look what is gone was taken away on purpose. */
export async function lookAgain(
	context: ClientContext,
	corpId: string,
	last: boolean,
): Promise<void> {
	const stored = await updateSuite(context, lost);
	if (last) unproven.delete(unprovenKey(suiteFingerprint(stored), corpId));
}

/** Reads a stored company again after its authorization has changed; undefined when it is not stored. */
export async function refreshCompany(
	context: ClientContext,
	corpId: string,
): Promise<Company | undefined> {
	const suite = await WecomClient.ofSuite(context);
	const { company } = suite.actingAs({ kind: 'company', corpId });
	if (!company?.permanentCode) return undefined;
	const news = await readCompany(suite, corpId, company.permanentCode);
	const stored = await updateSuite(context, (fresh) =>
		companiesOf(fresh)[corpId] ? withCompany(fresh, corpId, news) : undefined,
	);
	return companiesOf(stored)[corpId];
}

/** When WeCom sent a command, from its TimeStamp: milliseconds since the epoch; undefined when it has none. */
export const commandTime = ({ TimeStamp }: { TimeStamp?: unknown }): number | undefined =>
	Number(TimeStamp) > 0 ? Number(TimeStamp) * 1000 : undefined;

/** Whether a command about a company is older than its authorization: then it is one that somebody has kept and sends again. */
export const isOutdated = (stored: Fields, corpId: string, at: number | undefined): boolean =>
	at !== undefined && at < (companiesOf(stored)[corpId]?.authorizedAt ?? 0);

/** Forgets a company; false when it was not stored, or authorized after `at`. */
export async function forgetCompany(
	context: ClientContext,
	corpId: string,
	at?: number,
): Promise<boolean> {
	let found = false;
	await updateSuite(context, (stored) => {
		if (isOutdated(stored, corpId, at)) return undefined;
		unproven.delete(unprovenKey(suiteFingerprint(stored), corpId));
		const fields = withoutCompany(stored, corpId);
		found ||= fields !== undefined;
		return fields;
	});
	return found;
}

/** Stores a company whose permanent code is known and has just been good: a withdrawal from before is not about it. */
export async function importCompany(
	context: ClientContext,
	corpId: string,
	company: Omit<Company, 'suiteId'>,
): Promise<void> {
	const provenAt = Date.now() - AUTHORIZED_BEFORE_MS;
	await updateSuite(context, (stored) => {
		unproven.delete(unprovenKey(suiteFingerprint(stored), corpId));
		const authorizedAt = Math.max(provenAt, companiesOf(stored)[corpId]?.authorizedAt ?? 0);
		return withCompany(stored, corpId, { authorizedAt, ...company, suiteId: suiteIdOf(stored) });
	});
}

/** A reply fit for execution data. */
export function withoutSecrets(reply: IDataObject): IDataObject {
	const shown = { ...reply };
	for (const secret of ['permanent_code', 'access_token', 'errcode', 'errmsg'])
		delete shown[secret];
	return shown;
}

/** A company fit for execution data; with the permanent code only where a person asked for it. */
export const shownCompany = (
	corpId: string,
	{ suiteId, agentId, name, permanentCode }: Company,
	withCode = false,
): IDataObject => ({
	corpId,
	...(name ? { name } : {}),
	...(agentId ? { agentId } : {}),
	kind: isCustomized(suiteId) ? 'customized' : 'third-party',
	...(withCode ? { permanentCode } : {}),
});
