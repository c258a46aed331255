import type { IWebhookFunctions } from 'n8n-workflow';

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

/** The methods of a response that n8n calls to answer. */
const ANSWERING =
	'status setHeader setHeaders header set type removeHeader writeHead flushHeaders flush send json write end';

/** The methods of an HTTP response, to be replaced. */
export type Methods = Record<string, (...args: never[]) => unknown>;

/** From here on nothing that n8n answers goes out: the caller has an answer already. */
export function silence(response: Response): Methods {
	const methods = response as unknown as Methods;
	for (const method of ANSWERING.split(' ')) methods[method] = () => response;
	return methods;
}
