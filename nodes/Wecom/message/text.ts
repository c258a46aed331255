/** UTF-8 sizes and cuts: WeCom counts bytes and silently drops what is too long (doc 90236). */

export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

/**
 * Parts of at most `maxBytes` bytes that together give the text again. Cuts after a line break where there is one
 * in the second half of a part, else after a space, else between characters; never inside one.
 */
export function splitText(text: string, maxBytes: number): string[] {
	const parts: string[] = [];
	let rest = text;
	while (byteLength(rest) > maxBytes) {
		const head = longestHead(rest, maxBytes);
		const end = niceEnd(head);
		parts.push(rest.slice(0, end));
		rest = rest.slice(end);
	}
	return rest === '' && parts.length > 0 ? parts : [...parts, rest];
}

function longestHead(text: string, maxBytes: number): string {
	let bytes = 0;
	let end = 0;
	for (const { segment } of graphemes.segment(text)) {
		bytes += byteLength(segment);
		if (bytes > maxBytes) break;
		end += segment.length;
	}
	// A single cluster beyond the limit has to be cut between its code points.
	return end > 0 ? text.slice(0, end) : codePointHead(text, maxBytes);
}

function codePointHead(text: string, maxBytes: number): string {
	let head = '';
	for (const character of text) {
		if (byteLength(head + character) > maxBytes) break;
		head += character;
	}
	return head;
}

function niceEnd(head: string): number {
	for (const mark of ['\n', ' ']) {
		const at = head.lastIndexOf(mark);
		if (at >= head.length / 2) return at + 1;
	}
	return head.length;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
