import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import { BotFailure } from '../shared/bot/errors';

/** Reports an error to the owner by a failed execution and the error workflow; the trigger goes on. */
export function report(context: ITriggerFunctions, error: NodeOperationError): void {
	context.logger.error(`WeCom Bot Trigger: ${error.message}`, {
		workflowId: context.getWorkflow().id,
		nodeName: context.getNode().name,
	});
	// Older n8n lacks this function.
	context.saveFailedExecution?.(error);
}

export function asNodeError(context: ITriggerFunctions, error: Error): NodeOperationError {
	if (error instanceof NodeOperationError) return error;
	const description = error instanceof BotFailure ? error.description : undefined;
	return new NodeOperationError(context.getNode(), error.message, { description });
}
