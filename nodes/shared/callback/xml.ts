/**
 * Turns the XML that WeCom sends into a plain object. fast-xml-parser does the parsing; this file
 * sets its options, refuses what WeCom never sends, and tidies the result. It is the one module
 * that the build bundles the library into. It is meant for decrypted text, not for a stranger's.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** The longest text `parseXml` reads, in UTF-16 characters. */
export const MAX_XML_CHARS = 4 * 1024 * 1024;
const MAX_DEPTH = 32;
/** Tags, CDATA sections and comments. */
const MAX_MARKUP = 200_000;

export type XmlObject = Record<string, unknown>;

/** `value` holds what is inside the root element; `reason` never quotes the document. */
export type ParsedXml =
	| { ok: true; root: string; value: XmlObject }
	| { ok: false; reason: string };

/**
 * The declaration, a CDATA section, a comment or a tag; else the '<' of something not accepted.
 * The parts exclude each other, so there is nothing to backtrack into: the time is linear.
 */
const MARKUP =
	/^<\?xml\s[^<>]{0,200}\?>|<!\[CDATA\[[^]*?(?:\]\]>|$)|<!--[^]*?(?:-->|$)|<[^\s<>"'!?][^<>"']*(?:(?:"[^"<]*"|'[^'<]*')[^<>"']*){0,100}>|<[!?]?/g;
const REFERENCE = /&(?:#x([0-9A-Fa-f]{1,8})|#([0-9]{1,8})|(amp|lt|gt|quot|apos));|&/g;
const PREDEFINED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const PARSER = new XMLParser({
	ignoreAttributes: true,
	ignoreDeclaration: true,
	parseTagValue: false, // ids are not numbers: '007' stays '007'
	trimValues: false,
	maxNestedTags: MAX_DEPTH - 1, // the library does not count the root
	onDangerousProperty: (name) => name, // keeps names such as 'toString', which harm nobody
	jPath: false, // paths are for callbacks, of which there are none
	entityDecoder: {
		// The library's own decoder leaves '&#65;' as it is or, set to read HTML, drops some references.
		decode: decodeReferences,
		addInputEntities: refuseEntities, // what a DOCTYPE declares, should one come this far
		setExternalEntities: refuseEntities,
		reset: () => {},
		setXmlVersion: () => {},
	},
});

/**
 * Reads one XML document into an object: case of the tags kept, every leaf a string as it was
 * written (CDATA and text put together, but without the white space around a lone CDATA section;
 * references decoded outside CDATA, a line end is '\n' as XML demands), an empty element '', elements that repeat arrays, attributes ignored. Text beside
 * child elements is kept as '#text' unless it is white space. `repeatable` goes to `wrapRepeatable`.
 * Refuses what is malformed, DOCTYPE and other declarations, entities beyond the five predefined
 * ones, elements named like a prototype, and documents over the limits.
 */
export function parseXml(text: string, repeatable: readonly string[] = []): ParsedXml {
	const xml = text.startsWith('\ufeff') ? text.slice(1) : text;
	let parsed: XmlObject;
	try {
		const { reason, tidied } = examine(xml);
		if (reason) return { ok: false, reason };
		parsed = PARSER.parse(tidied);
	} catch {
		// The library's message would quote the document.
		const causes = `nested deeper than ${MAX_DEPTH} levels, a reserved name, an unknown entity`;
		return { ok: false, reason: `one of: ${causes}, malformed` };
	}
	const [first, second] = Object.entries(parsed);
	if (!first || second || Array.isArray(first[1])) {
		return { ok: false, reason: 'there is more than one root element' };
	}
	const [root, content] = first;
	const value = isNested(content) ? content : content === '' ? {} : { '#text': content };
	dropBlankText(value);
	wrapRepeatable(value, repeatable);
	return { ok: true, root, value };
}

/**
 * Turns the elements that WeCom may repeat into arrays also where one came alone or none with content, in place. A path is a name or
 * several joined by dots ('ExtAttr.Item'); it matches at any depth where an element's own path ends with it. With `complete`, what is
 * absent becomes an empty array too, in each parent that is there; a path that is a single name then stands for the top.
 */
export function wrapRepeatable(
	value: XmlObject,
	paths: readonly string[],
	{ complete = false } = {},
): void {
	if (paths.length === 0) return;
	const patterns = paths.map((path) => {
		const dot = path.lastIndexOf('.');
		return {
			ending: `.${path}`,
			parent: dot < 0 ? '' : `.${path.slice(0, dot)}`,
			name: path.slice(dot + 1),
		};
	});
	const pending: Array<[path: string, object: XmlObject]> = [['', value]];
	for (let item = pending.pop(); item; item = pending.pop()) {
		const [path, object] = item;
		for (const { parent, name } of patterns) {
			const isParent = parent === '' ? complete && path === '' : path.endsWith(parent);
			if (isParent && object[name] === undefined && (complete || isEmptied(object)))
				object[name] = [];
		}
		for (const [name, child] of Object.entries(object)) {
			const childPath = `${path}.${name}`;
			if (
				child === '' &&
				patterns.some(({ parent }) => parent !== '' && childPath.endsWith(parent))
			) {
				pending.push([childPath, (object[name] = {})]);
				continue;
			}
			const list = Array.isArray(child) ? child : child === '' ? [] : [child];
			if (patterns.some(({ ending }) => childPath.endsWith(ending))) object[name] = list;
			for (const entry of list) if (isNested(entry)) pending.push([childPath, entry]);
		}
	}
}

/** An element that came without content, of which an object has just been made. */
const isEmptied = (object: XmlObject) => Object.keys(object).length === 0;

/** Why the library must not parse this text, if so; else the text without the white space around lone CDATA sections. */
function examine(xml: string): { reason?: string; tidied: string } {
	const refused = (reason: string) => ({ reason, tidied: '' });
	if (xml.length > MAX_XML_CHARS) return refused(`longer than ${MAX_XML_CHARS} characters`);
	let count = 0;
	let last = { markup: '', end: 0 };
	let section: { from: number; start: number; end: number } | undefined;
	const kept: string[] = [];
	let keptUntil = 0;
	for (const { 0: markup, index } of xml.matchAll(MARKUP)) {
		if (markup === '<') return refused('a tag is malformed');
		if (markup.length === 2) return refused('declarations such as DOCTYPE are not accepted');
		if ((count += 1) > MAX_MARKUP) return refused(`more than ${MAX_MARKUP} tags`);
		const isBlank = last.end < index && xml.slice(last.end, index).trim() === '';
		if (markup.startsWith('<![CDATA[')) {
			const opened = isOpening(last.markup) && (isBlank || last.end === index);
			section = opened ? { from: last.end, start: index, end: index + markup.length } : undefined;
		} else {
			if (section && markup.startsWith('</') && (isBlank || last.end === index)) {
				kept.push(xml.slice(keptUntil, section.from), xml.slice(section.start, section.end));
				keptUntil = index;
			}
			section = undefined;
		}
		last = { markup, end: index + markup.length };
	}
	const valid = XMLValidator.validate(xml);
	if (valid !== true) return refused(`malformed at line ${valid.err.line} (${valid.err.code})`);
	// The validator does not look behind a root such as '<xml/>'.
	if (!xml.trimEnd().endsWith('>')) return refused('text after the root element');
	return { tidied: kept.join('') + xml.slice(keptUntil) };
}

const isOpening = (markup: string) => /^<[^!?/]/.test(markup) && !markup.endsWith('/>');

function decodeReferences(text: string): string {
	return text.replace(REFERENCE, (_all, hex?: string, decimal?: string, name?: string) => {
		if (name) return PREDEFINED[name];
		const code = hex ? Number.parseInt(hex, 16) : Number.parseInt(decimal ?? '0', 10);
		const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
		return isCharacter ? String.fromCodePoint(code) : refuseEntities();
	});
}

function refuseEntities(): never {
	throw new Error('unknown entity');
}

/** The library keeps the white space between child elements as their parent's text. */
function dropBlankText(value: unknown): void {
	if (!isNested(value)) return;
	const isBlank = !/[^ \t\r\n]/.test(String(value['#text'] ?? 'none'));
	if (isBlank && Object.keys(value).length > 1) delete value['#text'];
	Object.values(value).forEach(dropBlankText);
}

/** An element with children, or a list of elements. */
function isNested(value: unknown): value is XmlObject {
	return typeof value === 'object' && value !== null;
}
