/** Reads the JSON that AI bots and external payment send (docs 101033, 97478): nothing is lost, and no more than XML may hold. */

import { losesDigits, skip, stringEnd } from '../util/numbers';
import { withoutControls } from '../util/values';

export interface JsonLimits {
	/** The longest text that is read, in UTF-16 characters. */
	characters: number;
	/** Values and names together, roughly. */
	values: number;
}
/** The limits for a text that may come from anybody. */
const OF_STRANGERS: JsonLimits = { characters: 4 * 1024 * 1024, values: 200_000 };
const MAX_DEPTH = 32;
/** The longest number that is read, in characters. */
const MAX_NUMBER = 400;
/** Whoever sends a longer envelope than these is not WeCom. */
const MAX_ENVELOPE_FIELDS = 16;

const NUMBER_START = '-0123456789';
const NUMBER_PART = '0123456789+-.eE';
const SPACE = ' \t\r\n';
const MALFORMED = 'malformed';
const RESERVED = ['__proto__', 'constructor', 'prototype'];

/** `reason` never quotes the text. */
export type ParsedJson =
	| { ok: true; value: Record<string, unknown> }
	| { ok: false; reason: string };

/**
 * An object in JSON as it was written; integers that a number cannot hold exactly become strings of their digits.
 * Refuses what is malformed or no object, names that belong to prototypes, and texts over the limits.
 */
export function parseJson(text: string, limits: JsonLimits = OF_STRANGERS): ParsedJson {
	const json = text.startsWith('\ufeff') ? text.slice(1) : text;
	const read = readJson(json, limits);
	// WeCom does not always escape the control characters that people paste, and others end their text with one.
	return read.ok || read.reason !== MALFORMED ? read : readJson(withoutControls(json), limits);
}

function readJson(json: string, limits: JsonLimits): ParsedJson {
	const readable = withoutBigNumbers(json, limits);
	if (!readable.ok) return readable;
	const value = parsed(readable.json);
	// The engine's message would quote the text.
	if (value === undefined) return { ok: false, reason: MALFORMED };
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		return { ok: false, reason: 'not an object' };
	if (hasReservedName(value)) return { ok: false, reason: 'a reserved name' };
	return { ok: true, value: value as Record<string, unknown> };
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/**
 * The texts of a flat JSON object that begins at `start`; numbers and words as they are written. Undefined for anything else.
 * Anyone may have sent it, so it is read by hand, in one pass, and only as far as it can be an envelope.
 */
export function readFlatJson(text: string, start: number): Array<[string, string]> | undefined {
	const fields: Array<[string, string]> = [];
	let at = skip(text, start + 1, SPACE);
	while (fields.length < MAX_ENVELOPE_FIELDS) {
		const name = text[at] === '"' ? readString(text, at) : undefined;
		if (!name) return undefined;
		at = skip(text, name.end, SPACE);
		if (text[at] !== ':') return undefined;
		at = skip(text, at + 1, SPACE);
		const value = text[at] === '"' ? readString(text, at) : readWord(text, at);
		if (!value) return undefined;
		fields.push([name.value, value.value]);
		at = skip(text, value.end, SPACE);
		if (text[at] === '}') return skip(text, at + 1, SPACE) === text.length ? fields : undefined;
		if (text[at] !== ',') return undefined;
		at = skip(text, at + 1, SPACE);
	}
	return undefined;
}

type Read = { value: string; end: number } | undefined;

function readString(text: string, at: number): Read {
	const end = stringEnd(text, at);
	if (end < 0) return undefined;
	try {
		return { value: JSON.parse(text.slice(at, end)) as string, end };
	} catch {
		return undefined;
	}
}

/** A number, true, false or null. */
function readWord(text: string, at: number): Read {
	const word = /^[\w.+-]{1,64}/.exec(text.slice(at, at + 65))?.[0];
	return word ? { value: word, end: at + word.length } : undefined;
}

/** Puts quotes around the numbers that would lose digits, and finds what is too deep or too much. */
function withoutBigNumbers(
	text: string,
	{ characters, values: most }: JsonLimits,
): { ok: true; json: string } | { ok: false; reason: string } {
	if (text.length > characters)
		return { ok: false, reason: `longer than ${characters} characters` };
	const parts: string[] = [];
	let [depth, values, kept] = [0, 0, 0];
	for (let at = 0; at < text.length; ) {
		const character = text[at];
		if (character === '"') {
			at = stringEnd(text, at);
			if (at < 0) return { ok: false, reason: MALFORMED };
			continue;
		}
		if (NUMBER_START.includes(character)) {
			const end = skip(text, at, NUMBER_PART);
			if (end - at > MAX_NUMBER) return { ok: false, reason: 'a number is too long' };
			const number = text.slice(at, end);
			if (losesDigits(number)) {
				parts.push(text.slice(kept, at), `"${number}"`);
				kept = end;
			}
			at = end;
			continue;
		}
		if (character === '{' || character === '[') depth++;
		if (character === '}' || character === ']') depth--;
		if (depth > MAX_DEPTH) return { ok: false, reason: `nested deeper than ${MAX_DEPTH} levels` };
		if ('{[,:'.includes(character) && ++values > most)
			return { ok: false, reason: `more than ${most} values` };
		at++;
	}
	return { ok: true, json: kept === 0 ? text : [...parts, text.slice(kept)].join('') };
}

function hasReservedName(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return Object.entries(value).some(
		([name, child]) => (!Array.isArray(value) && RESERVED.includes(name)) || hasReservedName(child),
	);
}
