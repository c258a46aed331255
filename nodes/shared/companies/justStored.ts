import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { ClientContext } from '../client/client';
import type { StoredFields } from '../credentials/fields';
import {
	companiesOf,
	pendingCodesOf,
	suiteFingerprint,
	withCompany,
	withPendingCode,
	type Company,
} from '../credentials/suiteState';
import { digest } from '../credentials/tokens';
import { asOneWrite, updateSuite } from './updates';

/** What this process has stored a moment ago: another process that read the credential before may overwrite it with what it had read. */

type Fields = ICredentialDataDecryptedObject;

/**
 * The key of an auth_code in this process. It takes the secret of the suite, so that knowing the code alone is not enough to
 * learn what became of it.
 */
export const codeKey = (credentials: Fields, authCode: string) =>
	digest(suiteFingerprint(credentials), authCode);

export interface Watched {
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
const watched = new Map<string, Watched>();
const keyOf = (suite: string, corpId: string) => `${suite}:${corpId}`;
const LOOK_AGAIN_MS = 10_000;

/** Has a company looked for again, until `unwatch`. */
export function watch(suite: string, corpId: string, company: Company): Watched {
	const entry: Watched = { suite, corpId, company, end: Infinity };
	watched.set(keyOf(suite, corpId), entry);
	return entry;
}

/** Whether the company is still looked for; false once it was withdrawn, imported or exchanged anew. */
export const isWatched = (entry: Watched): boolean =>
	watched.get(keyOf(entry.suite, entry.corpId)) === entry;

/** Ends the watch in a few seconds: the company is stored. */
export const unwatchSoon = (entry: Watched): void => {
	entry.end = Date.now() + LOOK_AGAIN_MS;
};

/** Ends the watch at once: what happens to the company from now on is wanted. */
export const unwatch = (stored: Fields, corpId: string): void =>
	void watched.delete(keyOf(suiteFingerprint(stored), corpId));

/** The fields that bring back what was overwritten; undefined when nothing was. */
function lostCompanies(stored: Fields): StoredFields | undefined {
	let fields: StoredFields | undefined;
	for (const [key, { suite, corpId, company, end }] of watched) {
		if (end < Date.now()) watched.delete(key);
		if (end < Date.now() || suite !== suiteFingerprint(stored)) continue;
		const known = companiesOf({ ...stored, ...fields })[corpId];
		if (known?.permanentCode === company.permanentCode) continue;
		fields = withCompany({ ...stored, ...fields }, corpId, company) ?? fields;
	}
	return fields;
}

/** Codes this process is done with, by `codeKey`, and until when a write of another process may bring them back: milliseconds since the epoch. */
const done = new Map<string, number>();

/** Notes that a code is about to be dropped, so that it stays dropped. */
export const drop = (key: string): void => void done.set(key, Date.now() + LOOK_AGAIN_MS);

export const isDropped = (key: string): boolean => done.has(key);

/** The fields that bring back what was overwritten, and drop again what was dropped; undefined when nothing is lost. */
export function lost(stored: Fields): StoredFields | undefined {
	const companies = lostCompanies(stored);
	let codes: StoredFields | undefined;
	for (const [key, end] of done) if (end < Date.now()) done.delete(key);
	for (const authCode of done.size > 0 ? Object.keys(pendingCodesOf(stored)) : [])
		if (done.has(codeKey(stored, authCode)))
			codes = withPendingCode({ ...stored, ...codes }, authCode, undefined) ?? codes;
	return asOneWrite(companies, codes);
}

/** Writes once more what another process has overwritten; to be called some seconds after an exchange. After the `last` look what is gone was taken away on purpose. */
export async function lookAgain(
	context: ClientContext,
	corpId: string,
	last: boolean,
): Promise<void> {
	const stored = await updateSuite(context, lost);
	if (last) unwatch(stored, corpId);
}
