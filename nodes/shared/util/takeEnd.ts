import type { IWebhookFunctions } from 'n8n-workflow';

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

/** The end of a response, with what n8n or a node gives it. */
export type ResponseEnd = (...args: unknown[]) => Response;

/** Has `take` called in place of a response's end, with what that was given and the end as it was, which is returned, too. */
export function takeEnd(
	response: Response,
	take: (args: unknown[], end: ResponseEnd) => Response,
): ResponseEnd {
	const end = response.end.bind(response) as ResponseEnd;
	response.end = ((...args: unknown[]) => take(args, end)) as Response['end'];
	return end;
}
