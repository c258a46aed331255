import type { IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../client/client';
import type { Answered } from './forward';

/** What an app's card looks like after a click or at the end of the wait (doc 94888). */

export interface CardUpdate extends Pick<Answered, 'card' | 'to' | 'note'> {
	agentId: string;
	/** From the reply to sending or from the callback of a click: works once, for 72 hours. */
	responseCode: string;
	/** The person whose card changes, where it is not everybody's. */
	userid?: string;
}

/** Changes the card. With `note` alone only its button does. Throws what WeCom answers. */
export async function updateAnsweredCard(client: WecomClient, update: CardUpdate): Promise<void> {
	const { agentId, responseCode, card, note, to, userid } = update;
	const body: IDataObject = {
		agentid: Number(agentId),
		response_code: responseCode,
		...(to === 'all' || !userid ? { atall: 1 } : { userids: [userid] }),
		...(card ? { template_card: card } : { button: { replace_name: note } }),
	};
	const path = '/cgi-bin/message/update_template_card';
	await client.call({ method: 'POST', path, body, repeatable: false });
}
