import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { WecomClient } from '../../shared/client/client';
import { credentialIdOf, keepPosition, positionOf } from '../../shared/customerService/read';
import { ANY_KIND } from '../../shared/callback/events';
import { KIND } from './form';

/**
 * Since when a workflow is published: customer service messages from then on are its own, also those whose callback found n8n away.
 * It is stored like a position in the credential, before n8n registers the URL for callbacks. n8n's static data would be saved after
 * that, and lost with what else is saved there at the same time.
 */

const readerOf = (context: IHookFunctions | IWebhookFunctions) =>
	`${context.getWorkflow().id}/${context.getNode().id}/`;

/**
 * Stores when the workflow was published. Resolves once that is stored, or n8n has refused it for now: then it is written again
 * in the background.
 */
export async function rememberPublishing(context: IHookFunctions, type: string): Promise<void> {
	const mode = context.getActivationMode();
	if (mode === 'manual' || !fetches(context)) return;
	const reader = readerOf(context);
	const credentials = await context.getCredentials(type);
	const credential = { stored: (field: string) => credentials[field] };
	const known = positionOf(credential, credentialIdOf(context, type), reader);
	// Only publishing begins anew. In all other modes n8n starts, another process takes over, or the workflow was edited.
	if (known && mode !== 'activate') return;
	const since = Math.floor(Date.now() / 1000);
	const failed = ({ message }: Error) =>
		context.logger.warn(
			`WeCom Trigger could not store since when it is published, and writes it again: ${message}`,
			{ workflowId: context.getWorkflow().id, nodeName: context.getNode().name },
		);
	await keepPosition(context, type, reader, { since }, { failed });
}

/** When the workflow was published, in seconds since the epoch; undefined if that was without fetching messages. */
export const publishedSince = (
	context: IWebhookFunctions,
	client: WecomClient,
): number | undefined =>
	positionOf(client, credentialIdOf(context, client.credentialType), readerOf(context))?.since;

function fetches(context: IHookFunctions): boolean {
	const events = context.getNodeParameter('events', []) as string[];
	return (
		(events.includes(KIND) || events.includes(ANY_KIND)) &&
		context.getNodeParameter('triggerOptions.fetchMessages', false) === true
	);
}
