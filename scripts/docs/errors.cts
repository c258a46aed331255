/** What the errors in n8n say, where the pages of symptoms quote it. */
import table from '../../nodes/shared/protocol/errorTable.json';

const WORDS = table as unknown as Record<string, [what: string]>;

/** `n8n: *What it says* | 60020` in a row of a table. */
export const QUOTES = /(?<=n8n(?:: |：)\*)[^*]+(?=\* \| (\d+))/g;

export const withErrorWords = (text: string): string =>
	text.replace(QUOTES, (_quoted, code: string) => {
		if (!WORDS[code]) throw new Error(`The table of errors does not know ${code}`);
		return WORDS[code][0];
	});
