import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import type { WecomClient } from '../client/client';
import { agentIdOf } from '../companies/companyApp';
import { languageOfKey } from './answerKey';
import { forwardAnswer, type CardClick } from './forward';
import { updateAnsweredCard } from './updateCard';

/** How long a click may take: WeCom has its answer already. */
const PATIENT_MS = 15_000;

const FAILED = {
	en: 'Your answer could not be recorded. Please press again in a moment; if that does not help, tell whoever has asked you.',
	zh: '您的答复未能记录。请稍后再按一次；如仍不行，请告知提问的人。',
};

/** Hands over a click on a card of an app, then shows on the card what became of it. Never throws. */
export async function answerInApp(
	context: IWebhookFunctions,
	client: WecomClient,
	click: CardClick,
	{ ResponseCode, AgentID }: IDataObject,
): Promise<void> {
	const { credentialType } = client;
	try {
		const credentials = await context.getCredentials(credentialType);
		const answered = await forwardAnswer(context, credentialType, credentials, click, PATIENT_MS);
		const agentId = String(AgentID ?? '') || (await agentIdOf(client));
		if (answered?.answered === 'failed') await tellFailure(client, agentId, click);
		if (!answered?.note) return;
		const { card, to, note } = answered;
		await updateAnsweredCard(client, {
			agentId,
			responseCode: String(ResponseCode ?? ''),
			userid: click.userid,
			to,
			note,
			// Where only one person's card changes, it keeps what it says: just its button becomes the note.
			...(to === 'all' && { card }),
		});
	} catch (error) {
		context.logger.warn(
			`The card of a send-and-wait question could not be changed: ${(error as Error).message}`,
			{ workflowId: context.getWorkflow().id, nodeName: context.getNode().name },
		);
	}
}

/** Says that the click did not get there, by a message: the card keeps its buttons, so that they can be pressed again. */
async function tellFailure(
	client: WecomClient,
	agentId: string,
	{ key, userid }: CardClick,
): Promise<void> {
	const content = FAILED[languageOfKey(key)];
	await client.call({
		method: 'POST',
		path: '/cgi-bin/message/send',
		body: { touser: userid, agentid: Number(agentId), msgtype: 'text', text: { content } },
		repeatable: false,
	});
}
