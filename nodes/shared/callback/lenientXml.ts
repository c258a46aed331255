/**
 * Reads what WeCom has signed although it is not well-formed: CDATA within CDATA, a bare '&' or '<', a tag without its '>', bytes
 * behind the document. It is only asked when the strict reader has refused, and never for a stranger's text.
 */
import { withoutLoneHalves } from '../util/values';
import type { XmlObject } from './xml';

const MAX_DEPTH = 32;
const MAX_MARKUP = 200_000;

/** WeCom's own page 99648 prints a tag without its '>'. */
const OPEN = /<([A-Za-z_][\w.-]{0,99})(?:\s[^<>]{0,1000})?(?:(\/?)>|(?=<!\[CDATA\[))/y;
const CLOSE = /<\/([A-Za-z_][\w.-]{0,99})\s{0,100}(?:>|(?=<))/y;
const CDATA = '<![CDATA[';
const REFERENCE = /&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/g;
const PREDEFINED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Names that must not become keys of an object. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

interface Element {
	name: string;
	children: Map<string, unknown>;
	/** Text outside of CDATA as written, and the sections. */
	text: string;
	sections: string[];
}

/**
 * The children of the root `<xml>`, leaves as text; undefined where no such element can be made out, or where the text is deeper or
 * has more tags than WeCom sends. What is no tag, no section and no known reference is text. Runs once over the text.
 */
export function readLenientXml(plaintext: string): XmlObject | undefined {
	const text = plaintext.replace(/(?![\t\n\r])\p{Cc}/gu, '');
	const start = text.search(/<xml[\s>]/);
	if (start < 0) return undefined;
	const stack: Element[] = [];
	let at = start;
	for (let markup = 0; markup < MAX_MARKUP; markup++) {
		const next = text.indexOf('<', at);
		if (next < 0) return undefined;
		const current = stack.at(-1);
		if (current) current.text += text.slice(at, next);
		at = next;

		if (current && text.startsWith(CDATA, at)) {
			const end = sectionEnd(text, at + CDATA.length, current.name);
			current.sections.push(text.slice(at + CDATA.length, end.content));
			at = end.after;
			continue;
		}
		const open = match(OPEN, text, at);
		if (open) {
			if (RESERVED.includes(open[1])) return undefined;
			at += open[0].length;
			if (open[2] === '/') put(current, open[1], '');
			else if (stack.push(newElement(open[1])) > MAX_DEPTH) return undefined;
			continue;
		}
		const close = match(CLOSE, text, at);
		const closed = close ? placeOf(stack, close[1]) : -1;
		if (close && closed >= 0) {
			at += close[0].length;
			while (stack.length > closed) {
				const element = stack.pop()!;
				const parent = stack.at(-1);
				if (!parent) return rootOf(element);
				if (stack.length > closed && isProse(parent, element)) parent.text += asWritten(element);
				else put(parent, element.name, valueOf(element));
			}
			continue;
		}
		if (current) current.text += '<';
		at += 1;
	}
	return undefined;
}

/** The innermost open element that a closing tag ends; one in other letters where none has just these. */
function placeOf(stack: Element[], name: string): number {
	const names = stack.map((open) => open.name);
	const exact = names.lastIndexOf(name);
	if (exact >= 0) return exact;
	return names.map((one) => one.toLowerCase()).lastIndexOf(name.toLowerCase());
}

/** Whether a tag that nobody closes is a part of what a person wrote, such as "a<b>c". */
const isProse = (parent: Element, { children, sections }: Element) =>
	parent.text.trim() !== '' && children.size === 0 && sections.length === 0;

const asWritten = ({ name, text }: Element) => `<${name}>${text}`;

function rootOf(element: Element): XmlObject | undefined {
	const value = valueOf(element);
	return typeof value === 'object' ? (value as XmlObject) : undefined;
}

const newElement = (name: string): Element => ({
	name,
	children: new Map(),
	text: '',
	sections: [],
});

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}

/**
 * Where a section ends: before the closing tag of its element that stands behind `]]>`, or behind the `]]` that page 98773 prints.
 * A person may have pasted both into a message, so the first `]]>` alone says nothing.
 */
function sectionEnd(text: string, from: number, name: string): { content: number; after: number } {
	for (let close = text.indexOf(`</${name}`, from); close >= 0; ) {
		const before = text.slice(Math.max(from, close - 50), close).trimEnd();
		const brackets = /\]\]>?$/.exec(before)?.[0].length;
		if (brackets) {
			const end = Math.max(from, close - 50) + before.length;
			return { content: end - brackets, after: end };
		}
		close = text.indexOf(`</${name}`, close + 1);
	}
	// Nothing ends the section as it should: then the end of its element does.
	const close = text.indexOf(`</${name}`, from);
	if (close >= 0) return { content: close, after: close };
	const end = text.indexOf(']]>', from);
	return end < 0 ? { content: text.length, after: text.length } : { content: end, after: end + 3 };
}

function put(parent: Element | undefined, name: string, value: unknown): void {
	if (!parent) return;
	const known = parent.children.get(name);
	if (known === undefined) parent.children.set(name, value);
	else if (Array.isArray(known)) known.push(value);
	else parent.children.set(name, [known, value]);
}

function valueOf({ children, text, sections }: Element): unknown {
	const isBlank = text.trim() === '';
	if (sections.length > 0 && isBlank && children.size === 0) return sections.join('');
	const words = withoutLoneHalves(text.replace(REFERENCE, decode) + sections.join(''));
	if (children.size === 0) return words;
	return { ...Object.fromEntries(children), ...(isBlank ? {} : { '#text': words }) };
}

/** The two halves of a surrogate pair may come as two references. */
function decode(whole: string, hex?: string, decimal?: string, name?: string): string {
	if (name) return PREDEFINED[name];
	const code = Number.parseInt(hex ?? decimal!, hex ? 16 : 10);
	return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
