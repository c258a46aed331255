import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { StoredFields } from '../credentials/fields';
import type { StoringContext } from '../credentials/store';
import {
	pendingCodesOf,
	storedVersion,
	suiteFingerprint,
	withPendingCode,
	withVersion,
	type CompanyVersion,
} from '../credentials/suiteState';
import { digest } from '../credentials/tokens';
import { later } from '../util/later';
import { asOneWrite, updateSuite } from './updates';

/**
 * What this process has stored a moment ago. n8n writes a credential whole, so another process that has read it before may bring
 * back what it had read: a company is missing then that WeCom names only once, or one is there that was forgotten. What is stored
 * about a company has a version, so that this is told from a change made on purpose, and is written again.
 */

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
	version: CompanyVersion;
}

/** What this process has stored about companies, by suite and Corp ID. */
const watched = new Map<string, Watched>();
const keyOf = (suite: string, corpId: string) => `${suite}:${corpId}`;

/**
 * When it is looked whether it is still stored, in milliseconds: often while executions wait for a new company, and for longer than a
 * process on a busy machine takes to write what it has read. A company that is missing is waited for until after the third look.
 */
const LOOK_AFTER_MS: readonly number[] = [1_500, 4_000, 9_000, 20_000, 60_000];
/** One look is for all companies of a suite, and many authorize at the same time. */
const BETWEEN_LOOKS_MS = 500;
const looked = new Map<string, number>();

/** Has what is to be stored about a company looked for, until `unwatch` or for a minute after `lookAgainLater`. */
export function watch(suite: string, corpId: string, version: CompanyVersion): Watched {
	const entry: Watched = { suite, corpId, version };
	watched.set(keyOf(suite, corpId), entry);
	return entry;
}

/** Whether it is still looked for; false once the company was forgotten, imported or exchanged anew by this process. */
export const isWatched = (entry: Watched): boolean =>
	watched.get(keyOf(entry.suite, entry.corpId)) === entry;

/** Ends the watch at once: what this process does to the company next is wanted. */
export const unwatch = (stored: Fields, corpId: string): void =>
	void watched.delete(keyOf(suiteFingerprint(stored), corpId));

/** It is stored: writes it again for a minute, should another process overwrite it. */
export function lookAgainLater(context: StoringContext, entry: Watched): void {
	for (const pause of LOOK_AFTER_MS)
		later(pause, () => {
			if (!isWatched(entry)) return;
			const isLast = pause === LOOK_AFTER_MS.at(-1);
			void lookAgain(context, entry).finally(() => {
				if (isLast && isWatched(entry)) watched.delete(keyOf(entry.suite, entry.corpId));
			});
		});
}

async function lookAgain(context: StoringContext, { suite, corpId }: Watched): Promise<void> {
	if (Date.now() - (looked.get(suite) ?? 0) < BETWEEN_LOOKS_MS) return;
	looked.set(suite, Date.now());
	try {
		await updateSuite(context, lost);
	} catch (error) {
		const { message } = error as Error;
		context.logger.warn(`Could not look whether ${corpId} is still stored: ${message}`);
	}
}

/** Changes what is stored about a company on purpose, and has it looked after. */
export async function changeCompany(
	context: StoringContext,
	corpId: string,
	change: (stored: Fields) => StoredFields | undefined,
): Promise<void> {
	let isChanged = false;
	const stored = await updateSuite(context, (fresh) => {
		const fields = change(fresh);
		isChanged ||= fields !== undefined;
		return fields;
	});
	const version = storedVersion(stored, corpId);
	const suite = suiteFingerprint(stored);
	const other = watched.get(keyOf(suite, corpId))?.version.changedAt ?? 0;
	// An exchange that began while this was written is later.
	if (isChanged && version && (version.changedAt ?? 0) >= other)
		lookAgainLater(context, watch(suite, corpId, version));
}

/** The fields that bring back what was overwritten; undefined when nothing was. */
function lostVersions(stored: Fields): StoredFields | undefined {
	let fields: StoredFields | undefined;
	for (const { suite, corpId, version } of watched.values()) {
		if (suite !== suiteFingerprint(stored)) continue;
		fields = withVersion({ ...stored, ...fields }, corpId, version) ?? fields;
	}
	return fields;
}

/** How long a code that was dropped must stay dropped: as long as what was stored is looked for. */
const DROPPED_MS = LOOK_AFTER_MS.at(-1)!;
/** Codes this process is done with, by `codeKey`, and until when a write of another process may bring them back: milliseconds since the epoch. */
const done = new Map<string, number>();

/** Notes that a code is about to be dropped, so that it stays dropped. */
export const drop = (key: string): void => void done.set(key, Date.now() + DROPPED_MS);

export const isDropped = (key: string): boolean => done.has(key);

/** The fields that bring back what was overwritten, and drop again what was dropped; undefined when nothing is lost. */
export function lost(stored: Fields): StoredFields | undefined {
	const companies = lostVersions(stored);
	let codes: StoredFields | undefined;
	for (const [key, end] of done) if (end < Date.now()) done.delete(key);
	for (const authCode of done.size > 0 ? Object.keys(pendingCodesOf(stored)) : [])
		if (done.has(codeKey(stored, authCode)))
			codes = withPendingCode({ ...stored, ...codes }, authCode, undefined) ?? codes;
	return asOneWrite(companies, codes);
}
