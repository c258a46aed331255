import type { IDataObject } from 'n8n-workflow';

/** The text that stands beside a card when the card ends a stream: a stream needs one. */
export function cardTitle(card: IDataObject): string {
	const { title } = (card.main_title ?? {}) as IDataObject;
	return String(title || card.sub_title_text || '…');
}
