import { lookUpError, type ErrorFacts } from './errorTable';
import { readErrmsg, type WecomReply } from './reply';
import { shownAddress } from './settings';

/** What went wrong, ready to be shown: `message` says what happened, `description` what to do next. */
export interface Failure {
	message: string;
	description: string;
	errcode?: number;
	httpStatus?: number;
	/** The connection broke in a way that passes: what WeCom did with the request is unknown. */
	brokenOff?: boolean;
	/** Whether the request itself was never sent. */
	unsent?: boolean;
	class?: ErrorFacts['class'];
}

/** A failure on the way to a token. n8n shows its message and description; it never holds the request. */
export class TokenFailure extends Error {
	readonly description: string;

	constructor(readonly failure: Failure) {
		super(failure.message);
		this.name = 'TokenFailure';
		this.description = failure.description;
	}
}

const DEVTOOL = 'https://open.work.weixin.qq.com/devtool/query?e=';

/** A reply with an errcode, in words: the official table, the IP WeCom saw, its own text and support id. */
export async function describeErrcode(reply: WecomReply): Promise<Failure> {
	const errcode = Number(reply.errcode);
	const facts = await lookUpError(errcode);
	const { text, hintId, fromIp } = readErrmsg(reply.errmsg);
	const said = text ? `WeCom said: "${text}".` : '';
	const more = `More: ${DEVTOOL}${errcode}`;
	const support = hintId ? `Hint ID for WeCom's support: ${hintId}.` : '';

	if (facts?.class === 'ip' && fromIp) {
		return {
			errcode,
			class: 'ip',
			message: `WeCom does not trust the IP ${fromIp} (${errcode})`,
			description: sentences(
				`Add ${fromIp} in the WeCom admin console under App Management > your app > Company's Trusted IP, then wait about a minute. For customized and third-party apps it belongs in the provider console under Provider Info > Basic Info > IP Whitelist.`,
				said,
				support,
				more,
			),
		};
	}
	return {
		errcode,
		class: facts?.class,
		message: facts ? `${facts.what} (${errcode})` : `WeCom refused the request (${errcode})`,
		description: sentences(
			facts?.todo ?? '',
			errcode === 45009 ? LIMIT_LIFTS : '',
			said,
			support,
			more,
		),
	};
}

const LIMIT_LIFTS =
	'A limit per minute lifts after 60 seconds, one per hour after 60 minutes, one per day at midnight in China, one per month after 30 days.';

/** Codes of a connection that was never made or broke, with the sentence a person needs. */
const NETWORK: Record<string, string> = {
	ECONNREFUSED: 'nothing listens at that address',
	ENOTFOUND: 'the host name is unknown',
	EAI_AGAIN: 'the host name could not be looked up',
	ECONNRESET: 'the connection was cut',
	EPIPE: 'the connection was cut',
	ETIMEDOUT: 'no answer in time',
	ECONNABORTED: 'no answer in time',
	EHOSTUNREACH: 'no route to that address',
	ENETUNREACH: 'no route to that address',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is not trusted',
	CERT_HAS_EXPIRED: 'its TLS certificate has expired',
	ERR_INVALID_URL: 'that is not a URL',
};

const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN']);

/** A request that got no reply. Only codes are taken from the error: its request may carry secrets. */
export function describeUnreachable(base: string, error: unknown): Failure {
	const code = networkCode(error);
	const reason = networkReason(error);
	return {
		brokenOff: code !== undefined && BROKEN_OFF.has(code),
		message: `WeCom cannot be reached at ${shownAddress(base)}${reason ? ` (${reason})` : ''}`,
		description:
			'Check the Base URL in the credential and that the n8n server may open HTTPS connections to it (firewall, proxy, DNS).',
	};
}

/** Why there is no reply, in words: n8n would replace a message with the code in it. '' when it is not known. */
export function networkReason(error: unknown): string {
	const code = networkCode(error);
	return code === undefined ? '' : (NETWORK[code] ?? code.toLowerCase());
}

/** A reply that is not WeCom's JSON, such as a proxy's error page. */
export function describeForeignReply(base: string, httpStatus: number): Failure {
	return {
		httpStatus,
		message: `${shownAddress(base)} answered HTTP ${httpStatus} without WeCom's JSON`,
		description:
			'Check the Base URL in the credential: it must lead to WeCom itself or to a proxy that passes its replies through unchanged.',
	};
}

/** The code of a network failure wherever the HTTP layer has put it, undefined when it is something else. */
export function networkCode(error: unknown): string | undefined {
	for (
		let level = error, depth = 0;
		typeof level === 'object' && level !== null && depth < 4;
		depth++
	) {
		const { code, httpCode, cause } = level as Record<string, unknown>;
		if (typeof code === 'string') return code;
		// Older n8n keeps neither code nor cause of a broken connection, but this.
		if (typeof httpCode === 'string' && /^E[A-Z_]+$/.test(httpCode)) return httpCode;
		level = cause;
	}
	return undefined;
}

function sentences(...parts: string[]): string {
	return parts.filter(Boolean).join(' ');
}

const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;

/**
 * A call refused for its rate was not carried out and may be repeated. "System busy", a broken connection or a
 * gateway's page says nothing about what was done, so then only repeatable calls are tried again (doc 90313).
 */
export function isWorthRetrying(failure: Failure, repeatable: boolean): boolean {
	const { httpStatus = 0 } = failure;
	// A gateway that answers 429 has not passed the request on to WeCom.
	const isRefusedForRate = failure.class === 'rate' || httpStatus === TOO_MANY_REQUESTS;
	const passing =
		failure.class === 'transient' ||
		failure.brokenOff === true ||
		httpStatus === REQUEST_TIMEOUT ||
		httpStatus >= 500;
	if (failure.unsent) return passing || httpStatus === TOO_MANY_REQUESTS;
	return isRefusedForRate || (passing && repeatable);
}
