/** The shape of an endpoint row. The rows are in `endpoints/*.cts`, the table of all of them in `registry.cts`. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ApiRequest } from './dispatch.cts';
import type { WecomError } from './errors.cts';
import type { Fields } from './fields.cts';
import type { App, State } from './state.cts';
import type { TokenKind } from './tokens.cts';

/** What a handler gets: the company, who calls, and the parameters of the place the endpoint reads them from. */
export interface Call {
	state: State;
	/** The app whose access_token the call has, for endpoints with the token `corp`. */
	app: App;
	/** The query for a GET endpoint, the JSON body for a POST endpoint; empty when called with the other method. */
	params: Record<string, any>;
	query: Record<string, string>;
	headers: IncomingHttpHeaders;
	rawBody: Buffer;
	ip: string;
}

/** A body that is not JSON (a downloaded file). */
export class FileAnswer {
	constructor(
		readonly status: number,
		readonly headers: Record<string, string>,
		readonly content: Buffer,
	) {}
}

export interface Endpoint {
	method: 'GET' | 'POST';
	path: string;
	/** https://developer.work.weixin.qq.com/document/path/<doc> */
	doc: number;
	token: 'none' | TokenKind;
	/** Parameters that must not be missing or empty, with the errcode that says so, checked in this order. */
	required?: Record<string, number>;
	/** Types of the JSON body's fields. */
	fields?: Fields;
	/** Reads and checks the parameters in place of `required` and `fields`. */
	read?: (request: ApiRequest) => {
		params: Record<string, any>;
		dropped: boolean;
		refusal?: WecomError;
	};
	/** Whether the body is multipart, which the handler reads from `rawBody`. */
	multipart?: boolean;
	/** Who may call it, all others get 48002: only the contact-sync secret, or only apps. */
	only?: App['kind'];
	/** Fields that the answer has even when the call fails. */
	onFailure?: Record<string, unknown>;
	/** Whether a success comes without `errcode` and `errmsg`. */
	bare?: boolean;
	/** Returns the answer's fields; `errcode` 0 and `errmsg` "ok" are added. */
	handler: (call: Call) => Record<string, unknown> | FileAnswer;
}
