import type { IDataObject } from 'n8n-workflow';
import { CLOSED_KEY } from '../shared/sendAndWait/answerKey';
import type { CardTexts, Question } from './question';
import { endText, WORDS } from './texts';

/** The template cards of a question (docs 90236, 94888, 101032): while it is open, and in each of its end states. */

/** What WeCom shows of a card's texts. What is longer is shown whole on the page. */
const MAX_TEXT = 160;
const MAX_DESC = 44;
/** WeCom takes six lines; one is kept for the result. */
export const MAX_DETAILS = 4;
export const MAX_VOTE_OPTIONS = 20;
export const MAX_DROPDOWN_OPTIONS = 10;

export const QUESTION_KEY = 'answer';

export interface Keys {
	approve: string;
	disapprove: string;
	submit: string;
}

/** The card that asks. `page` is the link to the page; `keys` are those of the buttons, for an answer in the card. */
export function openCard(question: Question, page: string, keys?: Keys): IDataObject {
	const { buttons, withReason, language, type } = question;
	const words = WORDS[language];
	if (!keys) return withButtons(question, [linkButton(words.respond, page)], page);
	if (type === 'choice')
		return withChoices(question, { text: words.submit, key: keys.submit }, page);
	return withButtons(
		question,
		[
			{ type: 0, text: buttons.approve, style: 1, key: keys.approve },
			...(buttons.disapprove
				? [{ type: 0, text: buttons.disapprove, style: 2, key: keys.disapprove }]
				: []),
			...(withReason ? [linkButton(words.withReason, page)] : []),
		],
		page,
	);
}

/** A card without any button, for an app that can receive no clicks. */
export function noticeCard(question: Question, page: string): IDataObject {
	return {
		...head(question, 'text_notice'),
		sub_title_text: cut(question.message, MAX_TEXT),
		horizontal_content_list: details(question),
		jump_list: [{ type: 1, title: WORDS[question.language].respond, url: page }],
		card_action: { type: 1, url: page },
		task_id: question.sent.taskId,
	};
}

/** How a question ended, for its card. */
export interface End {
	state: keyof CardTexts;
	person: string;
	at: number;
	/** The options that were chosen, by ID. */
	chosen?: string[];
}

/** The card in an end state: the result in words, and nothing to press. */
export function closedCard(question: Question, end: End): IDataObject {
	const { language, type, answerBy } = question;
	const words = WORDS[language];
	const result = endText(question, end.state, end.person, end.at);
	const done = words.done[end.state];
	const replaced = { replace_text: done };
	if (type === 'choice' && answerBy === 'card') {
		const chosen = end.chosen ?? [];
		return {
			...withChoices(question, { text: done, key: CLOSED_KEY }, '', { result, chosen }),
			...replaced,
		};
	}
	return {
		...withButtons(question, [{ type: 0, text: done, style: 4, key: CLOSED_KEY }], '', result),
		...replaced,
	};
}

const linkButton = (text: string, url: string): IDataObject => ({ type: 1, text, style: 1, url });

function head({ title, sent }: Question, card_type: string, desc = ''): IDataObject {
	return {
		card_type,
		main_title: { title, ...(desc && { desc: cut(desc, MAX_DESC) }) },
		task_id: sent.taskId,
	};
}

function withButtons(
	question: Question,
	button_list: IDataObject[],
	page: string,
	result = '',
): IDataObject {
	const { message } = question;
	const isCut = message.length > MAX_TEXT;
	return {
		...head(question, 'button_interaction'),
		sub_title_text: cut(message, MAX_TEXT),
		horizontal_content_list: details(question, result),
		...(isCut && page ? { card_action: { type: 1, url: page } } : {}),
		button_list,
	};
}

interface Closed {
	result: string;
	chosen: string[];
}

function withChoices(
	question: Question,
	submit_button: IDataObject,
	page: string,
	closed?: Closed,
): IDataObject {
	const { choices, multiple, dropdown, message } = question;
	const text = closed?.result ?? message;
	const isCut = !closed && message.length > MAX_DESC;
	const common = {
		submit_button,
		...(isCut && page ? { card_action: { type: 1, url: page } } : {}),
	};
	if (dropdown) {
		const [selected_id] = closed?.chosen ?? [];
		return {
			...head(question, 'multiple_interaction', text),
			select_list: [
				{
					question_key: QUESTION_KEY,
					title: question.title,
					option_list: choices.map(({ id, text: option }) => ({ id, text: option })),
					...(selected_id && { selected_id }),
					...(closed && { disable: true }),
				},
			],
			...common,
		};
	}
	return {
		...head(question, 'vote_interaction', text),
		checkbox: {
			question_key: QUESTION_KEY,
			mode: multiple ? 1 : 0,
			option_list: choices.map(({ id, text: option }) => ({
				id,
				text: option,
				is_checked: closed?.chosen.includes(id) ?? false,
			})),
			...(closed && { disable: true }),
		},
		...common,
	};
}

function details({ details: lines, link, language }: Question, result = ''): IDataObject[] {
	return [
		...lines.map(({ name, value }) => ({ keyname: name, value })),
		...(link ? [{ type: 1, keyname: link.title, value: link.url, url: link.url }] : []),
		...(result ? [{ keyname: WORDS[language].result, value: result }] : []),
	];
}

/** Whole characters, with a mark where something is missing. */
export function cut(text: string, most: number): string {
	const characters = [...text];
	return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}
