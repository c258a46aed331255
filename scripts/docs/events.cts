/** The tables of docs/events.md and docs/zh-CN/events.md, from the tables of callbacks. The text around them is written by hand. */
import { callbackGroups, callbackKinds } from '../../nodes/shared/callback/events';
import { say, sayName, type Language } from './language.cts';
import { pageLink } from './markdown.cts';

const HEAD: Record<Language, string> = {
	en: '| Name | Value | What it is, what it needs | Doc |\n|---|---|---|---|\n',
	zh: '| 名称 | 值 | 是什么，需要什么 | 文档 |\n|---|---|---|---|\n',
};
/** Finds the sections, which name their family in words, and the table behind each. */
const SECTION =
	/^(`wecom\.family`(?:: |：)`(\w+)`.*\n(?:(?!## ).*\n)*?)\| (?:Name \| Value|名称 \| 值) \|.*\n(?:\|.*\n)*/gm;

/** The document with its tables as the code has them. Every family needs its section. */
export function withEventTables(text: string, language: Language = 'en'): string {
	const missing = new Set(callbackKinds.map(({ family }) => String(family)));
	const written = text.replace(SECTION, (_section, words: string, family: string) => {
		missing.delete(family);
		return `${words}${HEAD[language]}${tableOf(family, language)}`;
	});
	if (missing.size > 0)
		throw new Error(
			`The page of events has no section with a table for: ${[...missing].join(', ')}`,
		);
	return written;
}

function tableOf(family: string, language: Language): string {
	const groups = callbackGroups
		.filter(({ event }) =>
			callbackKinds.some((row) => row.family === family && row.kind.startsWith(`${event}.`)),
		)
		.map(({ name, event, description }) => ({ name, kind: event, description, doc: undefined }));
	const kinds = callbackKinds.filter((row) => row.family === family);
	return [...groups, ...kinds]
		.map(({ name, kind, description, doc }) => {
			const page = doc === undefined ? '–' : pageLink(doc);
			return `| ${sayName(language, name)} | \`${kind}\` | ${say(language, description ?? '')} | ${page} |\n`;
		})
		.join('');
}
