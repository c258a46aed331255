import { decrypt, sign, signatureMatches } from './crypto';
import { classify, repeatableElements, type Classification } from './events';
import { parseJson, readFlatJson } from './json';
import { openPayment, type PaymentData } from './payment';
import { readLenientXml } from './lenientXml';
import { parseXml, wrapRepeatable, type XmlObject } from './xml';

/** The largest body that is looked at, in bytes. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** WeCom sends three elements; whoever sends more than this is not WeCom. */
const MAX_ENVELOPE_ELEMENTS = 16;
const MAX_DECLARATION = 220;
/** How many IDs a log line names: a provider may have thousands of companies. */
const SHOWN_IDS = 3;
const NAME = /\w{1,64}/y;

/** Why a callback was not accepted: the HTTP status to answer, and a text for the admin's log. */
export interface Refusal {
	ok: false;
	status: 400 | 401 | 413;
	/** Holds ids at most, never a token, key, signature or any text of the body. */
	reason: string;
	/** It is from WeCom, but for a company or suite that the credential does not name. */
	wrongReceiver?: true;
}

/** What a callback is checked with. */
export interface CallbackSecrets {
	token: string;
	/** From `parseEncodingAesKey`. */
	aesKey: Buffer;
	/** Accepted receiveids (Corp ID, Suite ID, '' for none); an empty list accepts every one. */
	receiveIds: readonly string[];
}

/** The URL's parameters, decoded once. A repeated one may be an array or object: it is refused. */
export interface CallbackQuery {
	msg_signature?: unknown;
	timestamp?: unknown;
	nonce?: unknown;
	echostr?: unknown;
}

export interface OpenedCallback {
	ok: true;
	/** The children of `<xml>`, where elements that may repeat are arrays; or the JSON object as it is. */
	payload: XmlObject;
	classification: Classification;
	/** The decrypted XML or JSON as WeCom wrote it. */
	plaintext: string;
	receiveId: string;
	/** Why the payload is not what its format demands, where it is not. It is from WeCom all the same: what can be read is there. */
	notWellFormed?: string;
	/** The plaintext, where nothing of it can be read: `payload` is empty then. */
	raw?: string;
	/** What a payment notice holds encrypted a second time. */
	payment?: PaymentData;
	/** What the envelope says beside the ciphertext. It is not signed: for display only. */
	envelope: { toUserName?: string; agentId?: string };
}

/**
 * Opens the body of a POST callback (docs 90930, 90968): size, envelope, signature, decryption,
 * receiveid, payload, in this order, so a stranger's request ends at the signature. What WeCom has signed
 * is never refused for its payload.
 * Never throws. 413 too large, 400 malformed envelope, 401 not from WeCom or not for this credential.
 */
export function openCallback(
	input: CallbackSecrets & { rawBody: Buffer; query: CallbackQuery },
): OpenedCallback | Refusal {
	if (input.rawBody.length > MAX_BODY_BYTES) {
		return refuse(413, `the body is larger than ${MAX_BODY_BYTES >> 20} MB`);
	}
	// All that matters in an envelope is ASCII, and Latin-1 can be decoded whatever the bytes are.
	const envelope = readEnvelope(input.rawBody.toString('latin1'));
	if (!envelope.ok) return envelope;
	const opened = decryptSigned(input.query, envelope.encrypted, input);
	if (!opened.ok) return opened;

	const { message, receiveId } = opened;
	const isJson = message.trimStart().startsWith('{');
	const parsed = isJson ? parseJson(message) : parseXml(message);
	const read = parsed.ok ? parsed.value : isJson ? undefined : readLenientXml(message);
	const payload = read ?? {};
	const classification = classify(payload);
	if (!isJson) {
		const complete = classification.known;
		wrapRepeatable(payload, repeatableElements(classification), { complete });
	}
	const { toUserName, agentId } = envelope;
	return {
		ok: true,
		payload,
		classification,
		plaintext: message,
		receiveId,
		...(!parsed.ok && { notWellFormed: parsed.reason }),
		...(!read && { raw: message }),
		...(classification.family === 'payment' && {
			payment: openPayment(payload.resource, input.aesKey),
		}),
		envelope: { ...(toUserName && { toUserName }), ...(agentId && { agentId }) },
	};
}

/**
 * Answers the GET with which WeCom checks a URL (doc 90930): `echo` must be sent back as it is,
 * within one second. Never throws.
 */
export function openVerification(
	query: CallbackQuery,
	token: string,
	aesKey: Buffer,
	receiveIds: readonly string[],
): { ok: true; echo: string } | Refusal {
	const { echostr } = query;
	if (typeof echostr !== 'string' || echostr === '') return refuseParameter('echostr');
	// A '+' that was not escaped in the URL has become a space.
	const encrypted = echostr.replaceAll(' ', '+');
	const opened = decryptSigned(query, encrypted, { token, aesKey, receiveIds });
	return opened.ok ? { ok: true, echo: opened.message } : opened;
}

/**
 * Reads the flat XML or JSON around the ciphertext. Anyone may have sent it, so it reaches no
 * parser: the signature covers the ciphertext alone, and only three fields matter. JSON comes from
 * AI bots (doc 101033) and for external payment (doc 97478).
 */
function readEnvelope(
	text: string,
): { ok: true; encrypted: string; toUserName?: string; agentId?: string } | Refusal {
	const start = skipSpace(text, 0);
	if (start === text.length) return refuse(400, 'the body is empty');
	const isJson = text[start] === '{';
	const fields = isJson ? readFlatJson(text, start) : readElements(text, start);
	if (!fields) {
		const format = isJson ? 'JSON' : 'XML';
		return refuse(400, `the body is not a WeCom envelope: it is not flat, well-formed ${format}`);
	}
	const [ENCRYPT, TO_USER_NAME, AGENT_ID] = isJson
		? ['encrypt', 'tousername', 'agentid']
		: ['Encrypt', 'ToUserName', 'AgentID'];
	const [encrypted, another] = fields.filter(([name]) => name === ENCRYPT);
	if (!encrypted || another || !isBase64(encrypted[1])) {
		return refuse(400, `the body is not a WeCom envelope: there is no single ${ENCRYPT} in it`);
	}
	const shown = new Map(fields);
	return {
		ok: true,
		encrypted: encrypted[1],
		toUserName: shown.get(TO_USER_NAME),
		agentId: shown.get(AGENT_ID),
	};
}

/**
 * The elements of `<xml>`, undefined for anything else. By hand and in one pass: a pattern that repeats over megabytes can
 * exhaust the stack of the engine.
 */
function readElements(text: string, start: number): Array<[string, string]> | undefined {
	let at = start;
	if (text.startsWith('<?xml', at)) {
		const end = text.slice(at, at + MAX_DECLARATION).indexOf('?>');
		if (end < 0) return undefined;
		at = skipSpace(text, at + end + 2);
	}
	at = tagEnd(text, at, '<xml');
	const elements: Array<[string, string]> = [];
	while (at > 0 && elements.length <= MAX_ENVELOPE_ELEMENTS) {
		const end = tagEnd(text, at, '</xml');
		if (end > 0) return end === text.length ? elements : undefined;
		const element = readElement(text, at);
		if (!element) return undefined;
		elements.push([element.name, element.value]);
		at = element.end;
	}
	return undefined;
}

/** One element: its name, then text, CDATA and text, of which WeCom uses either. */
function readElement(text: string, at: number) {
	NAME.lastIndex = at + 1;
	const name = text[at] === '<' ? NAME.exec(text)?.[0] : undefined;
	if (!name) return undefined;
	const open = skipSpace(text, at + 1 + name.length);
	if (text.startsWith('/>', open)) return { name, value: '', end: skipSpace(text, open + 2) };
	if (text[open] !== '>') return undefined;

	let close = text.indexOf('<', open);
	let value = text.slice(open + 1, close);
	if (close > 0 && text.startsWith('<![CDATA[', close)) {
		const cdataEnd = text.indexOf(']]>', close);
		const cdata = text.slice(close + 9, cdataEnd);
		if (cdataEnd < 0 || cdata.includes('<') || cdata.includes(']')) return undefined;
		close = text.indexOf('<', cdataEnd);
		value += cdata + text.slice(cdataEnd + 3, close);
	}
	const end = close < 0 ? 0 : tagEnd(text, close, `</${name}`);
	return end > 0 ? { name, value: value.trim(), end } : undefined;
}

/** Where the text goes on behind a tag that begins like this, 0 when it is another. */
function tagEnd(text: string, at: number, begin: string): number {
	if (!text.startsWith(begin, at)) return 0;
	const end = skipSpace(text, at + begin.length);
	return text[end] === '>' ? skipSpace(text, end + 1) : 0;
}

/** White space, and the bytes of a byte order mark. */
function skipSpace(text: string, from: number): number {
	let at = from;
	while (at < text.length && ' \t\r\n\u00ef\u00bb\u00bf'.includes(text[at])) at++;
	return at;
}

/** Whether a text is base64. Without a repeated pattern, for the reason given at `readElements`. */
function isBase64(text: string): boolean {
	const end = text.endsWith('==') ? -2 : text.endsWith('=') ? -1 : text.length;
	const digits = text.slice(0, end);
	return digits !== '' && !/[^A-Za-z0-9+/]/.test(digits);
}

function decryptSigned(
	query: CallbackQuery,
	encrypted: string,
	{ token, aesKey, receiveIds }: CallbackSecrets,
): { ok: true; message: string; receiveId: string } | Refusal {
	// With an empty token anyone could compute the signature.
	if (token.trim() === '') return refuse(401, 'the credential has no Token');
	const { msg_signature: given, timestamp, nonce } = query;
	if (typeof given !== 'string' || given === '') return refuseParameter('msg_signature');
	if (typeof timestamp !== 'string' || timestamp === '') return refuseParameter('timestamp');
	if (typeof nonce !== 'string' || nonce === '') return refuseParameter('nonce');
	if (!signatureMatches(sign(token, timestamp, nonce, encrypted), given)) {
		return refuse(
			401,
			'signature does not match: check Token, it must be the one on the callback page in WeCom',
		);
	}

	const decrypted = decrypt(aesKey, encrypted);
	if (!decrypted) {
		return refuse(
			401,
			'cannot decrypt: check EncodingAESKey, it must be the one on the callback page in WeCom',
		);
	}
	if (receiveIds.length > 0 && !receiveIds.includes(decrypted.receiveId)) {
		const named = receiveIds.filter((id) => id !== '');
		const others = named.length - SHOWN_IDS;
		const wanted = named.slice(0, SHOWN_IDS).map(shownId).join(' or ');
		const whose = wanted
			? `the credential is for ${wanted}${others > 0 ? ` or one of ${others} more` : ''}`
			: 'the credential has no ID at all';
		const reason = `receiveid is ${shownId(decrypted.receiveId)} but ${whose}: the callback is for another company or suite`;
		return { ...refuse(401, reason), wrongReceiver: true };
	}
	return { ok: true, ...decrypted };
}

function refuse(status: Refusal['status'], reason: string): Refusal {
	return { ok: false, status, reason };
}

function refuseParameter(name: string): Refusal {
	return refuse(400, `the URL parameter ${name} is missing or given more than once`);
}

/** An id fit for a log line: without control characters and not long. */
function shownId(id: string): string {
	return id.replace(/[^\w.@-]/g, '?').slice(0, 64) || '(empty)';
}
