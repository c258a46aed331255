/** What a request is for: the provider side, an authorized company, or the demo company (`dispatch.cts`). */
import { catalogFacts } from '../catalog/facts.cts';
import { checkParameters } from '../catalog/parameters.cts';
import { answer, failure, type Answer, type ApiRequest } from '../dispatch.cts';
import { FileAnswer } from '../endpoint.cts';
import { companyAnswers } from '../endpoints/suite-company.cts';
import { suiteEndpoints } from '../endpoints/suite.cts';
import { WecomError } from '../errors.cts';
import type { State } from '../state.cts';
import { countFetch } from './authorization.cts';
import type { SuiteEndpoint } from './endpoint.cts';
import { authorizationKey, companyOf, type Company, type Suite } from './state.cts';
import { checkToken } from '../tokens.cts';

const GET_TOKEN = '/cgi-bin/gettoken';
const WRONG_JSON = 'ok. Warning: wrong json format. ';

/** The platform's answer to a request; undefined for an unknown path. */
export function platformAnswer(state: State, request: ApiRequest): Answer | undefined {
	const endpoint = suiteEndpoints.get(request.path);
	if (endpoint && isTied(state, endpoint, request)) return suiteAnswer(state, endpoint, request);
	const found = companyOf(state, request.path, request.query);
	return found ? companyAnswer(state, found, request) : answer(state, request);
}

/**
 * Whether a provider's endpoint is served here. One that is called with a token of no suite of this platform
 * (`control.issueToken`), or while there is no suite, is served from the catalog.
 */
function isTied({ providerSide, issued }: State, { token }: SuiteEndpoint, { query }: ApiRequest) {
	if (token === 'provider-secret') return providerSide.provider !== undefined;
	if (token === 'suite-secret') return providerSide.suites.size > 0;
	if (token === 'suite')
		return providerSide.suites.has(issued.get(query.suite_access_token)?.name ?? '');
	const name = issued.get(query.provider_access_token)?.name;
	return name !== undefined && name === providerSide.provider?.corpid;
}

/**
 * The answer of a provider's endpoint. Its parameters are checked by the facts, the address by the whitelist of the suite or the
 * provider (doc 90600).
 */
function suiteAnswer(state: State, endpoint: SuiteEndpoint, request: ApiRequest): Answer {
	const ip = state.callerIp ?? request.ip;
	const [facts] = catalogFacts().get(endpoint.path)!;
	const { params, dropped, refusal } = checkParameters(facts, request);
	const side = state.providerSide;
	const checkIp = ({ trustedIps }: { trustedIps: string[] }) => {
		if (state.refuseIp || (trustedIps.length > 0 && !trustedIps.includes(ip)))
			throw new WecomError(60020);
	};
	try {
		let suite: Suite | undefined;
		if (endpoint.token === 'suite') {
			checkToken(state, 'suite', request);
			suite = side.suites.get(state.issued.get(request.query.suite_access_token)!.name)!;
			checkIp(suite);
		} else if (endpoint.token === 'provider') {
			checkToken(state, 'provider', request);
			checkIp(side.provider!);
		}
		if (refusal) throw refusal;
		const result = endpoint.handler({
			state,
			side,
			suite: suite!,
			params,
			headers: request.headers,
			checkIp,
		});
		if (result instanceof FileAnswer) return result;
		if ((endpoint.bare || side.leaveOutErrcode) && !dropped) return result;
		return { errcode: 0, errmsg: dropped ? WRONG_JSON : 'ok', ...result };
	} catch (error) {
		if (!(error instanceof WecomError)) throw error;
		return failure(error, ip, dropped);
	}
}

/** The answer to a call for a company: its own state gives it, and what it sends is among the platform's messages, too. */
function companyAnswer(
	root: State,
	{ company, state }: { company: Company; state: State },
	request: ApiRequest,
): Answer | undefined {
	const ip = state.callerIp ?? request.ip;
	const before = state.messages.length;
	const result = answer(state, request);
	for (const message of state.messages.slice(before)) {
		message.corpid = company.corpid;
		root.messages.push(message);
	}
	if (!result || result instanceof FileAnswer) return result;
	if (result.errcode) {
		const foreign = result.errcode === 40056 && isForeign(root, company, request);
		return foreign ? failure(new WecomError(301002), ip) : result;
	}
	const own = [...root.providerSide.authorizations.values()].filter(
		(one) => one.company === company,
	);
	if (request.path === GET_TOKEN) {
		const used = own.find(({ app }) => app.secret === request.query.corpsecret)!;
		const key = authorizationKey(used.suite.suiteId, company.corpid);
		countFetch(root.providerSide.fetches.companies, key);
		return result;
	}
	const made = companyAnswers.get(request.path);
	if (!made) return result;
	const agentid = state.tokens.get(request.query.access_token)?.agentid;
	const authorization = own.find(({ app }) => app.agentid === agentid)!;
	try {
		const params = request.rawBody.length ? JSON.parse(request.rawBody.toString('utf8')) : {};
		return { errcode: 0, errmsg: 'ok', ...made({ root, state, authorization, params }) };
	} catch (error) {
		if (!(error instanceof WecomError)) throw error;
		return failure(error, ip);
	}
}

/**
 * Whether the request names an agentid that an app of another company has: "the agentid and the secret must belong to the same
 * app" (301002).
 */
function isForeign(root: State, company: Company, { query, rawBody }: ApiRequest): boolean {
	const inBody = /"agentid"\s*:\s*(\d+)/.exec(rawBody.toString('utf8'))?.[1];
	const agentid = Number(query.agentid ?? inBody);
	return [...root.providerSide.authorizations.values()].some(
		(one) => one.company !== company && one.app.agentid === agentid,
	);
}
