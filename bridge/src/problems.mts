/** What can go wrong, each with what happened and what a person has to do. */

/** How the bridge is, as `/v1/health` says it. */
export type State =
	| 'ok'
	| 'not_configured'
	| 'sdk_missing'
	| 'sdk_unloadable'
	| 'missing_key'
	| 'refused'
	| 'failing';

export interface ProblemDetails {
	/** A word that programs can go by, always the same for the same problem. */
	code: string;
	/** What happened. */
	message: string;
	/** What to do about it. */
	todo: string;
	/** The HTTP status of an answer that reports it. */
	status?: number;
	/** What it means for the bridge as a whole; without it the fault is the request's. */
	state?: State;
	/** Whether the same call may be made again at once. */
	again?: boolean;
	/** Seconds after which it makes sense to ask again. */
	retryAfter?: number;
}

export class Problem extends Error {
	readonly details: ProblemDetails;

	constructor(details: ProblemDetails) {
		super(details.message);
		this.details = details;
	}
}

export const badRequest = (message: string, todo: string, status = 400): Problem =>
	new Problem({ code: 'bad_request', message, todo, status });

export const notConfigured = (message: string, todo: string): Problem =>
	new Problem({ code: 'not_configured', message, todo, status: 503, state: 'not_configured' });

type Row = Omit<ProblemDetails, 'status'>;

const refused = (code: string, message: string, todo: string): Row => ({
	code,
	message,
	todo,
	state: 'refused',
});
const failing = (code: string, message: string, todo: string): Row => ({
	code,
	message,
	todo,
	state: 'failing',
	again: true,
});

const UNTRUSTED_IP = refused(
	'untrusted_ip',
	'WeCom does not trust the IP address of this bridge',
	'Add the address under Chat Archive (会话内容存档) > Trusted IP (可信 IP) in the console of WeCom. The list of the app does not count here.',
);
const WRONG_SECRET = refused(
	'wrong_secret',
	'WeCom does not accept the corp ID or the secret of the chat archive',
	'Take the secret from Chat Archive (会话内容存档) in the console: the secret of an app is refused. WeCom answers like this also when the IP address of the bridge is not among the trusted ones of that page.',
);
const RATE_LIMITED: Row = {
	code: 'rate_limited',
	message: 'WeCom answers that the bridge asks too often',
	todo: 'Wait: the bridge pauses by itself. Run one bridge per company and raise POLL_SECONDS.',
	state: 'failing',
};

/** Return codes of the library (doc 91552) and `errcode` in its answers. One place, since both count in the same numbers. */
const ROWS: Record<number, Row> = {
	10000: refused(
		'bad_parameter',
		'The library does not accept a parameter',
		'Check CORP_ID and the file of ARCHIVE_SECRET_FILE: both must be those of the company and its chat archive, without spaces.',
	),
	10001: failing(
		'network',
		'The library does not reach WeCom',
		'Check that this machine reaches https://qyapi.weixin.qq.com, and address, user and password in PROXY if there is one. The bridge tries again by itself.',
	),
	10002: failing(
		'answer_not_understood',
		'The library does not understand what WeCom, or something between them, answers',
		'The bridge tries again by itself. If it stays so, check the proxy and whether the library is the newest version.',
	),
	10003: failing(
		'system',
		'The library reports a system failure',
		'The bridge tries again by itself.',
	),
	10005: {
		code: 'wrong_file_id',
		message: 'WeCom does not know this sdkfileid',
		todo: 'Send the sdkfileid of the message as it is, all of it.',
	},
	10006: {
		code: 'decrypt_failed',
		message: 'The library cannot decrypt this content',
		todo: 'Nothing can be done about a single content. If it is so for all, check the private key of their version.',
	},
	10008: {
		code: 'decrypt_failed',
		message: 'The library does not understand the key of this content',
		todo: 'Nothing can be done about a single content. If it is so for all, check the private key of their version.',
	},
	10009: UNTRUSTED_IP,
	10010: {
		code: 'expired',
		message: 'The file is older than five days, after which WeCom deletes it',
		todo: 'Fetch files within five days.',
	},
	10011: refused(
		'tls_certificate',
		'The library finds no certificates to check the connection with',
		'Install the package ca-certificates on the machine or in the image of the bridge.',
	),
	301042: UNTRUSTED_IP,
	301048: {
		code: 'expired',
		message: 'The file is older than five days, after which WeCom deletes it',
		todo: 'Fetch files within five days.',
	},
	301052: refused(
		'archive_expired',
		'The chat archive of the company has expired',
		'Renew it under Chat Archive (会话内容存档) in the console of WeCom.',
	),
	301053: refused(
		'archive_not_enabled',
		'The chat archive of the company is not enabled',
		'Enable it under Chat Archive (会话内容存档) in the console of WeCom and choose the members.',
	),
	301111: refused(
		'sdk_too_old',
		'WeCom does not accept this old version of the library any more',
		'Download the newest library from https://developer.work.weixin.qq.com/document/path/91774 and put it to the place of SDK_PATH.',
	),
	301116: refused(
		'third_party',
		'WeCom gives the chat archive only to the company itself, not to a third party',
		'Use the corp ID and the secret that the company sees under Chat Archive (会话内容存档).',
	),
	40001: WRONG_SECRET,
	40013: refused(
		'wrong_corp_id',
		'WeCom does not know this corp ID',
		'Copy the corp ID from My Company > Company Information in the console of WeCom to CORP_ID.',
	),
	40091: WRONG_SECRET,
	41001: WRONG_SECRET,
	45009: RATE_LIMITED,
	45033: RATE_LIMITED,
};

/** WeCom's code for an answer that would be too large: the same is asked for in smaller pieces. */
export const TOO_LARGE = 301058;
export const isRateLimit = (errcode: number): boolean => ROWS[errcode] === RATE_LIMITED;
export const isUntrustedIp = (problem: Problem): boolean =>
	problem.details.code === UNTRUSTED_IP.code;

/**
 * The problem behind a code of the library or of WeCom. `call` is the function of the library, `text` WeCom's own words.
 */
export function problemOf(call: string, code: number, text = ''): Problem {
	const row: Row = ROWS[code] ?? {
		code: 'unknown_code',
		message: 'The library reports a code that this bridge does not know',
		todo: 'Look the code up at https://developer.work.weixin.qq.com/document/path/90313.',
		state: 'failing',
	};
	const from = ipIn(text);
	const todo = row === UNTRUSTED_IP && from ? `${row.todo} The address is ${from}.` : row.todo;
	const words = text && text !== 'ok' ? `, WeCom: ${text.slice(0, 300)}` : '';
	return new Problem({
		...row,
		message: `${row.message} (${call} ${code}${words}).`,
		todo,
		status: row.state ? 502 : 422,
	});
}

/** The address that WeCom names in its refusal, e.g. `not allow to access from your ip, ... from ip: 203.0.113.7`. */
export const ipIn = (text: string): string | undefined =>
	/from ip:\s*([0-9a-f.:]*[0-9a-f])/i.exec(text)?.[1];
