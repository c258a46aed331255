/** The log of received API requests. */
import type { IncomingHttpHeaders } from 'node:http';
import { parseMultipart } from './multipart.cts';
import type { State } from './state.cts';
import { TOKEN_RULES } from './tokens.cts';

export interface RecordedRequest {
	at: number;
	method: string;
	path: string;
	/** `access_token` and `corpsecret` are replaced by the name of the app they belong to, other tokens by their name. */
	query: Record<string, string>;
	headers: IncomingHttpHeaders;
	/** JSON as an object, multipart as a list of its parts without their content, anything else as text. */
	body: unknown;
	/** Null when there was no JSON answer (a file, a gateway error, a cut connection). */
	errcode: number | null;
	/** The company that authorized a suite, when the request is about one. */
	corpid?: string;
	/** When the first word of the chat model's answer went out, where it is a stream. */
	spokeAt?: number;
}

const CAPACITY = 20_000;

/** Appends to a log. Of a full one the oldest twentieth is dropped at once, since dropping single entries takes long. */
export function record<Entry>(log: Entry[], entry: Entry) {
	if (log.length >= CAPACITY) log.splice(0, CAPACITY / 20);
	log.push(entry);
}

export function hideSecrets(state: State, query: Record<string, string>): Record<string, string> {
	const hidden = { ...query };
	if (query.access_token !== undefined) {
		const agentid = state.tokens.get(query.access_token)?.agentid;
		hidden.access_token = state.apps.find((app) => app.agentid === agentid)?.name ?? '(unknown)';
	}
	if (query.corpsecret !== undefined) {
		hidden.corpsecret =
			state.apps.find((app) => app.secret === query.corpsecret)?.name ?? '(unknown)';
	}
	for (const { query: name } of Object.values(TOKEN_RULES)) {
		if (query[name] !== undefined)
			hidden[name] = state.issued.get(query[name])?.name ?? '(unknown)';
	}
	return hidden;
}

export function readableBody(rawBody: Buffer, contentType = ''): unknown {
	if (rawBody.length === 0) return undefined;
	if (contentType.startsWith('multipart/')) {
		return parseMultipart(rawBody, contentType).map((part) => ({
			...part,
			content: undefined,
			size: part.content.length,
		}));
	}
	const text = rawBody.toString('utf8');
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
