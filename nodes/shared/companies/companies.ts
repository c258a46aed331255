import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { WecomClient, type ClientContext } from '../client/client';
import {
	AUTH_CODE_LIFE_MS,
	companiesOf,
	isCustomized,
	suiteIdOf,
	withCompany,
	withoutCompany,
	type Company,
} from '../credentials/suiteState';
import { readCompany } from './companyApp';
import { changeCompany, unwatch } from './justStored';
import { updateSuite } from './updates';

/** The companies that have authorized a suite: what is known of them, and what becomes of that. */

type Fields = ICredentialDataDecryptedObject;

/** How much earlier than its exchange a company may have authorized: as long as an auth_code lives. */
export const AUTHORIZED_BEFORE_MS = AUTH_CODE_LIFE_MS;

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

/** Forgets a company. False when it was not stored, or has authorized after `at` (milliseconds since the epoch). */
export async function forgetCompany(
	context: ClientContext,
	corpId: string,
	at?: number,
): Promise<boolean> {
	let found = false;
	await changeCompany(context, corpId, (stored) => {
		if (isOutdated(stored, corpId, at)) return undefined;
		unwatch(stored, corpId);
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
	await changeCompany(context, corpId, (stored) => {
		unwatch(stored, corpId);
		const authorizedAt = Math.max(provenAt, companiesOf(stored)[corpId]?.authorizedAt ?? 0);
		return withCompany(stored, corpId, { authorizedAt, ...company, suiteId: suiteIdOf(stored) });
	});
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
