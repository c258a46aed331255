/** UTF-8 sizes and cuts: WeCom counts bytes and silently drops what is too long (doc 90236). */

/** Enough units for any character people write, such as a family emoji. */
const MAX_CLUSTER = 64;

/** What is chosen in a list, or comes from an expression: an array or text with separators, nothing for a missing value. */
export const listOf = (value: unknown, separator: RegExp = /,/): string[] =>
	String(value ?? '')
		.split(separator)
		.map((one) => one.trim())
		.filter(Boolean);

export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

/**
 * Parts of at most `maxBytes` bytes that together give the text again. Cuts after a line break where there is one
 * in the second half of a part, else after a space, else between characters; never inside one, and in no HTML link that fits.
 */
export function splitText(text: string, maxBytes: number): string[] {
	const parts: string[] = [];
	let start = 0;
	for (let bytesLeft = byteLength(text); bytesLeft > maxBytes; ) {
		// No more than `maxBytes` UTF-16 units fit; a little beyond shows where the last character ends.
		const head = longestHead(text.slice(start, start + maxBytes + MAX_CLUSTER), maxBytes);
		const part = head.slice(0, outsideLink(text, start, head));
		parts.push(part);
		start += part.length;
		bytesLeft -= byteLength(part);
	}
	return start === text.length && start > 0 ? parts : [...parts, text.slice(start)];
}

function longestHead(text: string, maxBytes: number): string {
	let bytes = 0;
	let end = 0;
	graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
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

/** Where a part ends: no `<a …>` loses its `</a>`, as long as the link fits into a part. */
function outsideLink(text: string, start: number, head: string): number {
	const end = niceEnd(head);
	// The tag may begin with the last characters of the part.
	const links = [...text.slice(start, start + end + 2).matchAll(/<a\s/gi)];
	const at = links.at(-1)?.index ?? end;
	if (at >= end || /<\/a>/i.test(head.slice(at, end))) return end;
	if (at > 0) return at;
	const close = head.search(/<\/a>/i);
	return close > 0 ? close + '</a>'.length : end;
}

/** Made with the first long text: it takes milliseconds and megabytes. */
let graphemes: Intl.Segmenter | undefined;

/** Alphabetical order for texts of a form. By code unit, since n8n's start would otherwise wait for the tables of ICU. */
export function compareText(a: string, b: string): number {
	const [left, right] = [a.toLowerCase(), b.toLowerCase()];
	return left < right ? -1 : left > right ? 1 : 0;
}

/** A whole number with commas between its thousands. */
export const withCommas = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
