import { randomBytes } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import { CARD_KINDS, INTERACTIVE } from './cardFields';
import type { ItemContext } from '../../engine/operation';
import { isOn, toObject } from '../../engine/convert';
import { problem } from '../../engine/problem';
import { merge } from '../../engine/parameters';

/** The template card that WeCom takes (docs 90236, 101032), made of the form. */

type Kind = keyof typeof CARD_KINDS;

interface CardWishes {
	/** The task ID of the card that is updated. */
	taskId?: string;
	/** The card of Additional Parameters, which wins over the form. */
	more?: unknown;
	/** Only what is sent for the first time gets a task ID. */
	isUpdate?: true;
}

/** The card of a form, checked against WeCom's limits; without 'undefined' anywhere, since WeCom refuses what it cannot read. */
export function cardFrom(item: ItemContext, wishes: CardWishes = {}): IDataObject {
	const { taskId, isUpdate } = wishes;
	const more = (wishes.more ?? {}) as IDataObject;
	const kind = String(more.card_type ?? item.get('card_type', 'text_notice'));
	if (kind === 'json') {
		const card = merge(jsonObject(item, 'Card', item.get<unknown>('template_card')), more);
		// A card copied from WeCom's page on replies has the names of the XML.
		if (typeof (card.card_type ?? card.CardType) !== 'string')
			throw problem(
				item,
				"'Card' has no 'card_type'",
				`Add it to the JSON: one of ${Object.keys(CARD_KINDS).join(', ')}.`,
			);
		return { ...card, ...(taskId ? { task_id: taskId } : {}) };
	}
	const options = item.get<IDataObject>('card_options', {});
	const further = merge(jsonObject(item, 'Further Fields', options.more), more);
	const body = BODIES[kind as Kind] as (typeof BODIES)[Kind] | undefined;
	const card = merge(
		{ card_type: kind, ...head(item, options), ...body?.({ item, options, further }) },
		further,
	);
	const interactive = INTERACTIVE.includes(kind) || card.action_menu !== undefined;
	const id = taskId || String(options.task_id ?? '').trim() || card.task_id;
	if (id || (interactive && !isUpdate))
		card.task_id = checkTaskId(item, String(id || madeUpTaskId()));
	if (isUpdate && !more.task_id) delete card.task_id;
	const { title } = (card.main_title ?? {}) as IDataObject;
	if (!title && !(kind === 'text_notice' && card.sub_title_text))
		throw problem(item, 'The card has no title', "Fill in 'Title'.");
	return card;
}

/** What a card is made of; what `further` holds already need not be in the form. */
interface CardForm {
	item: ItemContext;
	options: IDataObject;
	further: IDataObject;
}

/** What all kinds share. */
function head(item: ItemContext, options: IDataObject): IDataObject {
	const desc = String(options.source_desc ?? '');
	const icon = String(options.source_icon_url ?? '');
	const menu = rowsIn(item, options.action_list, 'Menu Items', 3);
	return filled({
		source: filled({ icon_url: icon, desc }),
		main_title: filled({ title: item.get('main_title'), desc: item.get('main_desc') }),
		action_menu: filled({ action_list: menu.map((item, index) => withKey(item, 'key', index)) }),
	});
}

/** What each kind has of its own. */
const BODIES: Record<Kind, (form: CardForm) => IDataObject> = {
	text_notice: ({ item, options, further }) =>
		filled({
			...notice({ item, options, further }),
			sub_title_text: item.get('sub_title_text'),
			emphasis_content: filled({ title: options.emphasis_title, desc: options.emphasis_desc }),
		}),
	news_notice: ({ item, options, further }) => {
		const url = item.get('card_image').trim();
		if (!url && !further.image_text_area && !further.card_image)
			throw problem(item, "'Image URL' is empty", 'A news notice needs an image.');
		return filled({ ...notice({ item, options, further }), card_image: filled({ url }) });
	},
	button_interaction: ({ item, further }) => {
		const buttons = rowsIn(item, item.get('button_list'), 'Buttons', 6);
		if (buttons.length === 0 && !further.button_list)
			throw problem(item, 'The card has no button', "Add one under 'Buttons'.");
		return filled({
			sub_title_text: item.get('sub_title_text'),
			horizontal_content_list: details(item),
			button_list: buttons.map((button, index) =>
				button.url
					? { type: 1, text: button.text, style: Number(button.style ?? 1), url: button.url }
					: withKey({ ...button, style: Number(button.style ?? 1) }, 'key', index),
			),
		});
	},
	vote_interaction: ({ item, options, further }) => ({
		checkbox: further.checkbox ?? {
			question_key: 'vote',
			mode: isOn(item, 'Multiple Choice', options.mode) ? 1 : 0,
			option_list: choices(item, item.get('option_list'), 20).map((choice) => ({
				...choice,
				is_checked: isOn(item, 'Checked', choice.is_checked),
			})),
		},
		submit_button: submitButton(options),
	}),
	multiple_interaction: ({ item, options, further }) => {
		const selections = rowsIn(item, item.get('select_list'), 'Selections', 3);
		if (selections.length === 0 && !further.select_list)
			throw problem(item, 'The card has no selection', "Add one under 'Selections'.");
		return {
			select_list: selections.map((selection, index) => ({
				...withKey(selection, 'question_key', index),
				option_list: choices(item, selection.option_list, 10),
			})),
			submit_button: submitButton(options),
		};
	},
};

function notice({ item, options, further }: CardForm): IDataObject {
	const url = item.get('card_url').trim();
	if (!further.card_action && !/^https?:\/\//i.test(url))
		throw problem(
			item,
			url ? "'Card Link' is not a web address" : "'Card Link' is empty",
			'WeCom wants a link on cards of this type: enter the whole URL, beginning with https://.',
		);
	return {
		horizontal_content_list: details(item),
		jump_list: rowsIn(item, options.jump_list, 'Links', 3).map((link) => ({ type: 1, ...link })),
		...(url ? { card_action: { type: 1, url } } : {}),
	};
}

const details = (item: ItemContext) =>
	rowsIn(item, item.get('horizontal_content_list'), 'Details', 6).map((detail) =>
		detail.url ? { type: 1, ...detail } : detail,
	);

const submitButton = (options: IDataObject) => ({
	text: String(options.submit_text ?? '') || '提交',
	key: 'submit',
});

function choices(item: ItemContext, value: unknown, most: number): IDataObject[] {
	const found = rowsIn(item, value, 'Options', most);
	if (found.length === 0)
		throw problem(item, 'The card has no option to choose', "Add one under 'Options'.");
	return found.map((choice, index) => withKey(choice, 'id', index));
}

/** The rows of a list as entered or, from an expression, as an array. */
function rowsIn(item: ItemContext, value: unknown, label: string, most: number): IDataObject[] {
	const { row: entered } = (value ?? {}) as { row?: unknown };
	const found = Array.isArray(value) ? value : Array.isArray(entered) ? entered : [];
	if (found.length > most)
		throw problem(
			item,
			`${found.length} entries in '${label}', WeCom takes ${most}`,
			'Leave some out, or use another type of card.',
		);
	return (found as IDataObject[]).map(filled);
}

/** An entry of a list with its key: the number of the entry, where a person has given none. */
const withKey = (entry: IDataObject, name: string, index: number): IDataObject => ({
	...entry,
	[name]: entry[name] ?? String(index + 1),
});

function checkTaskId(item: ItemContext, id: string): string {
	if (/^[\w@-]{1,128}$/.test(id)) return id;
	throw problem(
		item,
		`'Task ID' is '${id.slice(0, 140)}', which is not a valid ID`,
		'WeCom takes up to 128 letters, digits and the characters _ - @.',
	);
}

const madeUpTaskId = () => `n8n-${randomBytes(12).toString('hex')}`;

function jsonObject(item: ItemContext, displayName: string, value: unknown): IDataObject {
	return value === undefined || value === '' ? {} : toObject(item, displayName, value);
}

/** The fields of a card that WeCom does not want as text. */
const NOT_TEXT = ['disable', 'is_checked', 'style', 'type'];

/** Without empty texts, lists and objects. A number from an expression becomes text: WeCom drops it otherwise. */
function filled(object: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(object)
			.filter(([, value]) =>
				typeof value === 'object' && value !== null
					? Object.keys(value).length > 0
					: value !== undefined && value !== null && value !== '',
			)
			.map(([name, value]) => [
				name,
				typeof value === 'object' || NOT_TEXT.includes(name) ? value : String(value),
			]),
	);
}
