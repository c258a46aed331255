import { byteLength } from './text';

/** What of a long text must stay whole when it is cut, and what can be closed before a cut and opened again behind it. */

/** A stretch of text, `to` exclusive. */
export interface Span {
	from: number;
	to: number;
}

/** A stretch that may be cut when its end is written before the cut and its beginning again behind it. */
export interface Frame extends Span {
	open: string;
	close: string;
	/** Its marks stand on lines of their own. */
	isFence?: true;
}

export interface Marks {
	/** What is never cut unless it is too long by itself, in order. */
	whole: Span[];
	frames: Frame[];
}

/** Reads the marks of a text; `maxBytes` is what a part takes, so that what fits into one stays whole. */
export const marksOf = (text: string, maxBytes: number, isMarkdown: boolean): Marks =>
	new MarksReader(text, maxBytes, isMarkdown).read();

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

/** Goes once from left to right. What reads something at a place gives back where to go on, or the place itself where it found nothing. */
class MarksReader {
	private readonly marks: Marks = { whole: [], frames: [] };
	/** What is searched: tags count in upper and lower case. */
	private readonly source: string;
	private readonly finders = new Map<string, Finder>();
	/** Where bold text ends that may be cut. */
	private readonly closers = new Set<number>();

	constructor(
		private readonly text: string,
		private readonly maxBytes: number,
		private readonly isMarkdown: boolean,
	) {
		const lower = text.toLowerCase();
		// In rare languages lower case has another length; then tags count only as they are written.
		this.source = lower.length === text.length ? lower : text;
	}

	read(): Marks {
		for (let at = 0; at < this.text.length; ) {
			const isLineStart = at === 0 || this.text[at - 1] === '\n';
			const fence = this.isMarkdown && isLineStart && FENCE.exec(this.text.slice(at, at + 110));
			at = fence ? this.fence(at, fence[1], fence[2]) : Math.max(at + 1, this.inline(at));
		}
		return this.marks;
	}

	/** A code block: its lines may be cut apart, its first and last line stay with what they enclose. */
	private fence(from: number, mark: string, info: string): number {
		const { text } = this;
		const firstEnd = this.lineEnd(from);
		const end = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}\\s*$`);
		let line = firstEnd + 1;
		let to = text.length + 1;
		let lastLine = to;
		while (line < text.length) {
			const stop = this.lineEnd(line);
			if (stop - line < 100 && end.test(text.slice(line, stop))) {
				[lastLine, to] = [line, stop];
				break;
			}
			line = stop + 1;
		}
		const blockEnd = Math.min(to, text.length);
		if (this.isShort(from, blockEnd)) return this.keep(from, blockEnd);
		this.keep(from, Math.min(firstEnd + 2, text.length + 1));
		if (to <= text.length) this.keep(lastLine - 2, to);
		this.marks.frames.push({ from, to, open: `${mark}${info}\n`, close: mark, isFence: true });
		return blockEnd;
	}

	private inline(from: number): number {
		const { text, isMarkdown } = this;
		switch (text[from]) {
			case '<':
				return this.tag(from);
			case 'h':
			case 'H':
				return this.url(from);
			case '[':
				return isMarkdown ? this.link(from, from) : from;
			case '!':
				return isMarkdown && text[from + 1] === '[' ? this.link(from, from + 1) : from;
			case '`':
				return isMarkdown ? this.code(from) : from;
			case '*':
				if (!isMarkdown) return from;
				return text[from + 1] === '*' ? this.bold(from) : this.emphasis(from, '*');
			case '_':
			case '~':
				return isMarkdown && text[from + 1] === text[from]
					? this.emphasis(from, text[from].repeat(2))
					: from;
			default:
				return from;
		}
	}

	private tag(from: number): number {
		const close = this.find('>', from) + 1;
		const begin = this.text.slice(from, from + 12);
		if (close - from > LONGEST_TAG || !/^<[a-z/@!]/i.test(begin)) return from;
		if (this.find('<', from + 1) < close - 1 || this.find('\n', from) < close) return from;
		const [, name = ''] = /^<([a-z]+)/i.exec(begin) ?? [];
		const end = `</${name.toLowerCase()}>`;
		const last = /^(a|font)$/i.test(name) ? this.find(end, close) : Infinity;
		if (last === Infinity) return this.keep(from, close);
		const to = last + end.length;
		if (name.toLowerCase() === 'font' && this.isMarkdown) return this.frame(from, close, last, to);
		return this.isShort(from, to) ? this.keep(from, to) : this.keep(from, close);
	}

	private url(from: number): number {
		const scheme = /^https?:\/\//i.exec(this.text.slice(from, from + 8));
		if (!scheme) return from;
		let end = from + scheme[0].length;
		while (end < this.text.length && /[\w\-.~:/?#@!$&'*+,;=%]/.test(this.text[end])) end++;
		return this.keep(from, end);
	}

	/** `[text](address)`, also of an image; both may have pairs of their own brackets in them. */
	private link(from: number, bracket: number): number {
		const last = Math.min(this.lineEnd(from), from + LONGEST_TAG);
		const textEnd = this.find('](', bracket) < last ? this.pairEnd(bracket, '[', ']', last) : -1;
		if (textEnd < 0 || this.text[textEnd] !== '(' || this.find(')', textEnd) >= last) return from;
		const end = this.pairEnd(textEnd, '(', ')', last);
		return this.keep(from, end < 0 ? this.find(')', textEnd) + 1 : end);
	}

	/** Where the bracket that opens at a place is closed, exclusive; -1 when it is not, or stands too deep. */
	private pairEnd(from: number, open: string, close: string, last: number): number {
		let depth = 0;
		for (let at = from; at < last; at++) {
			if (this.text[at] === open && ++depth > MOST_BRACKETS) return -1;
			if (this.text[at] === close && --depth === 0) return at + 1;
		}
		return -1;
	}

	/** Code that has backticks in it stands between more of them. */
	private code(from: number): number {
		let inner = from + 1;
		while (this.text[inner] === '`' && inner - from < MOST_BRACKETS) inner++;
		const mark = this.text.slice(from, inner);
		const end = this.closedAt(inner, mark);
		if (end === undefined) return inner;
		const to = end + mark.length;
		return this.isShort(from, to) ? this.keep(from, to) : to;
	}

	private bold(from: number): number {
		const inner = from + 2;
		if (this.closers.has(from)) return this.keep(from, inner);
		const end = this.closedAt(inner, '**');
		return end === undefined ? inner : this.frame(from, inner, end, end + 2);
	}

	/** `*text*`, `__text__`, `~~text~~`: short, on one line and with nothing in it that is kept by itself. */
	private emphasis(from: number, mark: string): number {
		const inner = from + mark.length;
		const end = this.closedAt(inner, mark);
		if (end === undefined || this.text.startsWith(mark, end + mark.length)) return inner;
		const to = end + mark.length;
		const isPlain = this.isShort(from, to) && !/^\s|\s$|[<[`]/.test(this.text.slice(inner, end));
		return isPlain ? this.keep(from, to) : inner;
	}

	/** Where what begins at a place is closed, if it is on the same line and there is something in it. */
	private closedAt(inner: number, mark: string): number | undefined {
		const end = this.find(mark, inner);
		return end > this.lineEnd(inner) || end === inner ? undefined : end;
	}

	/** Kept whole where it fits into a part, else cut with its ends written again. */
	private frame(from: number, inner: number, end: number, to: number): number {
		if (this.isShort(from, to)) return this.keep(from, to);
		const { text } = this;
		this.marks.frames.push({ from, to, open: text.slice(from, inner), close: text.slice(end, to) });
		this.closers.add(end);
		// The first mark stays with the text behind it.
		return this.keep(from, inner + 1);
	}

	private keep(from: number, to: number): number {
		this.marks.whole.push({ from, to });
		return to;
	}

	private isShort(from: number, to: number): boolean {
		return to - from <= this.maxBytes && byteLength(this.text.slice(from, to)) <= this.maxBytes;
	}

	private lineEnd(at: number): number {
		return Math.min(this.find('\n', at), this.text.length);
	}

	private find(wanted: string, from: number): number {
		const finder = this.finders.get(wanted) ?? new Finder(this.source, wanted);
		this.finders.set(wanted, finder);
		return finder.from(from);
	}
}
