import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

/**
 * Since when a workflow is published: customer service messages from then on are its own, also those whose callback found n8n away.
 * n8n saves a node's static data when it publishes the workflow; callbacks only read it.
 */

/** These begin nothing: n8n starts, or another of its processes takes over. */
const NO_PUBLISHING = ['init', 'leadershipChange', 'manual'];

export function rememberPublishing(context: IHookFunctions): void {
	const data = context.getWorkflowStaticData('node');
	const known = typeof data.publishedAt === 'number';
	const mode = context.getActivationMode();
	if (mode === 'manual' || (known && NO_PUBLISHING.includes(mode))) return;
	data.publishedAt = Date.now();
}

/** Milliseconds since the epoch; undefined in a workflow that an older version of the package has published. */
export function publishedAt(context: IWebhookFunctions): number | undefined {
	const { publishedAt: at } = context.getWorkflowStaticData('node');
	return typeof at === 'number' ? at : undefined;
}
