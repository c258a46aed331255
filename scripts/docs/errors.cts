/** What the errors in n8n say, where the pages of symptoms quote it; on Chinese pages in both editions' words. */
import table from '../../nodes/shared/protocol/errorTable.json';
import { say, type Language } from './language.cts';

const ERRORS = table as unknown as Record<string, [what: string]>;

/** Finds the words and the code in a table's row such as `n8n: *What it says* | 60020`. */
export const QUOTES = /n8n(?:: |：)\*([^*]+)\*(?:（中文版：\*[^*]+\*）)?(?= \| (\d+))/g;

export const withErrorWords = (text: string, language: Language): string =>
	text.replace(QUOTES, (_quoted, _words, code: string) => {
		if (!ERRORS[code]) throw new Error(`The table of errors does not know ${code}`);
		const [english] = ERRORS[code];
		return language === 'en'
			? `n8n: *${english}*`
			: `n8n：*${english}*（中文版：*${say('zh', english)}*）`;
	});
