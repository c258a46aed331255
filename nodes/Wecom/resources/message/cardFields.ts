import type { INodePropertyOptions } from 'n8n-workflow';
import { compareText } from '../../../shared/util/text';
import { rows } from '../../engine/fields';
import type { Field } from '../../engine/operation';

/** The form of template cards (docs 90236, 101032): fields for what people use, JSON for the rest. */

export const CARD_KINDS = {
	text_notice: 'Text Notice',
	news_notice: 'News Notice',
	button_interaction: 'Buttons',
	vote_interaction: 'Vote',
	multiple_interaction: 'Selections',
} as const;

/** WeCom tells of the clicks on these. */
export const INTERACTIVE: readonly string[] = [
	'button_interaction',
	'vote_interaction',
	'multiple_interaction',
];

/** Nobody hears a click on the card of a message push. */
const NOT_PUSHED = { hide: { resource: ['messagePush'] } };

const CARD_TYPES: INodePropertyOptions[] = [
	...Object.entries(CARD_KINDS).map(([value, name]) => ({
		name,
		value,
		...(INTERACTIVE.includes(value) && { displayOptions: NOT_PUSHED }),
	})),
	{ name: 'JSON', value: 'json', description: 'A whole card in JSON' },
].sort((a, b) => compareText(a.name, b.name));

/** WeCom numbers its styles from 1 to 4. */
const BUTTON_STYLES: INodePropertyOptions[] = ['Primary', 'Secondary', 'Accent', 'Muted'].map(
	(name, index) => ({ name, value: index + 1 }),
);

const input = (displayName: string, name: string, more: Partial<Field> = {}): Field => ({
	displayName,
	name,
	type: 'string',
	default: '',
	...more,
});

const TEXT = input('Text', 'text', { required: true, description: 'What the choice says' });
const KEY = (of: string) =>
	input('Key', 'key', { description: `Comes back when ${of} is clicked` });
const OPTION = [TEXT, input('ID', 'id', { description: 'Comes back when it is chosen' })];

/** Where the type of a message or of a reply is a card: both everywhere, so that one description serves all operations. */
export const WITH_CARD = { msgtype: ['template_card', 'update_template_card'] };

/** A field of some layouts. It follows the card type alone, so that all operations share one description. */
const of = (kinds: string[], property: Omit<Field, 'local'>): Field => ({
	...property,
	displayOptions: { show: { card_type: kinds } },
	local: true,
});

const WRITTEN_IN_THE_FORM = Object.keys(CARD_KINDS);

/** What the card says, and where a click on it leads. */
const TEXTS: Field[] = [
	of(
		WRITTEN_IN_THE_FORM,
		input('Title', 'main_title', { description: 'Up to about 36 characters' }),
	),
	of(WRITTEN_IN_THE_FORM, input('Subtitle', 'main_desc', { description: 'Below the title' })),
	of(
		['text_notice', 'button_interaction'],
		input('Card Text', 'sub_title_text', {
			typeOptions: { rows: 3 },
			description: 'Up to about 160 characters',
		}),
	),
	of(
		['text_notice', 'news_notice'],
		input('Card Link', 'card_url', {
			required: true,
			placeholder: 'e.g. https://example.com/orders/42',
			description: 'Opened by a click on the card',
		}),
	),
	of(
		['news_notice'],
		input('Image URL', 'card_image', {
			required: true,
			placeholder: 'e.g. https://example.com/picture.png',
			description: 'Its width is 1.3 to 2.25 times its height',
		}),
	),
];

/** What people click or choose. */
const CHOICES: Field[] = [
	of(
		['button_interaction'],
		rows('button_list', 'Buttons', 'Button', [
			TEXT,
			KEY('the button'),
			{
				displayName: 'Style',
				name: 'style',
				type: 'options',
				options: BUTTON_STYLES,
				default: 1,
				description: 'The first button is usually primary, the others secondary',
			},
			input('Link', 'url', { description: 'Opened by a click, instead of a callback' }),
		]),
	),
	of(
		['vote_interaction'],
		rows('option_list', 'Options', 'Option', [
			...OPTION,
			{
				displayName: 'Checked',
				name: 'is_checked',
				type: 'boolean',
				default: false,
				description: 'Whether it is chosen by default',
			},
		]),
	),
	of(
		['multiple_interaction'],
		rows('select_list', 'Selections', 'Selection', [
			input('Title', 'title', { description: 'Above the selection' }),
			input('Key', 'question_key', { description: 'Comes back with the choice' }),
			rows('option_list', 'Options', 'Option', OPTION),
		]),
	),
];

const DETAILS = of(
	['text_notice', 'news_notice', 'button_interaction'],
	rows('horizontal_content_list', 'Details', 'Detail', [
		input('Name', 'keyname', { required: true, description: 'Up to about 5 characters' }),
		input('Value', 'value', { description: 'Up to about 30 characters' }),
		input('Link', 'url', { description: 'Opened by a click' }),
	]),
);

const CARD_OPTIONS: Field[] = [
	input('Emphasis', 'emphasis_title', { description: 'Text Notice only: large text' }),
	input('Emphasis Description', 'emphasis_desc', { description: 'Below the large text' }),
	{
		...input('Further Fields', 'more', { type: 'json', default: '{}' }),
		description: "Any other fields of 'template_card' as JSON; they win over the form",
	},
	rows('jump_list', 'Links', 'Link', [
		input('Title', 'title', { required: true, description: 'What the link says' }),
		input('URL', 'url', { required: true, description: 'Opened by a click' }),
	]),
	rows('action_list', 'Menu Items', 'Menu Item', [TEXT, KEY('the menu item')]),
	{
		displayName: 'Multiple Choice',
		name: 'mode',
		type: 'boolean',
		default: false,
		description: 'Whether several options of a vote can be chosen',
	},
	input('Source', 'source_desc', { description: 'Shown above the title' }),
	input('Source Icon URL', 'source_icon_url', { description: 'Shown before the source' }),
	input('Submit Button', 'submit_text', {
		description: "Vote and Selections only: '提交' when empty",
	}),
	input('Task ID', 'task_id', {
		description: 'Identifies the card in callbacks and updates. Generated when empty.',
	}),
];

const WHOLE_CARD = of(['json'], {
	...input('Card', 'template_card', { type: 'json', default: '{}', required: true }),
	description: "The whole 'template_card' as in WeCom's documentation",
});

/** The fields of a card; `show` says when the form has them at all. All but the first follow the card type. */
export const cardFields = (show: Record<string, string[]>): Field[] => [
	{
		displayName: 'Card Type',
		name: 'card_type',
		type: 'options',
		options: CARD_TYPES,
		default: 'text_notice',
		description: 'The layout of the card',
		displayOptions: { show },
		local: true,
	},
	WHOLE_CARD,
	...TEXTS,
	...CHOICES,
	DETAILS,
	of(WRITTEN_IN_THE_FORM, {
		displayName: 'Card Options',
		name: 'card_options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: CARD_OPTIONS,
	}),
];
