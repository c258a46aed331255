import type { IDataObject } from 'n8n-workflow';

/** What stands in place of a first answer when a card ends its stream, which needs a text. */
export function cardTitle(card: IDataObject): string {
	const { title } = (card.main_title ?? {}) as IDataObject;
	return String(title || card.sub_title_text || '…');
}
