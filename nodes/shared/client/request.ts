import type { IDataObject, IHttpRequestMethods, IHttpRequestOptions } from 'n8n-workflow';
import { isApiPath } from '../protocol/path';
import { withoutLoneHalves } from '../util/values';

/** A call of WeCom's API, and the HTTP request that it becomes. */

/** One call of the server API; the access token is added by the credential. */
export interface ApiRequest {
	method: IHttpRequestMethods;
	/** Path on the API host, such as `/cgi-bin/user/get`. */
	path: string;
	qs?: IDataObject;
	/** JSON body, or the bytes of a multipart form together with `contentType`. */
	body?: IDataObject | Buffer;
	contentType?: string;
	headers?: IDataObject;
	/** Whether doing it twice does no harm. Only then is an unclear failure tried again. Default: reading calls. */
	repeatable?: boolean;
	/** Milliseconds; default 30,000. */
	timeout?: number;
	/** Calls that carry a secret of their own take no access token. */
	withoutToken?: boolean;
}

/** The bytes WeCom sent instead of JSON. */
export interface Download {
	data: Buffer;
	headers: IDataObject;
	statusCode: number;
}

/** What came back: the body as text, or as bytes. */
export interface FullResponse {
	body: unknown;
	headers: IDataObject;
	statusCode: number;
}

/** Whether the body of the answer is wanted as text or as bytes. */
export type Encoding = 'text' | 'arraybuffer';

const TIMEOUT_MS = 30_000;

/** The request as n8n's helpers take it; `base` is where the API is reached. */
export function httpOptions(
	base: string,
	request: ApiRequest,
	encoding: Encoding,
): IHttpRequestOptions {
	// The path may hold a value of the form, which must not lead the token to something else.
	if (request.path && !isApiPath(request.path))
		throw new Error(`${JSON.stringify(request.path)} is no path of WeCom's API`);
	const options: IHttpRequestOptions = {
		method: request.method,
		url: base + request.path,
		qs: { ...request.qs },
		headers: { ...request.headers },
		encoding,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		timeout: request.timeout ?? TIMEOUT_MS,
	};
	if (request.body) {
		options.body = Buffer.isBuffer(request.body) ? request.body : bodyText(request.body);
		options.headers = {
			...options.headers,
			'content-type': request.contentType ?? 'application/json',
		};
	}
	return options;
}

/** JSON of a body without lone halves of characters: WeCom refuses all of it for one of them. */
function bodyText(body: IDataObject): string {
	const text = JSON.stringify(body);
	if (!/\\ud[89a-f]/.test(text)) return text;
	return JSON.stringify(body, (_name, value: unknown) =>
		typeof value === 'string' ? withoutLoneHalves(value) : value,
	);
}
