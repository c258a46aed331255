import { marksOf, type Frame, type Marks, type Span } from './marks';
import { byteLength } from './text';

/**
 * Long texts in parts of what WeCom takes. A cut never lies inside a tag, a link, a mention or a character; it comes after a line
 * break where there is one in the second half of a part, else after the end of a sentence, of a phrase or of a word.
 */

/** Enough units for any character people write, such as a family emoji. */
const MAX_CLUSTER = 64;

/** Parts of at most `maxBytes` bytes that together give the text again. */
export const splitText = (text: string, maxBytes: number): string[] =>
	fits(text, maxBytes) ? [text] : cut(text, maxBytes, marksOf(text, maxBytes, false));

/** Parts of Markdown, each valid by itself: code blocks, colors and bold text that go on in the next part are closed and opened again. */
export const splitMarkdown = (text: string, maxBytes: number): string[] =>
	fits(text, maxBytes) ? [text] : cut(text, maxBytes, marksOf(text, maxBytes, true));

const fits = (text: string, maxBytes: number) =>
	text.length <= maxBytes && byteLength(text) <= maxBytes;

function cut(text: string, maxBytes: number, marks: Marks): string[] {
	const parts: string[] = [];
	let start = 0;
	let begin = '';
	for (let bytesLeft = byteLength(text); byteLength(begin) + bytesLeft > maxBytes; ) {
		const { end, close, open } = nextCut(text, start, maxBytes - byteLength(begin), marks);
		const part = text.slice(start, end);
		parts.push(begin + part + close);
		bytesLeft -= byteLength(part);
		start = end;
		begin = open;
	}
	if (start === text.length && parts.length > 0) return parts;
	const last = begin + text.slice(start);
	const unclosed = marks.frames.find(({ isFence, to }) => isFence && to > text.length);
	const close = unclosed ? closing(unclosed, text) : '';
	return [...parts, byteLength(last + close) <= maxBytes ? last + close : last];
}

/** Where a part that begins at `start` ends, and what has to be written around that cut. */
function nextCut(text: string, start: number, maxBytes: number, marks: Marks) {
	for (let reserve = 0; ; ) {
		// No more than `maxBytes` UTF-16 units fit; a little beyond shows where the last character ends.
		const head = longestHead(text.slice(start, start + maxBytes + MAX_CLUSTER), maxBytes - reserve);
		const end = niceEnd(text, start, start + head.length, marks.whole);
		if (end <= start)
			return { end: start + [...text.slice(start, start + 2)][0].length, close: '', open: '' };
		const open = framesAt(marks.frames, end);
		const close = [...open].reverse().map((frame) => closing(frame, text.slice(start, end)));
		const bytes = byteLength(text.slice(start, end)) + byteLength(close.join(''));
		const again = open.map((frame) => frame.open).join('');
		// Where the marks alone fill a part, the text counts more.
		const isHopeless = byteLength(close.join('') + again) * 2 > maxBytes;
		if (isHopeless && reserve > 0) return { end, close: '', open: '' };
		if (bytes <= maxBytes && !isHopeless) return { end, close: close.join(''), open: again };
		if (isHopeless && bytes - byteLength(close.join('')) <= maxBytes)
			return { end, close: '', open: '' };
		reserve = Math.max(reserve + 1, byteLength(close.join('')));
	}
}

const closing = ({ isFence, close }: Frame, before: string) =>
	isFence && !before.endsWith('\n') ? `\n${close}` : close;

/** The frames around a cut, the outer ones first. */
function framesAt(frames: Frame[], at: number): Frame[] {
	return frames.filter(({ from, to }) => from < at && at < to);
}

/** What a part ends with, best first: lines, sentences, phrases, words. */
const ENDS = [/\n/, /[。！？；!?;.]/, /[，、：,:]/, /\s/];
/** Marks that also stand inside numbers and names, and end a sentence only before a space. */
const NEEDS_SPACE = /[!?;.,:]/;

function niceEnd(text: string, start: number, head: number, whole: Span[]): number {
	const inside = spanAt(whole, head);
	// What is too long for a part by itself has to be cut.
	const limit = inside && inside.from > start ? inside.from : head;
	if (inside && inside.from <= start) return head;
	const half = start + (limit - start) / 2;
	for (const mark of ENDS) {
		for (let at = limit; at >= half && at > start; at--) {
			if (!mark.test(text[at - 1])) continue;
			if (NEEDS_SPACE.test(text[at - 1]) && !/\s/.test(text[at] ?? ' ')) continue;
			if (!spanAt(whole, at)) return at;
		}
	}
	const before = spanBefore(whole, limit);
	return before && before.to >= half ? before.to : limit;
}

/** The last stretch that ends before a place or at it. */
function spanBefore(spans: Span[], at: number): Span | undefined {
	let [low, high] = [0, spans.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (spans[middle].to <= at) low = middle + 1;
		else high = middle;
	}
	return spans[low - 1];
}

/** The stretch that a cut would tear apart. */
function spanAt(spans: Span[], at: number): Span | undefined {
	let [low, high] = [0, spans.length - 1];
	while (low <= high) {
		const middle = (low + high) >> 1;
		const span = spans[middle];
		if (span.from < at && at < span.to) return span;
		if (span.from >= at) high = middle - 1;
		else low = middle + 1;
	}
	return undefined;
}

function longestHead(text: string, maxBytes: number): string {
	const head = codePointHead(text, maxBytes);
	if (head.length === text.length) return text;
	graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
	const cluster = graphemes.segment(text).containing(head.length);
	// A single cluster beyond the limit has to be cut between its code points.
	return cluster && cluster.index > 0 ? text.slice(0, cluster.index) : head;
}

function codePointHead(text: string, maxBytes: number): string {
	let [end, bytes] = [0, 0];
	for (const character of text) {
		bytes += byteLength(character);
		if (bytes > maxBytes) break;
		end += character.length;
	}
	return text.slice(0, end);
}

/** Made when the first long text comes, since it takes milliseconds and megabytes. */
let graphemes: Intl.Segmenter | undefined;
