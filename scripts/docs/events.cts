/** The tables of docs/events.md, from the tables of callbacks. The text around them is written by hand. */
import { callbackGroups, callbackKinds } from '../../nodes/shared/callback/events';
import { pageLink } from './markdown.cts';

const HEAD = '| Name | Value | What it is, what it needs | Doc |\n|---|---|---|---|\n';
/** A section says its family in words; its table follows. */
const SECTION =
	/^(`wecom\.family`: `(\w+)`.*\n(?:(?!## ).*\n)*?)\| Name \| Value \|.*\n(?:\|.*\n)*/gm;

/** The document with its tables as the code has them. Every family needs its section. */
export function withEventTables(text: string): string {
	const missing = new Set(callbackKinds.map(({ family }) => String(family)));
	const written = text.replace(SECTION, (_section, words: string, family: string) => {
		missing.delete(family);
		return `${words}${HEAD}${tableOf(family)}`;
	});
	if (missing.size > 0)
		throw new Error(`docs/events.md has no section with a table for: ${[...missing].join(', ')}`);
	return written;
}

function tableOf(family: string): string {
	const groups = callbackGroups
		.filter(({ event }) =>
			callbackKinds.some((row) => row.family === family && row.kind.startsWith(`${event}.`)),
		)
		.map(({ name, event, description }) => ({ name, kind: event, description, doc: undefined }));
	const kinds = callbackKinds.filter((row) => row.family === family);
	return [...groups, ...kinds]
		.map(({ name, kind, description, doc }) => {
			const page = doc === undefined ? '–' : pageLink(doc);
			return `| ${name} | \`${kind}\` | ${description ?? ''} | ${page} |\n`;
		})
		.join('');
}
