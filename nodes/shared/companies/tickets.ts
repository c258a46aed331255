import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { ClientContext, WecomClient } from '../client/client';
import { updateStored } from './updates';
import type { StoredFields } from '../credentials/fields';
import { parsed } from '../credentials/suiteState';
import { digest, obtain, type Token } from '../credentials/tokens';

/**
 * Tickets for the JS-SDK (doc 90506). WeCom counts every request for one, 100 an hour for an app, and hands out the same one
 * while it is valid: like tokens they are kept in the credential, where every process and workflow finds them.
 */

type Fields = ICredentialDataDecryptedObject;

const ISSUERS = {
	config: { path: '/cgi-bin/get_jsapi_ticket' },
	agentConfig: { path: '/cgi-bin/ticket/get', type: 'agent_config' },
	invoice: { path: '/cgi-bin/ticket/get', type: 'wx_card' },
} as const;

export type TicketKind = keyof typeof ISSUERS;

const FIELD = 'jsTickets';
/** How many tickets are stored: a provider may act for many companies, so those that end first give way. */
const MAX_TICKETS = 500;

/** The valid ticket of this kind, fetched once however many ask. `expiresAt` is in milliseconds since the epoch. */
export async function ticket(
	context: ClientContext,
	client: WecomClient,
	kind: TicketKind,
	itemIndex?: number,
): Promise<Token> {
	const key = digest('ticket', kind, client.identity);
	const stored = parsed<Token>(client.stored(FIELD))[key];
	if (stored?.expiresAt > Date.now()) return stored;
	const { path, ...qs } = ISSUERS[kind];
	const { token, fetched } = await obtain({
		key,
		base: 'WeCom',
		field: 'ticket',
		send: async () => await client.call({ method: 'GET', path, qs }, itemIndex),
	});
	if (fetched) await keep(context, client, key, token);
	return token;
}

/**
 * Stores a ticket, and never throws: one that cannot be stored is as good as any other, while WeCom counts the next request for
 * one.
 */
async function keep(
	context: ClientContext,
	client: WecomClient,
	key: string,
	token: Token,
): Promise<void> {
	try {
		await updateStored(context, client.credentialType, (fields) =>
			withJsTicket(fields, key, token),
		);
	} catch (error) {
		context.logger.warn(`A JS-SDK ticket could not be stored: ${(error as Error).message}`);
	}
}

/** The fields that store a ticket; undefined when it is stored. */
export function withJsTicket(fields: Fields, key: string, token: Token): StoredFields | undefined {
	const all = parsed<Token>(fields[FIELD]);
	if (all[key]?.value === token.value) return undefined;
	const others = Object.entries(all)
		.filter(([other, { expiresAt }]) => other !== key && expiresAt > Date.now())
		.sort(([, a], [, b]) => b.expiresAt - a.expiresAt)
		.slice(0, MAX_TICKETS - 1);
	return { [FIELD]: JSON.stringify(Object.fromEntries([[key, token], ...others])) };
}
