import type { IDataObject } from 'n8n-workflow';
import type { CardClick } from './forward';

/** Clicks on template cards as the callbacks tell them: of an app as XML (doc 90240), of an AI bot as JSON (doc 101835). */

/** A click on a card of an app; undefined for any other callback. */
export function clickOfApp(payload: IDataObject): CardClick | undefined {
	const { Event, EventKey, FromUserName, TaskId, SelectedItems } = payload;
	if (Event !== 'template_card_event') return undefined;
	return {
		key: text(EventKey),
		userid: text(FromUserName),
		taskId: text(TaskId),
		selected: selection((SelectedItems as IDataObject)?.SelectedItem, [
			'QuestionKey',
			'OptionIds',
			'OptionId',
		]),
	};
}

/** A click on a card of an AI bot; undefined for any other message or event. */
export function clickOfBot(body: IDataObject): CardClick | undefined {
	const { template_card_event: click } = (body.event ?? {}) as {
		template_card_event?: IDataObject;
	};
	if (!click) return undefined;
	return {
		key: text(click.event_key),
		userid: text((body.from as IDataObject)?.userid),
		taskId: text(click.task_id),
		selected: selection((click.selected_items as IDataObject)?.selected_item, [
			'question_key',
			'option_ids',
			'option_id',
		]),
	};
}

function selection(
	items: unknown,
	[question, options, option]: [string, string, string],
): Record<string, string[]> {
	return Object.fromEntries(
		list(items).map((item) => {
			const { [question]: key, [options]: chosen } = item as IDataObject;
			return [text(key), list((chosen as IDataObject)?.[option]).map(text)];
		}),
	);
}

const list = (value: unknown): unknown[] =>
	Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value];

const text = (value: unknown): string =>
	typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
