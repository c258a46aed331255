import type { IDataObject } from 'n8n-workflow';
import { splitMarkdown } from '../util/split';
import { cardTitle } from './card';
import type { Stream } from './talks';

/** What goes out over a long connection: the frames of a stream, and texts as messages of their own (docs 101836, 101837). */

/** The longest text that WeCom takes from a bot. */
export const MAX_STREAM_BYTES = 20_480;

export const frameOf = (id: string, content: string, finish: boolean): IDataObject => ({
	msgtype: 'stream',
	stream: { id, content, finish },
});

export const markdownOf = (content: string, feedbackId?: string): IDataObject => ({
	msgtype: 'markdown',
	markdown: { content, ...(feedbackId && { feedback: { id: feedbackId } }) },
});

/** The end of a stream with a card. The text of a reply stays, and so does what an agent has said, also since the last frame. */
export function withCard(
	{ id, content, said, firstAnswer }: Stream,
	template_card: IDataObject,
): IDataObject {
	const isUnsaid = said !== undefined || firstAnswer !== undefined;
	const whole = said?.trim() ? said : isUnsaid ? cardTitle(template_card) : content;
	const [text] = splitMarkdown(whole, MAX_STREAM_BYTES);
	return { ...frameOf(id, text, true), msgtype: 'stream_with_template_card', template_card };
}
