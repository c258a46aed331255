import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import type { WecomClient } from '../client/client';
import { agentIdOf } from '../companies/companyApp';
import { forwardAnswer, type CardClick } from './forward';
import { updateAnsweredCard } from './updateCard';

/** WeCom has its answer already: the click may take its time. */
const PATIENT_MS = 15_000;

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
		if (!answered?.note) return;
		const { card, to, note } = answered;
		await updateAnsweredCard(client, {
			agentId: String(AgentID ?? '') || (await agentIdOf(client)),
			responseCode: String(ResponseCode ?? ''),
			userid: click.userid,
			to,
			note,
			// Somebody's own card keeps what it says, and only its button changes.
			...(to === 'all' && { card }),
		});
	} catch (error) {
		context.logger.warn(
			`The card of a send-and-wait question could not be changed: ${(error as Error).message}`,
			{ workflowId: context.getWorkflow().id, nodeName: context.getNode().name },
		);
	}
}
