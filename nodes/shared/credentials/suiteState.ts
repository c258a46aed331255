import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import type { StoredFields } from './fields';
import { apiBase, clean } from '../protocol/settings';
import { digest } from './tokens';
import { keepNewest } from '../util/keepNewest';

/** What a "WeCom Suite API" credential stores besides its settings, as pure functions on its data. */

export const SUITE_CREDENTIAL = 'wecomSuiteApi';

/** One company that authorized the suite, as stored under its Corp ID. */
export interface Company {
	/** The suite it authorized: a permanent code belongs to both. */
	suiteId: string;
	permanentCode: string;
	agentId?: string;
	name?: string;
	/** When it authorized, as far as WeCom has said: milliseconds since the epoch. Older commands are not its own. */
	authorizedAt?: number;
	/** When this was written, in milliseconds since the epoch, and later than what it has replaced: of two versions the later one holds. */
	changedAt?: number;
}
export type Companies = Readonly<Record<string, Company>>;

/** What stays of a company that was forgotten, for as long as another process might still write what it had read before. */
export interface Forgotten {
	suiteId: string;
	changedAt: number;
}
export type CompanyVersion = Company | Forgotten;

/** For whom a request is made. A permanent code is given where the credential does not store the company. */
export type ActAs =
	| { kind: 'suite' }
	| { kind: 'provider' }
	| { kind: 'company'; corpId: string; permanentCode?: string };

/** An auth_code that was received, under the code itself. */
export interface PendingCode {
	/** When it arrived, or was exchanged: milliseconds since the epoch. */
	at: number;
	/** The callback's fields, for the workflow if this process dies before it has them. */
	event: IDataObject;
	/** The company whose permanent code it became. */
	corpId?: string;
	/** The workflow has the event already, with the reason why the code could not be exchanged yet. */
	eventDelivered?: true;
}
export type PendingCodes = Readonly<Record<string, PendingCode>>;

/** An auth_code works once, within ten minutes (doc 100964). */
export const AUTH_CODE_LIFE_MS = 10 * 60_000;

/** How long it is remembered that a company was forgotten: much longer than any process takes to write what it has read. */
const KEEP_FORGOTTEN_MS = 10 * 60_000;

/** How long the event of a code that has died waits for the workflow: n8n may have been away. */
const KEEP_EVENT_MS = 24 * 3_600_000;

/** A ticket is pushed every 10 minutes and valid for 30 (doc 90628). */
export const TICKET_LIFE_MS = 30 * 60_000;

export const suiteIdOf = (credentials: ICredentialDataDecryptedObject) =>
	clean(credentials.suiteId);

/** Suite IDs with dk are templates of customized apps; their permanent codes are app secrets (doc 97164). */
export const isCustomized = (suiteId: string) => suiteId.startsWith('dk');

/** All writes into the credentials of one suite take turns under this key. */
export const turnKey = (credentials: ICredentialDataDecryptedObject) =>
	digest(apiBase(credentials), suiteIdOf(credentials));

/** SHA-256 over the settings that the tokens of the suite and its companies belong to. */
export function suiteFingerprint(credentials: ICredentialDataDecryptedObject): string {
	return digest(apiBase(credentials), suiteIdOf(credentials), clean(credentials.suiteSecret));
}

/** The newest ticket of this suite; undefined when none was received yet. */
export function ticketOf(
	credentials: ICredentialDataDecryptedObject,
): { ticket: string; at: number } | undefined {
	const { suiteTicket, suiteTicketAt, suiteTicketFor } = credentials;
	if (!suiteTicket || suiteTicketFor !== suiteIdOf(credentials)) return undefined;
	return { ticket: String(suiteTicket), at: Number(suiteTicketAt) };
}

/** The fields that store a ticket; undefined when the stored one is the same or newer. `at` is in milliseconds. */
export function withSuiteTicket(
	credentials: ICredentialDataDecryptedObject,
	suiteId: string,
	ticket: string,
	at: number,
): StoredFields | undefined {
	if (suiteId !== suiteIdOf(credentials)) return undefined;
	const known = ticketOf(credentials);
	if (known && (known.at > at || (known.at === at && known.ticket === ticket))) return undefined;
	return { suiteTicket: ticket, suiteTicketAt: String(at), suiteTicketFor: suiteId };
}

/** The stored companies of the suite by Corp ID. */
export function companiesOf(credentials: ICredentialDataDecryptedObject): Companies {
	const suiteId = suiteIdOf(credentials);
	const all = parsed<Company>(credentials.companies);
	const entries = Object.entries(all);
	const isStored = ([, company]: [string, Company]) =>
		company.suiteId === suiteId && Boolean(company.permanentCode);
	return entries.every(isStored) ? all : Object.fromEntries(entries.filter(isStored));
}

/** What is stored about a company, also that it was forgotten. */
export const storedVersion = (
	credentials: ICredentialDataDecryptedObject,
	corpId: string,
): CompanyVersion | undefined => parsed<CompanyVersion>(credentials.companies)[corpId];

/** Later than what is stored about a company, whichever process' clock is ahead: milliseconds since the epoch. */
export const laterVersion = (credentials: ICredentialDataDecryptedObject, corpId: string): number =>
	Math.max(Date.now(), (storedVersion(credentials, corpId)?.changedAt ?? 0) + 1);

/** The fields that store a company, or what became known of it; undefined when all of it is stored. */
export function withCompany(
	credentials: ICredentialDataDecryptedObject,
	corpId: string,
	company: Partial<Company>,
): StoredFields | undefined {
	const known = parsed<Company>(credentials.companies)[corpId];
	const next = { ...known, ...company, suiteId: suiteIdOf(credentials) };
	if (!next.permanentCode || JSON.stringify(next) === JSON.stringify(known)) return undefined;
	return withEntry(credentials, corpId, {
		...next,
		changedAt: laterVersion(credentials, corpId),
	});
}

/** The fields that store exactly this about a company; undefined when it is stored, or something later is. */
export function withVersion(
	credentials: ICredentialDataDecryptedObject,
	corpId: string,
	version: CompanyVersion,
): StoredFields | undefined {
	const known = storedVersion(credentials, corpId);
	const isOlder = (known?.changedAt ?? -1) < (version.changedAt ?? 0);
	return isOlder || known?.suiteId !== version.suiteId
		? withEntry(credentials, corpId, version)
		: undefined;
}

function withEntry(
	credentials: ICredentialDataDecryptedObject,
	corpId: string,
	entry: CompanyVersion,
): StoredFields {
	const all = { ...parsed<CompanyVersion>(credentials.companies), [corpId]: entry };
	const remembered = Object.entries(all).filter(
		([, known]) =>
			'permanentCode' in known || Date.now() - (known.changedAt ?? 0) < KEEP_FORGOTTEN_MS,
	);
	return { companies: JSON.stringify(Object.fromEntries(remembered)) };
}

/** The fields that forget a company; undefined when it is not there. */
export function withoutCompany(
	credentials: ICredentialDataDecryptedObject,
	corpId: string,
): StoredFields | undefined {
	if (!companiesOf(credentials)[corpId]) return undefined;
	return withEntry(credentials, corpId, {
		suiteId: suiteIdOf(credentials),
		changedAt: laterVersion(credentials, corpId),
	});
}

/** Whether a code that was not exchanged may still be. */
export const isAlive = ({ at }: PendingCode) => Date.now() - at < AUTH_CODE_LIFE_MS;

/** The auth_codes that are not done with: each stays until the workflow has its event, and as long as it can be exchanged. */
export function pendingCodesOf(credentials: ICredentialDataDecryptedObject): PendingCodes {
	const wanted = (code: PendingCode) =>
		code.corpId || isAlive(code) || (!code.eventDelivered && Date.now() - code.at < KEEP_EVENT_MS);
	const all = Object.entries(parsed<PendingCode>(credentials.pendingAuthCodes));
	return Object.fromEntries(all.filter(([, code]) => wanted(code)));
}

/** The fields that store, change or (with undefined) drop an auth_code; undefined when nothing changes. */
export function withPendingCode(
	credentials: ICredentialDataDecryptedObject,
	authCode: string,
	pending: PendingCode | undefined,
): StoredFields | undefined {
	const all = { ...pendingCodesOf(credentials) };
	if (JSON.stringify(all[authCode]) === JSON.stringify(pending)) return undefined;
	if (pending) all[authCode] = pending;
	else delete all[authCode];
	const text = Object.keys(all).length > 0 ? JSON.stringify(all) : '';
	return { pendingAuthCodes: text };
}

/** The texts parsed last: a credential with many companies is read again for every execution and callback. */
const recent = new Map<string, object>();
const MAX_RECENT = 8;

/** A stored JSON text as an object that must not be changed; empty when it is none. */
export function parsed<T>(text: unknown): Readonly<Record<string, T>> {
	if (typeof text !== 'string' || text === '') return {};
	const known = recent.get(text);
	if (known) return known as Record<string, T>;
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return {};
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
	keepNewest(recent, text, value, MAX_RECENT);
	return value as Record<string, T>;
}
