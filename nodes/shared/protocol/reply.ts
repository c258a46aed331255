import type { IDataObject } from 'n8n-workflow';

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

const LONG_NUMBER = /[:[,]\s*-?\d{16,}/;
const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\b\d{16,}\b(?![.eE\d])/g;

/** Parses JSON text; integers that JavaScript would round (beyond 2^53) become strings, since ids must survive. */
export function parseJson(text: string): unknown {
	const exact = LONG_NUMBER.test(text)
		? text.replace(STRING_OR_LONG_NUMBER, (token) =>
				token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`,
			)
		: text;
	try {
		return JSON.parse(exact);
	} catch {
		return undefined;
	}
}

/** The reply as an object, undefined when the text is no JSON object. */
export function parseReply(body: unknown): WecomReply | undefined {
	const value = typeof body === 'string' ? parseJson(body) : body;
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as WecomReply)
		: undefined;
}

export function readErrmsg(errmsg: unknown): ErrmsgParts {
	const full = typeof errmsg === 'string' ? errmsg : '';
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

/** Downloads carry any type; only a small JSON body can be a failure (doc 90254). */
export function mayHoldErrcode(headers: IDataObject, data: Buffer): boolean {
	const type = String(headers['content-type'] ?? '');
	return /json|text\/plain/.test(type) && data.length < 4096 && data[0] === 0x7b;
}
