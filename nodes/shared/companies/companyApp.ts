import type { IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../client/client';
import type { Company } from '../credentials/suiteState';
import { digest } from '../credentials/tokens';
import { clean } from '../protocol/settings';
import { keepNewest } from '../util/keepNewest';

/** The app that a company has got by authorizing a suite. */

/** What WeCom tells of an authorization (v2/get_auth_info, doc 100779). */
export const readAuthorization = async (
	suite: WecomClient,
	corpId: string,
	permanentCode: string,
	itemIndex?: number,
): Promise<IDataObject> =>
	await suite.call(
		{
			method: 'POST',
			path: '/cgi-bin/service/v2/get_auth_info',
			body: { auth_corpid: corpId, permanent_code: permanentCode },
			repeatable: true,
		},
		itemIndex,
	);

/** Name and Agent ID of a company's app. */
export async function readCompany(
	...authorization: Parameters<typeof readAuthorization>
): Promise<Partial<Company>> {
	const reply = await readAuthorization(...authorization);
	const { corp_name: name } = (reply.auth_corp_info ?? {}) as IDataObject;
	const { agent } = (reply.auth_info ?? {}) as { agent?: IDataObject[] };
	const agentId = clean(agent?.[0]?.agentid);
	return { ...(name ? { name: String(name) } : {}), ...(agentId && { agentId }) };
}

const knownAgents = new Map<string, string>();
const MAX_KNOWN_AGENTS = 5_000;

/** The Agent ID a client sends with; asked of WeCom where a company is not stored with it. '' when there is none. Throws when the company is not stored. */
export async function agentIdOf(client: WecomClient, itemIndex?: number): Promise<string> {
	await client.companyKnown();
	const { agentId, company, identity } = client;
	if (agentId || !company) return agentId;
	const { corpId, permanentCode } = company;
	if (!permanentCode) {
		// There is none, and the error says that the company is not stored.
		await client.token(itemIndex);
		return '';
	}
	// Each authorization has an app of its own.
	const key = digest(identity, permanentCode);
	const known = knownAgents.get(key);
	if (known) return known;
	const suite = client.actingAs({ kind: 'suite' });
	const { agentId: found = '' } = await readCompany(suite, corpId, permanentCode, itemIndex);
	if (found) keepNewest(knownAgents, key, found, MAX_KNOWN_AGENTS);
	return found;
}
