import { NodeApiError, type INode } from 'n8n-workflow';
import { describeUnreachable, networkCode, TokenFailure, type Failure } from '../protocol/errors';

/** What becomes of a call that failed: what a person reads of it. */

/** Why a request got no answer. Nothing of the request is kept: its URL holds the token. */
export function requestFailure(error: unknown, baseUrl: string, token: string): Failure {
	if (error instanceof TokenFailure) return { ...error.failure, unsent: true };
	if (networkCode(error) !== undefined) return describeUnreachable(baseUrl, error);
	const { message } = error as Error;
	return {
		message: 'The request could not be sent',
		description: message.replaceAll(token || '\0', '***'),
	};
}

/** A failure as n8n shows it at the node and the item, with WeCom's errcode in its `context`. */
export function nodeError(node: INode, failure: Failure, itemIndex?: number): NodeApiError {
	const { message, description, errcode, httpStatus } = failure;
	const error = new NodeApiError(
		node,
		{ message },
		{
			message,
			description,
			httpCode: httpStatus === undefined ? undefined : String(httpStatus),
			itemIndex,
		},
	);
	if (errcode !== undefined) error.context.errcode = errcode;
	return error;
}
