import { byteLength } from './text';

/**
 * Long texts in parts of what WeCom takes. A cut never lies inside a tag, a link, a mention or a character; it comes after a line
 * break where there is one in the second half of a part, else after the end of a sentence, of a phrase or of a word.
 */

/** Enough units for any character people write, such as a family emoji. */
const MAX_CLUSTER = 64;

/** A stretch of text, `to` exclusive. */
interface Span {
	from: number;
	to: number;
}

/** A stretch that may be cut when its end is written before the cut and its beginning again behind it. */
interface Frame extends Span {
	open: string;
	close: string;
	/** Its marks stand on lines of their own. */
	isFence?: true;
}

interface Marks {
	/** What is never cut unless it is too long by itself, in order. */
	whole: Span[];
	frames: Frame[];
}

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

/** Finds the next place of a text from ever later places on, in one pass over all of it. */
class Finder {
	private at = -1;
	private begun = 0;

	constructor(
		private readonly text: string,
		private readonly wanted: string,
	) {}

	/** Infinity where there is none. */
	from(place: number): number {
		if (this.at < place || place < this.begun) {
			this.begun = place;
			const found = this.text.indexOf(this.wanted, place);
			this.at = found < 0 ? Infinity : found;
		}
		return this.at;
	}
}

const LONGEST_TAG = 4096;
/** How many brackets of a kind may stand within each other; a text with more is no link, and would take long to read. */
const MOST_BRACKETS = 8;
const FENCE = /^ {0,3}(`{3,}|~{3,})([^\n]{0,100})/;

/** Reads what must stay whole, once from left to right. */
function marksOf(text: string, maxBytes: number, isMarkdown: boolean): Marks {
	const marks: Marks = { whole: [], frames: [] };
	const lower = text.toLowerCase();
	const finders = new Map<string, Finder>();
	// In rare languages lower case has another length; then tags count only as they are written.
	const source = lower.length === text.length ? lower : text;
	const find = (wanted: string, from: number) => {
		const finder = finders.get(wanted) ?? new Finder(source, wanted);
		finders.set(wanted, finder);
		return finder.from(from);
	};
	/** Where bold text ends that may be cut. */
	const closers = new Set<number>();
	const keep = (from: number, to: number) => {
		marks.whole.push({ from, to });
		return to;
	};
	const isShort = (from: number, to: number) =>
		to - from <= maxBytes && byteLength(text.slice(from, to)) <= maxBytes;
	/** Kept whole where it fits into a part, else cut with its ends written again. */
	const frame = (from: number, inner: number, end: number, to: number): number => {
		if (isShort(from, to)) return keep(from, to);
		marks.frames.push({ from, to, open: text.slice(from, inner), close: text.slice(end, to) });
		// The first mark stays with the text behind it.
		marks.whole.push({ from, to: inner + 1 });
		closers.add(end);
		return inner + 1;
	};
	const lineEnd = (at: number) => Math.min(find('\n', at), text.length);

	let at = 0;
	while (at < text.length) {
		const isLineStart = at === 0 || text[at - 1] === '\n';
		const fence = isMarkdown && isLineStart && FENCE.exec(text.slice(at, at + 110));
		if (fence) {
			at = readFence(text, at, fence, marks, lineEnd, isShort);
			continue;
		}
		at = Math.max(at + 1, inline(at));
	}
	return marks;

	/** The end of what stands whole at a place, or the place itself. */
	function inline(from: number): number {
		switch (text[from]) {
			case '<':
				return tag(from);
			case 'h':
			case 'H':
				return /^https?:\/\//i.test(text.slice(from, from + 8)) ? keep(from, urlEnd(from)) : from;
			case '[':
				return isMarkdown ? link(from, from) : from;
			case '!':
				return isMarkdown && text[from + 1] === '[' ? link(from, from + 1) : from;
			case '`':
				return isMarkdown ? between(from, backticksAt(from)) : from;
			case '*':
				if (!isMarkdown) return from;
				if (text[from + 1] !== '*') return emphasis(from, '*');
				return closers.has(from) ? keep(from, from + 2) : between(from, '**');
			case '_':
			case '~':
				return isMarkdown && text[from + 1] === text[from]
					? emphasis(from, text[from].repeat(2))
					: from;
			default:
				return from;
		}
	}

	function tag(from: number): number {
		const close = find('>', from) + 1;
		if (close - from > LONGEST_TAG || !/^<[a-z/@!]/i.test(text.slice(from, from + 2))) return from;
		if (find('<', from + 1) < close - 1 || find('\n', from) < close) return from;
		const [, name = ''] = /^<([a-z]+)/i.exec(text.slice(from, from + 12)) ?? [];
		const end = `</${name.toLowerCase()}>`;
		const last = /^(a|font)$/i.test(name) ? find(end, close) : Infinity;
		if (last === Infinity) return keep(from, close);
		const to = last + end.length;
		if (name.toLowerCase() === 'font' && isMarkdown) return frame(from, close, last, to);
		return isShort(from, to) ? keep(from, to) : keep(from, close);
	}

	/** `[text](address)`, also of an image; both may have pairs of their own brackets in them. */
	function link(from: number, bracket: number): number {
		const last = Math.min(lineEnd(from), from + LONGEST_TAG);
		const textEnd = find('](', bracket) < last ? pairEnd(bracket, '[', ']', last) : -1;
		if (textEnd < 0 || text[textEnd] !== '(' || find(')', textEnd) >= last) return from;
		const end = pairEnd(textEnd, '(', ')', last);
		return keep(from, end < 0 ? find(')', textEnd) + 1 : end);
	}

	/** Where the bracket that opens at a place is closed, exclusive; -1 when it is not, or stands too deep. */
	function pairEnd(from: number, open: string, close: string, last: number): number {
		let depth = 0;
		for (let at = from; at < last; at++) {
			if (text[at] === open && ++depth > MOST_BRACKETS) return -1;
			if (text[at] === close && --depth === 0) return at + 1;
		}
		return -1;
	}

	/** `*text*`, `__text__`, `~~text~~`: short, on one line and with nothing in it that is kept by itself. */
	function emphasis(from: number, mark: string): number {
		const inner = from + mark.length;
		const end = find(mark, inner);
		if (end > lineEnd(from) || end === inner || text.startsWith(mark, end + mark.length))
			return inner;
		const to = end + mark.length;
		const isPlain = isShort(from, to) && !/^\s|\s$|[<[`]/.test(text.slice(inner, end));
		return isPlain ? keep(from, to) : inner;
	}

	function between(from: number, mark: string): number {
		const inner = from + mark.length;
		const end = find(mark, inner);
		if (end > lineEnd(from) || end === inner) return from + mark.length;
		const to = end + mark.length;
		if (mark[0] === '`') return isShort(from, to) ? keep(from, to) : to;
		return frame(from, inner, end, to);
	}

	/** Code that has backticks in it stands between more of them. */
	function backticksAt(from: number): string {
		let end = from + 1;
		while (text[end] === '`' && end - from < MOST_BRACKETS) end++;
		return text.slice(from, end);
	}

	function urlEnd(from: number): number {
		let end = from + 8;
		while (end < text.length && /[\w\-.~:/?#@!$&'*+,;=%]/.test(text[end])) end++;
		return end;
	}
}

/** A code block: its lines may be cut apart, its first and last line stay with what they enclose. */
function readFence(
	text: string,
	from: number,
	[, mark, info]: RegExpExecArray,
	marks: Marks,
	lineEnd: (at: number) => number,
	isShort: (from: number, to: number) => boolean,
): number {
	const firstEnd = lineEnd(from);
	const end = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}\\s*$`);
	let line = firstEnd + 1;
	let to = text.length + 1;
	let lastLine = to;
	while (line < text.length) {
		const stop = lineEnd(line);
		if (stop - line < 100 && end.test(text.slice(line, stop))) {
			[lastLine, to] = [line, stop];
			break;
		}
		line = stop + 1;
	}
	const fence = { from, to: Math.min(to, text.length) };
	if (isShort(fence.from, fence.to)) {
		marks.whole.push(fence);
		return fence.to;
	}
	marks.whole.push({ from, to: Math.min(firstEnd + 2, text.length + 1) });
	if (to <= text.length) marks.whole.push({ from: lastLine - 2, to });
	marks.frames.push({ from, to, open: `${mark}${info}\n`, close: mark, isFence: true });
	return fence.to;
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
