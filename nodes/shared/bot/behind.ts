import {
	NodeConnectionTypes,
	SEND_AND_WAIT_OPERATION,
	type ITriggerFunctions,
	type IWebhookFunctions,
	type Workflow,
} from 'n8n-workflow';
import { IS_NEWER_N8N } from '../util/release';

/** What comes behind the trigger of a bot, as far as the way of its answers depends on it. */

type Trigger = ITriggerFunctions | IWebhookFunctions;

/** Whether something behind the trigger speaks word by word. Others would pay for the way without need. */
export function hasAgent(context: Trigger): boolean {
	return context.getChildNodes(context.getNode().name).some(({ type }) => /agent/i.test(type));
}

/**
 * Whether an execution goes on after an error of the node, as its setting On Error says: n8n tells agents' listeners of such
 * errors, too, and no interface of triggers gives the settings of other nodes.
 */
export function goesOnAfterError(context: Trigger, name: string): boolean {
	const { workflow } = context as unknown as { workflow?: Partial<Workflow> };
	const { onError = '', continueOnFail } = workflow?.nodes?.[name] ?? {};
	const asTool = workflow?.connectionsBySourceNode?.[name]?.[NodeConnectionTypes.AiTool] ?? [];
	const isTool = asTool.some((targets) => targets && targets.length > 0);
	// An agent gets the error of its tool as what the tool says, unless the tool's setting is to stop.
	if (IS_NEWER_N8N && isTool && onError !== 'stopWorkflow') return true;
	return continueOnFail === true || onError.startsWith('continue');
}

/**
 * Whether an execution may come to wait, such as for somebody's approval: a webhook's response ends with that, an emitted
 * execution tells it apart from its end.
 */
export function mayWait(context: Trigger): boolean {
	const own = context.getNode().name;
	const options = { includeNodeParameters: true };
	const after = context.getChildNodes(own, options);
	const tools = after.flatMap(({ name }) =>
		context.getParentNodes(name, { ...options, connectionType: NodeConnectionTypes.AiTool }),
	);
	return [...after, ...tools].some(
		({ type, parameters }) =>
			/\.(?:wait|form)$|HitlTool$/.test(type) || parameters?.operation === SEND_AND_WAIT_OPERATION,
	);
}
