import type { IWebhookFunctions } from 'n8n-workflow';

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

/** The methods of a response that n8n calls to answer. */
const ANSWERING =
	'status setHeader setHeaders header set type removeHeader writeHead flushHeaders flush send json write end';

/** The methods of an HTTP response, to be replaced. */
export type Methods = Record<string, (...args: never[]) => unknown>;

/** From here on nothing that n8n answers goes out: the caller has an answer already. `ended` hears whether n8n has stored the execution. */
export function silence(response: Response, ended: (stored: boolean) => void): Methods {
	const methods = response as unknown as Methods;
	for (const method of ANSWERING.split(' ')) methods[method] = () => response;
	let status = 200;
	methods.status = (code: number) => {
		status = code;
		return response;
	};
	for (const method of ['send', 'json', 'end'])
		methods[method] = (body: unknown) => {
			ended(isStored(status, typeof body === 'string' ? body : JSON.stringify(body)));
			return response;
		};
	return methods;
}

/** n8n answers with 500 also when a workflow failed whose execution it has stored; what it could not store has a `code`. */
export function isStored(status: number, body: unknown): boolean {
	if (status >= 200 && status < 300) return true;
	if (status !== 500) return false;
	try {
		const answer: unknown = JSON.parse(String(body));
		return typeof answer === 'object' && answer !== null && !('code' in answer);
	} catch {
		return false;
	}
}
