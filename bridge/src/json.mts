/** JSON as the library gives it. */

/** `seq` is a uint64: as text, so that no digit is lost. Every other value in the envelope is base64 or an ID. */
export function parseEnvelope(text: string): {
	errcode?: number;
	errmsg?: string;
	chatdata?: Sealed[];
} {
	return JSON.parse(text.replace(/"seq"\s*:\s*(\d+)/g, '"seq":"$1"'));
}

/** An element of `chatdata`: a message that is still encrypted. */
export interface Sealed {
	seq: string;
	msgid: string;
	publickey_ver: number;
	encrypt_random_key: string;
	encrypt_chat_msg: string;
}

/**
 * The plaintext as valid JSON, else undefined. It goes on as WeCom wrote it; only raw control characters inside texts, which
 * occur and are not JSON, are escaped.
 */
export function validJson(plain: string): string | undefined {
	if (isJson(plain)) return plain;
	const mended = plain.replace(/"(?:[^"\\]|\\[\s\S])*"/g, (text) =>
		text.replace(/[\u0000-\u001f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
	);
	return isJson(mended) ? mended : undefined;
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
