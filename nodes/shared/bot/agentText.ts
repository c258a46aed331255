import { splitMarkdown } from '../util/split';

/**
 * What AI Agents say while they say it. n8n writes it to a streaming response, a JSON object per line: `begin`, `item` with some
 * words, `end`, and `error`, each with the node that speaks. An agent that uses a tool ends, and begins again afterwards.
 */

interface Chunk {
	type: string;
	content?: unknown;
	metadata?: { nodeName?: unknown; itemIndex?: unknown };
}

/** The longest answer that is kept, which is more than any stream shows. */
const MAX_CHARACTERS = 200_000;

/** What surrounds the agents of an execution. */
interface Surroundings {
	/** Whether the execution goes on after an error of this node. */
	goesOnAfter(nodeName: string): boolean;
	/** Takes what is no text of an agent but a message of one of this package's nodes; true: it was one. */
	takeOwnMessage?(content: string): boolean;
}

export class AgentText {
	/** The beginning of a line that is not whole yet. */
	private rest = '';

	private speaker = '';

	/** The agent that has begun and not said a word: what was said before stays until it does. */
	private next?: string;

	private said = '';

	/** Where in it the words of this turn begin: an agent that begins anew without having ended says them again. */
	private turnAt = 0;

	/** Whether an agent has ended and may go on: it waits for a tool, or the workflow has gone on. */
	isWaiting = false;

	/** Whether the last thing that happened was an error that ends the execution. */
	hasFailed = false;

	constructor(private readonly surroundings: Surroundings) {}

	get text(): string {
		return this.said;
	}

	/** Takes what n8n writes, and tells whether anything is new. */
	take(written: string): boolean {
		const lines = (this.rest + written).split('\n');
		this.rest = (lines.pop() ?? '').slice(0, MAX_CHARACTERS);
		return lines.map((line) => this.takeLine(line)).some(Boolean);
	}

	private takeLine(line: string): boolean {
		const chunk = parsed(line);
		if (!chunk) return false;
		const { nodeName, itemIndex } = chunk.metadata ?? {};
		const speaker = `${String(itemIndex ?? 0)} ${String(nodeName ?? '')}`;
		if (chunk.type === 'begin') {
			if (speaker === this.speaker && !this.isWaiting) this.said = this.said.slice(0, this.turnAt);
			this.next = speaker;
			this.hasFailed = false;
			return false;
		}
		if (chunk.type === 'item') return this.takeWords(speaker, chunk.content);
		if (chunk.type === 'end') this.isWaiting = true;
		else if (chunk.type !== 'error' || this.surroundings.goesOnAfter(String(nodeName)))
			return false;
		else this.hasFailed = true;
		return true;
	}

	private takeWords(speaker: string, content: unknown): boolean {
		if (typeof content !== 'string' || content === '') return false;
		if (this.surroundings.takeOwnMessage?.(content)) return false;
		// Another agent's words take the place of those before; the same agent goes on in a new paragraph after a tool.
		if (speaker !== this.speaker) this.said = '';
		else if (this.next !== undefined && this.said) this.said = `${this.said.trimEnd()}\n\n`;
		if (speaker !== this.speaker || this.next !== undefined) this.turnAt = this.said.length;
		this.next = undefined;
		this.speaker = speaker;
		this.isWaiting = false;
		if (this.said.length < MAX_CHARACTERS) this.said += content;
		return true;
	}
}

function parsed(line: string): Chunk | undefined {
	if (!line.startsWith('{')) return undefined;
	try {
		return JSON.parse(line) as Chunk;
	} catch {
		return undefined;
	}
}

/**
 * A text that is still growing as WeCom can show it: whole characters only, at most `maxBytes`, code fences closed, and below it
 * `status`, if there is one.
 */
export function frameText(text: string, maxBytes: number, status = ''): string {
	if (!text.trim()) return status;
	const below = status && `\n\n${status}`;
	// Only this much of the text can fit, and reading all of a long answer once a second would hold n8n up.
	const head = text.slice(0, 2 * maxBytes);
	const whole = wholeCharacters(head).replace(/(^|\n)[ \t]*[`~]{1,2}$/, '$1');
	const room = maxBytes - Buffer.byteLength(below) - CLOSING_BYTES;
	const [shown] = splitMarkdown(whole, Math.max(room, 1));
	return closeFence(shown) + below;
}

/**
 * A text without a character at its end that may not be whole: words come in pieces that may end within a character, or before
 * one that is joined to it.
 */
function wholeCharacters(text: string): string {
	let end = text.length;
	while (end > 0 && /[\ud800-\udbff\ufffd\u200d]/.test(text[end - 1])) end--;
	return text.slice(0, end);
}

const CLOSING_BYTES = 16;
const FENCE = /^ {0,3}(`{3,}|~{3,})/gm;

/** Ends a code block that has not ended, or everything below it would become code. */
export function closeFence(text: string): string {
	let open = '';
	for (const [, fence] of text.matchAll(FENCE)) {
		if (!open) open = fence;
		else if (fence[0] === open[0] && fence.length >= open.length) open = '';
	}
	return open ? `${text.trimEnd()}\n${open.slice(0, CLOSING_BYTES - 2)}` : text;
}

/** What was said before its workflow failed, with the closing text, if any, below it. */
export const withClosingText = (said: string, closingText = ''): string =>
	closeFence(said.trimEnd()) + (closingText && `\n\n${closingText}`);

/** What follows a text that WeCom shows, in parts of at most `maxBytes`; all of the new one where it does not go on from there. */
export function partsBehind(shown: string, text: string, maxBytes: number): string[] {
	const before = shown.trimEnd();
	// Behind a code block that has not ended, the rest would not be code.
	const goesOn = text.startsWith(before) && closeFence(before) === before;
	const rest = goesOn ? text.slice(before.length).trimStart() : text;
	return rest.trim() ? splitMarkdown(rest, maxBytes) : [];
}
