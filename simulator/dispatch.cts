/** From a request to the platform's answer: token, trusted IP, permission, parameters, then the endpoint's handler. */
import type { IncomingHttpHeaders } from 'node:http';
import { FileAnswer, type Endpoint } from './endpoint.cts';
import { catalogEndpoint } from './endpoints/catalog.cts';
import { errmsg, WecomError } from './errors.cts';
import { dropWrongTypes, isMissing } from './fields.cts';
import { endpoints } from './registry.cts';
import { now, type App, type State } from './state.cts';
import { checkToken } from './tokens.cts';

export interface ApiRequest {
	method: string;
	path: string;
	query: Record<string, string>;
	headers: IncomingHttpHeaders;
	rawBody: Buffer;
	ip: string;
}

export type Answer = FileAnswer | { errcode?: number; errmsg?: string; [field: string]: unknown };

const WRONG_JSON = 'Warning: wrong json format. ';

/** The answer to a request of the API; undefined for an unknown path. */
export function answer(state: State, request: ApiRequest): Answer | undefined {
	const endpoint = endpointOf(state, request);
	if (!endpoint) return undefined;
	const ip = state.callerIp ?? request.ip;
	const { params, dropped, refusal } = (endpoint.read ?? parameters.bind(null, endpoint))(request);
	try {
		const app = authorize(state, endpoint, request, ip);
		if (refusal) throw refusal;
		for (const [name, errcode] of Object.entries(endpoint.required ?? {})) {
			if (isMissing(params[name])) throw new WecomError(errcode);
		}
		const { query, headers, rawBody } = request;
		const result = endpoint.handler({ state, app, params, query, headers, rawBody, ip });
		if (result instanceof FileAnswer) return result;
		if (endpoint.bare && !dropped) return result;
		const { errmsg: text = 'ok', ...fields } = result;
		return { errcode: 0, errmsg: dropped ? `${text}. ${WRONG_JSON}` : String(text), ...fields };
	} catch (error) {
		if (!(error instanceof WecomError)) throw error;
		return failure(error, ip, dropped, endpoint);
	}
}

/**
 * The answer of a call that failed. A warning comes before its text, while on success it follows "ok", as seen on the platform.
 */
export function failure(
	error: WecomError,
	ip: string,
	dropped = false,
	endpoint?: Endpoint,
): Answer {
	const text = errmsg(error, ip);
	return {
		...endpoint?.onFailure,
		errcode: error.errcode,
		errmsg: dropped ? WRONG_JSON + text : text,
	};
}

/** A GET endpoint reads the query and a POST endpoint the body, so the other method looks like missing parameters. */
function parameters(
	endpoint: Endpoint,
	{ method, query, rawBody }: ApiRequest,
): ReturnType<NonNullable<Endpoint['read']>> {
	if (method !== endpoint.method || endpoint.multipart) return { params: {}, dropped: false };
	if (method === 'GET') return { params: query, dropped: false };
	if (rawBody.length === 0) return { params: {}, dropped: false };
	try {
		const body = JSON.parse(rawBody.toString('utf8'));
		if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
			const checked = dropWrongTypes(body, endpoint.fields ?? {});
			return { params: checked.body, dropped: checked.dropped };
		}
	} catch {
		// Not JSON: all of it is dropped.
	}
	return { params: {}, dropped: true };
}

/** An endpoint with a list given by `control.setList` is served from the catalog, even if it has a row. */
const endpointOf = (state: State, request: ApiRequest): Endpoint | undefined =>
	(state.lists.has(request.path) ? undefined : endpoints.get(request.path)) ??
	catalogEndpoint(request);

/** The app that calls: the one whose token it is, or the first one where the token is no app's. */
function authorize(state: State, endpoint: Endpoint, request: ApiRequest, ip: string): App {
	if (endpoint.token === 'corp') return authorizeApp(state, endpoint, request, ip);
	if (endpoint.token !== 'none') checkToken(state, endpoint.token, request);
	return state.apps[0];
}

/** The app whose token it is, if it may call this endpoint from this address. The token must be in the query (41001). */
function authorizeApp(state: State, endpoint: Endpoint, { query }: ApiRequest, ip: string): App {
	if (!query.access_token) throw new WecomError(41001);
	const token = state.tokens.get(query.access_token);
	const app = state.apps.find(({ agentid }) => agentid === token?.agentid);
	if (!token || !app) throw new WecomError(40014);
	if (token.deadWith) throw new WecomError(token.deadWith);
	if (token.expiresAt <= now(state)) throw new WecomError(42001);
	if (!app.enabled) throw new WecomError(50003);
	if (state.refuseIp || (app.trustedIps.length > 0 && !app.trustedIps.includes(ip)))
		throw new WecomError(60020);
	if (endpoint.only && endpoint.only !== app.kind) throw new WecomError(48002);
	return app;
}
