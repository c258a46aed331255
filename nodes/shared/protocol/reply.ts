import type { IDataObject } from 'n8n-workflow';
import { quoteLongNumbers } from '../util/numbers';
import { withoutControls } from '../util/values';

/** A JSON reply of WeCom. A failure is `errcode` present and not 0 (doc 90313). */
export interface WecomReply extends IDataObject {
	errcode?: number;
	errmsg?: string;
}

/** The parts of `errmsg` that matter to a person: `"<text>, hint: [<id>], from ip: <ip>, more info at <url>"` (doc 90313). */
export interface ErrmsgParts {
	text: string;
	hintId?: string;
	fromIp?: string;
	wrongJson: boolean;
}

const LONG_NUMBER = /[:[,]\s*-?\d{16}/;

/** Parses JSON text; integers that JavaScript would round (beyond 2^53) become strings, since ids must survive. */
export function parseReplyJson(text: string): unknown {
	const exact = LONG_NUMBER.test(text) ? quoteLongNumbers(text) : text;
	try {
		return exact === undefined ? undefined : JSON.parse(exact);
	} catch {
		return undefined;
	}
}

/** The reply as an object, its error code as a number; undefined when the text is no JSON object. */
export function parseReply(body: unknown): WecomReply | undefined {
	let value = typeof body === 'string' ? parseReplyJson(body) : body;
	if (value === undefined && typeof body === 'string' && /^[\s\p{Cc}]*\{/u.test(body))
		value = parseReplyJson(withoutControls(body).trim());
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
	const reply = value as WecomReply;
	const { errcode } = reply as { errcode?: unknown };
	// Some endpoints, and proxies that write the JSON anew, give it as text.
	return typeof errcode === 'string' && /^-?\d{1,9}$/.test(errcode.trim())
		? { ...reply, errcode: Number(errcode) }
		: reply;
}

/** The longest errmsg that is read: a proxy in front of WeCom may answer anything. */
const MOST_ERRMSG = 2_000;

export function readErrmsg(errmsg: unknown): ErrmsgParts {
	const full = typeof errmsg === 'string' ? errmsg.slice(0, MOST_ERRMSG) : '';
	return {
		text: full
			.replace(/,?\s*hint: \[[^\]]*\]/, '')
			.replace(/,?\s*from ip: [0-9a-fA-F.:]+/, '')
			.replace(/,?\s*more info at \S+/, '')
			.trim(),
		hintId: /hint: \[([^\]]+)\]/.exec(full)?.[1],
		fromIp: /from ip: ([0-9a-fA-F.:]+)/.exec(full)?.[1],
		wrongJson: /wrong json format/i.test(full),
	};
}

const MOST_FAILURE_BYTES = 4096;

/**
 * The failure that WeCom sent in place of a file (doc 90254). Proxies and WeCom itself give it any type; a file has a name of its
 * own, or is no object with an error code.
 */
export function failureInFile(headers: IDataObject, data: Buffer): WecomReply | undefined {
	if (data.length > MOST_FAILURE_BYTES) return undefined;
	const isText = /json|text\/plain/.test(String(headers['content-type'] ?? ''));
	if (!isText && /filename/i.test(String(headers['content-disposition'] ?? ''))) return undefined;
	const text = data.toString('utf8').trim();
	const reply = text.startsWith('{') ? parseReply(text) : undefined;
	if (!reply?.errcode) return undefined;
	return isText || (typeof reply.errcode === 'number' && 'errmsg' in reply) ? reply : undefined;
}
