import type { IDataObject } from 'n8n-workflow';
import { isObject } from '../util/isObject';

/** The words of a message to a bot: without the mention of the bot, and as an AI Agent takes them. */

/** What ends the name in a mention: the space WeCom puts behind it, or two plain ones, since names may hold a single one. */
const ENDS_NAME = '\u2005|\\s{2,}';
/** What people write behind a name, as before the words of a letter. */
const PUNCTUATION = '，,：:、';
/** A mention at the beginning: up to what ends a name, else up to the first space or punctuation. `@example.com` is an address. */
const MENTION = new RegExp(
	`^\\s*[@＠](?![\\w-]+(?:\\.[\\w-]+)+(?:[\\s${PUNCTUATION}]|$))(?:[^@＠\\n]{1,64}?(?:${ENDS_NAME})|[^\\s@＠${PUNCTUATION}]{1,64}[\\s${PUNCTUATION}])\\s*`,
);
const MOST_OF_NAME = 64;
/** The end of the last mention, where nothing follows it. */
const ENDED = new RegExp(`(?:${ENDS_NAME})$`);

/**
 * The text without the mention of the bot. With the name of the bot its mention is found wherever it is, also without a space
 * behind it; without the name, whatever is mentioned at the beginning goes. Only a space of WeCom's own, or two plain ones, end a
 * name for certain: where nothing else would be left, "@大黄你好" stays, since only the name tells that it is more than one.
 */
export function withoutMention(text: string, botName = ''): string {
	const name = botName.replace(/^[@＠]/, '').trim();
	if (name) return withoutName(text, name);
	let rest = text;
	for (let found = MENTION.exec(rest); found; found = MENTION.exec(rest))
		rest = rest.slice(found[0].length);
	return rest || ENDED.test(text) ? rest : text;
}

function withoutName(text: string, name: string): string {
	const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
	const named = `[@＠]${escaped}${/\w$/.test(name) ? '(?!\\w)' : ''}`;
	// Where a mention of just this name ends, a longer one that begins alike is somebody else's.
	const ended = `${named}(?=[\\s@＠。！!？?；;${PUNCTUATION}]|$)`;
	const mention = new RegExp(ended, 'i').test(text) ? ended : named;
	// Those who are mentioned before the bot are called together with it.
	const found = new RegExp(`${mention}\\s*[${PUNCTUATION}]?\\s*`, 'i').exec(text);
	const leads = found && areMentions(text.slice(0, found.index));
	const rest = leads ? text.slice(found.index + found[0].length) : text;
	const anywhere = new RegExp(`(?<![\\w.])${mention}(?:${ENDS_NAME}|\\s|$)?`, 'gi');
	return rest.replace(anywhere, '').trim();
}

/** Whether a text is mentions, each with a space behind it, and nothing else. A pattern for that would try all ways to part the spaces. */
function areMentions(text: string): boolean {
	const [before, ...mentions] = text.trimStart().split(/[@＠]/);
	return (
		before === '' &&
		mentions.every((mention) => {
			const name = mention.trimEnd();
			const isName = name.length <= MOST_OF_NAME && !/\n/.test(name) && !mention.startsWith('\n');
			return isName && mention.length > Math.max(1, name.length);
		})
	);
}

/** The message without the mention of the bot, in whichever text of it the mention stands. */
export function messageWithoutMention(body: IDataObject, botName?: string): IDataObject {
	const strip = (part: unknown): unknown => {
		if (!isObject(part) || !isObject(part.text) || typeof part.text.content !== 'string')
			return part;
		return { ...part, text: { ...part.text, content: withoutMention(part.text.content, botName) } };
	};
	const { mixed } = body;
	if (!isObject(mixed) || !Array.isArray(mixed.msg_item)) return strip(body) as IDataObject;
	return { ...body, mixed: { ...mixed, msg_item: mixed.msg_item.map(strip) as IDataObject[] } };
}

/** The words of a message, whichever type it is; '' for a message without any. */
export function textOf(body: IDataObject): string {
	const { mixed } = body;
	const parts = isObject(mixed) && Array.isArray(mixed.msg_item) ? mixed.msg_item : [];
	return [body, ...parts]
		.filter(isObject)
		.flatMap((part) => [part.text, part.voice])
		.map((said) => (isObject(said) && typeof said.content === 'string' ? said.content.trim() : ''))
		.filter(Boolean)
		.join('\n');
}

export interface InputOptions {
	/** Puts the quoted message in front. */
	includeQuote?: boolean;
	/** Puts the user ID of who speaks in front, in groups. */
	nameSpeaker?: boolean;
}

/** What a person asks an AI Agent: the words, what they point at, and a word for a file without any. */
export function agentInput(
	body: IDataObject,
	speaker: string,
	{ includeQuote = true, nameSpeaker = false }: InputOptions,
): string {
	const own = textOf(body) || fileWord(body);
	const { quote } = body;
	const quoted = includeQuote && isObject(quote) ? textOf(quote) || fileWord(quote) : '';
	const input = !quoted ? own : own ? `${quoteLines(quoted)}\n\n${own}` : quoted;
	return nameSpeaker && speaker && input ? `${speaker}: ${input}` : input;
}

/** The text as Markdown marks a quotation. */
const quoteLines = (text: string): string => text.replace(/^/gm, '> ');

/** A word for a file without any words, since an agent has to learn that there is one. */
function fileWord(body: IDataObject): string {
	const words: Record<string, string> = { image: '[Image]', file: '[File]', video: '[Video]' };
	const { mixed } = body;
	const hasParts = isObject(mixed) && Array.isArray(mixed.msg_item) && mixed.msg_item.length > 0;
	return words[String(body.msgtype)] ?? (body.msgtype === 'mixed' && hasParts ? words.image : '');
}
