/** Every endpoint that has no row of its own, made from the facts of the catalog. */
import { usualAnswer, fileAnswer, xmlAnswer } from '../catalog/answers.cts';
import { catalogFacts, type Facts } from '../catalog/facts.cts';
import { emptyLastPage, followsSample, pageOf } from '../catalog/paging.cts';
import { bestFit, checkParameters } from '../catalog/parameters.cts';
import type { ApiRequest } from '../dispatch.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import { handOut } from '../tokens.cts';

/** The rows made so far, by the id of their facts. */
const made = new Map<string, Endpoint>();

/** The row for a request, made from the facts; undefined for a path that is not documented. */
export function catalogEndpoint(request: ApiRequest): Endpoint | undefined {
	const sharing = catalogFacts().get(request.path);
	if (!sharing) return undefined;
	const facts = sharing.length === 1 ? sharing[0] : bestFit(sharing, request);
	const endpoint = made.get(facts.id) ?? endpointFor(facts);
	made.set(facts.id, endpoint);
	return endpoint;
}

function endpointFor(facts: Facts): Endpoint {
	const { method, path, doc, token } = facts;
	return {
		method,
		path,
		doc,
		token,
		read: (request) => checkParameters(facts, request),
		// Where the documented sample has no errcode, a success has none either.
		bare: facts.sample_response !== null && facts.sample_response.errcode === undefined,
		handler: (call) => answer(facts, call),
	};
}

function answer(facts: Facts, { state, params, rawBody }: Call) {
	if (facts.download) return fileAnswer();
	if (facts.content_type === 'text/xml') return xmlAnswer(facts, rawBody);
	const usual = usualAnswer(facts);
	const list = state.lists.get(facts.path);
	if (list) return pageOf(facts, list, params, usual);
	if (followsSample(facts, params, usual)) return emptyLastPage(facts, params, usual);
	return { ...usual, ...handOut(state, facts.path) };
}
